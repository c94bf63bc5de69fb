"""Are the claims of a scenario true of a run? Judged by its tables alone. Reports of runs and members of studies ask here.

`Log` takes the rows of a run as they come and keeps what the claims ask for: how many rows meet conditions, the first and last of them, some
quantities, the orders. So a member of a study, which forgets its rows, is judged as a run folder is.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from hyosan.quantities import QUANTITIES
from hyosan.results.ending import Ending
from hyosan.results.rows import MANIFEST, condition, meeting
from hyosan.results.run import Run
from hyosan.scenario.claims import Claim, read_holds
from hyosan.scenario.log_words import DATED, Rows, Term, When, read_figure, read_moment
from hyosan.scenario.objectives import say_number
from hyosan.units import DAY_SECONDS, Moment, say_clock

MET, MISSED, OPEN = "met", "missed", "open"
FLUSH_ROWS = 65_536
"""Rows of a table that are held until they are looked through."""
TWINS = {"reported_infected": "infected", "reported_dead": "dead"}
"""Quantities that are reported, and the same in truth."""
_OF_ENDING = {
    "dead": ("ending.killed_in_strikes", "ending.killed_otherwise"), "days": ("end_second",),
    "killed_in_strikes_not_infected": ("ending.killed_in_strikes.not_infected",),
}  # fmt: skip
_ORDERS = ("order", "number", "second_decided", "second_effective", "second_ended")
Rest = tuple[str, tuple[str, ...], tuple[str, ...]]
"""Rows that something rests on: table, conditions, columns; as `report.evidence.Source`."""


class Shown(NamedTuple):
    """A figure told beside a claim."""

    label: str
    value: float | None
    rests: tuple[Rest, ...]


class Judged(NamedTuple):
    """What came of a claim."""

    verdict: str
    """`met`, `missed`, `open`."""
    value: float | None
    """Of a figure, the number; None if this run has none, and for all else."""
    told: str
    """What was found, in words."""
    distance: float
    """How far the run is from the claim, see `distance`; 0 for an open one."""
    rests: tuple[Rest, ...]
    shown: tuple[Shown, ...]


class _Found:
    """How many rows there were, and the first and last moment of them."""

    def __init__(self) -> None:
        self.count, self.first, self.last = 0, None, None  # type: int, int | None, int | None

    def add(self, seconds: NDArray[np.int64] | None, count: int) -> None:
        self.count += count
        if seconds is not None and count:
            least, most = int(seconds.min()), int(seconds.max())
            self.first = least if self.first is None else min(self.first, least)
            self.last = most if self.last is None else max(self.last, most)


class Log:
    """What claims ask of the tables of a run, gathered batch by batch."""

    def __init__(self, claims: Mapping[str, Claim], orders: tuple[str, ...], start_clock_seconds: float) -> None:
        self.claims, self.start = claims, start_clock_seconds
        self.orders = tuple(dict.fromkeys(name for one in claims.values() for name in one.orders(orders)))
        self._rows: dict[Rows, _Found] = {}
        self._series: dict[str, list[tuple[int, int]]] = {}
        self._given: dict[str, list[tuple[int, int, int]]] = {}
        self._held: dict[str, list[Any]] = {}
        for claim in claims.values():
            self._ask(claim)
        self.tables = {rows.table for rows in self._rows} | {"orders"} | ({"series"} if self._series else set())

    @classmethod
    def of(cls, run: Run, claims: Mapping[str, Claim], orders: tuple[str, ...]) -> Log:
        """The log of a finished run."""
        found = cls(claims, orders, run.manifest["start_clock_seconds"])
        for table in sorted(found.tables):
            for batch in run.batches(table):
                found.take(table, batch)
        return found

    def _ask(self, claim: Claim) -> None:
        """Note what a claim needs."""
        for text in (*((claim.figure,) if claim.figure else ()), *claim.shows.values()):
            for term in (*read_figure(text, self.orders), *_twins(text, self.orders)):
                self._ask_term(term)
        for text in (claim.order or {}).values():
            self._ask_moment(read_moment(text, self.orders))
        if claim.holds is not None:
            asked, when = read_holds(claim.holds, self.orders, self.start)
            self._series |= {name: [] for name in asked.names if name in QUANTITIES}
            self._ask_moment(when)

    def _ask_term(self, term: Term) -> None:
        if term.rows is not None:
            self._rows[term.rows] = _Found()
        if term.kind == "series":
            self._series[term.name] = []
        for when in term.moments:
            self._ask_moment(when)

    def _ask_moment(self, when: When) -> None:
        if when.rows is not None:
            self._rows[when.rows] = _Found()

    def take(self, table: str, batch: Any) -> None:
        """Take some rows of a table (`pyarrow.RecordBatch`, or `pyarrow.Table`)."""
        if table not in self.tables or not batch.num_rows:
            return
        held = self._held.setdefault(table, [])
        held.append(batch if isinstance(batch, pa.Table) else pa.Table.from_batches([batch]))
        if sum(one.num_rows for one in held) >= FLUSH_ROWS:
            self._look(table)

    def _look(self, table: str) -> None:
        held = self._held.pop(table, [])
        if not held:
            return
        rows = pa.concat_tables(held).combine_chunks()
        for wanted, found in self._rows.items():
            if wanted.table == table:
                met = meeting(rows, table, wanted.where)
                seconds = rows[DATED[table]].to_numpy()[met] if table in DATED else None
                found.add(seconds, int(met.sum()))
        if table == "orders":
            for name, _, *moments in zip(*(rows[column].to_pylist() for column in _ORDERS), strict=True):
                self._given.setdefault(name, []).append((moments[0], moments[1], moments[2]))
        if table == "series":
            for name, kept in self._series.items():
                met = meeting(rows, table, ("zone=all", f"view={QUANTITIES[name].view}", f"quantity={name}"))
                kept += zip(rows["second"].to_numpy()[met].tolist(), rows["value"].to_numpy()[met].tolist(), strict=True)

    # what they say ------------------------------------------------------------------------------------------------------------------

    def judge(self, manifest: Mapping[str, Any]) -> dict[str, Judged]:
        """The verdict on each claim, given the manifest of the run."""
        for table in list(self._held):
            self._look(table)
        return {name: self._judge(claim, manifest) for name, claim in self.claims.items()}

    def _judge(self, claim: Claim, manifest: Mapping[str, Any]) -> Judged:
        shown = tuple(Shown(label, *self._figure(text, manifest)) for label, text in claim.shows.items())
        if claim.kind == "open":
            return Judged(OPEN, None, "", 0.0, (), shown)
        ways = {"figure": self._by_figure, "holds": self._by_condition, "order": self._by_order}
        verdict, value, told, away, rests = ways[claim.kind](claim, manifest)
        return Judged(verdict, value, told, away, rests, shown)

    def _by_figure(self, claim: Claim, manifest: Mapping[str, Any]) -> tuple[str, float | None, str, float, tuple[Rest, ...]]:
        assert claim.figure is not None
        value, rests = self._figure(claim.figure, manifest)
        low, high = claim.range
        met = value is not None and low <= value <= high
        if value is None:
            told = "this run has no such figure: " + "; ".join(self._never(term, manifest) for term in read_figure(claim.figure, self.orders))
        else:
            told = f"it was {say_number(round(value, 2))}"
        if twins := _twins(claim.figure, self.orders):
            parts = [self._term(term, manifest) for term in twins]
            true = sum(part or 0 for part, _ in parts)
            told, rests = f"{told}; in truth {say_number(true)}", (*rests, *(rest for _, more in parts for rest in more))
        return MET if met else MISSED, value, told, distance(claim, value, met), tuple(dict.fromkeys(rests))

    def _by_condition(self, claim: Claim, manifest: Mapping[str, Any]) -> tuple[str, float | None, str, float, tuple[Rest, ...]]:
        assert claim.holds is not None
        asked, when = read_holds(claim.holds, self.orders, self.start)
        second, rests = self._moment(when, manifest)
        named = sorted({name.rpartition(".")[0] for name in asked.names if name not in QUANTITIES})
        rests += (("orders", (condition("order", *named),), _ORDERS),) if named else ()
        if second is None:
            return MISSED, None, _never_came(when), 1.0, tuple(dict.fromkeys(rests))
        rests += tuple(_of_series(name, second) for name in sorted(asked.names) if name in QUANTITIES)
        holds = asked.holds(self._values(second))
        told = f"{'it held' if holds else 'it did not hold'} on {say_clock(second, self.start)}"
        return MET if holds else MISSED, None, told, float(not holds), tuple(dict.fromkeys(rests))

    def _by_order(self, claim: Claim, manifest: Mapping[str, Any]) -> tuple[str, float | None, str, float, tuple[Rest, ...]]:
        assert claim.order is not None
        rests: list[Rest] = []
        moments: dict[str, int] = {}
        never, late = [], []
        for label, text in claim.order.items():
            second, more = self._moment(read_moment(text, self.orders), manifest)
            rests += more
            if second is None:
                never.append(label)
                continue
            late += [f"{other} ({say_clock(at, self.start)}) came after {label} ({say_clock(second, self.start)})"
                     for other, at in list(moments.items())[-1:] if at > second]  # fmt: skip
            moments[label] = second
        wrong = [*(f"{label} never came" for label in never), *late]
        told = "; ".join(wrong) if wrong else ", ".join(f"{label} {say_clock(at, self.start)}" for label, at in moments.items())
        return MISSED if wrong else MET, None, told, float(bool(wrong)), tuple(dict.fromkeys(rests))

    def _values(self, second: int) -> dict[str, int | Fraction]:
        """What a condition may ask for, at a second."""
        values: dict[str, int | Fraction] = {name: self._at(name, second) or 0 for name in self._series}
        for name in self.orders:
            rows = [row for row in self._given.get(name, ()) if row[0] <= second]
            decided, effective, ended = rows[-1] if rows else (-1, -1, -1)
            began, over = 0 <= effective <= second, 0 <= ended <= second
            values |= {
                f"{name}.decided": int(decided >= 0), f"{name}.effective": int(began), f"{name}.ended": int(over), f"{name}.count": len(rows),
                f"{name}.hours": Fraction((ended if over else second) - effective, 3600) if began else 0,
            }  # fmt: skip
        return values

    def _figure(self, text: str, manifest: Mapping[str, Any]) -> tuple[float | None, tuple[Rest, ...]]:
        parts = [self._term(term, manifest) for term in read_figure(text, self.orders)]
        values = [value for value, _ in parts if value is not None]
        rests = tuple(dict.fromkeys(rest for _, more in parts for rest in more))
        return (sum(values) if len(values) == len(parts) else None), rests

    def _term(self, term: Term, manifest: Mapping[str, Any]) -> tuple[float | None, tuple[Rest, ...]]:
        if term.kind == "ending":
            return _of_ending(term.name, manifest)
        if term.rows is not None:
            return self._rows[term.rows].count, ((*term.rows, ()),)
        moments = [self._moment(when, manifest) for when in term.moments]
        rests = tuple(rest for _, more in moments for rest in more)
        seconds = [second for second, _ in moments if second is not None]
        if len(seconds) < len(moments):
            return None, rests
        if term.kind == "days":
            return (seconds[1] - seconds[0]) / DAY_SECONDS, rests
        return self._at(term.name, seconds[0]), (*rests, _of_series(term.name, seconds[0]))

    def _moment(self, when: When, manifest: Mapping[str, Any]) -> tuple[int | None, tuple[Rest, ...]]:
        """The second of a moment, None if it never came, and what it rests on."""
        if when.kind == "start":
            return int(manifest.get("follows", {}).get("second", 0)), ()
        if when.kind == "end":
            return int(manifest["end_second"]), ()
        if when.kind == "clock":
            second = Moment(when.text).second(self.start)
            return (second if second <= manifest["end_second"] else None), ((MANIFEST, ("end_second",), ()),)
        if when.rows is not None:
            found = self._rows[when.rows]
            return (found.first if when.which == "first" else found.last), ((*when.rows, (DATED[when.rows.table],)),)
        given = self._given.get(when.name, [])
        chosen = given[:1] if when.which == "first" else given[-1:]
        seconds = [row[("decided", "effective", "ended").index(when.step)] for row in chosen]
        rests: Rest = ("orders", (condition("order", when.name),), ("number", f"second_{when.step}"))
        return next((second for second in seconds if second >= 0), None), (rests,)

    def _never(self, term: Term, manifest: Mapping[str, Any]) -> str:
        missing = [when for when in term.moments if self._moment(when, manifest)[0] is None]
        return _never_came(missing[0]) if missing else f"{term.text} was never counted"

    def _at(self, name: str, second: int) -> int | None:
        rows = [value for at, value in self._series[name] if at <= second]
        return rows[-1] if rows else None


def distance(claim: Claim, value: float | None, met: bool) -> float:
    """How far a figure is from its claim: |figure - target| / tolerance, of a range from its middle in halves of it.

    A figure that the run does not have counts as 0. Where no tolerance is given, or one end alone, it is 0 or 1 as of conditions and orders.
    """
    low, high = claim.range
    half = (high - low) / 2
    if not 0 < half < 1e299:
        return float(not met)
    return abs((value or 0.0) - (low + high) / 2) / half


def _never_came(when: When) -> str:
    return f"the run ended before {when.text}" if when.kind == "clock" else f"{when.text} never came"


def _of_ending(name: str, manifest: Mapping[str, Any]) -> tuple[float, tuple[Rest, ...]]:
    ending = Ending.from_json(manifest["ending"])
    figures = ending.figures(manifest["end_second"])
    if name in figures:
        return figures[name], ((MANIFEST, _OF_ENDING.get(name, (f"ending.{name}",)), ()),)
    group, _, part = name.partition(".")
    return getattr(getattr(ending, group), part or "total"), ((MANIFEST, (f"ending.{name}",), ()),)


def _of_series(name: str, second: int) -> Rest:
    where = ("zone=all", f"view={QUANTITIES[name].view}", f"quantity={name}", f"second<={second}")
    return "series", where, ("second", "value")


def _twins(text: str, orders: tuple[str, ...]) -> tuple[Term, ...]:
    """The same figure in truth, where it is one that was reported."""
    terms = read_figure(text, orders)
    names = {term.name for term in terms if term.kind in ("ending", "series")}
    if not any(name.startswith("reported_killed") or name in TWINS for name in names):
        return ()
    found = []
    for term in terms:
        name = TWINS.get(term.name, term.name.removeprefix("reported_"))
        found.append(term._replace(name=name) if term.kind in ("ending", "series") and name != term.name else term)
    return tuple(found)
