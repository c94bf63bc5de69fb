"""Cases of an outbreak that grows, with periods of a known law, as authorities know them at its front."""

from __future__ import annotations

from math import log

import numpy as np
from scipy import stats

from hyosan.estimate.incubation import KnownPeriods

NOW = 4000
"""The hour of the estimate."""
LAWS = {
    "lognormal": stats.lognorm(0.418, scale=5.1 * 24),  # SARS-CoV-2: Lauer et al. 2020, doi:10.7326/M20-0504
    "gamma": stats.gamma((5.5 / 2.4) ** 2, scale=2.4**2 / 5.5 * 24),
    "weibull": stats.weibull_min(3.04, scale=7.16 * 24),  # Backer et al. 2020: mean 6.4, sd 2.3 days
}


def front(rng: np.random.Generator, count: int, doubling_days: float, law, window_hours: int = 0) -> list[tuple[int, int, int]]:
    """So many cases with an onset before NOW: first and last hour in which they may have been exposed, hour of onset.

    Exposures double every so many days. Windows begin at a multiple of their length, which is 1 .. `window_hours` + 1 hours.
    """
    found: list[tuple[int, int, int]] = []
    while len(found) < count:
        exposed = NOW + np.log(1 - rng.random(4 * count)) * (24 * doubling_days / log(2))
        onset = exposed + law.rvs(4 * count, random_state=rng)
        width = rng.integers(0, window_hours + 1, 4 * count) + 1
        low = np.floor(exposed / width).astype(int) * width
        found += [(int(a), int(a + w - 1), int(b)) for a, w, b in zip(low, width, onset, strict=True) if b < NOW]
    return found[:count]


def known(cases: list[tuple[int, int, int]], step_minutes: int = 60) -> KnownPeriods:
    """The cases, added one by one."""
    periods = KnownPeriods(step_minutes)
    for case in cases:
        periods.add(*case)
    return periods


def covered(replicates: int, doubling_days: float, law, count: int = 200, seed: int = 7) -> tuple[int, int]:
    """In how many of so many outbreaks the interval of the mean holds the true mean: without correction, with it."""
    hits = [0, 0]
    for replicate in range(replicates):
        rng = np.random.default_rng([seed, int(doubling_days * 10), count, replicate])
        periods = known(front(rng, count, doubling_days, law))
        for k, truncation in enumerate((False, True)):
            mean = periods.estimate(NOW, truncation=truncation).mean
            hits[k] += mean.low <= law.mean() <= mean.high
    return hits[0], hits[1]
