"""What a town is built from: ages, household sizes and schools of a place, each with its source, whichever country it lies in.

`korea_data.py` and `country_data.py` fill it from their tables; `build_town.py` builds from it alone, and `checks.py` holds the town
against it.
"""

from __future__ import annotations

from fractions import Fraction
from typing import NamedTuple

import numpy as np

from hyosan.world.draws import Ints, apportion


class Level(NamedTuple):
    """A level of schooling and its means."""

    name: str
    first_age: int
    last_age: int
    class_size: Fraction
    pupils_per_teacher: Fraction


class SizeLaw(NamedTuple):
    """How large households are."""

    weights: Ints  # [K] relative numbers of households of 1 to K people; they sum to less than 2**31
    mean: Fraction  # people
    source: str

    @property
    def shares(self) -> tuple[float, ...]:
        """Shares of households of 1, 2, 3, 4 and 5 or more people."""
        total = int(self.weights.sum())
        return (*(int(weight) / total for weight in self.weights[:4]), int(self.weights[4:].sum()) / total)


class Figures(NamedTuple):
    """Published and assumed figures of a place."""

    place: str  # its name, for people
    population: int
    ages: Ints  # [101] people by single year of age; the last counts those of 100 and more
    age_group: int  # years in each published group; within one, `ages` are assumed
    ages_source: str
    households: SizeLaw
    levels: tuple[Level, ...]  # from the youngest to the oldest
    schools_source: str
    enrolled: float  # share of those aged 6 to 17 at school
    enrolled_source: str
    kindergarten_size: int  # children
    sites: dict[str, Ints] | None = None  # by level: [k, 2] metres east and north of the centre of its people; None = not known
    pupils_per_school: int = 0  # where sites are not known

    def level_of(self, age: int) -> Level:
        """The level that people of this age go to (the nearest one for ages that go to none)."""
        return next((level for level in self.levels if age <= level.last_age), self.levels[-1])

    def ages_of(self, people: int) -> Ints:
        """[people] ages, ascending, in proportion to those published: first the groups as published, then years within each."""
        lows = np.arange(0, len(self.ages), self.age_group)
        counts = apportion(np.add.reduceat(self.ages, lows), people)
        every = np.zeros(len(self.ages), dtype=np.int64)
        for low, number in zip(lows.tolist(), counts.tolist(), strict=True):
            if number:
                every[low : low + self.age_group] = apportion(self.ages[low : low + self.age_group], number)
        return np.repeat(np.arange(len(every)), every)
