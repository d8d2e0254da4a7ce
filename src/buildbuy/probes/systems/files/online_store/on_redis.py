"""The store a team writes itself, on Redis: a hash an entity; tuned, all features of an entity packed in one value."""

import struct
import time

import redis
from features import ENTITIES, FEATURES, freshness, names, reads, value
from figures import PORTS, TUNED, figure, missing

client = redis.Redis("127.0.0.1", PORTS[0])
PACKED = struct.Struct(f"<{FEATURES}f")


def write(entity: int, values: list, to) -> None:
    if TUNED:
        to.set(f"e:{entity}", PACKED.pack(*values))
    else:
        to.hset(f"e:{entity}", mapping=dict(zip(names(FEATURES), values, strict=True)))


def read(entities: list, n: int) -> list:
    if TUNED:
        return [list(PACKED.unpack(packed)[:n]) for packed in client.mget([f"e:{e}" for e in entities])]
    pipeline = client.pipeline(transaction=False)
    for e in entities:
        pipeline.hmget(f"e:{e}", names(n))
    return [[float(v) for v in row] for row in pipeline.execute()]


if __name__ == "__main__":
    begin = time.perf_counter()
    for first in range(0, ENTITIES, 1000):
        pipeline = client.pipeline(transaction=False)
        for e in range(first, min(first + 1000, ENTITIES)):
            write(e, [value(e, f) for f in range(FEATURES)], pipeline)
        pipeline.execute()
    figure("materialize_rows_per_s", ENTITIES / (time.perf_counter() - begin), "1/s", ENTITIES, f"{ENTITIES:,} entities x {FEATURES} features written from memory, 1,000 a pipeline")
    reads(read)
    freshness(lambda e, first: write(e, [first, *(value(e, f) for f in range(1, FEATURES))], client), read)
    missing("join_wrong", "Redis keeps the last value only: the join over history needs another store")
