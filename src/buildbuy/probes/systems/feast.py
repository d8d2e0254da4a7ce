"""Feast with its online store in SQLite, Redis or PostgreSQL: SDK and HTTP server."""

from __future__ import annotations

import json

from buildbuy.probes.exercise import Exercise, Service
from buildbuy.probes.systems import Place, System
from buildbuy.probes.systems.services import postgresql, redis

SETTINGS = {
    "default": ("the configuration that `feast init` writes, with its file offline store; features named in each read", "`feast serve` with 1 worker, which starts anew after about 1,000 requests"),
    "tuned": (
        "DuckDB as offline store: the file store was seen to drop labels and to take a corrected row's older value",
        "filter_by_created_timestamp: a value that arrived after the label's moment is one no model could have seen", "registry cache_ttl_seconds 0: reads never fetch the registry again", "a feature service instead of a list of features", "`feast serve --max-requests 0`: no restart in the middle of requests",
        "on PostgreSQL a pool of connections",
    ),
}  # fmt: skip


def _exercise(at: Place, store: dict[str, object], *services: Service) -> Exercise:
    at.copy_exercise("feast", "features.py")
    return Exercise((at.python, "store.py"), {"FEAST_ONLINE_STORE": json.dumps(store), "PATH": at.path}, services)


def _sqlite(at: Place) -> Exercise:
    return _exercise(at, {"type": "sqlite", "path": "online.db"})


def _redis(at: Place) -> Exercise:
    return _exercise(at, {"type": "redis", "connection_string": f"127.0.0.1:{at.ports[1]}"}, redis(at, at.ports[1]))


def _postgresql(at: Place) -> Exercise:
    pool = {"conn_type": "pool", "min_conn": 1, "max_conn": 10} if at.profile == "tuned" else {}
    store = {"type": "postgres", "host": "127.0.0.1", "port": at.ports[1], "database": "probe", "db_schema": "public", "user": "probe", "password": "none", "sslmode": "disable", **pool}
    return _exercise(at, store, postgresql(at, at.ports[1]))


SYSTEMS = {
    "feast-sqlite": System("feast-sqlite", "Feast on SQLite", "feast", "feast", "2026-11", SETTINGS, 1, exercise=_sqlite, option="feast/self-host"),
    "feast-redis": System("feast-redis", "Feast on Redis", "feast", "feast", "2026-11", SETTINGS, 2, exercise=_redis, option="feast/self-host"),
    "feast-postgresql": System("feast-postgresql", "Feast on PostgreSQL", "feast", "feast", "2026-11", SETTINGS, 2, exercise=_postgresql, option="feast/self-host"),
}
