"""Who is with whom: people tied to a person who are at the same place, those they would go for, the bitten beside them, those they look after.

Others are read as the last tick left them, so that the order in which people decide decides nothing.
"""

from __future__ import annotations

from typing import Any

from hyosan.backend import inner
from hyosan.engine.presence import member_there, members_of, routine_place, where
from hyosan.engine.rulebook import DEAD
from hyosan.engine.state import FLEE, HELD, HIDE, PURSUE, ROUTINE
from hyosan.luck import SEEN, chance
from hyosan.world.frame import TIE_COUPLE, TIE_FRIEND


@inner
def is_companion(s: Any, b: Any, j: int) -> bool:
    """Whether one can go with person j: alive, free, and nobody who bites."""
    p = s.people[j]
    return p.activity < HELD and p.activity != PURSUE and b.states[p.health].hostile < 0 and b.states[p.health].kind != DEAD


@inner
def ties_end(g: Any, i: int, kind: int) -> int:
    """The row behind the last tie of person i of all kinds up to one (`world.frame.TIE_*`); their first is `Floor.tie_start[i]`."""
    end = g.tie_start[i + 1]
    while end > g.tie_start[i] and g.tie_kind[end - 1] > kind:
        end -= 1
    return end


@inner
def leader_of(s: Any, g: Any, b: Any, i: int, here: int, tick: int) -> int:
    """With whom person i goes of those tied to them who are at the same place: who knows crises, then who is on the way, then by id; -1 = nobody."""
    best, best_rank = -1, -1
    for k in range(g.tie_start[i], ties_end(g, i, TIE_FRIEND)):
        j = g.tie_to[k]
        if g.persons[j].needs or not is_companion(s, b, j) or where(s, g, b, j, tick) != here:
            continue
        rank = 2 * g.persons[j].knows + (1 if s.people[j].activity == FLEE else 0)
        if rank > best_rank or (rank == best_rank and g.persons[j].id < g.persons[best].id):
            best, best_rank = j, rank
    return best


@inner
def dearest_of(s: Any, g: Any, b: Any, i: int, here: int, tick: int) -> int:
    """Where person i goes to look for the youngest of their family who is not here: where the hour says they are; -1 = nowhere."""
    best, place = -1, -1
    for k in range(g.tie_start[i], ties_end(g, i, TIE_COUPLE)):
        j = g.tie_to[k]
        there = routine_place(s, g, b, j, tick)
        if there == here or (s.people[j].activity < HELD and where(s, g, b, j, tick) == here):
            continue
        younger = best < 0 or g.persons[j].age < g.persons[best].age
        if younger or (g.persons[j].age == g.persons[best].age and g.persons[j].id < g.persons[best].id):
            best, place = j, there
    return place


@inner
def bitten_beside(s: Any, g: Any, b: Any, i: int, here: int) -> int:
    """Somebody at a place who was bitten, as those there know, and is not person i: the lowest id; -1 = nobody."""
    best = -1
    if s.places[here].bitten == 0:
        return best
    j = s.places[here].occ_head
    while j >= 0:
        p = s.people[j]
        if j != i and p.health == b.one[0].infected and (p.activity == HIDE or p.activity == FLEE):
            lower = best < 0 or g.persons[j].id < g.persons[best].id
            seed = b.one[0].seed if p.infected_at >= b.one[0].redrawn_at else b.one[0].born
            if lower and chance(seed, SEEN, g.persons[j].id, 0, p.luck, b.one[0].bite_seen):
                best = j
        j = s.people[j].occ_next
    return best


@inner
def scorns(g: Any, i: int, j: int) -> bool:
    """Whether person i bullies or despises person j."""
    for k in range(ties_end(g, i, TIE_FRIEND), g.tie_start[i + 1]):
        if g.tie_to[k] == j:
            return True
    return False


@inner
def is_looked_after(s: Any, g: Any, b: Any, i: int, place: int, tick: int) -> bool:
    """Whether somebody old enough who does not bite is where person i is."""
    j = s.places[place].occ_head
    while j >= 0:
        if g.persons[j].age >= b.one[0].carer_age and s.people[j].activity != HELD and is_companion(s, b, j):
            return True
        j = s.people[j].occ_next
    for slot in range(b.one[0].slots):
        first, last = members_of(s, g, b, slot, place, tick)
        for k in range(first, last):
            j = g.member_person[k]
            if g.persons[j].age >= b.one[0].carer_age and s.people[j].activity == ROUTINE and member_there(s, g, b, j, slot, place, tick):
                return True
    return False
