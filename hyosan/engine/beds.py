"""Beds: who entered a state that needs one asks for it, and gets it or not by who came first. The course goes on accordingly."""

from __future__ import annotations

from typing import Any

from hyosan.backend import inner
from hyosan.engine.course import advance, plan_next
from hyosan.engine.settle import tick_end
from hyosan.engine.state import C_ASKING, F_IN_BED, F_NO_BED, HELD
from hyosan.rules.transmit import OPEN_BITS

ROUNDS = 64
"""States that need beds, one after the other, within a tick."""
WELL = (True, True, True, False, False, False, True, False)
"""Classes (as `rulebook.CLASSES`) in which staff work."""


@inner
def settle_beds(s: Any, g: Any, b: Any, tick: int) -> None:
    """Give the beds of this tick to those who ask, the earliest first (ties by id); then their courses go on. Beds left in it can be had."""
    for _ in range(ROUNDS):
        count = s.count[C_ASKING]
        if count == 0:
            return
        for kind in range(len(b.care)):
            s.beds[kind].beds = usable(s, g, b, kind)
            give_beds(s, g, b, kind, count)
        for k in range(count):
            s.candidates[k] = s.asking[k]
        s.count[C_ASKING] = 0
        for k in range(count):
            i = s.candidates[k]
            if s.people[i].notes & (F_IN_BED | F_NO_BED) == 0:  # died, or was taken away, after asking
                continue
            plan_next(s, g, b, i, s.people[i].health, s.people[i].since)
            advance(s, g, b, i, tick_end(b, tick), tick)


@inner
def usable(s: Any, g: Any, b: Any, kind: int) -> int:
    """Beds of a kind that there are staff for."""
    row = b.care[kind]
    beds = row.beds + s.beds[kind].more
    if row.staff_start < 0:
        return beds
    able = 0
    for k in range(row.staff_start, row.staff_end):
        i = g.staff[k]
        if WELL[b.states[s.people[i].health].kind] and s.people[i].activity < HELD:
            able += 1
    return min(beds, able * row.patients_each >> OPEN_BITS)


@inner
def give_beds(s: Any, g: Any, b: Any, kind: int, count: int) -> None:
    """Note for those of the first `count` who ask for a kind of bed whether they get one."""
    wanting = 0
    for k in range(count):
        if b.states[s.people[s.asking[k]].health].bed == kind:
            wanting += 1
    free = max(0, s.beds[kind].beds - s.beds[kind].taken)
    s.beds[kind].taken += min(free, wanting)
    if free < wanting:
        for _ in range(free):
            s.people[first_waiting(s, g, b, kind, count)].notes |= F_IN_BED
    for k in range(count):
        i = s.asking[k]
        if b.states[s.people[i].health].bed == kind and s.people[i].notes & F_IN_BED == 0:
            s.people[i].notes |= F_IN_BED if free >= wanting else F_NO_BED


@inner
def first_waiting(s: Any, g: Any, b: Any, kind: int, count: int) -> int:
    """Who has waited longest for a kind of bed, of those who have none."""
    best = -1
    for k in range(count):
        i = s.asking[k]
        if b.states[s.people[i].health].bed != kind or s.people[i].notes & F_IN_BED:
            continue
        since = s.people[i].since
        if best < 0 or since < s.people[best].since or (since == s.people[best].since and g.persons[i].id < g.persons[best].id):
            best = i
    return best
