"""Places of the Hyosan story: the mountain way to Yangdong, the construction site, the teacher's house and the restaurant.

Where they lie is assumed; the sources name them and their order only.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from hyosan.world.draft import STEEL, UNLIMITED
from hyosan.world.draws import Ints
from hyosan.world.frame import DOOR_OPEN
from hyosan.world.land import GATE, STREET_SOUND_LOST, walk_seconds
from hyosan.world.town import Town

TEACHERS_HOUSE: Final = "teacher's house"
RESTAURANT: Final = "Cheong-san Chicken"
TEACHERS_FAMILY: Final = (45, 44, 17)
"""Ages of the science teacher, his wife and his son (assumed; the son is at school)."""
_MOUNTAIN_PARTS: Final = 4


def settle_teachers_family(town: Town, cell: int) -> tuple[Ints, Ints]:
    """Make the family of three nearest to a cell, and most alike in age, the science teacher's: the teacher, and their son.

    Each is an array of one id, or of none in a town without a family of three. Their ages change by as little as can be.
    """
    first = np.flatnonzero(town.position == 0)
    size = np.diff(np.append(first, len(town.age)))
    threes = first[size == 3]
    threes = threes[(town.position[threes + 1] == 1) & (town.position[threes + 2] == 2)]
    if len(threes) == 0:
        return np.empty(0, np.int64), np.empty(0, np.int64)
    unlike = sum(np.abs(town.age[threes + k] - age) for k, age in enumerate(TEACHERS_FAMILY))
    far = (town.land.x[town.cell[threes]] - town.land.x[cell]) ** 2 + (town.land.y[town.cell[threes]] - town.land.y[cell]) ** 2
    elsewhere = town.land.zone[town.cell[threes]] != town.land.zone[cell]
    teacher = threes[np.lexsort((threes, far, unlike, elsewhere))[:1]]
    for k, age in enumerate(TEACHERS_FAMILY):
        town.age[teacher + k] = age
    town.draft.names[int(town.home[teacher[0]])] = TEACHERS_HOUSE
    town.employed[teacher] = True
    town.employed[teacher + 2] = False
    return teacher, teacher + 2


def name_restaurant(town: Town, cell: int) -> None:
    """Give the restaurant nearest to a cell its name."""
    kind, _, _, _, x, y, _, _ = town.draft.place_columns()
    rows = np.flatnonzero(kind == town.draft.kinds["restaurant"])
    if len(rows):
        far = (x[rows] - town.land.x[cell]) ** 2 + (y[rows] - town.land.y[cell]) ** 2
        town.draft.names[int(rows[far.argmin()])] = RESTAURANT


def add_mountain_way(town: Town, x: int, y: int) -> Ints:
    """Four stretches of open ground from a point by the school northwards to Yangdong; the last way is a gate of the city."""
    land, draft = town.land, town.draft
    part = np.arange(_MOUNTAIN_PARTS)
    length = max(land.side - y, land.cell) // _MOUNTAIN_PARTS
    at_y = y + length * part + length // 2
    at_x = np.full(_MOUNTAIN_PARTS, x)
    zone = land.zone[[land.cell_at(int(a), int(b)) for a, b in zip(at_x, at_y, strict=True)]]
    rows = draft.add_places(_MOUNTAIN_PARTS, "mountain way", "street", zone=zone, parent=-1, x=at_x, y=at_y, capacity=UNLIMITED // 100)
    for number, row in enumerate(rows.tolist(), start=1):
        draft.names[row] = f"mountain way {number}"
    draft.add_ways(rows[:-1], rows[1:], seconds=walk_seconds(length), sound_lost=STREET_SOUND_LOST)
    draft.add_ways(int(rows[-1]), land.next_town, seconds=walk_seconds(3 * land.cell), sound_lost=2 * STREET_SOUND_LOST, gate=GATE)
    return rows


def add_construction_site(town: Town, mountain: Ints) -> None:
    """Yard, floor and lift shaft of a construction site by the end of the mountain way, within the city."""
    land, draft = town.land, town.draft
    x, y = int(draft.place_columns()[4][mountain[-1]]), land.side - land.cell // 2
    street = land.cell_at(x, y)
    zone = int(land.zone[street])
    kind = "construction site"
    yard = draft.add_place(kind, "street", zone=zone, parent=street, x=x, y=y, capacity=1000, name=f"{kind} / yard")
    floor = draft.add_place(kind, "work", zone=zone, parent=yard, x=x + 20, y=y, capacity=300, name=f"{kind} / floor")
    shaft = draft.add_place(kind, "work", zone=zone, parent=floor, x=x + 25, y=y, capacity=10, name=f"{kind} / lift shaft")
    draft.add_ways(street, yard, seconds=30, sound_lost=5)
    draft.add_ways(int(mountain[-1]), yard, seconds=60, sound_lost=10)
    draft.add_ways(yard, floor, seconds=20, sound_lost=5)
    draft.add_ways(floor, shaft, seconds=10, sound_lost=10, door=STEEL, state=DOOR_OPEN)
