"""Canonical hashes of tables: two runs are the same if and only if these are equal.

What is hashed are values, not bytes of files: numbers as little-endian 64-bit integers, text by a stable 64-bit hash of itself,
column by column within chunks of a fixed number of rows. So neither row groups, compression, the order of dictionaries nor the
version of a library can change a hash. Rows are hashed in the order in which they stand: the engine writes them in canonical
order.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from hyosan.errors import SelfCheckError
from hyosan.results.atomic import HASH_BYTES
from hyosan.results.columns import WHERE_FILLED, Columns, rechunk, table_schema, to_batch

CHUNK_ROWS = 65_536
"""Rows per chunk. Part of the hash's definition: changing it changes every hash."""
HISTORY_TABLES = ("events", "people", "series")
FIGURES = (
    "name", "seed", "scenario_hash", "world_hash", "start_clock_seconds", "tick_seconds", "end_second", "why", "ending",
)  # fmt: skip
"""Keys of the manifest that belong to the result (times, versions, threads and hardware do not)."""


class TableHash:
    """The hash of one table, fed batch by batch; how the rows are split into batches does not matter."""

    def __init__(self, table: str) -> None:
        self._table = table
        self._digest = hashlib.blake2b(digest_size=HASH_BYTES)
        self._extra = WHERE_FILLED.get(table)
        self._digest.update(json.dumps([table, *(name for name in table_schema(table).names if name != self._extra)]).encode())
        self._filled = hashlib.blake2b(digest_size=HASH_BYTES)
        self._some = False
        self._names: dict[str, int] = {}
        self._held: list[Any] = []
        self._held_rows = 0
        self._rows = 0

    def update(self, columns: Columns | Any) -> None:
        """Add rows: columns as for `RunWriter.append`, or an Arrow batch or table. Raises SelfCheckError as `to_batch`."""
        batch = to_batch(self._table, columns) if isinstance(columns, Mapping) else columns
        self._held.append(batch)
        self._held_rows += len(batch)
        if self._held_rows >= CHUNK_ROWS:
            chunks = list(rechunk(self._table, self._held, CHUNK_ROWS))
            rest = len(chunks[-1]) < CHUNK_ROWS
            self._held = [chunks.pop()] if rest else []
            self._held_rows = len(self._held[0]) if rest else 0
            for chunk in chunks:
                self._some |= self._take(self._digest, self._filled, chunk)
                self._rows += len(chunk)

    def _take(self, digest: Any, filled: Any, chunk: Any) -> bool:
        """Feed rows, a column of `WHERE_FILLED` to a digest of its own; gives whether some row has a text there."""
        if self._extra is None:
            _feed(digest, chunk, self._names)
            return False
        _feed(digest, chunk.drop_columns([self._extra]), self._names)
        _feed(filled, chunk.select([self._extra]), self._names)
        return any(text for text in pc.unique(chunk[self._extra].cast(pa.string())).to_pylist())

    def fed(self, batches: Iterable[Any]) -> Iterator[Any]:
        """The same batches, each added on its way by a thread beside: what is written is hashed meanwhile, without reading it again."""
        with ThreadPoolExecutor(1) as beside:
            tasks = []
            for batch in batches:
                tasks.append(beside.submit(self.update, batch))
                yield batch
            for task in tasks:
                task.result()

    def digest(self) -> str:
        """The hash of all rows so far, as hexadecimal text; more rows may follow."""
        final, filled, some = self._digest.copy(), self._filled.copy(), self._some
        for chunk in rechunk(self._table, self._held, CHUNK_ROWS):
            some |= self._take(final, filled, chunk)
        final.update(np.int64(self._rows + self._held_rows).astype("<i8").tobytes())
        if some:
            final.update(filled.digest())
        return final.hexdigest()


def hash_table(table: str, batches: Iterable[Any]) -> str:
    """The hash of a table given as Arrow batches or tables."""
    running = TableHash(table)
    for batch in batches:
        running.update(batch)
    return running.digest()


def hash_rows(rows: Any) -> str:
    """The hash of some rows and columns of a table (Arrow), in the order in which they stand."""
    digest = hashlib.blake2b(json.dumps(rows.column_names).encode(), digest_size=HASH_BYTES)
    _feed(digest, rows, {})
    return digest.hexdigest()


def history_hash(table_hashes: Mapping[str, str]) -> str:
    """The hash of what happened: events, people and series. Needs the hashes of these three tables."""
    return _combine("history", {table: table_hashes[table] for table in HISTORY_TABLES})


def result_hash(table_hashes: Mapping[str, str], manifest: Mapping[str, Any]) -> str:
    """The hash of the whole result: history, orders, injects if there were any, and figures of the manifest (no times, no versions)."""
    figures = {key: manifest.get(key) for key in FIGURES}
    figures["self_checks"] = [[check["name"], bool(check["passed"])] for check in manifest.get("self_checks", ())]
    injected = table_hashes.get("injects", _no_injects())  # a run without injects keeps the hash it had before there were any
    more = {"injects": injected} if injected != _no_injects() else {}
    return _combine("result", {"history": history_hash(table_hashes), "orders": table_hashes["orders"], "figures": figures, **more})


@cache
def _no_injects() -> str:
    return hash_table("injects", ())


def _combine(what: str, parts: Mapping[str, Any]) -> str:
    text = json.dumps([what, dict(parts)], sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.blake2b(text.encode(), digest_size=HASH_BYTES).hexdigest()


def _feed(digest: Any, chunk: Any, names: dict[str, int]) -> None:
    digest.update(np.int64(len(chunk)).astype("<i8").tobytes())
    for field in chunk.schema:
        column = chunk.column(field.name)
        if column.null_count:
            raise SelfCheckError(f"column {field.name} holds rows without a value; no column may")
        if pa.types.is_integer(field.type):
            numbers = column.to_numpy()
            digest.update(np.ascontiguousarray(numbers, dtype="<i8").data)
        else:
            digest.update(_text_hashes(column, names).data)


def _text_hashes(column: Any, names: dict[str, int]) -> NDArray[np.uint64]:
    """The hash of each row's text. Each text is hashed once: columns of names repeat a few of them."""
    if not pa.types.is_dictionary(column.type):
        column = column.dictionary_encode()
    found = []
    for chunk in column.chunks:
        texts = chunk.dictionary.to_pylist()
        for text in texts:
            if text not in names:
                names[text] = int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "little")
        table = np.array([names[text] for text in texts], dtype="<u8")
        found.append(table[chunk.indices.to_numpy(zero_copy_only=False)])
    return np.concatenate(found) if found else np.empty(0, dtype="<u8")
