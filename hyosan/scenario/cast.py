"""The cast: people of a city who have names, as data. `world/cast.py` finds for each a resident who fits; nobody is added."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from hyosan.scenario.block import Block, Name

PersonName = Annotated[str, Field(min_length=1, max_length=60, pattern=r"^[^\W\d_][\w '’-]*$")]
"""Name of a person: letters, digits, blank, apostrophe, `_`, `-`; it starts with a letter."""
Told = Literal["friend", "bully", "contempt"]
"""Kinds of ties that can be told of one of the cast; families follow from `lives_with`."""


class Member(Block):
    """One of the cast: who they are, where they spend the day, with whom they live, to whom they are tied, what they know."""

    age: Annotated[int, Field(ge=0, le=110)] | None = Field(default=None, description="years; default: any age that fits the rest")
    role: Name | None = Field(default=None, description="role in the city: pupil, teacher, police, soldier, ...; default: any resident")
    place: Annotated[str, Field(max_length=200)] | None = Field(
        default=None, description="name of the place where they live, learn or work; one where nobody works becomes their place of work"
    )
    lives_with: tuple[PersonName, ...] = Field(default=(), description="others of the cast in the same household")
    ties: dict[Told, tuple[PersonName, ...]] = Field(
        default={}, description="kind -> others of the cast; in place of those of this kind that are drawn, so an empty list means none"
    )
    knows: Literal["crisis"] | None = Field(default=None, description="`crisis`: how to respond to one")
