"""Options that several commands take, each told once: its name, what it may be, and what `--help` says of it.

Where no help is given here, the command's own docstring says what it means there.
"""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, Literal

from cyclopts import Parameter, Token
from cyclopts.validators import Number


def _as_whole(_: Any, tokens: Sequence[Token]) -> int:
    text = tokens[0].value
    if not re.fullmatch(r"\s*[+-]?\d(_?\d){0,29}\s*", text):
        raise ValueError(f"{text[:60]!r} is not a whole number")
    return int(text)


def whole(low: int, high: int | None = None, **also: Any) -> Parameter:
    """An option that is a whole number from `low` to `high`. Anything else is refused; by itself the library would round 1.5 to 2."""
    return Parameter(converter=_as_whole, validator=Number(gte=low, lte=high), **also)


Source = Annotated[str, Parameter(help="Name of a scenario that comes with hyosan, or a YAML file.")]
Changes = Annotated[tuple[str, ...], Parameter(name="--set", show_default=False)]
Events = Annotated[Path | None, Parameter(name="--orders")]
Files = Annotated[Path | None, Parameter(help="Folder of the tables that the scenario names, where they are not beside the run.")]

Seed = Annotated[
    int,
    whole(0, 2**62 - 1, help="The luck of the run: the same scenario and seed give the same result, on any machine."),
]
Threads = Annotated[
    int | None,
    whole(1, help="Threads to use; default: one for each core. The result does not depend on it."),
]
Device = Annotated[Literal["cpu", "cuda"], Parameter(help="Where the loops over people and places run.")]
Workers = Annotated[int | None, whole(0, 1024)]

Switch = Annotated[bool, Parameter(show_default=False)]
Replace = Annotated[bool, Parameter(name="--force", show_default=False, help="Replace a run that is there.")]
Json = Annotated[bool, Parameter(name="--json", show_default=False)]
JsonLines = Annotated[bool, Parameter(name="--json", show_default=False, help="Say everything as JSON, one object a line.")]
Verbose = Annotated[bool, Parameter(name=["--verbose", "-v"], show_default=False, help="Also say versions, hashes and each self-check.")]
Quiet = Annotated[bool, Parameter(name=["--quiet", "-q"], show_default=False)]

Style = Literal["plain", "verbose", "quiet", "json"]
"""How a command tells what it does."""


def style_of(as_json: bool, quiet: bool, verbose: bool = False) -> Style:
    """The style that options ask for: JSON before silence, silence before details."""
    return "json" if as_json else "quiet" if quiet else "verbose" if verbose else "plain"


def processes(workers: int | None) -> int:
    """How many processes run members: as many as asked for, else one for each core."""
    return workers if workers is not None else os.cpu_count() or 1
