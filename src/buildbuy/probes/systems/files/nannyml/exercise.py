"""NannyML: univariate drift as documented (default), or of the whole table by constant thresholds, with missing values
and a classifier that tells the two tables apart (tuned). The classifier's alert names no column, so it counts for all.
"""

import math

import nannyml
import pandas as pd
from drift import COLUMNS, exercise
from figures import TUNED
from nannyml.thresholds import ConstantThreshold
from scipy import stats

LEVEL = 0.05 / len(COLUMNS)
SMALL = {"n_estimators": 50, "n_jobs": 1, "random_state": 13, "verbosity": -1}


def statistics(rows):
    """Kolmogorov-Smirnov's and L-infinity statistics between tables of so many rows, with the values that chance
    exceeds at LEVEL at most: the asymptotic one, and shares of three categories taken as normal and at their widest.
    """
    ks = math.sqrt(-math.log(LEVEL / 2) / rows)
    share = stats.norm.isf(LEVEL / 2 / 3) * math.sqrt(0.5 / rows)
    thresholds = {"kolmogorov_smirnov": ConstantThreshold(lower=None, upper=ks), "l_infinity": ConstantThreshold(lower=None, upper=share)}
    return nannyml.UnivariateDriftCalculator(COLUMNS, chunk_number=1, continuous_methods=["kolmogorov_smirnov"], categorical_methods=["l_infinity"], thresholds=thresholds)


def alerted(calculator, reference, current):
    """What a calculator raises an alert for, in any chunk of the current table."""
    found = calculator.fit(reference).calculate(current).filter(period="analysis").to_df()
    return {column[0] for column in found.columns if column[-1] == "alert" and found[column].any()}


def flagged(reference, current):
    a, b = pd.DataFrame(reference), pd.DataFrame(current)
    if not TUNED:
        return alerted(nannyml.UnivariateDriftCalculator(COLUMNS), a, b)
    drifted = alerted(statistics(len(a)), a, b) | alerted(nannyml.MissingValuesCalculator(COLUMNS, chunk_number=1), a, b)
    classifier = nannyml.DomainClassifierCalculator(COLUMNS, chunk_number=2, cv_folds_num=3, hyperparameters=SMALL)
    return {*COLUMNS} if alerted(classifier, a, b) else drifted


exercise(flagged)
