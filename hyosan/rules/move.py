"""Movement: travel times and the next step of a way. Numbers in, numbers out."""

from __future__ import annotations

from hyosan.backend import rule
from hyosan.rules.exact import INSTANT_BITS


@rule
def travel_instants(seconds: int, pace: int) -> int:
    """Instants to walk a way of `seconds` (at 1.3 m/s) at a pace in 1/1024 of that time (smaller = faster)."""
    return (seconds * pace) << (INSTANT_BITS - 10)


@rule
def squared_distance(x0: int, y0: int, x1: int, y1: int) -> int:
    """Square of the distance of two points in whole metres."""
    return (x0 - x1) * (x0 - x1) + (y0 - y1) * (y0 - y1)
