"""A town: the people and schools of one of Korea's 250 municipalities, or of a country, on a drawn ground, told as a story in
`build_town`.

Ages and household sizes are published, in Korea schools and classes too; how they are put together is assumed, module by module.
"""

from __future__ import annotations

import numpy as np

from hyosan.scenario.city import EVERYWHERE, City
from hyosan.world import draws
from hyosan.world.checks import town_checks
from hyosan.world.country_data import find_country, national_figures
from hyosan.world.draft import UNLIMITED, Draft
from hyosan.world.drawn_school import open_exits
from hyosan.world.draws import Ints
from hyosan.world.figures import Figures
from hyosan.world.finish import People
from hyosan.world.frame import World
from hyosan.world.korea_data import find_municipality, municipal_figures, municipalities
from hyosan.world.land import STREET_SOUND_LOST, lay_land, walk_seconds
from hyosan.world.landmarks import add_construction_site, add_mountain_way, name_restaurant, settle_teachers_family
from hyosan.world.schedules import ROUTINES, VARIANTS, week_table
from hyosan.world.schools import build_own_school, build_schools, site_points, take_site
from hyosan.world.society import finish_city
from hyosan.world.town import ROLES, Town, employ, settle
from hyosan.world.work import build_extra, build_leisure, build_police, build_workplaces

_SOLDIER_AGE = 21
"""Age of soldiers (assumed: conscripts)."""


def residents_of(city: City) -> int:
    """How many residents a town has. Raises ScenarioError: no such municipality or country."""
    if city.country is not None:
        find_country(city.country)
    if city.residents is not None:
        return city.residents
    return sum(place.population for place in municipalities()) if city.korea == EVERYWHERE else find_municipality(city.korea or "").population


def figures_of(city: City) -> Figures:
    """What the town of `city.korea` or `city.country` is built from. Raises ScenarioError: unknown or ambiguous name."""
    return national_figures(city.country, city.household_size) if city.country is not None else municipal_figures(city.korea or "")


def build_town(city: City) -> World:
    """The town of `city.korea` or `city.country`. Raises ScenarioError: unknown or ambiguous name."""
    figures = figures_of(city)
    ages = figures.ages_of(residents_of(city))
    draft = Draft()
    land = lay_land(draft, city, len(ages))
    town = settle(city, figures, draft, land, ages)
    fill_town(town)
    return finish_city(city, draft, people_of_town(town), checks=tuple(town.checks + town_checks(town)))


def fill_town(town: Town, *, goes_to_work: float = 1.0) -> None:
    """Schools, work and leisure for those who are settled; of those who have work by their age a share goes to a place of work."""
    employ(town, goes_to_work)
    points = site_points(town)
    centre, scientist = _story(town, points)
    build_schools(town, points)
    build_police(town)
    _build_extra(town, "work")
    build_workplaces(town)
    build_leisure(town)
    _build_extra(town, "leisure")
    if town.city.landmarks:
        town.role[scientist] = ROLES.index("science teacher")
        name_restaurant(town, centre)


def _story(town: Town, points: dict[str, Ints]) -> tuple[int, Ints]:
    """Add the scenario's own school and landmarks; gives the school's street cell (or the middle) and the science teacher."""
    school, draft = town.city.school, town.draft
    spot = take_site(town, school, points) if school else None
    cell = spot.street if spot else town.land.cell_at(town.land.side // 2, town.land.side // 2)
    teacher = son = np.empty(0, np.int64)
    mountain = None
    if town.city.landmarks:
        teacher, son = settle_teachers_family(town, cell)
        stretches = add_mountain_way(town, int(town.land.x[cell]), int(town.land.y[cell]))
        add_construction_site(town, stretches)
        mountain = int(stretches[0])
    if school and spot:
        open_exits(draft, school, build_own_school(town, school, spot, son, teacher), cell, mountain)
    elif mountain is not None:
        draft.add_ways(cell, mountain, seconds=walk_seconds(town.land.cell), sound_lost=STREET_SOUND_LOST)
    return cell, teacher


def _build_extra(town: Town, slot: str) -> None:
    for name in sorted(name for name, kind in town.city.kinds.items() if kind.slot == slot):
        build_extra(town, name, town.city.kinds[name])


def people_of_town(town: Town) -> People:
    """The columns of all people: residents, then soldiers, who live in barracks beyond the gates and are no residents."""
    variant = draws.uniform(town.seed, draws.ROUTINE, town.ids, VARIANTS)
    slots = np.stack([town.home, town.day, town.leisure], axis=1)
    schedule = town.routine * VARIANTS + variant
    age, role, position = town.age, town.role, town.position
    soldiers = town.city.soldiers
    if soldiers:
        barracks = _add_barracks(town)
        slots = np.concatenate([slots, np.tile([barracks, -1, -1], (soldiers, 1))])
        schedule = np.append(schedule, np.full(soldiers, ROUTINES.index("home") * VARIANTS))
        age = np.append(age, np.full(soldiers, _SOLDIER_AGE))
        role = np.append(role, np.full(soldiers, ROLES.index("soldier")))
        position = np.append(position, np.arange(soldiers))
    return People(np.arange(len(age), dtype=np.int64), age, role, schedule, slots.astype(np.int32), week_table(), position)


def _add_barracks(town: Town) -> int:
    land, draft = town.land, town.draft
    _, _, _, _, x, y, _, _ = draft.place_columns()[:, land.camp]
    row = draft.add_place(
        "barracks",
        "barracks",
        zone=draft.zones["camp"],
        parent=-1,
        x=int(x) + land.cell,
        y=int(y),
        capacity=UNLIMITED,
        name="barracks",
    )
    draft.add_ways(row, land.camp, seconds=walk_seconds(land.cell), sound_lost=STREET_SOUND_LOST)
    return row
