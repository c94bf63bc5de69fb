"""The ground of a city: a square of street cells in zones, a ring of places outside, the next town, and the quarantine camp.

The built-up ground is a square of area residents / density, cut into whole cells; its south-west corner is (0, 0). More people
live near the centre than at the edge: the density at the corners is half of that in the middle (assumed: mild, as in small
Korean towns).
"""

from __future__ import annotations

import math
from typing import Final, NamedTuple

import numpy as np

from hyosan.errors import ScenarioError
from hyosan.scenario.city import City
from hyosan.world.draft import UNLIMITED, Draft
from hyosan.world.draws import Ints, rounded
from hyosan.world.finish import rectangle

STREET_SOUND_LOST: Final = 15
"""Decibels lost from one street cell to the next (assumed: about 250 m of built-up ground)."""
GATE: Final = "city"
"""Gate of all ways out of the city."""
_MOST_ZONES: Final = 30_000
_WALK_TENTHS: Final = 13
"""Walking speed in tenths of metres per second, as `way_seconds` is defined."""


class Land(NamedTuple):
    """The street cells; cell number = place row, west to east, then south to north."""

    columns: int  # cells per side of the square
    cell: int  # metres
    x: Ints  # [columns ** 2] middle of the cell, metres
    y: Ints
    zone: Ints  # [columns ** 2] zone codes
    weight: Ints  # [columns ** 2] relative density of people, at most 1000
    ring: Ints  # [4 * columns] place rows outside: south, north, west, east edge
    next_town: int  # place row of the next town, Yangdong
    camp: int  # place row

    @property
    def side(self) -> int:
        """Length of the square's side, metres."""
        return self.columns * self.cell

    def cell_at(self, x: int, y: int) -> int:
        """The street cell nearest to a point in metres."""
        column = min(max(x // self.cell, 0), self.columns - 1)
        return min(max(y // self.cell, 0), self.columns - 1) * self.columns + column


def columns_of(city: City, residents: int) -> int:
    """Street cells per side of the square that holds `residents`."""
    return max(1, rounded(math.sqrt(residents * 1e6 / city.density) / max(city.cell_size, 1)))


def walk_seconds(metres: int) -> int:
    """Time to walk so far at 1.3 m/s, at least 1 second."""
    return max(1, (20 * metres + _WALK_TENTHS) // (2 * _WALK_TENTHS))


def lay_land(draft: Draft, city: City, residents: int) -> Land:
    """Streets, ring, next town and camp, as the first places of `draft`. Raises ScenarioError: too many zones."""
    columns, cell = columns_of(city, residents), max(1, rounded(city.cell_size))
    column, row = np.tile(np.arange(columns), columns), np.repeat(np.arange(columns), columns)
    x, y = column * cell + cell // 2, row * cell + cell // 2
    zone = _zones(draft, x, y, columns * cell, max(1, rounded(city.zone_size)))
    cells = draft.add_places(columns**2, "street", "street", zone=zone, parent=-1, x=x, y=y, capacity=min(cell * cell // 2 + 1, UNLIMITED))
    east, north = cells[column < columns - 1], cells[row < columns - 1]
    seconds = walk_seconds(cell)
    draft.add_ways(east, east + 1, seconds=seconds, sound_lost=STREET_SOUND_LOST)
    draft.add_ways(north, north + columns, seconds=seconds, sound_lost=STREET_SOUND_LOST)
    from_centre = (2 * column - columns + 1) ** 2 + (2 * row - columns + 1) ** 2
    weight = (4 * columns**2 - from_centre) * 1000 // (4 * columns**2)
    ring = _ring(draft, cells.reshape(columns, columns), x, y, cell)
    next_town, camp = _beyond(draft, ring, columns, cell, elsewhere=city.country is not None)
    return Land(columns, cell, x, y, zone, weight, ring, next_town, camp)


def _letters(number: int) -> str:
    text = ""
    while number >= 0:
        text = chr(ord("A") + number % 26) + text
        number = number // 26 - 1
    return text


def _zones(draft: Draft, x: Ints, y: Ints, side: int, size: int) -> Ints:
    """Zone codes of cells: squares named as on a map, letters from west to east, numbers from north to south."""
    across = -(-side // size)
    number = (y // size) * across + x // size
    used, code = np.unique(number, return_inverse=True)
    if len(used) > _MOST_ZONES:
        raise ScenarioError(f"city.zone_size: {size} m would make {len(used)} zones, more than {_MOST_ZONES}; make zones larger")
    for zone in used.tolist():
        row, column = divmod(zone, across)
        name = f"{_letters(column)}{across - row}"
        draft.zones.add(name)
        west, south = column * size, row * size
        draft.zone_rings[name] = [rectangle(west, south, min(west + size, side), min(south + size, side))]
    return np.asarray(code, dtype=np.int64)


def _ring(draft: Draft, grid: Ints, x: Ints, y: Ints, cell: int) -> Ints:
    edges = [(grid[0], 0, -cell), (grid[-1], 0, cell), (grid[:, 0], -cell, 0), (grid[:, -1], cell, 0)]
    border = np.concatenate([edge for edge, _, _ in edges])
    shift_x = np.concatenate([np.full(len(edge), dx) for edge, dx, _ in edges])
    shift_y = np.concatenate([np.full(len(edge), dy) for edge, _, dy in edges])
    side = len(grid) * cell
    draft.zone_rings["outside"] = [rectangle(-cell, -cell, side + cell, side + cell), rectangle(0, 0, side, side)[::-1]]
    ring = draft.add_places(
        len(border), "outside", "outside", zone=draft.zones["outside"], parent=-1, x=x[border] + shift_x, y=y[border] + shift_y,
        capacity=UNLIMITED, outside=1,
    )  # fmt: skip
    draft.add_ways(border, ring, seconds=walk_seconds(cell), sound_lost=STREET_SOUND_LOST, gate=GATE)
    return ring


def _beyond(draft: Draft, ring: Ints, columns: int, cell: int, *, elsewhere: bool) -> tuple[int, int]:
    """Yangdong (`elsewhere` it has no name), a walk of 2 cells north of the city, and the camp, south of it, reached through the gates."""
    middle = columns // 2
    x, side = middle * cell + cell // 2, columns * cell
    town = draft.add_place(
        "outside", "outside", zone=draft.zones["outside"], parent=-1, x=x, y=side + 5 * cell // 2, capacity=UNLIMITED, outside=1,
        name="next town" if elsewhere else "Yangdong",
    )  # fmt: skip
    draft.add_ways(int(ring[columns + middle]), town, seconds=walk_seconds(2 * cell), sound_lost=2 * STREET_SOUND_LOST)
    camp = draft.add_place("camp", "camp", zone=draft.zones["camp"], parent=-1, x=x, y=-5 * cell // 2, capacity=UNLIMITED, name="quarantine camp")
    draft.add_ways(middle, camp, seconds=walk_seconds(3 * cell), sound_lost=3 * STREET_SOUND_LOST, gate=GATE)
    return town, camp
