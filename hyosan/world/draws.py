"""Keyed draws for the synthetic population: shuffles, choices by weight and apportionment, all in integers.

Every number comes from `hyosan.luck` by (population seed, purpose, id), so that a city does not depend on the order in which
its parts are built, and no policy or machine shifts it. The purposes below are the population's own domain; never renumber one.
"""

from __future__ import annotations

from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from hyosan import luck

Ints = NDArray[np.int64]
"""An int64 array."""
Mask = NDArray[np.bool_]
"""A boolean array."""

AGE, HOUSEHOLD_ORDER, LONE_PARENT, THREE_GENERATIONS, CHILD_ORDER, ADULT_CHILD, PARENT_GAP, PARTNER_GAP = range(1001, 1009)
ELDER_GAP, ALONE, COUPLE, HOUSEHOLD_CELL, HOME_SPOT, SCHOOL_PICK, SCHOOL_SPOT, SCHOOL_TIE = range(1009, 1017)
CLASS_ORDER, TEACHER, EMPLOYED, WORKPLACE_SIZE, WORKPLACE_CELL, WORKER_ORDER, LEISURE_CELL, LEISURE_KIND = range(1017, 1025)
LEISURE_CAPACITY, LEISURE_STEP, LEISURE_PICK, POLICE, POLICE_CELL, EXTRA_CELL, EXTRA_PICK, EXTRA_PLACE = range(1025, 1033)
ROUTINE, SIBLING, FAMILY_SIZE, FAMILY_AGE, PLACE_SPOT, CHILD_SLOT, COMMUTER, WORK_ELSEWHERE, GOES_TO_WORK = range(1033, 1042)
FRIENDS, FRIEND_PAIR, FRIEND_AGE, BULLIED, BULLIES, BULLY_PICK, CONTEMPT, DESPISED, DESPISED_PICK, CAST = range(1042, 1052)
assert luck.POPULATION < AGE, "the population's purposes lie above the engine's"

_CHUNK = 1 << 20


def uniform(seed: int, purpose: int, ids: Ints, below: int, n: Ints | int = 0) -> Ints:
    """Integers in [0, `below`), each as likely (bias under `below` / 2**31); `below` is at most 2**31. Shape of `ids`."""
    result = np.empty(len(ids), dtype=np.int64)
    for start in range(0, len(ids), _CHUNK):  # in pieces: the generator holds a dozen temporary arrays
        part = slice(start, start + _CHUNK)
        number = n if isinstance(n, int) else n[part]
        result[part] = ((luck.bits_array(seed, purpose, ids[part], number) >> 31) * below) >> 31
    return result


def by_weight(seed: int, purpose: int, ids: Ints, weights: Ints, n: Ints | int = 0) -> Ints:
    """Positions in `weights`, drawn with chances in proportion to them (inverse CDF). The weights sum to at most 2**31."""
    cumulative = np.cumsum(weights)
    return np.searchsorted(cumulative, uniform(seed, purpose, ids, int(cumulative[-1]), n), side="right").astype(np.int64)


def happens(seed: int, purpose: int, ids: Ints, share: float, n: Ints | int = 0) -> Mask:
    """Whether an event of probability `share` (rounded to 2**-31) happens to each of `ids`."""
    return uniform(seed, purpose, ids, 1 << 31, n) < int(share * (1 << 31))


def shuffled(seed: int, purpose: int, ids: Ints, n: Ints | int = 0) -> Ints:
    """Positions of `ids` in random order (sorted by their bits; ties in the order given)."""
    return in_order(luck.bits_array(seed, purpose, ids, n))


def in_order(keys: Ints) -> Ints:
    """Positions that sort `keys`, ties in the order given. Where no two are equal, the fast sort, which keeps no order of ties, does it."""
    order = np.argsort(keys)
    found = keys[order]
    if bool(np.any(found[1:] == found[:-1])):
        order = np.argsort(keys, kind="stable")
    return order.astype(np.int64, copy=False)


def apportion(weights: Ints, total: int) -> Ints:
    """`total` shared out in proportion to `weights` by largest remainder; ties go to the first. Sums to `total` exactly.

    Integers only: `weights * total` must stay below 2**63. Source: Hamilton's method, the one used for seats.
    """
    whole, rest = np.divmod(np.asarray(weights, dtype=np.int64) * total, int(weights.sum()))
    missing = total - int(whole.sum())
    whole[np.argsort(-rest, kind="stable")[:missing]] += 1
    return whole.astype(np.int64)


def rank_in_group(group: Ints) -> Ints:
    """For rows sorted by `group`: the position (0, 1, ...) of each row in its group."""
    if len(group) == 0:
        return np.zeros(0, dtype=np.int64)
    fresh = np.concatenate([[True], group[1:] != group[:-1]])
    first = np.flatnonzero(fresh)
    return (np.arange(len(group)) - np.repeat(first, np.diff(np.append(first, len(group))))).astype(np.int64)


def rounded(value: float | Fraction) -> int:
    """`value` (0 or more) to the nearest integer, halves up."""
    return int(value + Fraction(1, 2)) if isinstance(value, Fraction) else int(value + 0.5)
