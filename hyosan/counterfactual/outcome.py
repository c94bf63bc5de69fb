"""How a world came out: who was infected, who died, the figures of the ending, when and why it ended."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from hyosan.engine.response_tally import figures
from hyosan.engine.run import Simulation
from hyosan.results.ending import Ending
from hyosan.results.run import Run
from hyosan.rules.exact import NEVER


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


def outcome_now(sim: Simulation) -> Outcome:
    """How a simulation that is over came out."""
    people, ids = sim.state.people, sim.floor.persons["id"]
    return Outcome(
        frozenset(ids[people["infected_at"] < NEVER].tolist()), frozenset(ids[people["died_at"] < NEVER].tolist()),
        Ending.from_json(figures(sim)), sim.tick * sim.tick_seconds, sim.why,
    )  # fmt: skip
