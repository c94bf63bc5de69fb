"""Medical measures as data: isolate, trace, test, reduce contacts, vaccinate, treat, add beds. Who is meant is told by what is *known* of them.

What each does is in `engine/response_medical.py`. Shares of people who comply go by a trait of each person, fixed at birth: who keeps one order
keeps the next, and a higher share only adds people.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from hyosan.scenario.block import Block, Name
from hyosan.scenario.response_base import Order
from hyosan.scenario.who import Who
from hyosan.units import Duration, Length, Share

PerDay = Annotated[float, Field(ge=0, le=100_000_000)]


class TestKind(Block):
    """A test: what it finds by the state of a person's infection, what it finds wrongly, and how long it takes."""

    detects: Annotated[dict[str, Share], Field(min_length=1)] = Field(
        description="state -> share of people in it whose test is positive (sensitivity)"
    )
    specificity: Share = Field(default=1.0, description="share of people in other states whose test is negative")
    takes: Duration = Field(default=0.0, description="from sampling to the result")


class Confining(Order):
    """What orders share that keep people to themselves."""

    where: Literal["home", "apart"] = Field(default="home", description="at home with their household, or apart from everybody")
    compliance: Share = 1.0
    fades: Duration | None = Field(default=None, description="compliance halves in so long after the order took effect")
    released_by: Name | None = Field(
        default=None,
        description="which of `tests` is taken when their time is over: the negative go free, the positive are known cases and stay as long again; "
        "default: time alone lets them go",
    )


class Isolate(Confining):
    """Known cases keep to themselves, from `after` their report on, for so long."""

    do: Literal["isolate"]
    who: Who = Who()
    cases: Literal["all", "tested"] = Field(default="all", description="all known cases, or those with a positive test")
    after: Duration = Field(default=0.0, description="from the report of a case to its isolation")
    lasts: Duration = 10 * 86_400.0
    per_day: PerDay | None = Field(default=None, description="cases that can be reached in a day; default: all")


class Trace(Confining):
    """Known cases are interviewed; the contacts whom they name are found and keep to themselves."""

    do: Literal["trace"]
    names: Annotated[dict[str, Share], Field(min_length=1)] = Field(
        description="setting (or `anywhere`, the rest) -> share of contacts there who are named and found; `links` = along links of a network"
    )
    backward: Share = Field(default=0.0, description="share of cases of whom it is found who infected them: they are traced from as well")
    app: Share = Field(default=0.0, description="share of people with an app that finds contacts at once where both have it")
    takes: Duration = Field(default=86_400.0, description="from the interview to finding a contact")
    staff: Annotated[int, Field(ge=0, le=10_000_000)] | None = Field(default=None, description="interviewers; default: as many as are needed")
    cases_each: Annotated[float, Field(gt=0, le=10_000)] = Field(default=4.0, description="cases that one of them interviews in a day")
    most: Annotated[int, Field(ge=1, le=100_000)] = Field(
        default=60, description="where more people belong than so many, only those are named who were infected there"
    )
    lasts: Duration = Field(
        default=14 * 86_400.0, description="how long contacts keep to themselves; 0 s = they are only listed, for tests or vaccines"
    )

    @model_validator(mode="after")
    def _held_before_released(self) -> Trace:
        if self.released_by is not None and self.lasts == 0:
            raise ValueError("`released_by` needs `lasts`: how long contacts keep to themselves before they are tested")
        return self


class Test(Order):
    """Tests: of the ill who come, of contacts, or of everybody. A positive result makes a known case, true or not."""

    do: Literal["test"]
    test: Name = Field(description="which of `tests`")
    whom: Literal["ill", "contacts", "everybody"] = "ill"
    who: Who = Who()
    share: Share = Field(default=1.0, description="share of them who come")
    every: Duration = Field(default=7 * 86_400.0, description="of everybody: once in so long")
    per_day: PerDay | None = Field(default=None, description="tests in a day; default: as many as are needed")


class ReduceContacts(Order):
    """Masks, distance, fewer contacts: in some settings those who comply exert and take in only a part."""

    do: Literal["reduce_contacts"]
    settings: Annotated[dict[str, Share], Field(min_length=1)] = Field(
        description="setting (or `anywhere`, the rest) -> what is left for each of the two who meet"
    )
    compliance: Share = 1.0
    fades: Duration | None = Field(default=None, description="compliance halves in so long after the order took effect")


class Campaign(Order):
    """Vaccinate: by groups one after the other, or around known cases."""

    do: Literal["vaccinate"]
    vaccine: Name
    groups: Annotated[tuple[Who, ...], Field(min_length=1, max_length=100)] = (Who(),)
    uptake: Share = 1.0
    per_day: PerDay | None = Field(default=None, description="doses in a day; default: as many as are needed")
    stock: Annotated[int, Field(ge=0, le=1_000_000_000)] | None = Field(default=None, description="doses in all; default: as many as are needed")
    ring: Annotated[int, Field(ge=0, le=5)] | None = Field(
        default=None, description="only around known cases: 0 = the case, 1 = who lives or is linked with them, 2 = with those, ..."
    )
    within: Length | None = Field(default=None, description="only people whose home is so near to that of a known case, as the crow flies")
    contacts: bool = Field(default=False, description="only contacts whom tracing found (post-exposure)")

    @model_validator(mode="after")
    def _one_way(self) -> Campaign:
        if sum((self.ring is not None, self.within is not None, self.contacts)) > 1:
            raise ValueError("give at most one of `ring`, `within`, `contacts`")
        return self


class Treat(Order):
    """Treat known cases, so that they infect less."""

    do: Literal["treat"]
    who: Who = Who()
    left: Share = Field(description="how infectious the treated still are")
    share: Share = Field(default=1.0, description="share of cases that can be treated")
    after: Duration = Field(default=0.0, description="from the report of a case to treatment")
    courses: Annotated[int, Field(ge=0, le=1_000_000_000)] | None = Field(default=None, description="stock; default: as many as are needed")
    per_day: PerDay | None = None


class Surge(Order):
    """Add beds of a kind of care while in force."""

    do: Literal["surge"]
    care: Name
    beds: Annotated[int, Field(ge=1, le=10_000_000)]
