"""Infection by exposure: what a field spends of a person's reserve, and when within a tick the reserve is gone (Sellke 1983)."""

from __future__ import annotations

from typing import Final

from hyosan.backend import rule
from hyosan.rules.exact import mul_shift

FIELD_TIME_BITS: Final = 4
"""Fields count weight * time in units of 1/1024 * 1/16 s."""
WEIGHT: Final = 1024
"""An infectiousness, susceptibility or link weight of 1."""
OPEN_BITS: Final = 20
"""How open somebody is to infection is counted in 2**-20; 1 = as the susceptible."""
COEFFICIENT_BITS: Final = 64 - 10 - FIELD_TIME_BITS
"""A rate of 1 per second as a field's coefficient (threshold units, 20 bits finer)."""


@rule
def exerted(weight: int, instants: int, part: int, whole: int) -> int:
    """What an infectious person adds to a field: weight * time, for the `part` of `whole` seconds of the tick spent there."""
    return weight * (instants >> 16) * part // whole


@rule
def exposure(coefficient: int, field: int, openness: int) -> int:
    """What a field spends of a reserve, in 2**-44; saturates."""
    return mul_shift(mul_shift(coefficient, field, 20), openness, OPEN_BITS)


@rule
def moment_within(reserve: int, total: int, start: int, end: int) -> int:
    """When, between two instants, a reserve is gone that is spent evenly up to `total` > 0 >= reserve's share."""
    if total <= 0:
        return start
    part = min(((reserve >> 12) << 20) // max(total >> 12, 1), (1 << 20) - 1)
    return start + (((end - start) * part) >> 20)
