"""Everybody who was infected, by how many infections would really have been averted had they never been; beside what the tree says.

The tree of who infected whom is no cause: whoever is not infected by one may be by another. In a contained outbreak both numbers are near
each other, in a lost one they are not.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from hyosan.counterfactual.asker import Asker
from hyosan.errors import CommandError
from hyosan.policy_record import Given
from hyosan.results.card import card
from hyosan.results.names import names_of
from hyosan.results.run import Run
from hyosan.results.tree import descendant_counts

TOP = 10
"""People told of, unless more are asked for."""


class Averted(NamedTuple):
    """What one person's never being infected would have done to all others, and how many people hang on them in the tree."""

    person: int
    averted: int
    """Infections of others averted, less those caused."""
    deaths_averted: int
    """Deaths averted, less those caused, the person's own among them."""
    descendants: int
    how: str
    """As of `WhatIf.how`."""
    recomputed: int


@dataclass(frozen=True)
class People:
    """People by infections really averted, most first."""

    rows: tuple[Averted, ...]
    infected: int
    """People infected in the run; of them `rows` are those asked about."""
    why_forks: str
    """Why differences could not be carried forward; empty if they could."""
    names: dict[int, str] = field(default_factory=dict)
    """Names of those people who have one, by id."""

    def say(self, person: int) -> str:
        """A name, or an id."""
        return self.names.get(person, str(person))

    @property
    def forks(self) -> int:
        """Of how many the answer was found by running on."""
        return sum(row.how == "fork" for row in self.rows)

    def to_json(self) -> dict[str, Any]:
        """All rows as plain data."""
        return {"infected": self.infected, "asked": len(self.rows), "forks": self.forks, "why_forks": self.why_forks, **self.sums()} | {
            "people": [row._asdict() for row in self.rows]
        }

    def sums(self) -> dict[str, int]:
        """Over all asked about: really averted, and descendants."""
        return {"averted": sum(row.averted for row in self.rows), "descendants": sum(row.descendants for row in self.rows)}

    def lines(self, top: int = TOP) -> list[str]:
        """The first of them as a table of text."""
        sums, shown = self.sums(), self.rows[:top]
        told = [f"{len(self.rows):,} of {self.infected:,} infected people were each spared in turn; the {len(shown):,} who cost most:", ""]
        wide = max([10, *(len(self.say(row.person)) for row in shown)])
        told.append(f"{'person':>{wide}}  {'infections averted':>18}  {'below in the tree':>17}  {'deaths averted':>14}")
        told += [f"{self.say(row.person):>{wide}}  {row.averted:>18,}  {row.descendants:>17,}  {row.deaths_averted:>14,}" for row in shown]
        ratio = f"{sums['averted'] / sums['descendants']:.2f}" if sums["descendants"] else "-"
        told += [
            "",
            f"All of them: {sums['averted']:,} infections of others averted, {sums['descendants']:,} by the tree: a ratio of {ratio}.",
        ]
        steps = sum(row.recomputed for row in self.rows)
        carried = f"{len(self.rows) - self.forks:,} by carrying the difference forward ({steps:,} steps of one person)"
        why = f" ({self.why_forks})" if self.why_forks else " (too many people would differ)" if self.forks else ""
        return [*told, f"Found: {carried}, {self.forks:,} by running on{why}."]

    def _repr_html_(self) -> str:
        """A card for notebooks."""
        head = ("person", "infections averted", "below in the tree", "deaths averted")
        rows = [(self.say(row.person), f"{row.averted:,}", f"{row.descendants:,}", f"{row.deaths_averted:,}") for row in self.rows[:TOP]]
        return card("Spared in turn", self.lines(TOP)[-2:], head, rows)

    def __str__(self) -> str:
        return "\n".join(self.lines())


def each_person(
    source: Run | Path | str,
    *,
    most: int = 1000,
    policies: Given = None,
    files: Path | str | None = None,
    threads: int | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> People:
    """Ask of everybody who was infected what if they had never been; of more than `most`, those with most descendants.

    `progress` is told how many are done, of how many. Other arguments and errors as of `hyosan.whatif`. Raises CommandError: `most` below 1.
    """
    if most < 1:
        raise CommandError(f"--most: {most} is none; at least 1 is needed")
    asker = Asker(source, many=True, policies=policies, files=files, threads=threads)
    counts = descendant_counts(asker.run)
    chosen = sorted(counts, key=lambda person: (-counts[person], person))[:most]
    rows = []
    for number, person in enumerate(chosen):
        found = asker.never_infected(person)
        deaths = len(found.dead_only_here) - len(found.dead_only_there)
        rows.append(Averted(person, found.spared_others(), deaths, counts[person], found.how, found.recomputed))
        if progress is not None:
            progress(number + 1, len(chosen))
    rows.sort(key=lambda row: (-row.averted, -row.descendants, row.person))
    return People(tuple(rows), len(counts), asker.why if asker.propagation is None else "", names_of(asker.run))
