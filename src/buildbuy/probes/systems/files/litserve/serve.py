"""A model behind LitServe."""

import os

import litserve
import numpy as np
from served import MODELS, WORKERS, score, session

TUNED = os.environ["PROBE_PROFILE"] == "tuned"


class Small(litserve.LitAPI):
    def setup(self, device):
        self.model = session()

    def decode_request(self, request):
        return np.asarray(request["inputs"], np.float32)

    def predict(self, x):
        if not TUNED:
            return score(self.model, x)
        ends = np.cumsum([len(rows) for rows in x])[:-1]  # what was gathered may have several rows a request
        return np.split(score(self.model, np.concatenate(x)), ends)

    def batch(self, inputs):
        return inputs

    def unbatch(self, output):
        return output

    def encode_response(self, output):
        return {"score": output.tolist()}


if __name__ == "__main__":
    batching = {"max_batch_size": 64, "batch_timeout": 0.001} if TUNED else {}
    apis = [Small(api_path=f"/predict/{i}", **batching) for i in range(MODELS)]
    litserve.LitServer(apis, accelerator="cpu", workers_per_device=WORKERS).run(host="127.0.0.1", port=int(os.environ["PROBE_PORT"]), generate_client_file=False, log_level="warning")
