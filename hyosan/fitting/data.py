"""What a scenario is fitted to: a CSV file of observations, as a scenario's `data`, and figures of the ending (rows without a day).

Beside the columns of `scenario/observed.py` there may be `weight` (0 or more; 1 without it) and `reason`, said in the report. The figure of one of
the scenario's claims is `claim NAME`; `claims` in place of a file are all of them.
"""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from hyosan.errors import ScenarioError
from hyosan.quantities import FIGURES
from hyosan.scenario.files import read_text
from hyosan.scenario.nearest import did_you_mean
from hyosan.scenario.observed import NAMES, WHOLE, read_rows
from hyosan.scenario.root import Scenario
from hyosan.units import DAY_SECONDS, Moment

_DAYS = ("day", "date")
_COLUMNS = ("quantity", "value", "weight", "reason", "day", "date", "zone", "low", "high")


CLAIM = "claim "
"""What the name of a claim's figure begins with."""
CLAIMS = "claims"
"""In place of a file: what the scenario's own claims say."""


class Target(NamedTuple):
    """One observed number. `day` is None for a figure of the ending."""

    where: str
    quantity: str
    zone: str
    day: int | None
    value: float
    low: float | None
    high: float | None
    weight: float
    reason: str

    @property
    def name(self) -> str:
        """`new_infected day 3`, `ever_infected`; with the zone if it is one."""
        told = self.quantity if self.zone == WHOLE else f"{self.quantity} in {self.zone}"
        return told if self.day is None else f"{told} day {self.day}"


def read_targets(given: Path | str | Sequence[Mapping[str, Any]], scenario: Scenario) -> tuple[tuple[Target, ...], str, str]:
    """The observations in a file, or in rows from Python: with them the name of the file and its text.

    Raises ScenarioError: what is wrong, told with file and line: unknown columns or quantities, days after the end of the run.
    """
    if given == CLAIMS:
        given = _of_claims(scenario)
    if isinstance(given, Path | str):
        name, text = Path(given).name, read_text(Path(given), str(given))
        shown = str(given)
    else:
        name, text = "observed.csv", _as_csv(given)
        shown = name
    figures = (*FIGURES, *(CLAIM + name for name in _numbers(scenario)))
    targets = _Reader(shown, text, scenario.time.date, figures).targets()
    last = -(-int(Moment(scenario.time.start).seconds + scenario.time.end) // DAY_SECONDS)
    late = [f"{one.where}: day {one.day} is after the end of the run, which is on day {last}" for one in targets if one.day and one.day > last]
    if late:
        raise ScenarioError("\n".join([*late[:20], "Leave these rows out, or let the run end later (`time.end`)."]))
    if all(one.weight == 0 for one in targets):
        raise ScenarioError(f"{shown}: all weights are 0; nothing is left to fit to")
    return targets, name, text


def _numbers(scenario: Scenario) -> dict[str, float]:
    """What each claim of a number says it is: its target, or the middle of its range (the end that it has, if one)."""
    found = {}
    for name, claim in scenario.claims.items():
        if claim.kind == "figure":
            low, high = claim.range
            found[name] = (low + high) / 2 if math.isfinite(low) and math.isfinite(high) else low if math.isfinite(low) else high
    return found


def _of_claims(scenario: Scenario) -> list[dict[str, Any]]:
    """The scenario's claims as rows of data. Raises ScenarioError: it claims no number."""
    rows = [{"quantity": CLAIM + name, "value": value} for name, value in _numbers(scenario).items()]
    if not rows:
        raise ScenarioError(f"{scenario.name}: makes no claim of a number; write some under `claims`, or name a CSV file of observations")
    return rows


class _Reader:
    """Takes the rows without a day, the weights and the reasons out of a file; the rest is read as any file of observations."""

    def __init__(self, shown: str, text: str, first: str | None, figures: Sequence[str]) -> None:
        self.shown, self.first, self.figures = shown, first, figures
        self.lines = text.splitlines()
        reader = csv.reader(self.lines)
        try:
            names = next(reader, [])
            self.rows = [(reader.line_num, [cell.strip() for cell in row]) for row in reader if any(cell.strip() for cell in row)]
        except csv.Error as error:
            raise ScenarioError(f"{shown}:{reader.line_num}: cannot be read as CSV ({error})") from None
        self.names = [name.strip().lower() for name in names]
        self.long = "quantity" in self.names and "value" in self.names
        self.has_days = any(name in self.names for name in _DAYS)

    def targets(self) -> tuple[Target, ...]:
        if not any(self.names):
            raise ScenarioError(f"{self.shown}: is empty; the first line must name the columns, for example day,quantity,value")
        if len(self.names) == 1 and any(mark in self.names[0] for mark in ";\t"):
            raise ScenarioError(f"{self.shown}:1: {self.names[0][:60]!r} is one column; separate columns by commas")
        if not self.long and ("weight" in self.names or not self.has_days):
            raise ScenarioError(f"{self.shown}:1: needs columns `quantity` and `value` where there are weights or figures of the ending")
        unknown = next((name for name in self.names if self.long and name not in _COLUMNS), None)
        if unknown is not None:
            raise ScenarioError(f"{self.shown}:1: the column `{unknown[:60]}` is not known; {did_you_mean(unknown, _COLUMNS)}")
        figures = [row for row in self.rows if self.long and not self._day(row)]
        kept = {line for line, _ in figures}
        found = [self._figure(line, cells) for line, cells in figures]
        taken: dict[str, str] = {}
        for one in found:
            if one.quantity in taken:
                raise ScenarioError(f"{one.where}: the figure `{one.quantity}` is given already ({taken[one.quantity]}); remove one")
            taken[one.quantity] = one.where
        if len(figures) < len(self.rows) or not self.rows:
            rest = self._without(kept)
            by_line = dict(self.rows)
            for row in read_rows(rest, self.shown, self.first):
                weight, reason = self._weighed(row.where, by_line[int(row.where.rpartition(":")[2])])
                found.append(Target(row.where, row.quantity, row.zone, row.day, row.value, row.low, row.high, weight, reason))
        return tuple(found)

    def _without(self, lines: set[int]) -> str:
        """The text without these lines and without weights and reasons; every other row stays on its line."""
        chosen = [number for number, name in enumerate(self.names) if not self.long or name not in ("weight", "reason")]
        written = [""] * max(len(self.lines), 1)
        for line, cells in [(1, self.names), *self.rows]:
            if line not in lines and self.names:
                out = io.StringIO()
                width = len(self.names)
                csv.writer(out, lineterminator="").writerow([cells[k] for k in chosen] if len(cells) == width else cells)
                written[line - 1] = out.getvalue()
        return "\n".join(written)

    def _day(self, row: tuple[int, list[str]]) -> str:
        return next((cell for name, cell in zip(self.names, row[1], strict=False) if name in _DAYS and cell), "")

    def _figure(self, line: int, cells: list[str]) -> Target:
        where = f"{self.shown}:{line}"
        if len(cells) != len(self.names):
            raise ScenarioError(f"{where}: this row has {len(cells)} values, the first line names {len(self.names)} columns")
        row = dict(zip(self.names, cells, strict=True))
        name = row["quantity"] if row["quantity"] in self.figures else row["quantity"].lower().replace(" ", "_").replace("-", "_")
        if name not in self.figures:
            near = did_you_mean(row["quantity"] if row["quantity"].startswith(CLAIM) else name, self.figures)
            told = "is a quantity of the series: give its day" if name in NAMES else f"is no figure of the ending; {near}"
            raise ScenarioError(f"{where}: {row['quantity'][:60]!r} {told} (a row without a day is a figure of the ending)")
        if row.get("zone", "") not in ("", WHOLE):
            raise ScenarioError(f"{where}: figures of the ending are of the whole city; leave the zone out")
        value = _number(where, "value", row["value"])
        low, high = (_number(where, end, row[end]) if row.get(end) else None for end in ("low", "high"))
        return Target(where, name, WHOLE, None, value, low, high, *self._weighed(where, cells))

    def _weighed(self, where: str, cells: list[str]) -> tuple[float, str]:
        row = dict(zip(self.names, cells, strict=False))
        return _number(where, "weight", row["weight"]) if row.get("weight") else 1.0, row.get("reason", "")


def _number(where: str, column: str, text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value) or value < 0:
        raise ScenarioError(f"{where}: {column} {text[:40]!r} is not a number of 0 or more")
    return value


def _as_csv(rows: Sequence[Mapping[str, Any]]) -> str:
    """Rows of Python as the text of a file."""
    if not rows or not all(isinstance(row, Mapping) for row in rows):
        raise ScenarioError("to: give the name of a CSV file, or a list of rows like {'day': 3, 'quantity': 'infected', 'value': 12}")
    names = list(dict.fromkeys(name for row in rows for name in row))
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(names)
    writer.writerows([["" if row.get(name) is None else row[name] for name in names] for row in rows])
    return out.getvalue()
