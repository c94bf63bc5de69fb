"""What each order did, as records: told as text and as a card, written as JSON and read from it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from hyosan.counterfactual.guard import Guard, Kept
from hyosan.counterfactual.plain import number, text, whole, yes
from hyosan.results.card import card

KIND = "orders"
"""What the JSON of this answer says it is."""
ALL_SUBSETS_HOW = "all subsets"


@dataclass(frozen=True)
class Part:
    """What one order did: the run against the world without it alone, and its share of what all of them did together."""

    order: str
    deaths_averted: int
    """Deaths in the world without it, less deaths in the run: below 0 it cost lives."""
    infections_averted: int
    deaths_share: float | None
    """Its Shapley value in deaths averted; None = not asked for."""
    infections_share: float | None
    flips: bool
    """Whether the ending is another kind without it alone."""
    deaths_kept: Kept | None = None
    """In how many draws of the uncertain numbers the deaths averted keep their sign; None = not guarded, or none averted."""
    infections_kept: Kept | None = None

    @property
    def did_something(self) -> bool:
        """Whether the numbers of the dead or the infected are other without it alone."""
        return self.deaths_averted != 0 or self.infections_averted != 0

    @property
    def shares(self) -> tuple[float, ...]:
        """Of deaths and infections averted; empty where they were not asked for."""
        return (self.deaths_share, self.infections_share) if self.deaths_share is not None and self.infections_share is not None else ()

    def to_json(self) -> dict[str, Any]:
        """As plain data; what was not guarded is left out."""
        told = {name: value for name, value in vars(self).items() if not name.endswith("_kept")}
        kept = {"deaths_kept": self.deaths_kept, "infections_kept": self.infections_kept}
        return told | {name: counts.to_json() for name, counts in kept.items() if counts is not None}

    @classmethod
    def from_json(cls, data: Any) -> Part:
        """What `to_json` wrote. Raises ValueError: anything else."""
        kept = [_kept(data.get(name)) for name in ("deaths_kept", "infections_kept")]
        averted = (whole(data["deaths_averted"]), whole(data["infections_averted"]))
        deaths, infections = (None if data[name] is None else number(data[name]) for name in ("deaths_share", "infections_share"))
        return cls(text(data["order"]), *averted, deaths, infections, yes(data["flips"]), *kept)


class Guarded(NamedTuple):
    """That an order averted (above 0) or caused (below 0) so many deaths or infections, and how that fares in the draws."""

    order: str
    what: str
    """`deaths` or `infections`."""
    value: int
    kept: Kept

    @property
    def did(self) -> str:
        """`averted` or `caused`."""
        return "averted" if self.value > 0 else "caused"

    @property
    def said(self) -> str:
        """`12 infections averted`."""
        return f"{abs(self.value):,} {self.what if abs(self.value) != 1 else self.what[:-1]} {self.did}"


@dataclass(frozen=True)
class Decisions:
    """What each order did, and the smallest sets of orders without which the ending is of another kind."""

    run: Mapping[str, Any]
    """Of which run: scenario, seed, history_hash, results_version."""
    parts: tuple[Part, ...]
    ending: str
    held: bool
    """Whether it held in the run."""
    flips: tuple[tuple[str, ...], ...]
    worlds: int
    """Worlds that were run, those of the guard apart."""
    how: str
    """`all subsets`, how many permutations, or the size of the sets that were looked at."""
    command: str
    guard: Guard | None = None
    flips_kept: Mapping[tuple[str, ...], Kept] = field(default_factory=dict)
    """Of each set that turns the ending and was guarded: in how many draws the figure asked about moves the same way without it."""

    @property
    def together(self) -> tuple[float, float]:
        """Deaths and infections averted by all orders together; 0 where no shares were asked for."""
        return math.fsum(part.deaths_share or 0 for part in self.parts), math.fsum(part.infections_share or 0 for part in self.parts)

    @property
    def has_shares(self) -> bool:
        """Whether shares were asked for."""
        return any(part.deaths_share is not None for part in self.parts)

    def ranked(self) -> list[Part]:
        """Those first that changed most alone: deaths before infections."""
        return sorted(self.parts, key=lambda part: (-abs(part.deaths_averted), -abs(part.infections_averted)))

    def with_guard(self, guard: Guard, kept: Mapping[tuple[str, ...], Kept]) -> Decisions:
        """The same with what came of the guard: counts by (`deaths` or `infections`, order) and (`flips`, order, order, ...)."""
        parts = tuple(
            replace(part, deaths_kept=kept.get(("deaths", part.order)), infections_kept=kept.get(("infections", part.order))) for part in self.parts
        )
        return replace(self, parts=parts, guard=guard, flips_kept={key[1:]: counts for key, counts in kept.items() if key[0] == "flips"})

    def guarded_statements(self) -> list[Guarded]:
        """What was guarded of single orders, those first that changed most."""
        both = ((part.order, what, part) for part in self.ranked() for what in ("deaths", "infections"))
        found = ((order, what, getattr(part, f"{what}_averted"), getattr(part, f"{what}_kept")) for order, what, part in both)
        return [Guarded(*one) for one in found if one[3] is not None]

    def to_json(self) -> dict[str, Any]:
        """All of it as plain data."""
        names = ("ending", "held", "worlds", "how", "command")
        told = {"kind": KIND, "run": dict(self.run)} | {name: getattr(self, name) for name in names}
        told |= {"orders": [part.to_json() for part in self.parts], "flips": list(map(list, self.flips))}
        if self.guard is None:
            return told
        kept = [{"orders": list(names), **counts.to_json()} for names, counts in self.flips_kept.items()]
        guard = {"draws": self.guard.draws, "numbers": list(self.guard.numbers), "orders": list(self.guard.orders), "worlds": self.guard.worlds}
        return told | {"guard": guard | {"flips": kept}}

    @classmethod
    def from_json(cls, data: Any) -> Decisions:
        """What `to_json` wrote. Raises ValueError: anything else."""
        try:
            if data["kind"] != KIND:
                raise ValueError(f"its kind is {str(data['kind'])[:60]!r}")
            run = {name: data["run"][name] for name in ("scenario", "seed", "history_hash", "results_version")}
            flips = tuple(tuple(map(text, names)) for names in data["flips"])
            parts, given = tuple(map(Part.from_json, data["orders"])), data.get("guard")
            ending, how = text(data["ending"]), (text(data["how"]), text(data["command"]))
            told = cls(run, parts, ending, yes(data["held"]), flips, whole(data["worlds"]), *how)
            if given is None:
                return told
            named = tuple(map(text, given["numbers"])), tuple(map(text, given["orders"]))
            kept = {tuple(map(text, one["orders"])): _kept(one) for one in given["flips"]}
            guard = Guard(whole(given["draws"]), *named, whole(given["worlds"]))
            return replace(told, guard=guard, flips_kept={names: counts for names, counts in kept.items() if counts is not None})
        except KeyError as error:
            raise ValueError(f"{error} is missing") from None
        except (TypeError, AttributeError) as error:
            raise ValueError(str(error)) from None

    def lines(self) -> list[str]:
        """As a table of text."""
        if not self.parts:
            return ["No order was given in this run: there is nothing to take away."]
        shared = self.has_shares
        columns = "  ".join([f"{'deaths':>11}  {'infections':>12}"] * (1 + shared))
        told = [f"{'':20}  {'without it alone':^25}{'  ' + format('its share of all', '^25') if shared else ''}".rstrip(), f"{'order':20}  {columns}"]
        for part in self.parts:
            alone = f"{part.deaths_averted:>+11,}  {part.infections_averted:>+12,}"
            shares = "".join(f"  {value:>+{width},.1f}" for value, width in zip(part.shares, (11, 12), strict=False))
            told.append(f"{part.order:20}  {alone}{shares}")
        return [*told, "", *self.notes()]

    def notes(self) -> list[str]:
        """What turns the ending, what came of a guard, and how all of it was found."""
        told = ["Deaths and infections averted by the order (+) or caused by it (-)."]
        kind = "holds" if self.held else "does not hold"
        told.append(f"`{self.ending}` {kind} in the run." if self.ending else "No kind of ending was asked about (--ending 'dead <= 100').")
        told += [self._flip(names) for names in self.flips]
        if self.ending and not self.flips:
            told.append("No set of these orders changes that." if self.how == ALL_SUBSETS_HOW else "No set that was looked at changes that.")
        told += self._guard_notes()
        found = f"{self.worlds:,} worlds on the same luck, each run on in memory or carried forward ({self.how})"
        return [*told, f"How it was found: {found}.", f"Again: {self.command}"]

    def _flip(self, names: tuple[str, ...]) -> str:
        kept = self.flips_kept.get(names)
        if kept is not None and not kept.stands:
            return f"Whether {' and '.join(names)} turned it {DEPENDS}: {kept.say()}."
        said = f"Without {' and '.join(names)} it would{' not' if self.held else ''} hold"
        return f"{said}." if self.guard is None else f"{said} ({kept.say() if kept is not None else 'not guarded'})."

    def _guard_notes(self) -> list[str]:
        """What stands when the uncertain numbers are drawn anew, and what depends on them."""
        if self.guard is None:
            return []
        told = [f"The guard: {self.guard.say()}."]
        statements = self.guarded_statements()
        told += [f"Finding: {one.order}, {one.said}: {one.kept.say()}." for one in statements if one.kept.stands]
        told += [f"No finding: {one.order}: that it {one.did} {one.what} {DEPENDS}: {one.kept.say()}." for one in statements if not one.kept.stands]
        left = [part.order for part in self.parts if part.did_something and part.order not in self.guard.orders]
        return told + ([f"Not guarded, as others did more: {', '.join(left)}."] if left else [])

    def _repr_html_(self) -> str:
        """A card for notebooks."""
        head = ("order", "deaths averted, alone", "infections", *("its share of deaths", "of infections") * self.has_shares)
        rows = [
            (part.order, f"{part.deaths_averted:+,}", f"{part.infections_averted:+,}", *(f"{value:+,.1f}" for value in part.shares))
            for part in self.parts
        ]
        return card("What each order did", self.notes(), head, rows)

    def __str__(self) -> str:
        return "\n".join(self.lines())


DEPENDS = "depends on numbers that are uncertain"


def _kept(data: Any) -> Kept | None:
    return None if data is None else Kept(whole(data["kept"]), whole(data["reversed"]), whole(data["nothing"]))
