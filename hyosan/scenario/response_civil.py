"""Civil measures as data: tell, confine, close, fence, fetch, hold, feed, find out. What they do: `engine/response_civil.py`, `response_camp.py`."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from hyosan.scenario.block import Name
from hyosan.scenario.response_base import Order
from hyosan.units import Duration, Share

Teams = Annotated[int, Field(ge=0, le=100_000)]
Seats = Annotated[int, Field(ge=1, le=1000)]
PerDay = Annotated[float, Field(ge=0, le=100_000_000)]
Route = Literal["road", "rail", "air", "sea"]
ROUTES: tuple[Route, ...] = ("road", "rail", "air", "sea")
"""Ways of getting out of the city, of destinations (`beyond`) and of orders that limit travel."""


AIMS = {"test": "a test", "antidote": "an antidote", "vaccine": "a vaccine", "knowledge": "knowledge"}
"""Aims of research, and how they are said."""


class Alert(Order):
    """Tell everybody (or the zones where something was reported) of the danger."""

    do: Literal["alert"]
    reaches: Share = 0.9
    where: Literal["all", "reported"] = "all"


class AtHome(Order):
    """What orders share that keep everybody at home; some slip out and come back."""

    compliance: Share = Field(default=0.9, description="share who keep to it; where trust was lost, fewer")
    fades: Duration | None = Field(default=None, description="compliance halves in so long after the order took effect")
    slips_out: Share = Field(default=0.0, description="share of those who keep to it who slip out on a given day, and come back")


class MartialLaw(AtHome):
    """Put the city under martial law: everybody is to stay at home; soldiers take over."""

    do: Literal["martial_law"]


class Curfew(AtHome):
    """Everybody, or who lives in some zones, is to be at home between two hours of the clock."""

    do: Literal["curfew"]
    first: Annotated[int, Field(ge=0, le=23)] = Field(default=0, description="hour of the day at which it begins")
    last: Annotated[int, Field(ge=1, le=24)] = Field(default=24, description="hour at which it ends; before `first`: on the next day")
    zones: Annotated[tuple[str, ...], Field(min_length=1)] | None = Field(default=None, description="zones they live in; default: all")


class Cordon(Order):
    """Close the ways out of the city (`around`: name of the gates) by barricades. A share of those who try gets through."""

    do: Literal["cordon"]
    around: Name = "city"
    leak: Share = 0.0
    escorts: Annotated[float, Field(ge=0, le=1_000_000)] | None = Field(
        default=None, description="people whom soldiers take from the barricades to the quarantine in an hour, first come first served; default: all"
    )
    inward: Share = Field(
        default=0.0, description="share, each day, of those who left uninfected and have family inside who cross the cordon inward to look for them"
    )


class Rescue(Order):
    """A finite number of teams fetches people who called for help, first come first served."""

    do: Literal["rescue"]
    teams: Teams
    seats: Seats = 6
    trip: Duration = 2400.0
    lost: Share = Field(default=0.0, description="share of teams that are lost where those who bite are in the way; others turn back")
    leaves_suspects: bool = Field(default=False, description="teams leave everybody where somebody known as infected is among them")


class CallOff(Order):
    """End another order, because its means are wanted elsewhere or on suspicion. What waited for it is not served."""

    do: Literal["call_off"]
    order: Name = Field(description="the order that ends")


class Evacuate(Order):
    """Vehicles fetch people from where they live or hide, place by place: to the quarantine (before it opens a shelter), or out of the city."""

    do: Literal["evacuate"]
    zones: Annotated[tuple[str, ...], Field(min_length=1)] | None = Field(
        default=None, description="zones, in this order; default: those with reports, the worst first"
    )
    vehicles: Teams
    seats: Seats = 40
    trip: Duration = 3600.0
    to: Literal["camp", "out"] = "camp"
    compliance: Share = Field(default=0.9, description="share who come along; where trust was lost, fewer")


class Barricade(Order):
    """Teams block the doors of places with what is at hand."""

    do: Literal["barricade"]
    kinds: Annotated[tuple[str, ...], Field(min_length=1)] = Field(description="kinds of place")
    zones: Annotated[tuple[str, ...], Field(min_length=1)] | None = Field(default=None, description="default: all")
    per_day: PerDay | None = Field(default=None, description="places that can be blocked in a day; default: all at once")


class Quarantine(Order):
    """Hold all survivors at the cordon, under curfew, until they outlast a bound on the incubation period."""

    do: Literal["quarantine"]
    capacity: Annotated[int, Field(ge=1, le=10_000_000)] = 1_000_000
    bound: Share = Field(default=0.99, description="quantile of the incubation period that must have passed without a case")
    cases_needed: Annotated[int, Field(ge=1, le=1_000_000)] = Field(default=50, description="known incubation periods before a bound is believed")
    period: Duration | None = Field(default=None, description="a bound taken from elsewhere, instead of an estimate from known cases")
    questions: Share = Field(default=0.0, description="share of infected arrivals whom questioning finds; they are known as cases from then on")
    needs: Annotated[dict[Name, Annotated[float, Field(gt=0, le=1000)]], Field(max_length=20)] = Field(
        default={}, description="what each person held uses up in a day, by the name of a stock"
    )
    leave_in_need: Share = Field(
        default=0.0, description="share of those held who break out for good on a day on which something they need has run out"
    )
    slips_out: Share = Field(default=0.0, description="share of those held who slip out on a given day, and come back")
    slips_for: Duration = Field(default=3 * 3600.0, description="how long they are away, at home")


class Supply(Order):
    """Bring goods into a stock while in force: donations, deliveries, production."""

    do: Literal["supply"]
    stock: Name
    per_day: PerDay


class Research(Order):
    """People work on an aim. What is held and known speeds them up; it is done once the work is."""

    do: Literal["research"]
    aim: Literal["test", "antidote", "vaccine", "knowledge"]
    work: Annotated[float, Field(gt=0, le=1e9)] = Field(description="person-days of work until it is done, without hosts and records")
    staff: Annotated[int, Field(ge=0, le=1_000_000)]
    hosts_needed: Annotated[int, Field(ge=0, le=1_000_000)] = Field(default=0, description="hosts that must be held, or nothing gets on")
    per_host: Annotated[float, Field(ge=0, le=100)] = Field(default=0.0, description="each host held speeds work up by this share of its pace")
    per_record: Annotated[float, Field(ge=0, le=100)] = Field(default=0.0, description="each set of records seized, likewise")
    most_hosts: Annotated[int, Field(ge=0, le=1_000_000)] = Field(default=10, description="more hosts than so many help no further")


class LimitTravel(Order):
    """Fewer get through to other places (`beyond`) by some routes while in force."""

    do: Literal["limit_travel"]
    routes: Annotated[tuple[Route, ...], Field(min_length=1)] = ROUTES
    left: Share = Field(default=0.0, description="share of those who travel who still get through")


class Close(Order):
    """Close all places of a setting: who belongs there stays at home."""

    do: Literal["close"]
    setting: Name


def in_hours(order: Curfew, hour: int) -> bool:
    """Whether a curfew is on at an hour of the day (0 to 23); it may go over midnight."""
    return order.first <= hour < order.last if order.first < order.last else hour >= order.first or hour < order.last
