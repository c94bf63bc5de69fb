"""Parquet files of the declared tables: written streamed with page checksums, read streamed within a byte limit. Also parts of them,
which only live until the run is finished.

Row groups hold a fixed number of rows with sorted dictionaries, so equal rows give equal bytes however they came. A file that
claims or unfolds to more bytes than the limit is refused before or while it is read, never after.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from hyosan.errors import ResourceError, RunFolderError
from hyosan.results.atomic import atomic_file
from hyosan.results.columns import WHERE_FILLED, canonical, named_columns, rechunk, table_schema

GROUP_ROWS = 131_072
"""Rows per row group."""
MAX_TABLE_BYTES = 16 * 2**30
"""Bytes that one table may unfold to (some 250 million events)."""
_READ_ROWS = 65_536


def write_table(path: Path, table: str, batches: Iterable[Any], bytes_needed: int = 0) -> int:
    """Write `batches` as one Parquet file, all or nothing, and give the number of rows. Raises as `atomic_file`."""
    with atomic_file(path, bytes_needed) as handle:
        return _write(handle, table, batches)


def read_batches(path: Path, table: str, limit_bytes: int = MAX_TABLE_BYTES) -> Iterator[Any]:
    """The file's rows as record batches of the table's schema, each at most 65,536 rows.

    Raises RunFolderError: missing, damaged, or of other columns. ResourceError: more than `limit_bytes` when unfolded.
    """
    try:
        with _open(path, table, limit_bytes) as file:
            unfolded = 0
            for batch in file.iter_batches(batch_size=_READ_ROWS):
                unfolded += _unfolded_bytes(batch)
                _bound(path, unfolded, limit_bytes)
                yield _conform(path, table, batch)
    except (pa.ArrowException, OSError, ValueError, KeyError) as error:
        raise RunFolderError(f"{path}: cannot be read: {error}. The file is missing or damaged.") from error


def write_part(path: Path, table: str, batches: Iterable[Any], bytes_needed: int = 0) -> int:
    """Write rows for the writer alone to read again, in Arrow's stream format (five times as fast as Parquet), and give their number.

    Raises as `atomic_file`. The checkpoint that names a part holds its hash.
    """
    rows = 0
    options = pa.ipc.IpcWriteOptions(compression="zstd")
    with atomic_file(path, bytes_needed) as handle, pa.ipc.new_stream(handle, table_schema(table), options=options) as writer:
        for chunk in rechunk(table, batches, GROUP_ROWS):
            writer.write_table(chunk)
            rows += len(chunk)
    return rows


def read_part(path: Path, table: str) -> Iterator[Any]:
    """The rows of a part as record batches. Raises RunFolderError: missing, damaged, or of other columns."""
    if path.suffix == ".parquet":  # of a run that an earlier version began
        yield from read_batches(path, table)
        return
    try:
        with pa.OSFile(str(path)) as file, pa.ipc.open_stream(file) as reader:
            if not reader.schema.equals(table_schema(table)):
                raise RunFolderError(f"{path}: its columns are not those of the table {table}. It is damaged or from another version.")
            yield from reader
    except (pa.ArrowException, OSError, ValueError) as error:
        raise RunFolderError(f"{path}: cannot be read: {error}. The file is missing or damaged.") from error


def _write(handle: BinaryIO, table: str, batches: Iterable[Any]) -> int:
    rows = 0
    with pq.ParquetWriter(
        handle,
        table_schema(table),
        compression="zstd",
        use_dictionary=list(named_columns(table)),
        write_page_checksum=True,
        write_statistics=[name for name in table_schema(table).names if name.startswith("second")],  # what readers skip by; others cost a third
    ) as writer:
        for chunk in rechunk(table, batches, GROUP_ROWS):
            writer.write_table(canonical(table, chunk), row_group_size=GROUP_ROWS)
            rows += len(chunk)
    return rows


def _open(path: Path, table: str, limit_bytes: int) -> Any:
    """The opened file, its columns and claimed size checked. Text is read as dictionaries, so repeats do not unfold."""
    wanted = table_schema(table)
    metadata = pq.read_metadata(path)
    text = [field.name for field in wanted if not pa.types.is_integer(field.type) and field.name in metadata.schema.names]
    if metadata.schema.names not in (wanted.names, [name for name in wanted.names if name != WHERE_FILLED.get(table)]):
        raise RunFolderError(f"{path}: its columns are not those of the table {table}. It is damaged or from another version.")
    width = sum(8 if pa.types.is_integer(field.type) else 4 for field in wanted)
    _bound(path, metadata.num_rows * width, limit_bytes)
    return pq.ParquetFile(path, metadata=metadata, read_dictionary=text, page_checksum_verification=True)


def _bound(path: Path, unfolded: int, limit_bytes: int) -> None:
    if unfolded > limit_bytes:
        raise ResourceError(
            f"{path}: unfolds to {unfolded:,} bytes or more, above the limit of {limit_bytes:,}. "
            "Read it in batches (Run.batches), or do not trust where it came from."
        )


def _unfolded_bytes(batch: Any) -> int:
    """Bytes of a batch once text columns without a dictionary type are written out row by row."""
    total = int(batch.nbytes)
    for column in batch.columns:
        if pa.types.is_dictionary(column.type):
            lengths = pc.binary_length(column.dictionary).to_numpy(zero_copy_only=False)
            uses = np.bincount(column.indices.drop_null().to_numpy(zero_copy_only=False), minlength=len(lengths))
            total += int(np.dot(uses, lengths))
    return total


def _conform(path: Path, table: str, batch: Any) -> Any:
    arrays: list[Any] = []
    for field in table_schema(table):
        if field.name not in batch.schema.names:
            arrays.append(pa.DictionaryArray.from_arrays(pa.array(np.zeros(len(batch), dtype=np.int16)), pa.array([""])))
            continue
        column = batch.column(field.name)
        if column.null_count:
            raise RunFolderError(f"{path}: column {field.name} has rows without a value. The file is damaged.")
        if pa.types.is_dictionary(field.type):
            column = pa.DictionaryArray.from_arrays(column.indices.cast(pa.int16()), column.dictionary.cast(pa.string()))
        arrays.append(column.cast(field.type))
    return pa.record_batch(arrays, schema=table_schema(table))
