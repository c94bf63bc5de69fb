"""Sound: noises of a tick spread over the place graph, losing loudness on each way and at shut doors; who hears them wakes.

The loudest noise that arrives counts; its way back leads towards the source. Places are visited from loud to quiet, so each is settled
once, and only those that sound reaches are touched. Dead ends (most buildings) are not even that: they are asked what they hear only
where somebody bites in them, or where people may be due an alarm.
"""

from __future__ import annotations

from typing import Any, Final

from hyosan.backend import inner
from hyosan.engine.lists import wake_in
from hyosan.engine.presence import member_there, members_of
from hyosan.engine.state import C_HOT, C_NOISES, FLEE, HIDE, PURSUE, ROUTINE

FLOOR: Final = 25
"""dB below which nothing is heard (a quiet room)."""
SHUT_DOOR: Final = 15
"""dB that a shut door takes (typical interior doors: 15 to 30 dB)."""
MASKED: Final = 70
"""dB below which fire and debris drown a sound, there and from there (assumed: a fire close by)."""
LEVELS: Final = 200
WARN_AGAIN_SECONDS: Final = 21_600
"""People of a place are alarmed by noise again only after this time."""


@inner
def spread_sound(s: Any, g: Any, b: Any, tick: int, level_head: Any) -> None:
    """Let the noises of this tick arrive everywhere, wake those who hear them, and forget the noises."""
    if s.count[C_NOISES] == 0:
        return
    for level in range(LEVELS):
        level_head[level] = -1
    for k in range(s.count[C_NOISES]):
        place = s.noises[k]
        if not is_drowned(s, place, s.places[place].noise, tick):
            hear(s, place, min(s.places[place].noise, LEVELS - 1), -1, tick, level_head)
        s.places[place].noise = 0
    s.count[C_NOISES] = 0
    for level in range(LEVELS - 1, FLOOR - 1, -1):
        place = level_head[level]
        while place >= 0:
            after = s.places[place].queue_next
            pass_on(s, g, b, place, level, tick, level_head)
            listen(s, g, b, place, level, tick)
            alarm_dead_ends(s, g, b, place, level, tick)
            place = after
    for k in range(s.count[C_HOT]):
        place = s.hot[k]
        if g.grounds[place].dead_end:
            level, way = heard_at(s, g, place, tick + 1)
            if way >= 0:
                listen(s, g, b, place, level, tick)


@inner
def hear(s: Any, place: int, level: int, way: int, tick: int, level_head: Any) -> None:
    """Sound arrives at a place, unless something as loud did before."""
    row = s.places[place]
    fresh = row.heard_tick != tick
    if not fresh and row.heard >= level:
        return
    if not fresh:
        unlink(s, place, row.heard, level_head)
    row.heard, row.heard_way, row.heard_tick = level, way, tick
    first = level_head[level]
    row.queue_next, row.queue_prev = first, -1
    if first >= 0:
        s.places[first].queue_prev = place
    level_head[level] = place


@inner
def is_masked(s: Any, place: int, tick: int) -> bool:
    """Whether fire or debris masks scent and sound at a place."""
    return tick < s.places[place].masked


@inner
def is_drowned(s: Any, place: int, level: int, tick: int) -> bool:
    """Whether nobody hears a sound of so many dB at a place, or from it, for fire or debris."""
    return level < MASKED and is_masked(s, place, tick)


@inner
def unlink(s: Any, place: int, level: int, level_head: Any) -> None:
    """Take a place off the list of a level."""
    after, before = s.places[place].queue_next, s.places[place].queue_prev
    if before >= 0:
        s.places[before].queue_next = after
    else:
        level_head[level] = after
    if after >= 0:
        s.places[after].queue_prev = before


@inner
def pass_on(s: Any, g: Any, b: Any, place: int, level: int, tick: int, level_head: Any) -> None:
    """Sound goes from a place to its neighbours that lead on. Equal loudness from two sides: the side with the lower id of place."""
    ground = g.grounds[place]
    for k in range(ground.main_end - ground.main_start + ground.leaf_start - ground.child_start):
        main = k < ground.main_end - ground.main_start
        way = g.main_way[ground.main_start + k] if main else g.child_way[ground.child_start + k - (ground.main_end - ground.main_start)]
        arriving = level - lost_on(s, g, way)
        if arriving < FLOOR:
            continue
        there = g.ways[way].to
        if is_drowned(s, there, arriving, tick):
            continue
        other = s.places[there]
        if other.heard_tick == tick and other.heard == arriving and other.heard_way >= 0:
            if ground.id < g.grounds[g.ways[other.heard_way].to].id:
                other.heard_way = g.ways[way].back
        else:
            hear(s, there, arriving, g.ways[way].back, tick, level_head)


@inner
def lost_on(s: Any, g: Any, way: int) -> int:
    """What sound loses on a way, in dB."""
    row = g.ways[way]
    lost = max(1, row.sound_lost)
    if row.door >= 0 and s.doors[row.door].state != 0:
        lost += SHUT_DOOR
    return lost


@inner
def heard_at(s: Any, g: Any, place: int, tick: int) -> tuple[int, int]:
    """How loud the sound of the tick before is at a place, and the way towards it; -1 = none, or it arose here.

    Nothing is kept for dead ends: what they hear is what the place hears that they hang on, less what is lost on the way.
    """
    row, ground = s.places[place], g.grounds[place]
    level, way = 0, -1
    if row.heard_tick >= tick - 1:
        level, way = row.heard, row.heard_way
    if ground.dead_end:
        outer = s.places[ground.parent]
        if outer.heard_tick >= tick - 1:
            arriving = outer.heard - lost_on(s, g, ground.way_start)
            if arriving >= FLOOR and not is_drowned(
                s, place, arriving, tick - 1
            ):  # even if something louder arose here: nobody is drawn to where they are
                level, way = arriving, ground.way_start
    return level, way


@inner
def alarm_dead_ends(s: Any, g: Any, b: Any, place: int, level: int, tick: int) -> None:
    """Alarm people in the dead ends of a place, unless all who would hear this were alarmed not long ago: most ticks, there is nothing to do."""
    ground, row = g.grounds[place], s.places[place]
    if ground.leaf_start == ground.child_end or (tick <= row.calm_tick and level <= row.calm_level):
        return
    again = WARN_AGAIN_SECONDS // b.one[0].tick_seconds
    row.calm_tick, row.calm_level = tick + again, level
    for k in range(ground.leaf_start, ground.child_end):
        way = g.child_way[k]
        there, arriving = g.ways[way].to, level - lost_on(s, g, way)
        if is_drowned(s, there, arriving, tick):
            row.calm_tick = min(row.calm_tick, s.places[there].masked)
        elif arriving >= FLOOR and arriving >= b.one[0].hearing:
            if tick - s.places[there].warned_tick > again:
                listen(s, g, b, there, arriving, tick)
            row.calm_tick = min(row.calm_tick, s.places[there].warned_tick + again)


@inner
def listen(s: Any, g: Any, b: Any, place: int, level: int, tick: int) -> None:
    """Wake those at a place whom the sound concerns: who pursue, and people to whom it is danger."""
    i = s.places[place].occ_head
    alarming = level >= b.one[0].hearing
    again = tick - s.places[place].warned_tick > WARN_AGAIN_SECONDS // b.one[0].tick_seconds
    while i >= 0:
        activity = s.people[i].activity
        if activity == PURSUE:
            wake_in(s, i, tick + 1)
        elif alarming and again and activity == HIDE:
            s.people[i].alarm = max(s.people[i].alarm, 2)
            wake_in(s, i, tick + 1)
        elif alarming and activity == FLEE:
            s.people[i].alarm = max(s.people[i].alarm, 2)
        i = s.people[i].occ_next
    if not (alarming and again):
        return
    s.places[place].warned_tick = tick
    for slot in range(b.one[0].slots):
        first, last = members_of(s, g, b, slot, place, tick)
        for k in range(first, last):
            i = g.member_person[k]
            if s.people[i].activity == ROUTINE and s.people[i].alarm < 2 and member_there(s, g, b, i, slot, place, tick):
                s.people[i].alarm = 2
                wake_in(s, i, tick + 1)
