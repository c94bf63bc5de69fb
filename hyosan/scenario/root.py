"""The scenario: everything a run needs, in words and units.

Loaded and checked by `scenario/load.py`, read next by `world/` and `engine/compile.py`.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Discriminator, Field, PrivateAttr, Tag, model_validator

from hyosan.scenario.authority import Authority, Beliefs
from hyosan.scenario.behaviour import Behaviour
from hyosan.scenario.beyond import Destination, Stock, Trust
from hyosan.scenario.block import Block, Name
from hyosan.scenario.cast import PersonName
from hyosan.scenario.city import City
from hyosan.scenario.claims import Claim
from hyosan.scenario.injects import AnyInject
from hyosan.scenario.objectives import Objective
from hyosan.scenario.pathogen import Pathogen
from hyosan.scenario.response import AnyOrder
from hyosan.scenario.response_medical import TestKind
from hyosan.units import Duration, Loudness, Share

MOST_DAYS = 10_000
"""Days that a run can have."""
DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def weekday_of(text: str) -> str:
    """The day of the week of a date such as `2026-03-01`. Raises ValueError: it is none."""
    try:
        return DAYS[date.fromisoformat(text).weekday()]
    except ValueError:
        raise ValueError(f"{text!r} is no date of the calendar; write year-month-day, for example 2026-03-01") from None


def _checked_date(text: str) -> str:
    weekday_of(text)
    return text


class Time(Block):
    """Tick length, the clock time of the start, and when the run ends at the latest."""

    tick: Annotated[Duration, Field(ge=1, le=7 * 86_400)]
    start: str = Field(default="day 1 00:00", pattern=r"^\s*day\s+1(\s+\d{1,2}:\d{2})?\s*$")
    date: Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2}$"), AfterValidator(_checked_date)] | None = Field(
        default=None, description="date of day 1, `2026-03-01`; it says the weekday too"
    )
    weekday: Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"] = "monday"
    end: Annotated[Duration, Field(gt=0, le=MOST_DAYS * 86_400)]
    stop_when_over: bool = Field(default=False, description="end as soon as nobody is infected and nothing is under way")

    @model_validator(mode="before")
    @classmethod
    def _weekday_of_date(cls, value: Any) -> Any:
        if isinstance(value, dict) and isinstance(value.get("date"), str) and value.get("weekday") is None:
            try:
                return value | {"weekday": weekday_of(value["date"])}
            except ValueError:
                return value  # told by the field itself
        return value


class Seed(Block):
    """Who is infected first: `count` people (or each with probability `share`) of those who fit, or a `person`, at a moment, in a state."""

    count: Annotated[int, Field(ge=1, le=10_000_000)] | None = None
    share: Share | None = None
    person: PersonName | None = Field(default=None, description="one of the cast, by name; then `count` is 1 and can be left out")
    at: str = "0 s"
    state: str | None = Field(default=None, description="default: the state one enters on infection")
    role: Name | None = None
    place: str | None = Field(default=None, description="name of a place (they belong to it, or are put there)")
    ages: Annotated[str, Field(pattern=r"^\d{1,3}-\d{1,3}$")] | None = None
    zones: tuple[str, ...] | None = Field(default=None, description="zones they live in; default: all")
    strain: Name | None = Field(default=None, description="default: the first")
    over: Duration = Field(default=0.0, description="they were infected at moments spread evenly over so long before `at`, and are as far on by now")
    cause: str = "seed"

    @model_validator(mode="after")
    def _one(self) -> Seed:
        if self.person is not None:
            if self.share is not None or self.count not in (None, 1):
                raise ValueError("`person` is one person: leave `share` out, and `count` too or at 1")
        elif (self.count is None) == (self.share is None):
            raise ValueError("give exactly one of `count`, `share`")
        return self


class Immune(Block):
    """Who cannot be infected from the start on: a share of those who fit, already in another state; they count as nobody's infection."""

    share: Share
    state: str = Field(description="a state that counts as recovered or human and is not infectious")
    ages: Annotated[str, Field(pattern=r"^\d{1,3}-\d{1,3}$")] | None = None
    zones: tuple[str, ...] | None = Field(default=None, description="zones they live in; default: all")


class Vaccination(Block):
    """Who is vaccinated when: a share of those who fit, all within `takes` from `at` on, or `ago` before the start."""

    vaccine: Name
    share: Share
    doses: Annotated[int, Field(ge=1, le=8)] | None = Field(default=None, description="how many of the vaccine's doses they get; default: all")
    ages: Annotated[str, Field(pattern=r"^\d{1,3}-\d{1,3}$")] | None = None
    zones: tuple[str, ...] | None = Field(default=None, description="zones they live in; default: all")
    role: Name | None = None
    at: str = "0 s"
    ago: Duration | None = Field(default=None, description="the first dose was given so long before the start of the run")
    takes: Duration = Field(default=0.0, description="the first doses are spread evenly over so long")

    @model_validator(mode="after")
    def _one_moment(self) -> Vaccination:
        if self.ago is not None and self.at != "0 s":
            raise ValueError("give `at` or `ago`, not both")
        return self


class Importations(Block):
    """Residents who come home infected, from a table `day,count[,ages,zone,strain]`; `day` counts from 1, `count` people come on it."""

    file: str
    state: str | None = Field(default=None, description="default: the state one enters on infection")
    over: Duration = Field(default=0.0, description="they were infected at moments spread evenly over so long before they come")


class LineList(Block):
    """The outbreak so far, from a table of known cases `onset[,age,zone,reported]`; the run follows it up to `until` and goes on from there.

    `onset` and `reported` are days from 1 (`12`, `12.5`). Known cases fall ill at their onsets. Infections that this leaves unknown until
    then (still incubating, without symptoms, not yet reported) happen by rule and luck, those of `seeds` too; others do not.
    """

    file: str
    until: str | None = Field(default=None, description="the moment up to which the list is complete; default: the end of its last day")


class Beds(Block):
    """Beds of a kind, and the staff without whom they cannot be used."""

    beds: Annotated[int, Field(ge=0, le=10_000_000)] | None = None
    per_1000: Annotated[float, Field(ge=0, le=1000)] | None = Field(default=None, description="beds per 1,000 residents")
    staff: Name | None = Field(default=None, description="role of those who work there; the ill, held and dead among them do not")
    patients_each: Annotated[float, Field(gt=0, le=1000)] = Field(default=4.0, description="patients whom one of the staff can look after")

    @model_validator(mode="after")
    def _one(self) -> Beds:
        if (self.beds is None) == (self.per_1000 is None):
            raise ValueError("give exactly one of `beds`, `per_1000`")
        return self


class Noise(Block):
    """A noise at a place for a while: it draws those who pursue sound and warns those who hear it."""

    place: str
    at: str
    lasts: Duration
    loudness: Loudness


class Fire(Block):
    """A fire, or debris and smoke, at a place and in all that belongs to it: while it lasts, scent and all but loud sounds are masked there."""

    place: str
    at: str
    lasts: Duration


class Checkpoints(Block):
    """How often a checkpoint is written into the run folder, and how many are kept (0 = all)."""

    every: Duration = 10 * 86_400.0
    keep: Annotated[int, Field(ge=0, le=100_000)] = 2


class Data(Block):
    """What was observed, drawn over the curves of the run: a CSV file with columns `day` (or `date`), `quantity`, `value`."""

    file: str = Field(description="CSV: day or date, quantity, value[, zone, low, high]; or day or date and a column for each quantity")


def _one_or_several(value: Any) -> str:
    one = isinstance(value, Data) or (isinstance(value, dict) and "file" in value and not isinstance(value["file"], dict | Data))
    return "1" if one else "*"


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
    vaccination: Annotated[dict[Name, Vaccination], Field(max_length=1000)] = Field(default={})
    importations: Annotated[dict[Name, Importations], Field(max_length=100)] = Field(default={})
    line_list: LineList | None = None
    care: Annotated[dict[Name, Beds], Field(max_length=8)] = Field(default={})
    behaviour: Behaviour = Behaviour()
    noises: dict[Name, Noise] = Field(default={})
    fires: dict[Name, Fire] = Field(default={})
    authorities: Annotated[dict[Name, Authority], Field(max_length=100)] = Field(default={})
    beliefs: Beliefs = Beliefs()
    tests: Annotated[dict[Name, TestKind], Field(max_length=50)] = Field(default={})
    stocks: Annotated[dict[Name, Stock], Field(max_length=20)] = Field(default={})
    trust: Trust = Trust()
    beyond: Annotated[dict[Name, Destination], Field(max_length=300)] = Field(default={})
    orders: Annotated[dict[Name, AnyOrder], Field(max_length=2000)] = Field(default={})
    injects: Annotated[dict[Name, AnyInject], Field(max_length=2000)] = Field(default={})
    objectives: Annotated[dict[Name, Objective], Field(max_length=1000)] = Field(default={})
    claims: Annotated[dict[Name, Claim], Field(max_length=1000)] = Field(default={}, description="what sources say came of it: targets, never inputs")
    checkpoints: Checkpoints = Checkpoints()
    data: (
        Annotated[
            Annotated[Data, Tag("1")] | Annotated[dict[Name, Data], Field(max_length=100), Tag("*")],
            Discriminator(_one_or_several),
        ]
        | None
    ) = Field(default=None, description="observations to draw over the run's curves: one file, or several by name")

    _base: Path | None = PrivateAttr(default=None)
    _uncertain: dict[str, Any] = PrivateAttr(default_factory=dict)

    @property
    def base(self) -> Path:
        """The folder that data files named in the scenario lie in or below; the current one for a scenario made in Python."""
        return self._base if self._base is not None else Path.cwd()

    @property
    def named_data(self) -> dict[str, Data]:
        """The files of observations by name; one without a name is `observed`."""
        return {"observed": self.data} if isinstance(self.data, Data) else dict(self.data or {})

    def with_base(self, folder: Path) -> Scenario:
        """The same scenario with this `base`, which is no part of what a scenario says and is neither compared nor written."""
        copy = self.model_copy()
        copy._base = folder
        return copy

    @property
    def uncertain(self) -> dict[str, Any]:
        """The numbers that were given as `uncertain`: field path -> `{uncertain: law}` as it was written. Where each was drawn its value stands."""
        return self._uncertain

    def with_uncertain(self, laws: dict[str, Any]) -> Scenario:
        """The same scenario with these `uncertain` numbers, which are neither compared nor written."""
        copy = self.model_copy()
        copy._uncertain = laws
        return copy

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Scenario) and self.__dict__ == other.__dict__
