"""Sound: noises of a tick spread over the place graph, losing loudness on each way and at shut doors; who hears them wakes.

The loudest noise that arrives counts; its way back leads towards the source. Places are visited from loud to quiet, so each is settled
once, and only those that sound reaches are touched.
"""

from __future__ import annotations

from typing import Any, Final

from hyosan.backend import inner
from hyosan.engine.lists import wake_in
from hyosan.engine.presence import member_there
from hyosan.engine.state import C_NOISES, FLEE, HIDE, PURSUE, ROUTINE

FLOOR: Final = 25
"""dB below which nothing is heard (a quiet room)."""
SHUT_DOOR: Final = 15
"""dB that a shut door takes (typical interior doors: 15 to 30 dB)."""
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
        hear(s, place, min(s.places[place].noise, LEVELS - 1), -1, tick, level_head)
        s.places[place].noise = 0
    s.count[C_NOISES] = 0
    for level in range(LEVELS - 1, FLOOR - 1, -1):
        place = level_head[level]
        while place >= 0:
            after = s.places[place].queue_next
            pass_on(s, g, b, place, level, tick, level_head)
            listen(s, g, b, place, level, tick)
            place = after


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
def nobody_stirs(s: Any, g: Any, b: Any, place: int, there: int, tick: int) -> bool:
    """Whether a dead end holds nobody who would act on a sound: none who bites, and its people were alarmed not long ago.

    Most buildings around a fight are such; passing them by halves the cost of sound.
    """
    ground, row = g.grounds[there], s.places[there]
    if ground.parent != place or ground.way_end - ground.way_start != 1 or row.hostiles > 0:
        return False
    return tick - row.warned_tick <= WARN_AGAIN_SECONDS // b.one[0].tick_seconds


@inner
def pass_on(s: Any, g: Any, b: Any, place: int, level: int, tick: int, level_head: Any) -> None:
    """Sound goes from a place to its neighbours. Equal loudness from two sides: the side with the lower id of place."""
    for way in range(g.grounds[place].way_start, g.grounds[place].way_end):
        row = g.ways[way]
        if nobody_stirs(s, g, b, place, row.to, tick):
            continue
        lost = max(1, row.sound_lost)
        if row.door >= 0 and s.doors[row.door].state != 0:
            lost += SHUT_DOOR
        there, arriving = row.to, level - lost
        if arriving < FLOOR:
            continue
        other = s.places[there]
        if other.heard_tick == tick and other.heard == arriving and other.heard_way >= 0:
            if g.grounds[place].id < g.grounds[g.ways[other.heard_way].to].id:
                other.heard_way = row.back
        else:
            hear(s, there, arriving, row.back, tick, level_head)


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
        at = slot * len(s.places) + place
        for k in range(g.member_start[at], g.member_start[at + 1]):
            i = g.member_person[k]
            if s.people[i].activity == ROUTINE and s.people[i].alarm < 2 and member_there(s, g, b, i, slot, place, tick):
                s.people[i].alarm = 2
                wake_in(s, i, tick + 1)
