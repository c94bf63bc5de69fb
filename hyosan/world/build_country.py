"""All of Korea at once: a town for each of the 250 municipalities, built as it would be alone, and workers who cross their borders.

What is assumed: each town is a square around the centre of its people, and nobody walks from one to another; people live, learn and spend
their leisure in their own municipality; who works elsewhere is told by `commuting.py`; there as many people come to a place of work in
proportion to those who live near and work there. The number of people who go to work is that of the census.
"""

from __future__ import annotations

from functools import cache
from typing import Final

import numpy as np

from hyosan.errors import ScenarioError
from hyosan.scenario.city import City
from hyosan.world import draws
from hyosan.world.build_town import fill_town, people_of_town
from hyosan.world.commuting import flows, positions, radiation
from hyosan.world.draft import Draft
from hyosan.world.draws import Ints
from hyosan.world.finish import Check, People, rectangle
from hyosan.world.frame import SLOT_DAY, World
from hyosan.world.korea_data import AGES_SOURCE, Municipality, age_counts, municipal_figures, municipalities
from hyosan.world.land import lay_land
from hyosan.world.schedules import ROUTINES, week_table
from hyosan.world.society import finish_city
from hyosan.world.town import EMPLOYED_PERCENT, ROLES, Town, settle

CENSUS_WORKERS: Final = 23_285_254
"""People who go to work outside their home (Statistics Korea, census 2020, commuting)."""
FEWEST: Final = 200_000
"""Residents, at least: the smallest municipality then has some thirty."""
_ALONE: Final = ("school", "landmarks", "soldiers", "police")
"""What belongs to one town."""


def build_country(city: City, weights: Ints | None) -> World:
    """Korea with `city.residents` people (default: all). `weights` [k, k]: who lives where works where; None = by radiation.

    Raises ScenarioError: too few residents, or something that only one town can have.
    """
    places = municipalities()
    for name in _ALONE:
        if getattr(city, name):
            raise ScenarioError(f"city.{name}: belongs to one town, and `korea: all` has {len(places)}; leave it out, or name a municipality")
    population = np.array([place.population for place in places], dtype=np.int64)
    residents = city.residents if city.residents is not None else int(population.sum())
    if residents < FEWEST:
        raise ScenarioError(f"city.residents: {residents:,} are too few for {len(places)} municipalities; give {FEWEST:,} or more")
    counts = draws.apportion(population, residents)
    east, north = positions(places)
    draft = Draft()
    draft.roles.add(*ROLES)
    parts: list[People] = []
    members: list[Ints] = []  # by municipality: rows of those who go to work
    for number, place in enumerate(places):
        town = _town(city, place, number, int(counts[number]))
        half = town.land.side // 2
        offset = draft.absorb(town.draft, place.unique_name, int(east[number]) - half, int(north[number]) - half)
        part = people_of_town(town)
        parts.append(part._replace(slot_place=np.where(part.slot_place >= 0, part.slot_place + offset, -1).astype(np.int32)))
        working = (town.routine == ROUTINES.index("worker")) & (town.role == ROLES.index("resident"))
        members.append(np.flatnonzero(working) + sum(len(one.id) for one in parts[:-1]))
    _draw_borders(draft, places, east, north)
    people = _joined(parts)
    workers = np.array([len(one) for one in members], dtype=np.int64)
    moved = flows(radiation(population, east, north) if weights is None else weights, workers, workers)
    _send_to_work(people.slot_place, members, moved, city.population_seed)
    return finish_city(city, draft, people, checks=_checks(residents, int(population.sum()), people, moved))


def _town(city: City, place: Municipality, number: int, residents: int) -> Town:
    """One municipality with all its people, in one zone; its luck is its own."""
    alone = city.model_copy(
        update={"korea": place.code, "residents": residents, "zone_size": 1e9, "population_seed": ((number + 1) << 32) | city.population_seed}
    )
    figures = municipal_figures(place.code)
    ages = figures.ages_of(residents)
    draft = Draft()
    land = lay_land(draft, alone, residents)
    town = settle(alone, figures, draft, land, ages)
    fill_town(town, goes_to_work=census_share())
    return town


@cache
def census_share() -> float:
    """Of those whom the rates by age give work to, the share who go to a place of work, so that the census' number comes out."""
    limits, percent = np.array([limit for limit, _ in EMPLOYED_PERCENT]), np.array([share for _, share in EMPLOYED_PERCENT])
    by_age = percent[np.searchsorted(limits, np.arange(101), side="right")]
    employed = sum(int((age_counts(place.code) * by_age).sum()) for place in municipalities())
    return CENSUS_WORKERS * 100 / employed


def _joined(parts: list[People]) -> People:
    ages, roles, schedules = (np.concatenate([getattr(part, name) for part in parts]) for name in ("age", "role", "schedule"))
    slot_place, position = (np.concatenate([getattr(part, name) for part in parts]) for name in ("slot_place", "position"))
    return People(np.arange(len(ages), dtype=np.int64), ages, roles, schedules, slot_place, week_table(), position)


def _send_to_work(slot_place: np.ndarray[tuple[int, ...], np.dtype[np.int32]], members: list[Ints], moved: Ints, seed: int) -> None:
    """Give those who work elsewhere a place of work there, likelier a large one; written into `slot_place`."""
    jobs = [slot_place[one, SLOT_DAY].copy() for one in members]
    for home, workers in enumerate(members):
        order = workers[draws.shuffled(seed, draws.COMMUTER, workers)]
        where = np.repeat(np.arange(len(members)), moved[home])
        for work in np.flatnonzero(moved[home]).tolist():
            if work != home:
                going = order[where == work]
                slot_place[going, SLOT_DAY] = jobs[work][draws.uniform(seed, draws.WORK_ELSEWHERE, going, len(jobs[work]))]


def _draw_borders(draft: Draft, places: tuple[Municipality, ...], east: Ints, north: Ints) -> None:
    """A square for each municipality on maps: half of the way to the nearest other one, at most 10 km, to each side."""
    for number, place in enumerate(places):
        distance = np.maximum(np.abs(east - east[number]), np.abs(north - north[number]))
        half = int(min(10_000, np.partition(distance, 1)[1] // 2))
        x, y = int(east[number]), int(north[number])
        draft.zone_rings[place.unique_name] = [rectangle(x - half, y - half, x + half, y + half)]
    for everywhere in ("outside", "camp"):  # beside each town: no one shape
        draft.zone_rings[everywhere] = []


def _checks(residents: int, population: int, people: People, moved: Ints) -> tuple[Check, ...]:
    workers, crossing = int(moved.sum()), int(moved.sum() - np.trace(moved))
    expected = CENSUS_WORKERS * residents / population
    return (
        ("residents", f"{AGES_SOURCE}, or the scenario", float(residents), float(len(people.id)), 0.0),
        ("people who go to work, teachers too", "Statistics Korea, census 2020", expected, float(_at_work(people)), 0.03 * expected),
        ("share of workers who cross a border", "as it was built: fitted to nothing", crossing / max(workers, 1), crossing / max(workers, 1), 0.0),
    )  # fmt: skip


def _at_work(people: People) -> int:
    return int(((people.slot_place[:, SLOT_DAY] >= 0) & (people.role != ROLES.index("pupil")) & (people.age >= 19)).sum())
