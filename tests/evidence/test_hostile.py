"""Repositories that mean harm, and files nobody wrote: no traceback, nothing run, nothing outside read."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scans import Scan, system

from buildbuy.errors import BadInput
from buildbuy.evidence import history
from buildbuy.evidence.repo import installs, manifests, scan, signs
from buildbuy.evidence.repo.files import Text
from buildbuy.evidence.repo.python import notebook, parse

FILES = ("pyproject.toml", "requirements.txt", "setup.py", "setup.cfg", "Pipfile", "Pipfile.lock", "uv.lock", "environment.yml", "package.json", "package-lock.json", "go.mod", "pom.xml", "build.gradle", "libs.versions.toml", "build.sbt", "WORKSPACE", "yarn.lock", "pnpm-lock.yaml", "pixi.toml", "tox.ini", "meta.yaml", "DESCRIPTION", "renv.lock", "x.yml")
PIECES = st.sampled_from(["[project]", "dependencies", "=", "[", "]", '"', "'", "{", "}", "mlflow", "==1", "\n", " ", "- ", ":", "#", "import ", "from ", " as ", "(", ")", "\\", "\x00", "\u2028", "🦆", "@", "!!python/object", "&a", "*a", "<groupId>", "pip install ", "%%", "deps =", "packages:", "Imports:", "requirements:", "dependencies:\n", "feature", "\\\n"])
TEXTS = st.one_of(st.lists(PIECES, max_size=60).map("".join), st.text(max_size=300))


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(FILES), TEXTS)
def test_any_manifest_is_read_or_left(name: str, text: str) -> None:
    lines = len(text.splitlines()) + 1
    assert all(1 <= r.line <= max(lines, text.count("\n") + 1) for r in manifests.read(name, text))


@settings(max_examples=150, deadline=None)
@given(TEXTS)
def test_any_source_is_read_or_left(text: str) -> None:
    parse("a.py", text)
    notebook(text)


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(name=st.sampled_from(["a.yaml", "Dockerfile", "main.tf", ".env", "a.sh", "a.ts"]), text=TEXTS)
def test_any_text_gives_signs_or_none(name: str, text: str, index: signs.Index) -> None:
    list(signs.of_text(index, Text(name, text, "core")))


@pytest.fixture(scope="session")
def index(catalog: Any) -> signs.Index:
    return signs.Index(catalog.systems)


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(["Dockerfile", "a.sh", "a.yml", "a.ipynb", "a.py", "Makefile"]), TEXTS)
def test_any_text_installs_packages_or_none(name: str, text: str) -> None:
    assert all(r.name and 1 <= r.line <= len(text.splitlines()) for r in installs.read(Text(name, text, "core")))


DEEP = 100_000
HOSTILE = {
    "deep.json": ("package.json", '{"a":' * DEEP),
    "deep.toml": ("pyproject.toml", "a = " + "[" * DEEP),
    "deep.py": ("a.py", "x = " + "(" * DEEP),
    "long chain": ("a.py", "import mlflow\nmlflow" + ".a" * 20_000 + "()\n"),
    "many calls": ("a.py", "import mlflow\nmlflow" + ".a()" * 5_000 + "\n"),
    "deep notebook": ("a.ipynb", '{"cells": ' + "[" * DEEP),
    "odd notebook": ("a.ipynb", '{"cells": [1, {"cell_type": "code", "source": [null, 3]}, {"cell_type": "code", "source": {"a": 1}}]}'),
    "odd tables": ("pyproject.toml", 'project = 3\n[tool]\npoetry = "x"\n[dependency-groups]\na = 3\n'),
    "tags": ("k8s.yaml", "a: !!python/object/apply:os.system ['touch pwned']\n"),
    "a long line": ("requirements.txt", "a" * 1_000_000),
    "many brackets": ("setup.py", "setup(install_requires=" + "[" * 80 + "]" * 80 + ")"),
    "a name that loops": ("setup.py", "A = A + B\nB = A\nsetup(install_requires=A)\n"),
    "control characters": ("requirements.txt", "mlflow\x1b[31m\n"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_stops_nothing(name: str, scanned: Scan) -> None:
    file, text = HOSTILE[name]
    result = scanned({file: text, "ok/b.py": "import wandb\n"})
    assert system(result, "weights-and-biases")
    json.dumps(result, allow_nan=False)


def test_nothing_outside_is_followed(tmp_path: Path, catalog: Any) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "a.py").write_text("import mlflow\n")
    repo = tmp_path / "repo"
    repo.mkdir()
    (repo / "link.py").symlink_to(outside / "a.py")
    (repo / "folder").symlink_to(outside)
    (repo / "loop").symlink_to(repo)
    os.mkfifo(repo / "pipe.py")
    (repo / "sub").mkdir()
    (repo / "sub" / ".git").write_text("gitdir: elsewhere")
    (repo / "sub" / "b.py").write_text("import mlflow\n")
    result = scan(repo, catalog)
    assert result["components"] == {}
    assert result["left_out"] == {"another repository inside": 1, "link": 3}


@pytest.mark.parametrize("head", ["ref: {secret}", "ref: refs/../../secret", "ref: refs/heads/x", "{secret}", "see the secret"])
def test_a_head_that_points_elsewhere_shows_nothing(head: str, tmp_path: Path, catalog: Any) -> None:
    secret = tmp_path / "secret"
    secret.write_text("hunter2-hunter2-hunter2-hunter2-hunter2-hunter2", encoding="utf-8")
    (tmp_path / "repo" / ".git" / "refs" / "heads").mkdir(parents=True)
    (tmp_path / "repo" / ".git" / "refs" / "heads" / "x").symlink_to(secret)
    (tmp_path / "repo" / ".git" / "HEAD").write_text(head.format(secret=secret), encoding="utf-8")
    found = scan(tmp_path / "repo", catalog)
    assert found["commit"] is None
    assert "hunter2" not in json.dumps(found)


def test_binary_and_huge_files_are_counted(tmp_path: Path, catalog: Any) -> None:
    (tmp_path / "a.py").write_bytes(b"import mlflow\0")
    with (tmp_path / "b.py").open("wb") as file:
        file.truncate(3_000_000)
    assert scan(tmp_path, catalog)["left_out"] == {"binary": 1, "too large": 1}


def test_no_secret_is_kept(scanned: Scan, buildbuy: Callable[..., Any], tmp_path: Path) -> None:
    secret = "sk-verysecret0123456789"
    result = scanned({".env": f"WANDB_API_KEY={secret}\n", "Dockerfile": f"ENV MLFLOW_TRACKING_PASSWORD={secret}\n", "a.py": f"import wandb\nwandb.login(key='{secret}')\n", "requirements.txt": f"mlflow @ https://user:{secret}@example.com/mlflow.whl\n"})
    assert system(result, "weights-and-biases") and system(result, "mlflow")
    assert secret not in json.dumps(result)


def test_no_such_folder_is_said(tmp_path: Path, catalog: Any) -> None:
    with pytest.raises(BadInput):
        scan(tmp_path / "none", catalog)


def _git(folder: Path, *words: str) -> None:
    env = {**os.environ, "GIT_AUTHOR_NAME": "Ann", "GIT_AUTHOR_EMAIL": "a@b.c", "GIT_COMMITTER_NAME": "Ann", "GIT_COMMITTER_EMAIL": "a@b.c", "GIT_AUTHOR_DATE": "2025-03-01T10:00:00Z", "GIT_COMMITTER_DATE": "2025-03-01T10:00:00Z"}
    subprocess.run(["git", *words], cwd=folder, env=env, check=True, capture_output=True)


def test_settings_of_the_repository_run_nothing(tmp_path: Path, catalog: Any) -> None:
    (tmp_path / "a.py").write_text("import mlflow\n")
    _git(tmp_path, "init", "-q")
    _git(tmp_path, "add", ".")
    _git(tmp_path, "commit", "-qm", "first (#1)")
    bait = tmp_path.parent / f"{tmp_path.name}.ran"
    program = tmp_path / "run.sh"
    program.write_text(f"#!/bin/sh\ntouch {bait}\n")
    program.chmod(0o755)
    for key in ("core.fsmonitor", "gpg.program", "core.pager", "diff.external", "core.sshCommand"):
        _git(tmp_path, "config", key, str(program))
    _git(tmp_path, "config", "log.showSignature", "true")
    result = scan(tmp_path, catalog)
    assert result["history"]["effort"]["commits"] == 1
    assert not bait.exists()


def test_bots_and_squashes_are_told_apart() -> None:
    commits = history._parse("\x01Ann\x021000000\x02Add x (#1)\nM\ta/b.py\n\x01Ann\x021003600\x02fix y\nM\ta/b.py\nM\tc.py\n")
    found = history.measure(history.History(tuple(commits), (), 0), ["a"])
    assert found is not None
    assert (found["commits"], found["squashed"], found["people"], found["bus_factor"]) == (2, 1, 1, 1)
    assert found["methods"]["sittings"] == pytest.approx(0.5 + 0.5, abs=0.05)  # half an hour led in; half of an hour
    assert found["person_hours"]["low"] <= found["person_hours"]["high"]
    assert found["by_year"]["1970"]["fix_share"] == 0.5
    assert history.BOT.search("dependabot[bot]") and not history.BOT.search("Abbot Smith")


def test_a_second_scan_of_the_same_content_comes_from_the_cache(tmp_path: Path, catalog: Any) -> None:
    repo, cache = tmp_path / "repo", tmp_path / "cache"
    repo.mkdir()
    (repo / "a.py").write_text("import mlflow\n")
    first = scan(repo, catalog, cache=cache)
    assert scan(repo, catalog, cache=cache) == first
    assert len(list(cache.iterdir())) == 1
    (repo / "a.py").write_text("import wandb\n")
    assert system(scan(repo, catalog, cache=cache), "weights-and-biases")


def _grown(folder: Path) -> None:
    """Two commits: a job queue of its own, and a change of it."""
    (folder / "jobs").mkdir()
    (folder / "jobs" / "queue.py").write_text("import redis\n" + "".join(f"def enqueue_{i}(): ...\ndef retry_{i}(): ...\n" for i in range(20)))
    _git(folder, "init", "-q")
    _git(folder, "add", ".")
    _git(folder, "commit", "-qm", "queue")
    (folder / "jobs" / "queue.py").write_text((folder / "jobs" / "queue.py").read_text() + "x = 1\ny = 2\n")
    _git(folder, "commit", "-qam", "fix it")


def test_lines_changed_are_counted_for_own_code(tmp_path: Path, catalog: Any) -> None:
    _grown(tmp_path)
    [one] = scan(tmp_path, catalog)["components"]["data-pipeline"]["home_grown"]
    assert one["effort"]["by_year"]["2025"] == {"commits": 2, "fix_share": 0.5, "lines_changed": 43}


def test_a_clone_without_blobs_degrades_and_says_so(tmp_path: Path, catalog: Any) -> None:
    whole, part = tmp_path / "whole", tmp_path / "part"
    whole.mkdir()
    _grown(whole)
    _git(whole, "config", "uploadpack.allowFilter", "true")
    _git(tmp_path, "clone", "-q", "--filter=blob:none", f"file://{whole}", str(part))
    _git(part, "remote", "remove", "origin")
    [one] = scan(part, catalog)["components"]["data-pipeline"]["home_grown"]
    assert one["effort"]["commits"] == 2
    assert one["effort"]["by_year"]["2025"]["lines_changed"] is None
    assert any("partial clone" in n for n in one["effort"]["notes"])


def test_a_shallow_clone_says_so(tmp_path: Path, catalog: Any) -> None:
    whole, part = tmp_path / "whole", tmp_path / "part"
    whole.mkdir()
    _grown(whole)
    _git(tmp_path, "clone", "-q", "--depth=1", f"file://{whole}", str(part))
    result = scan(part, catalog)
    assert result["history"]["effort"]["commits"] == 1
    assert any("lower bound" in n for n in result["history"]["notes"])


def test_time_that_is_over_is_said_and_not_cached(tmp_path: Path, catalog: Any) -> None:
    (tmp_path / "repo").mkdir()
    (tmp_path / "repo" / "a.py").write_text("import mlflow\n")
    result = scan(tmp_path / "repo", catalog, seconds=0.0, cache=tmp_path / "cache")
    assert result["left_out"] == {"beyond the time given": 1}
    assert system(scan(tmp_path / "repo", catalog, cache=tmp_path / "cache"), "mlflow") is not None
