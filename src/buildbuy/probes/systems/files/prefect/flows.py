"""The pipelines as Prefect flows: `flows.py PIPELINE` runs one here (default), `flows.py` serves all (tuned)."""

import sys

from pipelines import PIPELINES, RETRIES, do
from prefect import flow, serve, task

step = task(do, name="step", retries=RETRIES)


def _flow(pipeline):
    def run():
        futures = {}
        for name, before in PIPELINES[pipeline].items():
            futures[name] = step.submit(pipeline, name, wait_for=[futures[one] for one in before])
        return list(futures.values())

    run.__name__ = run.__qualname__ = pipeline  # where a served flow looks for it again
    return flow(run, name=pipeline)


# by name in the module: a served flow is loaded again, from this file, in the process of its run
for pipeline in PIPELINES:
    globals()[pipeline] = _flow(pipeline)

if __name__ == "__main__":
    if len(sys.argv) > 1:
        globals()[sys.argv[1]]()
    else:
        serve(*[globals()[one].to_deployment(one) for one in PIPELINES])
