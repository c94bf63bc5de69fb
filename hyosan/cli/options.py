"""Options that several commands take, each told once: its name, what it may be, and what `--help` says of it.

Where no help is given here, the command's own docstring says what it means there.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter
from cyclopts.validators import Number

Source = Annotated[str, Parameter(help="Name of a scenario that comes with hyosan, or a YAML file.")]
Changes = Annotated[tuple[str, ...], Parameter(name="--set", show_default=False)]
Events = Annotated[Path | None, Parameter(name="--orders")]
Files = Annotated[Path | None, Parameter(help="Folder of the tables that the scenario names, where they are not beside the run.")]

Seed = Annotated[
    int,
    Parameter(validator=Number(gte=0, lt=2**62), help="The luck of the run: the same scenario and seed give the same result, on any machine."),
]
Threads = Annotated[
    int | None,
    Parameter(validator=Number(gte=1), help="Threads to use; default: one for each core. The result does not depend on it."),
]
Device = Annotated[Literal["cpu", "cuda"], Parameter(help="Where the loops over people and places run.")]
Workers = Annotated[int | None, Parameter(validator=Number(gte=0, lte=1024))]

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
