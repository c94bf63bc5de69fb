"""What an export is given, and what it gives: the types that every export is written against."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any, NamedTuple

from hyosan.results.epidemiology.cases import Cases, cases
from hyosan.results.run import Run
from hyosan.results.world import world_of
from hyosan.world.frame import World


@dataclass(frozen=True)
class Given:
    """A finished run, and what the user said about it."""

    run: Run
    start_date: date | None = None
    """The date of the run's first day; None = moments are days since the start of the run, and no date is made up."""

    @cached_property
    def cases(self) -> Cases:
        """The infections of the run."""
        return cases(self.run)

    @cached_property
    def world(self) -> World | None:
        """Where the run took place; None = not known, and exports that need it give nothing. Looked for (or built) only when asked for."""
        return world_of(self.run)


class Product(NamedTuple):
    """One file of an export."""

    name: str
    """Name of the file; of a table, without its ending."""
    content: Any
    """A table (`pyarrow.Table`, unit and meaning in each field's metadata), or the bytes of a file."""
    columns: Any = None
    """Of bytes that are a table all the same, its columns: a `pyarrow.Schema` with unit and meaning in each field's metadata."""


class Export(NamedTuple):
    """One export: what `--to` calls it, what it is, the files that it can give (of tables, without their ending), what makes it."""

    name: str
    about: str
    files: tuple[str, ...]
    make: Callable[[Given], Iterable[Product]]
