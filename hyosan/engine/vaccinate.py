"""Doses as the scenario plans them: who gets which when, by the luck of each person under the seed."""

from __future__ import annotations

from typing import Any

from hyosan.backend import inner, rule
from hyosan.engine.course import NO_ROUTE, VACCINATED, emit
from hyosan.engine.plans import V_AT, V_CAUSE, V_DOSES, V_FIRST, V_LAST, V_LUCK, V_SHARE, V_TAKES, V_VACCINE
from hyosan.engine.presence import where
from hyosan.engine.rulebook import DEAD
from hyosan.engine.state import ASK, GONE
from hyosan.luck import VACCINATED as WHO_IS_VACCINATED
from hyosan.luck import bits
from hyosan.rules.exact import INSTANT_BITS


@rule
def vaccinate_due(s: Any, g: Any, b: Any, plans: Any, rows: Any, tick: int) -> None:
    """Give the doses that are due in a tick (those before the start in the first one). `plans` are rows of `plans.Plans.doses`."""
    length = b.one[0].tick_seconds << INSTANT_BITS
    begin = tick * length
    for k in range(len(plans)):
        due = plans[k, V_AT]
        for dose in range(plans[k, V_DOSES]):
            due += b.doses[b.vaccines[plans[k, V_VACCINE]].first + dose].after
            if due < begin + length and (due + plans[k, V_TAKES] >= begin or tick == 0):
                for at in range(plans[k, V_FIRST], plans[k, V_LAST]):
                    vaccinate_one(s, g, b, rows[at], plans[k], dose, due, tick)


@rule
def give_doses(s: Any, g: Any, b: Any, rows: Any, vaccine: int, number: int, cause: int, at: int, tick: int) -> int:
    """Give people (rows) their next of `number` doses of a vaccine at an instant, by order; the dead and gone get none. Gives how many were given."""
    given = 0
    for k in range(len(rows)):
        p = s.people[rows[k]]
        doses = p.doses if p.vaccine == vaccine else 0
        if b.states[p.health].kind == DEAD or p.activity == GONE or doses >= number:
            continue
        p.vaccine, p.doses, p.dosed_at = vaccine, doses + 1, at
        s.ease[rows[k]] = ASK
        emit(s, at, VACCINATED, rows[k], -1, where(s, g, b, rows[k], tick), NO_ROUTE, -1, -1, cause)
        given += 1
    return given


@inner
def vaccinate_one(s: Any, g: Any, b: Any, i: int, plan: Any, dose: int, due: int, tick: int) -> None:
    """Give person i a dose, if they are of those who get it and it is due in this tick."""
    luck = bits(b.one[0].born, WHO_IS_VACCINATED, g.persons[i].id, plan[V_LUCK], 0) >> 30
    if luck >= plan[V_SHARE] or b.states[s.people[i].health].kind == DEAD or s.people[i].activity == GONE:
        return
    length = b.one[0].tick_seconds << INSTANT_BITS
    spread = bits(b.one[0].born, WHO_IS_VACCINATED, g.persons[i].id, plan[V_LUCK], 1) >> 42
    at = due + (plan[V_TAKES] >> INSTANT_BITS) * spread
    if at >= (tick + 1) * length or (at < tick * length and tick > 0):
        return
    s.people[i].vaccine, s.people[i].doses, s.people[i].dosed_at = plan[V_VACCINE], dose + 1, at
    s.ease[i] = ASK
    if at >= 0:
        emit(s, at, VACCINATED, i, -1, where(s, g, b, i, tick), NO_ROUTE, -1, -1, plan[V_CAUSE])
