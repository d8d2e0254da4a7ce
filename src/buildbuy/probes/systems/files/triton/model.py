"""A model for Triton's Python backend."""

import numpy as np
import triton_python_backend_utils as pb
from served import score, session


class TritonPythonModel:
    def initialize(self, args) -> None:
        self.held = session()

    def execute(self, requests):
        inputs = [pb.get_input_tensor_by_name(r, "inputs").as_numpy() for r in requests]
        scores = score(self.held, np.concatenate(inputs))
        parts = np.split(scores, np.cumsum([len(x) for x in inputs])[:-1])
        return [pb.InferenceResponse([pb.Tensor("score", part)]) for part in parts]
