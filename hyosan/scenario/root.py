"""The scenario: everything a run needs, in words and units.

Loaded and checked by `scenario/load.py`, read next by `world/` and `engine/compile.py`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, PrivateAttr, model_validator

from hyosan.scenario.behaviour import Behaviour
from hyosan.scenario.block import Block, Name
from hyosan.scenario.city import City
from hyosan.scenario.pathogen import Pathogen
from hyosan.scenario.response import AnyOrder
from hyosan.units import Duration, Loudness, Share

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


class Time(Block):
    """Tick length, the clock time of the start, and when the run ends at the latest."""

    tick: Annotated[Duration, Field(ge=1, le=7 * 86_400)]
    start: str = Field(default="day 1 00:00", pattern=r"^\s*day\s+1(\s+\d{1,2}:\d{2})?\s*$")
    weekday: Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"] = "monday"
    end: Annotated[Duration, Field(gt=0, le=10_000 * 86_400)]
    stop_when_over: bool = Field(default=False, description="end as soon as nobody is infected and nothing is under way")


class Seed(Block):
    """Who is infected first: `count` people (or each with probability `share`) of those who fit, at a moment, in a state."""

    count: Annotated[int, Field(ge=1, le=10_000_000)] | None = None
    share: Share | None = None
    at: str = "0 s"
    state: str | None = Field(default=None, description="default: the state one enters on infection")
    role: Name | None = None
    place: str | None = Field(default=None, description="name of a place (they belong to it, or are put there)")
    ages: Annotated[str, Field(pattern=r"^\d{1,3}-\d{1,3}$")] | None = None
    cause: str = "seed"

    @model_validator(mode="after")
    def _one(self) -> Seed:
        if (self.count is None) == (self.share is None):
            raise ValueError("give exactly one of `count`, `share`")
        return self


class Immune(Block):
    """Who cannot be infected from the start on: a share of those who fit, already in another state; they count as nobody's infection."""

    share: Share
    state: str = Field(description="a state that counts as recovered or human and is not infectious")
    ages: Annotated[str, Field(pattern=r"^\d{1,3}-\d{1,3}$")] | None = None
    zones: tuple[str, ...] | None = Field(default=None, description="zones they live in; default: all")


class Noise(Block):
    """A noise at a place for a while: it draws those who pursue sound and warns those who hear it."""

    place: str
    at: str
    lasts: Duration
    loudness: Loudness


class Checkpoints(Block):
    """How often a checkpoint is written into the run folder, and how many are kept (0 = all)."""

    every: Duration = 10 * 86_400.0
    keep: Annotated[int, Field(ge=0, le=100_000)] = 2


class Scenario(Block):
    """A whole scenario."""

    name: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,59}$")]
    title: str = ""
    about: str = ""
    status: str = Field(
        default="uncalibrated",
        description="`fiction`, `uncalibrated` or `calibrated to ...`",
        pattern=r"^(fiction|uncalibrated|calibrated to .{1,200})$",
    )
    time: Time
    city: City
    pathogen: Pathogen
    seeds: Annotated[dict[Name, Seed], Field(max_length=1000)] = Field(default={})
    immunity: Annotated[dict[Name, Immune], Field(max_length=1000)] = Field(default={})
    behaviour: Behaviour = Behaviour()
    noises: dict[Name, Noise] = Field(default={})
    orders: Annotated[dict[Name, AnyOrder], Field(max_length=2000)] = Field(default={})
    checkpoints: Checkpoints = Checkpoints()

    _base: Path | None = PrivateAttr(default=None)

    @property
    def base(self) -> Path:
        """The folder that data files named in the scenario lie in or below; the current one for a scenario made in Python."""
        return self._base if self._base is not None else Path.cwd()

    def with_base(self, folder: Path) -> Scenario:
        """The same scenario with this `base`, which is no part of what a scenario says and is neither compared nor written."""
        copy = self.model_copy()
        copy._base = folder
        return copy

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Scenario) and self.__dict__ == other.__dict__
