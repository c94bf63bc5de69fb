"""Going from place to place: the next way towards a goal, what may be passed, and the commit of what people intended."""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from hyosan.backend import inner, rule
from hyosan.engine.course import CALLED, CAPTURED, CHOSE, LEFT_BUILDING, LEFT_CITY, MOVED, NO_ROUTE, QUARANTINED, emit, is_followed
from hyosan.engine.doors import renew_door
from hyosan.engine.lists import drop_due, drop_wake, set_infectious, set_tracked, wake_in
from hyosan.engine.presence import any_curfew, routine_place, set_place, week_tick, where
from hyosan.engine.state import (
    C_AWAKE,
    C_CAMP,
    C_ESCORTS,
    C_FOLLOW_TICK,
    C_FOLLOWED,
    C_LEFT,
    C_NEW_WAYS,
    C_NEXT,
    C_ROOM,
    C_SOON,
    C_TRACKED,
    DEED_CALL,
    DEED_EXPEL,
    DEED_KILL,
    DEED_LURE,
    F_CALLED,
    F_CAPTURED,
    F_LEFT,
    F_LURING,
    GONE,
    HELD,
    RING,
    ROUTINE,
)
from hyosan.luck import LEAK, bits
from hyosan.rules.exact import INSTANT_BITS, NEVER
from hyosan.rules.move import squared_distance

CROWD: Final = 256
"""From so many awake on it pays to sort them."""
DEPTH: Final = 16
"""Places within places, at most."""


@inner
def root(g: Any, place: int) -> int:
    """The street cell or open ground that a place hangs on."""
    for _ in range(DEPTH):
        if g.grounds[place].parent < 0:
            return place
        place = g.grounds[place].parent
    return place


@inner
def can_pass(s: Any, g: Any, b: Any, i: int, way: int) -> bool:
    """Whether person i gets through a way: no welded door; of those who try a closed gate a share."""
    door = g.ways[way].door
    if door >= 0 and s.doors[door].state == 2:
        return False
    gate = g.ways[way].gate
    if gate >= 0 and s.gates[gate].closed:
        return (bits(b.one[0].born, LEAK, g.persons[i].id, gate, 0) >> 30) < s.gates[gate].leak
    return True


@inner
def way_to(g: Any, here: int, there: int) -> int:
    """The way from a place to a neighbour; -1 = none."""
    for way in range(g.grounds[here].way_start, g.grounds[here].way_end):
        if g.ways[way].to == there:
            return way
    return -1


@inner
def next_way(g: Any, here: int, goal: int) -> int:
    """The first way from `here` towards a goal; -1 = none: into what hangs here, else out, else the street nearest the goal."""
    at = goal
    for _ in range(DEPTH):
        if at == here:
            break
        if g.grounds[at].parent == here:
            return way_to(g, here, at)
        if g.grounds[at].parent < 0:
            break
        at = g.grounds[at].parent
    if g.grounds[here].parent >= 0:
        return way_to(g, here, g.grounds[here].parent)
    target = root(g, goal)
    x, y = g.grounds[target].x, g.grounds[target].y
    best, best_distance = -1, squared_distance(g.grounds[here].x, g.grounds[here].y, x, y)
    for k in range(g.grounds[here].main_start, g.grounds[here].main_end):
        way = g.main_way[k]
        there = g.ways[way].to
        if there == target:
            return way
        distance = squared_distance(g.grounds[there].x, g.grounds[there].y, x, y)
        if distance < best_distance:
            best, best_distance = way, distance
    return best


@inner
def log_way(s: Any, g: Any, b: Any, i: int, old: int, new: int, at: int) -> None:
    """Log the way of a person who is infected or left the routine, where it is logged."""
    kind = logged_way(s, g, b, i, old, new)
    if kind >= 0:
        emit(s, at, kind, i, -1, old if kind == LEFT_BUILDING else new, NO_ROUTE, g.grounds[old].kind, g.grounds[new].kind, 0)


@inner
def logged_way(s: Any, g: Any, b: Any, i: int, old: int, new: int) -> int:
    """As what the way of a person is logged: out of a building, or, of the infected, into another zone; -1 = not at all."""
    if old < 0 or new < 0 or old == new:
        return -1
    if building(g, old) != building(g, new) and g.grounds[old].parent >= 0:
        return LEFT_BUILDING
    return MOVED if s.people[i].health != b.one[0].susceptible and g.grounds[old].zone != g.grounds[new].zone else -1


@inner
def building(g: Any, place: int) -> int:
    """The outermost part of the building that a place is in; the place itself in the open."""
    for _ in range(DEPTH):
        parent = g.grounds[place].parent
        if parent < 0 or g.grounds[parent].parent < 0:
            return place
        place = parent
    return place


@inner
def arrive(s: Any, g: Any, b: Any, i: int, old: int, new: int, at: int, activity: int, tick: int) -> None:
    """Person i gets from one place to another at an instant; outside the city they are out of the play."""
    log_way(s, g, b, i, old, new, at)
    s.people[i].ready = at
    if g.grounds[new].outside:
        emit(s, at, LEFT_CITY, i, -1, new, NO_ROUTE, g.grounds[old].kind, g.grounds[new].kind, 0)
        s.people[i].notes |= F_LEFT
        s.count[C_LEFT] += 1
        set_place(s, g, b, i, new, GONE)
        drop_wake(s, i)
        drop_due(s, i)
        set_tracked(s, i, False)
        set_infectious(s, i, False)
        return
    set_tracked(s, i, False)
    set_place(s, g, b, i, new, activity)


@inner
def hold(s: Any, g: Any, b: Any, i: int, place: int, at: int, kind: int, cause: int, tick: int) -> None:
    """Person i is brought to a camp or cell and held there."""
    emit(s, at, kind, i, -1, place, NO_ROUTE, -1, -1, cause)
    set_tracked(s, i, False)
    set_infectious(s, i, False)
    drop_wake(s, i)
    set_place(s, g, b, i, place, HELD)
    s.people[i].notes = (s.people[i].notes & ~F_CAPTURED) | (F_CAPTURED if kind == CAPTURED else 0)
    s.people[i].goal = -1
    s.people[i].press = -1


@rule
def collect_awake(s: Any, tick: int) -> None:
    """Take everybody who wakes in this tick off the calendar."""
    for k in range(s.count[C_SOON]):
        i = s.soon[k]
        s.people[i].wake_tick = -1
        s.awake[k] = i
    found = soon = s.count[C_SOON]
    s.count[C_SOON] = 0
    s.count[C_NEXT] = tick + 1
    i = s.wake_head[tick % RING]
    while i >= 0:
        if s.people[i].wake_tick <= tick:
            s.awake[found] = i
            found += 1
        i = s.people[i].wake_next
    for k in range(soon, found):
        drop_wake(s, s.awake[k])
    s.count[C_AWAKE] = found
    if found >= CROWD:
        sort_by_place(s)


@rule
def sort_by_place(s: Any) -> None:
    """Put those awake who stand at one place side by side, so that what they look at is at hand; 9 bits of places at a time. It decides nothing."""
    count, shift, other = s.count[C_AWAKE], 0, s.occupants
    starts = np.empty(513, dtype=np.int64)
    while len(s.places) >> shift > 0:
        starts[:] = 0
        for k in range(count):
            starts[((s.people[s.awake[k]].place + 1) >> shift & 511) + 1] += 1
        for heap in range(512):
            starts[heap + 1] += starts[heap]
        for k in range(count):
            heap = (s.people[s.awake[k]].place + 1) >> shift & 511
            other[starts[heap]] = s.awake[k]
            starts[heap] += 1
        for k in range(count):
            s.awake[k] = other[k]
        shift += 9


@inner
def commit_moves(s: Any, g: Any, b: Any, tick: int) -> None:
    """Carry out what the awake chose: places, what they do, doors they block, when they wake again.

    Who moves leaves at the start of the tick and is at the new place from the instant `ready` on, at which the move is logged and from
    which they go on; in between they are under way, and nobody meets them.
    """
    begin = (tick * b.one[0].tick_seconds) << INSTANT_BITS
    last_ready, last_id = last_let_in(s, g)
    for k in range(s.count[C_AWAKE]):
        i = s.awake[k]
        t = s.travel[i]
        if s.people[i].activity == GONE or s.people[i].activity == HELD:
            continue
        old = where(s, g, b, i, tick)
        if s.people[i].tracked_at >= 0:  # the routine brought them here
            log_way(s, g, b, i, s.people[i].track, old, begin)
            s.people[i].track = old
        if t.option >= 0 and t.deed & (DEED_EXPEL | DEED_KILL) == 0:  # these are told with whom they concern (engine/deeds.py)
            emit(s, begin, CHOSE, i, -1, old, NO_ROUTE, -1, -1, -2 - t.option)
        if t.deed & DEED_LURE:
            s.people[i].notes |= F_LURING
        if t.deed & DEED_CALL and not s.people[i].notes & F_CALLED:
            s.people[i].notes |= F_CALLED
            emit(s, begin, CALLED, i, -1, old, NO_ROUTE, -1, -1, 0)
        if t.camp and (s.people[i].ready < last_ready or (s.people[i].ready == last_ready and g.persons[i].id <= last_id)):
            hold(s, g, b, i, s.count[C_CAMP] - 1, begin, QUARANTINED, 0, tick)
            s.count[C_ROOM] -= 1
            s.count[C_ESCORTS] -= 1
            continue
        if t.place >= 0 and t.place != old:
            activity = t.activity if t.activity > ROUTINE else s.people[i].activity
            arrive(s, g, b, i, old, t.place, t.ready, activity, tick)
        elif t.activity >= 0 and t.activity != s.people[i].activity:
            set_place(s, g, b, i, old, t.activity)
            set_tracked(s, i, is_followed(s, b, i))
            s.people[i].track = old
        if t.barricade:
            block_doors(s, g, b, s.people[i].place)
        if t.wake >= 0 and s.people[i].activity != GONE:
            wake_in(s, i, max(t.wake, tick + 1))


@inner
def last_let_in(s: Any, g: Any) -> tuple[int, int]:
    """When the last of those came whom the camp lets in during this tick, and their id: first come, then by id; room for all = everybody."""
    asking = 0
    for k in range(s.count[C_AWAKE]):
        asking += wants_in(s, s.awake[k])
    room = min(s.count[C_ROOM], s.count[C_ESCORTS])
    if asking <= room:
        return NEVER, NEVER
    ready, name = -1, -1
    for _ in range(room):
        next_ready, next_name = NEVER, NEVER
        for k in range(s.count[C_AWAKE]):
            i = s.awake[k]
            came, own = s.people[i].ready, g.persons[i].id
            after = came > ready or (came == ready and own > name)
            if after and wants_in(s, i) and (came < next_ready or (came == next_ready and own < next_name)):
                next_ready, next_name = came, own
        ready, name = next_ready, next_name
    return ready, name


@inner
def wants_in(s: Any, i: int) -> int:
    """1 where person i, awake, asks at a gate to be let into the camp."""
    return 1 if s.travel[i].camp and s.people[i].activity < HELD else 0


@inner
def let_out(s: Any, g: Any, b: Any, i: int, place: int, activity: int) -> None:
    """Person i, who was held or out of the play, is at a place again and does something; whoever is infectious is so there."""
    set_place(s, g, b, i, place, activity)
    row = b.states[s.people[i].health]
    set_infectious(s, i, row.contact + row.air > 0)
    set_tracked(s, i, is_followed(s, b, i))
    s.people[i].notes &= ~F_CAPTURED
    s.people[i].track = place
    s.people[i].goal = s.people[i].press = -1
    s.people[i].alarm = 0


@inner
def block_doors(s: Any, g: Any, b: Any, place: int) -> None:
    """Block all doors of a place with what is at hand."""
    if place < 0:
        return
    for way in range(g.grounds[place].way_start, g.grounds[place].way_end):
        door = g.ways[way].door
        if door >= 0 and s.doors[door].state != 2 and s.doors[door].kind != 2:
            s.doors[door].kind = 2
            renew_door(s, g, b, door, way)


@rule
def first_to_follow(s: Any, b: Any, tick: int) -> int:
    """From where on in the list of infected people in their routine they are looked for: all, where routines may turn, else those who are new."""
    return 0 if routines_turn(s, b, tick) else s.count[C_FOLLOWED]


@inner
def follow_one(s: Any, g: Any, b: Any, k: int, tick: int) -> None:
    """Where the routine of the k-th infected person leads; as their candidate, the place they come from if the way is logged, else -1."""
    i = s.tracked[k]
    old, place = s.people[i].track, routine_place(s, g, b, i, tick)
    s.people[i].track = place
    s.candidates[k] = old if logged_way(s, g, b, i, old, place) >= 0 else -1


@rule
def log_ways(s: Any, g: Any, b: Any, tick: int) -> None:
    """Log the ways of infected people who follow their routine."""
    begin = (tick * b.one[0].tick_seconds) << INSTANT_BITS
    for k in range(first_to_follow(s, b, tick), s.count[C_TRACKED]):
        i = s.tracked[k]
        if s.candidates[k] >= 0:
            log_way(s, g, b, i, s.candidates[k], s.people[i].track, begin)
    s.count[C_FOLLOWED], s.count[C_FOLLOW_TICK], s.count[C_NEW_WAYS] = s.count[C_TRACKED], tick, 0


@inner
def routines_turn(s: Any, b: Any, tick: int) -> bool:
    """Whether anybody's routine may lead elsewhere than when ways were last followed: by the hour, or by order."""
    if s.count[C_NEW_WAYS] or any_curfew(s):
        return True
    now, then = week_tick(b, tick), week_tick(b, s.count[C_FOLLOW_TICK])
    for schedule in range(len(b.main_slot)):
        if b.main_slot[schedule, now] != b.main_slot[schedule, then]:
            return True
    return False
