"""What happens to one person: infection, the course of it, death. Every change of health goes through here, and is logged here."""

from __future__ import annotations

from typing import Any, Final

from hyosan.backend import inner
from hyosan.distributions import draw_seconds
from hyosan.engine.lists import add_hostile, drop_due, drop_wake, due_in, set_infectious, set_tracked, stir, wake_in
from hyosan.engine.presence import count_routine, set_place, slot_place, week_tick, where
from hyosan.engine.state import (
    C_CARRIED,
    C_CLASS,
    C_EVENTS,
    C_INFECTED,
    C_KILLED,
    C_LAST,
    C_OVERFLOW,
    D_COURSE,
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
from hyosan.rules.progress import course_luck, duration_luck
from hyosan.rules.transmit import exerted

SEEDED, INFECTED, PROGRESSED, KILLED, CHOSE, MOVED, LEFT_BUILDING, LEFT_CITY, DOOR_BROKEN, DOOR_SHUT = range(10)
CALLED, RESCUED, QUARANTINED, CAPTURED, RELEASED, NOTICED = range(10, 16)
"""Kinds of events, in the order of `tables.EVENT_KINDS`."""
NO_ROUTE, BY_CONTACT, BY_BITE, BY_AIR = range(4)
DOES_ACTIVITY: Final = (ROUTINE, FLEE, HIDE, PURSUE, STILL)
"""Activity for each `does` of a state."""
DEAD_CLASS: Final = 7
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
    s.count[C_EVENTS] = k + 1


@inner
def draw(b: Any, law: int, word: int) -> int:
    """Seconds drawn from a law of the rulebook."""
    row = b.laws[law]
    return draw_seconds(row.kind, row.a, row.b, b.law_values, row.offset, word)


@inner
def next_out(b: Any, g: Any, i: int, host: int, episode: int, state: int) -> int:
    """The transition that person i will take out of a state in this episode; -1 = none."""
    start, end = b.states[state].out_start, b.states[state].out_end
    if start == end:
        return -1
    luck = course_luck(b.one[0].seed, g.persons[i].id, episode, state)
    age = min(g.persons[i].age, 110)
    for k in range(start, end):
        if luck < b.out_cut[k, host, age]:
            return k
    return -1


@inner
def out_instants(b: Any, g: Any, i: int, episode: int, out: int) -> int:
    """How long person i waits for a transition, in instants."""
    word = duration_luck(b.one[0].seed, g.persons[i].id, episode, out)
    return draw(b, b.outs[out].law, word) << INSTANT_BITS


@inner
def enter_state(s: Any, g: Any, b: Any, i: int, state: int, at: int, tick: int) -> None:
    """Person i enters a state at an instant: counts, lists, what they do, and when it changes next."""
    stir(s, i)
    old = s.people[i].health
    place = where(s, g, b, i, tick)
    there = s.people[i].activity != ROUTINE and s.people[i].activity < HELD
    if there and b.states[old].hostile >= 0:
        add_hostile(s, place, -1)
    if there and old == b.one[0].susceptible:
        s.places[place].targets -= 1
    if s.people[i].activity == ROUTINE and (old == b.one[0].susceptible) != (state == b.one[0].susceptible):
        count_routine(s, g, b, i, 1 if state == b.one[0].susceptible else -1)
    s.count[C_CLASS + b.states[old].kind] -= 1
    s.count[C_CLASS + b.states[state].kind] += 1
    s.people[i].health = state
    s.people[i].since = at
    if there and b.states[state].hostile >= 0:
        add_hostile(s, place, 1)
    if there and state == b.one[0].susceptible:
        s.places[place].targets += 1
    if b.states[state].hostile >= 0 and b.states[old].hostile < 0:
        s.people[i].kill_reserve = threshold(b.one[0].seed, KILL_RESERVE, g.persons[i].id, 0, s.people[i].episode)
    if state == b.one[0].susceptible:
        s.people[i].reserve = threshold(b.one[0].seed, RESERVE, g.persons[i].id, 0, s.people[i].episode)
    set_infectious(s, i, b.states[state].contact + b.states[state].air > 0 and s.people[i].activity != GONE)
    plan_next(s, g, b, i, state, at)
    take_up(s, g, b, i, state, place, tick)


@inner
def plan_next(s: Any, g: Any, b: Any, i: int, state: int, at: int) -> None:
    """Choose the next transition of person i and put it on the calendar."""
    out = next_out(b, g, i, s.people[i].host, s.people[i].episode, state)
    s.people[i].next_out = out
    if out < 0:
        s.people[i].next_at = NEVER
        drop_due(s, i)
        return
    s.people[i].next_at = at + out_instants(b, g, i, s.people[i].episode, out)
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
    if kind == DEAD_CLASS:
        set_place(s, g, b, i, place, GONE)
        drop_wake(s, i)
        drop_due(s, i)
        set_tracked(s, i, False)
        set_infectious(s, i, False)
        return
    if activity == HELD:
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
    follows = s.people[i].activity == ROUTINE and b.one[0].has_ways and state != b.one[0].susceptible
    if follows and s.people[i].tracked_at < 0:
        s.people[i].track = place
    set_tracked(s, i, follows)


@inner
def infect(s: Any, g: Any, b: Any, i: int, at: int, by: int, route: int, place: int, state: int, cause: int, tick: int) -> None:
    """Person i is infected at an instant by person `by` (-1 = by the scenario) and enters `state`."""
    s.people[i].infector = by
    s.people[i].infected_at = at
    s.people[i].episode += 1
    if b.one[0].dispersion_law >= 0:
        word = bits(b.one[0].seed, INFECTIOUSNESS, g.persons[i].id, 0, s.people[i].episode)
        s.people[i].infectiousness = draw(b, b.one[0].dispersion_law, word)
    s.count[C_INFECTED] += 1
    s.count[C_LAST] = max(s.count[C_LAST], at)
    kind = INFECTED if by >= 0 else SEEDED
    emit(s, at, kind, i, by, place, route, s.people[i].health, state, cause)
    enter_state(s, g, b, i, state, at, tick)


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
        enter_state(s, g, b, i, state, at, tick)
        if b.states[state].kind == DEAD_CLASS:
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
    if end <= at:
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
        add_carry(s, i, route, place, own(s, i, exerted(weight, end - at, 1, 1)), at, end)
    else:
        for slot in range(b.one[0].slots):
            seconds = b.slot_seconds[schedule, hour, slot]
            if seconds > 0:
                there = slot_place(s, g, b, i, slot)
                add_carry(s, i, route, there, own(s, i, exerted(weight, end - at, seconds, b.one[0].tick_seconds)), at, end)
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
