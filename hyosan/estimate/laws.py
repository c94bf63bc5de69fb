"""Three laws of a period, each told by its median and its spread: lognormal, gamma, Weibull.

All are used in one standard form: z = (ln t - ln median) / spread, and a table of the distribution function F at z = -24 .. 8 in steps of
1/32 with its slope, between which it is a cubic (error below 1e-7 of F, less in the tails). The spread is the standard deviation of ln t: exactly
for the lognormal and the Weibull, for the gamma by a = (1 + sqrt(1 + 2 s^2)) / (2 s^2), which inverts the first terms of its trigamma.
So the laws share one grid, and a flat prior on it means the same for each. Medians are 2**(i/256) steps, spreads 2**(j/256) / 16.
Arithmetic: `elementary.py`, hence the same bits on every machine. `posterior.py` weighs the grid.
"""

from __future__ import annotations

from functools import lru_cache
from math import sqrt
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from hyosan.estimate.elementary import HALF_LN_TWO_PI, LN2, Floats, exp, log, log_gamma

LAWS: Final = ("lognormal", "gamma", "weibull")
OCTAVE: Final = 256
"""Points of the grid from a median, or a spread, to its double."""
SPREADS: Final = 1408
"""Spreads are numbered 0 (1/16) .. 1408 (2.8)."""
_Z_LOW, _Z_HIGH, _PER_UNIT, _NODES = -24, 8, 32, 1025
_Z: Final[Floats] = np.arange(_NODES, dtype=np.float64) / _PER_UNIT + _Z_LOW
_WEIBULL: Final = 1.282549830161864
"""Pi / sqrt 6: standard deviation of ln t times the shape, for the Weibull (its logarithm is Gumbel's)."""


class Curve(NamedTuple):
    """A law of one spread: F at the nodes (float64[1025]), its slope per z there, and the shape (NaN for the lognormal)."""

    share: Floats
    slope: Floats
    shape: float


def median_steps(number: NDArray[np.int64] | int) -> Floats:
    """The median with this number, in steps; numbers may be negative."""
    return exp(np.asarray(number, dtype=np.float64) * (LN2 / OCTAVE))


def spread_of(number: NDArray[np.int64] | int) -> Floats:
    """The spread with this number: standard deviation of the logarithm of the period."""
    return exp(np.asarray(number, dtype=np.float64) * (LN2 / OCTAVE)) / 16.0


def curve(law: str, spread_number: int) -> Curve:
    """The table of a law. Source of the laws: any textbook; gamma by the series of Abramowitz & Stegun 6.5.29, normal by 26.2.11."""
    if law == "lognormal":
        return _normal()
    if law == "weibull":
        share, slope, _ = _gumbel()
        return Curve(share, slope, _WEIBULL / float(spread_of(spread_number)))
    return _gamma(spread_number)


def shares(curves: list[Curve], z: Floats) -> Floats:
    """F of `curves[k]` at `z[k, ...]` (float64, shape of z); 0 below the table, 1 above."""
    at = (np.clip(z, -24.0, 7.999999) - _Z_LOW) * _PER_UNIT
    node = at.astype(np.int64)
    part = at - node
    node += (np.arange(len(curves)) * _NODES).reshape((-1,) + (1,) * (z.ndim - 1))
    share = np.concatenate([one.share for one in curves])
    slope = np.concatenate([one.slope for one in curves]) / _PER_UNIT
    # Hermite's cubic on each interval, as c0 + part (c1 + part (c2 + part c3))
    rise = np.append(share[1:] - share[:-1], 0.0)
    after = np.append(slope[1:], 0.0)
    second = 3.0 * rise - 2.0 * slope - after
    third = slope + after - 2.0 * rise
    found: Floats = third[node]
    found *= part
    found += second[node]
    found *= part
    found += slope[node]
    found *= part
    found += share[node]
    return found


def standard_quantile(law: str, spread_number: int, share: float) -> float:
    """The z at which F reaches `share`, to 2**-40, by halving. Raises ValueError: share not within 0 .. 1 exclusive."""
    if not 0.0 < share < 1.0:
        raise ValueError(f"a quantile needs a share between 0 and 1, not {share}")
    one = curve(law, spread_number)
    node = int(np.searchsorted(one.share, share))
    if node == 0 or node == _NODES:
        return float(_Z_LOW if node == 0 else _Z_HIGH)
    begin, rise = float(one.share[node - 1]), float(one.share[node] - one.share[node - 1])
    slope, after = float(one.slope[node - 1]) / _PER_UNIT, float(one.slope[node]) / _PER_UNIT
    low, high = 0.0, 1.0
    for _ in range(35):
        part = (low + high) / 2
        value = begin + part * (slope + part * (3.0 * rise - 2.0 * slope - after + part * (slope + after - 2.0 * rise)))
        low, high = (part, high) if value < share else (low, part)
    return (node - 1 + high) / _PER_UNIT + _Z_LOW


def mean_over_median(law: str, spread_number: int) -> float:
    """Mean of the law as a multiple of its median."""
    spread, shape = float(spread_of(spread_number)), curve(law, spread_number).shape
    if law == "lognormal":
        return float(exp(spread * spread / 2))
    if law == "weibull":
        return float(exp(log_gamma(1 + 1 / shape) - log(LN2) / shape))
    return float(exp(log(shape) - _ln_gamma_median(shape)))


@lru_cache(maxsize=1)
def _normal() -> Curve:
    z = np.clip(np.abs(_Z), 0.0, 8.5)
    term = total = z
    for odd in range(3, 301, 2):
        term = term * (z * z) / odd
        total = total + term
    density = exp(-z * z / 2 - HALF_LN_TWO_PI)
    upper = np.minimum(0.5 + density * total, 1.0)
    return Curve(np.where(_Z < 0, 1.0 - upper, upper), np.where(np.abs(_Z) > 8.5, 0.0, density), float("nan"))


@lru_cache(maxsize=1)
def _gumbel() -> Curve:
    hazard = exp(np.minimum(_WEIBULL * _Z, 6.5)) * LN2
    left = exp(-hazard)
    return Curve(1.0 - left, np.where(hazard > 400, 0.0, _WEIBULL * hazard * left), float("nan"))


@lru_cache(maxsize=1500)
def _gamma(spread_number: int) -> Curve:
    spread = float(spread_of(spread_number))
    shape = (1 + sqrt(1 + 2 * spread * spread)) / (2 * spread * spread)
    top = shape + 12 * sqrt(shape) + 45
    ln_x = _Z * spread + _ln_gamma_median(shape)
    x = exp(np.minimum(ln_x, float(log(top))))
    base = exp(shape * np.minimum(ln_x, float(log(top))) - x - float(log_gamma(shape + 1.0)))
    share = np.minimum(base * _series(shape, x), 1.0)
    above = ln_x > float(log(top))
    return Curve(np.where(above, 1.0, share), np.where(above, 0.0, base * (shape * spread)), shape)


def _series(shape: float, x: Floats) -> Floats:
    """Sum of x^n / ((a+1) .. (a+n)): the incomplete gamma function over x^a e^-x / gamma(a+1). All terms are positive."""
    term = np.ones_like(x)
    total = np.ones_like(x)
    largest, most, all_most, n = float(np.max(x)), 1.0, 1.0, 0
    while most > 1e-17 * all_most:
        n += 1
        term *= x / (shape + n)
        total += term
        most *= largest / (shape + n)
        all_most += most
    return total


@lru_cache(maxsize=1500)
def _ln_gamma_median(shape: float) -> float:
    """Logarithm of the median of gamma(shape, 1): Newton's method on ln F over ln x, which is concave, so that it can't be led astray."""
    floor = float(log_gamma(shape + 1.0))
    ln_x = float(log(shape))
    for _ in range(9):
        x = float(exp(ln_x))
        term = total = 1.0
        n = 0
        while term > 1e-17 * total:
            n += 1
            term *= x / (shape + n)
            total += term
        ln_x -= (shape * ln_x - x - floor + float(log(total)) + LN2) * total / shape
    return ln_x
