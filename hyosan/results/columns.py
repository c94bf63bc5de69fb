"""Batches of rows on their way to a table: NumPy columns, names as codes, to Arrow record batches of the declared schema.

The engine never makes lists of text: a column of names arrives as integer codes and the tuple of names they point to.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from hyosan.errors import SelfCheckError
from hyosan.tables import TABLES, schema

MAX_NAMES = np.iinfo(np.int16).max
"""Names that one column can tell apart: its codes are 16-bit."""


WHERE_FILLED = {"people": "name"}
"""By table, a column that is part of its hash only where some row has a text in it, and that files of earlier versions lack: a run in which
nobody has a name keeps the hash that it had before people could have names."""


class Coded(NamedTuple):
    """A column of names: integer `codes` [rows] into `names`; -1 stands for no name, written as empty text."""

    codes: NDArray[np.integer[Any]]
    names: tuple[str, ...]


Values = NDArray[Any] | Coded | tuple[NDArray[Any], tuple[str, ...]] | Sequence[Any]
"""One column: an array of numbers, codes with their names, or (for short tables) a list of numbers or text."""
Columns = Mapping[str, Values]
"""A batch of rows: every column of a table, all of one length."""


@cache
def table_schema(table: str) -> Any:
    """The Arrow schema of a table, made once."""
    return schema(table)


@cache
def named_columns(table: str) -> tuple[str, ...]:
    """Columns of a table that hold names."""
    return tuple(column.name for column in TABLES[table] if pa.types.is_dictionary(column.type))


def to_batch(table: str, columns: Columns) -> Any:
    """A record batch of `table` with the rows of `columns`.

    Raises SelfCheckError: columns missing, unknown, of different lengths, out of range, or with a code without a name.
    """
    wanted = table_schema(table)
    if set(columns) != set(wanted.names):
        wrong = ", ".join(sorted(set(columns) ^ set(wanted.names)))
        raise SelfCheckError(f"table {table}: columns missing or unknown: {wrong}. Columns are declared in hyosan/tables.py.")
    arrays = []
    for field in wanted:
        try:
            arrays.append(_array(columns[field.name], field.type))
        except (pa.ArrowInvalid, pa.ArrowTypeError, OverflowError, ValueError) as error:
            raise SelfCheckError(f"table {table}, column {field.name}: {error}") from error
    if len({len(array) for array in arrays}) > 1:
        lengths = ", ".join(f"{name} {len(array)}" for name, array in zip(wanted.names, arrays, strict=True))
        raise SelfCheckError(f"table {table}: columns of different lengths: {lengths}")
    return pa.record_batch(arrays, schema=wanted)


def count_rows(columns: Columns) -> int:
    """How many rows a batch has."""
    first = next(iter(columns.values()))
    return len(first[0]) if _is_coded(first) else len(first)


def as_table(table: str, batches: Iterable[Any]) -> Any:
    """One Arrow table of record batches (or tables) that may each have their own dictionaries."""
    wanted = table_schema(table)
    parts = [pa.Table.from_batches([batch]) if isinstance(batch, pa.RecordBatch) else batch for batch in batches]
    if not parts:
        return wanted.empty_table()
    return pa.concat_tables([part.cast(wanted) for part in parts]).unify_dictionaries()


def rechunk(table: str, batches: Iterable[Any], rows: int) -> Iterator[Any]:
    """The same rows in tables of exactly `rows` each (the last may be shorter), however they were split before."""
    held: list[Any] = []
    held_rows = 0
    for batch in batches:
        start = 0
        while len(batch) - start >= rows - held_rows:
            taken = rows - held_rows
            yield as_table(table, [*held, batch.slice(start, taken)])
            start, held, held_rows = start + taken, [], 0
        if start < len(batch):
            held.append(batch.slice(start))
            held_rows += len(batch) - start
    if held:
        yield as_table(table, held)


def canonical(table: str, chunk: Any) -> Any:
    """`chunk` with each dictionary reduced to the names in use, sorted: equal rows then give equal bytes in a file."""
    chunk = chunk.combine_chunks()
    for index, field in enumerate(table_schema(table)):
        if not pa.types.is_dictionary(field.type) or not len(chunk):
            continue
        column = chunk.column(index).unify_dictionaries().combine_chunks()
        column = column.chunk(0) if isinstance(column, pa.ChunkedArray) else column
        names = column.dictionary.to_pylist()
        codes = column.indices.to_numpy(zero_copy_only=False)
        used = sorted({names[code] for code in np.flatnonzero(np.bincount(codes))})
        position = {name: number for number, name in enumerate(used)}
        moved = np.array([position.get(name, 0) for name in names], dtype=np.int16)[codes]
        values = pa.DictionaryArray.from_arrays(pa.array(moved), pa.array(used, pa.string()))
        chunk = chunk.set_column(index, field, values)
    return chunk


def _is_coded(values: Any) -> bool:
    return isinstance(values, tuple) and len(values) == 2 and isinstance(values[0], np.ndarray) and isinstance(values[1], tuple)


def _array(values: Any, wanted: Any) -> Any:
    if not pa.types.is_dictionary(wanted):
        if isinstance(values, np.ndarray) and values.dtype.kind not in "iub":
            raise ValueError(f"numbers must be integers, found {values.dtype}")
        return pa.array(values).cast(wanted) if isinstance(values, np.ndarray) else pa.array(values, wanted)
    if _is_coded(values):
        return _coded(np.asarray(values[0]), values[1])
    names = tuple(sorted(set(values)))
    position = {name: number for number, name in enumerate(names)}
    return _coded(np.array([position[name] for name in values], dtype=np.int64), names)


def _coded(codes: NDArray[Any], names: tuple[str, ...]) -> Any:
    if len(codes) and (codes.min() < -1 or codes.max() >= len(names)):
        raise ValueError(f"a code lies outside its {len(names)} names")
    if len(codes) and codes.min() == -1:
        codes, names = np.where(codes == -1, len(names), codes), (*names, "")
    if len(names) > MAX_NAMES:
        raise ValueError(f"{len(names):,} names in one column; at most {MAX_NAMES:,} are possible")
    return pa.DictionaryArray.from_arrays(pa.array(codes.astype(np.int16)), pa.array(names, pa.string()))
