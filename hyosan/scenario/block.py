"""The ground every part of a scenario stands on: frozen blocks that refuse unknown fields and say where their numbers come from.

A block's `source` is text for all its numbers, or a mapping field -> text; a block without one inherits the source of the block
around it. Distributions say whether they differ between people (`varies`) or between runs (`uncertain`); a bare one is refused.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Discriminator, Field, Tag, model_validator

from hyosan.units import Duration


class Block(BaseModel):
    """A frozen part of a scenario; unknown fields are errors."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True, allow_inf_nan=False)

    source: str | dict[str, str] | None = Field(default=None, description="where the numbers of this block come from")


class Exponential(Block):
    """Exponential durations."""

    mean: Duration


class LogNormal(Block):
    """Lognormal durations, by mean and standard deviation of the durations themselves, in natural units."""

    mean: Annotated[Duration, Field(gt=0)]
    sd: Annotated[Duration, Field(gt=0)]


class Gamma(Block):
    """Gamma durations, by mean and standard deviation."""

    mean: Annotated[Duration, Field(gt=0)]
    sd: Annotated[Duration, Field(gt=0)]


class Weibull(Block):
    """Weibull durations, by shape (a number) and scale (a duration)."""

    shape: Annotated[float, Field(ge=0.1, le=50)]
    scale: Annotated[Duration, Field(gt=0)]


class Uniform(Block):
    """Durations uniform between `low` and `high`."""

    low: Duration
    high: Duration

    @model_validator(mode="after")
    def _ordered(self) -> Uniform:
        if self.high < self.low:
            raise ValueError("`high` must not be below `low`")
        return self


class Fixed(Block):
    """One duration for all."""

    value: Duration


class Empirical(Block):
    """Durations drawn from a list of observed ones, each as likely."""

    values: Annotated[tuple[Duration, ...], Field(min_length=1, max_length=100_000)]


class Distribution(Block):
    """Exactly one distribution of durations, by name."""

    exponential: Exponential | None = None
    lognormal: LogNormal | None = None
    gamma: Gamma | None = None
    weibull: Weibull | None = None
    uniform: Uniform | None = None
    empirical: Empirical | None = None
    fixed: Fixed | None = None

    @model_validator(mode="after")
    def _one(self) -> Distribution:
        given = [name for name in DISTRIBUTIONS if getattr(self, name) is not None]
        if len(given) != 1:
            raise ValueError(f"name exactly one of {', '.join(DISTRIBUTIONS)}; found {', '.join(given) or 'none'}")
        return self

    @property
    def kind(self) -> str:
        """Its name."""
        return next(name for name in DISTRIBUTIONS if getattr(self, name) is not None)

    @property
    def law(self) -> Any:
        """Its parameters (an `Exponential`, a `LogNormal`, ...)."""
        return getattr(self, self.kind)


DISTRIBUTIONS = ("exponential", "lognormal", "gamma", "weibull", "uniform", "empirical", "fixed")


class Varies(Block):
    """A duration that differs between people (each draws their own, by keyed luck)."""

    varies: Distribution


def _refuse_bare(value: Any) -> Any:
    name = next((name for name in DISTRIBUTIONS if name in value), None) if isinstance(value, dict) else None
    if name is not None and "varies" not in value:
        raise ValueError(
            f"a bare distribution does not say what differs: write `varies: {{{name}: ...}}` if people differ, "
            f"`uncertain: {{{name}: ...}}` if runs of a study differ"
        )
    return value


def _which_spread(value: Any) -> str:
    return "varies" if isinstance(value, dict | Varies) else "same"


Spread = Annotated[
    Annotated[Duration, Tag("same")] | Annotated[Varies, Tag("varies")],
    Discriminator(_which_spread),
    BeforeValidator(_refuse_bare),
]
"""A duration that is the same for all (`3 h`) or differs between people (`varies: {lognormal: ...}`)."""

Name = Annotated[str, Field(min_length=1, max_length=60, pattern=r"^[A-Za-z][A-Za-z0-9_ -]*$")]
"""A name given by the user: letters, digits, blank, `_`, `-`."""

Mixing = Literal["frequency", "density"]
