"""How open a person is to infection by a strain: state, host type, infections before, and vaccine. Looked up when asked, never scheduled."""

from __future__ import annotations

from typing import Any, Final

from hyosan.backend import inner
from hyosan.engine.fate import draw
from hyosan.luck import VACCINE, bits
from hyosan.rules.exact import INSTANT_BITS
from hyosan.rules.transmit import OPEN_BITS

OPEN: Final = 1 << OPEN_BITS


@inner
def openness(s: Any, g: Any, b: Any, i: int, strain: int, tick: int) -> int:
    """How open person i is to infection by a strain in a tick, in 2**-20; 1 = as the susceptible."""
    factor = b.states[s.people[i].health].open * b.host_susceptibility[s.people[i].host] >> OPEN_BITS
    if factor > 0 and s.people[i].past != 0:
        factor = factor * (OPEN - kept_from_past(s, b, i, strain)) >> OPEN_BITS
    if factor > 0 and s.people[i].vaccine >= 0:
        factor = factor * (OPEN - protection(s, g, b, i, strain, (tick * b.one[0].tick_seconds) << INSTANT_BITS)) >> OPEN_BITS
    return factor


@inner
def kept_from_past(s: Any, b: Any, i: int, strain: int) -> int:
    """The greatest protection from a strain that an earlier infection gives, in 2**-20."""
    best = 0
    for before in range(b.one[0].strains):
        if s.people[i].past >> before & 1:
            best = max(best, b.cross[before, strain])
    return best


@inner
def dose_at_work(s: Any, g: Any, b: Any, i: int, now: int) -> int:
    """The row of the dose that protects person i at an instant; -1 = none. Until a dose works, the one before it does."""
    p = s.people[i]
    row = b.vaccines[p.vaccine]
    dose = row.first + p.doses - 1
    if row.lasts_law >= 0:
        word = bits(b.one[0].born, VACCINE, g.persons[i].id, p.vaccine, p.doses)
        if now >= p.dosed_at + (draw(b, row.lasts_law, word) << INSTANT_BITS):
            return -1
    if now < p.dosed_at + b.doses[dose].delay:
        dose -= 1
    return dose if dose >= row.first else -1


@inner
def protection(s: Any, g: Any, b: Any, i: int, strain: int, now: int) -> int:
    """Protection that the vaccine of person i gives from a strain at an instant, in 2**-20."""
    dose = dose_at_work(s, g, b, i, now)
    if dose < 0:
        return 0
    vaccine = s.people[i].vaccine
    effect = b.doses[dose].effect * b.against[vaccine, strain] >> OPEN_BITS
    if b.vaccines[vaccine].leaky:
        return effect >> 12
    return OPEN if bits(b.one[0].born, VACCINE, g.persons[i].id, vaccine, 0) >> 30 < effect else 0


@inner
def passes_on(s: Any, g: Any, b: Any, i: int, now: int) -> int:
    """How infectious person i is as one who is vaccinated, 1/1024."""
    if s.people[i].vaccine < 0 or dose_at_work(s, g, b, i, now) < 0:
        return 1024
    return b.vaccines[s.people[i].vaccine].passes_on
