"""A city, or a smaller world, as data. Exactly one ground (`korea`, `country`, `people`, `well_mixed`, `lattice`, `network`,
`households`, `rooms`, `school`), more place kinds if wanted, and roles. `world/` builds it.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from hyosan.scenario.block import Block, Name
from hyosan.scenario.cast import Member, PersonName
from hyosan.scenario.ties import Ties
from hyosan.units import Duration, Length, Loudness, Share

MAX_PEOPLE = 100_000_000
EVERYWHERE = "all"
"""`korea: all` is all of Korea's municipalities."""


class Lattice(Block):
    """One person per cell of a grid, linked to its 4 neighbours."""

    rows: Annotated[int, Field(ge=1, le=10_000)]
    columns: Annotated[int, Field(ge=1, le=10_000)]
    wrap: bool = True


class Network(Block):
    """A contact network. `edges`: pairs of person ids (each once, either order), or a table (CSV or Parquet) `from,to[,weight]`.

    The names `source` and `target` are read as `from` and `to`. From Python a NetworkX graph may stand for the network or its edges.
    """

    people: Annotated[int, Field(ge=1, le=MAX_PEOPLE)] | None = None
    edges: str | tuple[tuple[int, int] | tuple[int, int, float], ...]


class Households(Block):
    """Households, and nobody outside them.

    `members`: lists of person ids; or `sizes`: size -> how many; or `file`: a CSV with columns `person,household`.
    """

    members: tuple[tuple[int, ...], ...] | None = None
    sizes: dict[Annotated[int, Field(ge=1, le=10_000)], Annotated[int, Field(ge=0, le=MAX_PEOPLE)]] | None = None
    file: str | None = None
    city: bool = Field(default=False, description="whether all also share one place, `community`")

    @model_validator(mode="after")
    def _one(self) -> Households:
        if sum(x is not None for x in (self.members, self.sizes, self.file)) != 1:
            raise ValueError("give exactly one of `members`, `sizes`, `file`")
        return self


class Room(Block):
    """A place of a drawn plan: its kind, the people who are there at the start and belong to it, and where it lies."""

    kind: Name = "room"
    people: Annotated[int, Field(ge=0, le=1_000_000)] = 0
    role: Name = "resident"
    capacity: Annotated[int, Field(ge=1, le=10_000_000)] = 1000
    x: float = 0.0
    y: float = 0.0
    zone: Name = "here"
    age: Annotated[int, Field(ge=0, le=110)] = 16


class Way(Block):
    """A way between two places of a plan, both directions. `door` none means an open way."""

    between: tuple[str, str]
    takes: Duration = 10.0
    door: Literal["none", "wooden", "steel", "barricade"] = "none"
    state: Literal["open", "shut", "welded"] = "open"
    sound_lost: Loudness = 5.0
    gate: Name | None = None


class Rooms(Block):
    """A plan drawn by hand: places and the ways between them."""

    places: Annotated[dict[Name, Room], Field(min_length=1, max_length=100_000)]
    ways: Annotated[tuple[Way, ...], Field(max_length=400_000)] = ()


class School(Block):
    """A school. With `korea` it is the drawn school of the city; alone it is the whole world, with the pupils' homes."""

    name: str = "the school"
    pupils: Annotated[int, Field(ge=1, le=20_000)] = 600
    years: Annotated[int, Field(ge=1, le=12)] = 3
    first_age: Annotated[int, Field(ge=3, le=20)] = 15
    class_size: Annotated[int, Field(ge=1, le=200)] | None = Field(default=None, description="default: the national mean of the level")
    pupils_per_teacher: Annotated[float, Field(gt=0.5, le=200)] = 10.0
    drawn: bool = Field(default=False, description="draw rooms, corridors, stairs, roof, gym, laboratory, courts and ways out")
    exits: Literal["free", "shut", "welded"] = "free"
    homes: bool = Field(default=True, description="whether pupils and teachers have homes (households)")


class ExtraKind(Block):
    """A place kind of the user's own, set up in the city in proportion to its people."""

    setting: Name
    slot: Literal["leisure", "work"] = "leisure"
    per_1000: Annotated[float, Field(ge=0, le=1000)] = Field(description="places of this kind per 1,000 residents")
    capacity: Annotated[int, Field(ge=1, le=1_000_000)] = 30
    share: Share = Field(default=0.1, description="share of people who belong to one of them in that slot")
    door: Literal["none", "wooden", "steel"] = "wooden"


class City(Block):
    """The ground and the people on it."""

    name: str | None = None
    korea: str | None = Field(default=None, description="one of Korea's 250 municipalities, by English or Korean name or code; `all`: all of them")
    commuting: str | None = Field(default=None, description="with `korea: all`, a CSV file `home,work,commuters`; default: the radiation model")
    country: str | None = Field(default=None, description="one of 187 countries, by code of three letters or English name; needs `residents`")
    residents: Annotated[int, Field(ge=1, le=10**15)] | None = None
    household_size: Annotated[float, Field(ge=1.2, le=20)] | None = Field(default=None, description="mean of the city; default: that of the country")
    people: str | None = Field(default=None, description="a table (CSV or Parquet) of people: id, age[, household, home, role, zone]")
    places: str | None = Field(default=None, description="a table of places: id, kind[, setting, zone, x, y, capacity]")
    membership: str | None = Field(default=None, description="a table of who belongs where: person, place, slot")
    contacts: str | None = Field(default=None, description="a table of links between people: from, to[, weight]")
    well_mixed: Annotated[int, Field(ge=1, le=10**15)] | None = None
    lattice: Lattice | None = None
    network: Network | None = None
    households: Households | None = None
    rooms: Rooms | None = None
    school: School | None = None
    setting: Name = Field(default="community", description="setting of a well-mixed city's one place")
    kinds: dict[Name, ExtraKind] = Field(default={})
    zone_size: Length = 1000.0
    cell_size: Length = 250.0
    density: Annotated[float, Field(gt=0, le=100_000)] = Field(default=5000.0, description="residents per square kilometre of built-up ground")
    landmarks: bool = Field(default=False, description="add the flagship's construction site, teacher's house and mountain way")
    soldiers: Annotated[int, Field(ge=0, le=100_000)] = 0
    police: Annotated[int, Field(ge=0, le=100_000)] = 0
    cast: Annotated[dict[PersonName, Member], Field(max_length=1000)] = Field(default={}, description="people of the city who have names")
    ties: Ties | None = Field(default=None, description="who is family, friend, bully of whom; default: nobody has ties")
    population_seed: Annotated[int, Field(ge=0, le=2**31 - 1)] = 1

    @model_validator(mode="after")
    def _one_ground(self) -> City:
        given = [name for name in GROUNDS if getattr(self, name) is not None]
        if "school" in given and ("korea" in given or "country" in given):
            given.remove("school")
        if len(given) != 1:
            raise ValueError(f"name exactly one ground of {', '.join(GROUNDS)}; found {', '.join(given) or 'none'}")
        if self.country is not None and self.residents is None:
            raise ValueError("`country` needs `residents`: how many people the city has, for example `residents: 250000`")
        if self.commuting is not None and self.korea != EVERYWHERE:
            raise ValueError("`commuting` goes with `korea: all`: it says who works in which municipality")
        alone = [name for name in ("places", "membership", "contacts") if getattr(self, name) is not None]
        if alone and self.people is None:
            raise ValueError(f"`{alone[0]}` needs `people`: the table of those who belong there")
        return self

    @property
    def ground(self) -> str:
        """The name of its ground."""
        return next(name for name in GROUNDS if getattr(self, name) is not None)


GROUNDS = ("korea", "country", "people", "well_mixed", "lattice", "network", "households", "rooms", "school")
