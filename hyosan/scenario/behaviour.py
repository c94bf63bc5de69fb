"""How people act: options and their weights in each situation, doors, senses, speeds. Numbers only; the rules are in `rules/`."""

from __future__ import annotations

from typing import Annotated, Literal, get_args

from pydantic import Field, model_validator

from hyosan.scenario.block import Block, Name, Spread
from hyosan.units import Duration, Loudness, Rate, Share, Speed

Option = Literal[
    "carry_on", "flee_home", "flee_out", "hide", "barricade", "help", "follow", "seek", "lure", "warn", "gather", "expel", "kill",
]  # fmt: skip
OPTIONS: tuple[Option, ...] = get_args(Option)
"""What a person can choose. The order is that of the codes in `rules/behave.py`.

`follow`: goes with somebody tied to them who is here, one who knows what to do in a crisis first; `seek`: goes for the youngest of the family who
is elsewhere by what the hour says; `lure`: runs out of the city loudly, and draws the turned away; `warn`: tells those tied to them who are here, and
hides; `gather`: goes to `meeting`; `expel`, `kill`: puts out, or kills, somebody bitten who is here.
"""
Weights = dict[Option, Annotated[float, Field(ge=0, le=1000)]]


class Doors(Block):
    """How long one of the turned needs, on average, to break a door of each kind (several share the work)."""

    wooden: Spread = 300.0
    steel: Spread = 7200.0
    barricade: Spread = 21_600.0


class Fighter(Block):
    """A kind of fighter: the roles that fight so."""

    roles: tuple[str, ...]


PerUnit = dict[Option, Annotated[float, Field(ge=-10, le=10)]]


class Feelings(Block):
    """What people feel, in units from 0 to 8, and what each unit adds to the weight of an option (0.5: half of it; -0.1: a tenth less).

    *Fear*: fights that they stood in, less half of it each `calms_after`. *Anger*: people tied to them who were bitten or killed where they
    were, and those who bully them. *Tiredness*: how often they were on the move for `tires_after` since they last hid.
    """

    fear: PerUnit = Field(default={})
    anger: PerUnit = Field(default={})
    tired: PerUnit = Field(default={})
    calms_after: Annotated[Duration, Field(ge=60)] = 6 * 3600.0
    tires_after: Annotated[Duration, Field(ge=60)] = 3600.0
    tired_slows: Annotated[float, Field(ge=0, le=2)] = Field(
        default=0.0, description="share by which each unit of tiredness lengthens the ways of those who flee"
    )


class Dependants(Block):
    """Who cannot live without somebody who looks after them: carried along by family, lost when alone for too long."""

    up_to_age: Annotated[int, Field(ge=0, le=12)] = 2
    carer_age: Annotated[int, Field(ge=5, le=30)] = 13
    alone_for: Annotated[Duration, Field(ge=3600)] = Field(
        default=172_800.0, description="time without anybody of `carer_age` at the same place, after which they die"
    )

    @model_validator(mode="after")
    def _carers_are_older(self) -> Dependants:
        if self.carer_age <= self.up_to_age:
            raise ValueError(f"carer_age: {self.carer_age} is not above up_to_age, {self.up_to_age}: who needs somebody cannot look after others")
        return self


class Behaviour(Block):
    """What people do when they see, hear or are told of danger. Weights are plain numbers; only their ratios matter."""

    sees: Weights = Field(default={"flee_home": 3, "flee_out": 1, "hide": 3, "barricade": 1, "help": 0.5, "carry_on": 0})
    hears: Weights = Field(default={"flee_home": 2, "flee_out": 1, "hide": 3, "barricade": 1, "help": 0.2, "carry_on": 2})
    told: Weights = Field(default={"flee_home": 3, "flee_out": 0.5, "hide": 2, "barricade": 1, "help": 0, "carry_on": 1})
    hidden: Weights = Field(default={"hide": 6, "flee_home": 1, "flee_out": 1}, description="when the time that one meant to hide is over")
    bitten: Weights = Field(default={}, description="of those who were just bitten; default: as everybody")
    beside_bitten: Weights = Field(default={}, description="beside somebody bitten, where nobody bites; default: as elsewhere")
    half_turned: Weights = Field(default={}, description="of those in a state that counts as half_turned; default: as everybody")
    bite_seen: Share = Field(default=1.0, description="share of bites that those at the same place know of")
    crisis: Weights = Field(default={}, description="factors for those who know what to do in a crisis, and those with one tied to them")
    scorn: Annotated[float, Field(ge=0, le=1000)] = Field(default=1.0, description="factor on `expel` and `kill` of whom one bullies or despises")
    feelings: Feelings = Feelings()
    dependants: Dependants | None = None
    meeting: str | None = Field(default=None, description="name of the place where those who `gather` meet")
    lure_noise: Loudness = Field(default=85.0, description="of one who lures")
    hide_for: Spread = 21_600.0
    leave: Rate = Field(default=1 / 20, description="rate at which one person gets out of a place of fights by each free exit")
    exit_flow: Rate = Field(default=1.0, description="people who get through one exit at most")
    shut_door: Share = Field(default=0.5, description="share of those who leave last that shut the door behind them")
    walk: Speed = 1.3
    run: Speed = 3.0
    hearing: Loudness = Field(default=35.0, description="what a person takes for danger")
    fight_noise: Loudness = 80.0
    doors: Doors = Doors()
    fighters: dict[Name, Fighter] = Field(default={})
