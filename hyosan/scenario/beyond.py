"""What lies around the story: stocks, trust in those who give orders, and the places beyond the city where it can start again."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from hyosan.scenario.block import Block
from hyosan.scenario.response_civil import Route
from hyosan.units import Duration, Share


class Stock(Block):
    """Goods that are used up and brought: rations, blankets, fuel."""

    at_start: Annotated[int, Field(ge=0, le=10**12)] = 0
    unit: str = Field(default="", description="what is counted, for people")


class Trust(Block):
    """Trust in authorities falls where they abandon people; compliance falls with it, zone by zone."""

    struck: Share = Field(default=0.0, description="share of trust lost in a zone by a strike on it")
    unanswered: Share = Field(default=0.0, description="share lost in the zone of a call for rescue that waits too long")
    answered_within: Duration = Field(default=12 * 3600.0, description="a call that waits longer is unanswered")
    called_off: Share = Field(default=0.0, description="share lost everywhere when an order is called off")
    regained: Duration | None = Field(default=None, description="what was lost halves in so long; default: never")


class Destination(Block):
    """A place beyond the city that infected people may get to, and where it can start again. Nobody there is simulated."""

    share: Share = Field(default=0.0, description="share of those who leave the city for good who make for it")
    trips: Annotated[float, Field(ge=0, le=1000)] = Field(
        default=0.0, description="of 1,000 residents who follow their routine, trips there in a day"
    )
    route: Route = "road"
    takes: Duration = Field(default=0.0, description="from leaving to arriving")
    starts: Share = Field(description="probability that one infected arrival starts an outbreak there")
    known_after: Duration = Field(default=0.0, description="from an outbreak's start there to its being known here")
