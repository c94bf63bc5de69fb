"""How a run that is under way is shown: a bar in a terminal, lines now and then elsewhere, JSON lines on request, or nothing.

Each is a context manager that gives the callable that `hyosan.run` calls as time goes by. All but JSON goes to standard error.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeAlias, TypeVar

from hyosan.cli.options import Style
from hyosan.units import say_clock, say_duration

if TYPE_CHECKING:
    from hyosan.running.clock import Progress

T = TypeVar("T")
Watcher: TypeAlias = "Callable[[Progress], None]"

LINE_SECONDS = 5.0
"""Lines are written at most this often where there is no terminal (a log of a night must stay readable)."""
JSON_SECONDS = 1.0


@contextmanager
def shown(style: Style, start_clock_seconds: float) -> Iterator[Watcher]:
    """Show the progress of a run in a style while the context lasts."""
    if style == "quiet":
        yield lambda now: None
    elif style == "json":
        yield now_and_then(JSON_SECONDS, lambda now: _say_json(now, start_clock_seconds))
    elif sys.stderr.isatty():
        with _bar(start_clock_seconds) as watcher:
            yield watcher
    else:
        yield now_and_then(LINE_SECONDS, lambda now: print(line(now, start_clock_seconds), file=sys.stderr, flush=True))


def line(now: Progress, start_clock_seconds: float) -> str:
    """The progress as one line of text."""
    parts = [f"{100 * now.done_share:5.1f} %", say_clock(now.second, start_clock_seconds), f"{now.infected:,} infected", speed(now)]
    return "  ".join([*parts, f"{time_left(now)} left"])


def speed(now: Progress) -> str:
    """How fast it goes: `12.5 million person-days/s`."""
    return say_speed(now.person_days_per_second)


def say_speed(person_days_per_second: float) -> str:
    """A speed in millions of person-days per second, with three figures that count."""
    millions = person_days_per_second / 1e6
    digits = 0 if millions >= 100 else 1 if millions >= 10 else 2 if millions >= 1 else 3
    return f"{millions:.{digits}f} million person-days/s"


def time_left(now: Progress) -> str:
    """The time that the run will still take, were it to go on as before."""
    if now.done_share <= 0:
        return "?"
    return say_duration(now.elapsed_seconds * (1 - now.done_share) / now.done_share)


def now_and_then(seconds: float, tell: Callable[[T], None]) -> Callable[[T], None]:
    """Tell what is given to it at most once in so many seconds."""
    last = time.monotonic()

    def watcher(now: T) -> None:
        nonlocal last
        if time.monotonic() - last >= seconds:
            last = time.monotonic()
            tell(now)

    return watcher


def _say_json(now: Progress, start_clock_seconds: float) -> None:
    told = {"event": "progress", "clock": say_clock(now.second, start_clock_seconds)} | {
        name: getattr(now, name) for name in ("second", "end_second", "infected", "done_share", "elapsed_seconds", "person_days_per_second")
    }
    print(json.dumps(told), flush=True)


@contextmanager
def _bar(start_clock_seconds: float) -> Iterator[Watcher]:
    from rich.console import Console
    from rich.progress import BarColumn, TextColumn
    from rich.progress import Progress as Bar

    columns = (TextColumn("{task.fields[clock]:>14}"), BarColumn(), TextColumn("{task.percentage:>3.0f} %"), TextColumn("{task.fields[told]}"))
    with Bar(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("run", total=1.0, clock=say_clock(0, start_clock_seconds), told="building the city")

        def watcher(now: Progress) -> None:
            told = f"{now.infected:,} infected, {speed(now)}, {time_left(now)} left"
            bar.update(task, completed=now.done_share, clock=say_clock(now.second, start_clock_seconds), told=told)

        yield watcher
