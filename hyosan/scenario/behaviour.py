"""How people act: options and their weights in each situation, doors, senses, speeds. Numbers only; the rules are in `rules/`."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from hyosan.scenario.block import Block, Name, Spread
from hyosan.units import Loudness, Rate, Share, Speed

Option = Literal["carry_on", "flee_home", "flee_out", "hide", "barricade", "help"]
OPTIONS: tuple[Option, ...] = ("carry_on", "flee_home", "flee_out", "hide", "barricade", "help")
"""What a person can choose. The order is that of the codes in `rules/behave.py`."""
Weights = dict[Option, Annotated[float, Field(ge=0, le=1000)]]


class Doors(Block):
    """How long one of the turned needs, on average, to break a door of each kind (several share the work)."""

    wooden: Spread = 300.0
    steel: Spread = 7200.0
    barricade: Spread = 21_600.0


class Fighter(Block):
    """A kind of fighter: the roles that fight so."""

    roles: tuple[str, ...]


class Behaviour(Block):
    """What people do when they see, hear or are told of danger. Weights are plain numbers; only their ratios matter."""

    sees: Weights = Field(default={"flee_home": 3, "flee_out": 1, "hide": 3, "barricade": 1, "help": 0.5, "carry_on": 0})
    hears: Weights = Field(default={"flee_home": 2, "flee_out": 1, "hide": 3, "barricade": 1, "help": 0.2, "carry_on": 2})
    told: Weights = Field(default={"flee_home": 3, "flee_out": 0.5, "hide": 2, "barricade": 1, "help": 0, "carry_on": 1})
    hidden: Weights = Field(default={"hide": 6, "flee_home": 1, "flee_out": 1}, description="when the time that one meant to hide is over")
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
