"""How a built town compares with its sources: rows of expected and built figures, with a tolerance and the source of each.

All sums are of integers, so that the rows (which are part of a world's hash) are the same on every machine.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np

from hyosan.world.draws import Ints
from hyosan.world.finish import Check
from hyosan.world.frame import World
from hyosan.world.town import ROLES, Town, employed_share_expected

_MEAN_DISTANCE_IN_SQUARE: Final = 0.5214
"""Mean distance of two random points of a unit square (Ghosh 1951)."""


class CheckRow(NamedTuple):
    """One figure of a built world held against its source."""

    what: str
    source: str
    expected: float
    built: float
    tolerance: float
    holds: bool


def check_table(world: World) -> list[CheckRow]:
    """All checks of a world, in the order they were made; empty for worlds that claim no source."""
    return [CheckRow(*row, holds=abs(row[3] - row[2]) <= row[4]) for row in world.checks]


def town_checks(town: Town) -> list[Check]:
    """Rows that compare a town with the figures that it was built from."""
    return [*_household_checks(town), *_age_checks(town), *_activity_checks(town), *_distance_checks(town)]


def _household_checks(town: Town) -> list[Check]:
    first = np.flatnonzero(town.position == 0)
    size = np.diff(np.append(first, len(town.age)))
    law = town.figures.households
    a_household = float(law.mean**2 / len(town.age))  # by which one household more or less changes the mean
    rows: list[Check] = [
        ("mean household size", law.source, float(law.mean), len(town.age) / len(size), max(0.02, a_household)),
    ]
    for number, share in enumerate(law.shares, start=1):
        count = int((size == number).sum() if number < 5 else (size >= 5).sum())
        label = f"share of households of {number}" + (" or more" if number == 5 else "")
        rows.append((label, law.source, share, count / len(size), 0.01))
    with_adult = np.maximum.reduceat(town.age, first) >= 19
    child = town.age < 19
    household = np.cumsum(town.position == 0) - 1
    cared = int((with_adult[household] & child).sum()) / max(int(child.sum()), 1)
    return [*rows, ("share of children under 19 who live with an adult", "assumed: all", 1.0, cared if child.any() else 1.0, 0.0)]


def _age_checks(town: Town) -> list[Check]:
    figures = town.figures
    expected = figures.ages
    bands = np.arange(101) // 5
    wanted = np.bincount(bands, weights=expected).astype(np.int64)
    built = np.bincount(np.minimum(town.age, 100) // 5, minlength=21)
    off = max(abs(int(b) / len(town.age) - int(w) / int(expected.sum())) for b, w in zip(built, wanted, strict=True))
    wanted_people = float(town.city.residents or figures.population)
    return [
        ("residents", "the scenario" if town.city.residents else figures.ages_source, wanted_people, float(len(town.age)), 0.0),
        ("largest deviation of the share of a 5-year age group", figures.ages_source, 0.0, off, 0.01),
    ]


def _activity_checks(town: Town) -> list[Check]:
    of_age = (town.age >= 6) & (town.age <= 17)
    pupils = int((of_age & (town.role == ROLES.index("pupil"))).sum())
    adults = town.age >= 19
    at_work = int((adults & (town.day >= 0) & (town.role != ROLES.index("pupil"))).sum())
    return [
        ("share of those aged 6-17 at school", town.figures.enrolled_source, town.figures.enrolled, pupils / max(int(of_age.sum()), 1), 0.03),
        (
            "share of those aged 19 and more at work", "assumed rates by age",
            employed_share_expected(town.age), at_work / max(int(adults.sum()), 1), 0.02,
        ),
    ]  # fmt: skip


def _metres(square: Ints) -> Ints:
    """Whole metres of squared distances (the square root is correctly rounded everywhere)."""
    return np.floor(np.sqrt(square.astype(np.float64))).astype(np.int64)


def _distance_checks(town: Town) -> list[Check]:
    kind, _, _, parent, x, y, _, _ = town.draft.place_columns()
    rows: list[Check] = []
    schools = np.flatnonzero(kind == town.draft.kinds["elementary school"])
    pupils = np.flatnonzero(np.isin(parent[town.day], schools) & (town.role == ROLES.index("pupil")))
    if len(pupils):
        home, school = town.home[pupils], parent[town.day[pupils]]
        built = _metres((x[home] - x[school]) ** 2 + (y[home] - y[school]) ** 2)
        nearest = np.full(len(pupils), np.iinfo(np.int64).max)
        for site in schools.tolist():
            nearest = np.minimum(nearest, (x[home] - x[site]) ** 2 + (y[home] - y[site]) ** 2)
        mean = int(_metres(nearest).sum()) / len(pupils)
        rows.append((
            "mean metres from home to elementary school", "assumed: the nearest school that has room",
            mean, int(built.sum()) / len(pupils), max(300.0, mean / 2),
        ))  # fmt: skip
    workers = np.flatnonzero((town.day >= 0) & (town.role == ROLES.index("resident")))
    if len(workers):
        home, work = town.home[workers], town.day[workers]
        built = _metres((x[home] - x[work]) ** 2 + (y[home] - y[work]) ** 2)
        side = town.land.side
        source = "assumed: any place of work in a square town (Ghosh 1951), less for its denser centre"
        rows.append(
            (
                "mean metres from home to work",
                source,
                _MEAN_DISTANCE_IN_SQUARE * side,
                int(built.sum()) / len(workers),
                0.1 * side,
            )
        )
    return rows
