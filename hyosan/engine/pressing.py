"""Doors that are pressed by those who pursue: they break within the tick, and those who pressed get in."""

from __future__ import annotations

from typing import Any

from hyosan.backend import inner
from hyosan.engine.course import DOOR_BROKEN, NO_ROUTE, emit
from hyosan.engine.doors import inner_side, stir_calm
from hyosan.engine.lists import make_noise
from hyosan.engine.minds import PRESSING_QUIETER
from hyosan.engine.moving import arrive
from hyosan.engine.state import C_SOON, PURSUE
from hyosan.rules.exact import INSTANT_BITS
from hyosan.rules.move import travel_instants


@inner
def press_doors(s: Any, g: Any, b: Any, tick: int) -> None:
    """Spend the doors that are pressed by those who pursue; a broken one stands open for good."""
    begin = (tick * b.one[0].tick_seconds) << INSTANT_BITS
    length = b.one[0].tick_seconds << INSTANT_BITS
    for k in range(s.count[C_SOON]):  # whoever presses looks again in the next tick
        i = s.soon[k]
        way = s.people[i].press
        pressing = way >= 0 and s.people[i].activity == PURSUE and s.people[i].place == g.ways[way].from_
        if pressing and g.ways[way].door >= 0:  # others are on their way through an open one
            s.doors[g.ways[way].door].pressed += 1
    for k in range(s.count[C_SOON]):
        way = s.people[s.soon[k]].press
        if way >= 0 and g.ways[way].door >= 0:
            door = g.ways[way].door
            row = s.doors[door]
            if row.pressed > 0 and row.state == 1:
                force = row.pressed * length
                if force >= row.reserve:
                    at = begin + row.reserve // row.pressed
                    row.state = 0
                    row.reserve = 0
                    row.broken_at = at
                    stir_calm(s, g, way)
                    emit(s, at, DOOR_BROKEN, -1, -1, inner_side(g, way), NO_ROUTE, -1, -1, 0)
                else:
                    row.reserve -= force
                make_noise(s, inner_side(g, way), b.one[0].fight_noise - PRESSING_QUIETER)
            row.pressed = 0


@inner
def go_in(s: Any, g: Any, b: Any, tick: int) -> None:
    """Those who pressed a door that broke in this tick get to the other side, if there is time."""
    begin = (tick * b.one[0].tick_seconds) << INSTANT_BITS
    length = b.one[0].tick_seconds << INSTANT_BITS
    for k in range(s.count[C_SOON] - 1, -1, -1):  # from the end: who gets out of the city leaves the list
        i = s.soon[k]
        way = s.people[i].press
        if way >= 0 and g.ways[way].door >= 0 and s.people[i].activity == PURSUE and s.people[i].place == g.ways[way].from_:
            at = s.doors[g.ways[way].door].broken_at
            if at >= begin:
                s.people[i].ready = at + travel_instants(g.ways[way].seconds, b.states[s.people[i].health].pace)
                if s.people[i].ready <= begin + length:
                    s.people[i].press = -1
                    arrive(s, g, b, i, s.people[i].place, g.ways[way].to, s.people[i].ready, PURSUE, tick)
