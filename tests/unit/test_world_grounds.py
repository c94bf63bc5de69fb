"""Does every ground give a world whose arrays fit together, the same one each time?"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import hyosan.scenario.templates
from hyosan.scenario.city import City
from hyosan.world.build import build
from hyosan.world.finish import content_hash
from hyosan.world.frame import Ground, World

TABLES = Path(hyosan.scenario.templates.__file__).parent / "templates" / "tables"
SMALL_TOWN: dict[str, Any] = {"korea": "Dangjin-si", "residents": 5000}
GROUNDS: dict[str, dict[str, Any]] = {
    "korea": SMALL_TOWN,
    "flagship": SMALL_TOWN
    | {
        "landmarks": True,
        "police": 20,
        "soldiers": 30,
        "school": {"name": "Hyosan High", "pupils": 120, "drawn": True, "exits": "welded"},
        "kinds": {
            "church": {"setting": "church", "per_1000": 2, "share": 0.2},
            "farm": {"setting": "work", "slot": "work", "per_1000": 1, "door": "none"},
        },
    },
    "plain school in town": SMALL_TOWN | {"school": {"pupils": 60, "first_age": 6, "years": 6}},
    "country": {"country": "KEN", "residents": 4000, "soldiers": 20, "police": 10, "school": {"pupils": 90, "first_age": 6, "drawn": True}},
    "tables": {"people": "people.csv", "places": "places.csv", "membership": "membership.csv", "contacts": "contacts.csv"},
    "tables of people only": {"people": "people.csv"},
    "well_mixed": {"well_mixed": 1000},
    "lattice": {"lattice": {"rows": 7, "columns": 5}},
    "flat lattice": {"lattice": {"rows": 2, "columns": 1, "wrap": True}},
    "network": {"network": {"people": 5, "edges": [[0, 1], [3, 1, 0.5]]}},
    "households": {"households": {"sizes": {"1": 3, "4": 5}}},
    "households in a city": {"households": {"members": [[7, 3], [1]], "city": True}},
    "rooms": {
        "rooms": {
            "places": {"hall": {"people": 3}, "yard": {"zone": "out", "x": 30}, "cell": {"people": 2}},
            "ways": [{"between": ["hall", "yard"], "door": "steel", "state": "shut", "gate": "g"}, {"between": ["cell", "hall"]}],
        }
    },
    "school": {"school": {"pupils": 200}},
    "school without homes": {"school": {"pupils": 50, "homes": False}},
    "drawn school": {"school": {"pupils": 300, "drawn": True, "exits": "welded", "years": 2, "class_size": 25}},
}


def make(city: dict[str, Any]) -> World:
    return build(City.model_validate(city), TABLES)


@pytest.fixture(scope="module")
def worlds() -> dict[str, World]:
    return {name: make(city) for name, city in GROUNDS.items()}


@pytest.mark.parametrize("name", GROUNDS)
def test_people_and_slots(worlds: dict[str, World], name: str) -> None:
    g = worlds[name].ground
    n, m = worlds[name].people, worlds[name].places
    assert len(np.unique(g.person_id)) == n
    assert np.array_equal(g.place_id, np.arange(m))
    assert g.person_slot_place.shape[0] == n
    assert g.person_slot_place[:, 0].min() >= 0
    assert g.person_slot_place.min() >= -1
    assert g.person_slot_place.max() < m
    assert g.schedule_slot.shape[1] == 168
    assert g.schedule_slot.max() < g.person_slot_place.shape[1]
    assert g.person_schedule.max() < len(g.schedule_slot)
    assert g.person_age.min() >= 0
    for codes, names in ((g.person_role, "roles"), (g.place_kind, "kinds"), (g.place_setting, "settings"), (g.place_zone, "zones")):
        assert codes.min() >= 0
        assert codes.max() < len(getattr(worlds[name], names))


@pytest.mark.parametrize("name", GROUNDS)
def test_members_are_the_inverse_of_slots(worlds: dict[str, World], name: str) -> None:
    g = worlds[name].ground
    slots = g.person_slot_place.shape[1]
    m = worlds[name].places
    assert len(g.member_start) == slots * m + 1
    assert g.member_start[0] == 0
    assert g.member_start[-1] == len(g.member_person) == int((g.person_slot_place >= 0).sum())
    group = np.repeat(np.arange(slots * m), np.diff(g.member_start))
    assert np.array_equal(g.person_slot_place[g.member_person, group // m], group % m)
    same = group[1:] == group[:-1]
    assert np.all(np.diff(g.person_id[g.member_person])[same] > 0)


@pytest.mark.parametrize("name", GROUNDS)
def test_ways_come_in_pairs(worlds: dict[str, World], name: str) -> None:
    w, g = worlds[name], worlds[name].ground
    start = np.repeat(np.arange(w.places), np.diff(g.way_start))
    back = g.way_back
    assert len(g.way_to) == g.way_start[-1]
    assert np.array_equal(back[back], np.arange(len(back)))
    assert np.array_equal(start[back], g.way_to)
    for array in (g.way_seconds, g.way_door, g.way_sound_lost, g.way_gate):
        assert np.array_equal(array[back], array)
    if len(g.way_to):
        assert g.way_seconds.min() >= 1
        assert g.way_gate.max() < max(len(w.gates), 1)
        assert np.all((np.diff(start) > 0) | (np.diff(g.place_id[g.way_to]) > 0))
    doors = g.way_door[g.way_door >= 0]
    assert np.array_equal(np.bincount(doors, minlength=len(g.door_id)), np.full(len(g.door_id), 2))


@pytest.mark.parametrize("name", GROUNDS)
def test_links_are_symmetric(worlds: dict[str, World], name: str) -> None:
    w, g = worlds[name], worlds[name].ground
    start = np.repeat(np.arange(w.people), np.diff(g.link_start))
    there = sorted(zip(start.tolist(), g.link_to.tolist(), g.link_weight.tolist(), strict=True))
    assert there == sorted((b, a, weight) for a, b, weight in there)
    assert there == list(zip(start.tolist(), g.link_to.tolist(), g.link_weight.tolist(), strict=True))
    assert all(a != b for a, b, _ in there)


@pytest.mark.parametrize("name", GROUNDS)
def test_every_place_leads_out(worlds: dict[str, World], name: str) -> None:
    w, g = worlds[name], worlds[name].ground
    inner = np.flatnonzero(g.place_parent >= 0)
    ways = {(int(a), int(b)) for a, b in zip(np.repeat(np.arange(w.places), np.diff(g.way_start)), g.way_to, strict=True)}
    on_ways = [row for row in inner.tolist() if w.kinds[g.place_kind[row]] != "year"]
    assert all((row, int(g.place_parent[row])) in ways for row in on_ways)
    row = inner
    for _ in range(30):
        row = np.where(g.place_parent[row] >= 0, g.place_parent[row], row)
    assert np.all(g.place_parent[row] == -1)


@pytest.mark.parametrize("name", GROUNDS)
def test_built_twice_is_the_same(worlds: dict[str, World], name: str) -> None:
    again = make(GROUNDS[name])
    assert again.content_hash == worlds[name].content_hash == content_hash(again)


@pytest.mark.parametrize("name", GROUNDS)
def test_types_are_those_of_the_frame(worlds: dict[str, World], name: str) -> None:
    wide = {"int8": np.int8, "int16": np.int16, "int32": np.int32, "int64": np.int64}
    for field, annotation in Ground.__annotations__.items():
        array = getattr(worlds[name].ground, field)
        assert array.dtype == wide[str(annotation).split("np.")[1].split("]")[0]], field
        assert not array.flags.writeable


@pytest.mark.parametrize("name", GROUNDS)
def test_every_zone_is_on_the_map(worlds: dict[str, World], name: str) -> None:
    w = worlds[name]
    features = w.zone_geojson["features"]
    assert isinstance(features, list)
    assert [f["properties"] for f in features] == [{"zone": zone, "index": i} for i, zone in enumerate(w.zones)]
    assert all(f["geometry"]["type"] == "Polygon" for f in features)


def test_another_population_seed_gives_another_world() -> None:
    assert make(SMALL_TOWN | {"population_seed": 2}).content_hash != make(SMALL_TOWN).content_hash


def test_lattice_has_four_neighbours(worlds: dict[str, World]) -> None:
    g = worlds["lattice"].ground
    assert np.all(np.diff(g.link_start) == 4)
    assert g.link_to[g.link_start[0] : g.link_start[1]].tolist() == [1, 4, 5, 30]
    assert worlds["flat lattice"].ground.link_to.tolist() == [1, 0]


def test_network_weights_and_given_ids(worlds: dict[str, World]) -> None:
    g = worlds["network"].ground
    assert g.link_to.tolist() == [1, 0, 3, 1]
    assert g.link_weight.tolist() == [1024, 1024, 512, 512]
    w = worlds["households in a city"]
    assert w.ground.person_id.tolist() == [1, 3, 7]
    assert w.ground.person_slot_place[:, 0].tolist() == [1, 0, 0]
    assert len(set(w.ground.person_slot_place[:, 1].tolist())) == 1


def test_rooms_as_drawn(worlds: dict[str, World]) -> None:
    w = worlds["rooms"]
    assert w.place_names == {0: "hall", 1: "yard", 2: "cell"}
    assert w.ground.person_slot_place[:, 0].tolist() == [0, 0, 0, 2, 2]
    assert w.ground.door_state.tolist() == [1]
    assert w.gates == ("g",)
    assert w.ground.way_to[: w.ground.way_start[1]].tolist() == [1, 2]


def test_school_alone_mixes_in_class_year_and_school(worlds: dict[str, World]) -> None:
    w = worlds["school"]
    g = w.ground
    pupils = np.flatnonzero(g.person_role == w.roles.index("pupil"))
    settings = [w.settings[g.place_setting[g.person_slot_place[pupils[0], slot]]] for slot in range(4)]
    assert len(pupils) == 200
    assert settings == ["home", "class", "school", "year"]
    assert len(np.unique(g.person_slot_place[pupils, 2])) == 1
    assert len(np.unique(g.person_slot_place[pupils, 3])) == 3
    adult_at_home = np.zeros(w.places, dtype=bool)
    adult_at_home[g.person_slot_place[g.person_age >= 19, 0]] = True
    assert adult_at_home[g.person_slot_place[pupils, 0]].all()


def test_classes_are_no_larger_than_told(worlds: dict[str, World]) -> None:
    w = worlds["drawn school"]
    g = w.ground
    pupils = g.person_role == w.roles.index("pupil")
    sizes = np.bincount(g.person_slot_place[pupils, 1])
    assert sizes.sum() == 300
    assert sizes.max() == 25
