"""The gamma distribution's shares and quantiles, for estimates that are gamma distributed.

Series and continued fraction of the regularised incomplete gamma function (Abramowitz & Stegun 1964, 6.5.29 and 6.5.31), quantiles by
bisection on the logarithm; shares to about 1e-12, quantiles to about 1e-10 of themselves.
"""

from __future__ import annotations

from math import exp, inf, lgamma, log

_TINY, _STEPS = 1e-300, 10_000


def share_below(shape: float, x: float) -> float:
    """Share of a gamma distribution of this shape and scale 1 below x."""
    if x <= 0:
        return 0.0
    if x == inf:
        return 1.0
    front = exp(shape * log(x) - x - lgamma(shape))
    return front * _series(shape, x) if x < shape + 1 else 1 - front * _fraction(shape, x)


def quantile(shape: float, share: float) -> float:
    """The value below which `share` (above 0, below 1) of a gamma distribution of this shape and scale 1 lies."""
    low, high = -700.0, log(shape + 1) + 1
    while share_below(shape, exp(high)) < share:
        high += 1
    while high - low > 1e-11:
        middle = (low + high) / 2
        low, high = (middle, high) if share_below(shape, exp(middle)) < share else (low, middle)
    return exp((low + high) / 2)


def _series(shape: float, x: float) -> float:
    term = total = 1 / shape
    for n in range(1, _STEPS):
        term *= x / (shape + n)
        total += term
        if term < total * 1e-17:
            break
    return total


def _fraction(shape: float, x: float) -> float:
    """Lentz's evaluation (Lentz 1976, doi:10.1364/AO.15.000668)."""
    b = x + 1 - shape
    c, d = 1 / _TINY, 1 / b if b else 1 / _TINY
    found = d
    for n in range(1, _STEPS):
        a = -n * (n - shape)
        b += 2
        d = 1 / (a * d + b or _TINY)
        c = b + a / c or _TINY
        found *= c * d
        if abs(c * d - 1) < 1e-16:
            break
    return found
