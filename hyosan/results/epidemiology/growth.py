"""How fast an outbreak grew at first: exponential growth rate and doubling time, from the moments of infection themselves."""

from __future__ import annotations

from math import ceil, exp, expm1, log, nan, sinh, sqrt
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hyosan.results.epidemiology.cases import Cases
from hyosan.results.epidemiology.columns import make
from hyosan.units import DAY_SECONDS

EARLY_SHARE = 0.15
"""Share of all infections that are early. Where growth is logistic, infections are then half as many a day as at their peak."""
EARLY_LEAST = 10
"""Infections that are early at least, where there are so many."""
_STEEPEST = 500.0


def growth(found: Cases) -> Any:
    """The growth rate early on, one row. Columns: `growth`.

    Early is from the first infection by another to that by which EARLY_SHARE of all have happened: later on, the susceptible run low and
    orders bite (assumed). The law of those in between is `fit`'s. Where chains are few, chance decides the rate more than its interval says,
    since infections come in bursts.
    """
    seconds = found.second[~found.seeds]
    count = min(len(seconds), max(ceil(EARLY_SHARE * len(seconds)), EARLY_LEAST))
    start, end = (int(seconds[0]), int(seconds[count - 1])) if count else (0, 0)
    length = (end - start) / DAY_SECONDS
    rate, error = fit((seconds[1 : count - 1] - start) / DAY_SECONDS, length) if count > 2 else (nan, nan)
    return make(
        "growth",
        date_start=[start if count else None],
        date_end=[end if count else None],
        infections=[count],
        growth_rate=[rate],
        low=[rate - 1.96 * error],
        high=[rate + 1.96 * error],
        doubling_time=[log(2) / rate if rate else nan],
    )


def fit(moments: NDArray[np.float64], length: float) -> tuple[float, float]:
    """Growth rate and its standard error from moments in a window of this length; in the unit of one over that of time.

    Given where the window's first and last infection lie, those between are independent with a density proportional to exp(rate x time)
    if infections are a Poisson process that grows exponentially (Cox & Lewis 1966, ch. 3.3); maximum likelihood, Fisher information.
    NaN for fewer than three moments, or if all lie at one end of the window.
    """
    if len(moments) < 3 or length <= 0:
        return nan, nan
    mean = float(np.mean(moments)) / length
    low, high = -_STEEPEST, _STEEPEST
    if not _mean(low) < mean < _mean(high):
        return nan, nan
    while high - low > 1e-10:
        middle = (low + high) / 2
        low, high = (middle, high) if _mean(middle) < mean else (low, middle)
    slope = (low + high) / 2
    return slope / length, 1 / sqrt(len(moments) * _variance(slope)) / length


def _mean(slope: float) -> float:
    """Mean of a density proportional to exp(slope x) on 0 .. 1."""
    if abs(slope) < 1e-4:
        return 0.5 + slope / 12
    return 1 - 1 / slope + exp(-slope) / -expm1(-slope) if slope > 0 else 1 - _mean(-slope)


def _variance(slope: float) -> float:
    """Variance of the same."""
    if abs(slope) < 1e-2:
        return 1 / 12 - slope**2 / 240
    return 1 / slope**2 - 1 / (4 * sinh(slope / 2) ** 2)
