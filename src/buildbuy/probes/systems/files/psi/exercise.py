"""Drift tests written by hand: PSI by deciles (default), or tests with a correction for their number (tuned)."""

import numpy as np
from drift import exercise, matched
from figures import TUNED
from scipy import stats

LEVEL = 0.05  # chance of any false alarm in a pair of tables
PSI = 0.2  # the rule of thumb


def missing_values(column):
    return np.isnan(column) if column.dtype.kind == "f" else np.zeros(len(column), bool)


def psi(reference, current):
    """Population stability index: sum of (q - p) ln(q / p) over deciles of the reference, or categories."""
    if reference.dtype.kind == "f":
        edges = np.quantile(reference[~np.isnan(reference)], np.linspace(0, 1, 11)[1:-1])
        a, b = (np.bincount(np.searchsorted(edges, x[~np.isnan(x)]), minlength=10) for x in (reference, current))
    else:
        values = np.union1d(reference, current)
        a, b = (np.array([np.sum(x == v) for v in values]) for x in (reference, current))
    p, q = (np.maximum(x / x.sum(), 1e-6) for x in (a, b))
    return float(np.sum((q - p) * np.log(q / p)))


def p_values(reference, current):
    """By what was tested (columns in a tuple): marginal distributions, missing values, correlations of pairs."""
    out = {}
    numbers = [name for name, x in reference.items() if x.dtype.kind == "f"]
    for name, a in reference.items():
        b = current[name]
        gaps_a, gaps_b = missing_values(a), missing_values(b)
        if gaps_a.any() or gaps_b.any():
            out[(name, "missing")] = stats.fisher_exact([[gaps_a.sum(), (~gaps_a).sum()], [gaps_b.sum(), (~gaps_b).sum()]]).pvalue
        if name in numbers and not (gaps_a.all() or gaps_b.all()):
            out[(name,)] = stats.ks_2samp(a[~gaps_a], b[~gaps_b], method="asymp").pvalue
        elif name not in numbers:
            values = np.union1d(a, b)
            out[(name,)] = stats.chi2_contingency([[np.sum(x == v) for v in values] for x in (a, b)]).pvalue
    ranks = [np.atleast_2d(np.corrcoef([stats.rankdata(np.nan_to_num(x[name])) for name in numbers])) if numbers else np.zeros((0, 0)) for x in (reference, current)]
    rows = matched(*(len(next(iter(x.values()))) for x in (reference, current)))
    z = np.abs(np.subtract(*(np.arctanh(np.clip(r, -0.999999, 0.999999)) for r in ranks))) / np.sqrt(2.12 / (rows - 3))  # Fisher's z of rank correlations
    for i, one in enumerate(numbers):
        for j in range(i):
            out[(one, numbers[j])] = 2 * stats.norm.sf(z[i, j])
    return out


def flagged(reference, current):
    if not TUNED:
        return {name for name, x in reference.items() if psi(x, current[name]) > PSI}
    found = p_values(reference, current)
    return {name for names, p in found.items() if p < LEVEL / len(found) for name in names if name in reference}


exercise(flagged)
