"""A model for Triton's Python backend."""

import os
from pathlib import Path

import numpy as np
import onnxruntime
import triton_python_backend_utils as pb


class TritonPythonModel:
    def initialize(self, args) -> None:
        options = onnxruntime.SessionOptions()
        if os.environ["PROBE_PROFILE"] == "tuned":
            options.intra_op_num_threads = options.inter_op_num_threads = 1
        self.session = onnxruntime.InferenceSession(str(Path(__file__).with_name("model.onnx")), options)

    def execute(self, requests):
        inputs = [pb.get_input_tensor_by_name(r, "inputs").as_numpy() for r in requests]
        scores = self.session.run(None, {"inputs": np.concatenate(inputs)})[0]
        parts = np.split(scores, np.cumsum([len(x) for x in inputs])[:-1])
        return [pb.InferenceResponse([pb.Tensor("score", part)]) for part in parts]
