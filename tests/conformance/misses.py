"""Claims that don't hold today, each with the cause that was found. Nothing is listed before its cause is
known; docs/concepts/claims.md says more about each.
"""

MISSES: dict[str, str] = {
    "q2_gaps": "gap_hours of `build` reaches the bare build only, not a build on FastAPI, which stands for the same first action",
    "m2_latency": "a latency must that nobody has measured is unknown: it bars nothing and costs nothing, so it can't speak for own parts",
    "m3_simple": "three serverless or shared-endpoint services are cheaper than the upkeep and the assumed gaps of an own endpoint",
    "w2_standing": "where no driver flips a verdict, its standing is taken from what varies, not from what carries the gap: a measured figure that is exact counts for nothing",
}
