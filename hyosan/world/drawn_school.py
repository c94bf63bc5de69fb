"""A school drawn room by room: a floor for each year, stairs, roof, gym, laboratory, courts, and the ways out.

The plan is assumed (facts: roof, gym, tennis courts, a way to the mountain; that the laboratory is in the school is assumed as
well):

    street - hall - corridor 1 - stairs 1 - corridor 2 - ... - stairs - roof      classrooms and special rooms on the corridors
              hall - gym - tennis courts - street;  tennis courts - back gate - street or mountain
"""

from __future__ import annotations

from typing import NamedTuple

from hyosan.scenario.city import School
from hyosan.world.draft import NO_DOOR, STEEL, WOODEN, Draft
from hyosan.world.frame import DOOR_OPEN, DOOR_SHUT, DOOR_WELDED

EXIT_STATES = {"free": DOOR_OPEN, "shut": DOOR_SHUT, "welded": DOOR_WELDED}
SCHOOL_GATE = "school"
"""Gate of all ways out of the drawn school."""


class Spot(NamedTuple):
    """Where a school stands."""

    street: int  # place row of the street cell
    x: int  # metres
    y: int
    zone: int  # code


class Drawn(NamedTuple):
    """The rooms of a drawn school: place rows."""

    classes: list[list[int]]  # by year, by class
    rooms: dict[str, int]  # by name: hall, roof, gym, laboratory, ...


_SPECIAL = (
    ("staff room", 1, 80), ("cafeteria", 1, 600), ("laboratory", 2, 60), ("music room", 3, 60), ("broadcasting room", 3, 20),
)  # fmt: skip
"""Rooms on the corridors: name, floor (the top one if there are fewer), capacity. The music room is empty."""


class _Plan:
    """Adds named rooms to a draft, each the next on the way out of the one before."""

    def __init__(self, draft: Draft, school: School, spot: Spot, class_setting: str) -> None:
        self.draft, self.school, self.spot, self.class_setting = draft, school, spot, class_setting
        self.rooms: dict[str, int] = {}

    def room(self, name: str, out: int, *, kind: str = "", capacity: int, east: int, north: int, door: int, state: int = DOOR_OPEN) -> int:
        """A room behind a door (or none) from the place `out`; 20 s and 15 dB through a door, 10 s and 5 dB without."""
        setting = self.class_setting if kind == "classroom" else "school"
        row = self.draft.add_place(
            kind or name, setting, zone=self.spot.zone, parent=out, x=self.spot.x + east, y=self.spot.y + north,
            capacity=capacity, name=f"{self.school.name} / {name}",
        )  # fmt: skip
        if out != self.spot.street:
            self.draft.add_ways(out, row, seconds=10 if door == NO_DOOR else 20, sound_lost=5 if door == NO_DOOR else 15, door=door, state=state)
        self.rooms[name] = row
        return row


def draw_school(draft: Draft, school: School, spot: Spot, classes: list[int], class_setting: str = "school") -> Drawn:
    """The rooms of a school with so many classes in each year. `open_exits` joins it to what lies outside."""
    plan = _Plan(draft, school, spot, class_setting)
    inside = plan.room("hall", spot.street, capacity=400, east=0, north=0, door=NO_DOOR)
    hall = inside
    rows: list[list[int]] = []
    for floor, number in enumerate(classes, start=1):
        if floor > 1:
            inside = plan.room(f"stairs {floor - 1}", inside, kind="stairs", capacity=100, east=-10, north=4 * floor - 2, door=NO_DOOR)
        inside = plan.room(f"corridor {floor}", inside, kind="corridor", capacity=300, east=10, north=4 * floor, door=NO_DOOR)
        rows.append([
            plan.room(f"class {floor}-{k}", inside, kind="classroom", capacity=60, east=10 + 9 * k, north=4 * floor, door=WOODEN)
            for k in range(1, number + 1)
        ])  # fmt: skip
        for place, (name, wanted, capacity) in enumerate(_SPECIAL):
            if min(wanted, len(classes)) == floor:
                plan.room(name, inside, capacity=capacity, east=-20 - 9 * place, north=4 * floor, door=WOODEN)
    top = plan.room(f"stairs {len(classes)}", inside, kind="stairs", capacity=100, east=-10, north=4 * len(classes) + 2, door=NO_DOOR)
    plan.room("roof", top, capacity=500, east=0, north=4 * len(classes) + 6, door=STEEL, state=DOOR_OPEN)
    gym = plan.room("gym", hall, capacity=800, east=-40, north=-20, door=WOODEN)
    courts = plan.room("tennis courts", spot.street, capacity=2000, east=-60, north=-40, door=NO_DOOR)
    draft.add_ways(gym, courts, seconds=20, sound_lost=15, door=WOODEN, state=DOOR_OPEN)
    plan.room("back gate", courts, capacity=200, east=-80, north=40, door=NO_DOOR)
    return Drawn(rows, plan.rooms)


def plain_school(draft: Draft, school: School, spot: Spot, classes: list[int], class_setting: str = "school") -> Drawn:
    """A school that is not drawn: one building, and its classrooms around it."""
    plan = _Plan(draft, school, spot, class_setting)
    hall = plan.room("hall", spot.street, capacity=2000, east=0, north=0, door=NO_DOOR)
    rows = [
        [plan.room(f"class {year}-{k}", hall, kind="classroom", capacity=60, east=9 * k, north=9 * year, door=WOODEN) for k in range(1, number + 1)]
        for year, number in enumerate(classes, start=1)
    ]
    return Drawn(rows, {"hall": hall, "staff room": hall, "laboratory": hall})


def open_exits(draft: Draft, school: School, drawn: Drawn, street: int, mountain: int | None) -> None:
    """The ways out of the school, all of gate `school`, with steel doors in the state that the scenario names."""
    behind = street if mountain is None else mountain
    for room, beyond in (("hall", street), ("tennis courts", street), ("back gate", behind)):
        if room in drawn.rooms:
            state = EXIT_STATES[school.exits]
            draft.add_ways(drawn.rooms[room], beyond, seconds=20, sound_lost=15, door=STEEL, state=state, gate=SCHOOL_GATE)
