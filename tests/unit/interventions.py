"""Interventions in a run, found in two ways: by carrying the difference forward and by running all of it again; and what differs between these."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

import hyosan
from hyosan.counterfactual.asked import Spared, decided, infections_of
from hyosan.counterfactual.asker import Asker
from hyosan.counterfactual.difference import GivenUpError, Propagated
from hyosan.counterfactual.outcome import outcome_now
from hyosan.counterfactual.tape import COLUMN, COMPARED, RESERVE, Nowhere, rows_of
from hyosan.counterfactual.touching import Touch
from hyosan.forking import changed_course, with_changes
from hyosan.results.run import Run
from hyosan.results.tree import tree
from hyosan.rules.exact import FULL
from hyosan.running.stages import Stage


@dataclass
class Tally:
    """What came of many interventions."""

    asked: int = 0
    given_up: int = 0
    recomputed: int = 0
    differing: int = 0

    def __str__(self) -> str:
        exact = self.asked - self.given_up
        return (
            f"{exact} of {self.asked} interventions were carried forward, {self.given_up} given up; {self.recomputed} steps of one person computed "
            f"anew, {self.differing} people differed"
        )


@dataclass(frozen=True)
class Moved:
    """An order is not given (both None), or decided so much earlier or later."""

    order: str
    earlier: str | None = None
    later: str | None = None


Numbers = Mapping[str, Any]
"""Changes of a scenario, as of `--set`."""


class Town:
    """A run, its tape, and interventions in it."""

    def __init__(self, source: Any, seed: int, most: int | None = None, **overrides: Any) -> None:
        self.run: Run = hyosan.run(source, seed=seed, overrides=overrides, threads=1)
        self.asker, self.seed = Asker(self.run, many=True, threads=1), seed
        self.history, propagation = self.asker.history, self.asker.propagation
        assert propagation is not None, self.asker.why
        self.propagation, self.tape = propagation, propagation.tape
        if most is not None:
            propagation.most = most
        self.infected = list(dict.fromkeys(tree(self.run)["infected"].to_pylist()))

    def spared(self, person: int, number: int | None) -> Spared:
        """The first infection of a person left out, or all of them (None)."""
        return Spared(person, number, *infections_of(self.run, person)[0])

    def touch(self, asked: Spared) -> Touch:
        return Touch(asked, self.history.ids[asked.person], self.seed, self.history.length)

    def again(self, asked: Spared | Moved | Numbers) -> Any:
        """The simulation of the whole run with an intervention, at its end."""
        history = self.history
        if isinstance(asked, Moved):
            names = tuple(history.stages[-1].scenario.orders)
            question = decided(self.run, asked.order, names, asked.earlier, asked.later)
            assert question is not None
            stages = changed_course(self.run, history.stages, question.since // history.length, question.overrides())
        elif isinstance(asked, Spared):
            stages = history.stages
        else:
            stages = [Stage(with_changes(history.stages[-1].scenario, asked))]
        touch, staged = self.touch(asked) if isinstance(asked, Spared) else None, history.course(stages, Nowhere(), None)
        while True:
            staged.hand_over()
            if staged.sim.is_over():
                return staged.sim
            if touch is not None:
                touch.before(staged.sim)
            staged.advance()

    def carried(self, asked: Spared | Moved | Numbers) -> Propagated | None:
        """What comes of an intervention by carrying the difference forward; None = it was given up."""
        try:
            if isinstance(asked, Spared):
                return self.propagation.of(self.touch(asked))
            if isinstance(asked, Moved):
                question = decided(self.run, asked.order, tuple(self.history.stages[-1].scenario.orders), asked.earlier, asked.later)
                assert question is not None
                return self.propagation.under(self.asker.other_orders(question.order, question.since // self.history.length, question.overrides()))
            return self.propagation.under(self.asker.other_numbers(with_changes(self.history.stages[-1].scenario, asked)))
        except GivenUpError:
            return None

    def wrong(self, asked: Spared | Moved | Numbers, tally: Tally) -> list[str]:
        """Fields in which somebody is not, at the end, what they are in the run with the same intervention."""
        tally.asked += 1
        found, sim = self.carried(asked), self.again(asked)
        if found is None:
            tally.given_up += 1
            return []
        tally.recomputed += found.recomputed
        tally.differing += len(found.differing)
        if isinstance(asked, Spared) and asked.number is None:  # a threshold without end, of which nothing is ever missing
            sim.state.reserves[self.history.ids[asked.person]] = FULL
        everybody = np.arange(len(sim.state.people))
        mine, theirs = self.ended(found), rows_of(sim.state, everybody)
        differ = (mine != theirs).any(axis=0)
        names = [*COLUMN, "reserve"]
        wrong = [names[k] for k in (*COMPARED, RESERVE) if differ[k]]
        if found.outcome != outcome_now(sim):
            wrong.append("the outcome")
        return wrong

    def ended(self, found: Propagated) -> Any:
        """Everybody at the end, [person, field]: as in the run, but for those who differ."""
        everybody = rows_of(self.tape.sim.state, np.arange(len(self.tape.people)))
        everybody[found.differing] = found.rows
        return everybody

    def some(self, count: int, seed: int = 0) -> list[Spared]:
        """Interventions drawn at random: half of them whole persons, half a single infection."""
        people = np.random.default_rng(seed).permutation(self.infected)[:count].tolist()
        return [self.spared(person, None if k % 2 else 1) for k, person in enumerate(people)]

    def orders(self) -> list[Moved]:
        """Of each order that was given: not given, some hours earlier, and some later where the run is not over by then."""
        luck, given, end = random.Random(self.seed), self.run.orders.select(["order", "second_decided"]).to_pylist(), self.run.manifest["end_second"]
        found = []
        for row in given:
            found += [Moved(row["order"]), Moved(row["order"], earlier=f"{luck.randrange(1, 20)} h")]
            later = luck.randrange(1, 60)
            if row["second_decided"] + 3600 * later < end:
                found.append(Moved(row["order"], later=f"{later} h"))
        return found


def measures(seed: int) -> dict[str, Any]:
    """Orders by the clock, drawn: schools closed and contacts reduced, each for some days."""
    luck, found = random.Random(seed), {}
    for number in range(4):
        begin = 24 * luck.randrange(2, 30) + luck.choice((0, 6))
        span = {"when": f"time >= {begin} h", "until": f"time >= {begin + 24 * luck.randrange(2, 12)} h"}
        settings = {"school": 0.2, "leisure": luck.choice((0.0, 0.6))}
        less = {"do": "reduce_contacts", "settings": settings, "compliance": 0.8}
        found[f"orders.o{number}"] = span | ({"do": "close", "setting": "school"} if number % 2 else less)
    return found
