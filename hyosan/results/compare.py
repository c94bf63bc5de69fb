"""The first second at which the logs of two runs differ. Tables are read in step, a chunk of each at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import zip_longest
from typing import Any, NamedTuple

from hyosan.results.columns import Columns, as_table, rechunk, to_batch

CHUNK_ROWS = 65_536
LOGS = ("orders", "events", "series")
"""Tables that are compared: what was ordered, what happened, what was counted; of one second, causes first. `people` says the state at the end,
without moments."""
IN_TIME = ("events", "series")
"""Of these, those whose rows come in order of time, before the end."""
_UNKNOWN = 1 << 62

Batches = Callable[[str], Iterable[Any]]


class Difference(NamedTuple):
    """Where two logs part: the second, the table, and the row in each (None = it has no such row)."""

    second: int
    table: str
    one: dict[str, Any] | None
    other: dict[str, Any] | None

    def to_json(self) -> dict[str, Any]:
        """As plain data, for a manifest."""
        return self._asdict()


def first_difference(one: Batches, other: Batches, before: int | None = None, since: int = 0) -> Difference | None:
    """The earliest difference of two runs, each given as a function from the name of a table to its batches; None = there is none.

    `before` leaves out rows from that second on, for two runs of which one ends there. `since` is when they can differ at the earliest: the
    second told if all that differs is what an order used or reached, of which the log does not say when.
    """
    return _earliest([_in_table(table, one(table), other(table), before) for table in LOGS], since)


class Beside:
    """Holds rows against those of a run as they come (a sink of a second run): memory does not grow with the runs.

    `one` gives the batches of a table of the run, from where the rows begin that will come.
    """

    def __init__(self, one: Batches) -> None:
        self._one = {table: rechunk(table, one(table), CHUNK_ROWS) for table in LOGS}
        self._held: dict[str, list[Any]] = {table: [] for table in LOGS}
        self._rows = dict.fromkeys(LOGS, 0)
        self._found: dict[str, Difference] = {}

    def append(self, table: str, columns: Columns) -> None:
        """Some rows of a table come."""
        if table not in self._held or table in self._found:
            return
        self._held[table].append(to_batch(table, columns))
        self._rows[table] += len(self._held[table][-1])
        if self._rows[table] >= CHUNK_ROWS and table in IN_TIME:
            whole = list(rechunk(table, self._held[table], CHUNK_ROWS))
            rest = [whole.pop()] if len(whole[-1]) < CHUNK_ROWS else []
            self._held[table], self._rows[table] = rest, sum(map(len, rest))
            for chunk in whole:
                self._compare(table, chunk)

    def _compare(self, table: str, chunk: Any) -> None:
        theirs = next(self._one[table], None)
        if table not in self._found and (difference := _in_table(table, [] if theirs is None else [theirs], [chunk], None)) is not None:
            self._found[table] = difference
            self._held[table] = []

    def difference(self, before: int | None = None, since: int = 0) -> Difference | None:
        """The earliest difference, all rows being there; arguments as of `first_difference`."""
        found = []
        for table in LOGS:
            first = self._found.get(table) or _in_table(table, self._one[table], self._held[table], before)
            found.append(None if first is not None and before is not None and first.second >= before else first)
        return _earliest(found, since)


def _earliest(found: Iterable[Difference | None], since: int) -> Difference | None:
    first = min((one for one in found if one is not None), key=lambda one: (one.second, LOGS.index(one.table)), default=None)
    return first._replace(second=since) if first is not None and first.second == _UNKNOWN else first


def _in_table(table: str, one: Iterable[Any], other: Iterable[Any], before: int | None) -> Difference | None:
    earliest: Difference | None = None
    for ours, theirs in zip_longest(_chunks(table, one), _chunks(table, other)):
        if ours is not None and theirs is not None and ours.equals(theirs):
            continue
        for row, their in zip_longest(_rows(ours), _rows(theirs)):
            if row == their:
                continue
            second = _orders_part(row, their) if table == "orders" else min(kept["second"] for kept in (row, their) if kept is not None)
            if (before is None or second < before) and (earliest is None or second < earliest.second):
                earliest = Difference(second, table, row, their)
            if table != "orders":
                return earliest  # rows stand in order of time
    return earliest


def _orders_part(one: dict[str, Any] | None, other: dict[str, Any] | None) -> int:
    """The earliest second that two rows of `orders` tell differently: that of the decision, the effect or the end."""
    if one is None or other is None or any(one[name] != other[name] for name in ("order", "number", "authority", "measure", "knowledge")):
        return int(min(row["second_decided"] for row in (one, other) if row is not None))
    for name in ("second_decided", "second_effective", "second_ended"):
        if one[name] != other[name]:
            return int(min(row[name] for row in (one, other) if row[name] >= 0))
    return _UNKNOWN  # what it used or reached


def _chunks(table: str, batches: Iterable[Any]) -> Iterator[Any]:
    import pyarrow as pa

    for chunk in rechunk(table, batches, CHUNK_ROWS):
        whole = as_table(table, [chunk])
        yield whole.cast(pa.schema([(field.name, pa.string() if pa.types.is_dictionary(field.type) else field.type) for field in whole.schema]))


def _rows(chunk: Any) -> list[dict[str, Any]]:
    return chunk.to_pylist() if chunk is not None else []
