"""The world as handed on: frozen arrays of people, places, doors, ways and links, and the names that go with their codes.

Built by `world/build.py` from a scenario's city; read by the engine, which never writes to it. `Ground` holds arrays only, so
that kernels take it whole; `World` adds names and zone shapes. Rows are positions in the arrays and mean nothing by themselves:
luck and logs use `person_id` and `place_id`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

DOOR_KINDS = ("wooden", "steel", "barricade")
"""Kinds of doors; codes are positions."""

I8, I16, I32, I64 = np.int8, np.int16, np.int32, np.int64

DOOR_OPEN, DOOR_SHUT, DOOR_WELDED = 0, 1, 2
"""States of a door. Nobody passes a welded one and nothing breaks it; a shut one stops those who pursue until it is broken."""
SLOT_HOME, SLOT_DAY, SLOT_LEISURE = 0, 1, 2
"""Slots of a routine. A slot without a place of its own (-1) is spent at home."""
WEEK_HOURS = 168
TIE_KINDS = ("family", "couple", "friend", "bully", "contempt")
"""Kinds of ties between people; codes are positions. The first three go both ways; who bullies or despises is the start of a tie."""
TIE_FAMILY, TIE_COUPLE, TIE_FRIEND, TIE_BULLY, TIE_CONTEMPT = range(5)
KNOWS = ("", "crisis")
"""What people know; codes are positions. `crisis`: how to respond to one."""
KNOWS_CRISIS = 1


class Ground(NamedTuple):
    """All arrays of a world. n people, m places, S slots, e directed ways, d doors, l directed links, t ties, h schedules."""

    person_id: NDArray[np.int64]  # [n] unique, 0 or more; what luck is keyed by
    person_age: NDArray[np.int16]  # [n] years
    person_role: NDArray[np.int16]  # [n] index into World.roles
    person_schedule: NDArray[np.int16]  # [n] row of schedule_slot
    person_slot_place: NDArray[np.int32]  # [n, S] place row, -1 = none; column 0 is the home and never -1
    schedule_slot: NDArray[np.int8]  # [h, 168] slot that is active in each hour of the week, hour 0 = Monday 00:00
    member_start: NDArray[np.int64]  # [S * m + 1] members of (slot, place) are member_person[start[slot * m + place] : start[... + 1]]
    member_person: NDArray[np.int32]  # person rows, ascending by person_id within each place
    place_id: NDArray[np.int64]  # [m] unique
    place_kind: NDArray[np.int16]  # [m] index into World.kinds
    place_setting: NDArray[np.int16]  # [m] index into World.settings (home, school, work, leisure, street, ...)
    place_zone: NDArray[np.int16]  # [m] index into World.zones
    place_parent: NDArray[np.int32]  # [m] the next place on the way out to the street; -1 for street cells and open ground
    place_x: NDArray[np.int32]  # [m] metres
    place_y: NDArray[np.int32]  # [m] metres
    place_capacity: NDArray[np.int32]  # [m] people
    place_outside: NDArray[np.int8]  # [m] 1 = outside the city (who gets there has left it)
    way_start: NDArray[np.int64]  # [m + 1] CSR: ways out of place p are way_to[way_start[p] : way_start[p + 1]], ascending by place_id of the end
    way_to: NDArray[np.int32]  # [e] place row
    way_seconds: NDArray[np.int32]  # [e] time to walk it at 1.3 m/s, at least 1
    way_door: NDArray[np.int32]  # [e] door row, -1 = no door; both directions share it
    way_sound_lost: NDArray[np.int16]  # [e] decibels lost, a shut door not counted
    way_gate: NDArray[np.int16]  # [e] index into World.gates, -1 = none; a barricade order closes all ways of a gate
    way_back: NDArray[np.int64]  # [e] index of the opposite way
    door_kind: NDArray[np.int8]  # [d] index into DOOR_KINDS
    door_state: NDArray[np.int8]  # [d] DOOR_OPEN, DOOR_SHUT or DOOR_WELDED at the start
    door_id: NDArray[np.int64]  # [d] unique
    link_start: NDArray[np.int64]  # [n + 1] CSR of the contact network between people
    link_to: NDArray[np.int32]  # [l] person row, ascending by person_id
    link_weight: NDArray[np.int32]  # [l] weight in 1/1024
    tie_start: NDArray[np.int64]  # [n + 1] CSR of the ties between people: those of row p are tie_to[tie_start[p] : tie_start[p + 1]]
    tie_to: NDArray[np.int32]  # [t] person row, ascending by kind, then by person_id
    tie_kind: NDArray[np.int8]  # [t] index into TIE_KINDS
    person_knows: NDArray[np.int8]  # [n] index into KNOWS


@dataclass(frozen=True)
class World:
    """A built world: its arrays, the names of its codes, and shapes for maps."""

    ground: Ground
    roles: tuple[str, ...]
    kinds: tuple[str, ...]
    settings: tuple[str, ...]
    zones: tuple[str, ...]
    gates: tuple[str, ...]
    place_names: dict[int, str]
    """Names of those places that have one, by place row: "Hyosan High / class 2-5"."""
    zone_geojson: dict[str, object]
    """A GeoJSON FeatureCollection in metres; each feature's properties hold `zone` (name) and `index`."""
    checks: tuple[tuple[str, str, float, float, float], ...]
    """Rows (what, source, expected, built, tolerance) that hold the built city against its sources."""
    person_names: dict[int, str] = field(default_factory=dict)
    """Names of those people who have one, by person id: "Nam On-jo"."""
    content_hash: str = ""
    """Hash of everything above; names the world on disk and in run folders."""

    @property
    def people(self) -> int:
        """How many people."""
        return len(self.ground.person_id)

    @property
    def places(self) -> int:
        """How many places."""
        return len(self.ground.place_id)
