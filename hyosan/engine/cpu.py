"""Loops over threads on the processor: index, call, store. Also their one-thread twins, for small worlds and many small runs."""

from __future__ import annotations

from typing import Any, Final

import numba

from hyosan.backend import loop, rule
from hyosan.engine.arena import resolve_arena
from hyosan.engine.exposure import add_up, exert_one, expose_one
from hyosan.engine.minds import choose_one
from hyosan.engine.moving import first_to_follow, follow_one
from hyosan.engine.state import C_ARENAS, C_AWAKE, C_CANDIDATES, C_ENTRIES, C_INFECTIOUS, C_OCCUPANTS, C_TRACKED

LANES: Final = 64
"""Lanes of a loop whose work is not spread evenly, and items that one takes at a time."""


@loop
def choose_many(s: Any, g: Any, b: Any, tick: int) -> None:
    """Everybody awake chooses."""
    for k in numba.prange(s.count[C_AWAKE]):
        choose_one(s, g, b, s.awake[k], tick)


@loop
def follow_many(s: Any, g: Any, b: Any, tick: int) -> None:
    """Infected people are looked for where their routine leads."""
    for k in numba.prange(first_to_follow(s, b, tick), s.count[C_TRACKED]):
        follow_one(s, g, b, k, tick)


@loop
def resolve_many(s: Any, g: Any, b: Any, tick: int) -> None:
    """All arenas are resolved."""
    for a in numba.prange(s.count[C_ARENAS]):
        resolve_arena(s, g, b, a, tick)


@loop
def exert_many(s: Any, g: Any, b: Any, tick: int) -> None:
    """Everybody infectious exposes."""
    for k in numba.prange(s.count[C_INFECTIOUS]):
        exert_one(s, g, b, k, tick)


@loop
def add_up_many(s: Any, g: Any, b: Any) -> None:
    """What is exerted makes fields of places. Lanes take turns, as entries in front are more often the first of their place, which does the work."""
    for lane in numba.prange(LANES):
        for start in range(lane * LANES, s.count[C_ENTRIES], LANES * LANES):
            for k in range(start, min(start + LANES, s.count[C_ENTRIES])):
                add_up(s, g, b, k)


@loop
def expose_many(s: Any, g: Any, b: Any, tick: int) -> None:
    """Everybody exposed spends their reserve."""
    for k in numba.prange(s.count[C_CANDIDATES]):
        s.candidates[k] = expose_one(s, g, b, s.candidates[k], tick)


@rule
def choose_few(s: Any, g: Any, b: Any, tick: int) -> None:
    """`choose_many` in one thread."""
    for k in range(s.count[C_AWAKE]):
        choose_one(s, g, b, s.awake[k], tick)


@rule
def follow_few(s: Any, g: Any, b: Any, tick: int) -> None:
    """`follow_many` in one thread."""
    for k in range(first_to_follow(s, b, tick), s.count[C_TRACKED]):
        follow_one(s, g, b, k, tick)


@rule
def resolve_few(s: Any, g: Any, b: Any, tick: int) -> None:
    """`resolve_many` in one thread."""
    for a in range(s.count[C_ARENAS]):
        resolve_arena(s, g, b, a, tick)


@rule
def exert_few(s: Any, g: Any, b: Any, tick: int) -> None:
    """`exert_many` in one thread."""
    for k in range(s.count[C_INFECTIOUS]):
        exert_one(s, g, b, k, tick)


@rule
def add_up_few(s: Any, g: Any, b: Any) -> None:
    """`add_up_many` in one thread."""
    for k in range(s.count[C_ENTRIES]):
        add_up(s, g, b, k)


@rule
def expose_few(s: Any, g: Any, b: Any, tick: int) -> None:
    """`expose_many` in one thread."""
    for k in range(s.count[C_CANDIDATES]):
        s.candidates[k] = expose_one(s, g, b, s.candidates[k], tick)


FEW = 256
"""Below so many people one thread is faster than waking others (10 microseconds a loop on idle cores; a person takes about one)."""


class Processor:
    """The loops of a tick, on `threads` threads."""

    def __init__(self, threads: int) -> None:
        self.threads = threads

    def choose(self, s: Any, g: Any, b: Any, tick: int) -> None:
        """Everybody awake chooses."""
        (choose_many if self.threads > 1 and s.count[C_AWAKE] >= FEW else choose_few)(s, g, b, tick)

    def follow(self, s: Any, g: Any, b: Any, tick: int) -> None:
        """Infected people are looked for where their routine leads."""
        (follow_many if self.threads > 1 and s.count[C_TRACKED] >= 4 * FEW else follow_few)(s, g, b, tick)

    def resolve(self, s: Any, g: Any, b: Any, tick: int) -> None:
        """All arenas are resolved."""
        if not b.one[0].bite_links:
            (resolve_many if self.threads > 1 and s.count[C_OCCUPANTS] >= FEW and s.count[C_ARENAS] >= 8 else resolve_few)(s, g, b, tick)

    def exert(self, s: Any, g: Any, b: Any, tick: int) -> None:
        """Everybody infectious exposes."""
        (exert_many if self.threads > 1 and s.count[C_INFECTIOUS] >= 4 * FEW else exert_few)(s, g, b, tick)

    def add_up(self, s: Any, g: Any, b: Any) -> None:
        """What is exerted makes fields of places."""
        (add_up_many if self.threads > 1 and s.count[C_ENTRIES] >= 4 * FEW else add_up_few)(s, g, b)

    def expose(self, s: Any, g: Any, b: Any, tick: int) -> None:
        """Everybody exposed spends their reserve."""
        (expose_many if self.threads > 1 and s.count[C_CANDIDATES] >= FEW else expose_few)(s, g, b, tick)
