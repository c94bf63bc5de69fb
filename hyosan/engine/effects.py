"""What orders do to people, places and gates. The response decides on knowledge; only here, in the engine, does an order touch the state.

Rules work on the state as it truly is: a blast does not ask who is known to be infected. Each gives how many people or ways it reached.
"""

from __future__ import annotations

from typing import Any

from hyosan.backend import inner, rule
from hyosan.engine.course import CAPTURED, DEAD_CLASS, NO_ROUTE, QUARANTINED, RELEASED, RESCUED, die, emit
from hyosan.engine.fate import notice_delay
from hyosan.engine.lists import as_counted, wake_in
from hyosan.engine.moving import hold, root
from hyosan.engine.presence import member_there, set_place, where
from hyosan.engine.state import C_STIRRED, D_FORCE, D_SWEEP, F_LEFT, F_SERVED, F_STIRRED, FLEE, GONE, HELD, HIDE, PURSUE, ROUTINE
from hyosan.luck import BLAST, CAPTURE, FOUND, TELL, bits, chance


@rule
def tell(s: Any, g: Any, b: Any, share: int, zones: Any, tick: int) -> int:
    """Tell a share of the people at home in the given zones (1 = told) of the danger."""
    reached = 0
    for i in range(len(s.people)):
        p = s.people[i]
        if p.activity != ROUTINE or zones[g.persons[i].zone] == 0:
            continue
        if p.alarm == 0 and (bits(b.one[0].seed, TELL, g.persons[i].id, 0, 0) >> 30) < share:
            p.alarm = 1
            wake_in(s, i, tick)
            reached += 1
    return reached


@rule
def set_curfew(s: Any, share: int) -> None:
    """Keep a share of everybody at home; 0 lifts it."""
    for z in range(len(s.zones)):
        s.zones[z].curfew = share


@rule
def close_setting(s: Any, g: Any, setting: int, closed: int) -> int:
    """Close (1) or open (0) all places of a setting."""
    reached = 0
    for m in range(len(s.places)):
        if g.grounds[m].setting == setting:
            s.places[m].closed = closed
            reached += s.places[m].members
    return reached


@rule
def blast(s: Any, g: Any, b: Any, x: int, y: int, radius: int, share: int, number: int, cause: int, at: int, tick: int) -> int:
    """Kill a share of everybody within a radius of a point, whoever they are; in order of their ids' rows, each by their own luck."""
    killed = 0
    for i in range(len(s.people)):
        activity = s.people[i].activity
        if activity == GONE or activity == HELD:
            continue
        place = where(s, g, b, i, tick)
        open_ground = root(g, place)
        dx, dy = g.grounds[open_ground].x - x, g.grounds[open_ground].y - y
        if dx * dx + dy * dy > radius * radius or b.states[s.people[i].health].kind == DEAD_CLASS:
            continue
        if chance(b.one[0].seed, BLAST, g.persons[i].id, 0, number, share):
            die(s, g, b, i, at, -1, D_FORCE, place, cause, tick)
            killed += 1
    return killed


@rule
def clear_cell(
    s: Any, g: Any, b: Any, cell: int, finds: int, captures: int, camp: int, cause: int, number: int, at: int, tick: int, out: Any
) -> None:
    """Teams go through a street cell and all that hangs on it. out[0:4] += people found, killed, captured, taken to the camp."""
    clear_place(s, g, b, cell, finds, captures, camp, cause, number, at, tick, out)
    for k in range(g.grounds[cell].child_start, g.grounds[cell].child_end):
        first = g.ways[g.child_way[k]].to
        clear_tree(s, g, b, first, finds, captures, camp, cause, number, at, tick, out)


@inner
def clear_tree(
    s: Any, g: Any, b: Any, place: int, finds: int, captures: int, camp: int, cause: int, number: int, at: int, tick: int, out: Any
) -> None:
    """A place and what hangs on it, and on that, and so on, without recursion: the walk keeps to ids by `parent`."""
    here = place
    clear_place(s, g, b, here, finds, captures, camp, cause, number, at, tick, out)
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
            clear_place(s, g, b, here, finds, captures, camp, cause, number, at, tick, out)
            continue
        if here == place:
            return
        last, here = here, g.grounds[here].parent


@inner
def clear_place(
    s: Any, g: Any, b: Any, place: int, finds: int, captures: int, camp: int, cause: int, number: int, at: int, tick: int, out: Any
) -> None:
    """Teams go through one place: first those who left their routine, then members who are there."""
    s.places[place].served_tick = tick
    i = s.places[place].occ_head
    while i >= 0:
        after = s.people[i].occ_next
        if s.people[i].activity != HELD:
            find(s, g, b, i, place, finds, captures, camp, cause, number, at, tick, out)
        i = after
    for slot in range(b.one[0].slots):
        first = slot * len(s.places) + place
        for k in range(g.member_start[first], g.member_start[first + 1]):
            i = g.member_person[k]
            if member_there(s, g, b, i, slot, place, tick):
                find(s, g, b, i, place, finds, captures, camp, cause, number, at, tick, out)


@inner
def find(
    s: Any, g: Any, b: Any, i: int, place: int, finds: int, captures: int, camp: int, cause: int, number: int, at: int, tick: int, out: Any
) -> None:
    """One person is found, or not: who bites is killed or captured, others are taken to the camp if there is one."""
    if not chance(b.one[0].seed, FOUND, g.persons[i].id, 0, number, finds):
        return
    out[0] += 1
    row = b.states[s.people[i].health]
    if row.hostile >= 0 or (row.chained and row.kind == 5):
        if camp >= 0 and (row.chained or chance(b.one[0].seed, CAPTURE, g.persons[i].id, 0, number, captures)):
            hold(s, g, b, i, camp, at, CAPTURED, cause, tick)
            out[2] += 1
        else:
            die(s, g, b, i, at, -1, D_SWEEP, place, cause, tick)
            out[1] += 1
    elif camp >= 0:
        hold(s, g, b, i, camp, at, QUARANTINED, cause, tick)
        out[3] += 1


@rule
def fetch(s: Any, g: Any, b: Any, i: int, seats: int, camp: int, cause: int, at: int, tick: int) -> int:
    """A team reaches the place of person i: those there who hide or flee are taken along, up to its seats; -1 = turned back before danger."""
    if s.people[i].activity >= HELD:
        return 0
    place = where(s, g, b, i, tick)
    if s.places[place].hostiles > 0:
        return -1
    taken = take_along(s, g, b, i, camp, cause, at, tick)
    last = -1
    while taken < seats:
        j = next_in_need(s, g, place, last)
        if j < 0:
            break
        last = g.persons[j].id
        if j != i:
            taken += take_along(s, g, b, j, camp, cause, at, tick)
    return taken


@inner
def next_in_need(s: Any, g: Any, place: int, last: int) -> int:
    """Who hides or flees at a place, with the lowest id above `last`; -1 = nobody. Seats are few: the order of lists must not draw."""
    found = -1
    j = s.places[place].occ_head
    while j >= 0:
        name = g.persons[j].id
        if (s.people[j].activity == HIDE or s.people[j].activity == FLEE) and name > last and (found < 0 or name < g.persons[found].id):
            found = j
        j = s.people[j].occ_next
    return found


@inner
def take_along(s: Any, g: Any, b: Any, i: int, camp: int, cause: int, at: int, tick: int) -> int:
    """One person is rescued and taken to the camp."""
    if s.people[i].activity == PURSUE or s.people[i].activity >= HELD or b.states[s.people[i].health].hostile >= 0:
        return 0
    s.people[i].notes |= F_SERVED
    emit(s, at, RESCUED, i, -1, where(s, g, b, i, tick), NO_ROUTE, -1, -1, cause)
    if camp >= 0:
        hold(s, g, b, i, camp, at, QUARANTINED, cause, tick)
    return 1


@rule
def log(s: Any, g: Any, b: Any, i: int, kind: int, result: int, cause: int, at: int, tick: int) -> None:
    """Log that an order reached person i, with a `result` (the state a test says; -1 = none)."""
    emit(s, at, kind, i, -1, where(s, g, b, i, tick), NO_ROUTE, -1, result, cause)


@rule
def release_all(s: Any, g: Any, b: Any, cause: int, at: int) -> int:
    """Everybody held who is not known to bite goes home."""
    released = 0
    for i in range(len(s.people)):
        kind = b.states[s.people[i].health].kind
        if s.people[i].activity == HELD and kind != DEAD_CLASS and kind != 5 and b.states[s.people[i].health].hostile < 0:
            emit(s, at, RELEASED, i, -1, s.people[i].place, NO_ROUTE, -1, -1, cause)
            set_place(s, g, b, i, g.persons[i].home, ROUTINE)
            s.people[i].alarm = 0
            released += 1
    return released


@rule
def count_zones(s: Any, g: Any, b: Any, out: Any) -> None:
    """Bring counts by zone up to date: out [zones + 1, 12], the last row the whole city, is what an earlier call left (or `at_start`).

    Columns: people of the 8 classes, then infected, killed, held, left the city. Only people who changed since are looked at.
    """
    for k in range(s.count[C_STIRRED]):
        i = s.stirred[k]
        p = s.people[i]
        p.notes &= ~F_STIRRED
        count_one(p.counted, out, -1)
        zone = g.grounds[p.place].zone if p.place >= 0 and p.activity != GONE else g.persons[i].zone
        flags = (1 if p.episode > 0 else 0) + (2 if p.death > 0 else 0) + (4 if p.activity == HELD else 0) + (8 if p.notes & F_LEFT else 0)
        p.counted = as_counted(zone, flags, b.states[p.health].kind)
        count_one(p.counted, out, 1)
    s.count[C_STIRRED] = 0


@inner
def count_one(counted: int, out: Any, change: int) -> None:
    """Add a person, as packed in `people.counted`, to the counts of their zone and of the city."""
    flags = counted >> 3 & 15
    for row in range(2):
        zone = counted >> 7 if row == 0 else len(out) - 1
        out[zone, counted & 7] += change
        for k in range(4):
            out[zone, 8 + k] += change * (flags >> k & 1)


@rule
def zones_at_start(s: Any, g: Any, b: Any, out: Any) -> None:
    """The counts of `count_zones` when everybody follows the routine in the state everybody starts in."""
    out[:] = 0
    for i in range(len(s.people)):
        count_one(as_counted(g.persons[i].zone, 0, b.states[b.one[0].susceptible].kind), out, 1)


@rule
def notice_delays(s: Any, g: Any, b: Any, rows: Any, states: Any, delays: Any) -> None:
    """For people (rows) who entered states: instants until the authorities notice it, -1 = never."""
    for k in range(len(rows)):
        i, state = rows[k], states[k]
        delays[k] = notice_delay(g, b, i, state, s.people[i].luck)
