"""Exposure at a glance, for most people most of the time: they follow their routine, and nothing but state and host says how open they are.

What a place spends of a reserve is worked out once for all who are there (`note_dose`); a person adds up a few numbers from packed columns.
Where anything else matters (an order, a vaccine, a closed place, a link, several strains) the answer is ASK, and `engine/exposure.py` looks in
full. The sums are the same either way.
"""

from __future__ import annotations

from typing import Any, Final

from hyosan.backend import inner
from hyosan.engine.infectors import coefficient, matrix_of
from hyosan.engine.presence import any_curfew, week_tick
from hyosan.engine.state import ASK, C_GLANCE, F_APART, F_HOME, ROUTINE
from hyosan.rules.exact import mul_shift
from hyosan.rules.transmit import OPEN_BITS

OPEN: Final = 1 << OPEN_BITS
SAFE: Final = 1 << 58
"""Doses below this can be added up without a care."""


@inner
def may_glance(s: Any, b: Any) -> None:
    """Note whether this tick is one in which routines and places alone decide."""
    s.count[C_GLANCE] = 1 if b.one[0].contact_link == 0 and b.one[0].strains == 1 and not any_curfew(s) else 0


@inner
def note_dose(s: Any, g: Any, b: Any, place: int) -> None:
    """Work out what a place spends in this tick of the reserve of who is wholly open: by age where ages matter (-2 - row of `age_doses`)."""
    ground = g.grounds[place]
    if s.count[C_GLANCE] == 0 or s.places[place].closed or s.cuts[ground.setting].share > 0:
        s.doses[place] = ASK
    elif ground.ages_row < 0:
        s.doses[place] = dose_of(s, g, b, place, 0)
    else:
        s.doses[place] = -2 - ground.ages_row
        for group in range(16):
            s.age_doses[ground.ages_row, group] = dose_of(s, g, b, place, group)


@inner
def dose_of(s: Any, g: Any, b: Any, place: int, group: int) -> int:
    """What both routes spend at a place, of somebody of an age group; ASK where it may not fit."""
    total = 0
    for route in range(2):
        field = s.age_fields[2 * g.grounds[place].ages_row + route, group] if matrix_of(g, b, place, route) >= 0 else s.fields[place, route]
        if field > 0:
            part = mul_shift(coefficient(s, g, b, place, route), field, 20)
            if part >= SAFE:
                return ASK
            total += part
    return total


@inner
def forget_dose(s: Any, place: int) -> None:
    """Nothing is exerted at a place any more; a closed one is to be asked about, since its people are elsewhere."""
    s.doses[place] = ASK if s.places[place].closed else 0


@inner
def ease_of(s: Any, g: Any, b: Any, i: int) -> int:
    """How open person i is while nothing but state and host says so, in 2**-20; 0 = not at all; ASK = other things matter."""
    p = s.people[i]
    if b.states[p.health].open == 0:
        return 0
    if p.activity != ROUTINE or p.notes & (F_HOME | F_APART) or p.vaccine >= 0 or p.past != 0 or g.persons[i].kept >= 0:
        return ASK
    ease = b.states[p.health].open * b.host_susceptibility[p.host] >> OPEN_BITS
    return ease if ease == OPEN or b.one[0].one_route else ASK


@inner
def led_there(s: Any, g: Any, b: Any, i: int, place: int, tick: int) -> bool:
    """Whether person i, of whom a glance says how open they are, may spend some of a tick at a place: whom a closed place sends home may be there."""
    slots = b.one[0].slots
    comes_up = b.slot_bits[g.spots[i, slots], week_tick(b, tick)]
    for slot in range(slots):
        if comes_up >> slot & 1 and (g.spots[i, slot] == place or s.doses[g.spots[i, slot]] == ASK):
            return True
    return False


@inner
def glance(s: Any, g: Any, b: Any, i: int, tick: int) -> int:
    """What person i is exposed to in a tick, in 2**-44, or ASK."""
    ease = s.ease[i]
    if ease <= 0:
        return ease
    if s.count[C_GLANCE] == 0:
        return ASK
    slots, total = b.one[0].slots, 0
    comes_up = b.slot_bits[g.spots[i, slots], week_tick(b, tick)]
    for slot in range(slots):
        if comes_up >> slot & 1 == 0:
            continue
        place = g.spots[i, slot]
        fresh = True
        for other in range(slot):
            if comes_up >> other & 1 and g.spots[i, other] == place:
                fresh = False
        if fresh:
            dose = s.doses[place]
            if dose < ASK:
                dose = s.age_doses[-2 - dose, g.spots[i, slots + 1]]
            if dose < 0:
                return ASK
            total += dose if ease == OPEN else mul_shift(dose, ease, OPEN_BITS)
    return total
