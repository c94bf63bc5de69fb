"""Was an objective met? From the rows of a series, or a figure of the ending. Reports of runs and members of studies ask here."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from hyosan.quantities import QUANTITIES
from hyosan.results.ending import Ending
from hyosan.scenario.objectives import WHOLE, Objective
from hyosan.units import Moment

_MOVES = ("quarantined", "left_city")
"""Quantities of the truth that depend on where people are; all others stand still when nobody's state will change any more."""
MET, MISSED, UNKNOWN = "met", "missed", "cannot be told"


class Verdict(NamedTuple):
    """What came of an objective."""

    verdict: str
    """`met`, `missed` or `cannot be told`."""
    value: float | None
    """The number that was judged; None if there is none."""
    second: int | None
    """When it stood so; None for figures of the ending."""
    why: str
    """Why it cannot be told, or could be told before its moment; else empty."""


def judge(
    objective: Objective, seconds: NDArray[np.int64], values: NDArray[np.int64], ending: Ending, end_second: int, start_clock: float, over: bool
) -> Verdict:
    """The verdict on an objective.

    Arguments: `seconds` (ascending) and `values`, the rows of its quantity, zone and view; they are not looked at for a figure of the
    ending. A quantity stands from a row until the next. `over`: the run ended before its time since nothing was under way any more.
    Where the run ended before the objective's moment, the verdict is told only if the rest of it could not have changed it.
    """
    if objective.is_figure:
        value = ending.figures(end_second)[objective.quantity]
        return Verdict(_compared(objective, value), value, None, "")
    due = end_second if objective.by is None else Moment(objective.by).second(start_clock)
    row = int(np.searchsorted(seconds, min(due, end_second), side="right")) - 1
    if row < 0:
        why = "it was never counted in this run" if not len(seconds) else "nothing had been counted by then"
        return Verdict(UNKNOWN, None, None, why)
    value, second = int(values[row]), int(seconds[row])
    verdict = _compared(objective, value)
    if due <= end_second:
        return Verdict(verdict, value, second, "")
    whole = objective.place == WHOLE  # a zone's count those who are there, and they may leave
    if whole and over and objective.seen == "truth" and objective.quantity not in _MOVES:
        return Verdict(verdict, value, second, "the run ended before, since nothing was under way any more")
    if whole and QUANTITIES[objective.quantity].grows and verdict == (MISSED if objective.at_most is not None else MET):
        return Verdict(verdict, value, second, "the run ended before, and this number only grows")
    return Verdict(UNKNOWN, value, second, "the run ended before")


def _compared(objective: Objective, value: float) -> str:
    kept = value <= objective.bound if objective.at_most is not None else value >= objective.bound
    return MET if kept else MISSED
