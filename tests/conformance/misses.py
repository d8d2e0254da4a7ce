"""Claims that don't hold today, each with the cause that was found. Nothing is listed before its cause is
known; docs/concepts/claims.md says more about each.
"""

MISSES: dict[str, str] = {
    "m2_latency": "a latency must that nobody has measured is unknown: it bars nothing and costs nothing, so it can't speak for own parts",
    "m3_simple": "three serverless or shared-endpoint services are cheaper than the upkeep and the assumed gaps of an own endpoint",
}
