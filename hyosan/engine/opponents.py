"""Who bit, or killed, a person in an arena: one of those on the other side, by rate, under luck that no third person changes.

The luck is that of a pair or of an id, never of a position in a list: whoever else comes or goes, the choice among the others stays.
Among few, everybody runs a race under the luck of the pair; among many, ids (up to the highest in the arena, to a power of two) are drawn
until one of them is there, which needs few draws just when a race would need many.
"""

from __future__ import annotations

from typing import Any, Final

from hyosan.backend import inner
from hyosan.engine.state import R_HOSTILE
from hyosan.luck import WHO, bits, threshold
from hyosan.rules.exact import first_of, scale_of

DRAWS: Final = 1 << 31
"""Where draws of ids begin among the numbers that keys of pairs use (ids are below)."""


@inner
def one_of(s: Any, g: Any, b: Any, a: int, start: int, size: int, i: int, role: int) -> int:
    """One of the `size` people of arena `a` who have a role, `R_HOSTILE` (who bit i) or `R_TARGET` (who killed i)."""
    side = 1 if role == R_HOSTILE else 0
    top = 1
    for other in range(b.one[0].hostiles if side == 1 else b.one[0].fighters):
        top = max(top, rate_between(s, b, i, other, side))
    space = 0
    highest = g.persons[s.occupants[s.arena_start[a + 1] - 1]].id
    while highest >> space:
        space += 1
    if len(g.row_of) > 0 and size * size >> space > 0:
        j = by_id(s, g, b, a, i, role, side, top, space)
        if j >= 0:
            return j
    return by_race(s, g, b, start, size, i, side, top)


@inner
def rate_between(s: Any, b: Any, i: int, other: int, side: int) -> int:
    """Rate at which somebody of kind `other` bites (side 1), or kills (side 0), person i."""
    return b.bite_rate[s.travel[i].kind, other] if side == 1 else b.kill_rate[other, s.travel[i].kind]


@inner
def by_race(s: Any, g: Any, b: Any, start: int, size: int, i: int, side: int, top: int) -> int:
    """The winner of the race of a whole side; -1 = no rate at all."""
    shift = scale_of(top)
    best, best_luck, best_weight = -1, 1, 0
    for k in range(size):
        j = s.lists[side, start + k]
        rate = rate_between(s, b, i, s.travel[j].kind, side)
        if rate > 0:
            luck = threshold(b.one[0].seed, WHO, g.persons[i].id, g.persons[j].id, s.people[i].luck)
            if first_of(luck, max(1, rate >> shift), best_luck, best_weight):
                best, best_luck, best_weight = j, luck, max(1, rate >> shift)
    return best


@inner
def by_id(s: Any, g: Any, b: Any, a: int, i: int, role: int, side: int, top: int, space: int) -> int:
    """The first of drawn ids (of `space` bits) that is there and is accepted by their rate; -1 = none in very many draws."""
    shift = 30 if top >= DRAWS else 0
    for trial in range(min(64 << space, DRAWS)):
        word = bits(b.one[0].seed, WHO, g.persons[i].id, DRAWS + trial, s.people[i].luck)
        name = word >> (62 - space)
        if name >= len(g.row_of):
            continue
        j = g.row_of[name]
        if j < 0 or s.travel[j].arena != a or s.travel[j].arena_tick != s.travel[i].arena_tick or s.travel[j].role != role:
            continue
        rate = rate_between(s, b, i, s.travel[j].kind, side)
        if (word & (DRAWS - 1)) < ((rate >> shift) << 31) // (top >> shift):
            return j
    return -1
