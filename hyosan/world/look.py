"""What a scenario names outside of itself, looked at without running it: its tables, the country or municipality of its city.

`hyosan check` asks, so that a row that is wrong or a name that is not there is told before a run. A city that is built from figures is not
built here, since that may take long; a city of tables is, since only that reads them all.
"""

from __future__ import annotations

import csv
from datetime import date
from importlib.resources import files

from hyosan.scenario.city import EVERYWHERE, City
from hyosan.scenario.files import resolve_file
from hyosan.scenario.root import Scenario


def look(scenario: Scenario) -> dict[str, int]:
    """What was counted in the tables that the scenario names (`people`, `places`, `links`, `cases`, `arrivals`); empty without any.

    Raises ScenarioError: a name that is none, a file or row that is wrong. ResourceError: more people than this machine can take.
    """
    city = scenario.city
    _names(city)
    found = _city(scenario) if city.people is not None or (city.network is not None and isinstance(city.network.edges, str)) else {}
    if city.commuting is not None:
        from hyosan.world.commuting import read_table
        from hyosan.world.korea_data import municipalities

        read_table(resolve_file(scenario.base, city.commuting), municipalities())
    if scenario.line_list is not None or scenario.importations:
        found |= _cases(scenario)
    return found


def _names(city: City) -> None:
    """Raises ScenarioError: a country or municipality that is none. A name as it stands in the figures needs no library to be found."""
    if city.country is not None and not _stands(city.country, "countries.csv"):
        from hyosan.world.country_data import find_country

        find_country(city.country)
    if city.korea is not None and city.korea != EVERYWHERE and not _stands(city.korea, "municipalities.csv"):
        from hyosan.world.korea_data import find_municipality

        find_municipality(city.korea)


def _stands(name: str, file: str) -> bool:
    """Whether one row of a file has this name, and no other row has."""
    with files("hyosan.world").joinpath("data", file).open(encoding="utf-8") as rows:
        return sum(name in row for row in csv.reader(rows)) == 1


def _city(scenario: Scenario) -> dict[str, int]:
    from hyosan.world.build import build

    world = build(scenario.city, scenario.base)
    links = {"links": len(world.ground.link_to) // 2} if len(world.ground.link_to) else {}
    return {"people": world.people, "places": world.places} | links


def _cases(scenario: Scenario) -> dict[str, int]:
    from hyosan.world.cases_file import read_importations, read_line_list

    first = date.fromisoformat(scenario.time.date) if scenario.time.date else None
    found: dict[str, int] = {}
    if scenario.line_list is not None:
        found["cases"] = len(read_line_list(scenario.base, scenario.line_list.file, "line_list.file", first))
    for name, plan in scenario.importations.items():
        rows = read_importations(scenario.base, plan.file, f"importations.{name}.file")
        found["arrivals"] = found.get("arrivals", 0) + sum(row.number for row in rows)
    return found
