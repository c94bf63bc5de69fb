"""Many small runs in memory: the phases of `engine/step.py` in one compiled call per thread, no folder, no response.

The same functions, in the same order, as a run with a folder; only what is kept differs (a row of quantities per run).
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from hyosan.backend import inner, rule
from hyosan.engine.course import enter_state
from hyosan.engine.cpu import add_up_few, choose_few, exert_few, expose_few, follow_few, resolve_few
from hyosan.engine.exposure import line_up
from hyosan.engine.moving import collect_awake, log_ways
from hyosan.engine.plans import (
    P_AT,
    P_CAUSE,
    P_COUNT,
    P_FIRST,
    P_IMMUNE,
    P_LAST,
    P_LUCK,
    P_OVER,
    P_PLACE,
    P_SHARE,
    P_STATE,
    P_STRAIN,
)
from hyosan.engine.start import fill
from hyosan.engine.state import (
    C_AWAKE,
    C_CARRIED,
    C_CLASS,
    C_EVENTS,
    C_HELD,
    C_HOT,
    C_INFECTED,
    C_KILLED,
    C_LAST,
    C_LEFT,
    C_OVERFLOW,
    C_TRACKED,
    F_LISTED,
    STILL,
)
from hyosan.engine.step import find_exposed, gather, is_quiet, move_people, progress, settle
from hyosan.engine.today import is_ruled_out, match_cases, seed_listed, seed_person
from hyosan.engine.vaccinate import vaccinate_due
from hyosan.luck import SEED, bits
from hyosan.rules.exact import INSTANT_BITS

QUANTITIES: Final = (
    "susceptible", "human", "symptomless", "ill", "half_turned", "turned", "recovered", "dead", "infected", "killed", "left_city", "held",
    "turned_at_large", "second", "last_second", "active", "bites", "kills",
)  # fmt: skip
"""What can be asked of a run: people by class now, cumulative infections and deaths, the second of the end and of the last infection or
death, and `active`, people whose state will still change or who bite."""
NUMBER, QUANTITY, ADD, SUBTRACT, MULTIPLY, LESS, AT_MOST, MORE, AT_LEAST, EQUAL, UNEQUAL, AND, OR, NOT = range(14)


@inner
def quantity(s: Any, b: Any, code: int, now: int) -> int:
    """The value of a quantity now."""
    if code < 8:
        return s.count[C_CLASS + code]
    if code == 8:
        return s.count[C_INFECTED]
    if code == 9:
        return s.count[C_KILLED]
    if code == 10:
        return s.count[C_LEFT]
    if code == 11:
        return s.count[C_HELD]
    if code == 12:
        return at_large(s, b)
    if code == 13:
        return now
    if code == 14:
        return s.count[C_LAST] >> INSTANT_BITS
    if code == 15:
        total = s.count[C_CARRIED]  # what was exerted and still counts in the next tick
        for i in range(len(s.people)):
            if s.people[i].activity <= STILL and (s.people[i].next_out >= 0 or b.states[s.people[i].health].hostile >= 0):
                total += 1
        return total
    return int(s.bites.sum()) if code == 16 else int(s.kills.sum())


@inner
def at_large(s: Any, b: Any) -> int:
    """People who bite and are neither held nor gone."""
    total = 0
    for k in range(s.count[C_HOT]):
        total += s.places[s.hot[k]].hostiles
    return total


@inner
def holds(s: Any, b: Any, program: Any, now: int, stack: Any) -> bool:
    """Whether a condition, compiled to reverse Polish notation in `program` [k, 2], holds now. An empty one never does."""
    top = 0
    for k in range(len(program)):
        op, arg = program[k, 0], program[k, 1]
        if op == NUMBER:
            stack[top] = arg
            top += 1
        elif op == QUANTITY:
            stack[top] = quantity(s, b, arg, now)
            top += 1
        elif op == NOT:
            stack[top - 1] = 1 - stack[top - 1]
        else:
            top -= 1
            stack[top - 1] = combine(op, stack[top - 1], stack[top])
    return top > 0 and stack[0] != 0


@inner
def combine(op: int, x: int, y: int) -> int:
    """One operation on two numbers."""
    if op == ADD:
        return x + y
    if op == SUBTRACT:
        return x - y
    if op == MULTIPLY:
        return x * y
    if op == LESS:
        return 1 if x < y else 0
    if op == AT_MOST:
        return 1 if x <= y else 0
    if op == MORE:
        return 1 if x > y else 0
    if op == AT_LEAST:
        return 1 if x >= y else 0
    if op == EQUAL:
        return 1 if x == y else 0
    if op == UNEQUAL:
        return 1 if x != y else 0
    if op == AND:
        return 1 if x != 0 and y != 0 else 0
    return 1 if x != 0 or y != 0 else 0


@rule
def immunise(s: Any, g: Any, b: Any, i: int, state: int, tick: int) -> None:
    """Person i starts in another state than the susceptible one, without having been infected."""
    enter_state(s, g, b, i, state, 0, tick)


@rule
def apply_plan(s: Any, g: Any, b: Any, rows: Any, plan: Any, tick: int) -> None:
    """Infect, or make immune, those whom a plan (a row of `Plans.seeds`) chooses under this run's luck, of the ones who can be infected."""
    luck = np.empty(len(rows), dtype=np.int64)
    for k in range(len(rows)):
        luck[k] = bits(b.one[0].seed, SEED, g.persons[rows[k]].id, 0, plan[P_LUCK])
        if not can_be_seeded(s, b, rows[k]):
            luck[k] = -1
    if plan[P_COUNT] < 0:
        for k in range(len(rows)):
            if luck[k] < 0 or (luck[k] >> 30) >= plan[P_SHARE]:
                continue
            if plan[P_IMMUNE]:
                immunise(s, g, b, rows[k], plan[P_STATE], tick)
            else:
                seed_by_plan(s, g, b, rows[k], plan, tick)
        return
    left = plan[P_COUNT]
    for k in np.argsort(luck):
        if luck[k] >= 0 and left > 0:
            seed_by_plan(s, g, b, rows[k], plan, tick)
            left -= 1


@inner
def can_be_seeded(s: Any, b: Any, i: int) -> bool:
    """Whether the scenario may infect person i: susceptible, and no case of a line list that is yet to fall ill."""
    return s.people[i].health == b.one[0].susceptible and s.people[i].notes & F_LISTED == 0


@rule
def seed_by_plan(s: Any, g: Any, b: Any, i: int, plan: Any, tick: int) -> None:
    """Infect one person whom a plan chose, at a moment of their own where the plan spreads them. Who would be on a line list by now is."""
    at = plan[P_AT]
    if plan[P_OVER] > 0:
        at -= (plan[P_OVER] >> INSTANT_BITS) * (bits(b.one[0].seed, SEED, g.persons[i].id, 1, plan[P_LUCK]) >> 42)
    if is_ruled_out(s, g, b, i, at, plan[P_STATE]):
        return
    seed_person(s, g, b, i, at, plan[P_STATE], plan[P_STRAIN], plan[P_CAUSE], plan[P_PLACE], tick)


@rule
def run_seeds(
    s: Any,
    g: Any,
    b: Any,
    start: Any,
    plans: Any,
    rows: Any,
    doses: Any,
    cases: Any,
    seeds: Any,
    ticks: int,
    until: Any,
    wanted: Any,
    table: Any,
    head: Any,
) -> None:
    """Run all `seeds` one after another; fills table[run, :] with the wanted quantities.

    `plans`, `rows`, `doses` and `cases` are the tables of `plans.Plans`.
    """
    who, when = np.zeros(len(cases), dtype=np.int64), np.zeros(len(cases), dtype=np.int64)
    stack = np.zeros(64, dtype=np.int64)
    length = b.one[0].tick_seconds
    for run in range(len(seeds)):
        b.one[0].seed = b.one[0].born = seeds[run]
        fill(s, g, b, start[0], start[1], start[2], start[3])
        match_cases(s, g, b, cases, rows, who, when)
        tick = 0
        while tick < ticks:
            s.count[C_EVENTS] = 0
            vaccinate_due(s, g, b, doses, rows, tick)
            seed_due(s, g, b, plans, rows, tick)
            seed_listed(s, g, b, who, when, -1, tick)
            if not is_quiet(s, g, b, tick):
                collect_awake(s, tick)
                if s.count[C_AWAKE] > 0:
                    choose_few(s, g, b, tick)
                move_people(s, g, b, tick)
                if s.count[C_TRACKED] > 0:
                    follow_few(s, g, b, tick)
                    log_ways(s, g, b, tick)
                gather(s, g, b, tick)
                exert_few(s, g, b, tick)
                line_up(s, b, tick)
                add_up_few(s, g, b)
                find_exposed(s, g, b, tick)
                if not b.one[0].bite_links:
                    resolve_few(s, g, b, tick)
                expose_few(s, g, b, tick)
                progress(s, g, b, tick)
                settle(s, g, b, tick, head)
            tick += 1
            if len(until) > 0 and holds(s, b, until, tick * length, stack):
                break
        for k in range(len(wanted)):
            table[run, k] = quantity(s, b, wanted[k], tick * length)
        table[run, len(wanted)] = s.count[C_OVERFLOW]


@rule
def seed_due(s: Any, g: Any, b: Any, plans: Any, rows: Any, tick: int) -> None:
    """Infect by the plans whose moment lies in this tick."""
    length = b.one[0].tick_seconds << INSTANT_BITS
    for k in range(len(plans)):
        if plans[k, P_AT] // length == tick:
            apply_plan(s, g, b, rows[plans[k, P_FIRST] : plans[k, P_LAST]], plans[k], tick)


@rule
def quantity_now(s: Any, b: Any, code: int, now: int) -> int:
    """`quantity` for callers outside kernels."""
    return quantity(s, b, code, now)
