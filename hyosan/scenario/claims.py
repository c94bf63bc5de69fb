"""Claims: what sources say came of it, written beside a scenario. Targets, never inputs: nothing that makes a world or runs it may read them.

`results/claims.py` judges them by the tables of a run, for the report (`report/claims.py`) and for members of a study alike. The words of
figures and moments are those of `log_words.py`.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from typing import Annotated

from pydantic import Field, model_validator

from hyosan.errors import ScenarioError
from hyosan.quantities import QUANTITIES
from hyosan.scenario.block import Block
from hyosan.scenario.condition import Condition
from hyosan.scenario.condition_parser import parse_condition
from hyosan.scenario.condition_words import ORDER_NAMES
from hyosan.scenario.log_words import END, When, read_figure, read_moment, split_at
from hyosan.scenario.nearest import nearest
from hyosan.scenario.objectives import say_number
from hyosan.scenario.positions import Path
from hyosan.units import parse

KINDS = ("figure", "holds", "order")
"""How a claim is judged; with none of them it is open."""
_STEP = re.compile(rf"\b([A-Za-z][\w-]*)\.(?:{'|'.join(name for name in ORDER_NAMES if name != 'done')})\b")
Number = Annotated[float, Field(ge=-1e12, le=1e12)]
Label = Annotated[str, Field(min_length=1, max_length=120)]
Asked = Annotated[str, Field(min_length=1, max_length=500)]


class Claim(Block):
    """What a source says came of it: a figure, a condition that held, an order of moments; or open, with what a run says to it."""

    says: str = Field(default="", max_length=500, description="the claim in words")
    figure: Asked | None = Field(default=None, description="a number of the run: `ending.alive`, `people ending=alive_human`, `turned at day 3`")
    target: Number | None = Field(default=None, description="what the figure is claimed to be")
    within: float | str | None = Field(default=None, description="how far off it may be: a share of the target (`5 %`) or a number; default: 0")
    at_least: Number | None = None
    at_most: Number | None = None
    holds: Asked | None = Field(default=None, description="a condition and a moment: `quarantine.effective at martial_law.ended`")
    order: Annotated[dict[Label, Asked], Field(min_length=2, max_length=50)] | None = Field(
        default=None, description="moments by name, each no earlier than the one above"
    )
    shows: Annotated[dict[Label, Asked], Field(max_length=20)] = Field(default={}, description="figures told beside it, by name")

    @model_validator(mode="after")
    def _one_kind(self) -> Claim:
        if len([name for name in KINDS if getattr(self, name) is not None]) > 1:
            raise ValueError("is judged in one way: give one of `figure`, `holds`, `order`, or none and it is open")
        bounded = self.at_least is not None or self.at_most is not None
        if self.figure is None and (bounded or self.target is not None or self.within is not None):
            raise ValueError("`target`, `within`, `at_least` and `at_most` are of a `figure`")
        if self.figure is not None and bounded == (self.target is not None):
            raise ValueError("a `figure` needs either a `target` or a range, `at_least`, `at_most` or both")
        if self.within is not None and self.target is None:
            raise ValueError("`within` is how far a figure may be from its `target`")
        if self.at_least is not None and self.at_most is not None and self.at_least > self.at_most:
            raise ValueError("`at_least` is more than `at_most`: nothing lies between")
        if self.within is not None and self.tolerance <= 0:
            raise ValueError("`within` must be more than 0; leave it out where the figure must be the target itself")
        return self

    @property
    def kind(self) -> str:
        """`figure`, `holds`, `order` or `open`."""
        return next((name for name in KINDS if getattr(self, name) is not None), "open")

    def orders(self, there: Collection[str]) -> tuple[str, ...]:
        """The orders that it may name: those that are there, and others that it names, which then never came. A name that is nearly that of an
        order that is there is no other: it is misspelt.
        """
        asked = " ".join([self.figure or "", self.holds or "", *(self.order or {}).values(), *self.shows.values()])
        named = dict.fromkeys(found for found in _STEP.findall(asked) if found not in there and nearest(found, there) is None)
        return (*there, *named)

    @property
    def tolerance(self) -> float:
        """How far the figure may be from the target. Raises UnitError: `within` is neither a share nor a number."""
        if isinstance(self.within, str):
            return parse(self.within, "share") * abs(self.target or 0.0)
        return float(self.within or 0.0)

    @property
    def range(self) -> tuple[float, float]:
        """Least and greatest figure that meet it."""
        if self.target is not None:
            return self.target - self.tolerance, self.target + self.tolerance
        return (self.at_least if self.at_least is not None else -1e300, self.at_most if self.at_most is not None else 1e300)

    def say_wanted(self) -> str:
        """`110,000, give or take 5,500`; of a condition or an order what is asked."""
        if self.holds is not None:
            return f"`{self.holds}`"
        if self.order is not None:
            return ", then ".join(self.order)
        if self.target is not None:
            return say_number(self.target) + (f", give or take {say_number(self.tolerance)}" if self.within is not None else "")
        ends = [f"at {name} {say_number(value)}" for name, value in (("least", self.at_least), ("most", self.at_most)) if value is not None]
        return " and ".join(ends)


def read_holds(text: str, orders: Collection[str], start_clock_seconds: float) -> tuple[Condition, When]:
    """A condition over the log and its moment. Raises ScenarioError: either cannot be read.

    It may ask `ORDER.decided`, `.effective`, `.ended`, `.hours`, `.count` and for quantities of the series.
    """
    what, moment = split_at(text)
    names = {name: one.meaning for name, one in QUANTITIES.items()}
    names |= {f"{order}.{name}": meaning for order in orders for name, meaning in ORDER_NAMES.items() if name != "done"}
    tree, asked = parse_condition(what, names, start_clock_seconds)
    return Condition(what, asked, tree), read_moment(moment, orders) if moment != "end" else END


def faults(name: str, claim: Claim, orders: Collection[str], start_clock_seconds: float) -> Iterator[tuple[Path, str]]:
    """What is wrong with a claim whose fields are each valid: words that cannot be read, names that are not there."""
    path: Path = ("claims", name)
    orders = claim.orders(orders)
    asked: list[tuple[Path, str]] = [((*path, "shows", label), text) for label, text in claim.shows.items()]
    asked += [((*path, "figure"), claim.figure)] if claim.figure is not None else []
    for where, text in asked:
        try:
            read_figure(text, orders)
        except ScenarioError as error:
            yield where, str(error)
    for label, text in (claim.order or {}).items():
        try:
            read_moment(text, orders)
        except ScenarioError as error:
            yield (*path, "order", label), str(error)
    if claim.holds is not None:
        try:
            read_holds(claim.holds, orders, start_clock_seconds)
        except ScenarioError as error:
            yield (*path, "holds"), str(error)
