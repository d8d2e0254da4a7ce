"""A model as an MLServer runtime."""

import os

import numpy as np
import onnxruntime
from mlserver import MLModel
from mlserver.codecs import NumpyCodec
from mlserver.types import InferenceRequest, InferenceResponse


class Small(MLModel):
    async def load(self) -> bool:
        options = onnxruntime.SessionOptions()
        if os.environ["PROBE_PROFILE"] == "tuned":
            options.intra_op_num_threads = options.inter_op_num_threads = 1
        self.session = onnxruntime.InferenceSession(os.environ["PROBE_MODEL"], options)
        return True

    async def predict(self, payload: InferenceRequest) -> InferenceResponse:
        inputs = NumpyCodec.decode_input(payload.inputs[0]).astype(np.float32)
        score = self.session.run(None, {"inputs": inputs})[0]
        return InferenceResponse(model_name=self.name, outputs=[NumpyCodec.encode_output("score", score)])
