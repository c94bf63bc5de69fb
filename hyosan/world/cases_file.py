"""Tables of cases: an outbreak so far (a line list), and people who come home infected (importations)."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final, NamedTuple

from hyosan.errors import ScenarioError
from hyosan.scenario.files import resolve_file
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


def read_line_list(base: Path, name: str, field: str) -> list[Case]:
    """The cases of a table `onset[,age,zone,reported]`. Raises ScenarioError: a file or row that is wrong."""
    table = read_table(_named(base, name, field), ("onset",), ("age", "zone", "reported"))
    onset = table.number("onset", 1, LAST_DAY)
    zones = table.labels("zone", needed=False)
    found = []
    for row in range(len(table)):
        reported = None
        if "reported" in table and (text := str(table.columns["reported"][row].as_py())):
            if not re.fullmatch(r"\d{1,5}(\.\d{1,9})?", text):
                table.refuse(row, f"reported {text[:40]!r} is not a day; it is a number from 1 to {LAST_DAY}, or empty")
            reported = float(text)
            if reported < onset[row]:
                table.refuse(row, f"reported on day {reported:g}, before the onset on day {onset[row]:g}")
        found.append(Case(table.where(row), float(onset[row]), _ages(table, "age", row), str(zones[row]), reported))
    return found


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
