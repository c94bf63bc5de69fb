"""Does the fit find planted truths? Draws of the table are held out as if they had been observed and fitted with the rest.

If it does, 90 % intervals hold the truth in 90 % of them, within what chance allows (Cook, Gelman & Rubin 2006, doi:10.1198/106186006X136976).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from hyosan.fitting.regression import Floats, infer

LEVELS = (0.5, 0.9)
CONFIDENCE = 0.95


class Recovered(NamedTuple):
    """What came of planted truths."""

    rows: NDArray[np.int64]
    """Rows of the table that were held out."""
    truths: Floats
    """[truths, parameters] scores."""
    medians: Floats
    lows: Floats
    """[levels, truths, parameters] lower ends of the intervals."""
    highs: Floats
    spreads: Floats
    """[truths, parameters] standard deviation of the posterior, in that of the prior."""

    def held(self, level: int) -> NDArray[np.int64]:
        """[parameters] in how many the interval of a level holds the truth."""
        inside = (self.lows[level] <= self.truths) & (self.truths <= self.highs[level])
        return np.asarray(inside.sum(axis=0), dtype=np.int64)


def recover(scores: Floats, summaries: Floats, weights: Floats, share: float, truths: int, reduce: bool | None = None) -> Recovered:
    """Hold out `truths` rows, spread evenly over the table, and fit each with all others; `share` of them is accepted.

    scores: [draws, parameters]; summaries: [draws, summaries]; weights: [summaries].
    """
    draws = len(scores)
    rows = np.unique(np.linspace(0, draws - 1, min(truths, draws)).round().astype(np.int64))
    ends = [0.5, *(0.5 + side * level / 2 for level in LEVELS for side in (-1, 1))]
    quantiles = np.empty((len(ends), len(rows), scores.shape[1]))
    spreads = np.empty((len(rows), scores.shape[1]))
    for number, row in enumerate(rows):
        rest = np.arange(draws) != row
        found = infer(scores[rest], summaries[rest], summaries[row], weights, max(2, round(share * (draws - 1))), reduce)
        quantiles[:, number] = found.quantiles(np.array(ends))
        spreads[number] = np.sqrt(np.average((found.adjusted - found.mean()) ** 2, axis=0, weights=found.weights))
    return Recovered(rows, scores[rows], quantiles[0], quantiles[1::2], quantiles[2::2], spreads)


def binomial_bounds(held: int, of: int, confidence: float = CONFIDENCE) -> tuple[float, float]:
    """The exact interval of a share of which `held` of `of` were seen (Clopper & Pearson 1934)."""
    tail = (1 - confidence) / 2
    low = 0.0 if held == 0 else _where(lambda p: 1 - _at_most(held - 1, of, p) - tail)
    high = 1.0 if held == of else _where(lambda p: tail - _at_most(held, of, p))
    return low, high


def _at_most(k: int, n: int, p: float) -> float:
    """Probability of at most k of n."""
    logs = [math.lgamma(n + 1) - math.lgamma(i + 1) - math.lgamma(n - i + 1) + i * math.log(p) + (n - i) * math.log1p(-p) for i in range(k + 1)]
    return math.fsum(math.exp(one) for one in logs)


def _where(rising: Callable[[float], float]) -> float:
    """Where a rising function of a share crosses 0."""
    low, high = 1e-12, 1 - 1e-12
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if rising(middle) < 0 else (low, middle)
    return (low + high) / 2
