"""What can be asked of the tables of a run, in a few words: a figure (`ending.alive`), a moment (`strike.effective`), each read once into parts.

    ending.alive                                 a figure of the ending
    people ending=alive_human age<20             how many rows of a table meet all conditions, as of `hyosan rows`
    turned at day 3 14:00                        a quantity of the series at a moment; without one, at the end
    days from martial_law.decided to martial_law.ended

Figures may be added with `+`. A moment is `start`, `end`, one by the clock, `ORDER.decided`, `.effective`, `.ended` (of the first giving; of the last
after `last`), or the first (`last`: the last) row of `events`, `injects` or `series` that meets conditions.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Collection, Mapping
from functools import lru_cache
from typing import NamedTuple

from hyosan.errors import CommandError, ScenarioError, UnitError
from hyosan.quantities import ENDING_PARTS, FIGURES, QUANTITIES
from hyosan.scenario.nearest import did_you_mean
from hyosan.scenario.row_words import row_condition
from hyosan.units import parse_clock

COUNTED = ("people", "events", "orders", "injects", "series")
"""Tables whose rows can be counted."""
DATED = {"events": "second", "injects": "second", "series": "second"}
"""Tables whose rows are moments, and the column that says when."""
STEPS = ("decided", "effective", "ended")
_ORDER = re.compile(rf"(?:(first|last)\s+)?(.+)\.({'|'.join(STEPS)})")
_ENDING = "ending."


class Rows(NamedTuple):
    """Rows of a table that meet all conditions."""

    table: str
    where: tuple[str, ...]


class When(NamedTuple):
    """A moment: `start`, `end`, `clock`, the step of an `order`, or a row of a table (`rows`)."""

    kind: str
    text: str
    which: str = "first"
    name: str = ""
    step: str = ""
    rows: Rows | None = None


class Term(NamedTuple):
    """A number: of the `ending`, how many `rows`, of the `series` at a moment, or `days` between two."""

    kind: str
    text: str
    name: str = ""
    rows: Rows | None = None
    moments: tuple[When, ...] = ()


END = When("end", "end")


def read_figure(text: str, orders: Collection[str]) -> tuple[Term, ...]:
    """The terms that add up to a figure. Raises ScenarioError: it is none."""
    parts = [part.strip() for part in re.split(r"\s\+\s", f" {text} ")]
    if not all(parts):
        raise ScenarioError(f"{text[:80]!r} is no figure; write for example `ending.alive`, or `people ending=alive_human`")
    return tuple(_term(part, orders) for part in parts)


def _term(text: str, orders: Collection[str]) -> Term:
    if text.startswith(_ENDING):
        name = text.removeprefix(_ENDING)
        if name not in ending_names():
            raise ScenarioError(f"{text[:80]!r} is no figure of the ending; {did_you_mean(name, ending_names())}")
        return Term("ending", text, name)
    words = _words(text)
    if words[0] == "days" and len(words) > 1:
        found = re.fullmatch(r"days\s+from\s+(.+?)\s+to\s+(.+)", text, re.DOTALL)
        if found is None:
            raise ScenarioError(f"{text[:80]!r}: write `days from MOMENT to MOMENT`")
        return Term("days", text, moments=(read_moment(found[1], orders), read_moment(found[2], orders)))
    if words[0] in COUNTED:
        return Term("rows", text, rows=_rows(words))
    name, _, moment = text.partition(" at ")
    name = name.strip()
    if name in QUANTITIES:
        return Term("series", text, name, moments=(read_moment(moment, orders) if moment else END,))
    names = [*(f"{_ENDING}{one}" for one in ending_names()), *COUNTED, *QUANTITIES, "days from MOMENT to MOMENT"]
    raise ScenarioError(f"{text[:80]!r} is no figure; {did_you_mean(words[0], names)}")


def read_moment(text: str, orders: Collection[str]) -> When:
    """A moment. Raises ScenarioError: it is none."""
    text = text.strip()
    if text in ("start", "end"):
        return When(text, text)
    found = _ORDER.fullmatch(text)
    if found is not None and "=" not in text:
        which, name, step = found.groups()
        if name not in orders:
            raise ScenarioError(f"{name[:60]!r} is no order; {did_you_mean(name, list(orders))}")
        return When("order", text, which or "first", name, step)
    words = _words(text)
    which = words.pop(0) if words[0] in ("first", "last") and len(words) > 1 else "first"
    if words[0] in COUNTED:
        if words[0] not in DATED:
            raise ScenarioError(f"{text[:80]!r}: rows of {words[0]} are no moments; those of {', '.join(DATED)} are, and `ORDER.effective`")
        return When("rows", text, which, rows=_rows(words))
    try:
        parse_clock(text)
    except UnitError:
        examples = "`strike.effective`, `events kind=killed`, `day 3 14:00`, `start` or `end`"
        raise ScenarioError(f"{text[:80]!r} is no moment; write for example {examples}") from None
    return When("clock", text)


def split_at(text: str) -> tuple[str, str]:
    """What stands before and after the last ` at `; without one, the end."""
    what, found, moment = text.rpartition(" at ")
    return (what, moment) if found else (text, "end")


@lru_cache(maxsize=1)
def ending_names() -> tuple[str, ...]:
    """Figures of the ending, and what some of them are made of."""
    parts = [f"{name}.{part}" for name, those in ENDING_PARTS.items() for part in those]
    return (*dict.fromkeys((*FIGURES, *ENDING_PARTS)), *parts)


def _rows(words: list[str]) -> Rows:
    try:
        for text in words[1:]:
            row_condition(words[0], text, _columns(words[0]))
    except CommandError as error:
        raise ScenarioError(str(error)) from None
    return Rows(words[0], tuple(words[1:]))


def _words(text: str) -> list[str]:
    try:
        found = shlex.split(text)
    except ValueError as error:
        raise ScenarioError(f"{text[:80]!r}: {str(error).lower()}; values with blanks or quotes stand in double quotes") from None
    if not found:
        raise ScenarioError("nothing is asked for; write for example `ending.alive`")
    return found


@lru_cache(maxsize=8)
def _columns(table: str) -> Mapping[str, bool]:
    """The columns of a table, and which of them hold whole numbers."""
    import pyarrow as pa  # most scenarios are checked without Arrow

    from hyosan.tables import TABLES

    return {column.name: pa.types.is_integer(column.type) for column in TABLES[table]}
