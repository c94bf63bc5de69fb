"""Choices: the option with the least threshold / weight wins (the law of a weighted draw, with luck per *named* option)."""

from __future__ import annotations

from typing import Final

from numpy import int64
from numpy.typing import NDArray

from hyosan.backend import rule
from hyosan.luck import DECISION, threshold
from hyosan.rules.exact import first_of

CARRY_ON, FLEE_HOME, FLEE_OUT, HIDE, BARRICADE, HELP, FOLLOW, SEEK, LURE, WARN, GATHER, EXPEL, KILL = range(13)
"""Codes of the options, in the order of `scenario.behaviour.OPTIONS`."""
OPTIONS: Final = 13
HIDDEN, TOLD, HEARS, SEES, BITTEN, BESIDE, HALF = range(7)
"""Situations: rows of the weights; the first four by how near the danger is."""
MOST_FELT: Final = 8
"""Feelings are whole numbers from 0 up to this."""
TOP_WEIGHT: Final = (1 << 24) - 1
"""The greatest weight that `first_of` takes."""


@rule
def felt(weight: int, option: int, fear: int, anger: int, tired: int, feelings: NDArray[int64]) -> int:
    """A weight as feelings make it: `feelings` [3, 13] is what each unit of fear, anger and tiredness adds, in 1/1024 of the weight."""
    if weight == 0 or fear + anger + tired == 0:
        return weight
    factor = 1024 + fear * feelings[0, option] + anger * feelings[1, option] + tired * feelings[2, option]
    return min(TOP_WEIGHT, max(0, weight * factor >> 10))


@rule
def choose_option(
    seed: int,
    person: int,
    decision: int,
    weights: NDArray[int64],
    factors: NDArray[int64],
    mood: tuple[int, int, int],
    feelings: NDArray[int64],
) -> int:
    """The option that `person` takes at their n-th decision. With all weights 0: carry on.

    `weights` and `factors` [13] in 1/1024; `mood` is fear, anger, tiredness; `feelings` as of `felt`.
    """
    best = 0
    best_threshold = 1
    best_weight = 0
    for option in range(13):
        weight = weights[option]
        if weight > 0:
            weight = min(TOP_WEIGHT, felt(weight, option, mood[0], mood[1], mood[2], feelings) * factors[option] >> 10)
        if weight > 0:
            luck = threshold(seed, DECISION, person, option, decision)
            if first_of(luck, weight, best_threshold, best_weight):
                best, best_threshold, best_weight = option, luck, weight
    return best
