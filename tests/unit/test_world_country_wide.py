"""Is all of Korea built as its municipalities are, do workers cross borders as a model or a table says, and nothing else?"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import hyosan
from hyosan.cli.checking import say_city
from hyosan.errors import HyosanError, ScenarioError
from hyosan.scenario.load import load
from hyosan.world import commuting, draws
from hyosan.world.build import build, check_table
from hyosan.world.build_country import FEWEST
from hyosan.world.finish import content_hash
from hyosan.world.frame import World
from hyosan.world.korea_data import municipalities

PLACES = municipalities()
SMALL = ["city.korea=all", f"city.residents={FEWEST}"]


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> str:
    return str(tmp_path_factory.mktemp("cache"))


@pytest.fixture(scope="module")
def korea(cache: str) -> World:
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("HYOSAN_CACHE_DIR", cache)
        scenario = load("influenza", overrides=SMALL)
        return build(scenario.city, scenario.base)


def home_and_work(world: World) -> tuple[np.ndarray, np.ndarray]:
    """Zones of home and work of all residents who work somewhere."""
    ground = world.ground
    at_work = (ground.person_slot_place[:, 1] >= 0) & (ground.person_role == world.roles.index("resident")) & (ground.person_age >= 19)
    slots = ground.person_slot_place[at_work]
    return ground.place_zone[slots[:, 0]], ground.place_zone[slots[:, 1]]


def test_it_is_whole_and_keeps_its_sources(korea: World) -> None:
    assert korea.people == FEWEST
    assert {place.unique_name for place in PLACES} == set(korea.zones) - {"outside", "camp"}
    assert all(row.holds for row in check_table(korea))
    assert korea.content_hash == content_hash(korea)
    zones = np.bincount(korea.ground.place_zone[korea.ground.person_slot_place[:, 0]], minlength=len(korea.zones))
    wanted = draws.apportion(np.array([place.population for place in PLACES]), FEWEST)
    assert [zones[korea.zones.index(place.unique_name)] for place in PLACES] == wanted.tolist()


def test_places_lie_where_their_municipality_is(korea: World) -> None:
    east, north = commuting.positions(PLACES)
    number = [place.name_en for place in PLACES].index("Dangjin-si")
    inside = np.flatnonzero(korea.ground.place_zone == korea.zones.index(PLACES[number].unique_name))
    assert abs(korea.ground.place_x[inside].mean() - east[number]) < 1_000
    assert abs(korea.ground.place_y[inside].mean() - north[number]) < 1_000
    shapes = {one["properties"]["zone"]: one["geometry"] for one in korea.zone_geojson["features"]}  # type: ignore[index, attr-defined]
    assert {zone for zone, shape in shapes.items() if shape is None} == {"outside", "camp"}
    homes = korea.ground.place_parent >= 0
    parents = korea.ground.place_parent[homes]
    assert (korea.ground.place_zone[parents] == korea.ground.place_zone[homes]).all()


def test_only_workers_leave_their_municipality(korea: World) -> None:
    ground = korea.ground
    zone = np.append(ground.place_zone, -1)[ground.person_slot_place]
    elsewhere = (zone[:, 1] != zone[:, 0]) & (ground.person_slot_place[:, 1] >= 0)
    assert set(ground.person_role[elsewhere]) == {korea.roles.index("resident")}
    assert ground.person_age[elsewhere].min() >= 19
    assert (zone[:, 2] == zone[:, 0])[ground.person_slot_place[:, 2] >= 0].all()
    home, work = home_and_work(korea)
    assert 0.05 < (home != work).mean() < 0.9


def test_luck_of_two_towns_is_not_the_same(korea: World) -> None:
    """Towns are built with keys of their own: ages of the first people of two towns would else repeat."""
    zone = korea.ground.place_zone[korea.ground.person_slot_place[:, 0]]
    leisure = [korea.ground.person_schedule[zone == korea.zones.index(place.unique_name)][:200] for place in PLACES[:2]]
    assert (leisure[0] == leisure[1]).mean() < 0.9


def test_radiation_is_that_of_the_paper() -> None:
    people = np.array([1000, 3000, 500, 700])
    found = commuting.radiation(people, np.array([0, 100, 250, 1000]), np.zeros(4, dtype=np.int64)) / 2**30
    assert found[0] == pytest.approx([1 / 2, 1000 * 3000 / (1000 * 4000), 1000 * 500 / (4000 * 4500), 1000 * 700 / (4500 * 5200)], rel=1e-6)
    assert found[2, 0] == pytest.approx(500 * 1000 / (3500 * 4500), rel=1e-6)


def test_flows_are_whole_and_go_where_there_are_jobs() -> None:
    weights = np.array([[6, 3, 1], [1, 1, 1], [0, 0, 1]])
    found = commuting.flows(weights, np.array([100, 10, 7]), np.array([5, 5, 0]))
    assert found.tolist() == [[67, 33, 0], [5, 5, 0], [0, 0, 7]]


def table(path: Path, text: str) -> Path:
    path.write_text("home,work,commuters\n" + text, encoding="utf-8")
    return path


def test_a_table_is_read_by_name_or_code(tmp_path: Path) -> None:
    found = commuting.read_table(table(tmp_path / "od.csv", "11010,Jung-gu (Seoul),30\nJongno-gu,종로구,70\n"), PLACES)
    assert found[0, :3].tolist() == [70, 30, 0]
    assert (found[2:].sum(axis=1) == found[2:].diagonal(2)[: len(found) - 2]).all()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Jung-gu,11010,3\n", r"od\.csv:2: home: 'Jung-gu' is not the name of one municipality"),
        ("11010,Jongno,3\n", r"od\.csv:2: work: 'Jongno' is not .* nearest: jongno-gu"),
        ("11010,11020,3.5\n", r"od\.csv:2: commuters: '3\.5'; write a whole number"),
        ("11010,11020,3\n11010,Jung-gu (Seoul),4\n", r"od\.csv:3: 11010 to Jung-gu \(Seoul\) is given twice"),
    ],
)
def test_a_wrong_table_is_told_with_its_line(text: str, words: str, tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match=words):
        commuting.read_table(table(tmp_path / "od.csv", text), PLACES)


@pytest.mark.parametrize(
    ("overrides", "words"),
    [
        (["city.korea=all", "city.residents=5000"], "too few for 250 municipalities"),
        ([*SMALL, "city.police=10"], "city.police: belongs to one town"),
        (["city.commuting=od.csv"], "`commuting` goes with `korea: all`"),
        ([*SMALL, "city.commuting=none.csv"], "there is no file 'none.csv'"),
    ],
)
def test_what_cannot_be_is_refused(overrides: list[str], words: str) -> None:
    def build_it() -> None:
        scenario = load("influenza", overrides=overrides)
        build(scenario.city, scenario.base)

    with pytest.raises(HyosanError, match=words):
        build_it()


def test_it_is_said_in_words() -> None:
    assert say_city(load("influenza", overrides=SMALL).city) == "all of Korea: built from the statistics of its 250 municipalities, 200,000 residents"


def test_without_commuters_an_outbreak_stays(cache: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A table that sends everybody to work at home: nobody in another municipality is infected, though many in this one are."""
    monkeypatch.setenv("HYOSAN_CACHE_DIR", cache)
    monkeypatch.chdir(tmp_path)
    name = PLACES[0].unique_name
    table(tmp_path / "od.csv", f"{PLACES[0].code},{PLACES[0].code},1\n")
    seeds = f"seeds={{first: {{count: 20, state: latent, zones: ['{name}']}}}}"
    run = hyosan.run("influenza", threads=1, until="40 days", overrides=[*SMALL, seeds, "city.commuting=od.csv"])
    infected = [row for row in run.events.to_pylist() if row["kind"] == "infected"]
    assert len(infected) > 50
    assert {row["zone"] for row in infected} == {name}
    run = hyosan.run("influenza", threads=1, until="40 days", overrides=[*SMALL, seeds])
    assert len({row["zone"] for row in run.events.to_pylist() if row["kind"] == "infected"}) > 5
