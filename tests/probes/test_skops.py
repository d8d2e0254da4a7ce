"""A scikit-learn estimator saved with skops: refused, or converted and served as ONNX. The real environment is used by
`make test-probes`.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import jsonschema
import pytest

from buildbuy.errors import BadInput
from buildbuy.probes import environments, skops, supervise, systems
from buildbuy.probes.exercise import Figure
from buildbuy.probes.records import fingerprint
from buildbuy.probes.skops import converted
from buildbuy.probes.supervise import NotMeasured, Server
from buildbuy.report.schemas import schema

HOW = "predict_proba of scikit-learn 1.9.1 and ONNX differ by 3e-08 at most on 2 rows"
FINE = {"what": "difference", "value": 0.0, "unit": "dimensionless", "n": 2, "how": HOW}
OLDER = {"what": "same_version", "why_not": "it was saved with scikit-learn 1.6.0 and read with 1.9.1"}
ROWS = [[0.1 * i - 0.3 * j for i in range(4)] for j in range(3)]


@pytest.mark.parametrize("step", skops.REFUSALS)
def test_a_refusal_says_what_where_why_and_what_to_do(step: str) -> None:
    with pytest.raises(BadInput) as told:
        skops.read(Path("m.skops"), {step: Figure(step, None, "", 0, "", "sklearn.tree._tree.Tree")})
    assert (told.value.where, told.value.why) == ("m.skops", "sklearn.tree._tree.Tree")
    assert told.value.what and told.value.hint


def test_each_step_of_the_script_has_its_refusal() -> None:
    script = (systems.FILES / "skops" / "convert.py").read_text()
    assert all(f'"{step}"' in script for step in skops.REFUSALS)


@pytest.fixture
def played(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The environment's python is a shell script, which says that all is well; a stub plays the server."""
    stub = str(Path(__file__).parent / "stub.py")
    python = tmp_path / "bin" / "python"
    python.parent.mkdir()
    python.write_text(f"#!/bin/sh\necho '{json.dumps([FINE, OLDER])}' > figures.json\ncp model.skops model.onnx\n")
    python.chmod(0o755)
    real = supervise.observe

    def observe(server: Server, load: object, scratch: Path) -> supervise.Observed:
        assert (scratch / "model.onnx").read_bytes() == b"an estimator"
        code = f"import runpy, sys; sys.argv = ['stub', '{server.port}']; runpy.run_path({stub!r})"
        return real(Server((sys.executable, "-c", code), server.port, "/", (b"GET / HTTP/1.1\r\nhost: x\r\n\r\n",), {}), load, scratch)  # type: ignore[arg-type]

    monkeypatch.setattr(environments, "environment", lambda *_: tmp_path)
    monkeypatch.setattr(supervise, "observe", observe)
    (tmp_path / "m.skops").write_bytes(b"an estimator")
    (tmp_path / "rows.json").write_text('{"inputs": [[1, 2]]}')


@pytest.mark.usefixtures("played")
def test_page_and_records_say_that_the_model_was_converted(buildbuy, tmp_path: Path) -> None:
    command = ("probe", "model-serving", "--systems", "fastapi", "--profile", "tuned", "--model", "m.skops", "--payload", "rows.json", "--rate", "20", "--repeats", "1", "--duration", "0.5", "--warmup", "0.1")
    ran = buildbuy(*command, "--format", "json")
    data = json.loads(ran.out)
    jsonschema.validate(data, schema("probe"))
    assert "from skops to ONNX" in data["converted"] and HOW in data["converted"]
    assert "warning: m.skops: it was saved with scikit-learn 1.6.0" in ran.err
    records = [json.loads(x.read_text()) for x in (tmp_path / ".buildbuy" / "evidence").iterdir()]
    assert records
    assert all(data["converted"] in x["method"] for x in records)
    of_the_file = fingerprint(systems.system("fastapi").requirements, b"1 1", b"an estimator", repr([[1.0, 2.0]]).encode())
    assert {x["input_hash"] for x in records} == {of_the_file}
    assert "The model was converted from skops to ONNX" in buildbuy(*command, "--no-record").out


def test_a_conversion_that_breaks_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Our own python lacks skops."""
    (tmp_path / "m.skops").write_bytes(b"x")
    monkeypatch.setattr(environments, "environment", lambda *_: Path(sys.prefix))
    with pytest.raises(NotMeasured, match="converted to ONNX") as told, converted(tmp_path / "m.skops", ROWS, tmp_path):
        pass
    assert told.value.where.endswith("m.skops")
    assert "No module named" in told.value.why


SAVE = """
import os, sys
import numpy as np, skops.io
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.naive_bayes import GaussianNB
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, MinMaxScaler, StandardScaler
X = np.random.default_rng(7).normal(size=(200, 4))
classes = np.where(X[:, 0] > X[:, 1], "yes", "no")
columns = ColumnTransformer([("a", StandardScaler(), [0, 1]), ("b", MinMaxScaler(), [2, 3])])
made = {
    "classifier": lambda: make_pipeline(columns, LogisticRegression()).fit(X, classes),
    "regressor": lambda: make_pipeline(StandardScaler(), Ridge()).fit(X, X @ np.arange(4)),
    "bayes": lambda: GaussianNB().fit(X, X[:, 0] > 0),
    "trees": lambda: make_pipeline(StandardScaler(), HistGradientBoostingClassifier(max_iter=3)).fit(X, classes),
    "forest": lambda: RandomForestClassifier(5).fit(X, classes),
    "command": lambda: make_pipeline(FunctionTransformer(os.system), LogisticRegression()),
    "large": lambda: make_pipeline(StandardScaler(), Ridge()).fit(1e-9 * X + 1, X @ np.arange(4)),
    "scaler": lambda: StandardScaler().fit(X),
}
skops.io.dump(made[sys.argv[1]](), "m.skops")
"""


def saved(what: str, folder: Path) -> Path:
    """An estimator saved in the environment that reads it."""
    made = environments.environment("skops", skops.REQUIREMENTS, environments.cache())
    subprocess.run([made / "bin" / "python", "-c", SAVE, what], cwd=folder, check=True)
    return folder / "m.skops"


@pytest.mark.probes
@pytest.mark.parametrize("what", ["classifier", "regressor", "bayes"])
def test_an_estimator_is_converted_and_answers_as_scikit_learn(what: str, tmp_path: Path) -> None:
    with converted(saved(what, tmp_path), ROWS, environments.cache()) as made:
        assert made.model.stat().st_size > 100
        assert "on 3 rows" in made.how
        assert made.warning == ""
    assert not made.model.exists()


@pytest.mark.probes
def test_a_forest_is_converted_where_its_maker_is_trusted(tmp_path: Path) -> None:
    with converted(saved("forest", tmp_path), ROWS, environments.cache(), trusted=True) as made:
        assert "predict_proba" in made.how
    with pytest.raises(BadInput, match="doesn't trust"), converted(tmp_path / "m.skops", ROWS, environments.cache()):
        pass


@pytest.mark.probes
@pytest.mark.parametrize(
    ("what", "rows", "says"),
    [
        ("trees", ROWS, "hist_gradient_boosting.predictor.TreePredictor"), ("command", ROWS, "posix.system"), ("classifier", [[1.0, 2.0]], "2 features"),
        ("large", [[1 + 1e-9 * x for x in row] for row in ROWS], "differ by"), ("scaler", ROWS, "StandardScaler is neither a classifier nor a regressor"),
    ],
)  # fmt: skip
def test_what_is_refused_is_named(what: str, rows: list[list[float]], says: str, tmp_path: Path) -> None:
    with pytest.raises(BadInput) as told, converted(saved(what, tmp_path), rows, environments.cache()):
        pass
    assert says in told.value.why


def _garbage(file: Path) -> None:
    file.write_bytes(os.urandom(10_000))


def _bomb(file: Path) -> None:
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as parts, parts.open("schema.json", "w") as out:
        for _ in range(501):
            out.write(bytes(1_000_000))


def _deep(file: Path) -> None:
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as parts:
        parts.writestr("schema.json", "[" * 1_000_000)


def _pickle(file: Path) -> None:
    file.write_bytes(b"cposix\nsystem\n(S'touch run'\ntR.")


@pytest.mark.probes
@pytest.mark.parametrize("write", [_garbage, _bomb, _deep, _pickle])
def test_what_is_no_skops_file_is_refused_in_one_message(write, buildbuy, tmp_path: Path) -> None:
    write(tmp_path / "m.skops")
    (tmp_path / "rows.json").write_text(json.dumps({"inputs": ROWS}))
    ran = buildbuy("probe", "model-serving", "--systems", "fastapi", "--model", "m.skops", "--payload", "rows.json", "--rate", "20")
    assert ran.code == 2
    assert ran.err.count("error: m.skops: this can't be read as a skops file") == 1
    assert {x.name for x in tmp_path.iterdir()} == {"m.skops", "rows.json"}


@pytest.mark.probes
@pytest.mark.parametrize("name", ["fastapi", "triton"])
def test_a_saved_estimator_is_served(name: str, buildbuy, tmp_path: Path) -> None:
    saved("classifier", tmp_path)
    (tmp_path / "rows.json").write_text(json.dumps({"inputs": ROWS}))
    ran = buildbuy("probe", "model-serving", "--systems", name, "--profile", "tuned", "--model", "m.skops", "--payload", "rows.json", "--rate", "20", "--repeats", "1", "--duration", "2", "--format", "json")
    data = json.loads(ran.out)
    assert (data["not_measured"], data["proves"]) == ([], "own_model")
    assert [r["failed"] for r in data["results"]] == [0]
    assert data["converted"]
