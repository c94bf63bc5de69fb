"""How fast an outbreak grew at first: exponential growth rate and doubling time."""

from __future__ import annotations

from math import log, nan, sqrt
from typing import Any

import numpy as np

from hyosan.results.epidemiology.cases import Cases, Ints
from hyosan.results.epidemiology.columns import make
from hyosan.units import DAY_SECONDS

STEPS = (DAY_SECONDS, 6 * 3600, 3600, 600, 60)
"""Lengths of the intervals in which infections are counted: the longest that leaves at least LEAST_STEPS of them, else a day."""
LEAST_STEPS = 4


def growth(found: Cases) -> Any:
    """The growth rate early on, one row. Columns: `growth`.

    Early is from the first infection by another to the first interval with at least half as many infections as the highest: after that
    the susceptible run low (assumed: where growth is logistic, 15 % of all infections have happened by then). Infections per interval are
    taken as Poisson around an exponential (McCullagh & Nelder 1989, ch. 6). Where chains are few, chance decides both.
    """
    seconds = found.second[~found.seeds]
    for step in STEPS:
        first, series = _early(found, seconds, step)
        if len(series) >= LEAST_STEPS:
            break
    else:
        step = STEPS[0]
        first, series = _early(found, seconds, step)
    rate, error = fit(series)
    per_day = DAY_SECONDS / step
    found_any = len(seconds) > 0
    rate, error = rate * per_day, error * per_day
    start = max(first * step - found.start_clock, 0)
    return make(
        "growth",
        date_start=[start if found_any else None],
        date_end=[(first + len(series)) * step - found.start_clock if found_any else None],
        step=[step / DAY_SECONDS],
        infections=[int(series.sum())],
        growth_rate=[rate],
        low=[rate - 1.96 * error],
        high=[rate + 1.96 * error],
        doubling_time=[log(2) / rate if rate else nan],
    )


def _early(found: Cases, seconds: Ints, step: int) -> tuple[int, Ints]:
    """Number of the first interval, and infections in it and those after, to the first with half of the peak."""
    if not len(seconds):
        return 0, np.zeros(0, dtype=np.int64)
    bins = found.step(seconds, step)
    first = int(bins.min())
    series = np.bincount(bins - first)
    upto = int(np.argmax(2 * series >= series.max()))
    return first, series[: upto + 1].astype(np.int64)


def fit(series: Ints) -> tuple[float, float]:
    """Growth rate per interval and its standard error by Poisson regression of counts on time; NaN where there is nothing to fit."""
    if len(series) < 3 or np.count_nonzero(series) < 2:
        return nan, nan
    time = np.arange(len(series)) - (len(series) - 1) / 2
    level, rate = log(float(series.mean())), 0.0
    for _ in range(100):
        expected = np.exp(np.clip(level + rate * time, -50, 50))
        gradient = np.array([(series - expected).sum(), ((series - expected) * time).sum()])
        information = np.array([[expected.sum(), (expected * time).sum()], [(expected * time).sum(), (expected * time**2).sum()]])
        move = np.linalg.solve(information, gradient)
        move *= min(1.0, 1.0 / float(np.abs(move).max() or 1.0))
        level, rate = level + float(move[0]), rate + float(move[1])
        if float(np.abs(move).max()) < 1e-10:
            return rate, sqrt(float(np.linalg.inv(information)[1, 1]))
    return nan, nan
