"""What commands that compute have in common: what they say at the start, and how Ctrl-C stops them."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import TypeVar

from hyosan.cli.interrupt import noted
from hyosan.cli.options import Style
from hyosan.errors import CommandError

T = TypeVar("T")


def announce(style: Style, line: str, **told: object) -> None:
    """Say what is about to be computed, as a line or as JSON (`told`), and that the first time takes longer."""
    from hyosan.backend import kernels_are_cached

    compiling = not kernels_are_cached()
    if style == "json":
        print(json.dumps({"event": "started"} | told | {"compiling": compiling}), flush=True)
    elif style != "quiet":
        print(line, file=sys.stderr)
        if compiling:
            print("compiling kernels (once)… this takes a minute or two and is kept for later runs", file=sys.stderr, flush=True)


def refuse_to_replace(file: Path, begins: str, what: str) -> None:
    """Raises CommandError: a file that is there and does not begin as `what` the command writes, so that nothing of the user's is lost."""
    try:
        with file.open("rb") as stream:
            found = stream.read(len(begins.encode()))
    except OSError:
        return  # not there, or told when it is written
    if found and found != begins.encode():
        raise CommandError(f"{file}: holds something else than {what}; name another file")


@contextmanager
def watched(shown: AbstractContextManager[Callable[[T], None]], if_interrupted: str = "") -> Iterator[Callable[[T], None]]:
    """Gives what shows progress (`shown`) and stops after the first Ctrl-C; KeyboardInterrupt then says `if_interrupted`."""
    try:
        with noted() as stop_if_interrupted, shown as show:

            def watch(now: T) -> None:
                stop_if_interrupted()
                show(now)

            yield watch
    except KeyboardInterrupt:
        raise KeyboardInterrupt(if_interrupted) from None


def as_json_text(value: object) -> str:
    """A value as JSON for people and programs: one field a line, no NaN."""
    return json.dumps(value, indent=1, ensure_ascii=False, allow_nan=False)
