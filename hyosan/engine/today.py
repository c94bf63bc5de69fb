"""From what is known so far to now: courses that began in the past, the cases of a line list, and infections that it rules out.

Courses can be read ahead (`engine/fate.py`): who, infected when, would fall ill on the day that the list says; and whether an infection
would be on the list by now. Of the infections that luck proposes while the past is replayed, those that would be known are ruled out,
since they are not on the list; the cases of the list stand in their place. What is left are those that nobody can know of yet.
"""

from __future__ import annotations

from typing import Any, Final

from hyosan.backend import inner, rule
from hyosan.engine.course import due_tick, infect, plan_next
from hyosan.engine.fate import infection_after, luck_after, next_out, notice_delay, out_instants
from hyosan.engine.lists import due_in
from hyosan.engine.presence import set_place, where
from hyosan.engine.rulebook import DEAD
from hyosan.engine.state import F_LISTED, PURSUE, ROUTINE
from hyosan.luck import CASE, RESERVE, bits, threshold
from hyosan.rules.exact import FULL, INSTANT_BITS, NEVER

DRAWS: Final = 200_000
"""People and courses tried at random for a case; a rarer course than one in some ten thousand cannot be on a list."""
FAR: Final = 1000
"""States of a course that are followed at most."""


@inner
def shows(b: Any, state: int) -> bool:
    """Whether people in a state are ill to see (they count as ill, half turned or turned)."""
    return 3 <= b.states[state].kind <= 5


@inner
def shows_after(g: Any, b: Any, i: int, host: int, luck: int, state: int) -> int:
    """Instants from infection until person i falls ill in the infection numbered `luck`; -1 = never."""
    after = 0
    for _ in range(FAR):
        if shows(b, state):
            return after
        out = next_out(b, g, i, host, luck, state, 0)
        if out < 0:
            return -1
        after += out_instants(b, g, i, luck, out)
        luck, state = luck_after(b, out, luck), b.outs[out].to
    return -1


@inner
def known_at(g: Any, b: Any, i: int, host: int, luck: int, state: int, at: int) -> int:
    """When an infection at an instant, numbered `luck` of person i, comes to be known; NEVER if not by `known_until`.

    Where no state is noticed, falling ill is.
    """
    first = NEVER
    for _ in range(FAR):
        if b.one[0].notices:
            delay = notice_delay(g, b, i, state, luck)
            if delay >= 0:
                first = min(first, at + delay)
        elif shows(b, state):
            return at
        out = next_out(b, g, i, host, luck, state, 0)
        if out < 0:
            return first
        at += out_instants(b, g, i, luck, out)
        if at > b.one[0].known_until:
            return first
        luck, state = luck_after(b, out, luck), b.outs[out].to
    return first


@inner
def is_ruled_out(s: Any, g: Any, b: Any, i: int, at: int, state: int) -> bool:
    """Whether a line list rules an infection out: it would be known, and is not on it. Person i then lives on, with new luck."""
    if at >= b.one[0].known_until or b.one[0].known_until == 0:
        return False
    if s.people[i].notes & F_LISTED:
        s.reserves[i] = FULL
        return True
    luck = infection_after(s.people[i].luck)
    if known_at(g, b, i, s.people[i].host, luck, state, at) > b.one[0].known_until:
        return False
    s.people[i].luck = luck
    s.reserves[i] = threshold(b.one[0].seed, RESERVE, g.persons[i].id, 0, luck)
    return True


@rule
def match_cases(s: Any, g: Any, b: Any, cases: Any, rows: Any, who: Any, when: Any) -> None:
    """Choose for each case of a line list a person, and a course of theirs that fits: ill at its onset, known by `known_until`.

    `cases` [c, 3]: instant of onset, first and last position in `rows` of those who fit by age and zone. Fills `who` [c] (-1 = nobody's
    course fits) and `when` [c], the instant of infection, which may lie before the start.
    """
    for k in range(len(cases)):
        first, size = cases[k, 1], cases[k, 2] - cases[k, 1]
        who[k] = -1
        for trial in range(DRAWS if size > 0 else 0):
            i = rows[first + ((bits(b.one[0].seed, CASE, k, trial, 0) >> 30) * size >> 32)]
            if s.people[i].notes & F_LISTED:
                continue
            luck, state = infection_after(s.people[i].luck) + trial, b.strains[0].infected
            lag = shows_after(g, b, i, s.people[i].host, luck, state)
            if lag < 0 or known_at(g, b, i, s.people[i].host, luck, state, cases[k, 0] - lag) > b.one[0].known_until:
                continue
            who[k], when[k] = i, cases[k, 0] - lag
            s.people[i].luck += trial
            s.people[i].notes |= F_LISTED
            break


@rule
def seed_listed(s: Any, g: Any, b: Any, who: Any, when: Any, cause: int, tick: int) -> None:
    """Infect the cases of a line list whose moment lies in a tick (those before the start in the first one)."""
    length = b.one[0].tick_seconds << INSTANT_BITS
    for k in range(len(who)):
        if who[k] >= 0 and max(0, when[k]) // length == tick:
            seed_person(s, g, b, who[k], when[k], b.strains[0].infected, 0, cause, -1, tick)


@rule
def seed_person(s: Any, g: Any, b: Any, i: int, at: int, state: int, strain: int, cause: int, place: int, tick: int) -> None:
    """Infect one person by the scenario; `place` >= 0 puts one who left the routine there. Infected before the tick, they are as far on by now."""
    here = where(s, g, b, i, tick) if place < 0 else place
    begin = (tick * b.one[0].tick_seconds) << INSTANT_BITS
    luck, entered = infection_after(s.people[i].luck), at
    if at < begin:
        for _ in range(FAR):
            out = next_out(b, g, i, s.people[i].host, luck, state, 0)
            if out < 0:
                break
            until = entered + out_instants(b, g, i, luck, out)
            if until > begin or b.states[b.outs[out].to].kind == DEAD:
                break
            entered, luck, state = until, luck_after(b, out, luck), b.outs[out].to
    infect(s, g, b, i, max(at, begin), -1, 0, here, state, strain, cause, tick)
    if luck != s.people[i].luck:
        s.people[i].luck = luck
        if s.people[i].next_out >= 0:
            plan_next(s, g, b, i, state, max(at, begin))
    if at < begin and s.people[i].next_out >= 0:
        s.people[i].next_at = max(begin, entered + out_instants(b, g, i, luck, s.people[i].next_out))
        due_in(s, i, due_tick(b, s.people[i].next_at))
    if place >= 0 and s.people[i].activity != ROUTINE:
        set_place(s, g, b, i, place, s.people[i].activity)
    if s.people[i].activity == PURSUE and b.one[0].has_ways:
        s.people[i].ready = max(at, begin)
