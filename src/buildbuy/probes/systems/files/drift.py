"""The planted drifts that every monitor is shown: tables whose difference is known because we made it; or the user's own tables, where
PROBE_TABLE names them. A monitor's own script says which columns it holds for drifted: flagged(reference, current), both by column arrays.
"""

import json
import os
import resource
import subprocess
import sys
import time

import numpy as np
from figures import SIZE, figure, missing, percentile, sized

ROWS = 10_000  # of the reference and of the current table
LEAST = 50_000  # rows that tell what memory they take
NUMBERS = [f"f{i}" for i in range(16)]
CATEGORIES = ["c0", "c1", "c2"]
COLUMNS = [*NUMBERS, *CATEGORIES, "prediction"]
OWN = os.environ["PROBE_TABLE"]  # made by table/read.py; or empty
if OWN:
    with np.load(OWN) as told:
        COLUMNS, CATEGORIES, SPLIT, OWN_ROWS = (told[x].tolist() for x in ("columns", "categories", "split", "rows"))
SHARES = [0.5, 0.3, 0.2]
WHAT = {
    "mean_shift_0_1_sd": "the mean of one column moves by 0.1 standard deviations",
    "mean_shift_0_25_sd": "the mean of one column moves by 0.25 standard deviations",
    "mean_shift_0_5_sd": "the mean of one column moves by 0.5 standard deviations",
    "mean_shift_1_sd": "the mean of one column moves by 1 standard deviation",
    "category_share": "the shares of one column's categories move from 50/30/20 to 40/35/25%",
    "missing_rise": "missing values of one column rise from none to 10%, at random",
    "correlation_only": "two columns become correlated (0 to 0.8), each is distributed as before",
    "concept": "what decides the label changes, all inputs and predictions are distributed as before",
}


def table(rng, rows=ROWS):
    """Independent columns, and the prediction of a model that has learnt label = (f0 + f1 > 0)."""
    out = {name: rng.normal(size=rows) if i % 2 == 0 else rng.lognormal(size=rows) for i, name in enumerate(NUMBERS)}
    out["f1"] = rng.normal(size=rows)
    out |= {name: rng.choice(np.array(["a", "b", "c"]), size=rows, p=SHARES) for name in CATEGORIES}
    return _predicted(out)


def _predicted(out):
    out["prediction"] = 1 / (1 + np.exp(-2 * (out["f0"] + out["f1"])))
    return out


def planted(what, rng):
    """A current table with a drift, and the columns it is in."""
    out = table(rng)
    if what.startswith("mean_shift"):
        out["f2"] = out["f2"] + float(what.removeprefix("mean_shift_").removesuffix("_sd").replace("_", "."))
        return out, {"f2"}
    if what == "category_share":
        out["c0"] = rng.choice(np.array(["a", "b", "c"]), size=ROWS, p=[0.4, 0.35, 0.25])
        return out, {"c0"}
    if what == "missing_rise":
        out["f4"] = np.where(rng.random(ROWS) < 0.1, np.nan, out["f4"])
        return out, {"f4"}
    if what == "correlation_only":
        out["f8"] = 0.8 * out["f6"] + 0.6 * out["f8"]  # both standard normal, before and after
        return out, {"f6", "f8"}
    return out, set(COLUMNS)


def labels(data, rng, after):
    """What came true: f1 counts the other way after the concept has changed."""
    noise = rng.normal(scale=0.3, size=len(data["f0"]))
    return data["f0"] + (-data["f1"] if after else data["f1"]) + noise > 0


def exercise(flagged):
    if sys.argv[1:2] == ["big"]:
        _big(flagged, int(sys.argv[2]))
        return
    if OWN:
        own(flagged)
        cost(OWN_ROWS)
        return
    times = sized(50, 5)
    alarms = [flagged(table(np.random.default_rng([1, i])), table(np.random.default_rng([2, i]))) for i in range(times)]
    false_alarms(alarms, f"{times} pairs of tables of {ROWS:,} rows and {len(COLUMNS)} columns, alike in distribution")
    repeats = sized(10, 3)
    for j, what in enumerate(WHAT):
        found = 0
        for i in range(repeats):
            current, where = planted(what, np.random.default_rng([3 + j, i]))
            found += bool(flagged(table(np.random.default_rng([20 + j, i])), current) & where)
        figure(f"{what}_found_percent", 100 * found / repeats, "%", repeats, f"{WHAT[what]}: share of {repeats} pairs of {ROWS:,} rows in which that was seen")
    concept()
    cost(max(LEAST, round(200_000 * min(1.0, SIZE))))


def own(flagged):
    """What is called drifted in the user's rows: between random halves of them nothing is."""
    reference, current = pair(OWN_ROWS)
    if not SPLIT:
        found = flagged(reference, current) & {*COLUMNS}
        figure("drifted_columns_percent", 100 * len(found) / len(COLUMNS), "%", len(COLUMNS), "your table compared with your reference: share of the columns called drifted")
        return
    together = {name: np.concatenate([reference[name], x]) for name, x in current.items()}
    every, times = len(together[COLUMNS[0]]), sized(50, 5)
    rows = min(ROWS, every // 2)
    pairs = [np.split(np.random.default_rng([1, i]).permutation(every)[: 2 * rows], 2) for i in range(times)]
    false_alarms([flagged(*({name: x[part] for name, x in together.items()} for part in two)) for two in pairs], f"{times} random pairs of {rows:,} of your rows")


def matched(a, b):
    """How many rows two tables of one size would have that tell differences as well as these two, of a and b rows."""
    return 2 * a * b / max(a + b, 1)


def false_alarms(alarms, how):
    """What was called drifted in pairs of tables that don't differ."""
    figure("false_alarm_columns_percent", 100 * sum(map(len, alarms)) / len(alarms) / len(COLUMNS), "%", len(alarms) * len(COLUMNS), how + ": share of the columns called drifted")
    figure("false_alarm_tables_percent", 100 * sum(map(bool, alarms)) / len(alarms), "%", len(alarms), how + ": share of the pairs with any column called drifted")


def concept():
    """What the concept change costs, as one who has the labels sees it."""
    rng = np.random.default_rng(5)
    for when, after in (("before", False), ("after", True)):
        data = table(rng)
        right = np.mean((data["prediction"] > 0.5) == labels(data, rng, after))
        figure(f"concept_accuracy_{when}_percent", 100 * right, "%", ROWS, f"accuracy {when} the concept changes, with the labels: what nothing here can know without them")


def pair(rows):
    """Reference and current table, the latter of so many rows; of the user's, both in proportion."""
    if not OWN:
        return table(np.random.default_rng(1), rows), table(np.random.default_rng(2), rows)
    with np.load(OWN) as kept:  # a column at a time, so that few rows take little memory
        return tuple({name: _first(kept[f"{of}/{name}"], rows / OWN_ROWS) for name in COLUMNS} for of in ("reference", "table"))


def _first(column, share):
    return column[: round(len(column) * share)].copy()


def cost(many):
    """Time and peak memory by rows, each in a process of its own."""
    few = many // 4 if OWN else 20_000
    runs = {rows: [_child(rows) for _ in range(3 if SIZE >= 1 else 1)] for rows in ((few, many) if many >= LEAST else (many,))}
    if not all(all(one) for one in runs.values()):
        missing("seconds_per_million_rows", "a process that looks at a large table failed; see the script's log")
        return
    seconds, cpu, megabytes, read = ({rows: percentile([one[k] for one in found], 50) for rows, found in runs.items()} for k in ("seconds", "cpu", "peak_mb", "rows"))
    n, how = len(runs[many]), f"tables of {read[many] - many:,} and {many:,} rows and {len(COLUMNS)} columns compared"
    figure("seconds_per_million_rows", 1e6 * seconds[many] / read[many], "s", n, how + f": median time divided by {read[many]:,} rows, scaled to a million; imports not counted")
    figure("rows_per_s", many / seconds[many], "prediction/s", n, how + f": {many:,} rows, a prediction each, divided by the median time, in which the reference is read again")
    figure("cpu_seconds_per_million_rows", 1e6 * cpu[many] / read[many], "s", n, how + ": the processor's time, which other work on the machine hardly moves, scaled alike")
    figure("analysis_ms_per_prediction", 1000 * cpu[many] / many, "ms/prediction", n, how + f": the processor's time divided by {many:,} rows, a prediction each; the reference is read again each time")
    if many < LEAST:
        missing("peak_mb_per_million_rows", f"{many:,} rows are too few: what they take is lost in what the libraries take")
    else:
        figure("peak_mb_per_million_rows", 1e6 * (megabytes[many] - megabytes[few]) / (read[many] - read[few]), "MB", n, how + f": peak memory beyond that with {few:,} rows, the tables themselves included, scaled to a million rows")
    figure("peak_mb", megabytes[many], "MB", n, how + ": peak memory of the process, libraries and tables included")


def _child(rows):
    ran = subprocess.run([sys.executable, sys.argv[0], "big", str(rows)], capture_output=True, text=True, check=False)
    if ran.returncode:
        print(ran.stderr[-2000:], file=sys.stderr)  # noqa: T201
        return None
    return json.loads(ran.stdout.splitlines()[-1])


def _big(flagged, rows):
    flagged(*pair(1000))  # imports and first uses
    reference, current = pair(rows)
    begin, cpu = time.perf_counter(), time.process_time()
    flagged(reference, current)
    took = {"seconds": time.perf_counter() - begin, "cpu": time.process_time() - cpu, "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}
    print(json.dumps({**took, "rows": sum(len(x[COLUMNS[0]]) for x in (reference, current))}))  # noqa: T201
