"""A city of the user's own tables: people, and if wanted places, who belongs where, and links between people.

The contract is told in docs/how-to/your-city.md. Everything is put in order by id before it is numbered, so that the order of rows
decides nothing. There are no streets and no ways: people are where their routine puts them.
"""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from hyosan.scenario.city import City
from hyosan.world import draws
from hyosan.world.contacts import EDGE_COLUMNS, MOST_ID, MOST_WEIGHT, ONE_WEIGHT, both_ways
from hyosan.world.draft import Draft
from hyosan.world.draws import Ints
from hyosan.world.finish import Check, Links, People
from hyosan.world.frame import SLOT_DAY, World
from hyosan.world.memory import bytes_for, bytes_for_links, refuse_if_too_many
from hyosan.world.own_places import SLOTS, Belonging, Persons, add_places, codes_of, named_file, refuse_twice
from hyosan.world.schedules import ROUTINES, VARIANTS, week_table
from hyosan.world.society import finish_city
from hyosan.world.table_file import TableFile, nearest_of, read_table

OLDEST: Final = 120
_YOUNG: Final = 12
"""Age, in years, from which pupils stay at school till 16 h."""


def build_own(city: City, base: Path) -> World:
    """The world of `city.people` and the tables beside it; files lie in `base`.

    Raises ScenarioError: a file or row that is wrong. ResourceError: too many people or links.
    """
    people = _read_people(city, base)
    belonging = _read_membership(city, base, people)
    draft = Draft()
    slots = add_places(draft, city, base, people, belonging)
    links = _read_contacts(city, base, people)
    school = np.zeros(len(people.id), dtype=np.bool_)
    school[belonging.person[belonging.slot == "school"]] = True
    age = people.table.whole("age", 0, OLDEST)[people.row]
    worker = (slots[:, SLOT_DAY] >= 0) & ~school
    routine = np.full(len(age), ROUTINES.index("resident"))
    routine[worker] = ROUTINES.index("worker")
    routine[school] = np.where(age[school] < _YOUNG, ROUTINES.index("young pupil"), ROUTINES.index("pupil"))
    schedule = routine * VARIANTS + draws.uniform(city.population_seed, draws.ROUTINE, people.id, VARIANTS)
    role = codes_of(draft.roles, people.table.words("role", "resident")[people.row], people.table, "roles")
    columns = People(people.id, age, role, schedule, slots, week_table())
    return finish_city(city, draft, columns, links, _checks(people))


def _checks(people: Persons) -> tuple[Check, ...]:
    number = float(len(people.id))
    if people.texts is None:
        return ()
    return (("people whose ids are texts, numbered from 0 in alphabetical order", people.table.name, number, number, 0.0),)


def _read_people(city: City, base: Path) -> Persons:
    table = read_table(named_file(base, "people", city.people or ""), ("id", "age"), ("household", "home", "role", "zone"))
    refuse_if_too_many("people", len(table), bytes_for("people", len(table)))
    is_whole = np.asarray(pc.match_substring_regex(table.columns["id"], r"^[+-]?[0-9]+(\.0*)?$").to_numpy(zero_copy_only=False))
    if not is_whole.any():
        labels = table.labels("id")
        order = np.argsort(labels, kind="stable")
        refuse_twice(table, labels, order)
        warnings.warn(f"{table.name}: ids are texts; people are numbered from 0 in alphabetical order of them", stacklevel=2)
        return Persons(table, np.arange(len(order), dtype=np.int64), order.astype(np.int64), labels[order].tolist())
    if not is_whole.all():
        row = int(np.flatnonzero(~is_whole)[0])
        value = f"id {table.shown('id', row)} is not a whole number as other ids are" if table.columns["id"][row].as_py() else "has no id"
        table.refuse(row, f"{value}; ids are whole numbers from 0 to {MOST_ID}, or all of them texts")
    ids = table.whole("id", 0, MOST_ID)
    order = np.argsort(ids, kind="stable")
    refuse_twice(table, ids, order)
    return Persons(table, ids[order], order.astype(np.int64), None)


def _persons_of(people: Persons, table: TableFile, column: str) -> Ints:
    """[n] rows of the people that a column names. Raises ScenarioError: somebody who is not in the table of people."""
    if people.texts is not None:
        labels = pa.array(table.labels(column), pa.string())
        found = np.asarray(pc.fill_null(pc.index_in(labels, value_set=pa.array(people.texts, pa.string())), -1).to_numpy(zero_copy_only=False))
    else:
        ids = table.whole(column, 0, MOST_ID)
        at = np.minimum(np.searchsorted(people.id, ids), len(people.id) - 1)
        found = np.where(people.id[at] == ids, at, -1)
    wrong = np.flatnonzero(found < 0)
    if len(wrong):
        row = int(wrong[0])
        known = people.texts if people.texts is not None else []
        advice = nearest_of(str(table.columns[column][row].as_py()), known) if known else "add the person there or remove this row"
        table.refuse(row, f"{column} {table.shown(column, row)} is not an id in {people.table.name}; {advice}")
    return found.astype(np.int64)


def _read_membership(city: City, base: Path, people: Persons) -> Belonging:
    """Who belongs where, homes named by the table of people included. Raises ScenarioError: a slot given twice, unknown names."""
    table = people.table
    home = table.labels("home", needed=False)[people.row]
    household = table.labels("household", needed=False)[people.row]
    both = np.flatnonzero((home != "") & (household != ""))
    if len(both):
        table.refuse(int(people.row[both].min()), "has a household and a home; give one of them (a home is a place's id)")
    at_home = np.flatnonzero(home != "")
    person, place, slot = at_home, home[at_home], np.full(len(at_home), "home", dtype=object)
    told: list[tuple[TableFile, Ints]] = [(table, people.row[at_home])]
    if city.membership is not None:
        members = read_table(named_file(base, "membership", city.membership), ("person", "place", "slot"), ())
        slots = members.words("slot", "")
        for wrong in set(slots.tolist()) - set(SLOTS):
            row = int(np.flatnonzero(slots == wrong)[0])
            members.refuse(row, f"slot {wrong!r} is not known; {nearest_of(wrong, list(SLOTS))} (allowed: {', '.join(SLOTS)})")
        persons = _persons_of(people, members, "person")
        twice = np.flatnonzero((slots == "home") & ((home != "") | (household != ""))[persons])
        if len(twice):
            row = int(twice[0])
            members.refuse(row, f"person {members.shown('person', row)} has a home in {table.name} already; leave one of them out")
        person, place = np.concatenate([person, persons]), np.concatenate([place, members.labels("place")])
        slot = np.concatenate([slot, slots])
        told.append((members, np.arange(len(members))))
    belonging = Belonging(person.astype(np.int64), place, slot, told)
    _refuse_two_in_one_slot(belonging)
    return belonging


def _refuse_two_in_one_slot(belonging: Belonging) -> None:
    columns = np.array([SLOTS[name] for name in belonging.slot.tolist()], dtype=np.int64)
    key = belonging.person * 4 + columns
    order = np.argsort(key, kind="stable")
    same = np.flatnonzero(key[order][1:] == key[order][:-1])
    if not len(same):
        return
    last = int(order[same + 1].min())
    what = "place of the day (school or work)" if columns[last] == SLOT_DAY else f"place for {belonging.slot[last]}"
    (table, row), (before, first) = belonging.at(last), belonging.at(int(np.flatnonzero(key == key[last])[0]))
    table.refuse(row, f"person {table.shown('person', row)} has a {what} already ({before.where(first)}); give one")


def _read_contacts(city: City, base: Path, people: Persons) -> Links | None:
    """Links between people. Raises ScenarioError: unknown people, somebody linked to themselves, a pair twice, a weight out of range."""
    if city.contacts is None:
        return None
    table = read_table(named_file(base, "contacts", city.contacts), ("from", "to"), ("weight",), EDGE_COLUMNS)
    number = len(people.id)
    refuse_if_too_many("people", number, bytes_for("people", number) + bytes_for_links(len(table)))
    one, other = (_persons_of(people, table, column) for column in ("from", "to"))
    itself = np.flatnonzero(one == other)
    if len(itself):
        table.refuse(int(itself[0]), f"person {table.shown('from', int(itself[0]))} is linked to itself; remove this row")
    pair = np.minimum(one, other) * number + np.maximum(one, other)
    order = np.argsort(pair, kind="stable")
    same = np.flatnonzero(pair[order][1:] == pair[order][:-1])
    if len(same):
        row = int(order[same + 1].min())
        before = table.where(int(np.flatnonzero(pair == pair[row])[0]))
        table.refuse(row, f"these two are linked already ({before}); give each pair once, in either order")
    weight = np.ones(len(table))
    if "weight" in table:
        advice = "; remove the row for weight 0, and count a link in one unit, say hours a day"
        weight = table.number("weight", 1 / ONE_WEIGHT, MOST_WEIGHT, advice)
    return both_ways(number, one, other, np.floor(weight * ONE_WEIGHT + 0.5).astype(np.int64))
