"""The planted drifts that every monitor is shown: tables whose difference is known because we made it.
A monitor's own script says which columns it holds for drifted: flagged(reference, current), both by column arrays.
"""

import json
import resource
import subprocess
import sys
import time

import numpy as np
from figures import SIZE, figure, missing, percentile, sized

ROWS = 10_000  # of the reference and of the current table
NUMBERS = [f"f{i}" for i in range(16)]
CATEGORIES = ["c0", "c1", "c2"]
COLUMNS = [*NUMBERS, *CATEGORIES, "prediction"]
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
    times = sized(50, 5)
    alarms = [flagged(table(np.random.default_rng([1, i])), table(np.random.default_rng([2, i]))) for i in range(times)]
    how = f"{times} pairs of tables of {ROWS:,} rows and {len(COLUMNS)} columns, alike in distribution"
    figure("false_alarm_columns_percent", 100 * sum(map(len, alarms)) / times / len(COLUMNS), "%", times * len(COLUMNS), how + ": share of the columns called drifted")
    figure("false_alarm_tables_percent", 100 * sum(map(bool, alarms)) / times, "%", times, how + ": share of the pairs with any column called drifted")
    repeats = sized(10, 3)
    for j, what in enumerate(WHAT):
        found = 0
        for i in range(repeats):
            current, where = planted(what, np.random.default_rng([3 + j, i]))
            found += bool(flagged(table(np.random.default_rng([20 + j, i])), current) & where)
        figure(f"{what}_found_percent", 100 * found / repeats, "%", repeats, f"{WHAT[what]}: share of {repeats} pairs of {ROWS:,} rows in which that was seen")
    concept()
    cost()


def concept():
    """What the concept change costs, as one who has the labels sees it."""
    rng = np.random.default_rng(5)
    for when, after in (("before", False), ("after", True)):
        data = table(rng)
        right = np.mean((data["prediction"] > 0.5) == labels(data, rng, after))
        figure(f"concept_accuracy_{when}_percent", 100 * right, "%", ROWS, f"accuracy {when} the concept changes, with the labels: what nothing here can know without them")


def cost():
    """Time and peak memory by rows, each in a process of its own."""
    few, many = 20_000, max(50_000, round(200_000 * min(1.0, SIZE)))
    runs = {rows: [_child(rows) for _ in range(3 if SIZE >= 1 else 1)] for rows in (few, many)}
    if not all(all(one) for one in runs.values()):
        missing("seconds_per_million_rows", "a process that looks at a large table failed; see the script's log")
        return
    seconds, cpu, megabytes = ({rows: percentile([one[k] for one in found], 50) for rows, found in runs.items()} for k in ("seconds", "cpu", "peak_mb"))
    how = f"two tables of {many:,} rows and {len(COLUMNS)} columns compared"
    figure("seconds_per_million_rows", 1e6 * seconds[many] / (2 * many), "s", len(runs[many]), how + f": median time divided by {2 * many:,} rows, scaled to a million; imports not counted")
    figure("rows_per_s", 2 * many / seconds[many], "prediction/s", len(runs[many]), how + f": {2 * many:,} rows divided by the median time, a row a prediction")
    figure("cpu_seconds_per_million_rows", 1e6 * cpu[many] / (2 * many), "s", len(runs[many]), how + ": the processor's time, which other work on the machine hardly moves, scaled alike")
    figure("peak_mb_per_million_rows", 1e6 * (megabytes[many] - megabytes[few]) / (2 * (many - few)), "MB", len(runs[many]), how + f": peak memory beyond that with {few:,} rows, the tables themselves included, scaled to a million rows")
    figure("peak_mb", megabytes[many], "MB", len(runs[many]), how + ": peak memory of the process, libraries and tables included")


def _child(rows):
    ran = subprocess.run([sys.executable, sys.argv[0], "big", str(rows)], capture_output=True, text=True, check=False)
    if ran.returncode:
        print(ran.stderr[-2000:], file=sys.stderr)  # noqa: T201
        return None
    return json.loads(ran.stdout.splitlines()[-1])


def _big(flagged, rows):
    flagged(table(np.random.default_rng(1), 1000), table(np.random.default_rng(2), 1000))  # imports and first uses
    reference, current = table(np.random.default_rng(1), rows), table(np.random.default_rng(2), rows)
    begin, cpu = time.perf_counter(), time.process_time()
    flagged(reference, current)
    print(json.dumps({"seconds": time.perf_counter() - begin, "cpu": time.process_time() - cpu, "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}))  # noqa: T201
