"""Who meets whom: the arenas of a tick, places where people who bite, or will within it, stand with people who can be bitten."""

from __future__ import annotations

from typing import Any

from hyosan.backend import inner
from hyosan.engine.fate import luck_after, next_out, out_instants
from hyosan.engine.presence import has_target, member_there, members_of, where
from hyosan.engine.state import C_ARENAS, C_HOT, C_OCCUPANTS, HELD, RING
from hyosan.rules.exact import INSTANT_BITS


@inner
def gather_arenas(s: Any, g: Any, b: Any, tick: int) -> None:
    """List the arenas of this tick and, in one packed array, the people in each, by id."""
    s.count[C_ARENAS] = 0
    s.count[C_OCCUPANTS] = 0
    s.arena_start[0] = 0
    if b.one[0].bite_links:
        return
    sort_rows(s.hot, 0, s.count[C_HOT], g.grounds["id"])
    for k in range(s.count[C_HOT]):
        s.places[s.hot[k]].hot_at = k
    for k in range(s.count[C_HOT]):
        place = s.hot[k]
        if has_target(s, g, b, place, tick):
            add_arena(s, g, b, place, tick)
    gather_turning(s, g, b, tick)


@inner
def gather_turning(s: Any, g: Any, b: Any, tick: int) -> None:
    """Add the places where nobody bites yet, and somebody will within the tick."""
    if b.one[0].has_bites == 0:
        return
    first = end = s.count[C_HOT]
    i = s.due_head[tick % RING]
    while i >= 0:
        if turns_within(s, g, b, i, tick):
            place = where(s, g, b, i, tick)
            if s.places[place].hostiles == 0 and s.places[place].turning_tick != tick:
                s.places[place].turning_tick = tick
                s.hot[end] = place
                end += 1
        i = s.people[i].due_next
    sort_rows(s.hot, first, end, g.grounds["id"])
    for k in range(first, end):
        if has_target(s, g, b, s.hot[k], tick):
            add_arena(s, g, b, s.hot[k], tick)


@inner
def turns_within(s: Any, g: Any, b: Any, i: int, tick: int) -> bool:
    """Whether the course of person i, who is free, leads within a tick to a state that bites."""
    end = ((tick + 1) * b.one[0].tick_seconds) << INSTANT_BITS
    at, out, luck = s.people[i].next_at, s.people[i].next_out, s.people[i].luck
    for _ in range(64):
        if out < 0 or at > end or s.people[i].activity >= HELD:
            return False
        state = b.outs[out].to
        if b.states[state].hostile >= 0:
            return True
        luck = luck_after(b, out, luck)
        out = next_out(b, g, i, s.people[i].host, luck, state, 0)
        if out >= 0:
            at += out_instants(b, g, i, luck, out)
    return False


@inner
def add_arena(s: Any, g: Any, b: Any, place: int, tick: int) -> None:
    """Pack the people at a place."""
    a, start = s.count[C_ARENAS], s.count[C_OCCUPANTS]
    end = start
    for slot in range(b.one[0].slots):
        first, last = members_of(s, g, b, slot, place, tick)
        for k in range(first, last):
            i = g.member_person[k]
            if member_there(s, g, b, i, slot, place, tick) and s.travel[i].arena_tick != tick:
                end = add_occupant(s, i, end, tick)
    sorted_until = end if b.one[0].slots == 1 else start
    i = s.places[place].occ_head
    while i >= 0:
        if s.people[i].activity != HELD and s.travel[i].arena_tick != tick:
            end = add_occupant(s, i, end, tick)
        i = s.people[i].occ_next
    ids = g.persons["id"]
    sort_rows(s.occupants, sorted_until, end, ids)
    merge_rows(s.occupants, start, sorted_until, end, ids, s.lists[0])
    s.arena_place[a] = place
    s.arena_start[a + 1] = end
    s.count[C_ARENAS] = a + 1
    s.count[C_OCCUPANTS] = end


@inner
def add_occupant(s: Any, i: int, end: int, tick: int) -> int:
    """Add a person to the arena under construction, with no outcome yet; gives the new end."""
    t = s.travel[i]
    t.arena_tick, t.arena = tick, s.count[C_ARENAS]
    t.bite_at = t.kill_at = t.exit_at = -1
    t.shut = 0
    s.occupants[end] = i
    return end + 1


@inner
def sort_rows(rows: Any, start: int, end: int, ids: Any) -> None:
    """Sort rows[start:end] by id (ids are unique): insertion for a few, heap sort for many."""
    size = end - start
    if size < 24:
        for k in range(start + 1, end):
            i = rows[k]
            at = k
            while at > start and ids[rows[at - 1]] > ids[i]:
                rows[at] = rows[at - 1]
                at -= 1
            rows[at] = i
        return
    for at in range(size // 2 - 1, -1, -1):
        sink(rows, start, size, at, ids)
    for last in range(size - 1, 0, -1):
        rows[start], rows[start + last] = rows[start + last], rows[start]
        sink(rows, start, last, 0, ids)


@inner
def sink(rows: Any, start: int, size: int, at: int, ids: Any) -> None:
    """One step of heap sort, largest id on top."""
    while True:
        child = 2 * at + 1
        if child >= size:
            return
        if child + 1 < size and ids[rows[start + child + 1]] > ids[rows[start + child]]:
            child += 1
        if ids[rows[start + child]] <= ids[rows[start + at]]:
            return
        rows[start + at], rows[start + child] = rows[start + child], rows[start + at]
        at = child


@inner
def merge_rows(rows: Any, start: int, middle: int, end: int, ids: Any, spare: Any) -> None:
    """Merge two runs sorted by id, rows[start:middle] and rows[middle:end]; nothing to do where they are in order."""
    if middle == start or middle == end or ids[rows[middle - 1]] < ids[rows[middle]]:
        return
    for k in range(start, middle):
        spare[k] = rows[k]
    left, right, at = start, middle, start
    while left < middle:
        if right < end and ids[rows[right]] < ids[spare[left]]:
            rows[at] = rows[right]
            right += 1
        else:
            rows[at] = spare[left]
            left += 1
        at += 1
