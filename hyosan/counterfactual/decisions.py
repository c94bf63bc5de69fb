"""Which decisions made the ending: every order taken away alone and with others, on the same luck.

An order's part in a number of the ending is its Shapley value: what it adds, averaged over all orders in which decisions could have been made.
Two orders of which either would have been enough have no single cause; the smallest sets whose absence changes the ending name them.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterable
from decimal import Decimal
from fractions import Fraction
from itertools import combinations
from math import factorial
from pathlib import Path
from typing import NamedTuple

from hyosan.counterfactual.asked import command, first_decided, identity
from hyosan.counterfactual.asker import Asker
from hyosan.counterfactual.guard import Draws, Statement, guarded
from hyosan.counterfactual.outcome import Outcome
from hyosan.counterfactual.parts import ALL_SUBSETS_HOW, Decisions, Part
from hyosan.errors import CommandError
from hyosan.policy_record import Given
from hyosan.quantities import FIGURES
from hyosan.results.run import Run
from hyosan.scenario.nearest import did_you_mean

ALL_SUBSETS = 10
"""Orders up to which all their subsets are run."""
PERMUTATIONS = 64
"""Orders of decisions that are looked at where there are more."""
GUARDED = 5
"""Orders, and sets of orders that turn the ending, that a guard draws numbers for: of the orders those that did most alone."""

Set = frozenset[str]


class Ended(NamedTuple):
    """A bound on a figure of the ending: the ending is one kind within it, another beyond."""

    figure: str
    sign: str
    bound: Fraction

    @classmethod
    def read(cls, text: str) -> Ended:
        """From text such as `dead <= 100`. Raises CommandError: no figure, sign or number."""
        found = re.fullmatch(r"\s*([a-z_]+)\s*(<=|>=|<|>)\s*(\d{1,12}(?:\.\d{1,6})?)\s*", text)
        if found is None:
            raise CommandError(f"--ending: {text[:60]!r} is no bound on a figure of the ending; write for example 'dead <= 100'")
        if found[1] not in FIGURES:
            raise CommandError(f"--ending: there is no figure {found[1]!r}; {did_you_mean(found[1], FIGURES)}")
        return cls(found[1], found[2], Fraction(found[3]))

    def holds(self, one: Outcome) -> bool:
        """Whether it holds of an ending."""
        value = self.of(one)
        return {"<=": value <= self.bound, ">=": value >= self.bound, "<": value < self.bound, ">": value > self.bound}[self.sign]

    def of(self, one: Outcome) -> Fraction:
        """The figure, in what it counts."""
        return Fraction(one.ending.figures(one.end_second)[self.figure])

    def number(self) -> str:
        """The bound, all of its digits."""
        return f"{Decimal(self.bound.numerator) / Decimal(self.bound.denominator):f}"

    def say(self) -> str:
        """As it was asked."""
        return f"{self.figure} {self.sign} {self.number()}"


class _Worlds:
    """Worlds without sets of orders, each run once."""

    def __init__(self, asker: Asker, since: dict[str, int], tell: Callable[[str], None]) -> None:
        self.asker, self.since, self.tell = asker, since, tell
        self.known: dict[Set, Outcome] = {frozenset(): asker.here}

    def without(self, names: Iterable[str]) -> Outcome:
        """How the world without these orders came out."""
        key = frozenset(names)
        if key not in self.known:
            first = min(key, key=lambda name: (self.since[name], name))
            self.known[key] = self.asker.decided_otherwise(first, self.since[first], {f"orders.{name}": None for name in sorted(key)}).outcome
            self.tell(f"{len(self.known) - 1:,} worlds")
        return self.known[key]


def each_order(
    source: Run | Path | str,
    *,
    ending: str | None = None,
    sets: int | None = None,
    guard: int | None = None,
    policies: Given = None,
    files: Path | str | None = None,
    threads: int | None = None,
    progress: Callable[[str], None] | None = None,
) -> Decisions:
    """What each order of a finished run did to its ending: without it alone, its share, and the smallest sets that turn the ending.

    `ending` is a bound on a figure of the ending, such as "dead <= 100". Up to `ALL_SUBSETS` orders that were given all their subsets are run,
    beyond that `PERMUTATIONS` random orders of decisions, and sets of up to two. `sets` (1 or more) bounds it: only sets of up to so many orders
    are taken away, 1 each alone, and no shares are told; that is a world for each set. `guard` is a number of draws (1 or more) of the scenario's
    uncertain numbers: in each, the world is run with all orders and without those that did most (`GUARDED` of them, and of the sets that turn
    the ending), and it is counted how often what they did keeps its sign. `progress` is told in words how far it is. Other arguments and errors as
    of `hyosan.whatif`. Raises CommandError: no such figure; a guard of a run that was forked, goes on from another, has policies, or no uncertain
    number. ScenarioError: a draw with which the scenario is none.
    """
    bound = Ended.read(ending) if ending is not None else None
    asker, tell = Asker(source, many=True, policies=policies, files=files, threads=threads), progress or _silently
    draws = _draws(asker, guard) if guard is not None else None
    found = first_decided(asker.run, tuple(asker.history.stages[-1].scenario.orders))
    worlds = _Worlds(asker, found, tell)
    orders = sorted(found, key=lambda name: (found[name], name))
    shares, most, how = _looked_at(orders, worlds, sets)
    parts = []
    for name in orders:
        alone = worlds.without([name])
        deaths, infections = _deaths(alone) - _deaths(asker.here), _infections(alone) - _infections(asker.here)
        flips = bound is not None and bound.holds(alone) != bound.holds(asker.here)
        share = shares.get(name, (None, None))
        parts.append(Part(name, deaths, infections, share[0], share[1], flips))
    flipping = _flips(orders, worlds, bound, most) if bound is not None else ()
    options = [f"--{name} {value!r}" for name, value in (("ending", ending), ("sets", sets), ("guard", guard)) if value is not None]
    again = command(asker.run, None, " ".join(["--each order", *options]))
    held = bound is not None and bound.holds(asker.here)
    told = Decisions(identity(asker.run), tuple(parts), bound.say() if bound is not None else "", held, flipping, len(worlds.known), how, again)
    return _guarded(told, draws, guard, bound, worlds, tell) if draws is not None and guard is not None else told


def _looked_at(orders: list[str], worlds: _Worlds, sets: int | None) -> tuple[dict[str, tuple[float, float]], int, str]:
    """The shares of orders, if they are asked for, of how many orders sets are taken away at most, and how that is said."""
    if sets is not None and sets < 1:
        raise CommandError(f"--sets: {sets} is no number of orders; 1 takes each away alone")
    if sets is not None and sets < len(orders):
        return {}, sets, "each order alone" if sets == 1 else f"sets of up to {sets} orders"
    whole = len(orders) <= ALL_SUBSETS
    shares = _by_subsets(orders, worlds) if whole else _by_permutations(orders, worlds)
    how = ALL_SUBSETS_HOW if whole else f"{PERMUTATIONS} random orders of decisions"
    return {name: (float(deaths), float(infections)) for name, (deaths, infections) in shares.items()}, len(orders) if whole else 2, how


def _silently(_: str) -> None:
    """Progress that nobody is told."""


def _deaths(one: Outcome) -> int:
    return len(one.dead)


def _infections(one: Outcome) -> int:
    return len(one.infected)


def _draws(asker: Asker, guard: int) -> Draws:
    if guard < 1:
        raise CommandError(f"--guard: {guard} is no number of draws; 1 or more are needed")
    return Draws(asker)


def _guarded(told: Decisions, draws: Draws, guard: int, bound: Ended | None, worlds: _Worlds, tell: Callable[[str], None]) -> Decisions:
    """The same with what came of the guard."""
    chosen = [part.order for part in told.ranked() if part.did_something][:GUARDED]
    statements: dict[tuple[str, ...], Statement] = {}
    for part in told.parts:
        if part.order in chosen:
            for kind, value, of in (("deaths", part.deaths_averted, _deaths), ("infections", part.infections_averted, _infections)):
                if value:
                    statements[kind, part.order] = Statement(frozenset([part.order]), of, 1 if value > 0 else -1)
    if bound is not None:
        for names in told.flips[:GUARDED]:
            more = bound.of(worlds.without(names)) > bound.of(worlds.asker.here)
            statements["flips", *names] = Statement(frozenset(names), bound.of, 1 if more else -1)
    how, counts = guarded(draws, guard, list(statements.values()), chosen, tell)
    return told.with_guard(how, dict(zip(statements, counts, strict=True)))


def _added(worlds: _Worlds, without: Set, name: str) -> tuple[int, int]:
    """Deaths and infections that giving an order averts where those `without`, itself among them, are not given."""
    absent, present = worlds.without(without), worlds.without(without - {name})
    return _deaths(absent) - _deaths(present), _infections(absent) - _infections(present)


def _by_subsets(orders: list[str], worlds: _Worlds) -> dict[str, tuple[Fraction, Fraction]]:
    """Shapley values from all subsets."""
    found, size = {}, len(orders)
    for name in orders:
        deaths = infections = Fraction(0)
        others = [other for other in orders if other != name]
        for count in range(size):
            weight = Fraction(factorial(count) * factorial(size - count - 1), factorial(size))
            for absent in combinations(others, count):
                one, two = _added(worlds, frozenset(absent) | {name}, name)
                deaths, infections = deaths + weight * one, infections + weight * two
        found[name] = (deaths, infections)
    return found


def _by_permutations(orders: list[str], worlds: _Worlds) -> dict[str, tuple[Fraction, Fraction]]:
    """Shapley values estimated from random orders of decisions; they add up to what all orders did, exactly."""
    draw, sums = random.Random(1), {name: [Fraction(0), Fraction(0)] for name in orders}
    for _ in range(PERMUTATIONS):
        absent: Set = frozenset()
        for name in draw.sample(orders, len(orders)):
            absent |= {name}
            for k, value in enumerate(_added(worlds, absent, name)):
                sums[name][k] += Fraction(value, PERMUTATIONS)
    return {name: (deaths, infections) for name, (deaths, infections) in sums.items()}


def _flips(orders: list[str], worlds: _Worlds, bound: Ended, most: int) -> tuple[tuple[str, ...], ...]:
    """The smallest sets, none within another, without which the ending is of another kind."""
    found: list[tuple[str, ...]] = []
    here = bound.holds(worlds.without(()))
    for count in range(1, most + 1):
        for names in combinations(orders, count):
            if not any(set(one) <= set(names) for one in found) and bound.holds(worlds.without(names)) != here:
                found.append(names)
    return tuple(found)
