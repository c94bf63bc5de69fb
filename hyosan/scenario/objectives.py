"""Objectives: what somebody wants of a run, written down before it. They change nothing that happens; `results/verdicts.py` judges them.

An objective bounds one number: a quantity of the series at a moment, in truth or as known, or a figure of the ending.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Annotated, Literal

from pydantic import Field, model_validator

from hyosan.errors import ScenarioError, UnitError
from hyosan.quantities import FIGURES, KNOWN_BY_ZONE, QUANTITIES, views
from hyosan.scenario.block import Block
from hyosan.scenario.nearest import did_you_mean
from hyosan.scenario.positions import Path
from hyosan.units import Moment, say_clock

NAMES = (*QUANTITIES, *(name for name in FIGURES if name not in QUANTITIES))
"""What an objective can bound."""
WHOLE = "all"
"""The zone that is the whole city."""
Bound = Annotated[float, Field(ge=0, le=1e12)]


class Objective(Block):
    """A bound on a number of the run, by a moment: met or missed."""

    quantity: str = Field(description="a quantity of the series, or a figure of the ending")
    zone: str | None = Field(default=None, description="a zone of the city; default: all of it")
    by: str | None = Field(default=None, description="the moment at which it is judged; default: the end of the run")
    at_most: Bound | None = None
    at_least: Bound | None = None
    view: Literal["truth", "known"] | None = Field(default=None, description="default: `truth`; `known` for what is known only")

    @model_validator(mode="after")
    def _one(self) -> Objective:
        if (self.at_most is None) == (self.at_least is None):
            raise ValueError("give exactly one of `at_most`, `at_least`")
        return self

    @property
    def is_figure(self) -> bool:
        """Whether it bounds a figure of the ending, and not a quantity of the series."""
        return self.quantity not in QUANTITIES

    @property
    def seen(self) -> str:
        """The view in which it is judged."""
        return self.view or ("truth" if self.is_figure else views(self.quantity)[0])

    @property
    def place(self) -> str:
        """The zone as the series names it."""
        return self.zone or WHOLE

    @property
    def bound(self) -> float:
        """The number not to be passed."""
        return self.at_most if self.at_most is not None else self.at_least or 0.0

    def say_bound(self) -> str:
        """`at most 1,200`."""
        return f"at {'most' if self.at_most is not None else 'least'} {say_number(self.bound)}"

    def say(self, start_clock_seconds: float) -> str:
        """`at most 40 people who are ill in zone north, on day 3 07:00`."""
        if self.is_figure:
            return f"{self.say_bound()} {FIGURES[self.quantity]}"
        counted = QUANTITIES[self.quantity]
        zone = f" in zone {self.zone}" if self.place != WHOLE else ""
        when = "at the end"
        if self.by is not None:
            moment = say_clock(Moment(self.by).second(start_clock_seconds), start_clock_seconds)
            when = f"{'by' if counted.grows else 'on'} {moment}"
        known = ", as the authorities know it" if self.seen == "known" else ""
        return f"{self.say_bound()} {counted.meaning.partition(';')[0]}{zone}, {when}{known}"


def say_number(value: float) -> str:
    """A number for people: `1,200`, `34.25`."""
    return f"{int(value):,}" if value == int(value) else f"{value:,.6g}"


def faults(name: str, objective: Objective, start_clock_seconds: float) -> Iterator[tuple[Path, str]]:
    """What is wrong with an objective whose fields are each valid. A moment after the end of the run is none: a run may be cut short."""
    path: Path = ("objectives", name)
    quantity = objective.quantity
    if quantity not in NAMES:
        yield (*path, "quantity"), f"{quantity[:60]!r} is not counted; {did_you_mean(quantity, NAMES)}"
        return
    allowed = ("truth",) if objective.is_figure else views(quantity)
    if objective.seen not in allowed:
        others = [other for other, one in QUANTITIES.items() if one.view == objective.seen and other.endswith(quantity.rpartition("_")[2])]
        hint = f"; did you mean `{others[0]}`?" if others else ""
        yield (*path, "view"), f"`{quantity}` stands in the view `{allowed[0]}` only{hint}"
    elif objective.place != WHOLE and (objective.is_figure or (objective.seen == "known" and quantity not in KNOWN_BY_ZONE)):
        what = "is a figure of the ending" if objective.is_figure else "is known"
        yield (*path, "zone"), f"`{quantity}` {what} of the whole city only; leave the zone out"
    if objective.by is not None:
        if objective.is_figure:
            yield (*path, "by"), f"`{quantity}` is a figure of the ending and has no earlier value; leave `by` out"
            return
        try:
            if Moment(objective.by).second(start_clock_seconds) < 0:
                yield (*path, "by"), f"{objective.by!r} is before the start of the run"
        except UnitError as error:
            yield (*path, "by"), str(error)


def check_zones(objectives: dict[str, Objective], zones: Iterable[str]) -> None:
    """Raises ScenarioError: an objective for a zone that the city does not have, each with its field path."""
    there = list(zones)
    wrong = [
        f"objectives.{name}.zone: {one.place[:60]!r} is no zone of this city; {did_you_mean(one.place, there)}"
        for name, one in objectives.items()
        if one.place != WHOLE and one.place not in there
    ]
    if wrong:
        raise ScenarioError("\n".join(wrong))
