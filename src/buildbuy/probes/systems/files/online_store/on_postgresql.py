"""The store a team writes itself, on PostgreSQL: a column a feature; tuned, one array of all and binary, prepared reads.

The join is SQL of one statement, by event time as first written; tuned, it takes only what had arrived by then.
"""

import time

import psycopg
from features import (
    ENTITIES,
    FEATURES,
    TTL,
    freshness,
    history,
    joined,
    labels,
    names,
    reads,
    value,
)
from figures import PORTS, TUNED, figure

db = psycopg.connect(f"host=127.0.0.1 port={PORTS[0]} user=probe dbname=probe", autocommit=True)
COLUMNS = ", ".join(names(FEATURES))
READ = {n: f"SELECT e, v[1:{n}] FROM online WHERE e = ANY(%s)" if TUNED else f"SELECT e, {', '.join(names(n))} FROM online WHERE e = ANY(%s)" for n in (10, 50)}
JOIN = f"""
SELECT l.i, h.value FROM labels l LEFT JOIN LATERAL (
  SELECT value FROM history h WHERE h.e = l.e AND h.event <= l.moment AND h.event >= l.moment - %s {'AND h.created <= l.moment' if TUNED else ''}
  ORDER BY h.event DESC, h.created DESC LIMIT 1
) h ON true ORDER BY l.i"""


def line(e: int) -> tuple:
    values = [value(e, f) for f in range(FEATURES)]
    return (e, values) if TUNED else (e, *values)


def read(entities: list, n: int) -> list:
    with db.cursor(binary=TUNED) as cursor:
        got = {row[0]: list(row[1]) if TUNED else list(row[1:]) for row in cursor.execute(READ[n], (entities,), prepare=TUNED or None)}
    return [got[e] for e in entities]


def write(e: int, first: float) -> None:
    db.execute("UPDATE online SET v[1] = %s WHERE e = %s" if TUNED else "UPDATE online SET f0 = %s WHERE e = %s", (first, e))


def copied(table: str, rows) -> None:
    with db.cursor() as cursor, cursor.copy(f"COPY {table} FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)


if __name__ == "__main__":
    db.execute("CREATE TABLE online (e int PRIMARY KEY, " + ("v real[])" if TUNED else ", ".join(f"{name} real" for name in names(FEATURES)) + ")"))
    begin = time.perf_counter()
    copied("online", (line(e) for e in range(ENTITIES)))
    db.execute("ANALYZE online")
    figure("materialize_rows_per_s", ENTITIES / (time.perf_counter() - begin), "1/s", ENTITIES, f"{ENTITIES:,} entities x {FEATURES} features written from memory by COPY, with ANALYZE")
    reads(read)
    freshness(write, read)
    rows = history()
    wanted = labels(rows)
    db.execute("CREATE TABLE history (e int, event timestamptz, created timestamptz, value float8)")
    db.execute("CREATE TABLE labels (i int, e int, moment timestamptz)")
    copied("history", rows)
    copied("labels", ((i, *label) for i, label in enumerate(wanted)))
    begin = time.perf_counter()
    db.execute("CREATE INDEX ON history (e, event DESC, created DESC)")
    db.execute("ANALYZE")
    got = [row[1] for row in db.execute(JOIN, (TTL,))]
    joined(got, time.perf_counter() - begin, wanted, rows, known=TUNED)
