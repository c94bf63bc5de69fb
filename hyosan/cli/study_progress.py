"""How a study or fit that is under way is shown: a bar in a terminal, lines now and then elsewhere, JSON lines on request, or nothing."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from hyosan.cli.options import Style
from hyosan.cli.progress import JSON_SECONDS, LINE_SECONDS, now_and_then
from hyosan.units import say_duration

if TYPE_CHECKING:
    from hyosan.studies.gathering import StudyProgress


def line(now: StudyProgress, what: str = "runs") -> str:
    """The progress as one line of text."""
    left = say_duration(now.left_seconds) if now.left_seconds is not None else "?"
    failed = f", {now.failed:,} failed" if now.failed else ""
    return f"{100 * (now.done + now.failed) / max(1, now.members):5.1f} %  {now.done:,} of {now.members:,} {what}{failed}  {left} left"


@contextmanager
def shown(style: Style, what: str) -> Iterator[Callable[[StudyProgress], None]]:
    """Show how far a study is, in a style; `what` are its members called."""
    if style == "quiet":
        yield lambda now: None
    elif style == "json":
        yield now_and_then(JSON_SECONDS, lambda now: print(json.dumps({"event": "progress"} | now._asdict()), flush=True))
    elif sys.stderr.isatty():
        with _bar(what) as watcher:
            yield watcher
    else:
        yield now_and_then(LINE_SECONDS, lambda now: print(line(now, what), file=sys.stderr, flush=True))


@contextmanager
def _bar(what: str) -> Iterator[Callable[[StudyProgress], None]]:
    from rich.console import Console
    from rich.progress import BarColumn, TextColumn
    from rich.progress import Progress as Bar

    with Bar(BarColumn(), TextColumn("{task.fields[told]}"), console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("study", total=1.0, told="reading what is done")

        def watcher(now: StudyProgress) -> None:
            bar.update(task, total=now.members, completed=now.done + now.failed, told=line(now, what))

        yield watcher
