"""The state at second 0: everybody susceptible, thresholds drawn, doors as built.

`fill` is a rule, so that many small runs can start inside compiled code.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hyosan.backend import rule
from hyosan.distributions import draw_seconds
from hyosan.engine.doors import doors_are_pressed
from hyosan.engine.lists import as_counted
from hyosan.engine.rulebook import Floor, Rulebook
from hyosan.engine.state import ASK, C_CLASS, RING, ROUTINE, State, new_state
from hyosan.luck import COMPLY, DOOR, HOST, RESERVE, bits, threshold
from hyosan.rules.exact import INSTANT_BITS, NEVER
from hyosan.rules.transmit import OPEN_BITS, WEIGHT
from hyosan.world.frame import World


@rule
def fill(s: Any, g: Any, b: Any, members: Any, door_state: Any, door_kind: Any, door_id: Any) -> None:
    """Set a state to second 0."""
    seed = b.one[0].seed
    for k in range(len(s.count)):
        s.count[k] = 0
    for k in range(RING):
        s.wake_head[k] = -1
        s.due_head[k] = -1
    for i in range(len(s.people)):
        p, t, name = s.people[i], s.travel[i], g.persons[i].id
        luck = bits(seed, HOST, name, 0, 0) >> 30
        host = 0
        while host < len(b.host_share) - 1 and luck >= b.host_share[host]:
            luck -= b.host_share[host]
            host += 1
        p.health, p.host, p.episode, p.since, p.next_at, p.next_out = b.one[0].susceptible, host, 0, 0, NEVER, -1
        s.reserves[i] = threshold(seed, RESERVE, name, 0, 0)
        s.ease[i] = ASK
        p.kill_reserve = p.leave_reserve = p.ready = p.decision = p.alarm = p.death = p.dead_from = p.notes = 0
        p.luck = p.strain = p.past = p.doses = p.dosed_at = 0
        p.vaccine = -1
        p.counted = as_counted(g.persons[i].zone, 0, b.states[b.one[0].susceptible].kind)
        p.infectiousness = WEIGHT
        p.obeys = bits(seed, COMPLY, name, 0, 0) >> 30
        p.activity = ROUTINE
        p.place = p.track = p.goal = p.press = p.infector = -1
        p.infected_at = p.died_at = NEVER
        p.heading = -1
        p.fear = p.fear_tick = p.anger = p.walked = p.alone = 0
        p.occ_next = p.occ_prev = p.wake_next = p.wake_prev = p.wake_tick = p.due_next = p.due_prev = p.due_tick = -1
        p.infectious_at = p.tracked_at = -1
        t.harm_tick = t.carry_tick = t.candidate_tick = t.arena_tick = t.link_turn = t.entry_tick = -1
        t.link_amount = t.link_rate = 0
        s.count[C_CLASS + b.states[b.one[0].susceptible].kind] += 1
    for m in range(len(s.places)):
        q = s.places[m]
        q.occ_head = q.hot_at = q.heard_way = q.field_entry = -1
        q.heard_tick = q.warned_tick = q.served_tick = q.turning_tick = q.calm_tick = -(1 << 40)
        q.hostiles = q.targets = q.bitten = q.routine = q.closed = q.noise = q.heard = q.calm_level = q.masked = 0
        q.members = members[m]
        s.doses[m] = 0
    for i in range(len(s.people)):
        for slot in range(b.one[0].slots):
            if g.slots[i, slot] >= 0:
                s.places[g.slots[i, slot]].routine += 1
    pressed = doors_are_pressed(b)
    for d in range(len(s.doors)):
        row = s.doors[d]
        row.state, row.kind, row.turn, row.pressed, row.broken_at, row.reserve = door_state[d], door_kind[d], 0, 0, -1, 0
        if not pressed:
            continue
        law = b.laws[b.door_law[row.kind]]
        word = bits(seed, DOOR, door_id[d], 0, 0)
        row.reserve = max(1, draw_seconds(law.kind, law.a, law.b, b.law_values, law.offset, word)) << INSTANT_BITS
    for k in range(len(s.gates)):
        s.gates[k].closed = s.gates[k].leak = 0
    for k in range(len(s.zones)):
        s.zones[k].curfew = s.zones[k].slips = s.zones[k].swept = 0
        s.zones[k].trust = 1 << OPEN_BITS
    for k in range(len(s.beds)):
        s.beds[k].beds = s.beds[k].taken = s.beds[k].more = 0
    for k in range(len(s.cuts)):
        s.cuts[k].share = s.cuts[k].left = 0
    s.bites[:] = 0
    s.kills[:] = 0


@dataclass(frozen=True)
class Start:
    """What `fill` needs besides rulebook and floor."""

    members: NDArray[np.int64]
    door_state: NDArray[np.int64]
    door_kind: NDArray[np.int64]
    door_id: NDArray[np.int64]


def start_of(world: World) -> Start:
    """The world's doors and memberships as `fill` reads them."""
    ground = world.ground
    slots = ground.person_slot_place.shape[1]
    counts = np.diff(ground.member_start).reshape(slots, -1).sum(axis=0).astype(np.int64)
    return Start(counts, ground.door_state.astype(np.int64), ground.door_kind.astype(np.int64), ground.door_id.astype(np.int64))


def allocate(world: World, floor: Floor, book: Rulebook, own_gates: int = 0) -> State:
    """Take the memory for a state of this world; `own_gates` are gates beyond those that it has (`engine/barriers.py`)."""
    n = len(floor.persons)
    fights = (book.bite_rate.shape[0], book.bite_rate.shape[1])
    arenas = 1 if book.one[0].bite_links or not book.one[0].has_bites else len(floor.grounds)
    sizes = (n, len(floor.grounds), len(world.ground.door_id), len(world.gates) + own_gates, len(world.zones))
    exerting = n * int(book.one[0].exerts)
    aged = int(floor.grounds["ages_row"].max(initial=-1)) + 1
    linked = bool(book.one[0].contact_link > 0)
    return new_state(*sizes, fights, arenas, exerting, aged, event_rows(n), int(book.one[0].strains), linked, len(book.care), len(book.settings))


def event_rows(people: int) -> int:
    """Rows of the event buffer of one tick: ample for a tick in which everything happens to everybody."""
    return 8 * people + 1000 if people < 20_000 else 3 * people + 100_000
