"""What is said of many numbers: means with their Monte Carlo error, quantiles, paired differences. The same bytes in any order of arrival.

Sums are exact (`math.fsum`), so no order changes them. Quantiles are numbers that occurred (the inverse of the empirical distribution).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

EXACT_BYTES = 32 << 20
"""Up to so many bytes all values are kept and quantiles are exact; above, they are counted in bins."""
FINE = 8
"""Bits of a bin: whole numbers below 2**8 have a bin each, greater ones share one with those within 1/2**7 of them."""
LEVEL = 0.95
"""Level of intervals."""


def mean(values: Sequence[float]) -> float:
    """The mean."""
    return math.fsum(values) / len(values)


def variance(values: Sequence[float]) -> float:
    """The variance of the population that the values are a sample of; 0 for one value."""
    centre = mean(values)
    return math.fsum((value - centre) ** 2 for value in values) / (len(values) - 1) if len(values) > 1 else 0.0


def error(values: Sequence[float]) -> float:
    """The Monte Carlo error of the mean (its standard error)."""
    return math.sqrt(variance(values) / len(values))


def quantile(ordered: Sequence[float], share: float) -> float:
    """A quantile of values in ascending order: the least value that at least `share` of them do not exceed."""
    return ordered[max(0, math.ceil(share * len(ordered) - 1e-9) - 1)]


def student(level: float, freedom: int) -> float:
    """How many errors an interval of a mean reaches to either side, for `level` of its probability (Student's t)."""
    if freedom > 300:
        z = NormalDist().inv_cdf((1 + level) / 2)
        return z + (z**3 + z) / (4 * freedom) + (5 * z**5 + 16 * z**3 + 3 * z) / (96 * freedom**2)
    low, high = 0.0, 1e6
    for _ in range(100):
        middle = (low + high) / 2
        low, high = (middle, high) if _within(middle, freedom) < level else (low, middle)
    return (low + high) / 2


def wilson(met: int, runs: int, level: float = LEVEL) -> tuple[float, float]:
    """The interval of a share of which `met` of `runs` are known (Wilson 1927, doi:10.1080/01621459.1927.10502953)."""
    z = NormalDist().inv_cdf((1 + level) / 2)
    share, weight = met / runs, z * z / runs
    middle = (share + weight / 2) / (1 + weight)
    reach = z * math.sqrt(share * (1 - share) / runs + weight / (4 * runs)) / (1 + weight)
    return max(0.0, middle - reach), min(1.0, middle + reach)


def _within(t: float, freedom: int) -> float:
    """Probability that Student's t lies within -t .. t (Abramowitz and Stegun 26.7.3 and 26.7.4)."""
    angle = math.atan(t / math.sqrt(freedom))
    sine, cosine = math.sin(angle), math.cos(angle)
    term, total = (cosine, 0.0) if freedom % 2 else (1.0, 0.0)
    for k in range(1 + freedom % 2, freedom + 1 - freedom % 2, 2):
        total += term
        term *= cosine * cosine * k / (k + 1)
    if freedom % 2 == 0:
        return sine * total
    return 2 / math.pi * (angle + sine * total)


class Quantiles:
    """Quantiles of many cells at once, fed one row of whole numbers after another; `rows` are expected.

    Exact while all rows fit into `EXACT_BYTES`, which the number of rows alone decides; else within 1/128 of the value, in memory
    that does not grow with the number of rows.
    """

    def __init__(self, cells: int, rows: int) -> None:
        self.exact = rows * cells * 8 <= EXACT_BYTES
        self.rows = 0
        self._kept: NDArray[np.int64] = np.zeros((rows if self.exact else 0, cells), dtype=np.int64)
        self._bins: NDArray[np.int64] = np.zeros((0 if self.exact else cells, 1 << FINE), dtype=np.int64)

    def add(self, row: NDArray[np.int64]) -> None:
        """Take a value of each cell, none negative."""
        if self.exact:
            self._kept[self.rows] = row
        else:
            bins = _bin(row)
            if (most := int(bins.max(initial=0))) >= self._bins.shape[1]:
                self._bins = np.pad(self._bins, ((0, 0), (0, most + 1 - self._bins.shape[1])))
            self._bins[np.arange(len(row)), bins] += 1
        self.rows += 1

    def at(self, share: float) -> NDArray[np.int64]:
        """The quantile of each cell."""
        rank = max(0, math.ceil(share * self.rows - 1e-9) - 1)
        if self.exact:
            found: NDArray[np.int64] = np.partition(self._kept[: self.rows], rank, axis=0)[rank]
            return found
        return _middle((np.cumsum(self._bins, axis=1) > rank).argmax(axis=1))


def _bin(values: NDArray[np.int64]) -> NDArray[np.int64]:
    half = 1 << (FINE - 1)
    _, exponent = np.frexp(np.maximum(values, 1).astype(np.float64))
    shift = np.maximum(exponent.astype(np.int64) - FINE, 0)
    found: NDArray[np.int64] = (values >> shift) + shift * half
    return found


def _middle(bins: NDArray[np.int64]) -> NDArray[np.int64]:
    half = 1 << (FINE - 1)
    shift = np.maximum(bins // half - 1, 0)
    low = (bins - shift * half) << shift
    found: NDArray[np.int64] = low + ((1 << shift) - 1) // 2
    return found
