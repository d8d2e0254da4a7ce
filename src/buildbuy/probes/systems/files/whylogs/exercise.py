"""whylogs: profiles of both tables compared by its drift scores (default), or with a correction for the number
of tests and a look at its counts of missing values (tuned). Only the profiles are compared, never rows.
"""

import pandas as pd
import whylogs
from drift import COLUMNS, exercise
from figures import TUNED
from whylogs.viz.drift.column_drift_algorithms import calculate_drift_scores

LEVEL = 0.05 / len(COLUMNS)
MORE_MISSING = 0.01  # share of the rows


def flagged(reference, current):
    a, b = (whylogs.log(pd.DataFrame(x)).profile().view() for x in (reference, current))
    scores = calculate_drift_scores(target_view=b, reference_view=a, with_thresholds=True)
    if not TUNED:
        return {name for name, one in scores.items() if one and one["drift_category"] == "DRIFT"}
    drifted = {name for name, one in scores.items() if one and one["pvalue"] < LEVEL}
    return drifted | {name for name in COLUMNS if _missing(b, name) - _missing(a, name) > MORE_MISSING}


def _missing(view, name):
    counts = view.get_column(name).get_metric("counts").to_summary_dict()
    return counts["null"] / counts["n"]


exercise(flagged)
