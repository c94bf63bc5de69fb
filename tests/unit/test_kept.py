"""Is what is kept between processes what was made, made anew when it is damaged, and gone when asked?"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from hyosan import distributions, keeping
from hyosan.cli import main
from hyosan.scenario.load import load
from hyosan.world import build as building
from hyosan.world import draws, kept
from hyosan.world.finish import content_hash
from hyosan.world.frame import World

NUMBERS = np.array([3, -(2**62), 2**62], dtype=np.int64)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HYOSAN_CACHE_DIR", str(tmp_path))
    return tmp_path / "hyosan"


def never(*_: object) -> np.ndarray:
    raise AssertionError("was kept, and is made again")


def test_numbers_are_made_once(folder: Path) -> None:
    assert keeping.kept_numbers("laws", "one", lambda: NUMBERS).tolist() == NUMBERS.tolist()
    assert keeping.kept_numbers("laws", "one", never).tolist() == NUMBERS.tolist()
    with pytest.raises(AssertionError, match="made again"):
        keeping.kept_numbers("laws", "another", never)


@pytest.mark.parametrize("damage", [lambda text: text[:-1], lambda text: text[:-8], lambda text: bytes([text[0] ^ 1]) + text[1:], lambda _: b""])
def test_damaged_numbers_are_made_anew(damage, folder: Path) -> None:
    keeping.kept_numbers("laws", "one", lambda: NUMBERS)
    (file,) = (folder / "laws").iterdir()
    file.write_bytes(damage(file.read_bytes()))
    assert keeping.kept_numbers("laws", "one", lambda: NUMBERS + 1).tolist() == (NUMBERS + 1).tolist()
    assert keeping.kept_numbers("laws", "one", never).tolist() == (NUMBERS + 1).tolist()


def test_where_nothing_can_be_written_nothing_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("no folder")
    monkeypatch.setenv("HYOSAN_CACHE_DIR", str(tmp_path / "file"))
    assert keeping.kept_numbers("laws", "one", lambda: NUMBERS).tolist() == NUMBERS.tolist()


def test_a_law_comes_out_the_same_from_disk(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = distributions.weibull.__wrapped__(2.5, 4 * 86_400.0)
    monkeypatch.setattr(distributions, "_weibull", never)
    assert distributions.weibull.__wrapped__(2.5, 4 * 86_400.0).values.tolist() == made.values.tolist()
    with pytest.raises(AssertionError, match="made again"):
        distributions.weibull.__wrapped__(2.5, 4 * 86_400.001)


@pytest.fixture
def small_are_kept(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(building, "KEEP_FROM", 1)
    return folder / "worlds"


def town(*overrides: str) -> World:
    scenario = load("influenza", overrides=["city.residents=900", *overrides])
    return building.build(scenario.city, scenario.base)


def test_a_town_comes_out_the_same_from_disk(small_are_kept: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = town()
    monkeypatch.setattr(building, "build_town", never)
    found = town()
    assert found.content_hash == made.content_hash == content_hash(found)
    assert (found.place_names, found.zone_geojson, found.checks) == (made.place_names, json.loads(json.dumps(made.zone_geojson)), made.checks)
    assert not any(array.flags.writeable for array in found.ground)
    with pytest.raises(AssertionError, match="made again"):
        town("city.population_seed=2")


def test_a_town_that_is_damaged_is_built_anew(small_are_kept: Path) -> None:
    made = town()
    (file,) = small_are_kept.glob("worlds/*/person_age.npy")
    file.write_bytes(file.read_bytes()[:-1] + b"\x7f")
    assert town().content_hash == made.content_hash
    assert kept._find(small_are_kept, next(small_are_kept.glob("*.city"))) is not None


def test_the_town_used_longest_ago_goes_first(small_are_kept: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    size = sum(file.stat().st_size for file in small_are_kept.parent.rglob(town().content_hash + "/*"))
    monkeypatch.setattr(kept, "LIMIT_BYTES", round(2.5 * size))
    two, three = town("city.population_seed=2"), town("city.population_seed=3")
    assert {path.name for path in (small_are_kept / "worlds").iterdir()} == {two.content_hash, three.content_hash}


def test_small_towns_are_not_kept(folder: Path) -> None:
    town()
    assert not (folder / "worlds").exists()


def test_the_key_of_a_town_holds_all_that_builds_it() -> None:
    files = {file.name for pattern in kept._BUILDERS for file in kept._PACKAGE.glob(pattern)}
    assert {"households.py", "build_town.py", "draws.py", "luck.py", "city.py", "ages.csv", "schools.csv"} <= files


def test_cache_says_what_is_kept_and_forgets_it(small_are_kept: Path, capsys: pytest.CaptureFixture[str]) -> None:
    town()
    assert main(["cache", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["worlds"] == {"folder": str(small_are_kept), "bytes": keeping.kept_bytes("worlds")}
    assert told["worlds"]["bytes"] > 10_000
    assert main(["cache", "--clear"]) == 0
    assert "0.0 MB  built cities" in capsys.readouterr().out
    assert not small_are_kept.exists()


def test_order_of_equal_keys_is_that_given() -> None:
    keys = np.array([5, 1, 5, 1, 9, 1] * 50)
    assert draws.in_order(keys).tolist() == np.argsort(keys, kind="stable").tolist()
