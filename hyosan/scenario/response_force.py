"""Force as data: lure, strike, sweep, seize. Apart from all other measures, so that a reader finds them; see `engine/response_force.py`."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from hyosan.scenario.response_base import Order
from hyosan.units import Duration, Length, Loudness, Share

FORCE = ("lure", "strike", "sweep", "seize")
"""Measures that use force, or serve one that does: a reader should find them before the run does."""


class Lure(Order):
    """Draw the turned together by loud noise at points chosen where most were reported."""

    do: Literal["lure"]
    points: Annotated[int, Field(ge=1, le=1000)]
    loudness: Loudness
    lasts: Duration


class Strike(Order):
    """Strike around the points lured to last (or where most were reported). Kills by distance, whoever is there."""

    do: Literal["strike"]
    points: Annotated[int, Field(ge=1, le=1000)]
    radius: Length
    error: Length = 0.0
    kills: Share = 0.9
    misread_bodies: Share = Field(default=0.0, description="share of the dead whose state is reported wrong")
    burns: Duration = Field(default=0.0, description="time for which fire and debris mask scent and sound within the radius")


class Sweep(Order):
    """Teams go zone by zone through all places: turned are killed or captured, people found are taken to the quarantine."""

    do: Literal["sweep"]
    teams: Annotated[int, Field(ge=0, le=100_000)]
    cells_per_day: Annotated[float, Field(gt=0, le=100_000)] = Field(description="street cells that one team clears in a day")
    finds: Share = 0.95
    captures: Share = Field(default=0.0, description="share of the turned found who are captured instead of killed, while there are cells")
    half_turned: Literal["kill", "capture", "spare"] = Field(default="spare", description="rule of engagement towards half-turned people found")
    mistaken: Share = Field(default=0.0, description="share of other people found who are taken for turned, and killed")
    cells: Annotated[int, Field(ge=0, le=1_000_000)] | None = Field(
        default=None, description="hosts who can be held; default: as many as are captured"
    )


class Seize(Order):
    """Go to a place, seize what is written there, and take who bites there, or would, into custody unharmed."""

    do: Literal["seize"]
    place: str = Field(description="name of the place")
    records: Annotated[int, Field(ge=0, le=1000)] = Field(default=1, description="sets of records that lie there")
