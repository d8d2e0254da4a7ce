"""The pipelines as Airflow DAGs."""

from datetime import timedelta

from airflow.sdk import DAG, task
from pipelines import PIPELINES, RETRIES, do


def _dag(pipeline):
    with DAG(pipeline, schedule=None) as made:
        steps = {}
        for name, before in PIPELINES[pipeline].items():
            steps[name] = task(do, task_id=name, retries=RETRIES, retry_delay=timedelta(0))(pipeline, name)
            for one in before:
                steps[one] >> steps[name]
    return made


for _pipeline in PIPELINES:
    globals()[_pipeline] = _dag(_pipeline)
