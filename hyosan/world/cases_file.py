"""Tables of cases: an outbreak so far (a line list), and people who come home infected (importations)."""

from __future__ import annotations

import csv
import re
from datetime import date, datetime
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np

from hyosan.errors import ScenarioError
from hyosan.scenario.files import resolve_file
from hyosan.units import DAY_SECONDS
from hyosan.world.table_file import TableFile, read_table

_AGES: Final = re.compile(r"(\d{1,3})(?:-(\d{1,3}))?")
LAST_DAY: Final = 10_000
MOST: Final = 10_000_000


class Case(NamedTuple):
    """One known case."""

    where: str
    onset: float
    """Day, from 1; with its fraction the time of day."""
    ages: str | None
    zone: str
    reported: float | None


class Arrival(NamedTuple):
    """People who come home infected on one day."""

    where: str
    day: int
    number: int
    ages: str | None
    zone: str
    strain: str


def read_line_list(base: Path, name: str, field: str, first: date | None) -> list[Case]:
    """The cases of a table `onset[,age,zone,reported]`, or of a line list as `hyosan export` writes it (`date_onset`, `date_reporting`).

    `first` is the date of day 1, for files that hold dates. There, cases without an onset, or not yet reported, are left out.
    Raises ScenarioError: a file or row that is wrong.
    """
    path = _named(base, name, field)
    exported = _has(path, "date_onset")
    when, told = ("date_onset", "date_reporting") if exported else ("onset", "reported")
    table = read_table(path, (when,), ("age", "zone", told))
    keep = ~table.missing(when) & ~(table.missing(told) & (told in table)) if exported else np.ones(len(table), dtype=bool)
    zones = table.labels("zone", needed=False)
    found = []
    for row in np.flatnonzero(keep):
        onset = _day(table, when, int(row), exported, first)
        reported = None if told not in table or table.missing(told)[row] else _day(table, told, int(row), exported, first)
        if reported is not None and reported < onset:
            table.refuse(int(row), f"reported on day {reported:g}, before the onset on day {onset:g}")
        found.append(Case(table.where(int(row)), onset, _ages(table, "age", int(row)), str(zones[row]), reported))
    if not found:
        raise ScenarioError(f"{table.name}: no case in it has an onset{' and was reported' if told in table else ''}")
    return found


def _has(path: Path, column: str) -> bool:
    """Whether the first line of a table names a column."""
    if path.suffix.lower() != ".csv":
        return False
    with path.open(encoding="utf-8-sig", errors="replace") as file:
        return column in [name.strip() for name in next(csv.reader([file.readline(10_000)]), [])]


def _day(table: TableFile, column: str, row: int, from_zero: bool, first: date | None) -> float:
    """A moment as a day from 1, with its fraction. Numbers are days from 1, or days since the start where `from_zero`."""
    text = str(table.columns[column][row].as_py())
    if re.fullmatch(r"\d{1,5}(\.\d{0,18})?", text):
        day = float(text) + from_zero
    elif re.match(r"\d{4}-\d{2}-\d{2}", text):
        if first is None:
            table.refuse(row, f"{column} {text[:40]!r} is a date, and the scenario does not say which date day 1 is; give `time.date`")
        try:
            moment = datetime.fromisoformat(text)
        except ValueError:
            table.refuse(row, f"{column} {text[:40]!r} is no date; write `2026-03-01`")
        since = moment.replace(tzinfo=None) - datetime(first.year, first.month, first.day)
        day = 1 + since.total_seconds() / DAY_SECONDS
    else:
        empty = "has no " + column if not text else f"{column} {text[:40]!r} is not a day"
        table.refuse(row, f"{empty}; it is a number from 1 to {LAST_DAY}, or a date as `2026-03-01`")
    if not 1 <= day <= LAST_DAY:
        table.refuse(row, f"{column} {text[:40]!r} is before day 1 or after day {LAST_DAY}")
    return day


def read_importations(base: Path, name: str, field: str) -> list[Arrival]:
    """The rows of a table `day,count[,ages,zone,strain]` with people in them. Raises ScenarioError: a file or row that is wrong."""
    table = read_table(_named(base, name, field), ("day", "count"), ("ages", "zone", "strain"))
    day, count = table.whole("day", 1, LAST_DAY), table.whole("count", 0, MOST)
    zones, strains = table.labels("zone", needed=False), table.labels("strain", needed=False)
    return [
        Arrival(table.where(row), int(day[row]), int(count[row]), _ages(table, "ages", row), str(zones[row]), str(strains[row]))
        for row in range(len(table))
        if count[row] > 0
    ]


def _named(base: Path, name: str, field: str) -> Path:
    try:
        return resolve_file(base, name)
    except ScenarioError as error:
        raise ScenarioError(f"{field}: {error}") from None


def _ages(table: TableFile, column: str, row: int) -> str | None:
    """A band of ages (`20-29`), of one year where one age is given; None = any."""
    text = str(table.columns[column][row].as_py()) if column in table else ""
    if not text:
        return None
    found = _AGES.fullmatch(text)
    low, high = (int(found[1]), int(found[2] or found[1])) if found else (1, 0)
    if high < low or high > 120:
        table.refuse(row, f"{column} {text[:40]!r} is no age; write `34`, `30-39`, or leave it empty")
    return f"{low}-{high}"
