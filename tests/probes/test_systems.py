"""Environments and the systems themselves. The real ones are started by `make test-probes`."""

from __future__ import annotations

import errno
import json
import re
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest
from real_systems import real

from buildbuy.catalog.load import load
from buildbuy.errors import BadInput
from buildbuy.probes import environments, supervise, systems
from buildbuy.probes.load import Load
from buildbuy.probes.supervise import NotMeasured, Server
from buildbuy.report.schemas import schema

EVERY = [name for names in systems.SYSTEMS.values() for name in names]
ALL = systems.SYSTEMS["model-serving"]


@pytest.mark.parametrize("name", EVERY)
def test_an_adapter_says_what_it_is(name: str) -> None:
    one = systems.system(name)
    assert one.id == name
    assert {*one.settings} == {*systems.PROFILES}
    assert all(one.settings.values())
    assert re.fullmatch(r"20\d\d-\d\d", one.tested)
    assert one.package in environments.versions(one.requirements)


@pytest.mark.parametrize("name", [name for component in systems.INFORMS for name in systems.SYSTEMS[component]])
def test_what_informs_a_decision_speaks_for_an_option_that_the_catalog_has(name: str) -> None:
    """An own build rests on the catalog's framework where it has one."""
    component = next(k for k, names in systems.SYSTEMS.items() if name in names)
    offers = {(x.id, sourcing) for x in load().systems.values() if component in x.components for sourcing in x.offers}
    frameworks = {x for x in offers if x[1] == "build"}
    assert systems.system(name).catalog in (offers if frameworks else offers | {("", "build")})


@pytest.mark.parametrize("file", sorted(systems.FILES.glob("*/requirements.txt")), ids=lambda x: x.parent.name)
def test_versions_are_exact_and_name_no_host(file: Path) -> None:
    lines = file.read_text().splitlines()
    assert all(re.fullmatch(r"[a-z0-9.-]+==[0-9][A-Za-z0-9.+]*( ; .*)?", line) for line in lines)


def test_an_environment_is_made_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[tuple[str, ...]] = []

    def uv(*args: str) -> None:
        made.append(args)
        Path(args[-1]).mkdir(exist_ok=True) if args[0] == "venv" else None

    monkeypatch.setattr(environments, "_uv", uv)
    wanted = tmp_path / "r.txt"
    wanted.write_text("a==1\n")
    first = environments.environment("a", wanted, tmp_path / "cache")
    assert environments.environment("a", wanted, tmp_path / "cache") == first
    assert len(made) == 2
    wanted.write_text("a==2\n")
    assert environments.environment("a", wanted, tmp_path / "cache") != first


def test_other_versions_are_locked_once_from_what_is_asked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def uv(*args: str) -> None:
        asked.append(Path(args[-3]).read_text())
        Path(args[-1]).write_text("psutil==1.0\nscipy==1.16.0\n")

    monkeypatch.setattr(environments, "_uv", uv)
    one = systems.system("psi")
    for _ in range(2):
        other = one.with_versions(["scipy==1.16.0"], tmp_path)
    assert asked == [(systems.FILES / "psi" / "requirements.in").read_text().rstrip() + "\nscipy==1.16.0\n"]
    assert (other.about("tuned")["versions"]["scipy"], one.locked) == ("1.16.0", None)


@pytest.mark.parametrize(("args", "says"), [(("--with", "scipy"), "no version"), (("--with", "--index-url=x"), "no version"), (("--with", "scipy==1.16.0", "--systems", "psi,whylogs"), "of one system"), (("--with", "a==1"), "of one system")])
def test_other_versions_that_are_none(args: tuple[str, ...], says: str, buildbuy) -> None:
    ran = buildbuy("probe", "monitoring", *args)
    assert (ran.code, ran.out, says in ran.err) == (2, "", True)


def test_an_interrupted_install_is_made_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def uv(*args: str) -> None:
        if args[0] == "pip":
            raise NotMeasured("the line is down")
        Path(args[-1]).mkdir()

    monkeypatch.setattr(environments, "_uv", uv)
    (tmp_path / "r.txt").write_text("a==1\n")
    for _ in range(2):
        with pytest.raises(NotMeasured, match="line is down"):
            environments.environment("a", tmp_path / "r.txt", tmp_path / "cache")


def test_a_package_that_cannot_be_had(tmp_path: Path) -> None:
    (tmp_path / "r.txt").write_text("numpy==0.0.0.dev999\n")
    with pytest.raises(NotMeasured, match="can't be had") as told:
        environments.environment("a", tmp_path / "r.txt", tmp_path / "cache")
    assert "numpy" in told.value.why


def test_one_that_fails_leaves_the_others_and_their_records(buildbuy, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """FastAPI is played by the stub; Ray can't be had; MLServer crashes while it loads; the disk is full for BentoML."""
    stub = str(Path(__file__).parent / "stub.py")

    def environment(name: str, *_: object) -> Path:
        if name == "ray-serve":
            raise NotMeasured("its environment can't be had", why="no such version")
        if name == "bentoml":
            raise OSError(errno.ENOSPC, "No space left on device")
        return tmp_path

    def observe(server: Server, *args: object) -> supervise.Observed:
        crash = any("mlserver" in part for part in server.command)
        code = "import sys; sys.exit('broken model')" if crash else f"import runpy,sys; sys.argv=['stub','{server.port}']; runpy.run_path({stub!r})"
        return real(Server((sys.executable, "-c", code), server.port, "/", (b"GET / HTTP/1.1\r\nhost: x\r\n\r\n",), {}), *args)  # type: ignore[arg-type]

    real = supervise.observe
    monkeypatch.setattr(environments, "environment", environment)
    monkeypatch.setattr(supervise, "observe", observe)
    ran = buildbuy("probe", "model-serving", "--systems", "fastapi,mlserver,bentoml,ray-serve", "--profile", "tuned", "--require", "p50<=900ms @ 50 req/s", "--repeats", "1", "--duration", "0.5", "--warmup", "0.1", "--format", "json")
    assert ran.code == 0
    data = json.loads(ran.out)
    jsonschema.validate(data, schema("probe"))
    assert [r["about"]["system"] for r in data["results"]] == ["fastapi"]
    assert data["results"][0]["judged"]["status"] == "met"
    whys = {x["name"].split(",")[0]: x["why"] for x in data["not_measured"]}
    assert "broken model" in whys["MLServer"]
    assert "No space left" in whys["BentoML"]
    assert "no such version" in whys["Ray Serve"]
    assert len(list((tmp_path / ".buildbuy" / "evidence").iterdir())) == 3


@pytest.mark.parametrize(("name", "profile"), real(*ALL))
def test_a_real_system_starts_answers_and_stops(name: str, profile: str, buildbuy) -> None:
    ran = buildbuy("probe", "model-serving", "--systems", name, "--profile", profile, "--rate", "20", "--repeats", "1", "--duration", "3", "--format", "json")
    data = json.loads(ran.out)
    assert data["not_measured"] == []
    one = data["results"][0]
    assert one["failed"] == 0
    assert one["about"]["memory_mb"] > 50
    home = str(environments.cache() / f"{name}-")  # another probe may run beside this one
    left = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=True).stdout
    assert not [line for line in left.splitlines() if home in line]


@pytest.mark.probes
@pytest.mark.parametrize("profile", systems.PROFILES)
def test_a_server_of_several_workers_is_ready_when_all_of_them_are(profile: str) -> None:
    """The first worker comes up at once, the others after five seconds; the load is over sooner."""
    one = systems.system("fastapi")
    with one.placed(profile, environments.cache(), workers=3) as at:
        server = one.server(at)
        slow = "\nimport time\ntry:\n    Path('first').touch(exist_ok=False)\nexcept FileExistsError:\n    time.sleep(5)\n"
        (at.scratch / "served.py").write_text((at.scratch / "served.py").read_text() + slow)
        seen = supervise.observe(server, Load(20, 0.2, warmup=0), at.scratch)
        assert (seen.measured.failed, len([*at.scratch.glob("up-*")])) == (0, 3)


def test_what_listens_on_every_address_starts_in_a_network_of_its_own_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervise, "namespaces", lambda: ())
    with pytest.raises(NotMeasured, match="every address"):
        systems.system("seldon").server(systems.Place(tmp_path, tmp_path, [1, 2, 3], "default"))


def test_own_rows(tmp_path: Path) -> None:
    (tmp_path / "p.json").write_text('{"inputs": [[1, 2.5], [3, 4]]}')
    assert systems.payload(tmp_path / "p.json") == [[1.0, 2.5], [3.0, 4.0]]


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"inputs": []}', '{"inputs": [[]]}', '{"inputs": [[1], [1, 2]]}', '{"inputs": [["a"]]}', '{"inputs": [[NaN]]}', '{"inputs": [[true]]}', '{"inputs": 3}', "[" * 100_000])
def test_what_are_no_rows(text: str, tmp_path: Path) -> None:
    (tmp_path / "p.json").write_text(text)
    with pytest.raises(BadInput):
        systems.payload(tmp_path / "p.json")


def test_a_pickle_is_never_served(tmp_path: Path) -> None:
    (tmp_path / "model.pkl").write_bytes(b"x")
    (tmp_path / "empty.onnx").touch()
    for name in ("model.pkl", "empty.onnx", "absent.onnx"):
        with pytest.raises(BadInput):
            systems.own_model(tmp_path / name)


@pytest.mark.probes
@pytest.mark.parametrize("name", ["fastapi", "triton"])
def test_an_own_model_is_served(name: str, buildbuy, tmp_path: Path) -> None:
    (tmp_path / "p.json").write_text(json.dumps({"inputs": [systems.ROW] * 3}))
    ran = buildbuy("probe", "model-serving", "--systems", name, "--model", systems.MODEL, "--payload", "p.json", "--rate", "20", "--repeats", "1", "--duration", "2", "--format", "json")
    data = json.loads(ran.out)
    assert (data["not_measured"], data["proves"]) == ([], "own_model")
    assert [r["failed"] for r in data["results"]] == [0, 0]


@pytest.mark.probes
def test_a_model_that_does_not_load_is_told(buildbuy, tmp_path: Path) -> None:
    (tmp_path / "p.json").write_text('{"inputs": [[1]]}')
    (tmp_path / "broken.onnx").write_bytes(b"this is no model")
    ran = buildbuy("probe", "model-serving", "--systems", "fastapi", "--profile", "tuned", "--model", "broken.onnx", "--payload", "p.json", "--rate", "20", "--duration", "2")
    assert ran.code == 3
    assert "Protobuf parsing failed" in ran.out
