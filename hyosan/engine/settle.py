"""Commit what the meetings of a tick came to: infections, the course of those infected, deaths, leavings, broken doors. In one thread.

Each arena's outcomes are read from `travel`; people who were in no arena and whose state changes in this tick come off the calendar.
"""

from __future__ import annotations

from typing import Any

from hyosan.backend import inner
from hyosan.engine.companions import ties_end
from hyosan.engine.course import (
    BY_AIR,
    BY_BITE,
    BY_CONTACT,
    advance,
    carry_rest,
    die,
    infect,
)
from hyosan.engine.doors import shut_behind
from hyosan.engine.feelings import frighten
from hyosan.engine.lists import drop_due, make_noise, wake_in
from hyosan.engine.moving import arrive
from hyosan.engine.presence import where
from hyosan.engine.state import C_ARENAS, C_CANDIDATES, D_FIGHT, FLEE, GONE, HIDE, RING, ROUTINE
from hyosan.engine.today import is_ruled_out
from hyosan.rules.behave import MOST_FELT
from hyosan.rules.exact import INSTANT_BITS
from hyosan.world.frame import TIE_FRIEND


@inner
def tick_end(b: Any, tick: int) -> int:
    """The instant at which a tick ends."""
    return ((tick + 1) * b.one[0].tick_seconds) << INSTANT_BITS


@inner
def settle_arenas(s: Any, g: Any, b: Any, tick: int) -> None:
    """Commit all arenas."""
    for a in range(s.count[C_ARENAS]):
        place = s.arena_place[a]
        fought = False
        for k in range(s.arena_start[a], s.arena_start[a + 1]):
            i = s.occupants[k]
            if settle_one(s, g, b, i, place if place >= 0 else where(s, g, b, i, tick), tick):
                fought = True
        if fought and b.one[0].has_ways:
            make_noise(s, place, b.one[0].fight_noise)
        if b.one[0].has_ways:
            for k in range(s.arena_start[a], s.arena_start[a + 1]):
                alarm_present(s, b, s.occupants[k], fought, tick)


@inner
def alarm_present(s: Any, b: Any, i: int, fought: bool, tick: int) -> None:
    """Who stood in a fight and is still there has seen the danger, is afraid if there was blood, and decides in the next tick."""
    if s.people[i].activity == ROUTINE or s.people[i].activity == HIDE or s.people[i].activity == FLEE:
        if fought:
            frighten(s, b, i, tick)
        s.people[i].alarm = 3
        wake_in(s, i, tick + 1)


@inner
def settle_one(s: Any, g: Any, b: Any, i: int, place: int, tick: int) -> bool:
    """Commit the outcome of one person of an arena; tells whether blood was shed."""
    t = s.travel[i]
    end = tick_end(b, tick)
    stop = end if t.kill_at < 0 else t.kill_at
    bite_at, kill_at, exit_at, left, kind = t.bite_at, t.kill_at, t.exit_at, t.left, t.kind
    if (bite_at >= 0 or kill_at >= 0) and b.one[0].minds:
        enrage(s, g, b, i, t.arena, tick)
    if bite_at >= 0:
        by = t.bite_by
        s.people[i].host = t.host
        s.bites[g.persons[i].fighter, s.travel[by].kind] += 1
        infect(s, g, b, i, bite_at, by, BY_BITE, place, b.one[0].infected, strain_of(s, by, tick), 0, tick)
        carry_rest(s, g, b, i, s.people[i].health, bite_at, stop, place, tick)
    if s.people[i].due_tick >= 0:
        advance(s, g, b, i, stop, tick)
    if left >= 0 and kill_at < 0:
        s.people[i].kill_reserve = left
    if kill_at >= 0:
        by = t.kill_by
        s.kills[g.persons[by].fighter, kind] += 1
        die(s, g, b, i, kill_at, by, D_FIGHT, place, 0, tick)
    elif exit_at >= 0:
        if t.shut:
            shut_behind(s, g, b, i, t.exit_way, exit_at, place)
        arrive(s, g, b, i, place, g.ways[t.exit_way].to, exit_at, FLEE, tick)
        s.people[i].ready = exit_at + (b.one[0].tick_seconds << INSTANT_BITS)  # whoever waits there meets them no sooner than then
        s.people[i].alarm = 3
        wake_in(s, i, tick + 1)
    return bite_at >= 0 or kill_at >= 0


@inner
def enrage(s: Any, g: Any, b: Any, i: int, arena: int, tick: int) -> None:
    """People tied to person i who stood in the same fight, in which i is bitten or killed, grow angry."""
    for k in range(g.tie_start[i], ties_end(g, i, TIE_FRIEND)):
        j = g.tie_to[k]
        if s.travel[j].arena_tick == tick and s.travel[j].arena == arena:
            s.people[j].anger = min(MOST_FELT, s.people[j].anger + 1)


@inner
def strain_of(s: Any, i: int, tick: int) -> int:
    """The strain of person i, who bit somebody in this tick: of their last infection, or of who bit them in the same tick."""
    while s.travel[i].arena_tick == tick and s.travel[i].bite_at >= 0:
        i = s.travel[i].bite_by
    return s.people[i].strain


@inner
def settle_exposed(s: Any, g: Any, b: Any, tick: int) -> None:
    """Commit infections by exposure (not of people whom an arena infected, or who left the city, in the same tick)."""
    for k in range(s.count[C_CANDIDATES]):
        i = s.candidates[k]
        if i < 0:
            continue
        t = s.travel[i]
        if b.states[s.people[i].health].open == 0 or s.people[i].activity == GONE:
            continue
        strain = t.exposed_strain
        state = b.strains[strain].infected
        if is_ruled_out(s, g, b, i, t.exposed_at, state):
            continue
        at, by, place = t.exposed_at, t.exposed_by, t.exposed_place
        if place < 0:
            place = where(s, g, b, i, tick)
        infect(s, g, b, i, at, by, BY_CONTACT if t.exposed_route == 0 else BY_AIR, place, state, strain, 0, tick)
        carry_rest(s, g, b, i, s.people[i].health, at, tick_end(b, tick), where(s, g, b, i, tick), tick)
        advance(s, g, b, i, tick_end(b, tick), tick)


@inner
def settle_due(s: Any, g: Any, b: Any, tick: int) -> None:
    """Run the course of everybody whose state changes in this tick and who was in no arena."""
    found = 0
    i = s.due_head[tick % RING]
    while i >= 0:
        if s.people[i].due_tick <= tick:
            s.candidates[found] = i
            found += 1
        i = s.people[i].due_next
    for k in range(found):
        i = s.candidates[k]
        drop_due(s, i)
        advance(s, g, b, i, tick_end(b, tick), tick)
