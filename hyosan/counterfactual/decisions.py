"""Which decisions made the ending: every order taken away alone and with others, on the same luck.

An order's part in a number of the ending is its Shapley value: what it adds, averaged over all orders in which decisions could have been made.
Two orders of which either would have been enough have no single cause; the smallest sets whose absence changes the ending name them.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations
from math import factorial
from pathlib import Path
from typing import Any, NamedTuple

from hyosan.counterfactual.asked import command, decided
from hyosan.counterfactual.asker import Asker
from hyosan.counterfactual.outcome import Outcome
from hyosan.errors import CommandError
from hyosan.policy_record import Given
from hyosan.quantities import FIGURES
from hyosan.results.card import card
from hyosan.results.run import Run
from hyosan.scenario.nearest import did_you_mean

ALL_SUBSETS = 10
"""Orders up to which all their subsets are run."""
PERMUTATIONS = 64
"""Orders of decisions that are looked at where there are more."""

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
        value = Fraction(one.ending.figures(one.end_second)[self.figure])
        return {"<=": value <= self.bound, ">=": value >= self.bound, "<": value < self.bound, ">": value > self.bound}[self.sign]

    def say(self) -> str:
        """As it was asked."""
        return f"{self.figure} {self.sign} {float(self.bound):g}"


@dataclass(frozen=True)
class Part:
    """What one order did: the run against the world without it alone, and its share of what all of them did together."""

    order: str
    deaths_averted: int
    """Deaths in the world without it, less deaths in the run: below 0 it cost lives."""
    infections_averted: int
    deaths_share: float
    """Its Shapley value in deaths averted."""
    infections_share: float
    flips: bool
    """Whether the ending is another kind without it alone."""


@dataclass(frozen=True)
class Decisions:
    """What each order did, and the smallest sets of orders without which the ending is of another kind."""

    parts: tuple[Part, ...]
    ending: str
    held: bool
    """Whether it held in the run."""
    flips: tuple[tuple[str, ...], ...]
    worlds: int
    """Worlds that were run."""
    how: str
    """`all subsets`, or how many permutations."""
    command: str

    def to_json(self) -> dict[str, Any]:
        """All of it as plain data."""
        names = ("ending", "held", "worlds", "how", "command")
        return {name: getattr(self, name) for name in names} | {"orders": [vars(part) for part in self.parts], "flips": list(map(list, self.flips))}

    def lines(self) -> list[str]:
        """As a table of text."""
        if not self.parts:
            return ["No order was given in this run: there is nothing to take away."]
        columns = "  ".join([f"{'deaths':>11}  {'infections':>12}"] * 2)
        told = [f"{'':20}  {'without it alone':^25}  {'its share of all':^25}", f"{'order':20}  {columns}"]
        for part in self.parts:
            alone = f"{part.deaths_averted:>+11,}  {part.infections_averted:>+12,}"
            told.append(f"{part.order:20}  {alone}  {part.deaths_share:>+11,.1f}  {part.infections_share:>+12,.1f}")
        return [*told, "", *self.notes()]

    def notes(self) -> list[str]:
        """What turns the ending, and how all of it was found."""
        told = ["Deaths and infections averted by the order (+) or caused by it (-)."]
        kind = "holds" if self.held else "does not hold"
        told.append(f"`{self.ending}` {kind} in the run." if self.ending else "No kind of ending was asked about (--ending 'dead <= 100').")
        told += [f"Without {' and '.join(one)} it would{' not' if self.held else ''} hold." for one in self.flips]
        if self.ending and not self.flips:
            told.append("No set of these orders changes that." if self.how == "all subsets" else "No set that was looked at changes that.")
        return [*told, f"How it was found: {self.worlds:,} worlds on the same luck, run on in memory ({self.how}).", f"Again: {self.command}"]

    def _repr_html_(self) -> str:
        """A card for notebooks."""
        head = ("order", "deaths averted, alone", "infections", "its share of deaths", "of infections")
        rows = [
            (part.order, f"{part.deaths_averted:+,}", f"{part.infections_averted:+,}", f"{part.deaths_share:+,.1f}", f"{part.infections_share:+,.1f}")
            for part in self.parts
        ]
        return card("What each order did", self.notes(), head, rows)

    def __str__(self) -> str:
        return "\n".join(self.lines())


class _Worlds:
    """Worlds without sets of orders, each run once."""

    def __init__(self, asker: Asker, since: dict[str, int], progress: Callable[[int], None] | None) -> None:
        self.asker, self.since, self.progress = asker, since, progress
        self.known: dict[Set, Outcome] = {frozenset(): asker.here}

    def without(self, names: Iterable[str]) -> Outcome:
        """How the world without these orders came out."""
        key = frozenset(names)
        if key not in self.known:
            first = min(key, key=lambda name: (self.since[name], name))
            self.known[key] = self.asker.decided_otherwise(first, self.since[first], {f"orders.{name}": None for name in sorted(key)}).outcome
            if self.progress is not None:
                self.progress(len(self.known) - 1)
        return self.known[key]


def each_order(
    source: Run | Path | str,
    *,
    ending: str | None = None,
    policies: Given = None,
    files: Path | str | None = None,
    threads: int | None = None,
    progress: Callable[[int], None] | None = None,
) -> Decisions:
    """What each order of a finished run did to its ending: without it alone, its share, and the smallest sets that turn the ending.

    `ending` is a bound on a figure of the ending, such as "dead <= 100". Up to `ALL_SUBSETS` orders that were given all their subsets are run,
    beyond that `PERMUTATIONS` random orders of decisions, and sets of up to two. `progress` is told how many worlds were run. Other arguments
    and errors as of `hyosan.whatif`. Raises CommandError: no such figure.
    """
    bound = Ended.read(ending) if ending is not None else None
    asker = Asker(source, policies=policies, files=files, threads=threads)
    asker.history.keep()
    names, begin = tuple(asker.history.stages[-1].scenario.orders), asker.run.manifest.get("follows", {}).get("second", 0)
    standing = {row["order"] for row in asker.run.orders.select(["order", "second_decided"]).to_pylist() if row["second_decided"] < begin}
    found = {name: one.second for name in names if name not in standing and (one := decided(asker.run, name, names)) is not None}
    worlds = _Worlds(asker, found, progress)
    orders = sorted(found, key=lambda name: (found[name], name))
    whole = len(orders) <= ALL_SUBSETS
    shares = _by_subsets(orders, worlds) if whole else _by_permutations(orders, worlds)
    parts = []
    for name in orders:
        alone = worlds.without([name])
        deaths, infections = len(alone.dead) - len(asker.here.dead), len(alone.infected) - len(asker.here.infected)
        flips = bound is not None and bound.holds(alone) != bound.holds(asker.here)
        parts.append(Part(name, deaths, infections, float(shares[name][0]), float(shares[name][1]), flips))
    flipping = _flips(orders, worlds, bound, len(orders) if whole else 2) if bound is not None else ()
    again = command(asker.run, None, "--each order" + (f" --ending {ending!r}" if ending is not None else ""))
    how = "all subsets" if whole else f"{PERMUTATIONS} random orders of decisions"
    return Decisions(
        tuple(parts), bound.say() if bound is not None else "", bound is not None and bound.holds(asker.here), flipping, len(worlds.known), how, again
    )


def _added(worlds: _Worlds, without: Set, name: str) -> tuple[int, int]:
    """Deaths and infections that giving an order averts where those `without`, itself among them, are not given."""
    absent, present = worlds.without(without), worlds.without(without - {name})
    return len(absent.dead) - len(present.dead), len(absent.infected) - len(present.infected)


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
