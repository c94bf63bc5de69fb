"""`WhatIf`: one answer, as numbers, sentences and a card for notebooks. It says how it was found, and how to find it again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from hyosan.counterfactual.outcome import Outcome
from hyosan.results.card import card
from hyosan.results.compare import Difference
from hyosan.units import say_clock

SHOWN = 12
"""People named in a sentence at most."""


@dataclass(frozen=True)
class WhatIf:
    """What would have been otherwise. People by their ids, as in the table `people`."""

    question: str
    command: str
    how: str
    """`difference`: by propagating the difference; `fork`: by running on; `nothing`: there was nothing to do otherwise."""
    why: str
    """Why it was found so."""
    run: Outcome
    otherwise: Outcome
    difference: Difference | None
    """Where the logs first differ; None = nowhere."""
    start_clock_seconds: float
    descendants: int | None = None
    """Of a person or an infection: how many people hang on it in the tree of who infected whom."""
    person: int | None = None
    """Who was spared."""
    recomputed: int = 0
    """Steps of one person that were computed anew, where the difference was propagated."""
    names: dict[int, str] = field(default_factory=dict)
    """Names of those people who have one, by id."""

    @property
    def infected_only_here(self) -> tuple[int, ...]:
        """Infected in the run, and not otherwise: those whom it would have spared."""
        return tuple(sorted(self.run.infected - self.otherwise.infected))

    @property
    def infected_only_there(self) -> tuple[int, ...]:
        """Not infected in the run, but otherwise."""
        return tuple(sorted(self.otherwise.infected - self.run.infected))

    @property
    def dead_only_here(self) -> tuple[int, ...]:
        """Dead in the run, and not otherwise."""
        return tuple(sorted(self.run.dead - self.otherwise.dead))

    @property
    def dead_only_there(self) -> tuple[int, ...]:
        """Alive at the end of the run, and dead otherwise."""
        return tuple(sorted(self.otherwise.dead - self.run.dead))

    def to_json(self) -> dict[str, Any]:
        """All of it as plain data."""
        first = self.difference
        sets = ("infected_only_here", "infected_only_there", "dead_only_here", "dead_only_there")
        return {
            "question": self.question, "command": self.command, "how": self.how, "why": self.why,
            "first_difference": None if first is None else {"clock": say_clock(first.second, self.start_clock_seconds), **first.to_json()},
            "infections_averted": len(self.infected_only_here), "infections_caused": len(self.infected_only_there),
            "deaths_averted": len(self.dead_only_here), "deaths_caused": len(self.dead_only_there),
            "person": self.person, "descendants": self.descendants,
            "recomputed_person_ticks": self.recomputed, "run": self.run.to_json(), "otherwise": self.otherwise.to_json(),
            **{name: list(getattr(self, name)) for name in sets},
        }  # fmt: skip

    def lines(self) -> list[str]:
        """The answer in sentences."""
        told = [f"What if {self.question}?", ""]
        if self.difference is None:
            told += ["Nothing: all would have gone as it went.", f"Ending: {self._ending(self.run)}"]
        else:
            told += [
                f"The same until {say_clock(self.difference.second, self.start_clock_seconds)} (second {self.difference.second:,}), "
                f"where `{self.difference.table}` first differs.",
                _counted("Infected in the run, and not otherwise", self.infected_only_here, self.names),
                _counted("Infected otherwise, and not in the run", self.infected_only_there, self.names),
                _counted("Dead in the run, and not otherwise", self.dead_only_here, self.names),
                _counted("Dead otherwise, and not in the run", self.dead_only_there, self.names),
            ]
            if self.descendants is not None:
                told.append(
                    f"People below in the tree of who infected whom: {self.descendants:,}; infections really averted among others: "
                    f"{self.spared_others():,}."
                )
            told += [f"The run ended:  {self._ending(self.run)}", f"It would have:  {self._ending(self.otherwise)}"]
        return [*told, "", f"How it was found: {self.why}.", f"Again: {self.command}"]

    def spared_others(self) -> int:
        """Infections averted less infections caused, of everybody but the person who was spared."""
        return len(set(self.infected_only_here) - {self.person}) - len(set(self.infected_only_there) - {self.person})

    def _ending(self, one: Outcome) -> str:
        clock = say_clock(one.end_second, self.start_clock_seconds)
        return f"{len(one.infected):,} infected, {len(one.dead):,} dead of {one.ending.residents:,}; {one.why} ({clock})"

    def _repr_html_(self) -> str:
        """A card for notebooks."""
        rows = [
            ("infected", len(self.run.infected), len(self.otherwise.infected), len(self.infected_only_here), len(self.infected_only_there)),
            ("dead", len(self.run.dead), len(self.otherwise.dead), len(self.dead_only_here), len(self.dead_only_there)),
        ]
        notes = [self.why, self.command]
        if self.difference is not None:
            notes.insert(0, f"the same until {say_clock(self.difference.second, self.start_clock_seconds)}")
        head = ("", "in the run", "otherwise", "only in the run", "only otherwise")
        return card(f"What if {self.question}?", notes, head, [(name, *(f"{count:,}" for count in counts)) for name, *counts in rows])

    def __str__(self) -> str:
        return "\n".join(self.lines())


def _counted(what: str, people: Sequence[int], names: dict[int, str]) -> str:
    """`what: 15 (Choi Nam-ra, 3, 8, ...)`: those who have a name first."""
    named_first = sorted(people, key=lambda person: person not in names)
    some = ", ".join(names.get(person, str(person)) for person in named_first[:SHOWN]) + (", ..." if len(people) > SHOWN else "")
    return f"{what}: {len(people):,}" + (f" ({some})" if people else "")
