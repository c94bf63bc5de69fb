"""A pathogen as data: states, what each does, the transitions between them, and the routes by which it passes.

Nothing here knows a particular disease. `engine/compile.py` turns it into integers.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Discriminator, Field, Tag

from hyosan.scenario.block import Block, Mixing, Name, Spread
from hyosan.units import Duration, Rate, Share, Speed

ROUTES = ("contact", "air", "bite")
"""Routes of transmission that exist."""
ROUTES_TO_COME = ("droplet", "surface", "food", "water", "vector", "blood", "sexual", "birth")
"""Routes that may be named but are refused until they exist."""

CountsAs = Literal["susceptible", "human", "symptomless", "ill", "half_turned", "turned", "recovered", "dead"]
Does = Literal["routine", "flee", "hide", "pursue", "still"]


def _route(value: Any) -> Any:
    for name in value if isinstance(value, dict) else ():
        if name in ROUTES_TO_COME:
            raise ValueError(f"route {name!r} does not exist yet; routes that do: {', '.join(ROUTES)}")
        if name not in ROUTES and name != "source":
            raise ValueError(f"{name!r} is not a route; allowed: {', '.join(ROUTES)}")
    return value


class Senses(Block):
    """What draws one who pursues: weights of the ways open to them. Each is a plain number; only ratios matter."""

    wander: Annotated[float, Field(ge=0, le=1000)] = 1.0
    sight: Annotated[float, Field(ge=0, le=1000)] = 0.0
    sound: Annotated[float, Field(ge=0, le=1000)] = 0.0
    smell: Annotated[float, Field(ge=0, le=1000)] = 0.0
    rest: Annotated[float, Field(ge=0, le=1000)] = 1.0


class Noticed(Block):
    """How the authorities come to know that a person is in a state: the share ever reported and the delay until then."""

    share: Share = 1.0
    after: Spread = 0.0
    period_known: Share = Field(default=1.0, description="share of those noticed whose moment of infection is known too")
    taken_for: str | None = None
    misread: Share = 0.0


class State(Block):
    """One state of the course of an infection."""

    counts_as: CountsAs
    label: str | None = None
    does: Does = "routine"
    infectious: Annotated[dict[str, Annotated[float, Field(ge=0, le=1000)]], BeforeValidator(_route)] = Field(default={})
    senses: Senses | None = None
    speed: Speed | None = None
    wakes_every: Spread = 3600.0
    chained: bool = False
    noticed: Noticed | None = None
    susceptibility: Annotated[float, Field(ge=0, le=100)] | None = Field(
        default=None, description="how open to infection by contact and air: 1 = as the susceptible; default: 1 in the susceptible state, else 0"
    )
    at: Name | None = Field(default=None, description="kind of place where those in this state lie, the nearest to their home: `hospital`")
    bed: Name | None = Field(default=None, description="what of `care` they need; without it `without_bed` of the transitions holds")


class ByAge(Block):
    """Shares by age band, `0-9: 0.1`; bands must cover the ages they are asked for, the rest takes `otherwise`."""

    by_age: dict[Annotated[str, Field(pattern=r"^\d{1,3}-\d{1,3}$")], Share]
    otherwise: Share = 0.0


class ByHost(Block):
    """Shares by host type; types not named take `otherwise`."""

    by_host: dict[str, Share]
    otherwise: Share = 0.0


def _which_share(value: Any) -> str:
    if isinstance(value, dict):
        return "by_host" if "by_host" in value else "by_age"
    return "by_age" if isinstance(value, ByAge) else "by_host" if isinstance(value, ByHost) else "same"


Shares = Annotated[
    Annotated[Share, Tag("same")] | Annotated[ByAge, Tag("by_age")] | Annotated[ByHost, Tag("by_host")],
    Discriminator(_which_share),
]
"""A share that is the same for all, or differs by age or host type."""


class Transition(Block):
    """From one state to another, after a duration, for a share of those who enter the first (they add up to 1)."""

    origin: str = Field(alias="from")
    to: str
    after: Spread
    share: Shares = 1.0
    without_bed: Shares | None = Field(default=None, description="the share among those for whom no bed was free; default: as `share`")


class Exposure(Block):
    """Passing to whoever is at the same place: the rate at which one infectious person of weight 1 infects, were all others susceptible.

    `rates` is by setting (home, school, work, ..., or `anywhere` for the rest). `mixing: frequency` divides by the number of members of
    the place; `density` takes the rate as that of each pair. `ages` names, by setting, the contact matrix that says who meets whom there.
    """

    rates: dict[str, Rate] = Field(default={})
    mixing: Mixing = "frequency"
    ages: dict[str, str] = Field(default={}, description="contact matrix by setting: `KOR-2020-other`, or a CSV file of 16 x 16 numbers")


class Contact(Exposure):
    """Passing by contact; `link` is the rate per edge of a contact network."""

    link: Rate = 0.0


class Air(Exposure):
    """Passing through the air that people share."""


class Fight(Block):
    """One class of pair: how often one of the turned bites one fighter of this kind, and how many are killed per bite."""

    fighter: str = "civilian"
    against: str | None = Field(default=None, description="name of the state fought; default: every state that bites")
    bite: Rate
    kills_per_bite: Annotated[float, Field(ge=0, le=1000)]


class Bite(Block):
    """Passing by bite, resolved as fights event by event.

    `mixing`: `pair` = the rate of each pair; `members` = divided by everybody who belongs to the place; `present` = divided by
    the number of those there who can be bitten (so that each of the turned bites at the given rate however large the crowd).
    """

    fights: Annotated[tuple[Fight, ...], Field(min_length=1, max_length=64)]
    mixing: Literal["pair", "members", "present"] = "present"
    settings: dict[str, Annotated[float, Field(ge=0, le=100)]] = Field(default={}, description="factor on bites and kills by setting")
    link: Literal["none", "pair"] = "none"


class Routes(Block):
    """The routes of a pathogen."""

    contact: Contact | None = None
    air: Air | None = None
    bite: Bite | None = None


class Host(Block):
    """A host type: the share of people born with it, and what they are called."""

    share: Share
    label: str | None = None
    susceptibility: Annotated[float, Field(ge=0, le=100)] = 1.0


class Cause(Block):
    """What decides about the host type of an infection.

    `chance`: one is born with it. `variant`: it passes on with the virus; a share `keeps` of the infected get that of their infector, others one by
    the shares of the types. `host`: what one feels; each unit of fear and anger at the bite adds `per_unit` of a type's share to it.
    """

    by: Literal["chance", "variant", "host"] = "chance"
    keeps: Share = 0.5
    per_unit: dict[Name, Annotated[float, Field(ge=0, le=100)]] = Field(default={}, description="by host type")


class Strain(Block):
    """A strain: how well it passes on, where its course begins, and how far an earlier infection protects from it."""

    label: str | None = None
    transmission: Annotated[float, Field(ge=0, le=1000)] = Field(default=1.0, description="factor on what those infected by it exert")
    infected: str | None = Field(default=None, description="the state one enters on infection by it; default: that of the pathogen")
    immunity_from: dict[str, Share] = Field(
        default={}, description="protection that an earlier infection by each strain gives; default: 100 % from its own, 0 % from others"
    )


class Dose(Block):
    """One dose: what is gained by it, and when."""

    effect: Share = Field(description="protection from infection once it works, that of earlier doses included")
    delay: Duration = 0.0
    after: Duration = Field(default=0.0, description="time from the dose before it (none for the first)")


class Vaccine(Block):
    """A vaccine. `all_or_nothing` protects a share of people fully, `leaky` everybody by that share of their exposure."""

    works: Literal["all_or_nothing", "leaky"]
    doses: Annotated[tuple[Dose, ...], Field(min_length=1, max_length=8)]
    lasts: Spread | None = Field(default=None, description="from the last dose until its protection is gone; default: for good")
    against: dict[str, Share] = Field(default={}, description="factor on its effect by strain; default: 1")
    passes_on: Share = Field(default=1.0, description="how infectious the vaccinated are when infected all the same; 1 = as others")


class Pathogen(Block):
    """A pathogen: states, transitions, routes, host types, strains and vaccines."""

    name: str
    susceptible: str = Field(default="susceptible", description="the state everybody starts in")
    infected: str = Field(description="the state one enters on infection")
    killed: str = Field(default="dead", description="the state of those who are killed")
    states: Annotated[dict[Name, State], Field(min_length=2, max_length=64)]
    transitions: Annotated[tuple[Transition, ...], Field(max_length=512)] = ()
    routes: Annotated[Routes, BeforeValidator(_route)] = Routes()
    dispersion: Annotated[float, Field(ge=0.02, le=100)] | None = Field(
        default=None, description="shape k of the gamma distribution (mean 1) of how infectious people are; small = few infect most"
    )
    hosts: Annotated[dict[Name, Host], Field(min_length=1, max_length=32)] = Field(default={"ordinary": Host(share=1.0)})
    cause: Cause = Field(default=Cause(), description="what decides about the host type")
    strains: Annotated[dict[Name, Strain], Field(max_length=8)] = Field(default={}, description="default: one")
    vaccines: Annotated[dict[Name, Vaccine], Field(max_length=8)] = Field(default={})
