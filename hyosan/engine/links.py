"""Fights across the links of a network or lattice: one event queue in time order, exact at any tick, on any graph.

Each person next to somebody of the other side has a clock of their own, whose rate is the sum over those neighbours. Only people whom
the fights reach in this tick are touched. Outcomes go to `travel`, as from the arenas of places.
"""

from __future__ import annotations

from typing import Any

from hyosan.backend import inner
from hyosan.engine.fate import infection_after, luck_after, next_out, out_instants
from hyosan.engine.gather import add_occupant, turns_within
from hyosan.engine.state import C_ARENAS, C_HOT, C_OCCUPANTS, HELD, R_GONE, R_HOSTILE, R_OTHER, R_TARGET, RING
from hyosan.luck import KILL_RESERVE, WHO, threshold
from hyosan.rules.exact import INSTANT_BITS, NEVER, TOP_RATE, first_of, scale_of, spent, time_to_spend


@inner
def resolve_links(s: Any, g: Any, b: Any, tick: int) -> None:
    """Resolve all fights across links in a tick, as one arena without a place."""
    if b.one[0].bite_links == 0:
        return
    s.arena_place[0] = -1
    s.arena_start[0] = 0
    s.count[C_ARENAS] = 1
    s.count[C_OCCUPANTS] = 0
    length = b.one[0].tick_seconds << INSTANT_BITS
    begin = tick * length
    size = 0
    for k in range(s.count[C_HOT]):
        i = s.places[s.hot[k]].occ_head
        while i >= 0:
            if b.states[s.people[i].health].hostile >= 0 and s.people[i].activity < HELD:
                size = touch(s, g, b, i, 0, begin, size, tick)
                for link in range(g.link_start[i], g.link_start[i + 1]):
                    size = touch(s, g, b, g.link_to[link], 0, begin, size, tick)
            i = s.people[i].occ_next
    i = s.due_head[tick % RING]
    while i >= 0:
        if turns_within(s, g, b, i, tick):
            size = touch(s, g, b, i, 0, begin, size, tick)
        i = s.people[i].due_next
    while size > 0 and s.travel[s.heaps[0, 0]].mark <= length:
        i = s.heaps[0, 0]
        size = one_event(s, g, b, i, s.travel[i].mark, begin, size, tick)
    for k in range(s.count[C_OCCUPANTS]):
        put_back(s, b, s.occupants[k], length)
    s.arena_start[1] = s.count[C_OCCUPANTS]


@inner
def touch(s: Any, g: Any, b: Any, i: int, now: int, begin: int, size: int, tick: int) -> int:
    """Bring a person into the queue (once); gives its new size."""
    if s.travel[i].arena_tick == tick:
        return size
    if s.people[i].activity >= HELD:
        return size
    add_occupant(s, i, s.count[C_OCCUPANTS], tick)
    s.count[C_OCCUPANTS] += 1
    p, t = s.people[i], s.travel[i]
    hostile = b.states[p.health].hostile
    t.role, t.left, t.link_last, t.spot = R_OTHER, 0, now, -1
    if hostile >= 0:
        t.role, t.kind, t.left = R_HOSTILE, hostile, p.kill_reserve
    elif p.health == b.one[0].susceptible:
        t.role, t.kind, t.left = R_TARGET, g.persons[i].fighter, s.reserves[i]
    t.next_at, t.next_out, t.luck = p.next_at, p.next_out, p.luck
    return plan(s, g, b, i, now, begin, size, tick)


@inner
def role_of(s: Any, b: Any, j: int, tick: int) -> int:
    """The role of a person now, in the queue or not yet."""
    if s.travel[j].arena_tick == tick:
        return s.travel[j].role
    if s.people[j].activity >= HELD:
        return R_GONE
    if b.states[s.people[j].health].hostile >= 0:
        return R_HOSTILE
    return R_TARGET if s.people[j].health == b.one[0].susceptible else R_OTHER


@inner
def kind_of(s: Any, g: Any, b: Any, j: int, tick: int) -> int:
    """The kind of fighter, or of those who bite, that a person is now."""
    if s.travel[j].arena_tick == tick:
        return s.travel[j].kind
    hostile = b.states[s.people[j].health].hostile
    return hostile if hostile >= 0 else g.persons[j].fighter


@inner
def pair_rate(s: Any, g: Any, b: Any, i: int, j: int, weight: int, tick: int) -> int:
    """Rate at which neighbour j bites (or kills) person i; 0 unless they are on different sides."""
    mine, other = s.travel[i].role, role_of(s, b, j, tick)
    if mine == R_TARGET and other == R_HOSTILE:
        return (b.bite_rate[s.travel[i].kind, kind_of(s, g, b, j, tick)] >> 10) * weight
    if mine == R_HOSTILE and other == R_TARGET:
        return (b.kill_rate[kind_of(s, g, b, j, tick), s.travel[i].kind] >> 10) * weight
    return 0


@inner
def plan(s: Any, g: Any, b: Any, i: int, now: int, begin: int, size: int, tick: int) -> int:
    """Set the rate of a person's clock and the moment of their next event; gives the size of the queue."""
    t = s.travel[i]
    length = b.one[0].tick_seconds << INSTANT_BITS
    rate = 0
    if t.role == R_TARGET or t.role == R_HOSTILE:
        for link in range(g.link_start[i], g.link_start[i + 1]):
            rate = min(TOP_RATE, rate + pair_rate(s, g, b, i, g.link_to[link], g.link_weight[link], tick))
    t.link_rate = rate
    mark = NEVER
    if rate > 0:
        mark = now + time_to_spend(t.left, rate, b.one[0].rate_bits, length)
    if t.role != R_GONE and t.next_at - begin < mark:
        mark = max(now, t.next_at - begin)
    t.mark = mark
    if t.spot < 0:
        if mark > length:
            return size
        s.heaps[0, size] = i
        t.spot = size
        size += 1
    rise(s, g, i)
    sink_down(s, g, t.spot, size)
    return size


@inner
def earlier(s: Any, g: Any, i: int, j: int) -> bool:
    """Whether the next event of i comes before that of j; ties by id."""
    if s.travel[i].mark != s.travel[j].mark:
        return s.travel[i].mark < s.travel[j].mark
    return g.persons[i].id < g.persons[j].id


@inner
def rise(s: Any, g: Any, i: int) -> None:
    """Move a person up the queue."""
    at = s.travel[i].spot
    while at > 0:
        up = (at - 1) // 2
        j = s.heaps[0, up]
        if not earlier(s, g, i, j):
            break
        s.heaps[0, at] = j
        s.travel[j].spot = at
        at = up
    s.heaps[0, at] = i
    s.travel[i].spot = at


@inner
def sink_down(s: Any, g: Any, at: int, size: int) -> None:
    """Move the person at a position down the queue."""
    i = s.heaps[0, at]
    while True:
        child = 2 * at + 1
        if child >= size:
            break
        if child + 1 < size and earlier(s, g, s.heaps[0, child + 1], s.heaps[0, child]):
            child += 1
        j = s.heaps[0, child]
        if not earlier(s, g, j, i):
            break
        s.heaps[0, at] = j
        s.travel[j].spot = at
        at = child
    s.heaps[0, at] = i
    s.travel[i].spot = at


@inner
def spend_until(s: Any, b: Any, i: int, now: int) -> None:
    """Let a person's clock run up to a moment."""
    t = s.travel[i]
    if t.link_rate > 0 and now > t.link_last:
        t.left = max(1, t.left - spent(t.link_rate, now - t.link_last, b.one[0].rate_bits))
    t.link_last = now


@inner
def one_event(s: Any, g: Any, b: Any, i: int, now: int, begin: int, size: int, tick: int) -> int:
    """The next event: person i is bitten, killed, or changes state; their neighbours' clocks change. Gives the size of the queue."""
    t = s.travel[i]
    at = begin + now
    spend_until(s, b, i, now)
    if t.next_at - begin <= now:
        hostile = t.role == R_HOSTILE
        t.luck = luck_after(b, t.next_out, t.luck)
        turn(s, g, b, i, b.outs[t.next_out].to, t.next_at, hostile)
    elif t.role == R_TARGET:
        t.bite_at, t.bite_by, t.luck = at, neighbour_of(s, g, b, i, tick), infection_after(t.luck)
        turn(s, g, b, i, b.one[0].infected, at, False)
    else:
        t.kill_at, t.kill_by = at, neighbour_of(s, g, b, i, tick)
        t.role = R_GONE
        t.next_at = NEVER
    size = plan(s, g, b, i, now, begin, size, tick)
    for link in range(g.link_start[i], g.link_start[i + 1]):
        j = g.link_to[link]
        if s.travel[j].arena_tick == tick:
            spend_until(s, b, j, now)
            size = plan(s, g, b, j, now, begin, size, tick)
        else:
            size = touch(s, g, b, j, now, begin, size, tick)
    return size


@inner
def turn(s: Any, g: Any, b: Any, i: int, state: int, at: int, was_hostile: bool) -> None:
    """A person enters a state within the tick (for the queue only; `settle` runs the same course for good)."""
    t = s.travel[i]
    hostile = b.states[state].hostile
    t.role = R_HOSTILE if hostile >= 0 else R_OTHER
    if hostile >= 0:
        t.kind = hostile
        if not was_hostile:
            t.left = threshold(b.one[0].seed, KILL_RESERVE, g.persons[i].id, 0, t.luck)
    out = next_out(b, g, i, s.people[i].host, t.luck, state, 0)
    t.next_out = out
    t.next_at = NEVER if out < 0 else at + out_instants(b, g, i, t.luck, out)


@inner
def neighbour_of(s: Any, g: Any, b: Any, i: int, tick: int) -> int:
    """Who bit or killed person i: one of the neighbours on the other side, by rate (luck named by their id)."""
    top = 0
    for link in range(g.link_start[i], g.link_start[i + 1]):
        top = max(top, pair_rate(s, g, b, i, g.link_to[link], g.link_weight[link], tick))
    shift = scale_of(top)
    best, best_luck, best_weight = -1, 1, 0
    for link in range(g.link_start[i], g.link_start[i + 1]):
        j = g.link_to[link]
        rate = pair_rate(s, g, b, i, j, g.link_weight[link], tick)
        if rate > 0:
            luck = threshold(b.one[0].seed, WHO, g.persons[i].id, g.persons[j].id, s.people[i].luck)
            if first_of(luck, max(1, rate >> shift), best_luck, best_weight):
                best, best_luck, best_weight = j, luck, max(1, rate >> shift)
    return best


@inner
def put_back(s: Any, b: Any, i: int, length: int) -> None:
    """Write what is left of a person's threshold back after the tick."""
    t = s.travel[i]
    spend_until(s, b, i, length)
    left = t.left
    t.left = -1
    if t.role == R_TARGET:
        s.reserves[i] = max(1, left)
    elif t.role == R_HOSTILE:
        t.left = max(1, left)
