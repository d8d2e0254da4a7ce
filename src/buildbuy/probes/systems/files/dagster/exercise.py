"""Dagster: `dagster dev`, runs asked for and looked at through its GraphQL client."""

from dagster import DagsterRunStatus
from dagster_graphql import DagsterGraphQLClient
from figures import PORTS
from pipelines import exercise

ENDED = {DagsterRunStatus.SUCCESS: "success", DagsterRunStatus.FAILURE: "failed", DagsterRunStatus.CANCELED: "failed"}
LATEST = "query ($job: String!) { runsOrError(filter: {pipelineName: $job}, limit: 1) { ... on Runs { results { status } } } }"


class Dagster:
    standing = True

    def __init__(self):
        self.client = DagsterGraphQLClient("127.0.0.1", port_number=PORTS[0])

    def run(self, pipeline):
        self.client.submit_job_execution(pipeline)

    def state(self, pipeline):
        # the newest run of the job: where a run is retried as a whole, it is a new one
        found = self.client._execute(LATEST, {"job": pipeline})["runsOrError"]["results"]
        return ENDED.get(DagsterRunStatus(found[0]["status"]), "running") if found else "running"

    def worker(self, pid):
        """The processes above it up to the code server, which starts the run's, which starts one an op in the default profile."""
        import psutil

        out = []
        for one in psutil.Process(pid).parents():
            out.append(one.pid)
            if "grpc" in one.cmdline():
                return out
        raise RuntimeError("no code server above the process of the task")


exercise(Dagster())
