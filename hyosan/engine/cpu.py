"""Loops over threads on the processor: index, call, store. Also their one-thread twins, for small worlds and many small runs."""

from __future__ import annotations

from typing import Any

import numba

from hyosan.backend import loop, rule
from hyosan.engine.arena import resolve_arena
from hyosan.engine.exposure import add_up, expose_one
from hyosan.engine.minds import choose_one
from hyosan.engine.state import C_ARENAS, C_AWAKE, C_CANDIDATES, C_ENTRIES, C_OCCUPANTS


@loop
def choose_many(s: Any, g: Any, b: Any, tick: int) -> None:
    """Everybody awake chooses."""
    for k in numba.prange(s.count[C_AWAKE]):
        choose_one(s, g, b, s.awake[k], tick)


@loop
def resolve_many(s: Any, g: Any, b: Any, tick: int) -> None:
    """All arenas are resolved."""
    for a in numba.prange(s.count[C_ARENAS]):
        resolve_arena(s, g, b, a, tick)


@loop
def add_up_many(s: Any, g: Any, b: Any) -> None:
    """What is exerted makes fields of places."""
    for k in numba.prange(s.count[C_ENTRIES]):
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
def resolve_few(s: Any, g: Any, b: Any, tick: int) -> None:
    """`resolve_many` in one thread."""
    for a in range(s.count[C_ARENAS]):
        resolve_arena(s, g, b, a, tick)


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

    def resolve(self, s: Any, g: Any, b: Any, tick: int) -> None:
        """All arenas are resolved."""
        if not b.one[0].bite_links:
            (resolve_many if self.threads > 1 and s.count[C_OCCUPANTS] >= FEW and s.count[C_ARENAS] >= 8 else resolve_few)(s, g, b, tick)

    def add_up(self, s: Any, g: Any, b: Any) -> None:
        """What is exerted makes fields of places."""
        (add_up_many if self.threads > 1 and s.count[C_ENTRIES] >= 4 * FEW else add_up_few)(s, g, b)

    def expose(self, s: Any, g: Any, b: Any, tick: int) -> None:
        """Everybody exposed spends their reserve."""
        (expose_many if self.threads > 1 and s.count[C_CANDIDATES] >= FEW else expose_few)(s, g, b, tick)
