"""Later luck, drawn anew from a tick on: the past and all that it showed stay as they are.

Thresholds that are not spent are exponential, so what is left of one is a fresh one. A stay in a state, and a door, that have lasted some
time are drawn anew among those that last longer. All else that is keyed later has another seed. Kept are traits fixed at birth
(`Rulebook.one.born`), what people mean to do, and reports that are on their way.
"""

from __future__ import annotations

from typing import Any, Final

from hyosan.backend import inner, rule
from hyosan.distributions import draw_seconds
from hyosan.engine.course import due_tick
from hyosan.engine.doors import doors_are_pressed
from hyosan.engine.fate import draw, out_by_luck, out_instants
from hyosan.engine.lists import drop_due, due_in
from hyosan.engine.rulebook import DEAD
from hyosan.engine.state import ASK, C_DAY, F_IN_BED, F_NO_BED, GONE
from hyosan.luck import DOOR, KILL_RESERVE, REDRAWN, REDRAWN_DOOR, RESERVE, bits, threshold
from hyosan.rules.exact import INSTANT_BITS, NEVER

TRIALS: Final = 1 << 12
"""How often what has lasted is drawn anew until it lasts longer than it has; beyond that, one in millions, it stays as it was drawn."""


@rule
def redraw(s: Any, g: Any, b: Any, door_id: Any, seed: int, tick: int) -> None:
    """Draw everything that is not settled before a tick anew, by another seed. `door_id` [d] are the doors' ids."""
    now = (tick * b.one[0].tick_seconds) << INSTANT_BITS
    for i in range(len(s.people)):
        p, name = s.people[i], g.persons[i].id
        if b.states[p.health].kind == DEAD or p.activity == GONE:
            continue
        s.reserves[i] = threshold(seed, RESERVE, name, 0, p.luck)
        s.ease[i] = ASK
        p.leave_reserve = 0
        if b.states[p.health].hostile >= 0:
            p.kill_reserve = threshold(seed, KILL_RESERVE, name, 0, p.luck)
        redraw_course(s, g, b, i, seed, now)
    for m in range(len(s.places)):
        s.doses[m] = ASK
    for way in range(len(g.ways) if doors_are_pressed(b) else 0):
        door = g.ways[way].door
        if door >= 0 and s.doors[door].state == 1 and g.ways[way].from_ < g.ways[way].to:
            redraw_door(s, g, b, way, door_id[door], seed)
    b.one[0].seed, b.one[0].redrawn_at = seed, now
    b.one[0].redrawn_day = s.count[C_DAY]


@inner
def redraw_course(s: Any, g: Any, b: Any, i: int, seed: int, now: int) -> None:
    """Person i leaves the state they are in by another transition, or at another time, of those that had not come by now."""
    p = s.people[i]
    if b.states[p.health].out_start == b.states[p.health].out_end:
        return
    bedless, start = 1 if p.notes & F_NO_BED else 0, p.since
    if b.states[p.health].bed >= 0 and p.notes & (F_IN_BED | F_NO_BED) == 0:
        return  # waits for a bed; then it is drawn
    if p.next_out >= 0:
        start = p.next_at - out_instants(b, g, i, p.luck, p.next_out)
    for trial in range(TRIALS):
        word = bits(seed, REDRAWN, g.persons[i].id, 2 * trial, p.luck) >> 30
        out, lasts = out_by_luck(b, g, i, p.host, p.health, bedless, word), 0
        if out >= 0:
            lasts = draw(b, b.outs[out].law, bits(seed, REDRAWN, g.persons[i].id, 2 * trial + 1, p.luck)) << INSTANT_BITS
            if start + lasts <= now:
                continue
        p.next_out, p.next_at = out, start + lasts if out >= 0 else NEVER
        if out >= 0:
            due_in(s, i, due_tick(b, p.next_at))
        else:
            drop_due(s, i)
        return


@inner
def redraw_door(s: Any, g: Any, b: Any, way: int, door_id: int, seed: int) -> None:
    """The door of a way, shut and pressed for some time, holds for another time, longer than it has."""
    row = s.doors[g.ways[way].door]
    law = b.laws[b.door_law[row.kind]]
    here, there = g.grounds[g.ways[way].from_].id, g.grounds[g.ways[way].to].id
    low, high = (min(here, there), max(here, there)) if row.turn > 0 else (door_id, 0)
    drawn = max(1, draw_seconds(law.kind, law.a, law.b, b.law_values, law.offset, bits(b.one[0].seed, DOOR, low, high, row.turn))) << INSTANT_BITS
    spent = max(0, drawn - row.reserve)
    for trial in range(TRIALS):
        word = bits(seed, REDRAWN_DOOR, low, high, (row.turn << 12) + trial)
        holds = max(1, draw_seconds(law.kind, law.a, law.b, b.law_values, law.offset, word)) << INSTANT_BITS
        if holds > spent:
            row.reserve = holds - spent
            return
