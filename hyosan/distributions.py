"""Durations: distributions in natural units to integer tables, and the rule that draws from them.

Tables are made once on the host with decimal arithmetic (correctly rounded, so the same on every machine); what runs is integers.
A table holds the quantile function at tail probabilities that halve 31 times on either side, 32 steps in each: within 0.1 % of the
exact quantile over all but 1e-9 of the mass. `scenario/` hands in the parameters, `engine/compile.py` stores the `Law`s.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from decimal import Decimal, localcontext
from functools import lru_cache
from pathlib import Path
from typing import Final, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from hyosan.backend import rule
from hyosan.keeping import kept_numbers
from hyosan.luck import neg_log

FIXED, EXPONENTIAL, UNIFORM, EMPIRICAL, TABLE = 0, 1, 2, 3, 4
"""Kinds of law."""
_HALVINGS, _STEPS = 31, 32
TABLE_SIZE: Final = 2 * _HALVINGS * (_STEPS + 1)
"""Entries of one table: lower tail, then upper tail."""
_SUB: Final = 64  # tables hold 1/64 s
MAX_SECONDS: Final = 10**9
"""Durations are cut off here (31.7 years)."""


class Law(NamedTuple):
    """One distribution of durations as integers: kind, two numbers in seconds, and values (1/64 s for tables, s for empirical)."""

    kind: int
    a: int
    b: int
    values: NDArray[np.int64]


_EMPTY = np.zeros(0, dtype=np.int64)
Tails: TypeAlias = tuple[list[Decimal], list[Decimal]]
"""Quantiles at `_tails()` and at one minus them, seconds."""


def fixed(seconds: float) -> Law:
    """The same for all, rounded to the second."""
    return Law(FIXED, _whole(seconds), 0, _EMPTY)


def exponential(mean: float) -> Law:
    """Exponential with this mean in seconds."""
    return Law(EXPONENTIAL, _whole(mean * 16), 0, _EMPTY)


def uniform(low: float, high: float) -> Law:
    """Uniform between two numbers of seconds."""
    return Law(UNIFORM, _whole(low), _whole(high) - _whole(low), _EMPTY)


def empirical(seconds: tuple[float, ...]) -> Law:
    """One of the given durations, each as likely."""
    return Law(EMPIRICAL, len(seconds), 0, np.array(sorted(_whole(x) for x in seconds), dtype=np.int64))


@lru_cache(maxsize=256)
def lognormal(mean: float, sd: float) -> Law:
    """Lognormal by mean and standard deviation in seconds."""
    return _table("lognormal", mean, sd, _lognormal)


def _lognormal(mean: float, sd: float) -> Tails:
    with localcontext() as context:
        context.prec = 30
        square = (1 + (Decimal(sd) / Decimal(mean)) ** 2).ln()
        mu, sigma = Decimal(mean).ln() - square / 2, square.sqrt()
        lower = [(mu + sigma * z).exp() for z in _normal_quantiles()]
        upper = [(mu - sigma * z).exp() for z in _normal_quantiles()]
    return lower, upper


@lru_cache(maxsize=256)
def weibull(shape: float, scale: float) -> Law:
    """Weibull by shape and scale (seconds)."""
    return _table("weibull", shape, scale, _weibull)


def _weibull(shape: float, scale: float) -> Tails:
    with localcontext() as context:
        context.prec = 30
        power = 1 / Decimal(shape)
        lower = [Decimal(scale) * (-(1 - p).ln()) ** power for p in _tails()]
        upper = [Decimal(scale) * (-p.ln()) ** power for p in _tails()]
    return lower, upper


@lru_cache(maxsize=256)
def gamma(mean: float, sd: float) -> Law:
    """Gamma by mean and standard deviation in seconds."""
    return _table("gamma", mean, sd, _gamma)


def _gamma(mean: float, sd: float) -> Tails:
    with localcontext() as context:
        context.prec = 30
        shape = (Decimal(mean) / Decimal(sd)) ** 2
        scale = Decimal(mean) / shape
        lower, upper = _gamma_quantiles(shape)
        return [scale * x for x in lower], [scale * x for x in upper]


def _whole(seconds: float) -> int:
    return max(0, min(int(round(seconds)), MAX_SECONDS * 16))


def _tails() -> list[Decimal]:
    """Tail probabilities of the table's nodes, 31 halvings x 33 nodes, each halving ascending from 2**-(k+2) to 2**-(k+1)."""
    half = Decimal(1) / 2
    return [half ** (k + 2) * (1 + Decimal(j) / _STEPS) for k in range(_HALVINGS) for j in range(_STEPS + 1)]


def _table(name: str, a: float, b: float, quantiles: Callable[[float, float], Tails]) -> Law:
    """The law of quantiles at `_tails()`, made (up to a second of decimal arithmetic) or as it was kept by an earlier process."""

    def make() -> NDArray[np.int64]:
        cap = Decimal(MAX_SECONDS)
        lower, upper = quantiles(a, b)
        return np.array([int((min(x, cap) * _SUB).to_integral_value()) for x in [*lower, *upper]], dtype=np.int64)

    return Law(TABLE, 0, 0, kept_numbers("laws", f"{_text_hash()} {name} {float(a).hex()} {float(b).hex()}", make))


@lru_cache(maxsize=1)
def _text_hash() -> str:
    """Hash of this file: a table that another text made is not taken for one of this."""
    return hashlib.blake2b(Path(__file__).read_bytes(), digest_size=16).hexdigest()


@lru_cache(maxsize=1)
def _normal_quantiles() -> tuple[Decimal, ...]:
    """Standard normal quantiles at `_tails()`, by Newton's method on the series of the distribution function (Abramowitz & Stegun 26.2.10)."""
    from statistics import NormalDist

    with localcontext() as context:
        context.prec = 30
        norm = 1 / (2 * _pi()).sqrt()
        found = []
        for p in _tails():
            z = Decimal(NormalDist().inv_cdf(float(p)))
            for _ in range(2):
                term = total = z
                k = 0
                while abs(term) > Decimal("1e-28"):
                    k += 1
                    term = -term * z * z * (2 * k - 1) / (2 * k * (2 * k + 1))
                    total += term
                z -= (Decimal("0.5") + norm * total - p) / (norm * (-z * z / 2).exp())
            found.append(z)
        return tuple(found)


def _pi() -> Decimal:
    return Decimal("3.14159265358979323846264338327950288")


def _gamma_quantiles(shape: Decimal) -> tuple[list[Decimal], list[Decimal]]:
    """Quantiles of gamma(shape, 1) at `_tails()` and at one minus them.

    The density is summed over small steps of log x by Simpson's rule, in floats of + - * / only after decimal powers, and inverted by
    linear interpolation: relative error below 1e-4, far below the second that durations are drawn to.
    """
    steps = 8000
    if shape >= 100:  # 12 standard deviations of log x either way
        low, high = shape * (-12 / shape.sqrt()).exp(), shape * (12 / shape.sqrt()).exp()
    else:
        low, high = max(shape * (-1 - 25 / shape).exp(), Decimal("1e-9")), shape + 10 * shape.sqrt() + 60
    ratio = ((high / low).ln() / steps).exp()
    xs, x = [], low
    for _ in range(steps + 1):
        xs.append(x)
        x *= ratio
    mode = max(shape, Decimal("1e-3"))
    heights = [float((shape * (x / mode).ln() + mode - x).exp()) for x in xs]
    below = 0.0 if shape >= 100 else float((shape * (low / mode).ln() + mode).exp() / (shape * ratio.ln()))  # there the density is a power of x
    areas = [below]
    for i in range(steps):
        middle = float((shape * (xs[i] * ratio.sqrt() / mode).ln() + mode - xs[i] * ratio.sqrt()).exp())
        areas.append(areas[-1] + (heights[i] + 4 * middle + heights[i + 1]) / 6)
    total = areas[-1]
    above = [0.0] * (steps + 1)
    for i in range(steps - 1, -1, -1):
        above[i] = above[i + 1] + (areas[i + 1] - areas[i])
    points = [float(x) for x in xs]

    def near_zero(p: Decimal) -> Decimal:
        return low * (p * Decimal(total / below)) ** (1 / shape)

    lower = [near_zero(p) if float(p) * total < below else Decimal(_interpolate(float(p) * total, areas, points)) for p in _tails()]
    rising = [-a for a in above]
    upper = [near_zero(1 - p) if float(1 - p) * total < below else Decimal(_interpolate(-float(p) * total, rising, points)) for p in _tails()]
    return lower, upper


def _interpolate(at: float, ascending: list[float], values: list[float]) -> float:
    from bisect import bisect_left

    i = min(max(bisect_left(ascending, at), 1), len(ascending) - 1)
    width = ascending[i] - ascending[i - 1]
    part = (at - ascending[i - 1]) / width if width > 0 else 0.0
    return values[i - 1] + (values[i] - values[i - 1]) * min(max(part, 0.0), 1.0)


@rule
def draw_seconds(kind: int, a: int, b: int, values: NDArray[np.int64], offset: int, word: int) -> int:
    """A duration in whole seconds from 62 random bits; `values[offset:]` holds the law's values."""
    if kind == 0:
        return a
    if kind == 1:  # mean in 1/16 s; the threshold in units of 2**-24 keeps the product below 2**63
        return ((neg_log(word) >> 20) * a + (1 << 27)) >> 28
    if kind == 2:
        return a + (((word >> 30) * (b + 1)) >> 32)
    if kind == 3:
        return values[offset + (((word >> 30) * a) >> 32)]
    upper = word >> 61
    tail = (1 << 62) - 1 - word if upper else word
    length = 0
    y = tail
    for shift in (32, 16, 8, 4, 2, 1):
        if y >> shift:
            y >>= shift
            length += shift
    length += 1  # tail has `length` bits; 61 bits = probability 1/4 .. 1/2
    k = 61 - length
    if k > 30:
        k, step, part = 30, 0, 0
    else:
        rest = (tail << (62 - length)) & ((1 << 61) - 1)
        step = rest >> 56
        part = (rest >> 36) & ((1 << 20) - 1)
    at = offset + upper * 1023 + k * 33 + step
    return (values[at] + (((values[at + 1] - values[at]) * part) >> 20) + 32) >> 6
