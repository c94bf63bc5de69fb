"""What orders have in force, tick by tick, where they go by the clock alone: that is known before anybody is infected.

So two worlds whose orders differ can be told apart place by place, and the difference that orders make be carried forward.
"""

from __future__ import annotations

from bisect import bisect_right
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hyosan.engine.response import Given, Response
from hyosan.engine.run import Simulation
from hyosan.engine.state import ASK
from hyosan.running.stages import Staged
from hyosan.scenario.condition_words import ORDER_NAMES

CLOCK = ("time", "day", "hour")
"""What conditions may ask for that nobody's infection changes, beside how orders stand that ask for no more."""
MEASURES = ("close", "reduce_contacts")
"""Measures that set what holds for places and settings, and choose nobody."""

Bools = NDArray[np.bool_]


def by_the_clock(response: Response) -> bool:
    """Whether all orders follow the clock alone, and only close places or reduce contacts."""
    known = {*CLOCK, *(f"{name}.{word}" for name in response.orders for word in ORDER_NAMES)}
    return response.asked <= known and all(order.do in MEASURES for order in response.orders.values())


class Rules:
    """What is in force in each of `ticks` ticks of a course, whose simulations are used up if they have orders: nobody is infected in them."""

    def __init__(self, course: Staged, ticks: int) -> None:
        self._since: list[int] = []
        self._held: list[tuple[Any, Any]] = []
        self.given: list[Given]
        self.by_the_clock = True
        """Whether they are so at all; else what is in force follows from who is infected, and nothing here holds."""
        self.busy: list[bool] = []
        """[tick] whether an order that is under way keeps the run going, as seen when the tick begins."""
        self._setting = course.sim.floor.grounds["setting"]
        self._apart: dict[tuple[int, int], Bools] = {}
        if not course.later and not course.sim.response.orders:
            self._since, self.busy, self.given = [0], [False] * (ticks + 1), []
            self._hold(course.sim)
            return
        for tick in range(ticks):
            course.hand_over()
            sim = course.sim
            if not by_the_clock(sim.response):
                self.by_the_clock = False
                return
            self.busy.append(sim.response.is_busy())
            sim.take_orders(tick * sim.tick_seconds)
            sim.tick += 1
            held = (sim.state.places["closed"], sim.state.cuts)
            if not self._held or any((one != other).any() for one, other in zip(held, self._held[-1], strict=True)):
                self._since.append(tick)
                self._hold(sim)
        self.busy.append(course.sim.response.is_busy())
        self.given = course.sim.response.given
        """Each giving of an order; of how many it reached and what was known then it says nothing that counts."""

    def _hold(self, sim: Simulation) -> None:
        self._held.append((sim.state.places["closed"].copy(), sim.state.cuts.copy()))

    def put(self, state: Any, tick: int, held: Any = None) -> Any:
        """Let a state be one in which the rules of a tick hold; gives what stands for them. Nothing is done if they hold already: `held` is that."""
        found = self._held[self._at(tick)]
        if held is not found:
            closed, cuts = found
            state.places["closed"], state.cuts[:] = closed, cuts
            state.doses[:] = np.where(closed > 0, ASK, 0)
        return found

    def apart(self, other: Rules, tick: int) -> Bools | None:
        """[place] where, in a tick, other rules hold than those of another course, always the same one; None = nowhere."""
        key = self._at(tick), other._at(tick)
        if key not in self._apart:
            (closed, cuts), (closed_there, cuts_there) = self._held[key[0]], other._held[key[1]]
            self._apart[key] = (closed != closed_there) | (cuts != cuts_there)[self._setting]
        found = self._apart[key]
        return found if found.any() else None

    def _at(self, tick: int) -> int:
        return bisect_right(self._since, tick) - 1
