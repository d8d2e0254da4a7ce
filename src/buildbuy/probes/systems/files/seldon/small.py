"""A model as a class for Seldon Core's Python wrapper."""

from served import MODELS, score, session


class Small:
    def load(self) -> None:  # in each worker: a session doesn't survive a fork
        self.models = [session() for _ in range(MODELS)]

    def predict(self, X, names, meta):
        return score(self.models[meta["tags"]["model"]], X)
