"""Rows of a run's tables by conditions on their columns: `kind=killed`, `second<=3600`, `zone=C4|C5`. A report names its evidence so."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from hyosan.errors import CommandError
from hyosan.results.run import Run
from hyosan.scenario.nearest import did_you_mean
from hyosan.tables import EVENT_KINDS, TABLES

MANIFEST = "manifest"
_CONDITION = re.compile(r"([a-z_]+)\s*(<=|>=|!=|=|<|>)\s*(.*)", re.DOTALL)
_SPLIT = re.compile(r"(?<!\\)\|")
_COMPARE = {"<": np.less, ">": np.greater, "<=": np.less_equal, ">=": np.greater_equal}


def select(run: Run, table: str, conditions: Sequence[str] = (), columns: Sequence[str] = ()) -> Any:
    r"""The rows of a table that meet all conditions, in their order (`pyarrow.Table`); `columns` keeps some, default all.

    A condition is `column`, one of `= != < <= > >=`, a value. After `=` and `!=` several values may stand, apart by `|` (one in a name: `\|`).

    Raises CommandError: no such table, column or kind of event, or a condition that is none. RunFolderError: the file is damaged.
    """
    if table not in TABLES:
        raise CommandError(f"{table!r} is no table of a run; {did_you_mean(table, TABLES)}")
    rows = run.table(table)
    for name in columns:
        _check_column(rows, table, name)
    met = np.ones(rows.num_rows, dtype=bool)
    for text in conditions:
        met &= _met(rows, table, text)
    shown = rows.select(list(columns)) if columns else rows
    return shown.filter(pa.array(met)) if conditions else shown


def named(column: Any, *names: str) -> NDArray[np.bool_]:
    """Which rows of a column of names hold one of these: looked up once in its dictionary, not row by row."""
    chunks = column.chunks if hasattr(column, "chunks") else [column]
    coded = [chunk if pa.types.is_dictionary(chunk.type) else chunk.dictionary_encode() for chunk in chunks]
    parts = [
        np.array([name in names for name in one.dictionary.to_pylist()], dtype=bool)[one.indices.to_numpy(zero_copy_only=False)] for one in coded
    ]
    return np.concatenate(parts) if parts else np.empty(0, dtype=bool)


def condition(column: str, *values: object) -> str:
    """The condition that a column has one of these values."""
    return f"{column}=" + "|".join(str(value).replace("\\", "\\\\").replace("|", "\\|") for value in values)


def manifest_part(run: Run, path: str) -> Any:
    """A part of the manifest by its keys: `ending.alive`. Raises CommandError: there is none."""
    found: Any = run.manifest
    for key in path.split("."):
        if not isinstance(found, dict) or key not in found:
            raise CommandError(f"{path!r}: the manifest has no {key!r} there; {did_you_mean(key, found if isinstance(found, dict) else ())}")
        found = found[key]
    return found


def _met(rows: Any, table: str, text: str) -> NDArray[np.bool_]:
    """Which rows meet a condition."""
    parts = _CONDITION.fullmatch(text.strip())
    if parts is None:
        raise CommandError(f"{text!r} is no condition; write one as kind=killed, second<=3600 or zone=C4|C5.")
    column, sign, value = parts.groups()
    _check_column(rows, table, column)
    numbers = pa.types.is_integer(rows.schema.field(column).type)
    if sign in _COMPARE:
        if not numbers:
            raise CommandError(f"{text!r}: {column} holds names; these are only compared by = and !=.")
        return np.asarray(_COMPARE[sign](rows[column].to_numpy(), _whole(value, text)), dtype=bool)
    given = [re.sub(r"\\(.)", r"\1", one) for one in _SPLIT.split(value)]
    if (table, column) == ("events", "kind") and (unknown := next((one for one in given if one not in EVENT_KINDS), None)) is not None:
        raise CommandError(f"{text!r}: {unknown!r} is no kind of event; {did_you_mean(unknown, EVENT_KINDS)}")
    found = np.isin(rows[column].to_numpy(), [_whole(one, text) for one in given]) if numbers else named(rows[column], *given)
    return found if sign == "=" else ~found


def _check_column(rows: Any, table: str, column: str) -> None:
    if column not in rows.column_names:
        raise CommandError(f"{column!r} is no column of {table}; {did_you_mean(column, rows.column_names)}")


def _whole(value: str, text: str) -> int:
    try:
        number = int(value.replace(",", "").replace("_", ""))
    except ValueError:
        number = 1 << 63
    if not -(1 << 63) <= number < 1 << 63:
        raise CommandError(f"{text!r}: {value!r} is no whole number; this column holds whole numbers.") from None
    return number
