"""`hyosan.whatif`: one question about a finished run, one answer, nothing is written."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from hyosan.counterfactual.answer import WhatIf
from hyosan.counterfactual.asker import Asker
from hyosan.errors import CommandError
from hyosan.policy_record import Given
from hyosan.results.run import Run
from hyosan.running.clock import Progress


def whatif(
    source: Run | Path | str,
    *,
    without: str | None = None,
    order: str | None = None,
    earlier: str | None = None,
    later: str | None = None,
    person: int | str | None = None,
    bite: int | str | None = None,
    overrides: Sequence[str] | Mapping[str, Any] = (),
    policies: Given = None,
    files: Path | str | None = None,
    threads: int | None = None,
    progress: Callable[[Progress], None] | None = None,
) -> WhatIf:
    """What would have been otherwise in a finished run, on the same luck.

    Main arguments, one question: `without`, an order that is not given; `order` with `earlier` or `later` ("3 h"), one whose first giving is
    decided so much sooner or later, whatever is known then; `person`, an id or name: that person is never infected; `bite`, likewise: their first
    infection does not happen (`"4711/2"`: their second), and they go on with a fresh threshold; `overrides`, changes of the scenario as of
    `hyosan.run`: numbers are others from the start on, in the same city.
    Other arguments: `policies` of a run that had some; `files`, `threads` and `progress` as of `hyosan.fork`.

    Raises CommandError: no such order or person, no question or two. RunFolderError, ScenarioError, PolicyError as `hyosan.fork`.
    """
    given = {"without": without, "order": order, "person": person, "bite": bite, "overrides": overrides or None}
    names = [name for name, value in given.items() if value is not None]
    if len(names) != 1:
        raise CommandError(f"what if what? Give one of {', '.join(given)}" + (f"; given are {' and '.join(names)}" if names else ""))
    if (order is not None) != (earlier is not None or later is not None) or (earlier is not None and later is not None):
        raise CommandError("`order` goes with `earlier` or with `later`, and these with it: `--order cordon --earlier '3 h'`")
    asker = Asker(source, policies=policies, files=files, threads=threads, progress=progress)
    if person is not None:
        return asker.never_infected(person)
    if bite is not None:
        return asker.not_bitten(bite)
    if overrides:
        return asker.altered(overrides)
    return asker.without(without) if without is not None else asker.moved(str(order), earlier, later)
