"""The baseline: an online store that a team writes itself, a few dozen lines on Redis or PostgreSQL."""

from __future__ import annotations

from buildbuy.probes.exercise import Exercise
from buildbuy.probes.systems import Place, System
from buildbuy.probes.systems.services import postgresql, redis


def _redis(at: Place) -> Exercise:
    at.copy_exercise("online_store", "features.py")
    return Exercise((at.python, "on_redis.py"), {}, (redis(at, at.ports[0]),))


def _postgresql(at: Place) -> Exercise:
    at.copy_exercise("online_store", "features.py")
    return Exercise((at.python, "on_postgresql.py"), {}, (postgresql(at, at.ports[0]),))


SYSTEMS = {
    "own-redis": System(
        "own-redis", "Own code on Redis", "redis", "online_store", "2026-11",
        {
            "default": ("a hash an entity, HMGET in a pipeline, values as text",),
            "tuned": ("all features of an entity packed in one value, MGET: fewer bytes and fewer commands",),
        },
        1, exercise=_redis, option="/build",
    ),
    "own-postgresql": System(
        "own-postgresql", "Own code on PostgreSQL", "psycopg", "online_store", "2026-11",
        {
            "default": ("a column a feature, psycopg as it comes", "the join goes by event time"),
            "tuned": ("one array of all features, read binary by a prepared statement: no parsing of text", "the join takes only what had arrived by the label's moment: nothing a model couldn't have seen"),
        },
        1, exercise=_postgresql, option="/build",
    ),
}  # fmt: skip
