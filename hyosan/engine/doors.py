"""Doors: shut behind one who leaves, and what it takes to break them."""

from __future__ import annotations

from typing import Any

from hyosan.backend import inner
from hyosan.distributions import draw_seconds
from hyosan.engine.course import DOOR_SHUT, NO_ROUTE, emit
from hyosan.engine.rulebook import PURSUES
from hyosan.luck import DOOR, bits
from hyosan.rules.exact import INSTANT_BITS


@inner
def doors_are_pressed(b: Any) -> bool:
    """Whether some state makes people pursue, and so press doors; else nobody asks how long a door holds."""
    for k in range(len(b.states)):
        if b.states[k].does == PURSUES:
            return True
    return False


@inner
def shut_behind(s: Any, g: Any, b: Any, i: int, way: int, at: int, place: int) -> None:
    """Person i shuts the door behind; it has to be broken anew."""
    door = g.ways[way].door
    if door < 0 or s.doors[door].state != 0:
        return
    renew_door(s, g, b, door, way)
    emit(s, at, DOOR_SHUT, i, -1, place, NO_ROUTE, -1, -1, 0)


@inner
def renew_door(s: Any, g: Any, b: Any, door: int, way: int) -> None:
    """Shut a door and draw how long it holds: by its kind, the lower of the ids of the places it joins, and how often it was shut."""
    s.doors[door].state = 1
    stir_calm(s, g, way)
    s.doors[door].turn += 1
    here, there = g.grounds[g.ways[way].from_].id, g.grounds[g.ways[way].to].id
    low, high = min(here, there), max(here, there)
    row = b.laws[b.door_law[s.doors[door].kind]]
    word = bits(b.one[0].seed, DOOR, low, high, s.doors[door].turn)
    s.doors[door].reserve = max(1, draw_seconds(row.kind, row.a, row.b, b.law_values, row.offset, word)) << INSTANT_BITS


@inner
def stir_calm(s: Any, g: Any, way: int) -> None:
    """Sound goes other ways from now on: who was found to hear nothing is asked anew."""
    s.places[g.ways[way].from_].calm_level = 0
    s.places[g.ways[way].to].calm_level = 0


@inner
def inner_side(g: Any, way: int) -> int:
    """The place that a door belongs to: of the two it joins, the one that hangs on the other, else the one with the lower id."""
    here, there = g.ways[way].from_, g.ways[way].to
    if g.grounds[here].parent == there:
        return here
    if g.grounds[there].parent == here:
        return there
    return here if g.grounds[here].id < g.grounds[there].id else there
