"""What people do to each other besides going somewhere: tell, lure, warn, put out, kill, take along who cannot go alone.

Deeds are chosen in `engine/minds.py` and committed here, in one thread. Several who choose the same come to the same: the lowest id counts.
"""

from __future__ import annotations

from typing import Any

from hyosan.backend import inner
from hyosan.engine.companions import is_looked_after, ties_end
from hyosan.engine.course import CHOSE, NO_ROUTE, QUARANTINED, die, emit
from hyosan.engine.lists import make_noise, wake_in
from hyosan.engine.moving import arrive, hold, root
from hyosan.engine.presence import set_place, where
from hyosan.engine.state import (
    C_AWAKE,
    C_ROOM,
    D_COURSE,
    D_FIGHT,
    DEED_EXPEL,
    DEED_KILL,
    DEED_TELL,
    DEED_WARN,
    F_LURING,
    FLEE,
    HELD,
    HIDE,
    ROUTINE,
)
from hyosan.rules.behave import EXPEL as EXPEL_OPTION
from hyosan.rules.behave import KILL as KILL_OPTION
from hyosan.rules.behave import OPTIONS
from hyosan.rules.exact import INSTANT_BITS
from hyosan.world.frame import TIE_FRIEND


@inner
def before_moves(s: Any, g: Any, b: Any, tick: int) -> None:
    """Deeds at the places where people were: who is told, who is killed, who is taken along."""
    begin = (tick * b.one[0].tick_seconds) << INSTANT_BITS
    for k in range(s.count[C_AWAKE]):
        i = s.awake[k]
        t = s.travel[i]
        if s.people[i].activity >= HELD:
            continue
        if t.deed & (DEED_TELL | DEED_WARN):
            tell(s, g, b, i, begin, tick)
        if t.deed & DEED_KILL:
            harmed = s.travel[t.harmed]
            if harmed.harm_tick != tick or g.persons[i].id < harmed.harm_by:
                harmed.harm_tick, harmed.harm_by = tick, g.persons[i].id
        if g.persons[i].cares and (t.place >= 0 or t.camp):
            claim(s, g, b, i, where(s, g, b, i, tick), tick)
    for k in range(s.count[C_AWAKE]):
        i = s.awake[k]
        t = s.travel[i]
        if s.people[i].activity < HELD and t.deed & DEED_KILL and s.travel[t.harmed].harm_by == g.persons[i].id:
            place = where(s, g, b, i, tick)
            emit(s, begin, CHOSE, i, t.harmed, place, NO_ROUTE, -1, -1, -2 - KILL_OPTION)
            die(s, g, b, t.harmed, begin, i, D_FIGHT, place, 0, tick)


@inner
def tell(s: Any, g: Any, b: Any, i: int, begin: int, tick: int) -> None:
    """Person i tells those tied to them who are at the same place and go about their day."""
    here = where(s, g, b, i, tick)
    for k in range(g.tie_start[i], ties_end(g, i, TIE_FRIEND)):
        j = g.tie_to[k]
        q = s.people[j]
        if q.activity == ROUTINE and q.alarm == 0 and q.ready < begin and g.persons[j].needs == 0 and where(s, g, b, j, tick) == here:
            q.alarm = 1
            wake_in(s, j, tick + 1)


@inner
def claim(s: Any, g: Any, b: Any, i: int, here: int, tick: int) -> None:
    """Person i, about to go, means to take along those of the family who are here and cannot go alone."""
    for k in range(g.tie_start[i], ties_end(g, i, TIE_FRIEND)):
        j = g.tie_to[k]
        t = s.travel[j]
        first = t.carry_tick != tick or g.persons[i].id < t.carry_by
        if first and g.persons[j].needs and s.people[j].activity < HELD and where(s, g, b, j, tick) == here:
            t.carry_tick, t.carry_by = tick, g.persons[i].id


@inner
def take_along(s: Any, g: Any, b: Any, i: int, begin: int, tick: int) -> None:
    """Whom person i takes along comes to where that person is now: to a place, out of the city, or into the camp."""
    t, activity = s.travel[i], s.people[i].activity
    if activity != HELD and (t.place < 0 or s.people[i].place != t.place):
        return
    for k in range(g.tie_start[i], ties_end(g, i, TIE_FRIEND)):
        j = g.tie_to[k]
        claimed = s.travel[j].carry_tick == tick and s.travel[j].carry_by == g.persons[i].id
        if g.persons[j].needs and claimed and s.people[j].activity < HELD and s.people[j].health == b.one[0].susceptible:
            if activity == HELD:
                hold(s, g, b, j, s.people[i].place, begin, QUARANTINED, 0, tick)
                s.count[C_ROOM] -= 1
            else:
                arrive(s, g, b, j, where(s, g, b, j, tick), t.place, t.ready, HIDE, tick)


@inner
def after_moves(s: Any, g: Any, b: Any, tick: int) -> None:
    """Deeds at the places where people are now: those put out turn to the street, and who lures is heard."""
    begin = (tick * b.one[0].tick_seconds) << INSTANT_BITS
    for k in range(s.count[C_AWAKE]):  # all of them before anybody's goal is shown to others
        i = s.awake[k]
        if s.people[i].activity < HELD and s.travel[i].deed & DEED_EXPEL:
            put_out(s, g, b, i, s.travel[i].harmed, begin, tick)
    for k in range(s.count[C_AWAKE]):
        i = s.awake[k]
        p = s.people[i]
        if g.persons[i].cares:
            take_along(s, g, b, i, begin, tick)
        if p.activity >= HELD:
            continue
        if p.notes & F_LURING:
            if p.goal >= 0 and p.activity == FLEE:
                make_noise(s, p.place, b.one[0].lure_noise)
            else:
                p.notes &= ~F_LURING
        p.heading = p.goal
        p.walked = p.walked + 1 if p.activity == FLEE else 0


@inner
def put_out(s: Any, g: Any, b: Any, i: int, j: int, begin: int, tick: int) -> None:
    """Person j, bitten, is put out by person i if both are still there: into the street, or where no building is, to the next place."""
    q = s.people[j]
    if q.health != b.one[0].infected or q.activity >= HELD or q.place < 0 or q.place != s.people[i].place:
        return
    row = g.grounds[q.place]
    if row.parent < 0 and row.main_start == row.main_end:
        return
    emit(s, begin, CHOSE, i, j, q.place, NO_ROUTE, -1, -1, -2 - EXPEL_OPTION)
    if q.activity != FLEE:
        set_place(s, g, b, j, q.place, FLEE)
    q.goal = root(g, q.place) if row.parent >= 0 else g.ways[g.main_way[row.main_start]].to
    q.heading = q.goal
    wake_in(s, j, tick + 1)


@inner
def look_after(s: Any, g: Any, b: Any, tick: int) -> None:
    """Once a night, when people are at home: who cannot live alone and was alone for too long dies."""
    begin = (tick * b.one[0].tick_seconds) << INSTANT_BITS
    for k in range(len(g.needy)):
        i = g.needy[k]
        p = s.people[i]
        if p.activity >= HELD or p.health != b.one[0].susceptible:
            continue
        place = where(s, g, b, i, tick)
        p.alone = 0 if is_looked_after(s, g, b, i, place, tick) else p.alone + b.one[0].day_ticks
        if p.alone > b.one[0].alone_ticks:
            die(s, g, b, i, begin, -1, D_COURSE, place, -2 - OPTIONS, tick)
