"""A table of the user's own, CSV or Parquet, read whole: columns checked for what they must hold, every fault told with file and row.

`own_tables.py` builds a world of such tables.
"""

from __future__ import annotations

import csv
import difflib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, NoReturn

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet
from numpy.typing import NDArray

from hyosan.errors import ResourceError, ScenarioError
from hyosan.scenario.nearest import did_you_mean, listed
from hyosan.world.draws import Ints
from hyosan.world.memory import free_bytes, say_bytes

_MISTYPED: Final = 0.8
"""How alike (0 to 1) a column that is not known must be to one that is missing to count as mistyped; others are left alone."""
_BYTES_PER_BYTE: Final = 8
"""Memory that reading takes, for each byte of a CSV file (assumed: its bytes, its text, its columns, and one copy of each)."""
_BYTES_PER_VALUE: Final = 60
"""The same for each value of a Parquet file (assumed: a short text and its copies)."""
_WHOLE: Final = r"^[+-]?[0-9]{1,18}(\.0*)?$"
_NUMBER: Final = r"^[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]{1,3})?$"
_WORD: Final = re.compile(r"[A-Za-z][A-Za-z0-9_ -]{0,59}")
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f]")


@dataclass(frozen=True)
class TableFile:
    """Columns of text as they stand in a file, blanks around them removed; an empty text is a value that is missing."""

    name: str
    columns: dict[str, Any]  # pyarrow arrays of text
    rows: Ints  # [n] line (CSV, the names are line 1) or row (Parquet, from 1) of each
    is_csv: bool

    def __len__(self) -> int:
        return len(self.rows)

    def __contains__(self, column: str) -> bool:
        return column in self.columns

    def where(self, row: int) -> str:
        """`people.csv:7`: the place of a row, for messages."""
        return f"{self.name}:{self.rows[row]}" if self.is_csv else f"{self.name}: row {self.rows[row]}"

    def refuse(self, row: int, text: str) -> NoReturn:
        """Raises ScenarioError about one row."""
        raise ScenarioError(f"{self.where(row)}: {text}")

    def shown(self, column: str, row: int) -> str:
        """A value, quoted, for messages."""
        return repr(str(self.columns[column][row].as_py())[:40])

    def missing(self, column: str) -> NDArray[np.bool_]:
        """[n] where a column has no value; everywhere if there is no such column."""
        if column not in self.columns:
            return np.ones(len(self), dtype=np.bool_)
        return np.asarray(pc.equal(self.columns[column], "").to_numpy(zero_copy_only=False))

    def whole(self, column: str, low: int, high: int) -> Ints:
        """[n] whole numbers of a column. Raises ScenarioError: a value that is missing, not a whole number, or not from `low` to `high`."""
        self._all_match(column, _WHOLE, "a whole number", f"it is a whole number from {low} to {high}")
        bare = pc.replace_substring_regex(pc.replace_substring_regex(self.columns[column], r"\.0*$", ""), r"^\+", "")
        values = np.asarray(pc.cast(bare, pa.int64()).to_numpy(zero_copy_only=False))
        wrong = np.flatnonzero((values < low) | (values > high))
        if len(wrong):
            self.refuse(int(wrong[0]), f"{column} {self.shown(column, int(wrong[0]))} is not from {low} to {high}")
        return values.astype(np.int64)

    def number(self, column: str, low: float, high: float, advice: str = "") -> NDArray[np.float64]:
        """[n] numbers of a column. Raises ScenarioError: a value that is missing, not a number, or not from `low` to `high`."""
        self._all_match(column, _NUMBER, "a number", f"it is a number {_span(low, high)}")
        values = np.asarray(pc.cast(pc.replace_substring_regex(self.columns[column], r"^\+", ""), pa.float64()).to_numpy(zero_copy_only=False))
        wrong = np.flatnonzero(~((values >= low) & (values <= high)))
        if len(wrong):
            self.refuse(int(wrong[0]), f"{column} {self.shown(column, int(wrong[0]))} is not {_span(low, high)}{advice}")
        return values.astype(np.float64)

    def _all_match(self, column: str, pattern: str, what: str, allowed: str) -> None:
        fits = pc.match_substring_regex(self.columns[column], pattern).to_numpy(zero_copy_only=False)
        wrong = np.flatnonzero(~fits)
        if len(wrong):
            row = int(wrong[0])
            empty = self.columns[column][row].as_py() == ""
            self.refuse(row, f"has no {column}; {allowed}" if empty else f"{column} {self.shown(column, row)} is not {what}; {allowed}")

    def labels(self, column: str, needed: bool = True) -> NDArray[Any]:
        """[n] names (of places, households, zones) as text, whole numbers without `.0`. Raises ScenarioError: none, too long, unreadable."""
        if column not in self.columns:
            return np.full(len(self), "", dtype=object)
        values = pc.replace_substring_regex(self.columns[column], r"^([0-9]+)\.0*$", r"\1").to_numpy(zero_copy_only=False)
        for text in set(values.tolist()):
            if (needed and not text) or len(text) > 100 or _CONTROL.search(text):
                row = values.tolist().index(text)
                self.refuse(row, f"has no {column}" if not text else f"{column} {self.shown(column, row)} is not a name of at most 100 characters")
        return np.asarray(values, dtype=object)

    def words(self, column: str, default: str | NDArray[Any]) -> NDArray[Any]:
        """[n] words that a scenario can name (kinds, settings, roles), `default` where one is missing. Raises ScenarioError: no such word."""
        if column not in self.columns:
            return np.full(len(self), default, dtype=object) if isinstance(default, str) else default
        values = np.asarray(self.columns[column].to_numpy(zero_copy_only=False), dtype=object)
        values = np.where(values == "", default, values)
        for text in set(values.tolist()):
            if not _WORD.fullmatch(text):
                row = values.tolist().index(text)
                allowed = "it starts with a letter and holds at most 60 letters, digits, blanks, `_` and `-`"
                self.refuse(row, f"has no {column}; {allowed}" if not text else f"{column} {text[:40]!r} is not a word; {allowed}")
        return values


def read_table(path: Path, required: tuple[str, ...], optional: tuple[str, ...], also: Mapping[str, str] | None = None) -> TableFile:
    """The table in a file that ends in `.csv` or `.parquet`; `also` are other names of its columns, with the names they stand for.

    Raises ScenarioError: another kind of file, not readable, empty, a column missing, mistyped or given twice, a row of another
    length. ResourceError: larger than the memory that is free.
    """
    if path.suffix.lower() not in (".csv", ".parquet"):
        raise ScenarioError(f"{path.name}: is not a table; its name must end in `.csv` or `.parquet`")
    is_csv = path.suffix.lower() == ".csv"
    try:
        names, columns = _read_csv(path) if is_csv else _read_parquet(path)
    except OSError as error:
        if isinstance(error, pa.ArrowException):
            raise ScenarioError(f"{path.name}: is not a Parquet file ({error})"[:300]) from None
        raise ScenarioError(f"{path.name}: cannot be read ({error.strerror})") from None
    except (pa.ArrowException, UnicodeDecodeError) as error:
        raise ScenarioError(f"{path.name}: cannot be read as a table: {str(error)[:200]}") from None
    names = [other if (other := (also or {}).get(name)) is not None and other not in names else name for name in names]
    _check_names(path.name, names, required, optional)
    kept = {name: column for name, column in zip(names, columns, strict=True) if name in (*required, *optional)}
    number = len(columns[0])
    blank = np.logical_and.reduce([pc.equal(column, "").to_numpy(zero_copy_only=False) for column in columns])
    rows = np.flatnonzero(~blank) if is_csv else np.arange(number)
    if len(rows) == 0:
        raise ScenarioError(f"{path.name}: has no rows; give at least one below the names {','.join(required)}")
    if len(rows) < number:
        kept = {name: column.take(pa.array(rows)) for name, column in kept.items()}
    return TableFile(path.name, kept, (rows + (2 if is_csv else 1)).astype(np.int64), is_csv)


def _refuse_if_too_large(name: str, need: int) -> None:
    free = free_bytes()
    if free is not None and need > free:
        raise ResourceError(f"{name}: reading this table needs {say_bytes(need)} of memory, free is {say_bytes(free)}; take a smaller one")


def _read_csv(path: Path) -> tuple[list[str], list[Any]]:
    _refuse_if_too_large(path.name, path.stat().st_size * _BYTES_PER_BYTE)
    data = path.read_bytes()
    try:
        if 0 in data:
            raise UnicodeDecodeError("utf-8", data, data.index(0), data.index(0) + 1, "no text holds it")
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise ScenarioError(f"{path.name}:{line}: is not CSV in UTF-8 (byte 0x{data[error.start]:02x}); save it as CSV UTF-8") from None
    try:
        names = [name.strip() for name in next(csv.reader([re.split(rb"[\r\n]", data, maxsplit=1)[0].decode("utf-8-sig")]), [])]
    except csv.Error as error:
        raise ScenarioError(f"{path.name}:1: cannot be read as names of columns ({error})") from None
    if not names:
        raise ScenarioError(f"{path.name}: is empty; the first line must name the columns")
    if len(names) == 1 and re.search(r"[;\t]", names[0]):
        raise ScenarioError(f"{path.name}:1: {names[0][:60]!r} is one column; separate columns by commas")
    wrong: list[Any] = []

    def keep(row: Any) -> str:
        wrong.append(row)
        return "error"

    if not re.search(rb"[\r\n]\s*\S", data):
        raise ScenarioError(f"{path.name}: has no rows below its names; give at least one")
    unique = [f"{number}" for number in range(len(names))]
    try:
        table = pyarrow.csv.read_csv(
            pa.BufferReader(data),
            read_options=pyarrow.csv.ReadOptions(use_threads=False, skip_rows=1, column_names=unique),
            parse_options=pyarrow.csv.ParseOptions(ignore_empty_lines=False, invalid_row_handler=keep),
            convert_options=pyarrow.csv.ConvertOptions(column_types=dict.fromkeys(unique, pa.string()), strings_can_be_null=False),
        )
    except pa.ArrowInvalid as error:
        if wrong:
            line, has, expected = wrong[0].number, wrong[0].actual_columns, len(names)
            values, columns = "value" if has == 1 else "values", "column" if expected == 1 else "columns"
            raise ScenarioError(f"{path.name}:{line}: this row has {has} {values}, the first line names {expected} {columns}") from None
        if "Empty CSV" in str(error):
            raise ScenarioError(f"{path.name}: has no rows below its names") from None
        raise
    return names, [pc.utf8_trim_whitespace(table.column(name)).combine_chunks() for name in unique]


def _read_parquet(path: Path) -> tuple[list[str], list[Any]]:
    about = pyarrow.parquet.read_metadata(path)
    _refuse_if_too_large(path.name, about.num_rows * about.num_columns * _BYTES_PER_VALUE)
    table = pyarrow.parquet.read_table(path)
    columns = []
    for name in table.column_names:
        try:
            text = pc.fill_null(pc.cast(table.column(name), pa.string()), "")
        except pa.ArrowException:  # lists and the like: of no use here, and no fault while nobody asks for them
            text = pa.chunked_array([pa.array([""] * table.num_rows, pa.string())])
        columns.append(pc.utf8_trim_whitespace(text).combine_chunks())
    if not columns:
        raise ScenarioError(f"{path.name}: has no columns")
    return [name.strip() for name in table.column_names], columns


def _check_names(file: str, names: list[str], required: tuple[str, ...], optional: tuple[str, ...]) -> None:
    place = f"{file}:1" if file.lower().endswith(".csv") else file
    known = (*required, *optional)
    twice = next((name for name in names if names.count(name) > 1 and name in known), None)
    if twice is not None:
        raise ScenarioError(f"{place}: the column `{twice}` is given twice; remove one")
    for name in required:
        if name not in names:
            strangers = [other for other in names if other not in known]
            near = _alike(name, strangers, 0.5)
            advice = f"is it `{near}`? Then rename it" if near else f"found are {listed(names)}"
            raise ScenarioError(f"{place}: there is no column `{name}`; {advice}. Needed: {', '.join(required)}; may be there: {', '.join(optional)}")
    for name in names:
        near = _alike(name, [other for other in optional if other not in names], _MISTYPED) if name not in known else None
        if near:
            raise ScenarioError(f"{place}: the column `{name[:60]}` is not known; did you mean `{near}`? Rename it or leave it out")


def _span(low: float, high: float) -> str:
    """Limits for people to read; a limit below one is one part of a whole number."""
    lowest = f"1/{round(1 / low):,}" if 0 < low < 1 else f"{low:,.0f}"
    return f"from {lowest} to {high:,.0f}"


def _alike(word: str, names: Iterable[str], cutoff: float) -> str | None:
    found = difflib.get_close_matches(word[:60].lower(), [name[:60].lower() for name in names], n=1, cutoff=cutoff)
    return next((name for name in names if name[:60].lower() == found[0]), None) if found else None


def nearest_of(name: str, known: list[str]) -> str:
    """Advice about a name that is not there; among very many the comparison would take too long."""
    return did_you_mean(name, known) if len(known) <= 20_000 else "mend the name"
