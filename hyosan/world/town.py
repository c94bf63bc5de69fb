"""A town while it is built: its land, its people, and what each of them does. Schools, work and leisure fill it in
turn.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

import numpy as np

from hyosan.scenario.city import City
from hyosan.world import draws
from hyosan.world.draft import STEEL, Draft
from hyosan.world.draws import Ints, Mask
from hyosan.world.figures import Figures
from hyosan.world.finish import Check
from hyosan.world.frame import DOOR_OPEN, DOOR_SHUT
from hyosan.world.households import form_households
from hyosan.world.land import Land
from hyosan.world.schedules import ROUTINES

ROLES: Final = ("resident", "pupil", "teacher", "police", "soldier", "science teacher")
"""Roles of a town's people, in order of their codes."""
HOME_CAPACITY: Final = 12
"""People who fit into a home (assumed: a flat of 70 square metres with guests or people in hiding)."""
EMPLOYED_PERCENT: Final = ((19, 0), (25, 40), (30, 70), (60, 78), (65, 64), (70, 50), (75, 36), (80, 24), (200, 8))
"""Employment in percent below each age: none under 19, 40 % at 19-24, ... (assumed: shaped as Korea's labour force survey)."""


@dataclass
class Town:
    """People in order of their ids (households together), and where each belongs. -1 = nowhere yet."""

    city: City
    figures: Figures
    seed: int
    draft: Draft
    land: Land
    age: Ints  # [n] years
    home: Ints  # [n] place row
    cell: Ints  # [n] street cell of the home
    position: Ints  # [n] position in the household: 0 head, 1 partner, 2 and more children and others
    role: Ints  # [n] position in ROLES
    routine: Ints  # [n] position in ROUTINES
    day: Ints  # [n] place row of school or work
    leisure: Ints  # [n] place row
    employed: Mask  # [n] has work (and perhaps no place of work yet)
    checks: list[Check] = field(default_factory=list)

    @property
    def ids(self) -> Ints:
        """[n] ids of all residents, 0, 1, ..."""
        return np.arange(len(self.age), dtype=np.int64)

    def at_work(self, people: Ints, place: Ints | int, role: str = "resident") -> None:
        """Give people a place of work and a role."""
        self.day[people] = place
        self.role[people] = ROLES.index(role)
        self.routine[people] = ROUTINES.index("worker")

    def free_workers(self) -> Mask:
        """[n] who is employed and has no place of work yet."""
        return self.employed & (self.day < 0)

    def add_buildings(self, number: int, kind: str, setting: str, cells: Ints, capacity: Ints | int, purpose: int) -> Ints:
        """Rows of `number` new public buildings in street cells, doors open, at spots drawn by `purpose` and their number."""
        x, y = spots(self.land, cells, self.seed, draws.PLACE_SPOT, purpose)
        rows = self.draft.add_places(number, kind, setting, zone=self.land.zone[cells], parent=cells, x=x, y=y, capacity=capacity)
        self.draft.hang(rows, cells, DOOR_OPEN)
        return rows


def spots(land: Land, cells: Ints, seed: int, purpose: int, n: int) -> tuple[Ints, Ints]:
    """Metres east and north of random spots, one in each of the cells given, keyed by their order, `purpose` and `n`."""
    at = draws.uniform(seed, purpose, np.arange(len(cells), dtype=np.int64), min(land.cell, 40_000) ** 2, n)
    along, up = np.divmod(at, min(land.cell, 40_000))
    return land.x[cells] - land.cell // 2 + along, land.y[cells] - land.cell // 2 + up


def settle(city: City, figures: Figures, draft: Draft, land: Land, ages: Ints) -> Town:
    """A town with homes: households of people of these ages (ascending), spread over the land by its density."""
    seed = city.population_seed
    households = form_households(ages, figures.households, seed)
    order = draws.shuffled(seed, draws.HOUSEHOLD_CELL, np.arange(len(households.members)))
    quota = draws.apportion(land.weight, len(order))
    home_cell = np.repeat(np.arange(len(quota)), quota)
    x, y = spots(land, home_cell, seed, draws.HOME_SPOT, 0)
    homes = draft.add_places(len(order), "home", "home", zone=land.zone[home_cell], parent=home_cell, x=x, y=y, capacity=HOME_CAPACITY)
    draft.hang(homes, home_cell, DOOR_SHUT, STEEL)  # assumed: front doors of flats are fire doors
    members = households.members[order]
    household, position = np.nonzero(members >= 0)
    draft.roles.add(*ROLES)
    age = ages[members[household, position]]
    people = len(age)
    return Town(
        city=city, figures=figures, seed=seed, draft=draft, land=land, age=age, home=homes[household], cell=home_cell[household],
        position=position, role=np.zeros(people, np.int64), routine=np.full(people, ROUTINES.index("resident")),
        day=np.full(people, -1), leisure=np.full(people, -1), employed=np.zeros(people, np.bool_),
    )  # fmt: skip


def employ(town: Town, goes_to_work: float = 1.0) -> None:
    """Decide who has work, by age; of them a share goes to a place of work."""
    limits = np.array([limit for limit, _ in EMPLOYED_PERCENT])
    percent = np.array([share for _, share in EMPLOYED_PERCENT])[np.searchsorted(limits, town.age, side="right")]
    town.employed = draws.uniform(town.seed, draws.EMPLOYED, town.ids, 100) < percent
    if goes_to_work < 1:
        town.employed &= draws.happens(town.seed, draws.GOES_TO_WORK, town.ids, goes_to_work)


def employed_share_expected(ages: Ints) -> float:
    """Share of those aged 19 and more that the rates above give work to."""
    adults = ages[ages >= EMPLOYED_PERCENT[0][0]]
    limits = np.array([limit for limit, _ in EMPLOYED_PERCENT])
    percent = np.array([share for _, share in EMPLOYED_PERCENT])[np.searchsorted(limits, adults, side="right")]
    return float(percent.sum()) / 100 / max(len(adults), 1)
