"""A course of stages: one scenario up to a tick, the next one from there on.

Between two stages the state is handed over as a checkpoint hands it over, so the past is the same bytes whatever comes after.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np

from hyosan.engine.run import Simulation
from hyosan.policy import Policy
from hyosan.results.columns import Coded
from hyosan.scenario.root import Scenario
from hyosan.world.frame import World


class Stage(NamedTuple):
    """A scenario and the tick up to which it was in force; None = to the end. `policies` decided beside it."""

    scenario: Scenario
    until: int | None = None
    policies: Mapping[str, Policy] = MappingProxyType({})


class Staged:
    """Runs a course of stages, from its start or a checkpoint; `sim` is the simulation of the present stage."""

    def __init__(
        self, stages: Sequence[Stage], world: World, seed: int, sink: Any, device: Any, tick: int = 0, arrays: Any = None, notes: Any = None
    ) -> None:
        # A checkpoint at the very tick of a change was taken before it.
        first = next(number for number, stage in enumerate(stages) if stage.until is None or stage.until >= tick)
        self.later = [(int(stages[number].until or 0), stages[number + 1]) for number in range(first, len(stages) - 1)]
        self.sink, self.device = sink, device
        self.sim = Simulation(stages[first].scenario, world, seed, sink, Coded, device, stages[first].policies)
        self.first_tick = tick
        self.last_tick = -(-round(stages[-1].scenario.time.end) // self.sim.tick_seconds)
        if arrays is None:
            self.sim.begin()
        else:
            self.sim.load(tick, arrays, notes)

    def advance(self) -> bool:
        """Run one tick, under the scenario of its stage. False when the course is over."""
        self.hand_over()
        return self.sim.advance()

    def hand_over(self) -> None:
        """Begin the stage of the present tick."""
        while self.later and self.later[0][0] == self.sim.tick:
            _, stage = self.later.pop(0)
            self.sim = _handed_over(self.sim, stage, self.sink, self.device)


def _handed_over(sim: Simulation, stage: Stage, sink: Any, device: Any) -> Simulation:
    """The same state under another scenario: rows that wait keep their causes, orders decided keep their past."""
    arrays, notes = sim.save()
    scenario = stage.scenario
    after = Simulation(scenario, sim.world, sim.seed, sink, Coded, device, stage.policies)
    position = {name: number for number, name in reversed(list(enumerate(after.names.seeds)))}
    codes = np.array([position.get(name, 0) for name in sim.names.seeds], dtype=np.int64)
    for rows in ("waiting", "late"):
        if (causes := arrays.get(f"{rows}/cause")) is not None:
            arrays[f"{rows}/cause"] = np.where(causes >= 0, codes[np.maximum(causes, 0)], causes)
    now = sim.tick * sim.tick_seconds
    for one in notes["response"]["given"]:
        if one["effective"] >= 0 or one["ended"] >= 0:
            continue
        before, order = sim.scenario.orders[one["order"]], scenario.orders[one["order"]]
        if order.when.strip() == "never" and before.when.strip() != "never":
            one["ended"], one["because"] = now, "called off"
        else:
            one["due"] += round(order.delay) - round(before.delay)
    after.load(sim.tick, arrays, notes)
    return after
