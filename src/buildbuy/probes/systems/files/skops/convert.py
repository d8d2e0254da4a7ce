"""Reads model.skops, writes it as model.onnx, and compares the two on the rows of rows.json. The file is a stranger's:
only types that skops trusts by itself are built, unless the user trusts the file, and nothing is ever read as a pickle. What goes wrong is a figure
without a value, named after the step.
"""

import json
import os
import warnings
import zipfile
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path

import numpy as np
import skops.io
from figures import figure, missing
from served import score, session
from skl2onnx import to_onnx
from skl2onnx.common.data_types import FloatTensorType
from sklearn.base import BaseEstimator, is_classifier, is_regressor
from sklearn.exceptions import InconsistentVersionWarning

FILE = "model.skops"
MOST = 500_000_000  # bytes of all its parts, unpacked
TOLERANCE = 1e-4  # of a probability, or of the largest prediction
OPSETS = {"": 17, "ai.onnx.ml": 3}  # what Triton's older onnxruntime reads too
OURS = version("scikit-learn")
TRUSTED = os.environ["PROBE_TRUSTED"] == "yes"


def refuse(step, why):
    missing(step, why)
    raise SystemExit


@contextmanager
def named(step):
    """Whatever fails inside is told as the step's; a stranger's file may raise anything."""
    try:
        yield
    except Exception as e:
        refuse(step, f"{type(e).__name__}: {e}")


def read():
    """The estimator, and the version of scikit-learn that saved it."""
    with named("readable"):
        with zipfile.ZipFile(FILE) as parts:  # which unpacks no more of a part than it says here
            size = sum(part.file_size for part in parts.infolist())
        if size > MOST:
            refuse("readable", f"its parts have {size:,} bytes unpacked, more than {MOST:,}")
        untrusted = skops.io.get_untrusted_types(file=FILE)
        if untrusted and not TRUSTED:
            refuse("trusted", ", ".join(untrusted))
        with warnings.catch_warnings(record=True) as told:
            warnings.simplefilter("always")
            model = skops.io.load(FILE, trusted=untrusted)
    saved = [w.message.original_sklearn_version for w in told if isinstance(w.message, InconsistentVersionWarning)]
    return model, saved[0] if saved else OURS


def answers(model, rows):
    """The name of what scikit-learn answers, one line of it a row, and what a difference is a share of."""
    if not isinstance(model, BaseEstimator) or not (is_classifier(model) or is_regressor(model)):
        raise TypeError(f"{type(model).__name__} is neither a classifier nor a regressor")
    if is_classifier(model):
        return "predict_proba", np.reshape(model.predict_proba(rows), (len(rows), -1)), 1.0
    found = np.reshape(model.predict(rows), (len(rows), -1))
    return "predict", found, float(np.abs(found).max()) or 1.0


def main():
    rows = np.asarray(json.loads(Path("rows.json").read_text()))
    model, saved = read()
    with named("usable"):
        what, wanted, whole = answers(model, rows)
    with named("convertible"):
        options = {"zipmap": False} if is_classifier(model) else None  # plain floats, not dictionaries
        made = to_onnx(model, initial_types=[("inputs", FloatTensorType([None, rows.shape[1]]))], options=options, target_opset=OPSETS)
        Path("model.onnx").write_bytes(made.SerializeToString())
        got = score(session(), rows)
    if got.shape != wanted.shape:
        refuse("faithful", f"ONNX answers in the shape {got.shape}, {what} in {wanted.shape}")
    difference = float(np.abs(got - wanted).max()) / whole
    unit = "" if what == "predict_proba" else " of the largest prediction"
    how = f"{what} of scikit-learn {OURS} and ONNX differ by {difference:.2g}{unit} at most on {len(rows)} rows"
    if not difference <= TOLERANCE:
        refuse("faithful", f"{how}, more than {TOLERANCE:g}")
    figure("difference", difference, "dimensionless", len(rows), how)
    if saved != OURS:
        missing("same_version", f"it was saved with scikit-learn {saved} and read with {OURS}")


main()
