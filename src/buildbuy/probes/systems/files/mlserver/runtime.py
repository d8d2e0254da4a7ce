"""A model as an MLServer runtime."""

from mlserver import MLModel
from mlserver.codecs import NumpyCodec
from mlserver.types import InferenceRequest, InferenceResponse
from served import score, session


class Small(MLModel):
    async def load(self) -> bool:
        self.held = session()
        return True

    async def predict(self, payload: InferenceRequest) -> InferenceResponse:
        made = score(self.held, NumpyCodec.decode_input(payload.inputs[0]))
        return InferenceResponse(model_name=self.name, outputs=[NumpyCodec.encode_output("score", made)])
