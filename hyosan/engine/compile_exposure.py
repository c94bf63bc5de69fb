"""Routes that pass to whoever is near (contact, air) as integers: rates by setting, and who meets whom by age."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hyosan.engine.rulebook import SETTINGS, table
from hyosan.errors import ScenarioError
from hyosan.rules.transmit import COEFFICIENT_BITS, WEIGHT
from hyosan.scenario.nearest import did_you_mean
from hyosan.scenario.root import Scenario
from hyosan.world.frame import World
from hyosan.world.mixing import GROUPS, age_groups, contact_matrix, exposure_by_age

COMMON = ("anywhere", "home", "school", "class", "year", "work", "leisure", "street", "community", "camp")
"""Settings that may be named though a city has no place of them."""


def exposing(scenario: Scenario, world: World) -> tuple[Any, NDArray[np.int64], int]:
    """Rows of SETTINGS, contact matrices [k, 16, 16], and the coefficient of links. Raises ScenarioError: unknown setting or matrix."""
    route = scenario.pathogen.routes
    _known_settings(scenario, world)
    made = table(SETTINGS, len(world.settings), bite=WEIGHT, contact_ages=-1, air_ages=-1)
    matrices: dict[str, NDArray[np.int64]] = {}
    for code, setting in enumerate(world.settings):
        for name in ("contact", "air"):
            if (rates := getattr(route, name)) is None:
                continue
            made[code][name] = _coefficient(rates.rates.get(setting, rates.rates.get("anywhere", 0.0)))
            named = rates.ages.get(setting, rates.ages.get("anywhere"))
            if named is not None:
                made[code][f"{name}_ages"] = _matrix(named, f"pathogen.routes.{name}.ages.{setting}", matrices, scenario, world)
        if route.bite:
            made[code].bite = round(route.bite.settings.get(setting, route.bite.settings.get("anywhere", 1.0)) * WEIGHT)
    mixes = np.array(list(matrices.values()), dtype=np.int64).reshape(-1, GROUPS, GROUPS)
    return made, mixes, _coefficient(route.contact.link) if route.contact else 0


def _matrix(name: str, field: str, matrices: dict[str, NDArray[np.int64]], scenario: Scenario, world: World) -> int:
    if name not in matrices:
        groups = age_groups(world.ground.person_age)
        people = np.bincount(groups, minlength=GROUPS).astype(np.int64)
        matrices[name] = exposure_by_age(contact_matrix(name, scenario.base, field), people)
    return list(matrices).index(name)


def _known_settings(scenario: Scenario, world: World) -> None:
    route = scenario.pathogen.routes
    named = [("bite.settings", route.bite.settings)] if route.bite else []
    for name in ("contact", "air"):
        if (rates := getattr(route, name)) is not None:
            named += [(f"{name}.rates", rates.rates), (f"{name}.ages", rates.ages)]
    for field, rows in named:
        for setting in rows:
            if setting not in world.settings and setting not in COMMON:
                near = did_you_mean(setting, [*world.settings, "anywhere"])
                raise ScenarioError(f"pathogen.routes.{field}.{setting}: this city has no setting {setting!r}; {near}")


def _coefficient(rate: float) -> int:
    """A rate per second as a coefficient of fields."""
    return min(round(Fraction(rate) * (1 << COEFFICIENT_BITS)), (1 << 61) - 1)
