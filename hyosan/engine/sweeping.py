"""What a sweep does to people, place by place: those who bite are killed or captured, others are listed, then taken in order of their ids."""

from __future__ import annotations

from typing import Any

from hyosan.backend import inner, rule
from hyosan.engine.course import CAPTURED, QUARANTINED, die
from hyosan.engine.moving import hold
from hyosan.engine.presence import member_there, members_of, where
from hyosan.engine.rulebook import HALF_TURNED, TURNED
from hyosan.engine.state import C_ROOM, D_SWEEP, HELD
from hyosan.luck import CAPTURE, FOUND, MISTAKEN, chance

KILL, TAKE, SPARE = range(3)
"""Rules of engagement towards the half-turned."""


@rule
def clear_cell(s: Any, g: Any, b: Any, cell: int, terms: Any, cause: int, number: int, at: int, tick: int, found: Any, out: Any) -> None:
    """Teams go through a street cell and all that hangs on it. out[0:3] += turned killed, others killed, listed in `found`."""
    clear_place(s, g, b, cell, terms, cause, number, at, tick, found, out)
    for k in range(g.grounds[cell].child_start, g.grounds[cell].child_end):
        first = g.ways[g.child_way[k]].to
        clear_tree(s, g, b, first, terms, cause, number, at, tick, found, out)


@inner
def clear_tree(s: Any, g: Any, b: Any, place: int, terms: Any, cause: int, number: int, at: int, tick: int, found: Any, out: Any) -> None:
    """A place and what hangs on it, and on that, and so on, without recursion: the walk keeps to ids by `parent`."""
    here = place
    clear_place(s, g, b, here, terms, cause, number, at, tick, found, out)
    last = -1
    while True:
        step = -1
        passed = last < 0
        for k in range(g.grounds[here].child_start, g.grounds[here].child_end):
            there = g.ways[g.child_way[k]].to
            if passed:
                step = there
                break
            if there == last:
                passed = True
        if step >= 0:
            here, last = step, -1
            clear_place(s, g, b, here, terms, cause, number, at, tick, found, out)
            continue
        if here == place:
            return
        last, here = here, g.grounds[here].parent


@inner
def clear_place(s: Any, g: Any, b: Any, place: int, terms: Any, cause: int, number: int, at: int, tick: int, found: Any, out: Any) -> None:
    """Teams go through one place: first those who left their routine, then members who are there."""
    s.places[place].served_tick = tick
    i = s.places[place].occ_head
    while i >= 0:
        after = s.people[i].occ_next
        if s.people[i].activity != HELD:
            find(s, g, b, i, place, terms, cause, number, at, tick, found, out)
        i = after
    for slot in range(b.one[0].slots):
        first, last = members_of(s, g, b, slot, place, tick)
        for k in range(first, last):
            i = g.member_person[k]
            if member_there(s, g, b, i, slot, place, tick):
                find(s, g, b, i, place, terms, cause, number, at, tick, found, out)


@inner
def find(s: Any, g: Any, b: Any, i: int, place: int, terms: Any, cause: int, number: int, at: int, tick: int, found: Any, out: Any) -> None:
    """One person is found, or not: who bites is killed or to be captured, the half-turned go by a rule, others are to be taken to the camp.

    `terms`: shares (2**-32) found, captured, mistaken for turned; the rule towards the half-turned.
    """
    if not chance(b.one[0].seed, FOUND, g.persons[i].id, 0, number, terms[0]):
        return
    row = b.states[s.people[i].health]
    bites, half = row.hostile >= 0 or (row.chained and row.kind == TURNED), row.kind == HALF_TURNED
    if bites:
        capture = row.chained or chance(b.one[0].seed, CAPTURE, g.persons[i].id, 0, number, terms[1])
    else:
        capture = half and terms[3] == TAKE
    mistaken = not bites and not half and chance(b.one[0].seed, MISTAKEN, g.persons[i].id, 0, number, terms[2])
    if not capture and (bites or mistaken or (half and terms[3] == KILL)):
        die(s, g, b, i, at, -1, D_SWEEP, place, cause, tick)
        out[0 if bites else 1] += 1
    elif out[2] < found.shape[1]:
        found[0, out[2]], found[1, out[2]] = i, 1 if capture else 0
        out[2] += 1


@rule
def take_found(s: Any, g: Any, b: Any, found: Any, count: int, cells: int, camp: int, cause: int, at: int, tick: int, out: Any) -> None:
    """Those whom a sweep lists are taken, in the order given: hosts to cells while there are any, else killed; others to the camp while it has room.

    out[0:5] += turned killed, others killed, -, captured, taken to the camp.
    """
    for k in range(count):
        i = found[0, k]
        if found[1, k] == 1 and camp >= 0 and out[3] < cells:
            hold(s, g, b, i, camp, at, CAPTURED, cause, tick)
            out[3] += 1
        elif found[1, k] == 1:
            die(s, g, b, i, at, -1, D_SWEEP, where(s, g, b, i, tick), cause, tick)
            out[0] += 1
        elif camp >= 0 and s.count[C_ROOM] > 0:
            hold(s, g, b, i, camp, at, QUARANTINED, cause, tick)
            s.count[C_ROOM] -= 1
            out[4] += 1


@rule
def seize(s: Any, g: Any, b: Any, i: int, camp: int, cause: int, at: int, tick: int) -> int:
    """Person i is taken into custody if they bite, would if they were not chained, or are half-turned; 0 = is none of these."""
    row = b.states[s.people[i].health]
    if camp < 0 or s.people[i].activity >= HELD or not (row.hostile >= 0 or row.kind == TURNED or row.kind == HALF_TURNED):
        return 0
    hold(s, g, b, i, camp, at, CAPTURED, cause, tick)
    return 1
