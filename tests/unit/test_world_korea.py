"""Is a Korean town what its sources say, and is the drawn school a place that one can be locked into?"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from hyosan.errors import ScenarioError
from hyosan.scenario.city import City
from hyosan.world import draws
from hyosan.world.build import build, check_table
from hyosan.world.frame import DOOR_SHUT, DOOR_WELDED, World
from hyosan.world.households import form_households, size_counts
from hyosan.world.korea_data import age_counts, find_municipality, household_sizes, municipalities, school_sites

FLAGSHIP: dict[str, Any] = {
    "korea": "Dangjin-si",
    "residents": 170_000,
    "police": 300,
    "landmarks": True,
    "school": {"name": "Hyosan High", "pupils": 600, "drawn": True, "exits": "welded"},
}


@pytest.fixture(scope="module")
def flagship() -> World:
    return build(City.model_validate(FLAGSHIP))


def place(world: World, name: str) -> int:
    return next(row for row, known in world.place_names.items() if known == name)


def reached(world: World, start: int) -> set[int]:
    """Places that can be reached from one without passing a welded door."""
    g = world.ground
    seen, waiting = {start}, [start]
    while waiting:
        row = waiting.pop()
        for way in range(g.way_start[row], g.way_start[row + 1]):
            door, to = int(g.way_door[way]), int(g.way_to[way])
            if to not in seen and (door < 0 or g.door_state[door] != DOOR_WELDED):
                seen.add(to)
                waiting.append(to)
    return seen


def test_every_check_of_the_flagship_town_holds(flagship: World) -> None:
    rows = check_table(flagship)
    assert [row for row in rows if not row.holds] == []
    assert {"residents", "mean household size", "share of households of 5 or more"} <= {row.what for row in rows}
    assert all(row.source for row in rows)
    assert flagship.people == 170_000


def test_ages_are_those_of_the_municipality(flagship: World) -> None:
    expected = age_counts("34080")
    built = np.bincount(flagship.ground.person_age, minlength=101)
    assert np.abs(built / 170_000 - expected / expected.sum()).max() < 0.0001


def test_each_level_of_school_has_pupils_of_its_age(flagship: World) -> None:
    w, g = flagship, flagship.ground
    pupil = g.person_role == w.roles.index("pupil")
    assert np.array_equal(pupil, (g.person_age >= 3) & (g.person_age <= 17))
    kinds = np.array(w.kinds)[g.place_kind[g.place_parent[g.person_slot_place[pupil, 1]]]]
    ages = g.person_age[pupil]
    for kind, low, high in (("elementary school", 6, 11), ("middle school", 12, 14), ("high school", 15, 17), ("kindergarten", 3, 5)):
        assert ages[kinds == kind].min() == low
        assert ages[kinds == kind].max() == high
    expected = {level: len(sites) for level, sites in school_sites(find_municipality("Dangjin")).items()}
    built = {level: int((g.place_kind == w.kinds.index(f"{level} school")).sum()) for level in expected}
    assert built["elementary"] == pytest.approx(expected["elementary"], rel=0.05)
    assert built["high"] == expected["high"] - 1, "the drawn school takes the place of one"


def test_welded_exits_close_the_school(flagship: World) -> None:
    w, g = flagship, flagship.ground
    inside = reached(w, place(w, "Hyosan High / class 2-5"))
    assert {w.place_names[row] for row in inside} >= {f"Hyosan High / {room}" for room in ("roof", "gym", "laboratory", "back gate", "tennis courts")}
    assert all(w.place_names[row].startswith("Hyosan High / ") for row in inside)
    gate = np.flatnonzero(g.way_gate == w.gates.index("school"))
    assert len(gate) == 6
    assert np.all(g.door_state[g.way_door[gate]] == DOOR_WELDED)


def test_free_exits_let_everybody_out_and_shift_no_id(flagship: World) -> None:
    free = build(City.model_validate(FLAGSHIP | {"school": FLAGSHIP["school"] | {"exits": "free"}}))
    assert place(free, "mountain way 1") in reached(free, place(free, "Hyosan High / class 2-5"))
    for one, other in zip(free.ground, flagship.ground, strict=True):
        assert one is not None
        assert one.shape == other.shape
    assert np.array_equal(free.ground.person_slot_place, flagship.ground.person_slot_place)


def test_the_city_is_left_through_its_gates_only(flagship: World) -> None:
    w, g = flagship, flagship.ground
    start = np.repeat(np.arange(w.places), np.diff(g.way_start))
    beyond = (g.place_outside == 1) | (g.place_kind == w.kinds.index("camp"))
    crossing = beyond[start] != beyond[g.way_to]
    assert np.array_equal(crossing, g.way_gate == w.gates.index("city"))
    assert g.place_outside[place(w, "Yangdong")] == 1
    assert g.place_outside[place(w, "quarantine camp")] == 0


def test_homes_are_shut_and_hang_on_streets(flagship: World) -> None:
    w, g = flagship, flagship.ground
    homes = np.flatnonzero(g.place_kind == w.kinds.index("home"))
    assert np.all(g.place_kind[g.place_parent[homes]] == w.kinds.index("street"))
    assert np.all(np.diff(g.way_start)[homes] == 1)
    assert np.all(g.door_state[g.way_door[g.way_start[homes]]] == DOOR_SHUT)
    assert np.array_equal(np.unique(g.person_slot_place[:, 0]), homes), "nobody without a home, no home without people"


def test_the_landmarks_are_there(flagship: World) -> None:
    w, g = flagship, flagship.ground
    house = place(w, "teacher's house")
    family = np.flatnonzero(g.person_slot_place[:, 0] == house)
    assert g.person_age[family].tolist() == [45, 44, 17]
    assert g.person_role[family[0]] == w.roles.index("science teacher")
    assert g.person_slot_place[family[0], 1] == place(w, "Hyosan High / laboratory")
    son = g.person_slot_place[family[2], 1]
    assert w.place_names[int(son)].startswith("Hyosan High / class 3-")
    assert g.place_zone[house] == g.place_zone[place(w, "Hyosan High / hall")]
    assert w.kinds[g.place_kind[place(w, "Cheong-san Chicken")]] == "restaurant"
    assert not np.any(g.person_slot_place == place(w, "Hyosan High / music room"))
    assert w.place_names[int(g.place_parent[place(w, "construction site / lift shaft")])] == "construction site / floor"


def test_parents_are_20_to_45_years_older_than_children() -> None:
    for name in ("Dangjin", "Sejong", "Gunwi"):
        municipality = find_municipality(name)
        ages = np.repeat(np.arange(101), draws.apportion(age_counts(municipality.code), 8000))
        homes = form_households(ages, household_sizes(), 3)
        assert np.array_equal(np.sort(homes.members[homes.members >= 0]), np.arange(8000))
        age = np.where(homes.members >= 0, ages[homes.members], -1)
        child = (np.arange(10) >= 2) & (np.arange(10) < 2 + homes.children[:, None])
        assert np.array_equal(np.sort(age[child & (age < 19)]), np.sort(ages[ages < 19]))
        for parent in (0, 1):
            gap = (age[:, [parent]] - age)[child & (age[:, [parent]] >= 0)]
            assert gap.min() >= 20
            assert gap.max() <= 45


@pytest.mark.parametrize("people", [1, 2, 3, 5, 10, 77, 1000])
def test_everybody_has_a_home_however_few(people: int) -> None:
    assert int(size_counts(household_sizes(), people) @ np.arange(1, 10)) == people
    assert size_counts(household_sizes(), people).min() >= 0
    assert build(City(korea="Dangjin", residents=people)).people == people


@pytest.mark.parametrize("name", ["Dangjin-si", "dangjin", "당진시", "34080", "Dangjin-si (Chungnam)", " Dangjin-SI "])
def test_a_municipality_by_any_of_its_names(name: str) -> None:
    assert find_municipality(name).population == 172_373


def test_names_of_several_are_told_apart() -> None:
    assert find_municipality("Jung-gu (Seoul)").code == "11020"
    assert find_municipality("중구 (서울특별시)").code == "11020"
    with pytest.raises(ScenarioError, match=r'6 municipalities.*"Jung-gu \(Seoul\)"'):
        find_municipality("Jung-gu")
    assert len({m.unique_name for m in municipalities()}) == 250


def test_an_unknown_name_brings_the_nearest() -> None:
    with pytest.raises(ScenarioError, match=r"'Danjin' is none of .* nearest names: Dangjin"):
        build(City(korea="Danjin"))
    with pytest.raises(ScenarioError, match="holds 25; write one of Jongno-gu"):
        find_municipality("Seoul")


def test_an_extra_kind_holds_its_share() -> None:
    kind = {"setting": "church", "per_1000": 2, "share": 0.2, "capacity": 200}
    w = build(City.model_validate({"korea": "Dangjin", "residents": 5000, "kinds": {"church": kind}}))
    churches = np.flatnonzero(w.ground.place_kind == w.kinds.index("church"))
    assert len(churches) == 10
    assert int(np.isin(w.ground.person_slot_place[:, 2], churches).sum()) == 1000


def test_soldiers_come_on_top_and_live_beyond_the_gates() -> None:
    w = build(City(korea="Dangjin", residents=1000, soldiers=40))
    soldiers = w.ground.person_role == w.roles.index("soldier")
    assert (w.people, int(soldiers.sum())) == (1040, 40)
    assert {w.zones[z] for z in w.ground.place_zone[w.ground.person_slot_place[soldiers, 0]]} == {"camp"}
