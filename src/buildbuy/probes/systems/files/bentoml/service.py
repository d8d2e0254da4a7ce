"""A model as a BentoML service."""

import gc
import os

import bentoml
from served import score, session

TUNED = os.environ["PROBE_PROFILE"] == "tuned"


@bentoml.service(workers=1)
class Small:
    def __init__(self) -> None:
        if TUNED:
            gc.collect()
            gc.disable()
        self.model = session()

    @bentoml.api
    def predict(self, inputs: list[list[float]]) -> list[list[float]]:
        return score(self.model, inputs).tolist()
