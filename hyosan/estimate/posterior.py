"""Weights of laws on a grid of medians and spreads, by their likelihood, and what follows for any number that a law implies.

The prior is flat in the logarithms of median and spread, and the same for the three laws, whose weights are then their marginal likelihoods.
The grid is fixed (`laws.py`); only the part of it where likelihood is not negligible is looked at, found by zooming in with whole numbers.
Weights are integers, and a quantile is read off their running sum, so the order of summation can't matter.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from hyosan.estimate.elementary import Floats, exp
from hyosan.estimate.evidence import LOG_ONE, Integers
from hyosan.estimate.laws import LAWS, SPREADS, mean_over_median, median_steps, spread_of, standard_quantile

Fit = Callable[[str, Integers, Integers], Integers]
"""Logarithms of likelihoods, int64[spreads, medians] in units of 1 / LOG_ONE, of a law at numbers of the grid."""
Box = tuple[tuple[int, int], tuple[int, int]]
"""Numbers of medians from .. to, numbers of spreads from .. to."""
_NEGLIGIBLE: Final = 9 * LOG_ONE
_FIRST, _NEXT, _LAST = (25, 13), (11, 11), (33, 17)  # medians, spreads per look
_WEIGHT_ONE: Final = 1 << 30
_PAIR: Final = 1 << 12


@dataclass(frozen=True, eq=False)
class Posterior:
    """Points of the grid with their weights: int64[points] each; `law` counts in `LAWS`, medians and spreads are numbers of the grid."""

    law: Integers
    median: Integers
    spread: Integers
    weight: Integers

    def shares_percent(self) -> dict[str, int]:
        """Weight of each law in whole per cent."""
        total = int(self.weight.sum())
        return {name: (200 * int(self.weight[self.law == k].sum()) + total) // (2 * total) for k, name in enumerate(LAWS)}

    def medians(self) -> Floats:
        """Median in steps at each point."""
        return median_steps(self.median)

    def means(self) -> Floats:
        """Mean in steps at each point."""
        return median_steps(self.median) * self._by_curve(mean_over_median)

    def quantiles(self, share: float) -> Floats:
        """The quantile in steps at each point. Raises ValueError: share not within 0 .. 1 exclusive."""
        z = self._by_curve(lambda law, spread: standard_quantile(law, spread, share))
        return median_steps(self.median) * exp(z * spread_of(self.spread))

    def middle_and_bounds(self, values: Floats) -> tuple[float, float, float]:
        """The values below which half, 2.5 % and 97.5 % of the weight lie, by straight lines between the points."""
        distinct, where = np.unique(values, return_inverse=True)
        weight = np.zeros(len(distinct), dtype=np.int64)
        np.add.at(weight, where.ravel(), self.weight)
        doubled = 2 * np.cumsum(weight) - weight  # twice the weight up to the middle of each point
        total = 2 * int(self.weight.sum())
        return _read(distinct, doubled, total // 2), _read(distinct, doubled, total // 40), _read(distinct, doubled, total - total // 40)

    def to_json(self) -> dict[str, Any]:
        """Plain integers, for a checkpoint."""
        return {name: getattr(self, name).tolist() for name in ("law", "median", "spread", "weight")}

    @classmethod
    def from_json(cls, kept: dict[str, Any]) -> Posterior:
        """What `to_json` kept."""
        return cls(*(np.array(kept[name], dtype=np.int64) for name in ("law", "median", "spread", "weight")))

    def _by_curve(self, value: Callable[[str, int], float]) -> Floats:
        pairs, where = np.unique(self.law * _PAIR + self.spread, return_inverse=True)
        found = np.array([value(LAWS[int(pair) // _PAIR], int(pair) % _PAIR) for pair in pairs], dtype=np.float64)
        result: Floats = found[where.ravel()]
        return result


def weigh(fit: Fit, lowest_median: int, highest_median: int) -> Posterior:
    """The posterior of the three laws, medians between two numbers of the grid, spreads between 1/16 and 2.8."""
    looks = [_look(fit, law, lowest_median, highest_median) for law in LAWS]
    best = max(int(values.max()) for _, _, values, _ in looks)
    columns: list[list[Integers]] = [[], [], [], []]
    for k, (medians, spreads, values, area) in enumerate(looks):
        weight = np.rint(exp((values - best) / float(LOG_ONE)) * float(_WEIGHT_ONE)).astype(np.int64) * area
        row, column = np.nonzero(weight)
        for kept, found in zip(columns, (np.full_like(row, k), medians[column], spreads[row], weight[row, column]), strict=True):
            kept.append(found)
    return Posterior(*(np.concatenate(column).astype(np.int64) for column in columns))


def _look(fit: Fit, law: str, lowest: int, highest: int) -> tuple[Integers, Integers, Integers, int]:
    """Numbers of medians and of spreads where the law is likely, its likelihoods there, and how many points of the grid each stands for."""
    whole: Box = ((lowest, highest), (0, SPREADS))
    box, counts = whole, _FIRST
    for _ in range(20):
        lattices = (_lattice(*box[0], counts[0]), _lattice(*box[1], counts[1]))
        values = fit(law, *lattices)
        coarse = _coarseness(values)
        likely = values >= int(values.max()) - _NEGLIGIBLE - coarse
        smaller = (_around(lattices[0], np.any(likely, axis=0), whole[0]), _around(lattices[1], np.any(likely, axis=1), whole[1]))
        shrunk = any((new[1] - new[0]) * 5 < (old[1] - old[0]) * 3 for new, old in zip(smaller, box, strict=True))
        finest = all(int(one[1] - one[0]) == 1 for one in lattices)
        box, counts = smaller, _NEXT if shrunk else (min(2 * counts[0], 81), min(2 * counts[1], 81))
        if finest or (coarse <= LOG_ONE and not shrunk):
            break
    medians, spreads = _lattice(*box[0], _LAST[0]), _lattice(*box[1], _LAST[1])
    area = int((medians[1] - medians[0]) * (spreads[1] - spreads[0]))
    return medians, spreads, fit(law, medians, spreads), area


def _around(numbers: Integers, likely: Any, whole: tuple[int, int]) -> tuple[int, int]:
    """From the first likely number to the last, and a step more on either side, within the whole."""
    at = np.nonzero(likely)[0]
    step = int(numbers[1] - numbers[0])
    return max(whole[0], int(numbers[at[0]]) - step), min(whole[1], int(numbers[at[-1]]) + step)


def _lattice(low: int, high: int, count: int) -> Integers:
    """At most `count` numbers, two or more, evenly from `low` to `high` or a little less."""
    step = max(1, -(-(high - low) // (count - 1)))
    return np.arange(low, max(high, low + step) + 1, step, dtype=np.int64)


def _coarseness(values: Integers) -> int:
    """Half the largest fall from the best point to a neighbour: by so much a point beside the best may be underrated for lying off the ridge."""
    row, column = divmod(int(values.argmax()), values.shape[1])
    near = [(row - 1, column), (row + 1, column), (row, column - 1), (row, column + 1)]
    falls = [int(values[row, column] - values[r, c]) for r, c in near if 0 <= r < values.shape[0] and 0 <= c < values.shape[1]]
    return max(falls) // 2


def _read(values: Floats, doubled: Integers, target: int) -> float:
    at = int(np.searchsorted(doubled, target))
    if at == 0 or at == len(values):
        return float(values[min(at, len(values) - 1)])
    before, after = int(doubled[at - 1]), int(doubled[at])
    return float(values[at - 1]) + (float(values[at]) - float(values[at - 1])) * ((target - before) / (after - before))
