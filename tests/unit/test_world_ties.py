"""Is everybody tied to whom the scenario says, in the order that the arrays promise, and is a world without ties what it was?"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import hyosan.scenario.templates
from hyosan.errors import HyosanError
from hyosan.scenario.city import City
from hyosan.scenario.load import load
from hyosan.world.build import build
from hyosan.world.finish import content_hash
from hyosan.world.frame import TIE_BULLY, TIE_CONTEMPT, TIE_COUPLE, TIE_FAMILY, TIE_FRIEND, TIE_KINDS, World
from hyosan.world.store import load_world, save

TABLES = Path(hyosan.scenario.templates.__file__).parent / "templates" / "tables"
TIES = {"friends": 3, "close": 0.5, "bullied": 0.1, "contempt": 0.2}
TOWN: dict[str, Any] = {
    "korea": "Seosan-si",
    "residents": 4000,
    "soldiers": 5,
    "school": {"name": "Hyosan High", "pupils": 130, "drawn": True, "class_size": 22},
}


def tied(city: dict[str, Any]) -> tuple[World, np.ndarray, np.ndarray, np.ndarray]:
    """A world, and start, end and kind of each of its ties."""
    world = build(City.model_validate({"ties": TIES} | city), TABLES)
    ground = world.ground
    return world, np.repeat(np.arange(world.people), np.diff(ground.tie_start)), ground.tie_to.astype(int), ground.tie_kind


@pytest.fixture(scope="module")
def town() -> tuple[World, np.ndarray, np.ndarray, np.ndarray]:
    return tied(TOWN)


def pairs(one: np.ndarray, other: np.ndarray) -> set[tuple[int, int]]:
    return set(zip(one.tolist(), other.tolist(), strict=True))


def test_ties_stand_in_the_order_promised(town: Any) -> None:
    world, start, to, kind = town
    assert world.ground.tie_start[-1] == len(to) == len(kind) > 4 * world.people
    key = list(zip(start.tolist(), kind.tolist(), world.ground.person_id[to].tolist(), strict=True))
    assert key == sorted(set(key)), "by start, kind and id of the end, each once"
    assert not np.any(start == to)
    assert {int(code) for code in np.unique(kind)} == set(range(len(TIE_KINDS)))


def test_those_of_a_home_are_family_and_head_and_partner_a_couple(town: Any) -> None:
    world, start, to, kind = town
    home = world.ground.person_slot_place[:, 0]
    residents = np.flatnonzero(world.ground.person_role != world.roles.index("soldier"))
    expected = {(a, b) for group in (residents[home[residents] == h] for h in np.unique(home[residents])) for a in group for b in group if a != b}
    kin = pairs(start[kind == TIE_FAMILY], to[kind == TIE_FAMILY])
    couples = pairs(start[kind == TIE_COUPLE], to[kind == TIE_COUPLE])
    assert kin | couples == expected, "five soldiers in one barracks are no family"
    assert not kin & couples
    assert couples == {(b, a) for a, b in couples}
    age = world.ground.person_age
    assert max(np.bincount([a for a, _ in couples])) == 1
    assert min(age[a] for a, _ in couples) >= 19
    assert np.mean([abs(int(age[a]) - int(age[b])) <= 10 for a, b in couples]) > 0.9


def test_friends_are_as_many_and_as_close_as_told(town: Any) -> None:
    world, start, to, kind = town
    ground, friend = world.ground, kind == TIE_FRIEND
    one, other = start[friend], to[friend]
    assert pairs(one, other) == pairs(other, one)
    assert len(one) == pytest.approx(3 * world.people, rel=0.06)
    assert not np.any(ground.person_slot_place[one, 0] == ground.person_slot_place[other, 0])
    day = ground.person_slot_place[:, 1]
    same_day = (day[one] >= 0) & (day[one] == day[other])
    has_day = day[one] >= 0
    assert np.mean(same_day[has_day]) > 0.4
    cell = ground.place_parent[ground.person_slot_place[:, 0]]
    assert np.all(same_day | (cell[one] == cell[other]))
    assert np.abs(ground.person_age[one].astype(int) - ground.person_age[other])[~same_day].max() <= 12
    pupil = (ground.person_role == world.roles.index("pupil")).astype(int)
    assert np.all((pupil[one] == pupil[other])[same_day]), "nobody is drawn the friend of a teacher"


def test_bullies_are_of_the_class_and_contempt_is_between_classes_of_a_year(town: Any) -> None:
    world, start, to, kind = town
    ground = world.ground
    day, age = ground.person_slot_place[:, 1], ground.person_age
    bullies, victims = start[kind == TIE_BULLY], to[kind == TIE_BULLY]
    assert np.array_equal(day[bullies], day[victims])
    pupils = np.count_nonzero((age >= 6) & (age < 19) & (day >= 0))
    assert len(np.unique(victims)) == pytest.approx(0.1 * pupils, rel=0.3)
    assert np.bincount(victims).max() <= 3
    high, low = start[kind == TIE_CONTEMPT], to[kind == TIE_CONTEMPT]
    assert len(high)
    assert np.all(day[high] != day[low])
    assert np.array_equal(age[high], age[low])
    assert np.array_equal(ground.place_parent[day[high]], ground.place_parent[day[low]])
    friends = pairs(start[kind == TIE_FRIEND], to[kind == TIE_FRIEND])
    assert not friends & (pairs(bullies, victims) | pairs(high, low))


def test_the_same_ties_each_time_and_others_by_another_seed(town: Any) -> None:
    world = town[0]
    assert tied(TOWN)[0].content_hash == world.content_hash == content_hash(world)
    assert tied(TOWN | {"population_seed": 2})[0].content_hash != world.content_hash
    assert tied(TOWN | {"ties": TIES | {"friends": 2}})[0].content_hash != world.content_hash


def test_ties_are_kept_on_disk(town: Any, tmp_path: Path) -> None:
    world = town[0]
    read = load_world(save(world, tmp_path), mapped=True)
    for name in ("tie_start", "tie_to", "tie_kind", "person_knows"):
        assert np.array_equal(getattr(read.ground, name), getattr(world.ground, name))
    assert load_world(save(world, tmp_path)).content_hash == world.content_hash


def test_without_the_block_nobody_is_tied_and_all_else_is_the_same(town: Any) -> None:
    bare = tied(TOWN | {"ties": None})[0]
    assert len(bare.ground.tie_to) == 0
    assert bare.ground.tie_start.tolist() == [0] * (bare.people + 1)
    for name in bare.ground._fields:
        if not name.startswith("tie_"):
            assert np.array_equal(getattr(bare.ground, name), getattr(town[0].ground, name)), name
    assert not bare.ground.person_knows.any()


def test_other_grounds_have_families(town: Any) -> None:
    for city in ({"households": {"sizes": {"1": 3, "4": 5}}}, {"people": "people.csv", "membership": "membership.csv"}, {"school": {"pupils": 60}}):
        world, start, to, kind = tied(city)
        kin = (kind == TIE_FAMILY) | (kind == TIE_COUPLE)
        home = world.ground.person_slot_place[:, 0]
        assert kin.any(), city
        assert np.array_equal(home[start[kin]], home[to[kin]])


def test_a_ground_without_homes_is_refused() -> None:
    with pytest.raises(HyosanError, match=r"city\.ties: only a city with .*`households`"):
        tied({"well_mixed": 100})
    with pytest.raises(HyosanError, match=r"city\.ties\.friends"):
        load("hyosan", overrides={"city.ties.friends": 30})
    assert load("hyosan", overrides={"city.ties.friends": 2}).city.ties is not None
