"""Claims that don't hold today, each with the cause that was found. Nothing is listed before its cause is
known; docs/concepts/claims.md says more about each.
"""

MISSES: dict[str, str] = {
    "m2_latency": "a latency must that nobody has measured is unknown: it bars nothing and costs nothing, so it can't speak for own parts",
    "m3_simple": "three serverless or shared-endpoint services are cheaper than the upkeep and the assumed gaps of an own endpoint",
    "f1_stack": "components share little but a place to run containers, a workspace, credits and a few products: integration between them is not modelled, so verdicts one by one are nearly always best together",
    "f2_week": "adoption is put at 0.3 to 4 person-weeks for the smallest teams and 1.5 to 12 for the next (extrapolated), and a monitor's at up to four times that",
    "m5_bought": "drift, quality and performance come bought, but prediction logging, alerts and segments are built on the engine, which counts as hybrid",
    "m6_compute": "most that miss rent the machines and build launching, queues or recovery on them, which counts as hybrid; a few own servers or build",
    "m6_exit": "moving a training job takes 0.5 to 20 hours (extrapolated), so teams with many jobs for their size pay more than for the middle component",
    "w3_further": "monitoring again: parts that Evidently, NannyML and whylogs lack are built on them from the first day",
}
