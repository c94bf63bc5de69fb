"""Ctrl-C during a run: the first stops it after the present step, the second at once.

An interrupt raised wherever the program happens to be may hit the compiler, which then fails in ways of its own or swallows it. So the
first one is only noted, and raised where a run tells its progress: between two ticks.
"""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def noted() -> Iterator[Callable[[], None]]:
    """Note interrupts while the context lasts; gives a function that raises KeyboardInterrupt if there was one.

    Whatever else is raised after an interrupt is a consequence of it, and becomes KeyboardInterrupt.
    """
    count = 0

    def note(*_: object) -> None:
        nonlocal count
        count += 1
        if count > 1:
            raise KeyboardInterrupt
        print("\nStopping after this step (Ctrl-C again: at once)", file=sys.stderr, flush=True)

    def look() -> None:
        if count:
            raise KeyboardInterrupt

    if threading.current_thread() is not threading.main_thread():
        yield look  # only the main thread may set handlers
        return
    before = signal.signal(signal.SIGINT, note)
    try:
        yield look
    except Exception:
        look()
        raise
    finally:
        signal.signal(signal.SIGINT, before)
