"""Plain worlds for models of textbooks: everybody mixes with all, households, and plans drawn by hand. Contact networks:
`contacts.py`.

Ages follow Korea's national distribution by keyed luck, so that any world can be asked for "those under 10".
"""

from __future__ import annotations

import csv
import difflib
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import numpy as np

from hyosan.errors import ScenarioError
from hyosan.scenario.city import City, Households, Rooms, Way
from hyosan.scenario.files import resolve_file
from hyosan.world import draws
from hyosan.world.draft import NO_DOOR, UNLIMITED, Draft
from hyosan.world.draws import Ints
from hyosan.world.finish import People, finish
from hyosan.world.frame import DOOR_KINDS, DOOR_OPEN, DOOR_SHUT, DOOR_WELDED, World
from hyosan.world.korea_data import national_age_counts
from hyosan.world.schedules import always_home, half_day_table
from hyosan.world.society import finish_city

ZONE: Final = "here"
"""The one zone of worlds without a map."""
STATES: Final = {"open": DOOR_OPEN, "shut": DOOR_SHUT, "welded": DOOR_WELDED}


def national_ages(seed: int, ids: Ints) -> Ints:
    """Ages of people by Korea's national distribution, keyed by their ids."""
    return draws.by_weight(seed, draws.AGE, ids, national_age_counts())


def alike(draft: Draft, ids: Ints, ages: Ints, slot_place: Ints) -> People:
    """People who are all residents and always at home. `slot_place` is [n, S]."""
    zeros = np.zeros(len(ids), dtype=np.int64)
    role = zeros + draft.roles["resident"]
    return People(ids, ages, role, zeros, slot_place.astype(np.int32, copy=False), always_home())


def build_well_mixed(city: City) -> World:
    """One place, which is everybody's home; no ways."""
    number = city.well_mixed or 0
    draft = Draft()
    row = draft.add_place(city.setting, city.setting, zone=draft.zones[ZONE], parent=-1, x=0, y=0, capacity=2**31 - 1, name="everywhere")
    ids = np.arange(number, dtype=np.int64)
    return finish(draft, alike(draft, ids, national_ages(city.population_seed, ids), np.full((number, 1), row, dtype=np.int32)))


def on_grid(number: int) -> tuple[Ints, Ints]:
    """Metres east and north of places set side by side in a square, 10 m apart: they must be drawn somewhere."""
    side = max(1, int(np.ceil(np.sqrt(number))))
    at = np.arange(number, dtype=np.int64)
    return at % side * 10, at // side * 10


def build_households(city: City, households: Households, base: Path) -> World:
    """A home for each household and, if wanted, one community for all. Raises ScenarioError: people named twice, no people."""
    ids, household = _household_of(households, base)
    draft = Draft()
    number = int(household.max()) + 1
    x, y = on_grid(number)
    size = np.bincount(household, minlength=number)
    homes = draft.add_places(number, "home", "home", zone=draft.zones[ZONE], parent=-1, x=x, y=y, capacity=size)
    slots = homes[household][:, None]
    if households.city:
        all_of_it = draft.add_place("community", "community", zone=draft.zones[ZONE], parent=-1, x=0, y=0, capacity=UNLIMITED, name="community")
        slots = np.concatenate([slots, np.full((len(ids), 1), all_of_it)], axis=1)
    people = alike(draft, ids, national_ages(city.population_seed, ids), slots)
    people = people._replace(schedule_slot=half_day_table()) if households.city else people
    return finish_city(city, draft, people)


def _household_of(households: Households, base: Path) -> tuple[Ints, Ints]:
    """Person ids, ascending, and the household number of each."""
    if households.sizes is not None:
        sizes = np.repeat(np.array(list(households.sizes)), np.array(list(households.sizes.values())))
        if not len(sizes):
            raise ScenarioError("city.households.sizes: nobody lives here; give at least one household")
        household = np.repeat(np.arange(len(sizes)), sizes)
        return np.arange(len(household), dtype=np.int64), household
    named = _read_households(resolve_file(base, households.file)) if households.file is not None else _listed(households.members or ())
    where: dict[int, str] = {}
    home: dict[int, int] = {}
    numbers: dict[str, int] = {}
    for place, person, label in named:
        if person in where:
            raise ScenarioError(f"{place}: person {person} is in a household already ({where[person]}); everybody is in exactly one")
        where[person] = place
        home[person] = numbers.setdefault(label, len(numbers))
    if not home:
        raise ScenarioError("city.households: nobody lives here; give at least one household with a member")
    ids = np.array(sorted(home), dtype=np.int64)
    return ids, np.array([home[person] for person in ids.tolist()], dtype=np.int64)


def _listed(members: tuple[tuple[int, ...], ...]) -> Iterator[tuple[str, int, str]]:
    for number, people in enumerate(members):
        for person in people:
            place = f"city.households.members[{number}]"
            yield place, checked_id(person, place), str(number)


def checked_id(person: int, place: str) -> int:
    """A person's id, as given. Raises ScenarioError: negative, or too large for luck's keys."""
    if not 0 <= person < 2**31:
        raise ScenarioError(f"{place}: {person} is no person id; ids are whole numbers from 0 to {2**31 - 1}")
    return person


def rows_of(path: Path, columns: tuple[str, ...]) -> Iterator[tuple[str, dict[str, str]]]:
    """Rows of a CSV file as (`file:line`, columns). Raises ScenarioError: no file, no such columns, a row of another length."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            missing = [name for name in columns if name not in (reader.fieldnames or ())]
            if missing:
                raise ScenarioError(f"{path.name}:1: no column {', '.join(missing)}; the first line must name {','.join(columns)}")
            for row in reader:
                place = f"{path.name}:{reader.line_num}"
                if None in row or None in row.values():
                    raise ScenarioError(f"{place}: this row has not as many values as the first line has names")
                yield place, row
    except OSError as error:
        raise ScenarioError(f"{path}: cannot be read ({error.strerror}); the path is taken from the scenario's folder") from None
    except (UnicodeDecodeError, csv.Error) as error:
        raise ScenarioError(f"{path.name}: is not a CSV file in UTF-8 ({error}); save it as CSV UTF-8") from None


def whole_number(text: str, place: str) -> int:
    """A whole number of a CSV file. Raises ScenarioError: it is none."""
    if not text.strip().isdecimal() or len(text) > 18:
        raise ScenarioError(f"{place}: {text[:40]!r} is no person id; ids are whole numbers from 0")
    return int(text)


def _read_households(path: Path) -> Iterator[tuple[str, int, str]]:
    for place, row in rows_of(path, ("person", "household")):
        yield place, checked_id(whole_number(row["person"], place), place), row["household"]


def build_rooms(city: City, plan: Rooms) -> World:
    """Places and ways as drawn; who is in a room at the start is at home there. Raises ScenarioError: ways that lead nowhere."""
    draft = Draft()
    row_of: dict[str, int] = {}
    for name, room in plan.places.items():
        row_of[name] = draft.add_place(
            room.kind,
            room.kind,
            zone=draft.zones[room.zone],
            parent=-1,
            x=round(room.x),
            y=round(room.y),
            capacity=room.capacity,
            outside=int(room.kind == "outside"),
            name=name,
        )
    seen: dict[frozenset[str], int] = {}
    for number, way in enumerate(plan.ways):
        _check_way(way, number, row_of, seen)
        one, other = (row_of[end] for end in way.between)
        door = NO_DOOR if way.door == "none" else DOOR_KINDS.index(way.door)
        seconds, lost = max(1, draws.rounded(way.takes)), draws.rounded(min(way.sound_lost, 30_000.0))
        draft.add_ways(one, other, seconds=seconds, sound_lost=lost, door=door, state=STATES[way.state], gate=way.gate or "")
    rooms = list(plan.places.values())
    counts = np.array([room.people for room in rooms])
    home = np.repeat(np.arange(len(rooms)), counts)
    if len(home) == 0:
        raise ScenarioError("city.rooms.places: nobody is here; give at least one place `people`")
    ids = np.arange(len(home), dtype=np.int64)
    role = np.repeat([draft.roles[room.role] for room in rooms], counts)
    age = np.repeat([room.age for room in rooms], counts)
    people = alike(draft, ids, age, home[:, None])._replace(role=role)
    return finish_city(city, draft, people)


def _check_way(way: Way, number: int, row_of: dict[str, int], seen: dict[frozenset[str], int]) -> None:
    where = f"city.rooms.ways[{number}]"
    for end in way.between:
        if end not in row_of:
            near = difflib.get_close_matches(end, list(row_of), n=3) or list(row_of)[:3]
            raise ScenarioError(f"{where}.between: there is no place {end!r}; nearest names: {', '.join(near)}")
    if way.between[0] == way.between[1]:
        raise ScenarioError(f"{where}.between: both ends are {way.between[0]!r}; a way joins two places")
    before = seen.setdefault(frozenset(way.between), number)
    if before != number:
        raise ScenarioError(f"{where}.between: {' and '.join(way.between)} are joined by ways[{before}] already; join two places once")
    if way.door == "none" and way.state != "open":
        raise ScenarioError(f"{where}.state: {way.state} needs a door; add `door: wooden`, `steel` or `barricade`")
