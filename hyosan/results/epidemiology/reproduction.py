"""Reproduction numbers over time: of cases, counted from who infected whom, and instantaneous, as estimated from counts of infections.

The first needs no estimate, since a run knows its infectors. The second is what would be made of the same outbreak's counts (Cori et
al. 2013, doi:10.1093/aje/kwt133; R's EpiEstim), here with true days of infection and, unless another is given, the run's own intervals.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import nan, sqrt
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hyosan.results.epidemiology.cases import Cases, Ints
from hyosan.results.epidemiology.columns import make
from hyosan.results.epidemiology.gamma import quantile, share_below
from hyosan.results.epidemiology.offspring import counts
from hyosan.units import DAY_SECONDS

PRIOR_SHAPE, PRIOR_SCALE = 1.0, 5.0
"""Prior of the reproduction number: gamma with mean 5 and standard deviation 5, as in EpiEstim."""
STEPS = ((DAY_SECONDS, 7), (3600, 24), (600, 18), (60, 30))
"""Lengths of a step in seconds, and steps in a window: the first of which the mean generation interval holds two."""
LEAST_PRESSURE = 1.0
"""Below so many infectors' worth the prior would speak: nothing is given (assumed)."""
_NONE = (nan,) * 5


def case_numbers(found: Cases) -> Any:
    """The case (cohort) reproduction number by day of infection of the infector. Columns: `reproduction-case`.

    Days without infections are left out. With right-censoring (`open` above 0) a number is a lower bound.
    """
    days = found.step(found.second, DAY_SECONDS)
    shown, which = np.unique(days, return_inverse=True)
    infectors = np.bincount(which, minlength=len(shown))
    caused = np.bincount(which, counts(found), minlength=len(shown)).astype(np.int64)
    return make(
        "reproduction-case",
        day=shown + 1,
        infectors=infectors,
        offspring=caused,
        reproduction_number=caused / np.maximum(infectors, 1),
        open=np.bincount(which, ~found.over, minlength=len(shown)).astype(np.int64),
    )


def instantaneous(found: Cases, weights: Sequence[float] | None = None, step: int | None = None, window: int | None = None) -> Any:
    """The instantaneous reproduction number in sliding windows. Columns: `reproduction-instantaneous`.

    Main arguments: `weights`, the generation interval by steps, from 0 on (None = the run's own, see `own_weights`).
    Other arguments: `step` in seconds and `window` in steps; by default days and weeks, and shorter ones where the mean generation
    interval is below two days (see STEPS).
    Seeds infect, but are not counted as infected here: they came from outside. Empty for runs without infections by others.
    """
    chosen, usual = step_for(found)
    step, window = step or chosen, window or usual
    start = int(found.step(0, step))
    bins = found.step(found.second, step) - start
    rows: list[tuple[float, ...]] = []
    if (~found.seeds).any():
        last = int(found.step(found.end, step)) - start
        local = np.bincount(bins[~found.seeds], minlength=last + 1)
        imported = np.bincount(bins[found.seeds], minlength=len(local))
        rows = estimate(local, imported, own_weights(found, step) if weights is None else weights, window)
    ends = np.array([row[0] for row in rows], dtype=np.int64)
    columns = {name: [row[1 + i] for row in rows] for i, name in enumerate(("infections", "pressure", "mean", "sd", "q025", "median", "q975"))}
    return make(
        "reproduction-instantaneous",
        date_start=np.maximum((start + ends + 1 - window) * step - found.start_clock, 0),
        date_end=(start + ends + 1) * step - found.start_clock,
        **columns,
    )


def estimate(local: Ints, imported: Ints, weights: Sequence[float] | NDArray[np.float64], window: int) -> list[tuple[float, ...]]:
    """Rows (last step, local infections, pressure, mean, sd, 2.5 %, 50 %, 97.5 %) for all windows from the second step on.

    Source: Cori et al. 2013, doi:10.1093/aje/kwt133; those infected elsewhere as in Thompson et al. 2019, doi:10.1016/j.epidem.2019.100356.
    `weights[s]` is the share of infections s steps after the infector's; `weights[0]` is not used. The posterior is gamma distributed.
    """
    law = np.array(weights, dtype=np.float64)
    law[0] = 0.0
    total = (local + imported).astype(np.float64)
    pressure = np.convolve(total, law)[: len(total)]
    sums = [np.concatenate([[0.0], np.cumsum(values)]) for values in (local, pressure)]
    rows = []
    for end in range(window, len(total)):
        cases, force = (float(s[end + 1] - s[end + 1 - window]) for s in sums)
        rows.append((end, int(cases), force, *(_posterior(cases, force) if force >= LEAST_PRESSURE else _NONE)))
    return rows


def _posterior(cases: float, force: float) -> tuple[float, ...]:
    shape, scale = PRIOR_SHAPE + cases, 1 / (1 / PRIOR_SCALE + force)
    return (shape * scale, sqrt(shape) * scale, *(quantile(shape, share) * scale for share in (0.025, 0.5, 0.975)))


def step_for(found: Cases) -> tuple[int, int]:
    """Length of a step in seconds and steps in a window that suit a run's generation interval."""
    rows = np.flatnonzero(~found.seeds)
    mean = float((found.second[rows] - found.second[found.parent[rows]]).mean()) if len(rows) else DAY_SECONDS * 2
    return next((pair for pair in STEPS if mean >= 2 * pair[0]), STEPS[-1])


def own_weights(found: Cases, step: int) -> NDArray[np.float64]:
    """The run's own generation interval: shares by difference of steps, 0 first. Pairs within one step are taken as one step apart.

    Infections by seeds count too. Towards the end of a run long intervals are missing.
    """
    rows = np.flatnonzero(~found.seeds)
    apart = np.maximum(found.step(found.second[rows], step) - found.step(found.second[found.parent[rows]], step), 1)
    return np.asarray(np.bincount(apart) / max(len(rows), 1), dtype=np.float64)


def gamma_weights(mean: float, sd: float, steps: int = 200) -> NDArray[np.float64]:
    """A generation or serial interval of this mean (above 1) and sd in steps, gamma distributed and shifted by one, by whole steps.

    Source: Cori et al. 2013, Web Appendix 11, which is EpiEstim's `discr_si`.
    """
    shape, scale = ((mean - 1) / sd) ** 2, sd**2 / (mean - 1)

    def below(x: float, more: int) -> float:
        return share_below(shape + more, x / scale)

    def weight(k: int) -> float:
        plain = k * below(k, 0) + (k - 2) * below(k - 2, 0) - 2 * (k - 1) * below(k - 1, 0)
        return max(plain + shape * scale * (2 * below(k - 1, 1) - below(k - 2, 1) - below(k, 1)), 0.0)

    return np.array([0.0, *(weight(k) for k in range(1, steps))])
