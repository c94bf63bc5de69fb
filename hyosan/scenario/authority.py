"""Authorities as data: what each hears, how late, what it may order; and what all of them believe of the disease beforehand."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from hyosan.scenario.block import Block
from hyosan.units import Duration


class Authority(Block):
    """Somebody who gives orders on what they know. One that is not described hears everything at once and may order everything."""

    hears_after: Duration = Field(default=0.0, description="reports reach it so long after they are made")
    zones: Annotated[tuple[str, ...], Field(min_length=1)] | None = Field(default=None, description="zones that it hears of; default: all")
    decides_in: Duration = Field(default=0.0, description="from what an order needs being known to the decision being passed on; added to `delay`")
    powers: tuple[str, ...] | None = Field(default=None, description="measures that it may order; default: all")


class Beliefs(Block):
    """What the authorities take from elsewhere, before they know cases of their own. It need not be true."""

    generation_mean: Annotated[Duration, Field(gt=0)] | None = Field(default=None, description="mean generation time, for estimates of R")
    generation_sd: Annotated[Duration, Field(gt=0)] | None = Field(default=None, description="standard deviation of the generation time")
    report_share_in_time: Annotated[float, Field(ge=0.5, le=1)] = Field(
        default=0.98, description="estimates wait until this share of cases is reported, going by how late known cases were"
    )
