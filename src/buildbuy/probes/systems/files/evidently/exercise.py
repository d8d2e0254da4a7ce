"""Evidently: the data drift preset with its tests, as documented (default), or one test a column with a
correction for their number, and a test of missing values (tuned).
"""

import pandas as pd
from drift import CATEGORIES, COLUMNS, exercise
from evidently import DataDefinition, Dataset, Report
from evidently.metrics import MissingValueCount, ValueDrift
from evidently.presets import DataDriftPreset
from figures import TUNED

DEFINITION = DataDefinition(numerical_columns=[name for name in COLUMNS if name not in CATEGORIES], categorical_columns=CATEGORIES)
LEVEL = 0.05 / len(COLUMNS)


def flagged(reference, current):
    a, b = (Dataset.from_pandas(pd.DataFrame(x), data_definition=DEFINITION) for x in (reference, current))
    metrics = [DataDriftPreset()]
    if TUNED:
        metrics = [ValueDrift(column=name, method="chisquare" if name in CATEGORIES else "ks", threshold=LEVEL) for name in COLUMNS]
        metrics += [MissingValueCount(column=name) for name in COLUMNS]
    ran = Report(metrics, include_tests=True).run(b, a).dict()
    failed = [one["metric_config"]["params"].get("column") for one in ran["tests"] if one["status"] == "FAIL"]
    return {name for name in failed if name}  # the test of the whole table has no column


exercise(flagged)
