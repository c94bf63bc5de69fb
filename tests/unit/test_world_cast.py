"""Is there a resident for each of the cast, as told, with nobody added, and is what cannot be told plainly at the door?"""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.compute as pc
import pytest

import hyosan
import hyosan.scenario.templates
from hyosan.errors import HyosanError
from hyosan.scenario.city import City
from hyosan.scenario.load import load
from hyosan.world.build import build
from hyosan.world.finish import content_hash
from hyosan.world.frame import KNOWS_CRISIS, TIE_BULLY, TIE_CONTEMPT, TIE_COUPLE, TIE_FAMILY, TIE_FRIEND, World
from hyosan.world.store import load_world, save

TABLES = Path(hyosan.scenario.templates.__file__).parent / "templates" / "tables"
ROOM = "Hyosan High / class 2-2"
TOWN: dict[str, Any] = {
    "korea": "Seosan-si",
    "residents": 5000,
    "police": 10,
    "soldiers": 5,
    "landmarks": True,
    "school": {"name": "Hyosan High", "pupils": 150, "drawn": True, "class_size": 20},
    "ties": {"friends": 4, "bullied": 0.2, "contempt": 0.2},
}
CAST: dict[str, Any] = {
    "Ann": {"age": 16, "role": "pupil", "place": ROOM, "lives_with": ["Father"], "ties": {"friend": ["Ben", "Kim O'Hara"]}, "knows": "crisis"},
    "Ben": {"age": 16, "role": "pupil", "place": ROOM, "lives_with": ["Mother"], "ties": {"bully": ["Dan"], "friend": ["Dan"]}},
    "Kim O'Hara": {"place": ROOM, "role": "pupil"},
    "Dan": {"age": 16, "role": "pupil", "place": "Hyosan High / class 2-1", "ties": {"contempt": ["Ann"], "bully": []}},
    "Lone": {"age": 16, "role": "pupil", "place": ROOM, "ties": {"friend": [], "contempt": []}},
    "Father": {"age": 47, "knows": "crisis"},
    "Mother": {"age": 45, "place": "Cheong-san Chicken"},
    "Scientist": {"age": 45, "role": "science teacher", "place": "Hyosan High / laboratory", "lives_with": ["Wife", "Son"]},
    "Wife": {"age": 44, "place": "teacher's house"},
    "Son": {"age": 17, "role": "pupil"},
    "Officer": {"role": "police"},
    "Private": {"role": "soldier"},
    "Baby": {"age": 0, "lives_with": ["Sister"]},
    "Sister": {"age": 7},
}


def make(cast: dict[str, Any] | None = None, **more: Any) -> World:
    return build(City.model_validate(TOWN | {"cast": CAST if cast is None else cast} | more), TABLES)


@pytest.fixture(scope="module")
def town() -> World:
    return make()


@pytest.fixture(scope="module")
def bare() -> World:
    return make({})


def row_of(world: World, name: str) -> int:
    (person,) = [person for person, known in world.person_names.items() if known == name]
    return int(np.searchsorted(world.ground.person_id, person))


def ties_of(world: World, name: str, kind: int) -> set[int]:
    at, ground = row_of(world, name), world.ground
    mine = slice(ground.tie_start[at], ground.tie_start[at + 1])
    return {int(to) for to, what in zip(ground.tie_to[mine], ground.tie_kind[mine], strict=True) if what == kind}


def check_cast(world: World, cast: dict[str, Any]) -> None:
    """Everybody is as told: age, role, place, household, ties, knowledge; and somebody of their own."""
    ground = world.ground
    assert sorted(world.person_names.values()) == sorted(cast)
    rows = {name: row_of(world, name) for name in cast}
    assert len(set(rows.values())) == len(cast)
    names = {row: name for name, row in world.place_names.items()}
    for name, told in cast.items():
        row = rows[name]
        if told.get("age") is not None:
            assert ground.person_age[row] == told["age"], name
        if told.get("role"):
            assert world.roles[ground.person_role[row]] == told["role"], name
        if told.get("place"):
            assert names[told["place"]] in ground.person_slot_place[row, :2], name
        for other in told.get("lives_with", ()):
            assert ground.person_slot_place[row, 0] == ground.person_slot_place[rows[other], 0], (name, other)
        for kind, others in (told.get("ties") or {}).items():
            code = {"friend": TIE_FRIEND, "bully": TIE_BULLY, "contempt": TIE_CONTEMPT}[kind]
            by_others = {rows[one] for one, tie in cast.items() if kind == "friend" and name in (tie.get("ties") or {}).get("friend", ())}
            assert ties_of(world, name, code) == {rows[other] for other in others} | by_others, (name, kind)
        assert (ground.person_knows[row] == KNOWS_CRISIS) == (told.get("knows") == "crisis"), name
    together = {frozenset((name, other)) for name, told in cast.items() for other in told.get("lives_with", ())}
    homes = Counter(int(ground.person_slot_place[row, 0]) for row in rows.values())
    assert len(cast) - len(homes) <= len(together), "nobody of the cast shares a home with another by chance"


def test_everybody_is_as_told(town: World) -> None:
    check_cast(town, CAST)


def test_the_flagship_has_its_whole_cast() -> None:
    """Everybody whom docs/facts.md names but the soldiers, of whom the flagship has none."""
    scenario = load("hyosan")
    world = build(scenario.city, scenario.base)
    check_cast(world, {name: json.loads(member.model_dump_json(exclude={"source"})) for name, member in scenario.city.cast.items()})
    facts = (Path(__file__).parents[2] / "docs" / "facts.md").read_text(encoding="utf-8").partition("## Cast")[2]
    for name in scenario.city.cast:
        assert name.removesuffix("'s wife").removesuffix("'s son") in facts, name
    seed = scenario.seeds["mouse"]
    assert (seed.person, scenario.city.cast["Hyeon-ju"].place) == ("Hyeon-ju", seed.place)


def test_those_who_live_together_are_family(town: World) -> None:
    kin = {name: ties_of(town, name, TIE_FAMILY) | ties_of(town, name, TIE_COUPLE) for name in CAST}
    assert row_of(town, "Father") in kin["Ann"]
    assert row_of(town, "Ann") in kin["Father"]
    assert ties_of(town, "Scientist", TIE_COUPLE) == {row_of(town, "Wife")}
    assert row_of(town, "Son") in ties_of(town, "Wife", TIE_FAMILY)
    assert not ties_of(town, "Lone", TIE_FRIEND)


def test_nobody_is_added_and_little_changes(town: World, bare: World) -> None:
    one, other = town.ground, bare.ground
    assert town.people == bare.people
    assert town.places == bare.places
    for name in ("person_id", "person_age", "person_role", "person_schedule"):
        assert np.array_equal(getattr(one, name), getattr(other, name)), name
    sizes = [np.bincount(ground.person_slot_place[:, 0], minlength=town.places) for ground in (one, other)]
    assert np.array_equal(*sizes), "homes hold as many as before"
    moved = np.flatnonzero(one.person_slot_place[:, 0] != other.person_slot_place[:, 0])
    assert len(moved) <= 2 * 3, "at most one exchange for each who had to be brought to others"
    grown = [np.bincount(ground.person_slot_place[ground.person_age >= 19, 0], minlength=town.places) for ground in (one, other)]
    assert np.array_equal(*grown), "no child is left without an adult"
    worked = np.flatnonzero(one.person_slot_place[:, 1] != other.person_slot_place[:, 1])
    assert worked.tolist() == [row_of(town, "Mother")]


def test_the_same_people_each_time_and_kept_on_disk(town: World, bare: World, tmp_path: Path) -> None:
    assert make().content_hash == town.content_hash == content_hash(town) != bare.content_hash
    read = load_world(save(town, tmp_path))
    assert read.person_names == town.person_names
    assert np.array_equal(read.ground.person_knows, town.ground.person_knows)
    renamed = {name if name != "Officer" else "Officer Kim": told for name, told in CAST.items()}
    assert make(renamed).content_hash != town.content_hash


def test_one_more_does_not_move_those_who_live_alone(town: World) -> None:
    more = make(CAST | {"Zoe": {"age": 16, "role": "pupil", "place": ROOM}})
    check_cast(more, CAST | {"Zoe": {"age": 16, "role": "pupil", "place": ROOM}})
    assert [more.person_names[person] for person in town.person_names] == list(town.person_names.values())


def test_other_grounds_have_a_cast() -> None:
    cast = {"Eve": {"role": "pupil", "lives_with": ["Adam"]}, "Adam": {"age": None, "role": "resident"}}
    world = build(City.model_validate({"school": {"pupils": 60}, "cast": cast, "ties": {"friends": 1}}))
    check_cast(world, cast)
    alone = build(City.model_validate({"households": {"sizes": {"1": 30, "4": 50}}, "cast": {"Eve": {"age": 30}}}))
    check_cast(alone, {"Eve": {"age": 30}})
    only_told = build(
        City.model_validate({"school": {"pupils": 60}, "cast": {"A": {"role": "pupil", "ties": {"bully": ["B"]}}, "B": {"role": "pupil"}}})
    )
    assert len(only_told.ground.tie_to) == 1, "without `ties` nobody has any but those told"
    assert ties_of(only_told, "A", TIE_BULLY) == {row_of(only_told, "B")}


@pytest.mark.parametrize(
    ("cast", "said"),
    [
        ({"A": {"place": "Hyosan High / class 2-9"}}, r"city\.cast\.A\.place: this city has no place named .*nearest: Hyosan High / class"),
        ({"A": {"role": "pupil", "place": ROOM, "age": 12}}, r"city\.cast\.A\.age: no pupil of Hyosan High / class 2-2 is 12; they are 16"),
        ({"A": {"role": "pupl"}}, r"city\.cast\.A\.role: 'pupl' is no role of this city; did you mean `pupil`"),
        ({f"P{k}": {"place": "Hyosan High / class 2-2"} for k in range(30)}, r"city\.cast: 30 of the cast belong to .*which holds \d+ people"),
        ({"A": {"role": "police", "place": ROOM}}, r"city\.cast\.A: there is no police of Hyosan High / class 2-2"),
        ({f"P{k}": {"age": 0, "lives_with": ["P0"] if k else []} for k in range(7)},
         r"city\.cast\.P0\.lives_with: no household of somebody who fits has room for"),
    ],
)  # fmt: skip
def test_what_the_city_cannot_give_is_refused(cast: dict[str, Any], said: str) -> None:
    with pytest.raises(HyosanError, match=said):
        make(cast)


def test_soldiers_need_soldiers() -> None:
    with pytest.raises(HyosanError, match=r"city\.cast\.A\.role: this city has no soldier; give it some by `city\.soldiers`"):
        make({"A": {"role": "soldier"}}, soldiers=0)


@pytest.mark.parametrize(
    ("cast", "said"),
    [
        ({"A": {"ties": {"friend": ["Bee"]}}, "Be": {}}, r"city\.cast\.A\.ties\.friend: 'Bee' is not one of the cast; did you mean `Be`"),
        ({"A": {"lives_with": ["A"]}}, r"city\.cast\.A\.lives_with: 'A' cannot be tied to themselves"),
        ({"Ann": {}, "ann": {}}, r"city\.cast\.ann: has the same name as 'Ann'"),
        ({"A": {"ties": {"friend": ["B"]}}, "B": {"ties": {"friend": []}}}, r"city\.cast\.A\.ties\.friend: 'B' is told to have no friends"),
        ({"A": {"role": "soldier", "lives_with": ["B"]}, "B": {}}, r"city\.cast\.A\.lives_with: .*soldiers live in barracks"),
        ({"A": {"knows": "karate"}}, r"city\.cast\.A\.knows"),
        ({"1": {}}, r"city\.cast"),
    ],
)
def test_what_contradicts_itself_is_refused_at_the_door(cast: dict[str, Any], said: str) -> None:
    with pytest.raises(HyosanError, match=said):
        load("influenza", overrides={"city.cast": cast})


def test_a_seed_may_be_one_of_the_cast() -> None:
    with pytest.raises(HyosanError, match=r"seeds\.mouse\.person: 'Bo' is not one of the cast .*did you mean `Bob`"):
        load("hyosan", overrides={"city.cast": {"Bob": {}}, "seeds.mouse.person": "Bo"})
    with pytest.raises(HyosanError, match="`person` is one person"):
        load("hyosan", overrides={"city.cast": {"Bob": {}}, "seeds.mouse.person": "Bob", "seeds.mouse.count": 2})


def test_the_one_seeded_is_the_one_named() -> None:
    changes = {
        "city.school.pupils": 40,
        "city.cast": {"Bob": {"role": "pupil", "place": "the school / class 2-1"}, "Eve": {"role": "pupil"}},
        "seeds": {"first": {"person": "Bob"}},
        "time.end": "2 h",
    }
    done = hyosan.run("measles-school", overrides=changes, seed=1, threads=1)
    world = build(load("measles-school", overrides=changes).city)
    (bob,) = [person for person, name in world.person_names.items() if name == "Bob"]
    assert done.events.filter(pc.equal(done.events["kind"], "seeded"))["person"].to_pylist() == [bob]
    assert sorted(done.people["name"].to_pylist()) == ["Bob", "Eve"], "who has a name has a row, whatever happens to them; others only then"
    with pytest.raises(HyosanError, match=r"seeds\.first\.person: 'Bob' is not of the role, ages, zones or place told"):
        hyosan.run("measles-school", overrides=changes | {"seeds": {"first": {"person": "Bob", "ages": "60-70"}}}, seed=1, threads=1)
