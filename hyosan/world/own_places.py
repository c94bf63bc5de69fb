"""Places of a city of the user's own tables: those told of, those only named, and homes. `own_tables.py` reads the rest."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from hyosan.errors import ScenarioError
from hyosan.scenario.city import City
from hyosan.scenario.files import resolve_file
from hyosan.world.draft import UNLIMITED, Codes, Draft
from hyosan.world.draws import Ints
from hyosan.world.frame import SLOT_DAY, SLOT_HOME, SLOT_LEISURE
from hyosan.world.plain import ZONE, on_grid
from hyosan.world.table_file import TableFile, nearest_of, read_table

SLOTS: Final = {"home": SLOT_HOME, "school": SLOT_DAY, "work": SLOT_DAY, "leisure": SLOT_LEISURE}
"""Slots that a table can name; school and work are both the place of the day, at other hours."""
_SETTING_ORDER: Final = ("school", "work", "leisure", "home")
"""Of a place that no table of places tells of, and that people have in several slots, the first of these is its setting."""
_FARTHEST: Final = 100_000_000
"""Metres."""
_MOST_NAMES: Final = 30_000


class Persons(NamedTuple):
    """People in order of their ids. `row` leads back to the table."""

    table: TableFile
    id: Ints  # [n]
    row: Ints  # [n]
    texts: list[str] | None  # [n] ids as given, if they are texts


class Belonging(NamedTuple):
    """Who belongs where, as told by membership and by the homes of people: parallel columns, in any order."""

    person: Ints
    place: NDArray[Any]  # labels
    slot: NDArray[Any]
    told: list[tuple[TableFile, Ints]]  # tables, and their rows, that these columns come from, one after another

    def at(self, number: int) -> tuple[TableFile, int]:
        """The table and the row of it that tells this."""
        for table, rows in self.told:
            if number < len(rows):
                return table, int(rows[number])
            number -= len(rows)
        raise IndexError(number)

    def first(self, place: str) -> tuple[TableFile, int]:
        """The table and the row of it that name a place first."""
        return self.at(int(np.flatnonzero(self.place == place)[0]))


def codes_of(codes: Codes, names: NDArray[Any], table: TableFile, what: str) -> Ints:
    """Codes of names; new names get theirs in alphabetical order."""
    different = sorted(set(names.tolist()))
    if len(different) > _MOST_NAMES:
        raise ScenarioError(f"{table.name}: has {len(different):,} {what}, more than {_MOST_NAMES:,}; take fewer")
    codes.add(*different)
    code = {name: codes[name] for name in different}
    return np.array([code[name] for name in names.tolist()], dtype=np.int64)


class _Places(NamedTuple):
    """Places as told, in order of their labels."""

    label: NDArray[Any]
    kind: NDArray[Any]
    setting: NDArray[Any]
    zone: NDArray[Any]
    x: Ints
    y: Ints
    capacity: Ints


def add_places(draft: Draft, city: City, base: Path, people: Persons, belonging: Belonging) -> NDArray[np.int32]:
    """Add all places and homes; gives [n, 3] where each person belongs: home, place of the day, leisure.

    Raises ScenarioError: a place that is not in the table of places, people of one household in two zones.
    """
    told = _told_places(city.places, base, belonging) if city.places is not None else _named_places(belonging, people)
    household = people.table.labels("household", needed=False)[people.row]
    placed = np.zeros(len(people.id), dtype=np.bool_)
    placed[belonging.person[belonging.slot == "home"]] = True
    alone = np.flatnonzero((household == "") & ~placed)
    homes, home_of = np.unique(household[household != ""].astype(str), return_inverse=True)
    zone = np.concatenate([told.zone, _home_zones(people, household, len(homes), home_of, alone)])
    zones = codes_of(draft.zones, zone, people.table, "zones")
    kinds, settings = ({name: str(name) for name in sorted(set(column.tolist()))} for column in (told.kind, told.setting))
    for number, label in enumerate(told.label.tolist()):
        draft.add_place(
            kinds[told.kind[number]], settings[told.setting[number]], zone=int(zones[number]), parent=-1, x=int(told.x[number]),
            y=int(told.y[number]), capacity=int(told.capacity[number]), name=label,
        )  # fmt: skip
    slots = np.full((len(people.id), 3), -1, dtype=np.int64)
    number = len(homes) + len(alone)
    if number:
        x, y = on_grid(number)
        size = np.append(np.bincount(home_of, minlength=len(homes)), np.ones(len(alone), dtype=np.int64))
        rows = draft.add_places(number, "home", "home", zone=zones[len(told.label) :], parent=-1, x=x, y=y, capacity=size)
        slots[household != "", SLOT_HOME] = rows[home_of]
        slots[alone, SLOT_HOME] = rows[len(homes) :]
    row_of = {label: row for row, label in enumerate(told.label.tolist())}
    columns = np.array([SLOTS[name] for name in belonging.slot.tolist()], dtype=np.int64)
    slots[belonging.person, columns] = np.array([row_of[label] for label in belonging.place.tolist()], dtype=np.int64)
    return slots.astype(np.int32)


def _told_places(name: str, base: Path, belonging: Belonging) -> _Places:
    table = read_table(named_file(base, "places", name), ("id", "kind"), ("setting", "zone", "x", "y", "capacity"))
    label = table.labels("id")
    order = np.argsort(label, kind="stable")
    refuse_twice(table, label, order)
    known = set(label.tolist())
    for place in belonging.place.tolist():
        if place not in known:
            where, row = belonging.first(place)
            where.refuse(row, f"place {place[:40]!r} is not an id in {table.name}; {nearest_of(place, sorted(known))}")
    kind = table.words("kind", "")
    zone = table.labels("zone", needed=False)
    if ("x" in table) != ("y" in table):
        raise ScenarioError(f"{table.name}: has only one of the columns `x` and `y`; give both, in metres, or none")
    x, y = on_grid(len(table))
    if "x" in table:
        at_x, at_y = (table.number(column, -_FARTHEST, _FARTHEST)[order] for column in ("x", "y"))
        x, y = np.floor(at_x + 0.5).astype(np.int64), np.floor(at_y + 0.5).astype(np.int64)
    capacity = table.whole("capacity", 1, UNLIMITED) if "capacity" in table else np.full(len(table), UNLIMITED)
    setting = table.words("setting", kind)
    return _Places(label[order], kind[order], setting[order], np.where(zone == "", ZONE, zone)[order], x, y, capacity[order])


def _named_places(belonging: Belonging, people: Persons) -> _Places:
    """Places that people belong to and that nothing more is told of: kind and setting are the slot, the zone that of those at home there."""
    setting_of: dict[str, str] = {}
    for slot in reversed(_SETTING_ORDER):
        setting_of |= dict.fromkeys(belonging.place[belonging.slot == slot].tolist(), slot)
    label = np.array(sorted(setting_of), dtype=object)
    setting = np.array([setting_of[name] for name in label.tolist()], dtype=object)
    zone_of_person = people.table.labels("zone", needed=False)[people.row]
    at_home = belonging.slot == "home"
    zone_of: dict[str, str] = {}
    for person, place in zip(belonging.person[at_home].tolist(), belonging.place[at_home].tolist(), strict=True):
        zone = zone_of_person[person]
        if zone and zone_of.setdefault(place, zone) != zone:
            people.table.refuse(int(people.row[person]), _two_zones(f"home {place[:40]!r}", zone, zone_of[place]))
    zone = np.array([zone_of.get(name, ZONE) for name in label.tolist()], dtype=object)
    x, y = on_grid(len(label))
    return _Places(label, setting, setting, zone, x, y, np.full(len(label), UNLIMITED))


def _home_zones(people: Persons, household: NDArray[Any], homes: int, home_of: Ints, alone: Ints) -> NDArray[Any]:
    """Zones of the homes of households, then of those who live alone."""
    zone_of_person = people.table.labels("zone", needed=False)[people.row]
    zone = np.full(homes, "", dtype=object)
    for person, home in zip(np.flatnonzero(household != "").tolist(), home_of.tolist(), strict=True):
        own = zone_of_person[person]
        if own and zone[home] and own != zone[home]:
            people.table.refuse(int(people.row[person]), _two_zones(f"household {household[person][:40]!r}", own, zone[home]))
        zone[home] = zone[home] or own
    every = np.concatenate([zone, zone_of_person[alone]])
    return np.asarray(np.where(every == "", ZONE, every), dtype=object)


def _two_zones(what: str, one: str, other: str) -> str:
    return f"{what} is in zone {one[:40]!r} here and in {other[:40]!r} elsewhere; a home lies in one zone"


def named_file(base: Path, field: str, name: str) -> Path:
    """The file that a field of the city names. Raises ScenarioError: there is none, or not in the folder of the scenario."""
    try:
        return resolve_file(base, name)
    except ScenarioError as error:
        raise ScenarioError(f"city.{field}: {error}") from None


def refuse_twice(table: TableFile, ids: NDArray[Any], order: Ints) -> None:
    """Raises ScenarioError: two rows with one id. `order` sorts `ids`, ties in the order given."""
    same = np.flatnonzero(ids[order][1:] == ids[order][:-1])
    if len(same):
        row = int(order[same + 1].min())  # the first row that repeats an id
        before = int(np.flatnonzero(ids == ids[row])[0])
        table.refuse(row, f"id {table.shown('id', row)} is given already ({table.where(before)}); each has exactly one row")
