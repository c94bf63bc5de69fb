"""How a run is kept from infecting somebody, without any other rule than those of the engine.

Who is never infected has a threshold without end. Who is spared one infection goes on with a fresh threshold, an exponential one under their own
luck: the stream of chances to be infected goes on, thinned by one. Where the scenario infects somebody spared, it does not, and nobody takes
their place.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from hyosan.counterfactual.asked import Spared
from hyosan.engine.many import apply_plan
from hyosan.engine.plans import P_AT, P_COUNT, P_FIRST, P_IMMUNE, P_LAST, Plans
from hyosan.engine.run import KEPT, Simulation
from hyosan.engine.state import ASK, State
from hyosan.luck import RESERVE, threshold
from hyosan.rules.exact import FULL, INSTANT_BITS

AGAIN = 1
"""In keys of luck, beside a person's id: the threshold that follows the one that was spent."""


class Touch:
    """Spares a person in a simulation: call `before` each tick, from the tick of the infection or earlier on."""

    def __init__(self, asked: Spared, row: int, seed: int, tick_seconds: int) -> None:
        self.asked, self.row, self.seed, self.length = asked, row, seed, tick_seconds
        self.first = asked.second // tick_seconds

    def before(self, sim: Simulation) -> None:
        """Before a tick: keep the person from being infected in it."""
        if sim.tick >= self.first:
            self.keep(sim.state, sim.floor, sim.tick)
            if self.asked.number is None or (self.asked.seeded and sim.tick == self.first):
                sim.case_person[sim.case_person == self.row] = -1
                sim.plans = self.unplanned(sim.state, sim.floor, sim.book, sim.plans, sim.tick)

    def keep(self, s: State, g: Any, tick: int) -> None:
        """Give the person the threshold they are to have from a tick on, of `first` or later."""
        if self.asked.number is None:
            s.reserves[self.row] = FULL
        elif tick == self.first and not self.asked.seeded:
            s.reserves[self.row] += threshold(self.seed, RESERVE, int(g.persons["id"][self.row]), AGAIN, int(s.people["luck"][self.row]))

    def unplanned(self, s: State, g: Any, b: Any, plans: Plans, tick: int) -> Plans:
        """The plans, without those that would infect the person in this tick: they are tried out, and what they do is undone."""
        while (k := self._plan_that_infects(s, g, b, plans, tick)) is not None:
            seeds, size = plans.seeds.copy(), len(plans.rows)
            others = plans.rows[seeds[k, P_FIRST] : seeds[k, P_LAST]]
            others = others[others != self.row]
            seeds[k, P_FIRST], seeds[k, P_LAST] = size, size + len(others)
            seeds[k, P_COUNT] -= seeds[k, P_COUNT] > 0
            plans = replace(plans, seeds=seeds, rows=np.concatenate([plans.rows, others]))
        return plans

    def _plan_that_infects(self, s: State, g: Any, b: Any, plans: Plans, tick: int) -> int | None:
        due = plans.seeds[:, P_AT] // (self.length << INSTANT_BITS) == tick
        mine = [k for k in np.flatnonzero(due).tolist() if self.row in plans.rows[plans.seeds[k, P_FIRST] : plans.seeds[k, P_LAST]]]
        if not any(not plans.seeds[k, P_IMMUNE] for k in mine):
            return None
        kept = {name: getattr(s, name).copy() for name in KEPT}
        found, episode = None, int(s.people["episode"][self.row])
        for k in np.flatnonzero(due).tolist():
            apply_plan(s, g, b, plans.rows[plans.seeds[k, P_FIRST] : plans.seeds[k, P_LAST]], plans.seeds[k], tick)
            if int(s.people["episode"][self.row]) > episode:
                found = k
                break
        for name, part in kept.items():
            getattr(s, name)[:] = part
        s.ease[:] = ASK  # what is known at a glance may be of what was undone
        return found
