"""Interventions in a run, found in two ways: by carrying the difference forward and by running all of it again; and what differs between these."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

import hyosan
from hyosan.counterfactual.asked import Spared, infections_of
from hyosan.counterfactual.difference import Propagated, Propagation, TooManyError
from hyosan.counterfactual.history import History
from hyosan.counterfactual.outcome import outcome_now, outcome_of
from hyosan.counterfactual.tape import COLUMN, COMPARED, RESERVE, Nowhere, Tape, rows_of, unfit
from hyosan.counterfactual.touching import Touch
from hyosan.results.run import Run
from hyosan.results.tree import tree
from hyosan.rules.exact import FULL


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


class Town:
    """A run, its tape, and interventions in it."""

    def __init__(self, source: Any, seed: int, most: int | None = None, **overrides: Any) -> None:
        self.run: Run = hyosan.run(source, seed=seed, overrides=overrides, threads=1)
        self.history, self.seed = History(self.run, threads=1), seed
        fresh = self.history.course(self.history.stages, Nowhere(), None).sim
        assert unfit(fresh) == ""
        self.tape = Tape(self.history)
        self.propagation = Propagation(self.tape, fresh, outcome_of(self.run), most)
        self.infected = list(dict.fromkeys(tree(self.run)["infected"].to_pylist()))

    def spared(self, person: int, number: int | None) -> Spared:
        """The first infection of a person left out, or all of them (None)."""
        return Spared(person, number, *infections_of(self.run, person)[0])

    def touch(self, asked: Spared) -> Touch:
        return Touch(asked, self.history.ids[asked.person], self.seed, self.history.length)

    def again(self, asked: Spared) -> Any:
        """The simulation of the whole run with somebody spared, at its end."""
        touch, staged = self.touch(asked), self.history.course(self.history.stages, Nowhere(), None)
        while not staged.sim.is_over():
            touch.before(staged.sim)
            staged.advance()
        return staged.sim

    def wrong(self, asked: Spared, tally: Tally) -> list[str]:
        """Fields in which somebody is not, at the end, what they are in the run with the same person spared."""
        tally.asked += 1
        try:
            found = self.propagation.of(self.touch(asked))
        except TooManyError:
            tally.given_up += 1
            return []
        tally.recomputed += found.recomputed
        tally.differing += len(found.differing)
        sim = self.again(asked)
        if asked.number is None:  # a threshold without end, of which nothing is ever missing
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
