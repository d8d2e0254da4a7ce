"""The pipelines as Dagster jobs of ops."""

from dagster import (
    Definitions,
    In,
    Nothing,
    Out,
    RetryPolicy,
    in_process_executor,
    job,
    multiprocess_executor,
    op,
)
from figures import TUNED
from pipelines import PIPELINES, RETRIES, do


def _op(pipeline, task, before):
    @op(name=f"{pipeline}_{task}", ins={f"after_{one}": In(Nothing) for one in before}, out=Out(Nothing), retry_policy=RetryPolicy(max_retries=RETRIES))
    def run():
        do(pipeline, task)

    return run


def _job(pipeline):
    @job(name=pipeline, executor_def=in_process_executor if TUNED else multiprocess_executor)
    def made():
        outputs = {}
        for task, before in PIPELINES[pipeline].items():
            outputs[task] = _op(pipeline, task, before)(**{f"after_{one}": outputs[one] for one in before})

    return made


defs = Definitions(jobs=[_job(pipeline) for pipeline in PIPELINES])
