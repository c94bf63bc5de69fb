"""The guard: what is said of the orders of one run, said again with its uncertain numbers drawn anew, on the same luck.

Each draw takes all numbers that the scenario marks as `uncertain` from their laws, keyed by the run's seed and the number of the draw, and runs
the whole scenario with all orders and without those that a statement is about. Nothing is kept of a draw but the sign of each statement in it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from typing import Any, NamedTuple

from hyosan.counterfactual.asker import Asker
from hyosan.counterfactual.outcome import Outcome, outcome_now
from hyosan.counterfactual.tape import Nowhere
from hyosan.errors import CommandError, ScenarioError
from hyosan.results.run import Run
from hyosan.running.clock import Clock
from hyosan.running.stages import Stage, Staged
from hyosan.scenario.dump import dump_of_run
from hyosan.scenario.load import load, tree
from hyosan.scenario.nearest import listed
from hyosan.scenario.root import Scenario
from hyosan.scenario.uncertain import parameters
from hyosan.world.build import build
from hyosan.world.frame import World

KEPT_PERCENT = 95
"""A statement stands if it keeps its sign in so many of the draws in which it is not zero."""
MOVING_PERCENT = 50
"""And if it is not zero in so many of all draws."""

Names = frozenset[str]


class Kept(NamedTuple):
    """In how many draws a statement keeps the sign that it has in the run, has the other, or comes to nothing."""

    kept: int
    reversed: int
    nothing: int

    @property
    def draws(self) -> int:
        """All of them."""
        return sum(self)

    @property
    def stands(self) -> bool:
        """Whether it is a finding: the same sign in 95 % of the draws in which it is not zero, which are at least half."""
        moving = self.kept + self.reversed
        return moving > 0 and 100 * self.kept >= KEPT_PERCENT * moving and 100 * moving >= MOVING_PERCENT * self.draws

    def say(self) -> str:
        """The counts: `the same sign in 12 of 20 draws, the other in 5, nothing in 3`."""
        return f"the same sign in {self.kept:,} of {self.draws:,} draws, the other in {self.reversed:,}, nothing in {self.nothing:,}"

    def to_json(self) -> dict[str, Any]:
        """The counts, and whether it stands."""
        return {**self._asdict(), "stands": self.stands}


class Statement(NamedTuple):
    """That without these orders a number of the ending is more (`sign` 1) or less (-1) than with them."""

    without: Names
    of: Callable[[Outcome], Fraction | int]
    sign: int


@dataclass(frozen=True)
class Guard:
    """How statements were guarded: how many draws, of which numbers with what laws, which orders, and how many worlds were run."""

    draws: int
    numbers: tuple[str, ...]
    orders: tuple[str, ...]
    worlds: int

    def say(self) -> str:
        """`20 draws of 2 uncertain numbers, each on the same luck`."""
        draws = f"{self.draws:,} draw{'s' * (self.draws != 1)}"
        return f"{draws} of {len(self.numbers):,} uncertain number{'s' * (len(self.numbers) != 1)}, each on the same luck"


def seed_of_draw(seed: int, draw: int) -> int:
    """What the numbers of a draw are keyed by, from the run's seed and the number of the draw (1, 2, ...)."""
    digest = hashlib.blake2b(f"{seed}:{draw}".encode(), digest_size=8, person=b"guard").digest()
    return int.from_bytes(digest, "big") >> 2


class Draws:
    """The scenario of a run with its uncertain numbers drawn anew. Raises CommandError: there are none, or the run cannot be asked so."""

    def __init__(self, asker: Asker) -> None:
        run, old = asker.run, asker.history.stages[-1].scenario
        _refuse(run, asker)
        self.asker, self.seed = asker, int(run.manifest["seed"])
        self.laws: dict[str, Any] = run.manifest["uncertain"]
        self._bare = old.model_copy(update={"data": None}).with_base(old.base)
        again = self._with(self.laws, self.seed)
        if dump_of_run(again) != dump_of_run(self._bare):
            raise CommandError(
                f"--guard: {_where(run)}: its uncertain numbers ({listed(list(self.laws)[:8])}), drawn again with its own seed, are not those of the "
                "run. Was it ended early with --until? Give that as `--set time.end=...` and run it again."
            )
        self.numbers = tuple(f"{one.key}: {one.said()}" for one in parameters(tree(self._bare, self.laws)[0]))

    def scenario(self, draw: int) -> Scenario:
        """The scenario of a draw (1, 2, ...). Raises ScenarioError: with these numbers it is none."""
        try:
            return self._with(self.laws, seed_of_draw(self.seed, draw))
        except ScenarioError as error:
            raise ScenarioError(f"--guard: draw {draw:,}: {error}\nGive the uncertain number a law all of whose values are allowed.") from None

    def _with(self, changes: dict[str, Any], seed: int) -> Scenario:
        return load(self._bare, overrides=changes, seed=seed, cut_short=True)


class _Drawn:
    """The worlds of one draw, each run once."""

    def __init__(self, asker: Asker, scenario: Scenario, tell: Callable[[], None]) -> None:
        self.asker, self.scenario, self.tell = asker, scenario, tell
        own = asker.history
        same = scenario.city == own.stages[-1].scenario.city
        self.world: World = own.world if same else build(scenario.city, scenario.base)
        self.here, self.given = self._run(scenario)
        self.known: dict[Names, Outcome] = {frozenset(): self.here}

    def without(self, names: Names) -> Outcome:
        """How it came out without these orders; as with them, where none of them was decided."""
        if names not in self.known:
            changes = {f"orders.{name}": None for name in sorted(names)}
            decided = names & self.given
            self.known[names] = self._run(load(self.scenario, overrides=changes, cut_short=True))[0] if decided else self.here
        return self.known[names]

    @property
    def worlds(self) -> int:
        """How many worlds were run."""
        return 1 + sum(one is not self.here for one in self.known.values())

    def _run(self, scenario: Scenario) -> tuple[Outcome, Names]:
        history = self.asker.history
        staged = Staged([Stage(scenario)], self.world, int(history.run.manifest["seed"]), Nowhere(), history.device.loops)
        Clock(staged, lambda _: self.tell()).run()
        return outcome_now(staged.sim), frozenset(one.order for one in staged.sim.response.given)


def guarded(
    draws: Draws, count: int, statements: Sequence[Statement], orders: Sequence[str], progress: Callable[[str], None]
) -> tuple[Guard, list[Kept]]:
    """How each statement fares in `count` draws. `progress` is told how far it is, in words.

    Raises ScenarioError: a draw with which the scenario is none, before anything is run.
    """
    for draw in range(1, count + 1):
        draws.scenario(draw)
    found, worlds = [[0, 0, 0] for _ in statements], 0
    for draw in range(1, count + 1) if statements else ():
        told = f"the guard: draw {draw:,} of {count:,}"
        progress(told)
        drawn = _Drawn(draws.asker, draws.scenario(draw), partial(progress, told))
        for counts, sign in zip(found, _signs(drawn, statements), strict=True):
            counts[0 if sign > 0 else 1 if sign < 0 else 2] += 1
        worlds += drawn.worlds
    return Guard(count, draws.numbers, tuple(orders), worlds), [Kept(*counts) for counts in found]


def _signs(drawn: _Drawn, statements: Sequence[Statement]) -> Iterator[int]:
    """Of each statement 1 = the sign that it has in the run, -1 = the other, 0 = nothing."""
    for statement in statements:
        more = statement.of(drawn.without(statement.without)) - statement.of(drawn.here)
        yield statement.sign * ((more > 0) - (more < 0))


def _where(run: Run) -> str:
    return str(run.path or "the run")


def _refuse(run: Run, asker: Asker) -> None:
    """Raises CommandError: a run that is no plain one, or without uncertain numbers."""
    manifest, where = run.manifest, _where(run)
    if "follows" in manifest:
        raise CommandError(f"--guard: {where} goes on from another run, whose past has the numbers that it had; ask a run from the start")
    if "fork" in manifest or len(asker.history.stages) > 1:
        raise CommandError(f"--guard: {where} was forked, so that its past has the numbers that it had; ask a run from the start")
    if asker.history.stages[-1].policies:
        raise CommandError(f"--guard: {where} was run with policies, which may keep what they saw; only orders of the scenario can be guarded")
    if not manifest.get("uncertain"):
        raise CommandError(
            f"--guard: {where}: no number of its scenario is `uncertain`, so there is nothing to draw. Mark those that nobody knows, in the file or "
            "for example with --set pathogen.routes.contact.rates.anywhere='{uncertain: {lognormal: {mean: 0.5 per day, sd: 0.2 per day}}}', "
            "and run it again"
        )
