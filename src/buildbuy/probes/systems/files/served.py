"""The model as every server here holds it: model.onnx beside this file, its first input, its last output."""

import os
from pathlib import Path

import numpy as np
import onnxruntime

MODELS = int(os.environ.get("PROBE_MODELS", "1"))  # copies of it, each held as if it were another
WORKERS = int(os.environ.get("PROBE_WORKERS", "1"))


def session() -> onnxruntime.InferenceSession:
    """With onnxruntime's own choice of threads, or one thread in the tuned profile."""
    options = onnxruntime.SessionOptions()
    if os.environ["PROBE_PROFILE"] == "tuned":
        options.intra_op_num_threads = options.inter_op_num_threads = 1
    return onnxruntime.InferenceSession(str(Path(__file__).with_name("model.onnx")), options)


def up() -> None:
    """Says that this worker has its models."""
    Path(__file__).with_name(f"up-{os.getpid()}").touch()


def all_up() -> bool:
    """Whether as many workers as were asked for have said so: one that answers doesn't speak for the others."""
    return len([*Path(__file__).parent.glob("up-*")]) >= WORKERS


def score(model: onnxruntime.InferenceSession, rows) -> np.ndarray:
    """One line of float32 outputs a row."""
    found = model.run([model.get_outputs()[-1].name], {model.get_inputs()[0].name: np.asarray(rows, np.float32)})[0]
    return np.asarray(found, np.float32).reshape(len(found), -1)
