"""One place where both sides meet, resolved event by event in continuous time, exact at any tick.

Each who can be bitten has an unspent threshold of infection, each who bites one of being killed. Those of one kind share a clock whose
rate follows how many stand on the other side, so the next event is the least of a few quotients. Coming in, getting out through a free
exit, changes of state and shutting the door behind are events of the same queue. Outcomes go to `travel` (bite_at, kill_at, exit_at ...) and to the
reserves of those present; `engine/settle.py` commits them. Two events at one instant: by person id.
"""

from __future__ import annotations

from typing import Any, Final

from hyosan.backend import inner
from hyosan.engine.fate import host_of, infection_after, luck_after, next_out, out_instants
from hyosan.engine.heap import pop, push, remove
from hyosan.engine.opponents import one_of
from hyosan.engine.rulebook import MEMBERS, PRESENT
from hyosan.engine.state import R_COMING, R_GONE, R_HOSTILE, R_OTHER, R_TARGET
from hyosan.luck import KILL_RESERVE, LEAVE, SHUT, bits, chance, threshold
from hyosan.rules.exact import INSTANT_BITS, NEVER, TOP_RATE, mul_shift, spent, time_to_spend

MAX_KINDS: Final = 8
"""Kinds of fighters, and of those who bite, at most."""
# Words of an arena.
W_TARGETS, W_HOSTILES = 0, 8  # how many of each kind
W_CLOCK_T, W_CLOCK_H, W_CLOCK_X = 16, 24, 32  # clocks of the kinds, and of leaving
W_LIST = 33  # sizes of the two lists
W_NOW, W_LENGTH, W_EXITS, W_BEGIN = 35, 36, 37, 38
W_SIZE = 40  # sizes of heaps, in the order of their rows
TIMERS, ARRIVALS, LEAVERS, KINDS = range(4)  # rows of heaps; targets by kind from KINDS on, then hostiles by kind


@inner
def is_free(s: Any, g: Any, way: int) -> bool:
    """Whether people can go a way: no welded door, no gate closed by order."""
    door = g.ways[way].door
    if door >= 0 and s.doors[door].state == 2:
        return False
    gate = g.ways[way].gate
    return not (gate >= 0 and s.gates[gate].closed)


@inner
def resolve_arena(s: Any, g: Any, b: Any, a: int, tick: int) -> None:
    """Resolve the fights of arena `a` over a tick."""
    w, start, end = s.words[a], s.arena_start[a], s.arena_start[a + 1]
    for k in range(len(w)):
        w[k] = 0
    w[W_LENGTH] = b.one[0].tick_seconds << INSTANT_BITS
    w[W_BEGIN] = tick * w[W_LENGTH]
    w[W_EXITS] = free_exits(s, g, s.arena_place[a])
    for k in range(start, end):
        line_up(s, g, b, s.occupants[k], w, start)
    for _ in range(16 * (end - start) + 64):
        if not next_event(s, g, b, a, w, start):
            break
    for k in range(start, end):
        put_away(s, b, s.occupants[k], w)


@inner
def free_exits(s: Any, g: Any, place: int) -> int:
    """How many ways lead out of a place that people can go."""
    exits = 0
    for way in range(g.grounds[place].way_start, g.grounds[place].way_end):
        if is_free(s, g, way):
            exits += 1
    return exits


@inner
def line_up(s: Any, g: Any, b: Any, i: int, w: Any, start: int) -> None:
    """Enter a person into an arena: those who stand there from the start of the tick take their side, others when they get there."""
    t, p, ids = s.travel[i], s.people[i], g.persons["id"]
    t.role, t.state, t.host = R_OTHER, p.health, p.host
    t.mark = p.kill_reserve if b.states[p.health].hostile >= 0 else s.reserves[i]
    t.next_at, t.next_out, t.left, t.luck = p.next_at, p.next_out, -1, p.luck
    if p.next_at <= w[W_BEGIN] + w[W_LENGTH]:
        w[W_SIZE + TIMERS] = push(s.heaps[TIMERS], start, w[W_SIZE + TIMERS], i, s.travel["next_at"], ids)
    if p.ready > w[W_BEGIN]:
        t.role, t.ready = R_COMING, p.ready
        w[W_SIZE + ARRIVALS] = push(s.heaps[ARRIVALS], start, w[W_SIZE + ARRIVALS], i, s.travel["ready"], ids)
    else:
        stand(s, g, b, w, start, i)


@inner
def stand(s: Any, g: Any, b: Any, w: Any, start: int, i: int) -> None:
    """A person takes their side by the state they are in: counts, lists and heaps. `mark` holds what is unspent of their threshold."""
    t, p, ids = s.travel[i], s.people[i], g.persons["id"]
    t.role = R_OTHER
    hostile = b.states[t.state].hostile
    if hostile >= 0:
        t.role, t.kind = R_HOSTILE, hostile
        t.mark += w[W_CLOCK_H + hostile]
        w[W_HOSTILES + hostile] += 1
        join_list(s, w, start, i, 1)
        row = KINDS + b.one[0].fighters + hostile
        w[W_SIZE + row] = push(s.heaps[row], start, w[W_SIZE + row], i, s.travel["mark"], ids)
    elif t.state == b.one[0].susceptible:
        t.role, t.kind = R_TARGET, g.persons[i].fighter
        t.mark += w[W_CLOCK_T + t.kind]
        w[W_TARGETS + t.kind] += 1
        join_list(s, w, start, i, 0)
        row = KINDS + t.kind
        w[W_SIZE + row] = push(s.heaps[row], start, w[W_SIZE + row], i, s.travel["mark"], ids)
        if w[W_EXITS] > 0 and b.one[0].leave_rate > 0 and g.persons[i].needs == 0:
            if p.leave_reserve == 0:
                p.leave_reserve = threshold(b.one[0].seed, LEAVE, g.persons[i].id, 0, p.decision)
            t.mark_leave = p.leave_reserve + w[W_CLOCK_X]
            w[W_SIZE + LEAVERS] = push(s.heaps[LEAVERS], start, w[W_SIZE + LEAVERS], i, s.travel["mark_leave"], ids)


@inner
def join_list(s: Any, w: Any, start: int, i: int, side: int) -> None:
    """Add a person to the list of those who can be bitten (0) or bite (1)."""
    s.lists[side, start + w[W_LIST + side]] = i
    s.travel[i].spot = w[W_LIST + side]
    w[W_LIST + side] += 1


@inner
def quit_list(s: Any, w: Any, start: int, i: int, side: int) -> None:
    """Take a person off such a list."""
    w[W_LIST + side] -= 1
    last = s.lists[side, start + w[W_LIST + side]]
    s.lists[side, start + s.travel[i].spot] = last
    s.travel[last].spot = s.travel[i].spot


@inner
def divisor(s: Any, b: Any, w: Any, place: int) -> int:
    """By what the rate of a pair is divided."""
    if b.one[0].bite_mixing == PRESENT:
        return max(1, w[W_LIST])
    if b.one[0].bite_mixing == MEMBERS:
        return max(1, s.places[place].members)
    return 1


@inner
def rate_of(s: Any, g: Any, b: Any, w: Any, row: int, place: int) -> int:
    """The rate of the clock that belongs to a heap of targets or hostiles."""
    fighters = b.one[0].fighters
    total = 0
    if row < KINDS + fighters:
        for kind in range(b.one[0].hostiles):
            total += b.bite_rate[row - KINDS, kind] * w[W_HOSTILES + kind]
    else:
        for kind in range(fighters):
            total += b.kill_rate[kind, row - KINDS - fighters] * w[W_TARGETS + kind]
    factor = b.settings[g.grounds[place].setting].bite
    return min(mul_shift(total // divisor(s, b, w, place), factor, 10), TOP_RATE)


@inner
def leaving_rate(b: Any, w: Any) -> int:
    """Rate at which one person gets out: by each free exit, and no more in all than the exits let through."""
    if w[W_EXITS] == 0 or w[W_LIST + 1] == 0:
        return 0
    most = TOP_RATE // w[W_EXITS]
    return min(min(most, b.one[0].leave_rate) * w[W_EXITS], min(most, b.one[0].exit_flow) * w[W_EXITS] // max(1, w[W_LIST]))


@inner
def clock_of(row: int, fighters: int) -> int:
    """Word of the clock of a heap row."""
    if row == LEAVERS:
        return W_CLOCK_X
    if row < KINDS + fighters:
        return W_CLOCK_T + row - KINDS
    return W_CLOCK_H + row - KINDS - fighters


@inner
def clean_top(s: Any, g: Any, w: Any, row: int, start: int, role: int) -> None:
    """Drop people off the top of a heap who are no longer what it holds."""
    ids = g.persons["id"]
    while w[W_SIZE + row] > 0 and s.travel[s.heaps[row, start]].role != role:
        if row == LEAVERS:
            w[W_SIZE + row] = pop(s.heaps[row], start, w[W_SIZE + row], s.travel["mark_leave"], ids)
        else:
            w[W_SIZE + row] = pop(s.heaps[row], start, w[W_SIZE + row], s.travel["mark"], ids)


@inner
def next_event(s: Any, g: Any, b: Any, a: int, w: Any, start: int) -> bool:
    """Find and carry out the next event of an arena; False when the tick is over."""
    place, fighters, f = s.arena_place[a], b.one[0].fighters, b.one[0].rate_bits
    left = w[W_LENGTH] - w[W_NOW]
    best_row, best_time, best_person = -1, left, -1
    if w[W_SIZE + TIMERS] > 0:
        i = s.heaps[TIMERS, start]
        best_row, best_time, best_person = TIMERS, max(0, s.travel[i].next_at - w[W_BEGIN] - w[W_NOW]), i
    if w[W_SIZE + ARRIVALS] > 0:
        i = s.heaps[ARRIVALS, start]
        time = s.travel[i].ready - w[W_BEGIN] - w[W_NOW]
        if best_row < 0 or time < best_time or (time == best_time and g.persons[i].id < g.persons[best_person].id):
            best_row, best_time, best_person = ARRIVALS, time, i
    for row in range(LEAVERS, KINDS + fighters + b.one[0].hostiles):
        clean_top(s, g, w, row, start, R_TARGET if row < KINDS + fighters else R_HOSTILE)
        if w[W_SIZE + row] == 0:
            continue
        rate = leaving_rate(b, w) if row == LEAVERS else rate_of(s, g, b, w, row, place)
        if rate <= 0:
            continue
        i = s.heaps[row, start]
        mark = s.travel[i].mark_leave if row == LEAVERS else s.travel[i].mark
        time = time_to_spend(max(0, mark - w[clock_of(row, fighters)]), rate, f, left)
        if time > left:
            continue
        if best_row < 0 or time < best_time or (time == best_time and g.persons[i].id < g.persons[best_person].id):
            best_row, best_time, best_person = row, time, i
    for row in range(LEAVERS, KINDS + fighters + b.one[0].hostiles):
        rate = leaving_rate(b, w) if row == LEAVERS else rate_of(s, g, b, w, row, place)
        if rate > 0 and w[W_SIZE + row] > 0:
            w[clock_of(row, fighters)] += spent(rate, best_time, f)
    w[W_NOW] += best_time
    if best_row < 0:
        return False
    happen(s, g, b, a, w, start, best_row, best_person)
    return True


@inner
def happen(s: Any, g: Any, b: Any, a: int, w: Any, start: int, row: int, i: int) -> None:
    """Carry out one event: a change of state, a coming, a leaving, a bite or a kill."""
    at, fighters, ids = w[W_BEGIN] + w[W_NOW], b.one[0].fighters, g.persons["id"]
    if row == TIMERS:
        w[W_SIZE] = pop(s.heaps[TIMERS], start, w[W_SIZE], s.travel["next_at"], ids)
        if s.travel[i].role != R_GONE:
            change(s, g, b, w, start, i)
    elif row == ARRIVALS:
        w[W_SIZE + row] = pop(s.heaps[row], start, w[W_SIZE + row], s.travel["ready"], ids)
        stand(s, g, b, w, start, i)
    elif row == LEAVERS:
        w[W_SIZE + row] = pop(s.heaps[row], start, w[W_SIZE + row], s.travel["mark_leave"], ids)
        get_out(s, g, b, a, w, start, i, at)
    elif row < KINDS + fighters:
        w[W_SIZE + row] = pop(s.heaps[row], start, w[W_SIZE + row], s.travel["mark"], ids)
        t = s.travel[i]
        t.bite_at, t.bite_by = at, one_of(s, g, b, a, start, w[W_LIST + 1], i, R_HOSTILE)
        quit_side(s, w, start, i, 0)
        t.role = R_OTHER
        s.people[i].leave_reserve = 0
        if b.one[0].cause > 0:
            t.host = host_of(s, g, b, i, t.bite_by, t.arena_tick)
        t.luck = infection_after(t.luck)
        become(s, g, b, w, start, i, b.one[0].infected, at, -1)
    else:
        w[W_SIZE + row] = pop(s.heaps[row], start, w[W_SIZE + row], s.travel["mark"], ids)
        t = s.travel[i]
        t.kill_at, t.kill_by = at, one_of(s, g, b, a, start, w[W_LIST], i, R_TARGET)
        quit_side(s, w, start, i, 1)
        t.role = R_GONE


@inner
def quit_side(s: Any, w: Any, start: int, i: int, side: int) -> None:
    """Take a person out of the counts and the list of a side."""
    w[(W_TARGETS if side == 0 else W_HOSTILES) + s.travel[i].kind] -= 1
    quit_list(s, w, start, i, side)


@inner
def quit_heap(s: Any, g: Any, w: Any, row: int, start: int, i: int) -> None:
    """Take a person out of the middle of a heap, before their mark is read by another clock."""
    w[W_SIZE + row] = remove(s.heaps[row], start, w[W_SIZE + row], i, s.travel["mark"], g.persons["id"])


@inner
def become(s: Any, g: Any, b: Any, w: Any, start: int, i: int, state: int, at: int, left: int) -> None:
    """A person in the arena enters a state within the tick: may bite from now on; the next change may fall within the tick too.

    Only what the arena needs is kept, in `travel`; `engine/settle.py` runs the same course for good. `left` is what a person who bit
    before has left of the threshold of being killed, -1 = a fresh one.
    """
    ids, t = g.persons["id"], s.travel[i]
    t.state = state
    if b.states[state].hostile >= 0:
        t.mark = left if left >= 0 else threshold(b.one[0].seed, KILL_RESERVE, g.persons[i].id, 0, t.luck)
        if t.role != R_COMING:
            stand(s, g, b, w, start, i)
    out = next_out(b, g, i, t.host, t.luck, state, 0)
    t.next_out = out
    t.next_at = NEVER if out < 0 else at + out_instants(b, g, i, t.luck, out)
    if t.next_at <= w[W_BEGIN] + w[W_LENGTH]:
        w[W_SIZE] = push(s.heaps[TIMERS], start, w[W_SIZE], i, s.travel["next_at"], ids)


@inner
def change(s: Any, g: Any, b: Any, w: Any, start: int, i: int) -> None:
    """The state of a person in the arena changes in its course."""
    t = s.travel[i]
    at, state, left = t.next_at, b.outs[t.next_out].to, -1
    if t.role == R_HOSTILE:
        left = max(1, t.mark - w[W_CLOCK_H + t.kind])
        quit_heap(s, g, w, KINDS + b.one[0].fighters + t.kind, start, i)
        quit_side(s, w, start, i, 1)
    elif t.role == R_TARGET:
        quit_heap(s, g, w, KINDS + t.kind, start, i)
        quit_side(s, w, start, i, 0)
    elif t.role == R_COMING and b.states[t.state].hostile >= 0:
        left = t.mark
    if t.role != R_COMING:
        t.role = R_OTHER
    t.luck = luck_after(b, t.next_out, t.luck)
    become(s, g, b, w, start, i, state, at, left)


@inner
def get_out(s: Any, g: Any, b: Any, a: int, w: Any, start: int, i: int, at: int) -> None:
    """A person gets out by one of the free exits; who leaves last may shut the door behind."""
    place, t = s.arena_place[a], s.travel[i]
    quit_side(s, w, start, i, 0)
    t.role = R_GONE
    # What they were exposed to until now stays spent, or those who get out would be harder to bite ever after.
    s.reserves[i] = max(1, t.mark - w[W_CLOCK_T + t.kind])
    nth = (bits(b.one[0].seed, LEAVE, g.persons[i].id, 1, s.people[i].decision) >> 30) * w[W_EXITS] >> 32
    for way in range(g.grounds[place].way_start, g.grounds[place].way_end):
        if is_free(s, g, way):
            if nth == 0:
                t.exit_at, t.exit_way = at, way
                break
            nth -= 1
    door = g.ways[t.exit_way].door
    last = w[W_LIST] == 0
    if last and door >= 0 and chance(b.one[0].seed, SHUT, g.persons[i].id, 0, s.people[i].decision, b.one[0].shut_share):
        t.shut = 1


@inner
def put_away(s: Any, b: Any, i: int, w: Any) -> None:
    """Write what is left of the thresholds back to a person."""
    t = s.travel[i]
    if t.role == R_TARGET:
        s.reserves[i] = max(1, t.mark - w[W_CLOCK_T + t.kind])
        if s.people[i].leave_reserve > 0:
            s.people[i].leave_reserve = max(1, t.mark_leave - w[W_CLOCK_X])
    elif t.role == R_HOSTILE:
        t.left = max(1, t.mark - w[W_CLOCK_H + t.kind])
