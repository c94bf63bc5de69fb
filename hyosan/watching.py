"""Watchers: functions that are told what happened, batch by batch, as rows of the log become final. They change nothing."""

from __future__ import annotations

import queue
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from hyosan.errors import PolicyError
from hyosan.results.columns import to_batch
from hyosan.units import say_clock

Watcher = Callable[[Any], object]


class Watched:
    """A sink that also keeps batches of events for watchers until `deliver`: rows may come from another thread, watchers are called by the caller's.

    Each gets a `pyarrow.RecordBatch` with the columns of `hyosan.tables.EVENTS`; batches follow each other in canonical order.
    """

    def __init__(self, sink: Any, watchers: Sequence[Watcher], start_clock: float) -> None:
        for one in watchers:
            if not callable(one):
                raise PolicyError(f"watchers: {one!r:.80} cannot be called; a function of a batch of events is needed")
        self.sink, self.watchers, self.start_clock = sink, tuple(watchers), start_clock
        self._ready: queue.SimpleQueue[Any] = queue.SimpleQueue()

    def append(self, table: str, columns: Any) -> None:
        """Hand rows on, and keep events for watchers."""
        self.sink.append(table, columns)
        if table == "events" and self.watchers:
            self._ready.put(to_batch(table, columns))

    def tell(self, batches: Iterable[Any]) -> None:
        """Batches that were final before: those of a run that goes on."""
        if self.watchers:
            for batch in batches:
                self._show(batch)

    def deliver(self) -> None:
        """Call the watchers with all that came since. Raises PolicyError: one failed."""
        while not self._ready.empty():
            self._show(self._ready.get())

    def _show(self, batch: Any) -> None:
        if not batch.num_rows:
            return
        for one in self.watchers:
            try:
                one(batch)
            except Exception as error:
                name = getattr(one, "__name__", type(one).__name__)
                first, last = (say_clock(batch["second"][k].as_py(), self.start_clock) for k in (0, -1))
                raise PolicyError(
                    f"watcher `{name}` failed on the events from {first} to {last} with {type(error).__name__}: {error}. The run ends here; "
                    "one in a folder goes on from its last checkpoint when it is started again."
                ) from error
