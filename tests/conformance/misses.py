"""Claims that don't hold today, each with the cause that was found. Nothing is listed before its cause is
known; docs/concepts/claims.md says more about each.
"""

MISSES: dict[str, str] = {}
