"""A model as a BentoML service."""

import gc
import os

import bentoml
from served import MODELS, WORKERS, score, session

TUNED = os.environ["PROBE_PROFILE"] == "tuned"


@bentoml.service(workers=WORKERS)
class Small:
    def __init__(self) -> None:
        if TUNED:
            gc.collect()
            gc.disable()
        self.models = [session() for _ in range(MODELS)]

    @bentoml.api
    def predict(self, inputs: list[list[float]], which: int = 0) -> list[list[float]]:
        return score(self.models[which], inputs).tolist()
