"""Choices: the option with the least threshold / weight wins (the law of a weighted draw, with luck per *named* option)."""

from __future__ import annotations

from typing import Final

from numpy import int64
from numpy.typing import NDArray

from hyosan.backend import rule
from hyosan.luck import DECISION, threshold
from hyosan.rules.exact import first_of

CARRY_ON, FLEE_HOME, FLEE_OUT, HIDE, BARRICADE, HELP = 0, 1, 2, 3, 4, 5
"""Codes of the options, in the order of `scenario.behaviour.OPTIONS`."""
OPTIONS: Final = 6
SEES, HEARS, TOLD, HIDDEN = 3, 2, 1, 0
"""Situations: rows of the weights, by how near the danger is."""


@rule
def choose_option(seed: int, person: int, decision: int, weights: NDArray[int64]) -> int:
    """The option that `person` takes at their n-th decision; `weights` [6] in 1/1024. With all 0: carry on."""
    best = 0
    best_threshold = 1
    best_weight = 0
    for option in range(6):
        weight = weights[option]
        if weight > 0:
            luck = threshold(seed, DECISION, person, option, decision)
            if first_of(luck, weight, best_threshold, best_weight):
                best, best_threshold, best_weight = option, luck, weight
    return best
