"""What people feel, in whole units: fear that halves with time, anger that stays, tiredness that rest takes away.

Kept where things happen (`engine/settle.py`, `engine/deeds.py`), read where people decide.
"""

from __future__ import annotations

from typing import Any

from hyosan.backend import inner
from hyosan.rules.behave import MOST_FELT


@inner
def fear_of(s: Any, b: Any, i: int, tick: int) -> int:
    """The fear of person i now."""
    return s.people[i].fear >> min(62, (tick - s.people[i].fear_tick) // b.one[0].calm_ticks)


@inner
def anger_of(s: Any, g: Any, i: int) -> int:
    """The anger of person i."""
    return min(MOST_FELT, s.people[i].anger + g.persons[i].bullied)


@inner
def tired_of(s: Any, b: Any, i: int) -> int:
    """The tiredness of person i."""
    return min(MOST_FELT, s.people[i].walked // b.one[0].tire_ticks)


@inner
def mood_of(s: Any, g: Any, b: Any, i: int, tick: int) -> tuple[int, int, int]:
    """Fear, anger and tiredness of person i now; none where the scenario has no feelings."""
    if b.one[0].minds == 0:
        return 0, 0, 0
    return fear_of(s, b, i, tick), anger_of(s, g, i), tired_of(s, b, i)


@inner
def frighten(s: Any, b: Any, i: int, tick: int) -> None:
    """Person i stood in a fight."""
    if b.one[0].minds:
        s.people[i].fear = min(MOST_FELT, fear_of(s, b, i, tick) + 1)
        s.people[i].fear_tick = tick
