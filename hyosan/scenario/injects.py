"""Injects as data: what the controllers of an exercise put into a run at a moment. Each has a unique name.

What each does is in `engine/injects.py`: it is carried out at the start of the first tick that begins at its moment or later, before orders
are taken. An inject changes what is known, what orders have at hand, or the world; never luck. From a list of events (MSEL):
`scenario/msel.py`.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from hyosan.scenario.block import Block, Name
from hyosan.units import Duration, Share, say_duration

Count = Annotated[int, Field(ge=1, le=10_000_000)]
Text = Annotated[str, Field(max_length=4000)]
Lasts = Annotated[Duration, Field(gt=0)]
MEANS = ("teams", "vehicles", "staff", "per_day", "stock", "courses", "points", "beds")
"""Means that an order can lose, by the names of their fields."""


class Inject(Block):
    """What every inject has. All but `at` is told and logged, and changes nothing."""

    at: str
    sender: Text = Field(default="exercise control", alias="from", description="in whose name it comes")
    to: Text = Field(default="", description="to whom it goes")
    means: Text = Field(default="", description="by what means: telephone, radio, paper")
    text: Text = Field(default="", description="what the players are told")
    expected: Text = Field(default="", description="what they are expected to do")
    notes: Annotated[dict[str, Text], Field(max_length=50)] = Field(default={}, description="anything else that is kept beside it, by name")


class Message(Inject):
    """Something that is told or done outside the model. It is logged."""

    do: Literal["message"]
    order: Name | None = Field(default=None, description="the order that it passes on")

    def say(self) -> str:
        """In words."""
        return "a message is passed" if self.order is None else f"the order `{self.order}` is passed on"


class FalseReport(Inject):
    """So many people are reported who are none of it: residents who are not infected become known as cases; `dead` are only counted."""

    do: Literal["false_report"]
    count: Count
    counts_as: Literal["turned", "ill", "infected", "dead"] = "ill"
    zone: str | None = Field(default=None, description="where they live; default: anywhere")

    def say(self) -> str:
        """In words."""
        return f"{self.count:,} who are not infected are reported as {self.counts_as}{_in(self.zone)}"


class LostReport(Inject):
    """For a while a share of reports (of a zone, or all) reaches nobody: the authorities never learn of them."""

    do: Literal["lost_report"]
    share: Share = 1.0
    zone: str | None = Field(default=None, description="reports made there; default: all")
    lasts: Lasts | None = Field(default=None, description="for so long; default: for good")

    def say(self) -> str:
        """In words."""
        return f"{100 * self.share:g} % of all reports{_in(self.zone)} are lost{_for(self.lasts)}"


class MeansLost(Inject):
    """An order has so many teams, staff, doses ... less, for a while or for good."""

    do: Literal["means_lost"]
    order: Name
    what: Literal["teams", "vehicles", "staff", "per_day", "stock", "courses", "points", "beds"] = Field(description="field of the order")
    count: Count
    lasts: Lasts | None = Field(default=None, description="for so long; default: for good")

    def say(self) -> str:
        """In words."""
        return f"the order `{self.order}` has {self.count:,} less of its `{self.what}`{_for(self.lasts)}"


class WayBlocked(Inject):
    """Ways cannot be gone for a while: those of a gate, those that lead into and out of a zone, or those of a place.

    Ways to what stands at a place (the houses of a street) stay open. People and the turned wait before a blocked way or go elsewhere;
    routines, which ask for no ways, go on.
    """

    do: Literal["way_blocked"]
    gate: Name | None = Field(default=None, description="name of the gates")
    zone: str | None = None
    place: str | None = Field(default=None, description="name of a place")
    lasts: Lasts | None = Field(default=None, description="for so long; default: for good")

    @model_validator(mode="after")
    def _one(self) -> WayBlocked:
        if sum(one is not None for one in (self.gate, self.zone, self.place)) != 1:
            raise ValueError("give exactly one of `gate`, `zone`, `place`")
        return self

    def say(self) -> str:
        """In words."""
        where = f"of the gates `{self.gate}`" if self.gate else f"into and out of {self.zone}" if self.zone else f"of {self.place}"
        return f"the ways {where} are blocked{_for(self.lasts)}"


class Delay(Inject):
    """An order comes later: its effect so long after it was due, or its decision not before so long from now.

    The effect is that of the giving under way, else of the next one.
    """

    do: Literal["delay"]
    order: Name
    later: Lasts = Field(description="by so long")
    of: Literal["effect", "decision"] = "effect"

    def say(self) -> str:
        """In words."""
        if self.of == "effect":
            return f"the order `{self.order}` takes effect {say_duration(self.later)} later"
        return f"the order `{self.order}` is not decided for {say_duration(self.later)}"


class Donation(Inject):
    """So many are added to a stock."""

    do: Literal["donation"]
    stock: Name
    count: Annotated[int, Field(ge=1, le=1_000_000_000)]

    def say(self) -> str:
        """In words."""
        return f"{self.count:,} are given to the stock `{self.stock}`"


class Arrival(Inject):
    """Residents come home infected: so many of those who fit and can be infected."""

    do: Literal["arrival"]
    count: Count
    ages: Annotated[str, Field(pattern=r"^\d{1,3}-\d{1,3}$")] | None = None
    role: Name | None = None
    zones: Annotated[tuple[str, ...], Field(min_length=1)] | None = Field(default=None, description="zones they live in; default: all")
    state: str | None = Field(default=None, description="default: the state one enters on infection")
    strain: Name | None = Field(default=None, description="default: the first")

    def say(self) -> str:
        """In words."""
        who = [f"aged {self.ages}" if self.ages else "", f"of role {self.role}" if self.role else ""]
        who += [f"in {', '.join(self.zones)}" if self.zones else "", f"with {self.strain}" if self.strain else ""]
        people = "resident comes" if self.count == 1 else "residents come"
        return " ".join([f"{self.count:,} {people} home infected", *(part for part in who if part)])


AnyInject = Annotated[
    Message | FalseReport | LostReport | MeansLost | WayBlocked | Delay | Donation | Arrival,
    Field(discriminator="do"),
]
KINDS = ("message", "false_report", "lost_report", "means_lost", "way_blocked", "delay", "donation", "arrival")
"""Names of the kinds that exist."""


def end_of(inject: Any, began: int) -> int | None:
    """The second at which an inject that lasts is over; None = it does not last, or lasts for good."""
    lasts = getattr(inject, "lasts", None)
    return None if lasts is None else began + round(lasts)


def _in(zone: str | None) -> str:
    return f" in {zone}" if zone is not None else ""


def _for(lasts: float | None) -> str:
    return f" for {say_duration(lasts)}" if lasts is not None else " for good"
