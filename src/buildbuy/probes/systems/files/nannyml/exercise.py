"""NannyML: univariate drift as documented (default), or of the whole table by constant thresholds, with missing values
and a classifier that tells the two tables apart (tuned). The classifier's alert names no column, so it counts for all.
"""

import math

import nannyml
import pandas as pd
from drift import CATEGORIES, COLUMNS, exercise, matched
from figures import TUNED
from scipy import stats

LEVEL = 0.05 / len(COLUMNS)
SMALL = {"n_estimators": 50, "n_jobs": 1, "random_state": 13, "verbosity": -1}
UNIVARIATE = {"chunk_number": 1, "continuous_methods": ["kolmogorov_smirnov"], "categorical_methods": ["l_infinity"]}


def calculated(calculator, reference, current):
    """Its results on the current table, by (column, ..., value or alert)."""
    return calculator.fit(reference).calculate(current).filter(period="analysis").to_df()


def alerted(calculator, reference, current):
    """What a calculator raises an alert for, in any chunk of the current table."""
    found = calculated(calculator, reference, current)
    return {column[0] for column in found.columns if column[-1] == "alert" and found[column].any()}


def values(calculator, reference, current):
    """Its value for each column, of a calculator of one chunk."""
    found = calculated(calculator, reference, current)
    return {column[0]: float(found[column].iloc[0]) for column in found.columns if column[-1] == "value"}


def limit(name, reference, current):
    """What chance exceeds at LEVEL at most: of the Kolmogorov-Smirnov statistic the asymptotic one; of the largest difference
    of shares that of a normal one, at its widest.
    """
    if name in CATEGORIES:
        return stats.norm.isf(LEVEL / 2 / reference[name].nunique()) * math.sqrt(0.5 / matched(len(reference), len(current)))
    return math.sqrt(-math.log(LEVEL / 2) / max(matched(reference[name].count(), current[name].count()), 1))


def rise(share, rows):
    """The same of a share of missing values, between tables of so many rows."""
    return stats.norm.isf(LEVEL / 2) * math.sqrt(2 * share * (1 - share) / rows)


def flagged(reference, current):
    a, b = pd.DataFrame(reference), pd.DataFrame(current)
    if not TUNED:
        return alerted(nannyml.UnivariateDriftCalculator(COLUMNS), a, b)
    rows, gaps = matched(len(a), len(b)), a.isna().mean()
    drifted = {name for name, value in values(nannyml.UnivariateDriftCalculator(COLUMNS, **UNIVARIATE), a, b).items() if value > limit(name, a, b)}
    drifted |= {name for name, value in values(nannyml.MissingValuesCalculator(COLUMNS, chunk_number=1), a, b).items() if abs(value - gaps[name]) > rise(gaps[name], rows)}
    classifier = nannyml.DomainClassifierCalculator(COLUMNS, chunk_number=2, cv_folds_num=3, hyperparameters=SMALL)
    return {*COLUMNS} if alerted(classifier, a, b) else drifted


exercise(flagged)
