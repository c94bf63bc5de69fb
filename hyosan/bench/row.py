"""What a bench says: rows of a name, a value, its unit, whom it is held beside, what it must reach, and whether it does."""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple


class Row(NamedTuple):
    """One figure. `peer` names the other program and its own figure; `target` is `>= 3` or `<= 15` in the row's unit; None where there is none."""

    name: str
    value: float
    unit: str
    peer: str | None = None
    target: str | None = None
    met: bool | None = None


class Skipped(NamedTuple):
    """What was not measured, and why."""

    name: str
    why: str


def row(name: str, value: float, unit: str, *, peer: str | None = None, target: str | None = None) -> Row:
    """A row of three significant figures, judged by its target before it is rounded."""
    met = None
    if target is not None:
        sign, bound = target.split()
        met = value >= float(bound) if sign == ">=" else value <= float(bound)
    return Row(name, float(f"{value:.3g}"), unit, peer, target, met)


def median(values: Sequence[float]) -> float:
    """The middle one of several measurements."""
    return float(statistics.median(values))


def ratio_row(name: str, own: float, found: Mapping[str, Any] | None, people: int, *, target: str | None = None) -> list[Row]:
    """How many times faster than a peer, which took the median of its `seconds` for as many people; nothing where the peer is absent."""
    if found is None:
        return []
    seconds = median(found["seconds"])
    peer = f"{found['version']}: {seconds:.3g} s, {100 * found['infected'] / people:.0f} % infected"
    return [row(f"{name}: times faster than {found['version']}", seconds / own, "x", peer=peer, target=target)]
