"""Schools: where they are, who goes where, which class each pupil is in, and who teaches.

Everybody aged 3 to 17 is at kindergarten (or day care) or school (assumed; see the check of the enrolled share). Schools stand
where the published ones stand relative to the centre of the people, drawn in so that nine tenths of them fall within the built-
up square; where no sites are published, as many as the pupils need stand where people live.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Final

import numpy as np

from hyosan.scenario.city import School
from hyosan.world import draws
from hyosan.world.drawn_school import Drawn, Spot, draw_school, plain_school
from hyosan.world.draws import Ints, rank_in_group, rounded
from hyosan.world.figures import Level
from hyosan.world.finish import Check
from hyosan.world.frame import DOOR_OPEN
from hyosan.world.schedules import ROUTINES
from hyosan.world.town import ROLES, Town

_ROOM_PERCENT: Final = 130
"""Pupils that a school takes, in percent of the mean of its level (assumed: unequal schools, none bursting)."""
_TEACHER_AGES: Final = (25, 62)
CLASSROOM_CAPACITY: Final = 60
_PAIRS_AT_A_TIME: Final = 1 << 21
"""Distances held at once: 16 MiB."""


def site_points(town: Town) -> dict[str, Ints]:
    """By level: [k, 2] x and y in metres of the schools. A town of other size than its place has schools in proportion."""
    sites = town.figures.sites
    points = _drawn_points(town) if sites is None else _published_points(town, sites)
    children = int(((town.age >= 3) & (town.age <= 5)).sum())
    points["kindergarten"] = _by_density(town, max(1, rounded(Fraction(children, town.figures.kindergarten_size))), 0)
    return points


def _by_density(town: Town, count: int, key: int) -> Ints:
    cells = draws.by_weight(town.seed, draws.SCHOOL_SPOT, np.arange(count), town.land.weight, key)
    return np.stack([town.land.x[cells], town.land.y[cells]], axis=1)


def _drawn_points(town: Town) -> dict[str, Ints]:
    points: dict[str, Ints] = {}
    for number, level in enumerate(town.figures.levels):
        if level.name != "kindergarten":
            pupils = int(((town.age >= level.first_age) & (town.age <= level.last_age)).sum())
            points[level.name] = _by_density(town, max(1, rounded(Fraction(pupils, town.figures.pupils_per_school))), number)
    return points


def _published_points(town: Town, sites: dict[str, Ints]) -> dict[str, Ints]:
    every = np.concatenate(list(sites.values()))
    reach = int(np.sort(np.abs(every).max(axis=1))[len(every) * 9 // 10]) if len(every) else 1
    half = town.land.side // 2
    points: dict[str, Ints] = {}
    for number, (level, site) in enumerate(sites.items()):
        count = rounded(Fraction(len(site) * len(town.age), town.figures.population))
        keep = np.sort(draws.shuffled(town.seed, draws.SCHOOL_PICK, np.arange(len(site)), number)[: max(1, count)])
        if len(keep) == 0:
            keep, site = np.zeros(1, np.int64), np.zeros((1, 2), np.int64)
        points[level] = np.clip(half + site[keep] * half * 9 // (10 * max(reach, 1)), 1, town.land.side - 1)
    return points


def cells_of(town: Town, points: Ints) -> Ints:
    """Street cells of points [k, 2] in metres."""
    at = np.clip(points // town.land.cell, 0, town.land.columns - 1)
    return np.asarray(at[:, 1] * town.land.columns + at[:, 0], dtype=np.int64)


def build_schools(town: Town, points: dict[str, Ints]) -> None:
    """All schools of the town but the drawn one, their classes, pupils and teachers."""
    sizes: list[Check] = []
    for level in town.figures.levels:
        pupils = np.flatnonzero((town.age >= level.first_age) & (town.age <= level.last_age) & (town.day < 0))
        classes = _build_level(town, level, pupils, points[level.name])
        if len(pupils):
            source, off = town.figures.schools_source, _class_size_off(town, level, len(pupils), len(points[level.name]))
            sizes.append((f"mean class size, {level.name}", source, float(level.class_size), len(pupils) / max(classes, 1), off))
    town.checks += sizes


def _class_size_off(town: Town, level: Level, pupils: int, schools: int) -> float:
    """By how much the mean class may differ from the size wanted: where as few as one class a year are formed, by much."""
    if town.figures.sites is not None:
        return 2.5
    a_year = float(pupils / (schools * (level.last_age - level.first_age + 1) * level.class_size))
    return max(2.5, float(level.class_size) * min(1.0, 1 / (2 * a_year)))


def _build_level(town: Town, level: Level, pupils: Ints, points: Ints) -> int:
    """Schools of one level; gives the number of classes."""
    if len(points) == 0 or len(pupils) == 0:
        return 0
    cells = cells_of(town, points)
    school = nearest_with_room(town, pupils, cells)
    rows = town.add_buildings(len(cells), f"{level.name} school" if level.name != "kindergarten" else level.name, "school", cells, 2000, 100)
    for number, row in enumerate(rows.tolist(), start=1):
        town.draft.names[row] = f"{level.name} school {number}" if level.name != "kindergarten" else f"kindergarten {number}"
    order, group_class, class_group = divide_into_classes(town, pupils, school * 200 + town.age[pupils], level.class_size)
    class_school = class_group // 200
    outer = rows[class_school]
    x, y = town.land.x[cells[class_school]], town.land.y[cells[class_school]]
    rooms = town.draft.add_places(
        len(outer),
        "classroom",
        "school",
        zone=town.land.zone[cells[class_school]],
        parent=outer,
        x=x,
        y=y,
        capacity=CLASSROOM_CAPACITY,
    )
    town.draft.hang(rooms, outer, DOOR_OPEN)
    enrol(town, pupils[order], rooms[group_class], level)
    _hire(town, level, np.bincount(school, minlength=len(rows)), rows, rooms, class_school)
    return len(rooms)


def nearest_with_room(town: Town, pupils: Ints, cells: Ints) -> Ints:
    """For each pupil the number of the nearest school that still has room, those who live nearest first."""
    room = np.full(len(cells), -(-len(pupils) * _ROOM_PERCENT // (100 * len(cells))), dtype=np.int64)
    nearest = np.full(len(town.land.x), -1, dtype=np.int64)
    far_of = np.zeros(len(town.land.x), dtype=np.int64)
    tie = draws.uniform(town.seed, draws.SCHOOL_TIE, pupils, 1 << 30)
    result = np.full(len(pupils), -1, dtype=np.int64)
    waiting = np.arange(len(pupils))
    while len(waiting):  # each round fills a school or places everybody
        homes = np.unique(town.cell[pupils[waiting]])
        _find_nearest(town, homes, cells, np.flatnonzero(room > 0), nearest, far_of)
        choice, far = nearest[town.cell[pupils[waiting]]], far_of[town.cell[pupils[waiting]]]
        order = np.lexsort((tie[waiting], far, choice))
        fits = rank_in_group(choice[order]) < room[choice[order]]
        placed = order[fits]
        result[waiting[placed]] = choice[placed]
        room -= np.bincount(choice[placed], minlength=len(cells))
        waiting = np.sort(waiting[order[~fits]])
    return result


def _find_nearest(town: Town, homes: Ints, cells: Ints, open_ones: Ints, nearest: Ints, far_of: Ints) -> None:
    """For each cell of homes the nearest school with room and its squared distance; in pieces, since a large city has many of both."""
    x, y = town.land.x[cells[open_ones]], town.land.y[cells[open_ones]]
    step = max(1, _PAIRS_AT_A_TIME // len(open_ones))
    for start in range(0, len(homes), step):
        part = homes[start : start + step]
        distance = (town.land.x[part][:, None] - x) ** 2 + (town.land.y[part][:, None] - y) ** 2
        best = distance.argmin(axis=1)
        nearest[part] = open_ones[best]
        far_of[part] = distance[np.arange(len(part)), best]


def divide_into_classes(town: Town, pupils: Ints, group: Ints, class_size: Fraction) -> tuple[Ints, Ints, Ints]:
    """Split each group (a year of a school) into classes as equal as can be, of the mean size wanted, by keyed shuffle.

    Gives the pupils' order, the class number of each in that order, and the group of each class.
    """
    order = np.lexsort((draws.uniform(town.seed, draws.CLASS_ORDER, pupils, 1 << 31), group))
    groups, size = np.unique(group, return_counts=True)
    number = np.maximum(1, (2 * size * class_size.denominator + class_size.numerator) // (2 * class_size.numerator))
    index = np.searchsorted(groups, group[order])
    inside = rank_in_group(group[order]) * number[index] // size[index]
    return order, (np.cumsum(number) - number)[index] + inside, np.repeat(groups, number)


def enrol(town: Town, pupils: Ints, rooms: Ints, level: Level) -> None:
    """Make people pupils of these classrooms."""
    town.day[pupils] = rooms
    town.role[pupils] = ROLES.index("pupil")
    town.routine[pupils] = ROUTINES.index("young pupil" if level.first_age < 12 else "pupil")


def teachers(town: Town, number: int) -> Ints:
    """Up to `number` employed people of a teacher's age without a place of work, in keyed order."""
    can = np.flatnonzero(town.free_workers() & (town.age >= _TEACHER_AGES[0]) & (town.age <= _TEACHER_AGES[1]))
    return can[draws.shuffled(town.seed, draws.TEACHER, can)][:number]


def _hire(town: Town, level: Level, pupils: Ints, schools: Ints, rooms: Ints, room_school: Ints) -> None:
    """Teachers for all schools of a level: one for each class, the others in the school building."""
    per = level.pupils_per_teacher
    wanted = (2 * pupils * per.denominator + per.numerator) // (2 * per.numerator)
    others = np.maximum(0, wanted - np.bincount(room_school, minlength=len(schools)))
    places = np.concatenate([rooms, np.repeat(schools, others)])
    hired = teachers(town, len(places))
    town.at_work(hired, places[: len(hired)], "teacher")


def take_site(town: Town, school: School, points: dict[str, Ints]) -> Spot:
    """Where the scenario's own school stands: the site of its level nearest to the centre, which is taken out of `points`."""
    level = town.figures.level_of(school.first_age).name
    half = town.land.side // 2
    own = int(((points[level] - half) ** 2).sum(axis=1).argmin())
    x, y = (int(value) for value in points[level][own])
    if len(points[level]) > 1:
        points[level] = np.delete(points[level], own, axis=0)
    cell = town.land.cell_at(x, y)
    return Spot(cell, x, y, int(town.land.zone[cell]))


def build_own_school(town: Town, school: School, spot: Spot, first: Ints, scientist: Ints) -> Drawn:
    """The scenario's own school, drawn or not, with the pupils who live nearest to it.

    `first` are people sure to be its pupils if they are of its ages; `scientist` (one or none) teaches in the laboratory.
    """
    level = town.figures.level_of(school.first_age)
    size = Fraction(school.class_size) if school.class_size else level.class_size
    wanted = draws.apportion(np.ones(school.years, np.int64), school.pupils)
    years = [_nearest(town, spot.street, school.first_age + year, int(wanted[year]), first) for year in range(school.years)]
    numbers = [max(1, -(-len(year) // school.class_size) if school.class_size else rounded(len(year) / size)) for year in years]
    drawn = (draw_school if school.drawn else plain_school)(town.draft, school, spot, numbers)
    for pupils, rooms in zip(years, drawn.classes, strict=True):
        order = pupils[draws.shuffled(town.seed, draws.CLASS_ORDER, pupils)]
        enrol(town, order, np.array(rooms)[np.arange(len(order)) * len(rooms) // max(len(order), 1)], level)
    count = sum(len(year) for year in years)
    classes = [row for year in drawn.classes for row in year]
    others = max(1, rounded(Fraction(count) / Fraction(school.pupils_per_teacher)) - len(classes))
    town.at_work(scientist, drawn.rooms["laboratory"], "science teacher")
    places = np.array([*classes, *[drawn.rooms["staff room"]] * others])
    hired = teachers(town, len(places))
    town.at_work(hired, places[: len(hired)], "teacher")
    town.checks.append((f"pupils of {school.name}", "the scenario", float(school.pupils), float(count), 0.5))
    return drawn


def _nearest(town: Town, cell: int, age: int, number: int, first: Ints) -> Ints:
    """The `number` people of an age who live nearest to a cell, ids ascending."""
    people = np.flatnonzero((town.age == age) & (town.day < 0))
    far = (town.land.x[town.cell[people]] - town.land.x[cell]) ** 2 + (town.land.y[town.cell[people]] - town.land.y[cell]) ** 2
    far[np.isin(people, first)] = -1
    order = np.lexsort((draws.uniform(town.seed, draws.SCHOOL_TIE, people, 1 << 30), far))
    return np.sort(people[order[:number]])
