"""What every order has: an authority, a condition on what is known, a delay, an end, a repetition."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from hyosan.scenario.block import Block, Name
from hyosan.units import Duration


class Repeat(Block):
    """Give the order again: at most `times` in all, `every` so long, as long as a condition on knowledge holds."""

    every: Duration
    as_long_as: str
    times: Annotated[int, Field(ge=1, le=10_000)]


class Order(Block):
    """What every order has."""

    authority: Name = "city"
    when: str = Field(default="always", description="condition on what is known")
    delay: Duration = Field(default=0.0, description="from the decision to its effect")
    until: str | None = Field(default=None, description="condition on what is known, at which it ends")
    repeat: Repeat | None = None
    costs: Annotated[dict[str, Annotated[float, Field(ge=0, le=1e9)]], Field(max_length=20)] = Field(
        default={}, description="what one of each of its means costs, by its name in the log (`tests`, `doses`, ...), in a currency of one's own"
    )
