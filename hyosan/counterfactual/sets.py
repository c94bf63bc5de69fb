"""Sets of rows as sorted arrays without doubles. NumPy's own cost more than the few members that most of these have."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
NOBODY: Ints = np.zeros(0, dtype=np.int64)
SMALL = 4096
"""Comparisons up to which it is cheaper to compare each with each than to sort."""


def only(some: Ints) -> Ints:
    """The set of what an array holds."""
    if len(some) < 2:
        return some
    found = np.sort(some)
    kept: Bools = np.empty(len(found), dtype=bool)
    kept[0] = True
    np.not_equal(found[1:], found[:-1], out=kept[1:])
    return found[kept]


def union(*parts: Ints) -> Ints:
    """The set of all that is in any of some arrays."""
    some = [part for part in parts if len(part)]
    return only(np.concatenate(some)) if some else NOBODY


def within(some: Ints, there: Ints) -> Bools:
    """Which of an array's items are in another."""
    if len(some) == 0 or len(there) == 0:
        return np.zeros(len(some), dtype=bool)
    if len(some) * len(there) <= SMALL:
        return np.asarray((some[:, None] == there).any(axis=1))
    return np.asarray(np.isin(some, there))
