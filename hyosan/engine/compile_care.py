"""Places where the ill lie, beds, and the staff who work with them, as integers."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from hyosan.engine.rulebook import CARE, table
from hyosan.errors import ScenarioError
from hyosan.rules.transmit import OPEN_BITS
from hyosan.scenario.nearest import did_you_mean
from hyosan.scenario.root import Scenario
from hyosan.world.frame import World


def make_wards(scenario: Scenario, world: World, states: Any) -> NDArray[np.int64]:
    """Places where people of some states lie, by id; notes in `states` which. Raises ScenarioError: the city has no place of that kind."""
    found: list[NDArray[np.int64]] = []
    size = 0
    for row, (name, state) in zip(states, scenario.pathogen.states.items(), strict=True):
        row.ward_start = row.ward_end = size
        if state.at is None:
            continue
        kinds = {world.kinds[kind] for kind in np.unique(world.ground.place_kind)}
        if state.at not in kinds:
            near = did_you_mean(state.at, sorted(kinds))
            raise ScenarioError(f"pathogen.states.{name}.at: this city has no place of kind {state.at!r} (`city.kinds` adds some); {near}")
        rows = np.flatnonzero(world.ground.place_kind == world.kinds.index(state.at)).astype(np.int64)
        found.append(rows[np.argsort(world.ground.place_id[rows])])
        size += len(rows)
        row.ward_end = size
    return np.concatenate([*found, np.zeros(0, dtype=np.int64)])


def make_care(scenario: Scenario, world: World) -> tuple[Any, NDArray[np.int64]]:
    """Rows of CARE, and the people who work with beds. Raises ScenarioError: no such role in this city."""
    made = table(CARE, len(scenario.care), staff_start=-1, staff_end=-1)
    people: list[NDArray[np.int64]] = []
    size = 0
    for row, (name, care) in zip(made, scenario.care.items(), strict=True):
        row.beds = care.beds if care.beds is not None else round(world.people * (care.per_1000 or 0) / 1000)
        row.patients_each = round(care.patients_each * (1 << OPEN_BITS))
        if care.staff is None:
            continue
        if care.staff not in world.roles:
            raise ScenarioError(f"care.{name}.staff: {care.staff!r} is no role of this city; it has {', '.join(world.roles)}")
        rows = np.flatnonzero(world.ground.person_role == world.roles.index(care.staff)).astype(np.int64)
        people.append(rows)
        row.staff_start, row.staff_end = size, size + len(rows)
        size += len(rows)
    return made, np.concatenate([*people, np.zeros(0, dtype=np.int64)])
