"""Orders as data: `when ... do ... delay ... until`, each with a unique name, an authority and what the measure needs.

`when`, `until` and `repeat.as_long_as` are conditions (`scenario/condition.py`) on what the authorities *know*, not on the truth.
A new measure: its model here (medical ones in `response_medical.py`), its action in `engine/response_actions.py`, and perhaps one rule.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from hyosan.scenario.block import Name
from hyosan.scenario.response_base import Order
from hyosan.scenario.response_medical import Campaign, Isolate, ReduceContacts, Surge, Test, Trace, Treat
from hyosan.units import Duration, Length, Loudness, Share


class Alert(Order):
    """Tell everybody (or the zones where something was reported) of the danger."""

    do: Literal["alert"]
    reaches: Share = 0.9
    where: Literal["all", "reported"] = "all"


class MartialLaw(Order):
    """Put the city under martial law: everybody is to stay at home; soldiers take over."""

    do: Literal["martial_law"]
    compliance: Share = 0.9


class Cordon(Order):
    """Close the ways out of the city (`around`: name of the gates) by barricades. A share of those who try gets through."""

    do: Literal["cordon"]
    around: Name = "city"
    leak: Share = 0.0


class Rescue(Order):
    """A finite number of teams fetches people who called for help, first come first served."""

    do: Literal["rescue"]
    teams: Annotated[int, Field(ge=0, le=100_000)]
    seats: Annotated[int, Field(ge=1, le=1000)] = 6
    trip: Duration = 2400.0


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


class Sweep(Order):
    """Teams go zone by zone through all places: turned are killed or captured, people found are taken to the quarantine."""

    do: Literal["sweep"]
    teams: Annotated[int, Field(ge=1, le=100_000)]
    cells_per_day: Annotated[float, Field(gt=0, le=100_000)] = Field(description="street cells that one team clears in a day")
    finds: Share = 0.95
    captures: Share = 0.0


class Quarantine(Order):
    """Hold all survivors at the cordon, under curfew, until they outlast a bound on the incubation period."""

    do: Literal["quarantine"]
    capacity: Annotated[int, Field(ge=1, le=10_000_000)] = 1_000_000
    bound: Share = Field(default=0.99, description="quantile of the incubation period that must have passed without a case")
    cases_needed: Annotated[int, Field(ge=1, le=1_000_000)] = Field(default=50, description="known incubation periods before a bound is believed")


class Close(Order):
    """Close all places of a setting: who belongs there stays at home."""

    do: Literal["close"]
    setting: Name


Civil = Alert | MartialLaw | Cordon | Rescue | Lure | Strike | Sweep | Quarantine | Close
Medical = Isolate | Trace | Test | ReduceContacts | Campaign | Treat | Surge
AnyOrder = Annotated[Civil | Medical, Field(discriminator="do")]
MEASURES = (
    "alert", "martial_law", "cordon", "rescue", "lure", "strike", "sweep", "quarantine", "close",
    "isolate", "trace", "test", "reduce_contacts", "vaccinate", "treat", "surge",
)  # fmt: skip
"""Names of the measures that exist."""
MEDICAL = MEASURES[9:]
"""Those of them that concern single people's health."""
FORCE = ("lure", "strike", "sweep")
"""Measures that use force, or serve one that does: a reader should find them before the run does."""
