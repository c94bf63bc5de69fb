"""Which people an order is meant for, told by what they are: age, role, where they live and where they belong. Never by what they have."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from hyosan.scenario.block import Block, Name


class Who(Block):
    """People who fit all that is given; nothing given = everybody."""

    ages: Annotated[str, Field(pattern=r"^\d{1,3}-\d{1,3}$")] | None = None
    roles: Annotated[tuple[Name, ...], Field(min_length=1)] | None = None
    zones: Annotated[tuple[str, ...], Field(min_length=1)] | None = Field(default=None, description="zones they live in")
    kinds: Annotated[tuple[str, ...], Field(min_length=1)] | None = Field(default=None, description="kinds of place that they belong to")

    @property
    def age_range(self) -> tuple[int, int]:
        """Least and greatest age."""
        if self.ages is None:
            return 0, 10_000
        low, high = self.ages.split("-")
        return int(low), int(high)

    def say(self) -> str:
        """In words: `people aged 60-120 of role nurse`."""
        parts = [f"aged {self.ages}" if self.ages else "", f"of role {' or '.join(self.roles)}" if self.roles else ""]
        parts += [f"in {', '.join(self.zones)}" if self.zones else "", f"who belong to a {' or '.join(self.kinds)}" if self.kinds else ""]
        return " ".join(["people", *(part for part in parts if part)]) if any(parts) else "everybody"
