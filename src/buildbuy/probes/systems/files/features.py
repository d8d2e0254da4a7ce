"""What feature stores are exercised with: planted values, a history with traps for the join, and an oracle for it."""

import random
import time
from datetime import UTC, datetime, timedelta

from figures import figure, percentiles, sized, timed

FEATURES = 50
ENTITIES = sized(10_000, 300)
TTL = timedelta(days=10)
DROPPED = object()
BEGIN = datetime(2026, 1, 1, tzinfo=UTC)


def value(entity: int, feature: int) -> float:
    """The planted value of a feature: another for each, exact as float32."""
    return float(entity * FEATURES + feature)


def names(n: int) -> list:
    return [f"f{i}" for i in range(n)]


def reads(read) -> None:
    """Online reads: read(entities, n) gives a list of the first n features of each entity, in their order."""
    wrong = asked = 0
    draw = random.Random(1)
    for entities in (1, 10, 100):
        for features in (10, 50):
            wanted: list = []
            got: list = []

            def one(_: int, entities: int = entities, features: int = features, wanted: list = wanted, got: list = got) -> None:
                wanted.append(draw.sample(range(ENTITIES), entities))
                got.append(read(wanted[-1], features))

            seconds = timed(one, sized(300, 10), 5)
            wrong += sum([[value(e, f) for f in range(features)] for e in w] != g for w, g in zip(wanted, got, strict=True))
            asked += len(got)
            percentiles(f"read_{entities}x{features}", seconds, f"online read of {entities} entities x {features} features of {ENTITIES:,}, one after the other in the client")
    figure("reads_wrong", wrong, "count", asked, "online reads with another value than was written")


def freshness(write, read) -> None:
    """write(entity, v) writes a new value of the first feature; the same client reads until it sees it."""
    seconds = []
    for i in range(sized(20, 5)):
        begin = time.perf_counter()
        write(i, -1.0 - i)
        while read([i], 10)[0][0] != -1.0 - i:
            time.sleep(0.001)
        seconds.append(time.perf_counter() - begin)
    percentiles("freshness", seconds, "from the begin of the write of one row until a read sees it", (50,))


def history() -> list:
    """(entity, event, created, value) with a value of its own in each row. Traps: rows that arrive two days after
    their event, and corrections of a row that arrive an hour after it.
    """
    draw, rows = random.Random(2), []
    for entity in range(sized(1000, 50)):
        for _ in range(20):
            event = BEGIN + timedelta(minutes=draw.randrange(60 * 24 * 60))
            rows.append((entity, event, event + (timedelta(days=2) if draw.random() < 0.1 else timedelta(minutes=1))))
            if draw.random() < 0.05:
                rows.append((entity, event, event + timedelta(hours=1)))
    return [(*row, float(i)) for i, row in enumerate(rows)]


def labels(rows: list) -> list:
    """(entity, moment). Traps: moments that are just an event's, entities without a history, moments long after all."""
    draw, found = random.Random(3), []
    entities = sized(1000, 50)
    for i in range(sized(100_000, 500)):
        if i % 10 == 0:
            row = draw.choice(rows)
            found.append((row[0], row[1]))
        elif i % 50 == 1:
            found.append((entities + i, BEGIN))
        else:
            found.append((draw.randrange(entities), BEGIN + timedelta(minutes=draw.randrange(90 * 24 * 60))))
    return found


def joined(got: list, seconds: float, wanted: list, rows: list, known: bool) -> None:
    """Judges a point-in-time join: `got` the value for each label, None, or DROPPED where no row came back for it. The oracle looks at every row of an entity: the
    latest event up to the moment within TTL, of corrections the last; with `known`, of those that had arrived.
    """
    of: dict = {}
    for row in rows:
        of.setdefault(row[0], []).append(row)
    wrong = future = early = 0
    dropped = sum(value is DROPPED for value in got)
    for value, (entity, moment) in zip(got, wanted, strict=True):
        if value is DROPPED:
            continue
        fitting = [r for r in of.get(entity, ()) if moment - TTL <= r[1] <= moment and (not known or r[2] <= moment)]
        best = max(fitting, key=lambda r: r[1:3], default=None)
        wrong += value != (best[3] if best else None)
        if value is not None:
            _, event, created, _ = rows[int(value)]
            future += event > moment
            early += created > moment
    n = len(wanted)
    figure("join_s_per_100k_rows", seconds * 100_000 / n, "s", n, f"point-in-time join of {n:,} labels with a history of {len(rows):,} rows, scaled to 100,000 labels")
    figure("join_labels_dropped", dropped, "count", n, "labels for which the join gave no row at all, with or without a value")
    figure("join_wrong", wrong, "count", n, "joined rows that differ from the latest value " + ("that had arrived by then" if known else "by event time") + ", found by looking at every row")
    figure("join_future_values", future, "count", n, "joined rows with a value whose event lies after the label's moment: a leak")
    figure("join_not_yet_known_values", early, "count", n, "joined rows with a value that had arrived only after the label's moment, though its event lies before: what a model could not have seen")
