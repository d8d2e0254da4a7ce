"""A model as a BentoML service."""

import gc
import os

import bentoml
import numpy as np
import onnxruntime

TUNED = os.environ["PROBE_PROFILE"] == "tuned"


@bentoml.service(workers=1)
class Small:
    def __init__(self) -> None:
        options = onnxruntime.SessionOptions()
        if TUNED:
            gc.collect()
            gc.disable()
            options.intra_op_num_threads = options.inter_op_num_threads = 1
        self.session = onnxruntime.InferenceSession("model.onnx", options)

    @bentoml.api
    def predict(self, inputs: list[list[float]]) -> list[list[float]]:
        return self.session.run(None, {"inputs": np.asarray(inputs, np.float32)})[0].tolist()
