"""Lists inside the state: people by place, calendars of ticks, dense lists. Constant time to enter and to leave.

Their order is that of entering and must decide nothing: whoever reads one sorts by id or sums integers.
"""

from __future__ import annotations

from typing import Any

from hyosan.backend import inner, rule
from hyosan.engine.state import C_FOLLOWED, C_HOT, C_INFECTIOUS, C_NEXT, C_NOISES, C_SOON, C_STIRRED, C_TRACKED, F_STIRRED, RING, SOON


@inner
def enter_place(s: Any, i: int, place: int) -> None:
    """Put person i, who left the routine, on the list of a place."""
    first = s.places[place].occ_head
    s.people[i].occ_next = first
    s.people[i].occ_prev = -1
    if first >= 0:
        s.people[first].occ_prev = i
    s.places[place].occ_head = i


@inner
def leave_place(s: Any, i: int, place: int) -> None:
    """Take person i off the list of a place."""
    after, before = s.people[i].occ_next, s.people[i].occ_prev
    if before >= 0:
        s.people[before].occ_next = after
    else:
        s.places[place].occ_head = after
    if after >= 0:
        s.people[after].occ_prev = before


@inner
def wake_in(s: Any, i: int, tick: int) -> None:
    """Let person i decide in a tick, unless they wake earlier anyway. Most wake in the next tick: they stand in one dense list."""
    old = s.people[i].wake_tick
    if old >= 0:
        if old <= tick:
            return
        drop_wake(s, i)
    s.people[i].wake_tick = tick
    if tick == s.count[C_NEXT]:
        s.people[i].wake_next, s.people[i].wake_prev = SOON, s.count[C_SOON]
        s.soon[s.count[C_SOON]] = i
        s.count[C_SOON] += 1
        return
    slot = tick % RING
    first = s.wake_head[slot]
    s.people[i].wake_next = first
    s.people[i].wake_prev = -1
    if first >= 0:
        s.people[first].wake_prev = i
    s.wake_head[slot] = i


@inner
def drop_wake(s: Any, i: int) -> None:
    """Take person i off the calendar of those who wake."""
    tick = s.people[i].wake_tick
    if tick < 0:
        return
    s.people[i].wake_tick = -1
    after, before = s.people[i].wake_next, s.people[i].wake_prev
    if after == SOON:
        s.count[C_SOON] -= 1
        last = s.soon[s.count[C_SOON]]
        s.soon[before] = last
        s.people[last].wake_prev = before
        return
    if before >= 0:
        s.people[before].wake_next = after
    else:
        s.wake_head[tick % RING] = after
    if after >= 0:
        s.people[after].wake_prev = before


@inner
def due_in(s: Any, i: int, tick: int) -> None:
    """Let the state of person i change in a tick (each has one entry)."""
    drop_due(s, i)
    slot = tick % RING
    first = s.due_head[slot]
    s.people[i].due_next = first
    s.people[i].due_prev = -1
    if first >= 0:
        s.people[first].due_prev = i
    s.due_head[slot] = i
    s.people[i].due_tick = tick


@inner
def drop_due(s: Any, i: int) -> None:
    """Take person i off the calendar of changes of state."""
    tick = s.people[i].due_tick
    if tick < 0:
        return
    after, before = s.people[i].due_next, s.people[i].due_prev
    if before >= 0:
        s.people[before].due_next = after
    else:
        s.due_head[tick % RING] = after
    if after >= 0:
        s.people[after].due_prev = before
    s.people[i].due_tick = -1


@inner
def stir(s: Any, i: int) -> None:
    """Note, once, that person i is not as they were last counted."""
    if s.people[i].notes & F_STIRRED == 0:
        s.people[i].notes |= F_STIRRED
        s.stirred[s.count[C_STIRRED]] = i
        s.count[C_STIRRED] += 1


@inner
def as_counted(zone: int, flags: int, kind: int) -> int:
    """What a person counts as in the series, packed: zone, 4 flags, class."""
    return (zone * 16 + flags) * 8 + kind


@inner
def set_infectious(s: Any, i: int, yes: bool) -> None:
    """Keep the dense list of people who are infectious by contact."""
    at = s.people[i].infectious_at
    if yes and at < 0:
        s.people[i].infectious_at = s.count[C_INFECTIOUS]
        s.infectious[s.count[C_INFECTIOUS]] = i
        s.count[C_INFECTIOUS] += 1
    elif not yes and at >= 0:
        s.count[C_INFECTIOUS] -= 1
        last = s.infectious[s.count[C_INFECTIOUS]]
        s.infectious[at] = last
        s.people[last].infectious_at = at
        s.people[i].infectious_at = -1


@inner
def set_tracked(s: Any, i: int, yes: bool) -> None:
    """Keep the dense list of infected people who follow their routine, whose way is logged; in front those who were followed before."""
    at = s.people[i].tracked_at
    if yes and at < 0:
        s.people[i].tracked_at = s.count[C_TRACKED]
        s.tracked[s.count[C_TRACKED]] = i
        s.count[C_TRACKED] += 1
    elif not yes and at >= 0:
        hole = at
        if at < s.count[C_FOLLOWED]:  # those who were followed before stay in front
            hole = s.count[C_FOLLOWED] = s.count[C_FOLLOWED] - 1
            put_tracked(s, s.tracked[hole], at)
        last = s.count[C_TRACKED] = s.count[C_TRACKED] - 1
        if last != hole:
            put_tracked(s, s.tracked[last], hole)
        s.people[i].tracked_at = -1


@inner
def put_tracked(s: Any, i: int, at: int) -> None:
    """Person i stands at a position of the list of those whose way is logged."""
    s.tracked[at] = i
    s.people[i].tracked_at = at


@inner
def add_hostile(s: Any, place: int, change: int) -> None:
    """Count people who bite at a place, and keep the dense list of places that have any."""
    s.places[place].hostiles += change
    at = s.places[place].hot_at
    if s.places[place].hostiles > 0 and at < 0:
        s.places[place].hot_at = s.count[C_HOT]
        s.hot[s.count[C_HOT]] = place
        s.count[C_HOT] += 1
    elif s.places[place].hostiles == 0 and at >= 0:
        s.count[C_HOT] -= 1
        last = s.hot[s.count[C_HOT]]
        s.hot[at] = last
        s.places[last].hot_at = at
        s.places[place].hot_at = -1


@inner
def make_noise(s: Any, place: int, loudness: int) -> None:
    """Note a noise at a place; the loudest of a tick counts."""
    if loudness <= 0:
        return
    if s.places[place].noise == 0:
        s.noises[s.count[C_NOISES]] = place
        s.count[C_NOISES] += 1
    if loudness > s.places[place].noise:
        s.places[place].noise = loudness


@rule
def make_noise_now(s: Any, place: int, loudness: int) -> None:
    """`make_noise` for callers outside kernels."""
    make_noise(s, place, loudness)
