"""Files of a master scenario events list (MSEL): CSV with the columns `seq, time, from, to, means, text, action, expected`, others kept.

What rows say is read by `scenario/msel.py`; `export/msel.py` writes such files. Cells that a spreadsheet would take for a formula have a `'`
before them in the file and nowhere else.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Mapping
from pathlib import Path as FilePath
from typing import NamedTuple

from hyosan.errors import ScenarioError
from hyosan.scenario.files import read_text
from hyosan.scenario.positions import Place, wrong_text

COLUMNS = ("seq", "time", "from", "to", "means", "text", "action", "expected")
"""The columns that must be there, in the order in which they are written."""
MAX_ROWS = 5_000
_GUARDED = re.compile(r"'+[=+\-@\t\r]")
_FORMULA = re.compile(r"'*[=+\-@\t\r]")


class Row(NamedTuple):
    """A row of a list: the line it begins in, its cells by column, and those of other columns."""

    file: str
    line: int
    cells: dict[str, str]
    notes: dict[str, str]

    def at(self, column: str) -> Place:
        """The place of a cell, for messages."""
        return Place(f"{self.file}:{self.line}: {column}")

    def wrong(self, column: str, what: str) -> ScenarioError:
        """What is wrong with a cell."""
        return ScenarioError(f"{self.at(column)}: {what}")

    @property
    def name(self) -> str:
        """The name of an inject whose row gives none: `row 12`."""
        seq = re.sub(r"[^A-Za-z0-9_ -]", "-", self.cells["seq"])[:40]
        return f"row {seq}" if seq else f"line {self.line}"


def read_rows(file: str | FilePath) -> list[Row]:
    """The rows of a list; empty ones are left out.

    Raises ScenarioError: cannot be read, no UTF-8, a column missing or given twice, a row with cells too few or too many.
    """
    shown = str(file)[:300]
    lines = csv.reader(io.StringIO(read_text(FilePath(file), shown), newline=""), strict=True)
    begin, head, rows = 1, list[str](), list[Row]()
    try:
        for cells in lines:
            if any(cell.strip() for cell in cells):
                if not head:
                    head = _head(shown, begin, cells)
                else:
                    rows.append(_row(shown, begin, head, cells))
            begin = lines.line_num + 1
    except csv.Error as error:
        raise ScenarioError(f"{shown}:{begin}: cannot be read as CSV: {error}; check the quotes") from None
    if not head:
        raise ScenarioError(f"{shown}:1: the file is empty; its first line names the columns: {','.join(COLUMNS)}")
    if len(rows) > MAX_ROWS:
        raise ScenarioError(f"{shown}: {len(rows):,} rows; at most {MAX_ROWS:,} are read")
    return rows


def _head(shown: str, line: int, cells: list[str]) -> list[str]:
    names = [unguarded(cell.strip()) for cell in cells]
    names = [name.lower() if name.lower() in COLUMNS else name for name in names]
    if len(names) == 1 and ";" in names[0]:
        raise ScenarioError(f"{shown}:{line}: columns must be separated by commas, not by `;`; save it as CSV with commas")
    for column in COLUMNS:
        if column not in names:
            raise ScenarioError(f"{shown}:{line}: {column}: this column is missing; needed are {', '.join(COLUMNS)} (cells may be empty)")
    for number, name in enumerate(names, 1):
        if not name or wrong_text(name):
            raise ScenarioError(f"{shown}:{line}: column {number} has no name; give it one, or remove it")
        if names.count(name) > 1:
            raise ScenarioError(f"{shown}:{line}: {name[:60]}: this column is given twice; remove one")
    return names


def _row(shown: str, line: int, head: list[str], cells: list[str]) -> Row:
    if len(cells) != len(head):
        raise ScenarioError(f"{shown}:{line}: has {len(cells)} cells, the first line names {len(head)} columns; check commas and quotes")
    whole = dict(zip(head, (unguarded(cell.replace("\r\n", "\n").strip()) for cell in cells), strict=True))
    for name, cell in whole.items():
        if problem := wrong_text(cell):
            raise ScenarioError(f"{shown}:{line}: {name}: {problem}")
    return Row(shown, line, {name: whole[name] for name in COLUMNS}, {name: cell for name, cell in whole.items() if name not in COLUMNS and cell})


def guarded(text: str) -> str:
    """Text that no spreadsheet takes for a formula: a `'` before what begins like one. `unguarded` takes it off again."""
    return f"'{text}" if _FORMULA.match(text) else text


def unguarded(text: str) -> str:
    """The text that `guarded` was given."""
    return text[1:] if _GUARDED.match(text) else text


def as_csv(rows: Iterable[Mapping[str, str]]) -> str:
    """The text of a file: the standard columns first, then all others that any row has, in order of their first row."""
    held = [dict(row) for row in rows]
    extra = dict.fromkeys(name for row in held for name in row if name not in COLUMNS)
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow([*COLUMNS, *(guarded(name) for name in extra)])
    writer.writerows([guarded(row.get(name, "")) for name in (*COLUMNS, *extra)] for row in held)
    return stream.getvalue()
