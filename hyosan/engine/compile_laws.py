"""Shares and durations of a scenario as integers: the smallest pieces of `engine/compile.py`."""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from hyosan import distributions
from hyosan.distributions import Law
from hyosan.scenario.block import Varies

SHARE: Final = 1 << 32
"""A share of 1."""


@lru_cache(1024)
def share(value: float) -> int:
    """A share as an integer of 2**-32; 1 is certain."""
    return round(Fraction(value) * SHARE)


class Laws:
    """Collects laws of durations; equal ones share an entry."""

    def __init__(self) -> None:
        self.rows: list[tuple[int, int, int, int]] = []
        self.values: list[NDArray[np.int64]] = []
        self.size = 0
        self.known: dict[str, int] = {}

    def add(self, spread: Any) -> int:
        """The number of the law that a duration of the scenario follows."""
        key = repr(spread)
        return self.known[key] if key in self.known else self.add_law(key, make_law(spread))

    def add_law(self, key: str, law: Law) -> int:
        """The number of a law, known by `key` from now on."""
        if key not in self.known:
            self.rows.append((law.kind, law.a, law.b, self.size))
            self.values.append(law.values)
            self.size += len(law.values)
            self.known[key] = len(self.rows) - 1
        return self.known[key]


def make_law(spread: Any) -> Law:
    """A duration of the scenario (the same for all, or `varies`) as a law."""
    if not isinstance(spread, Varies):
        return distributions.fixed(spread)
    law = spread.varies.law
    match spread.varies.kind:
        case "exponential":
            return distributions.exponential(law.mean)
        case "lognormal":
            return distributions.lognormal(law.mean, law.sd)
        case "gamma":
            return distributions.gamma(law.mean, law.sd)
        case "weibull":
            return distributions.weibull(law.shape, law.scale)
        case "uniform":
            return distributions.uniform(law.low, law.high)
        case "empirical":
            return distributions.empirical(law.values)
        case _:
            return distributions.fixed(law.value)
