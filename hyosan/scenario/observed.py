"""Observations of a real outbreak, as a scenario names them: CSV files checked row by row, for the report to draw over the run's curves.

Long: columns `day` (or `date`), `quantity`, `value`, and if wanted `zone`, `low`, `high`. Wide: `day` (or `date`), if wanted `zone`, and
a column for each quantity. A day is a calendar day; day 1 is the one on which the run starts. Nothing of this reaches the engine.
"""

from __future__ import annotations

import csv
import math
import re
from collections.abc import Iterator
from datetime import date
from typing import Final, NamedTuple

from hyosan.errors import ScenarioError
from hyosan.quantities import KNOWN_BY_ZONE, QUANTITIES
from hyosan.scenario.files import read_text, resolve_file
from hyosan.scenario.nearest import did_you_mean, nearest
from hyosan.scenario.positions import MAX_ERRORS, Node, Path, Problem, place_of, refused
from hyosan.scenario.root import Data, Scenario

PER_DAY: Final = "new_"
"""What the name of a count per day begins with: `new_infected` are the infections of a day."""
NAMES: Final = (*QUANTITIES, *(PER_DAY + name for name, quantity in QUANTITIES.items() if quantity.grows))
"""Every quantity that can be compared with observations."""
WHOLE: Final = "all"
"""The zone that is the whole city."""
_TIMES: Final = ("day", "date")
_LONG: Final = (*_TIMES, "quantity", "value", "zone", "low", "high")
_MISSING: Final = ("", "NA", "na", "NaN", "nan")
_NUMBER: Final = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?")
_LAST_DAY: Final = 100_000


class Observation(NamedTuple):
    """One observed number: where it stands, the calendar day (1 = the first of the run), what was counted, in which zone."""

    where: str
    day: int
    quantity: str
    zone: str
    value: float
    low: float | None
    high: float | None


class ObservedFile(NamedTuple):
    """A file of observations: its name in the scenario, the name under which a run keeps it, its text, its rows."""

    name: str
    kept: str
    text: str
    rows: tuple[Observation, ...]


def view_of(quantity: str) -> str:
    """The view (`truth` or `known`) that a quantity stands in."""
    return QUANTITIES[quantity.removeprefix(PER_DAY)].view


def read_all(scenario: Scenario, root: Node | None = None) -> tuple[ObservedFile, ...]:
    """The files of observations of a scenario, read and checked; `root` gives the places of their names.

    Raises ScenarioError: no such file, or rows that are wrong, each told with file and line.
    """
    found: list[ObservedFile] = []
    single = isinstance(scenario.data, Data)
    taken: set[str] = set()
    for name, data in scenario.named_data.items():
        path: Path = ("data", "file") if single else ("data", name, "file")
        kept = "observed.csv" if single else f"observed-{name.replace(' ', '_')}.csv"
        while kept in taken:
            kept = f"{kept.removesuffix('.csv')}_.csv"
        taken.add(kept)
        try:
            text = read_text(resolve_file(scenario.base, data.file), data.file)
        except ScenarioError as error:
            if root is None:
                raise ScenarioError(f"{'.'.join(map(str, path))}: {error}") from None
            raise refused([Problem(place_of(root, path), path, str(error))]) from None
        found.append(ObservedFile(name, kept, text, read_rows(text, data.file, scenario.time.date)))
    return tuple(found)


def kept_by_run(scenario: Scenario, files: tuple[ObservedFile, ...]) -> Scenario:
    """The scenario with its files of observations named as the run keeps them beside it."""
    if not files:
        return scenario
    old = scenario.named_data
    named = {one.name: old[one.name].model_copy(update={"file": one.kept}) for one in files}
    data = named["observed"] if isinstance(scenario.data, Data) else named
    return scenario.model_copy(update={"data": data}).with_base(scenario.base)


def check_zones(files: tuple[ObservedFile, ...], zones: tuple[str, ...]) -> None:
    """Raises ScenarioError: an observation of a zone that the city does not have, told with file and line."""
    wrong = [
        f"{row.where}: zone {row.zone[:40]!r} is not one of the city; {did_you_mean(row.zone, zones)}"
        for one in files
        for row in one.rows
        if row.zone != WHOLE and row.zone not in zones
    ]
    if wrong:
        raise ScenarioError(_several(wrong))


def read_rows(text: str, file: str, first: str | None) -> tuple[Observation, ...]:
    """The observations in a CSV text, in order of the file; `first` is the date of day 1, if the scenario has one.

    Raises ScenarioError: up to 20 faults, each with `file:line`.
    """
    reader = csv.reader(text.splitlines())
    try:
        names = [name.strip().lower() for name in next(reader, [])]
    except csv.Error as error:
        raise ScenarioError(f"{file}:1: cannot be read as names of columns ({error})") from None
    table = _Table(file, names, first)
    table.check_names()
    rows: list[Observation] = []
    wrong: list[str] = []
    seen: dict[tuple[int, str, str], str] = {}
    try:
        for cells in reader:
            where = f"{file}:{reader.line_num}"
            if not any(cell.strip() for cell in cells):
                continue
            try:
                for row in table.read(where, [cell.strip() for cell in cells]):
                    before = seen.setdefault((row.day, row.quantity, row.zone), where)
                    if before != where:
                        raise ScenarioError(f"{where}: {row.quantity} of day {row.day} is given already ({before}); remove one")
                    rows.append(row)
            except ScenarioError as error:
                wrong.append(str(error))
    except csv.Error as error:
        wrong.append(f"{file}:{reader.line_num}: cannot be read as CSV ({error})")
    if wrong:
        raise ScenarioError(_several(wrong))
    if not rows:
        raise ScenarioError(f"{file}: has no observations; give at least one row below the names of the columns")
    return tuple(rows)


class _Table:
    """What the names of the columns say about the rows below them."""

    def __init__(self, file: str, names: list[str], first: str | None) -> None:
        self.file, self.names, self.first = file, names, first
        self.long = "quantity" in names or "value" in names
        self.quantities = [(index, _quantity(name)) for index, name in enumerate(names) if name not in (*_TIMES, "zone")]

    def check_names(self) -> None:
        """Raises ScenarioError: columns missing, twice, or not known."""
        place, names = f"{self.file}:1", self.names
        if not any(names):
            raise ScenarioError(f"{self.file}: is empty; the first line must name the columns, for example day,quantity,value")
        if len(names) == 1 and re.search(r"[;\t]", names[0]):
            raise ScenarioError(f"{place}: {names[0][:60]!r} is one column; separate columns by commas")
        twice = next((name for name in names if names.count(name) > 1), None)
        if twice is not None:
            raise ScenarioError(f"{place}: the column `{twice[:60]}` is given twice; remove one")
        times = [name for name in _TIMES if name in names]
        if len(times) != 1:
            what = "both columns `day` and `date` are given; leave one out" if times else "there is no column `day` or `date`"
            raise ScenarioError(f"{place}: {what}")
        if times == ["date"] and self.first is None:
            raise ScenarioError(f"{place}: dates need `time.date` in the scenario, the date of day 1; write it there, or give a column `day`")
        if self.long:
            self._check_long(place)
            return
        for index, quantity in self.quantities:
            if quantity not in NAMES:
                raise ScenarioError(f"{place}: the column `{names[index][:60]}` is no quantity; {did_you_mean(quantity, NAMES)}")
        if not self.quantities:
            raise ScenarioError(f"{place}: no column is observed; give `quantity` and `value`, or a column for each quantity")

    def _check_long(self, place: str) -> None:
        for name in ("quantity", "value"):
            if name not in self.names:
                raise ScenarioError(f"{place}: there is no column `{name}`; needed: day (or date), quantity, value; may be there: zone, low, high")
        for name in self.names:
            near = nearest(name, [other for other in ("zone", "low", "high") if other not in self.names]) if name not in _LONG else None
            if near is not None:
                raise ScenarioError(f"{place}: the column `{name[:60]}` is not known; did you mean `{near}`? Rename it or leave it out")

    def read(self, where: str, cells: list[str]) -> Iterator[Observation]:
        """The observations of a row. Raises ScenarioError: one is wrong."""
        if len(cells) != len(self.names):
            raise ScenarioError(f"{where}: this row has {len(cells)} values, the first line names {len(self.names)} columns")
        row = dict(zip(self.names, cells, strict=True))
        day = self._day(where, row)
        zone = row.get("zone", "") or WHOLE
        if not self.long:
            for index, quantity in self.quantities:
                if cells[index] not in _MISSING:
                    yield _checked(Observation(where, day, quantity, zone, _number(where, self.names[index], cells[index]), None, None))
            return
        if row["value"] in _MISSING:
            return
        quantity = _quantity(row["quantity"])
        if quantity not in NAMES:
            raise ScenarioError(f"{where}: {row['quantity'][:60]!r} is no quantity; {did_you_mean(quantity, NAMES)}")
        value = _number(where, "value", row["value"])
        low, high = (_number(where, name, row[name]) if row.get(name, "") not in _MISSING else None for name in ("low", "high"))
        yield _checked(Observation(where, day, quantity, zone, value, low, high))

    def _day(self, where: str, row: dict[str, str]) -> int:
        if "date" in row:
            try:
                day = (date.fromisoformat(row["date"]) - date.fromisoformat(self.first or "")).days + 1
            except ValueError:
                raise ScenarioError(f"{where}: date {row['date'][:40]!r} is no date; write year-month-day, for example 2026-03-01") from None
            if day < 1:
                raise ScenarioError(f"{where}: {row['date']} is before the run, whose day 1 is {self.first}; remove the row, or mend `time.date`")
            return day
        if not re.fullmatch(r"[+-]?\d{1,9}(\.0*)?", row["day"]):
            raise ScenarioError(f"{where}: day {row['day'][:40]!r} is not a whole number; day 1 is the day on which the run starts")
        day = int(float(row["day"]))
        if not 1 <= day <= _LAST_DAY:
            when = "before the run: day 1 is the day on which it starts" if day < 1 else f"later than day {_LAST_DAY:,}"
            raise ScenarioError(f"{where}: day {day} is {when}; remove the row, or count its days anew")
        return day


def _quantity(text: str) -> str:
    return re.sub(r"[\s-]+", "_", text.strip().lower())


def _number(where: str, column: str, text: str) -> float:
    if not _NUMBER.fullmatch(text) or not math.isfinite(float(text)):
        raise ScenarioError(f"{where}: {column} {text[:40]!r} is not a number; write digits with a point, for example 12 or 3.5")
    if float(text) < 0:
        raise ScenarioError(f"{where}: {column} {text[:40]!r} is negative; a count is 0 or more")
    return float(text)


def _checked(row: Observation) -> Observation:
    if (row.low is not None and row.low > row.value) or (row.high is not None and row.high < row.value):
        raise ScenarioError(f"{row.where}: value {row.value:g} is not between low and high; mend one of the three")
    if row.zone != WHOLE and view_of(row.quantity) == "known" and row.quantity not in KNOWN_BY_ZONE:
        raise ScenarioError(f"{row.where}: `{row.quantity}` is known of the whole city only; leave the zone out")
    if row.zone != WHOLE and row.quantity.startswith(PER_DAY) and row.quantity != PER_DAY + "infected":
        raise ScenarioError(f"{row.where}: of zones only `{PER_DAY}infected` is counted by day; leave the zone out")
    return row


def _several(wrong: list[str]) -> str:
    more = [f"... and {len(wrong) - MAX_ERRORS} more"] if len(wrong) > MAX_ERRORS else []
    return "\n".join([*wrong[:MAX_ERRORS], *more])
