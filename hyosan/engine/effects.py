"""What orders do to people, places and gates. The response decides on knowledge; only here, in the engine, does an order touch the state.

Rules work on the state as it truly is: a blast does not ask who is known to be infected. Each gives how many people or ways it reached.
"""

from __future__ import annotations

from typing import Any

from hyosan.backend import inner, rule
from hyosan.engine.course import (
    CROSSED_IN,
    EVACUATED,
    NO_ROUTE,
    QUARANTINED,
    RELEASED,
    RESCUED,
    SLIPPED_OUT,
    die,
    emit,
)
from hyosan.engine.fate import notice_delay
from hyosan.engine.glance import forget_dose
from hyosan.engine.lists import as_counted, wake_in
from hyosan.engine.moving import arrive, block_doors, hold, let_out, root
from hyosan.engine.presence import member_there, members_of, where
from hyosan.engine.rulebook import DEAD, TURNED
from hyosan.engine.state import (
    C_LEFT,
    C_NEW_WAYS,
    C_ROOM,
    C_STIRRED,
    D_FORCE,
    F_CAPTURED,
    F_LEFT,
    F_SERVED,
    F_STIRRED,
    FLEE,
    GONE,
    HELD,
    HIDE,
    PURSUE,
    ROUTINE,
)
from hyosan.luck import BLAST, TELL, bits, chance
from hyosan.rules.move import squared_distance


@rule
def tell(s: Any, g: Any, b: Any, share: int, zones: Any, tick: int) -> int:
    """Tell a share of the people at home in the given zones (1 = told) of the danger."""
    reached = 0
    for i in range(len(s.people)):
        p = s.people[i]
        if p.activity != ROUTINE or zones[g.persons[i].zone] == 0:
            continue
        if p.alarm == 0 and (bits(b.one[0].born, TELL, g.persons[i].id, 0, 0) >> 30) < share:
            p.alarm = 1
            wake_in(s, i, tick)
            reached += 1
    return reached


@rule
def close_setting(s: Any, g: Any, setting: int, closed: int) -> int:
    """Close (1) or open (0) all places of a setting."""
    reached, s.count[C_NEW_WAYS] = 0, 1
    for m in range(len(s.places)):
        if g.grounds[m].setting == setting:
            s.places[m].closed = closed
            forget_dose(s, m)
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
        if dx * dx + dy * dy > radius * radius or b.states[s.people[i].health].kind == DEAD:
            continue
        if chance(b.one[0].seed, BLAST, g.persons[i].id, 0, number, share):
            die(s, g, b, i, at, -1, D_FORCE, place, cause, tick)
            killed += 1
    return killed


@rule
def mask(s: Any, g: Any, x: int, y: int, radius: int, until: int) -> None:
    """Fire and debris mask scent and sound within a radius of a point, until a tick."""
    for m in range(len(s.places)):
        ground = g.grounds[root(g, m)]
        if squared_distance(ground.x, ground.y, x, y) <= radius * radius:
            s.places[m].masked = max(s.places[m].masked, until)


@rule
def mask_place(s: Any, g: Any, place: int, until: int) -> None:
    """They do so at a place and in all that belongs to it."""
    for m in range(len(s.places)):
        at = m
        while at >= 0 and at != place:
            at = g.grounds[at].parent
        if at == place:
            s.places[m].masked = max(s.places[m].masked, until)


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
    """One person is rescued and taken to the camp, if it has room."""
    if s.people[i].activity == PURSUE or s.people[i].activity >= HELD or b.states[s.people[i].health].hostile >= 0:
        return 0
    if camp >= 0 and s.count[C_ROOM] <= 0:
        return 0
    s.people[i].notes |= F_SERVED
    emit(s, at, RESCUED, i, -1, where(s, g, b, i, tick), NO_ROUTE, -1, -1, cause)
    if camp >= 0:
        hold(s, g, b, i, camp, at, QUARANTINED, cause, tick)
        s.count[C_ROOM] -= 1
    return 1


@rule
def people_at(s: Any, g: Any, b: Any, place: int, tick: int, out: Any) -> int:
    """Rows of everybody who is at a place and not held, into `out` as far as it reaches; gives how many."""
    count = 0
    i = s.places[place].occ_head
    while i >= 0:
        if s.people[i].activity < HELD and count < len(out):
            out[count] = i
            count += 1
        i = s.people[i].occ_next
    for slot in range(b.one[0].slots):
        first, last = members_of(s, g, b, slot, place, tick)
        for k in range(first, last):
            i = g.member_person[k]
            if count < len(out) and member_there(s, g, b, i, slot, place, tick):
                out[count] = i
                count += 1
    return count


@rule
def place_of(s: Any, g: Any, b: Any, i: int, tick: int) -> int:
    """Where person i is; -1 = out of the play or held."""
    return -1 if s.people[i].activity >= HELD else where(s, g, b, i, tick)


@rule
def evacuate(s: Any, g: Any, b: Any, places: Any, seats: int, bar: Any, camp: int, cause: int, at: int, tick: int, scratch: Any, out: Any) -> int:
    """A vehicle goes from place to place (rows, from position out[0] on) until its seats are taken; within a place by id.

    Who keeps to orders (`obeys` below `bar` of their zone) comes along, to the camp while it has room, or (`camp` -1) out of the city. Places where
    somebody bites are passed by. Gives how many came; out[0] = where the next one goes on.
    """
    taken = 0
    while out[0] < len(places):
        place = places[out[0]]
        count = 0 if s.places[place].hostiles > 0 else people_at(s, g, b, place, tick, scratch)
        last = -1
        while True:
            i = -1
            for k in range(count):
                j = scratch[k]
                if g.persons[j].id > last and (i < 0 or g.persons[j].id < g.persons[i].id) and comes_along(s, g, b, j, bar):
                    i = j
            if i < 0:
                break
            if taken == seats or (camp >= 0 and s.count[C_ROOM] <= 0):
                return taken
            last = g.persons[i].id
            taken += fetch_one(s, g, b, i, camp, cause, at, tick)
        out[0] += 1
    return taken


@inner
def comes_along(s: Any, g: Any, b: Any, i: int, bar: Any) -> bool:
    """Whether person i would come along with an evacuation."""
    row, activity = b.states[s.people[i].health], s.people[i].activity
    free = activity != PURSUE and activity < HELD and row.hostile < 0 and not row.chained and row.kind != DEAD
    return free and s.people[i].obeys < bar[g.persons[i].zone]


@inner
def fetch_one(s: Any, g: Any, b: Any, i: int, camp: int, cause: int, at: int, tick: int) -> int:
    """Person i is brought to the camp, or out of the city where a way leads out."""
    here = where(s, g, b, i, tick)
    out = g.grounds[root(g, here)].out
    if camp < 0 and out < 0:
        return 0
    emit(s, at, EVACUATED, i, -1, here, NO_ROUTE, -1, -1, cause)
    if camp >= 0:
        hold(s, g, b, i, camp, at, QUARANTINED, cause, tick)
        s.count[C_ROOM] -= 1
    else:
        arrive(s, g, b, i, here, out, at, FLEE, tick)
    return 1


@rule
def block(s: Any, g: Any, b: Any, place: int) -> int:
    """Block the doors of a place with what is at hand; gives how many it has."""
    doors = 0
    for way in range(g.grounds[place].way_start, g.grounds[place].way_end):
        doors += 1 if g.ways[way].door >= 0 else 0
    block_doors(s, g, b, place)
    return doors


@rule
def slip_out(s: Any, g: Any, b: Any, i: int, at: int, cause: int, wake: int) -> int:
    """Person i gets out of the camp and is at home, out of sight, until a tick; 0 = is not held, or bites, or is dead."""
    row = b.states[s.people[i].health]
    if s.people[i].activity != HELD or row.hostile >= 0 or row.chained or row.kind == DEAD:
        return 0
    emit(s, at, SLIPPED_OUT, i, -1, s.people[i].place, NO_ROUTE, -1, -1, cause)
    let_out(s, g, b, i, g.persons[i].home, HIDE)
    wake_in(s, i, wake)
    return 1


@rule
def come_back(s: Any, g: Any, b: Any, i: int, camp: int, at: int, cause: int, tick: int) -> int:
    """Person i, who slipped out, is in the camp again, with whatever they bring; 0 = dead, or bites, or is elsewhere."""
    if s.people[i].activity >= HELD or b.states[s.people[i].health].hostile >= 0 or b.states[s.people[i].health].kind == DEAD:
        return 0
    hold(s, g, b, i, camp, at, QUARANTINED, cause, tick)
    return 1


@rule
def cross_in(s: Any, g: Any, b: Any, i: int, place: int, at: int, cause: int, tick: int) -> None:
    """Person i, who had left the city, is inside again at a place and makes for home."""
    emit(s, at, CROSSED_IN, i, -1, place, NO_ROUTE, -1, -1, cause)
    s.people[i].notes &= ~F_LEFT
    s.count[C_LEFT] -= 1
    let_out(s, g, b, i, place, FLEE)
    s.people[i].goal = g.persons[i].home
    s.people[i].ready = at
    wake_in(s, i, tick + 1)


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
        if (
            s.people[i].activity == HELD
            and kind != DEAD
            and kind != TURNED
            and not s.people[i].notes & F_CAPTURED
            and b.states[s.people[i].health].hostile < 0
        ):
            emit(s, at, RELEASED, i, -1, s.people[i].place, NO_ROUTE, -1, -1, cause)
            let_out(s, g, b, i, g.persons[i].home, ROUTINE)
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
