"""How many each case infected: the distribution, and how unevenly (negative binomial dispersion k, Lloyd-Smith et al. 2005).

A case whose course was not over when the run ended may still infect: its count is a lower bound (right-censored). Cases that are over
are counted beside all; where the run ended early, those are the ones with short courses.
"""

from __future__ import annotations

from math import inf, lgamma, log, nan
from typing import Any

import numpy as np

from hyosan.results.epidemiology.cases import Cases, Ints
from hyosan.results.epidemiology.columns import make

K_RANGE = (1e-3, 1e4)
"""Where k is looked for; at the upper end the law is Poisson."""


def counts(found: Cases) -> Ints:
    """Infections caused by each case [cases], seeds' included."""
    return np.bincount(found.parent[~found.seeds], minlength=len(found)).astype(np.int64)


def offspring(found: Cases) -> Any:
    """How many cases infected 0, 1, 2 ... others. Columns: `offspring`."""
    each = counts(found)
    size = int(each.max()) + 1 if len(each) else 0
    return make(
        "offspring",
        offspring=np.arange(size),
        cases=np.bincount(each, minlength=size),
        cases_over=np.bincount(each[found.over], minlength=size),
    )


def dispersion(found: Cases) -> Any:
    """Mean, variance and negative binomial k of the offspring, of all cases and of those that are over. Columns: `dispersion`.

    Source: Lloyd-Smith et al. 2005, doi:10.1038/nature04153; by maximum likelihood with the mean at the sample's, which is where the
    likelihood has its maximum for every k.
    """
    each = counts(found)
    groups = {"all": each, "over": each[found.over]}
    rows = [_row(name, values) for name, values in groups.items()]
    return make("dispersion", **{name: [row[name] for row in rows] for name in rows[0]})


def _row(name: str, values: Ints) -> dict[str, Any]:
    count = len(values)
    mean = float(values.mean()) if count else nan
    variance = float(values.var(ddof=1)) if count > 1 else nan
    return {
        "cases": name,
        "count": count,
        "mean": mean,
        "variance": variance,
        "k_likelihood": fit_k(values),
        "k_moments": mean**2 / (variance - mean) if count > 1 and variance > mean else nan,
        "nobody_share": float((values == 0).mean()) if count else nan,
    }


def fit_k(values: Ints) -> float:
    """Maximum likelihood k of a negative binomial law whose mean is that of `values`; NaN if they are not overdispersed."""
    if len(values) < 2 or values.sum() == 0:
        return nan
    number = np.bincount(values)
    mean = float(values.mean())

    def likelihood(log_k: float) -> float:
        k = float(np.exp(log_k))
        terms = (n * (lgamma(k + x) - lgamma(k) - lgamma(x + 1) + k * log(k / (k + mean)) + x * log(mean / (k + mean))) for x, n in enumerate(number))
        return float(sum(terms))

    low, high = (log(k) for k in K_RANGE)
    best = _golden_section(likelihood, low, high)
    return nan if best > high - 0.01 or likelihood(best) == -inf else float(np.exp(best))


def _golden_section(function: Any, low: float, high: float) -> float:
    """Where a function of one peak is highest, to 1e-7."""
    ratio = (5**0.5 - 1) / 2
    left, right = high - ratio * (high - low), low + ratio * (high - low)
    value_left, value_right = function(left), function(right)
    while high - low > 1e-7:
        if value_left < value_right:
            low, left, value_left = left, right, value_right
            right = low + ratio * (high - low)
            value_right = function(right)
        else:
            high, right, value_right = right, left, value_left
            left = high - ratio * (high - low)
            value_left = function(left)
    return (low + high) / 2
