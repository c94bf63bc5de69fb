"""Summaries of a draw and of the data: the observed numbers themselves, by week or summed up, under a transformation."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from hyosan.fitting.data import Target
from hyosan.fitting.regression import Floats
from hyosan.scenario.observed import PER_DAY

TAKEN = ("day", "week", "cumulative")
"""How the days of a series are taken: one by one; by week (counts per day added up, others averaged); counts per day summed up so far."""
TRANSFORMS = ("none", "sqrt", "log")
"""What is made of each summary: nothing, its square root, or the logarithm of 1 more."""


class Summaries(NamedTuple):
    """How observed numbers become summaries."""

    names: tuple[str, ...]
    parts: Floats
    """[summaries, observed numbers] what each summary adds up."""
    weights: Floats
    transform: str

    def of(self, values: Floats) -> Floats:
        """[..., summaries] from [..., observed numbers]."""
        found: Floats = values @ self.parts.T
        return np.sqrt(found) if self.transform == "sqrt" else np.log1p(found) if self.transform == "log" else found


def summaries_of(targets: Sequence[Target], taken: str = "day", transform: str = "none") -> Summaries:
    """How these observed numbers become summaries; the weight of a week is the mean of its days, that of a sum so far the one of its last day."""
    weeks: dict[tuple[str, str, int], list[int]] = {}
    so_far: dict[tuple[str, str], list[int]] = {}
    made: list[tuple[str, list[int], float, float]] = []  # name, observed numbers, share of each, weight
    for number, one in enumerate(targets):
        if taken == "week" and one.day is not None:
            weeks.setdefault((one.quantity, one.zone, (one.day - 1) // 7), []).append(number)
        elif taken == "cumulative" and one.day is not None and one.quantity.startswith(PER_DAY):
            so_far.setdefault((one.quantity, one.zone), []).append(number)
        else:
            made.append((one.name, [number], 1.0, one.weight))
    for (quantity, _, week), members in weeks.items():
        told = targets[members[0]]._replace(day=None).name
        weight = sum(targets[number].weight for number in members) / len(members)
        made.append((f"{told} week {week + 1}", members, 1.0 if quantity.startswith(PER_DAY) else 1 / len(members), weight))
    for members in so_far.values():
        ordered = sorted(members, key=lambda number: targets[number].day or 0)
        for count, last in enumerate(ordered, 1):
            made.append((f"{targets[last].name}, summed up", ordered[:count], 1.0, targets[last].weight))
    parts = np.array([_row(len(targets), members, share) for _, members, share, _ in made])
    return Summaries(tuple(name for name, *_ in made), parts, np.array([weight for *_, weight in made]), transform)


def _row(size: int, members: Sequence[int], share: float) -> NDArray[np.float64]:
    row = np.zeros(size)
    row[list(members)] = share
    return row
