"""A school that is the whole world: classes, years, the school, and the homes of pupils and teachers."""

from __future__ import annotations

from fractions import Fraction
from typing import Final, NamedTuple

import numpy as np

from hyosan.scenario.city import City, School
from hyosan.world import draws
from hyosan.world.draft import STEEL, UNLIMITED, Draft
from hyosan.world.drawn_school import Drawn, Spot, draw_school, open_exits
from hyosan.world.draws import Ints, rounded
from hyosan.world.finish import People
from hyosan.world.frame import DOOR_SHUT, World
from hyosan.world.households import size_counts
from hyosan.world.korea_data import household_sizes, level_of
from hyosan.world.land import lay_land
from hyosan.world.plain import ZONE, on_grid
from hyosan.world.schedules import school_table
from hyosan.world.society import finish_city
from hyosan.world.town import HOME_CAPACITY

_SIBLING_AT_SCHOOL: Final = 0.33
"""Share of siblings who are at the same school (assumed)."""
_TEACHER_AGE, _PARENT_YEARS = 40, 30


class _Members(NamedTuple):
    """People of the school and of their homes, pupils first, then teachers, then their families."""

    age: Ints
    household: Ints
    pupils: int
    teachers: int


def build_school(city: City, school: School) -> World:
    """Slots: home, class, school, year. Drawn, it stands in streets with the homes; else there are no ways."""
    level = level_of(school.first_age)
    years = draws.apportion(np.ones(school.years, np.int64), school.pupils)
    size = Fraction(school.class_size) if school.class_size else level.class_size
    numbers = [max(1, -(-int(n) // school.class_size) if school.class_size else rounded(int(n) / size)) for n in years]
    teachers = max(sum(numbers), rounded(school.pupils / Fraction(school.pupils_per_teacher)))
    members = _members(city, school, years, teachers)
    draft = Draft()
    draft.roles.add("resident", "pupil", "teacher")
    if school.drawn:
        land = lay_land(draft, city, len(members.age))
        middle = land.cell_at(land.side // 2, land.side // 2)
        spot = Spot(middle, int(land.x[middle]), int(land.y[middle]), int(land.zone[middle]))
        drawn = draw_school(draft, school, spot, numbers, "class")
        open_exits(draft, school, drawn, middle, None)
        homes = _add_homes(draft, int(members.household.max()) + 1, land.x, land.y, land.zone, True)
        building = drawn.rooms["cafeteria"]
    else:
        drawn, building = _places(draft, school, numbers)
        number = int(members.household.max()) + 1
        x, y = on_grid(number)
        homes = _add_homes(draft, number, x, y, np.zeros(number, np.int64) + draft.zones[ZONE], False)
    return finish_city(city, draft, _people(city, draft, drawn, members, years, homes, building))


def _places(draft: Draft, school: School, numbers: list[int]) -> tuple[Drawn, int]:
    zone = draft.zones[ZONE]
    building = draft.add_place("school", "school", zone=zone, parent=-1, x=-50, y=0, capacity=UNLIMITED, name=school.name)
    rows = [
        [
            draft.add_place(
                "classroom",
                "class",
                zone=zone,
                parent=-1,
                x=-50 - 9 * k,
                y=9 * year,
                capacity=200,
                name=f"{school.name} / class {year}-{k}",
            )
            for k in range(1, number + 1)
        ]
        for year, number in enumerate(numbers, start=1)
    ]
    return Drawn(rows, {"hall": building}), building


def _add_homes(draft: Draft, number: int, x: Ints, y: Ints, zone: Ints, streets: bool) -> Ints:
    cell = np.arange(number) % len(x)
    homes = draft.add_places(number, "home", "home", zone=zone[cell], parent=cell if streets else -1, x=x[cell], y=y[cell], capacity=HOME_CAPACITY)
    if streets:
        draft.hang(homes, cell, DOOR_SHUT, STEEL)
    return homes


def _members(city: City, school: School, years: Ints, teachers: int) -> _Members:
    seed, pupils = city.population_seed, int(years.sum())
    pupil_age = np.repeat(school.first_age + np.arange(school.years), years)
    number = pupils + teachers
    ids = np.arange(number, dtype=np.int64)
    teacher_age = 25 + draws.uniform(seed, draws.FAMILY_AGE, ids[pupils:], 38)
    own = np.concatenate([pupil_age, teacher_age])
    if not school.homes:
        return _Members(own, ids, pupils, teachers)
    size = _family_sizes(seed, ids, pupils)
    household = np.full(number, -1, dtype=np.int64)
    pupil_slots = 1 + _siblings_at_school(seed, ids[:pupils], size[:pupils])
    order = draws.shuffled(seed, draws.CHILD_SLOT, ids[:pupils])
    household[order] = np.repeat(np.arange(pupils), pupil_slots)[:pupils]
    families = int(household[:pupils].max()) + 1
    household[pupils:] = families + np.arange(teachers)
    size = np.concatenate([size[:families], size[pupils:]])
    missing = size - np.bincount(household, minlength=len(size))
    kin = np.repeat(np.arange(len(size)), missing)
    rank = draws.rank_in_group(kin)
    of_pupil = kin < families
    parents = np.where(size > 2, 2, 1)
    eldest = np.zeros(len(size), dtype=np.int64)
    np.maximum.at(eldest, household, own)
    more = draws.uniform(seed, draws.FAMILY_AGE, np.arange(len(kin)) + number, 8)
    is_adult = np.where(of_pupil, rank < parents[kin], rank < 1)
    adult_age = np.where(of_pupil, eldest[kin] + _PARENT_YEARS - 4 + more, eldest[kin] - 4 + more)
    child_age = np.where(of_pupil, np.maximum(0, eldest[kin] - 1 - more), np.maximum(0, eldest[kin] - _PARENT_YEARS - more))
    age = np.concatenate([own, np.where(is_adult, np.maximum(adult_age, 19), np.minimum(child_age, 18))])
    return _Members(age, np.concatenate([household, kin]), pupils, teachers)


def _family_sizes(seed: int, ids: Ints, pupils: int) -> Ints:
    """Household sizes by the national shares; a pupil's has two people at least."""
    counts = size_counts(household_sizes(), 1_000_000)
    size = 1 + draws.by_weight(seed, draws.FAMILY_SIZE, ids, counts)
    size[:pupils] = 2 + draws.by_weight(seed, draws.FAMILY_SIZE, ids[:pupils], counts[1:])
    return size


def _siblings_at_school(seed: int, ids: Ints, size: Ints) -> Ints:
    """Siblings of the same school in each family: each of the further children (beside two parents) with the share assumed."""
    extra = np.zeros(len(ids), dtype=np.int64)
    for child in range(1, 8):
        extra += (size - 2 > child) & draws.happens(seed, draws.SIBLING, ids, _SIBLING_AT_SCHOOL, child)
    return extra


def _people(city: City, draft: Draft, drawn: Drawn, members: _Members, years: Ints, homes: Ints, building: int) -> People:
    number, pupils = len(members.age), members.pupils
    slots = np.full((number, 4), -1, dtype=np.int64)
    slots[:, 0] = homes[members.household]
    zone = draft.place_columns()[2][building]
    x, y = draft.place_columns()[4:6, building]
    first = 0
    for year, (count, rooms) in enumerate(zip(years.tolist(), drawn.classes, strict=True), start=1):
        ids = np.arange(first, first + count)
        order = ids[draws.shuffled(city.population_seed, draws.CLASS_ORDER, ids)]
        slots[order, 1] = np.array(rooms)[np.arange(count) * len(rooms) // max(count, 1)]
        slots[ids, 3] = draft.add_place("year", "year", zone=int(zone), parent=-1, x=int(x), y=int(y), capacity=UNLIMITED, name=f"year {year}")
        first += count
    staff = np.arange(pupils, pupils + members.teachers)
    classes = [row for rooms in drawn.classes for row in rooms]
    other = drawn.rooms.get("staff room", building)
    slots[staff, 1] = (classes + [other] * len(staff))[: len(staff)]
    slots[: pupils + members.teachers, 2] = building
    at_school = np.arange(number) < pupils + members.teachers
    role = np.where(np.arange(number) < pupils, 1, np.where(at_school, 2, 0))
    return People(np.arange(number), members.age, role, at_school.astype(np.int64), slots.astype(np.int32), school_table())
