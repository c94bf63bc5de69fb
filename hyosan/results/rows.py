"""Rows of a run's tables by conditions on their columns: `kind=killed`, `second<=3600`, `zone=C4|C5`. A report names its evidence so."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from hyosan.errors import CommandError
from hyosan.results.run import Run
from hyosan.scenario.nearest import did_you_mean
from hyosan.scenario.row_words import ORDERING, row_condition
from hyosan.tables import TABLES

MANIFEST = "manifest"
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
    met = meeting(rows, table, conditions)
    shown = rows.select(list(columns)) if columns else rows
    return shown.filter(pa.array(met)) if conditions else shown


def meeting(rows: Any, table: str, conditions: Sequence[str]) -> NDArray[np.bool_]:
    """Which of these rows of a table (`pyarrow.Table`) meet all conditions. Raises CommandError as `select`."""
    met = np.ones(rows.num_rows, dtype=bool)
    for text in conditions:
        met &= _met(rows, table, text)
    return met


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
    numbers = {field.name: pa.types.is_integer(field.type) for field in rows.schema}
    one = row_condition(table, text, numbers)
    column = rows[one.column]
    if one.sign in ORDERING:
        return np.asarray(_COMPARE[one.sign](column.to_numpy(), one.numbers[0]), dtype=bool)
    found = np.isin(column.to_numpy(), one.numbers) if numbers[one.column] else named(column, *one.values)
    return found if one.sign == "=" else ~found


def _check_column(rows: Any, table: str, column: str) -> None:
    if column not in rows.column_names:
        raise CommandError(f"{column!r} is no column of {table}; {did_you_mean(column, rows.column_names)}")
