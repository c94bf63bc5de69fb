"""Ties between the people of a city, as data: how many friends they have, who is bullied, who despises whom. `world/ties.py` draws them."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from hyosan.scenario.block import Block
from hyosan.units import Share


class Ties(Block):
    """Who is tied to whom. With this block everybody of one household is family, partners a couple; without it nobody has ties."""

    friends: Annotated[float, Field(ge=0, le=20)] = Field(default=0.0, description="mean number of friends of a person")
    close: Share = Field(default=0.5, description="share of friends who are of the same class or workplace; the others are neighbours of like age")
    bullied: Share = Field(default=0.0, description="share of pupils who are bullied, each by one to three of their class")
    contempt: Share = Field(default=0.0, description="share of pupils who despise one to three of another class of their year")
