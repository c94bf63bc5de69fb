"""Are wrong cities refused with the reason, and is a stored world read back byte for byte or not at all?"""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from hyosan.errors import ResourceError, RunFolderError, ScenarioError
from hyosan.scenario.city import City
from hyosan.world import memory
from hyosan.world.build import build, estimate_bytes
from hyosan.world.frame import Ground
from hyosan.world.store import load_world, save


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ("0,1,1\n2,2,1", r"edges.csv:3: person 2 is linked to itself"),
        ("0,1,1\n1,0,1", r"edges.csv:3: 1 and 0 are linked already \(edges.csv:2\)"),
        ("0,9,1", r"edges.csv:2: there is no person 9: there are 5 people"),
        ("0,1,0", r"edges.csv:2: weight '0' is not from 1/1,024 to 2,097,151"),
        ("0,1,nan", r"edges.csv:2: weight 'nan' is not a number"),
        ("0,1,x", r"edges.csv:2: weight 'x' is not a number"),
        ("0,,1", r"edges.csv:2: has no to"),
        ("ann,bob,1\nbob,ann,1", r"edges.csv:3: bob and ann are linked already"),
        ("0,1.5,1", r"edges.csv:2: to '1.5' is not a whole number as other ids are"),
        ("0,-1,1", r"edges.csv:2: to '-1' is not from 0 to"),
        ("0,1", r"edges.csv:2: this row has 2 values, the first line names 3"),
    ],
)
@pytest.mark.filterwarnings("ignore:edges.csv. ids are texts")
def test_a_wrong_edge_is_named_by_its_row(tmp_path: Path, lines: str, message: str) -> None:
    (tmp_path / "edges.csv").write_text(f"from,to,weight\n{lines}\n")
    with pytest.raises(ScenarioError, match=message):
        build(City.model_validate({"network": {"people": 5, "edges": "edges.csv"}}), tmp_path)


def test_edges_from_a_file(tmp_path: Path) -> None:
    (tmp_path / "edges.csv").write_text("from,to\n0,2\n2,1\n")
    world = build(City.model_validate({"network": {"edges": "edges.csv"}}), tmp_path)
    assert world.ground.link_to.tolist() == [2, 2, 0, 1]


def test_households_from_a_file(tmp_path: Path) -> None:
    (tmp_path / "homes.csv").write_text("person,household\n4,b\n2,a\n3,b\n")
    world = build(City.model_validate({"households": {"file": "homes.csv"}}), tmp_path)
    assert world.ground.person_id.tolist() == [2, 3, 4]
    assert world.ground.person_slot_place[:, 0].tolist() == [1, 0, 0]


@pytest.mark.parametrize(
    ("city", "message"),
    [
        ({"network": {"edges": "none.csv"}}, "there is no file"),
        ({"network": {"edges": [[0, 0]]}}, r"city.network.edges\[0\]: person 0 is linked to itself"),
        ({"households": {"members": [[1, 2], [2]]}}, r"members\[1\]: person 2 is in a household already"),
        ({"households": {"members": [[-1]]}}, "-1 is no person id"),
        ({"households": {"sizes": {"3": 0}}}, "nobody lives here"),
        ({"rooms": {"places": {"hall": {"people": 1}}, "ways": [{"between": ["hall", "hal"]}]}}, "no place 'hal'; nearest names: hall"),
        ({"rooms": {"places": {"a": {"people": 1}}, "ways": [{"between": ["a", "a"]}]}}, "both ends are 'a'"),
        ({"rooms": {"places": {"a": {"people": 1}, "b": {}}, "ways": [{"between": ["a", "b"]}, {"between": ["b", "a"]}]}}, r"by ways\[0\] already"),
        ({"rooms": {"places": {"a": {}}}}, "nobody is here"),
        ({"well_mixed": 5, "police": 3}, "only a city with `korea` or `country` has police"),
    ],
)  # fmt: skip
def test_a_wrong_city_is_refused_with_the_reason(city: dict[str, Any], message: str) -> None:
    with pytest.raises(ScenarioError, match=message):
        build(City.model_validate(city))


@pytest.mark.parametrize(
    "city", [{"well_mixed": 10**12}, {"korea": "Dangjin", "residents": 10**12}, {"lattice": {"rows": 10_000, "columns": 10_000}}]
)
def test_too_much_is_refused_at_once(city: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "free_bytes", lambda: 4 * 2**30)
    start = time.process_time()
    with pytest.raises(ResourceError, match="of memory, free is 4 GiB"):
        build(City.model_validate(city))
    assert time.process_time() - start < 1


def test_cells_too_small_are_refused() -> None:
    with pytest.raises(ResourceError, match="street cells"):
        build(City.model_validate({"korea": "Dangjin", "cell_size": "1 m"}))


def test_free_memory_is_a_sensible_number() -> None:
    free = memory.free_bytes()
    assert free is None or 2**20 < free < 2**50
    assert estimate_bytes(City(well_mixed=2_000_000)) > estimate_bytes(City(well_mixed=1_000_000)) > 40_000_000


def test_stored_and_read_is_the_same_bytes(tmp_path: Path) -> None:
    world = build(City(korea="Dangjin", residents=500, landmarks=True))
    path = save(world, tmp_path)
    assert path == tmp_path / "worlds" / world.content_hash
    assert save(world, tmp_path) == path
    assert [p.name for p in path.parent.iterdir()] == [world.content_hash], "no drafts are left"
    read = load_world(path)
    for name in Ground._fields:
        one, other = getattr(world.ground, name), getattr(read.ground, name)
        assert one.dtype == other.dtype
        assert np.array_equal(one, other)
        assert not other.flags.writeable
    assert (read.roles, read.kinds, read.settings, read.zones, read.gates) == (world.roles, world.kinds, world.settings, world.zones, world.gates)
    assert (read.place_names, read.checks, read.content_hash) == (world.place_names, world.checks, world.content_hash)
    assert read.zone_geojson == world.zone_geojson


@pytest.mark.parametrize("name", ["person_age.npy", "names.json", "meta.json"])
@pytest.mark.parametrize("damage", ["flip", "cut", "lose"])
def test_a_damaged_file_is_named_and_mended_by_saving_again(tmp_path: Path, name: str, damage: str) -> None:
    world = build(City(well_mixed=50))
    path = save(world, tmp_path)
    content = (path / name).read_bytes()
    if damage == "lose":
        (path / name).unlink()
    else:
        broken = content[:-20] if damage == "cut" else content[:-20] + bytes([content[-20] ^ 1]) + content[-19:]
        (path / name).write_bytes(broken)
    with pytest.raises(RunFolderError, match=name):
        load_world(path)
    save(world, tmp_path)
    assert load_world(path).content_hash == world.content_hash


def test_no_world_there(tmp_path: Path) -> None:
    with pytest.raises(RunFolderError, match="no such file"):
        load_world(tmp_path / "worlds" / "0")
