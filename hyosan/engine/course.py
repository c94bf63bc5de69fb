"""What happens to one person: infection, the course of it, death. Every change of health goes through here, and is logged here."""

from __future__ import annotations

from typing import Any, Final

from hyosan.backend import inner
from hyosan.engine.fate import draw, host_of, infection_after, luck_after, next_out, out_instants
from hyosan.engine.immunity import passes_on
from hyosan.engine.lists import add_hostile, drop_due, drop_wake, due_in, set_infectious, set_tracked, stir, wake_in
from hyosan.engine.presence import count_routine, guarded, set_place, slot_place, week_tick, where
from hyosan.engine.rulebook import DEAD, RECOVERED
from hyosan.engine.state import (
    ASK,
    C_ASKING,
    C_CARRIED,
    C_CLASS,
    C_EVENTS,
    C_INFECTED,
    C_KILLED,
    C_LAST,
    C_OVERFLOW,
    D_COURSE,
    F_APART,
    F_IN_BED,
    F_LISTED,
    F_NO_BED,
    F_OPENED,
    FLEE,
    GONE,
    HELD,
    HIDE,
    PURSUE,
    ROUTINE,
    STILL,
)
from hyosan.luck import INFECTIOUSNESS, KILL_RESERVE, RESERVE, bits, threshold
from hyosan.rules.exact import INSTANT_BITS, NEVER
from hyosan.rules.transmit import exerted

SEEDED, INFECTED, PROGRESSED, KILLED, CHOSE, MOVED, LEFT_BUILDING, LEFT_CITY, DOOR_BROKEN, DOOR_SHUT = range(10)
CALLED, RESCUED, QUARANTINED, CAPTURED, RELEASED, NOTICED, VACCINATED = range(10, 17)
CONFINED, TESTED, TREATED, EVACUATED, SLIPPED_OUT, CROSSED_IN, ARRIVED_BEYOND, BEGAN_BEYOND = range(17, 25)
"""Kinds of events, in the order of `tables.EVENT_KINDS`."""
NO_ROUTE, BY_CONTACT, BY_BITE, BY_AIR = range(4)
DOES_ACTIVITY: Final = (ROUTINE, FLEE, HIDE, PURSUE, STILL)
"""Activity for each `does` of a state."""
AVERAGE: Final = 1024
"""Infectiousness 1."""


@inner
def emit(s: Any, at: int, kind: int, person: int, other: int, place: int, route: int, from_: int, to: int, cause: int) -> None:
    """Add a row to the events of this tick. A full buffer is a bug that the checks report."""
    k = s.count[C_EVENTS]
    if k >= len(s.events):
        s.count[C_OVERFLOW] += 1
        return
    row = s.events[k]
    row.at = at
    row.kind = kind
    row.person = person
    row.other = other
    row.place = place
    row.route = route
    row.from_ = from_
    row.to = to
    row.cause = cause
    row.strain = s.people[person].strain if person >= 0 else 0
    s.count[C_EVENTS] = k + 1


@inner
def enter_state(s: Any, g: Any, b: Any, i: int, state: int, at: int, tick: int) -> None:
    """Person i enters a state at an instant: counts, lists, what they do, and when it changes next."""
    stir(s, i)
    old = s.people[i].health
    place = where(s, g, b, i, tick)
    leave_bed(s, b, i, state)
    there = s.people[i].activity != ROUTINE and s.people[i].activity < HELD
    if there and b.states[old].hostile >= 0:
        add_hostile(s, place, -1)
    if there and old == b.one[0].susceptible:
        s.places[place].targets -= 1
    if there and old == b.one[0].infected:
        s.places[place].bitten -= 1
    if s.people[i].activity == ROUTINE and (old == b.one[0].susceptible) != (state == b.one[0].susceptible):
        count_routine(s, g, b, i, 1 if state == b.one[0].susceptible else -1)
    s.count[C_CLASS + b.states[old].kind] -= 1
    s.count[C_CLASS + b.states[state].kind] += 1
    opened = b.states[old].open == 0 and b.states[state].open > 0
    s.people[i].notes = (s.people[i].notes & ~F_OPENED) | (F_OPENED if opened else 0)
    s.people[i].health = state
    s.ease[i] = ASK
    s.people[i].since = at
    if there and b.states[state].hostile >= 0:
        add_hostile(s, place, 1)
    if there and state == b.one[0].susceptible:
        s.places[place].targets += 1
    if there and state == b.one[0].infected:
        s.places[place].bitten += 1
    if b.states[state].hostile >= 0 and b.states[old].hostile < 0:
        s.people[i].kill_reserve = threshold(b.one[0].seed, KILL_RESERVE, g.persons[i].id, 0, s.people[i].luck)
    if state == b.one[0].susceptible:
        s.people[i].past = 0
    set_infectious(s, i, b.states[state].contact + b.states[state].air > 0 and s.people[i].activity != GONE)
    plan_next(s, g, b, i, state, at)
    take_up(s, g, b, i, state, place, tick)


@inner
def is_followed(s: Any, b: Any, i: int) -> bool:
    """Whether the ways of person i are logged though they follow their routine: of the infected, until they recover."""
    state = s.people[i].health
    return s.people[i].activity == ROUTINE and b.one[0].has_ways and state != b.one[0].susceptible and b.states[state].kind != RECOVERED


@inner
def leave_bed(s: Any, b: Any, i: int, state: int) -> None:
    """Person i, about to enter a state, gives up the bed of the one before, unless it needs one of the same kind."""
    held = s.people[i].notes & (F_IN_BED | F_NO_BED)
    kind = b.states[s.people[i].health].bed
    if held == 0 or kind == b.states[state].bed:
        return
    if held == F_IN_BED:
        s.beds[kind].taken -= 1
    s.people[i].notes &= ~(F_IN_BED | F_NO_BED)


@inner
def plan_next(s: Any, g: Any, b: Any, i: int, state: int, at: int) -> None:
    """Choose the next transition of person i and put it on the calendar. Who needs a bed asks for one first (`engine/beds.py`)."""
    asks = b.states[state].bed >= 0 and s.people[i].notes & (F_IN_BED | F_NO_BED) == 0
    bedless = 1 if s.people[i].notes & F_NO_BED else 0
    out = -1 if asks else next_out(b, g, i, s.people[i].host, s.people[i].luck, state, bedless)
    s.people[i].next_out = out
    if asks:
        s.asking[s.count[C_ASKING]] = i
        s.count[C_ASKING] += 1
    if out < 0:
        s.people[i].next_at = NEVER
        drop_due(s, i)
        return
    s.people[i].next_at = at + out_instants(b, g, i, s.people[i].luck, out)
    due_in(s, i, due_tick(b, s.people[i].next_at))


@inner
def due_tick(b: Any, at: int) -> int:
    """The tick whose end is the first not before an instant."""
    length = b.one[0].tick_seconds << INSTANT_BITS
    return max(0, (at - 1) // length)


@inner
def take_up(s: Any, g: Any, b: Any, i: int, state: int, place: int, tick: int) -> None:
    """Person i begins to do what a state makes people do. Who is held stays held; the dead are out of the play."""
    activity = s.people[i].activity
    if activity == GONE:
        return
    kind, does = b.states[state].kind, b.states[state].does
    if kind == DEAD:
        set_place(s, g, b, i, place, GONE)
        drop_wake(s, i)
        drop_due(s, i)
        set_tracked(s, i, False)
        set_infectious(s, i, False)
        return
    if activity == HELD:
        return
    ward = nearest_ward(g, b, i, state)
    if ward >= 0:
        if activity != STILL or s.people[i].place != ward:
            set_place(s, g, b, i, ward, STILL)
        s.people[i].goal = -1
        s.people[i].press = -1
        drop_wake(s, i)
        set_tracked(s, i, False)
        return
    wanted = DOES_ACTIVITY[does]
    if wanted == PURSUE or wanted == STILL:
        if activity != wanted:
            set_place(s, g, b, i, place, wanted)
        s.people[i].goal = -1
        s.people[i].press = -1
        if wanted == PURSUE and b.one[0].has_ways:
            wake_in(s, i, tick + 1)
    elif activity == PURSUE or activity == STILL:
        set_place(s, g, b, i, place, ROUTINE)
    elif wanted != ROUTINE and activity == ROUTINE:
        s.people[i].alarm = 3
        wake_in(s, i, tick + 1)
    follows = is_followed(s, b, i)
    if follows and s.people[i].tracked_at < 0:
        s.people[i].track = place
    set_tracked(s, i, follows)


@inner
def nearest_ward(g: Any, b: Any, i: int, state: int) -> int:
    """The place nearest to the home of person i where those in a state lie (ties by id); -1 = they stay where they are."""
    best, least = -1, 0
    home = g.grounds[g.persons[i].home]
    for k in range(b.states[state].ward_start, b.states[state].ward_end):
        dx, dy = g.grounds[g.wards[k]].x - home.x, g.grounds[g.wards[k]].y - home.y
        if best < 0 or dx * dx + dy * dy < least:
            best, least = g.wards[k], dx * dx + dy * dy
    return best


@inner
def infect(s: Any, g: Any, b: Any, i: int, at: int, by: int, route: int, place: int, state: int, strain: int, cause: int, tick: int) -> None:
    """Person i is infected at an instant by person `by` (-1 = by the scenario) with a strain and enters `state`."""
    s.people[i].infector = by
    s.people[i].infected_at = at
    s.people[i].strain = strain
    s.people[i].notes &= ~F_LISTED
    s.people[i].episode += 1
    s.people[i].luck = infection_after(s.people[i].luck)
    if b.one[0].cause > 0 and route != BY_BITE:
        s.people[i].host = host_of(s, g, b, i, by, tick)
    s.people[i].infectiousness = own_infectiousness(s, g, b, i, strain, at)
    s.reserves[i] = threshold(b.one[0].seed, RESERVE, g.persons[i].id, 0, s.people[i].luck)
    s.count[C_INFECTED] += 1
    s.count[C_LAST] = max(s.count[C_LAST], at)
    kind = INFECTED if by >= 0 else SEEDED
    emit(s, at, kind, i, by, place, route, s.people[i].health, state, cause)
    enter_state(s, g, b, i, state, at, tick)
    if b.one[0].forgets:
        s.people[i].past |= 1 << strain


@inner
def own_infectiousness(s: Any, g: Any, b: Any, i: int, strain: int, at: int) -> int:
    """The factor on what person i, infected by a strain, exerts, 1/1024: by their own luck, the strain, and a vaccine they had."""
    factor = AVERAGE
    if b.one[0].dispersion_law >= 0:
        word = bits(b.one[0].seed, INFECTIOUSNESS, g.persons[i].id, 0, s.people[i].luck)
        factor = draw(b, b.one[0].dispersion_law, word)
    return (factor * b.strains[strain].transmission >> 10) * passes_on(s, g, b, i, at) >> 10


@inner
def advance(s: Any, g: Any, b: Any, i: int, until: int, tick: int) -> None:
    """Run the course of person i up to an instant. What they exert in states entered within the tick is carried into the next one."""
    for _ in range(64):
        at, out = s.people[i].next_at, s.people[i].next_out
        if out < 0 or at > until:
            return
        old, state = s.people[i].health, b.outs[out].to
        place = where(s, g, b, i, tick)
        emit(s, at, PROGRESSED, i, -1, place, NO_ROUTE, old, state, 0)
        s.people[i].luck = luck_after(b, out, s.people[i].luck)
        enter_state(s, g, b, i, state, at, tick)
        if b.states[state].kind == DEAD:
            s.people[i].died_at = at
            s.people[i].death = D_COURSE
            s.people[i].dead_from = old
            s.count[C_KILLED] += 1
            s.count[C_LAST] = max(s.count[C_LAST], at)
            return
        carry_rest(s, g, b, i, state, at, until, place, tick)


@inner
def carry_rest(s: Any, g: Any, b: Any, i: int, state: int, at: int, until: int, place: int, tick: int) -> None:
    """Keep for the next tick what person i exerts between entering a state and the end of this tick, where it arises."""
    end = min(until, s.people[i].next_at)
    if end <= at or s.people[i].notes & F_APART:
        return
    for route in range(2):
        weight = weight_of(b, state, route)
        if weight > 0:
            carry_route(s, g, b, i, route, weight, at, end, place, tick)


@inner
def carry_route(s: Any, g: Any, b: Any, i: int, route: int, weight: int, at: int, end: int, place: int, tick: int) -> None:
    """`carry_rest` by one route."""
    hour, schedule = week_tick(b, tick), g.persons[i].schedule
    if s.people[i].activity != ROUTINE:
        add_carry(s, i, route, place, guarded(s, g, i, place, own(s, i, exerted(weight, end - at, 1, 1))), at, end)
    else:
        for slot in range(b.one[0].slots):
            seconds = b.slot_seconds[schedule, hour, slot]
            if seconds > 0:
                there = slot_place(s, g, b, i, slot)
                amount = guarded(s, g, i, there, own(s, i, exerted(weight, end - at, seconds, b.one[0].tick_seconds)))
                add_carry(s, i, route, there, amount, at, end)
    if route == 0 and b.one[0].contact_link > 0 and g.link_start[i + 1] > g.link_start[i]:
        add_carry(s, i, route, -1, own(s, i, exerted(weight, end - at, 1, 1)), at, end)


@inner
def weight_of(b: Any, state: int, route: int) -> int:
    """How infectious a state is by a route."""
    return b.states[state].contact if route == 0 else b.states[state].air


@inner
def own(s: Any, i: int, amount: int) -> int:
    """What person i exerts where somebody of average infectiousness would exert `amount`."""
    factor = s.people[i].infectiousness
    if factor == AVERAGE:
        return amount
    return amount * factor >> 10 if amount < 1 << 40 else (amount >> 10) * factor


@inner
def add_carry(s: Any, i: int, route: int, place: int, amount: int, start: int, end: int) -> None:
    """Add an entry to what is carried into the next tick."""
    k = s.count[C_CARRIED]
    if k >= len(s.carried):
        s.count[C_OVERFLOW] += 1
        return
    row = s.carried[k]
    row.person = i
    row.route = route
    row.strain = s.people[i].strain
    row.place = place
    row.amount = amount
    row.start = start
    row.end = end
    s.count[C_CARRIED] = k + 1


@inner
def die(s: Any, g: Any, b: Any, i: int, at: int, by: int, death: int, place: int, cause: int, tick: int) -> None:
    """Person i is killed at an instant."""
    emit(s, at, KILLED, i, by, place, NO_ROUTE, s.people[i].health, b.one[0].killed, cause)
    s.people[i].died_at = at
    s.people[i].death = death
    s.people[i].dead_from = s.people[i].health
    s.count[C_KILLED] += 1
    s.count[C_LAST] = max(s.count[C_LAST], at)
    enter_state(s, g, b, i, b.one[0].killed, at, tick)
