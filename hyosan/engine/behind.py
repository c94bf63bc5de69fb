"""Work that the next tick need not wait for: rows are sorted, encoded and handed on by one thread of its own, in the order given."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from typing import Final

PENDING: Final = 8
"""Pieces of work that may wait; who gives one more waits too, so that memory stays bounded."""
IDLE_SECONDS: Final = 1.0
"""After so long without work the thread ends; the next piece starts another."""


class Behind:
    """Runs pieces of work one after another on a thread that starts when there is some, and ends with `wait` or when there was none for a while.

    A run that is dropped before its end so leaves nothing behind. An error in a piece is raised from the next `do` or `wait`; later pieces are
    dropped then.
    """

    def __init__(self) -> None:
        self._todo: queue.Queue[Callable[[], None] | None] = queue.Queue(PENDING)
        self._thread: threading.Thread | None = None
        self._coming = threading.Lock()
        """Held while work is handed over, and while the thread makes sure that there is none."""
        self._error: BaseException | None = None

    def do(self, work: Callable[[], None]) -> None:
        """Hand over a piece of work. Raises what an earlier piece raised."""
        self._raise()
        with self._coming:
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="hyosan rows", daemon=True)
                self._thread.start()
            self._todo.put(work)

    def wait(self) -> None:
        """Return when all is done. Raises what a piece raised."""
        with self._coming:
            thread, self._thread = self._thread, None
            if thread is not None:
                self._todo.put(None)
        if thread is not None:
            thread.join()
        self._raise()

    def _run(self) -> None:
        while (work := self._next()) is not None:
            if self._error is None:
                try:
                    work()
                except BaseException as error:  # the thread that ticks must hear of everything, a full disk and a lack of memory too
                    self._error = error
            del work

    def _next(self) -> Callable[[], None] | None:
        """The next piece of work; None = the thread is to end."""
        while True:
            try:
                return self._todo.get(timeout=IDLE_SECONDS)
            except queue.Empty:
                with self._coming:
                    if self._todo.empty():
                        self._thread = None
                        return None

    def _raise(self) -> None:
        if self._error is not None:
            error, self._error = self._error, None
            raise error
