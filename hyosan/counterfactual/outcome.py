"""How a world came out: who was infected, who died, the figures of the ending, when and why it ended."""

from __future__ import annotations

from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hyosan.engine.response_tally import figures
from hyosan.engine.run import Simulation
from hyosan.results.ending import Ending
from hyosan.results.run import Run
from hyosan.rules.exact import NEVER

Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Outcome:
    """The end of one world. People by their ids."""

    infected: frozenset[int]
    dead: frozenset[int]
    ending: Ending
    end_second: int
    why: str

    def to_json(self) -> dict[str, Any]:
        """Its numbers; people are told by who differs."""
        return {
            "infected": len(self.infected), "dead": len(self.dead), "figures": self.ending.figures(self.end_second), "end_second": self.end_second,
            "why": self.why,
        }  # fmt: skip


def outcome_of(run: Run) -> Outcome:
    """How a finished run came out."""
    rows = run.people.select(["person", "infected_second", "died_second"]).to_pydict()
    people = list(zip(rows["person"], rows["infected_second"], rows["died_second"], strict=True))
    return Outcome(
        frozenset(person for person, infected, _ in people if infected >= 0), frozenset(person for person, _, died in people if died >= 0),
        run.ending, int(run.manifest["end_second"]), run.why,
    )  # fmt: skip


def outcome_with(sim: Simulation, here: Outcome, who: Ints, before: Ints, after: Ints, end_second: int, why: str) -> Outcome:
    """The outcome `here` of a simulation that is over, with some people otherwise: rows `who`, what they are in it and would have been (rows of
    people, the reserve last).
    """
    ids = sim.floor.persons["id"][who]
    changed = frozenset(ids.tolist())
    one, other = (np.ascontiguousarray(rows[:, :-1]).view(sim.state.people.dtype).reshape(-1) for rows in (before, after))
    less, more = (figures(_part(sim, who, people)) for people in (one, other))
    return Outcome(
        here.infected - changed | frozenset(ids[other["infected_at"] < NEVER].tolist()),
        here.dead - changed | frozenset(ids[other["died_at"] < NEVER].tolist()),
        Ending.from_json(_combined(here.ending.to_json(), less, more)), end_second, why,
    )  # fmt: skip


def _part(sim: Simulation, who: Ints, people: Any) -> Any:
    """What `figures` reads of a simulation, of some of its people."""
    rest = {name: getattr(sim, name) for name in ("book", "scenario", "response", "seed", "authorities", "hands", "tick", "tick_seconds")}
    world = SimpleNamespace(roles=sim.world.roles, ground=SimpleNamespace(person_role=sim.world.ground.person_role[who]))
    return SimpleNamespace(state=SimpleNamespace(people=people), floor=SimpleNamespace(persons=sim.floor.persons[who]), world=world, **rest)


def _combined(whole: Any, less: Any, more: Any) -> Any:
    """Counts of everybody, less those of some people as they are, plus those of the same people as they would have been."""
    if isinstance(whole, dict):
        return {name: _combined(part, less[name], more[name]) for name, part in whole.items()}
    return whole - less + more


def outcome_now(sim: Simulation) -> Outcome:
    """How a simulation that is over came out."""
    people, ids = sim.state.people, sim.floor.persons["id"]
    return Outcome(
        frozenset(ids[people["infected_at"] < NEVER].tolist()), frozenset(ids[people["died_at"] < NEVER].tolist()),
        Ending.from_json(figures(sim)), sim.tick * sim.tick_seconds, sim.why,
    )  # fmt: skip
