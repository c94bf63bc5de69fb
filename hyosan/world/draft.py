"""A world being drawn: places, ways and doors are added in order, and the order gives their ids.

`finish.py` turns a draft into the frozen arrays of `frame.py`. Places added later never shift the ids of earlier ones.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from hyosan.world.draws import Ints
from hyosan.world.frame import DOOR_KINDS, DOOR_OPEN

NO_DOOR = -1
WOODEN, STEEL, BARRICADE = (DOOR_KINDS.index(kind) for kind in ("wooden", "steel", "barricade"))
UNLIMITED = 10_000_000
"""Capacity, people, of places that never fill up."""
Ring = list[list[float]]


class Codes:
    """Names and their codes: the first name asked for is 0, the next 1, ..."""

    def __init__(self) -> None:
        self._codes: dict[str, int] = {}

    def __getitem__(self, name: str) -> int:
        """The code of `name`, a new one if it has none yet."""
        return self._codes.setdefault(name, len(self._codes))

    def add(self, *names: str) -> None:
        """Give codes to `names`, in this order, unless they have one."""
        for name in names:
            self[name]

    @property
    def names(self) -> tuple[str, ...]:
        """All names, in order of their codes."""
        return tuple(self._codes)


@dataclass
class Draft:
    """Places and ways as they are added. All arguments broadcast; ids are rows."""

    kinds: Codes = field(default_factory=Codes)
    settings: Codes = field(default_factory=Codes)
    zones: Codes = field(default_factory=Codes)
    gates: Codes = field(default_factory=Codes)
    roles: Codes = field(default_factory=Codes)
    names: dict[int, str] = field(default_factory=dict)
    zone_rings: dict[str, list[Ring]] = field(default_factory=dict)
    count: int = 0
    _places: list[Ints] = field(default_factory=list)
    _ways: list[Ints] = field(default_factory=list)

    def add_places(
        self, number: int, kind: str, setting: str, *, zone: Ints | int, parent: Ints | int, x: Ints | int, y: Ints | int,
        capacity: Ints | int, outside: int = 0,
    ) -> Ints:  # fmt: skip
        """Rows of `number` new places. `zone` is a code, `parent` a row or -1, `x` and `y` metres, `capacity` people."""
        columns: list[Ints | int] = [self.kinds[kind], self.settings[setting], zone, parent, x, y, capacity, outside]
        block = np.empty((8, number), dtype=np.int64)
        for row, column in zip(block, columns, strict=True):
            row[:] = column
        self._places.append(block)
        rows = np.arange(self.count, self.count + number, dtype=np.int64)
        self.count += number
        return rows

    def add_place(self, kind: str, setting: str, *, zone: int, parent: int, x: int, y: int, capacity: int, outside: int = 0, name: str = "") -> int:
        """Row of one new place, named if `name` is given."""
        row = int(self.add_places(1, kind, setting, zone=zone, parent=parent, x=x, y=y, capacity=capacity, outside=outside)[0])
        if name:
            self.names[row] = name
        return row

    def add_ways(
        self, one: Ints | int, other: Ints | int, *, seconds: Ints | int, sound_lost: int, door: int = NO_DOOR,
        state: int = DOOR_OPEN, gate: str = "",
    ) -> None:  # fmt: skip
        """Ways between places, both directions. `door` is a kind's code or NO_DOOR; `sound_lost` in decibels."""
        number = max(np.size(one), np.size(other))
        block = np.empty((7, number), dtype=np.int64)
        code = self.gates[gate] if gate else -1
        for row, column in zip(block, [one, other, seconds, sound_lost, door, state, code], strict=True):
            row[:] = column
        self._ways.append(block)

    def hang(self, places: Ints | int, parent: Ints | int, state: int = DOOR_OPEN, door: int = WOODEN) -> None:
        """Ways by a door from `parent` into `places`: 20 s and 15 dB (assumed: a short walk, a brick wall)."""
        self.add_ways(parent, places, seconds=20, sound_lost=15, door=door, state=state)

    def absorb(self, other: Draft, zone: str, east: int, north: int) -> int:
        """Take in another draft, moved so many metres; its one zone besides "outside" and "camp" gets this name. Gives the row of its first place."""
        offset = self.count
        names = tuple(name if name in ("outside", "camp") else zone for name in other.zones.names)
        places, ways = other.place_columns().copy(), other.way_columns().copy()
        for row, codes, found in ((0, self.kinds, other.kinds.names), (1, self.settings, other.settings.names), (2, self.zones, names)):
            places[row] = np.array([codes[name] for name in found], dtype=np.int64)[places[row]]
        places[3] = np.where(places[3] >= 0, places[3] + offset, -1)
        places[4] += east
        places[5] += north
        ways[:2] += offset
        ways[6] = np.append([self.gates[name] for name in other.gates.names], -1)[ways[6]]
        self._places.append(places)
        self._ways.append(ways)
        self.names |= {row + offset: f"{zone} / {name}" for row, name in other.names.items()}
        self.count += other.count
        return offset

    def place_columns(self) -> Ints:
        """[8, m] kind, setting, zone, parent, x, y, capacity, outside."""
        return np.concatenate(self._places, axis=1) if self._places else np.empty((8, 0), dtype=np.int64)

    def way_columns(self) -> Ints:
        """[7, e / 2] one end, other end, seconds, sound lost, door kind, door state, gate."""
        return np.concatenate(self._ways, axis=1) if self._ways else np.empty((7, 0), dtype=np.int64)
