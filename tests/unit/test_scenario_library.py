"""The scenarios and templates that come with hyosan: they load, say where each number is from, and are what they claim."""

from __future__ import annotations

from pathlib import Path

import pytest

from hyosan.errors import ScenarioError
from hyosan.scenario.files import LIBRARY
from hyosan.scenario.load import library_names, load
from hyosan.scenario.sources import unsourced
from hyosan.scenario.templates import Kind, new, new_tables
from hyosan.world.build import build

KINDS: tuple[Kind, ...] = ("city", "pathogen", "scenario")


@pytest.mark.parametrize("name", library_names())
def test_every_number_of_the_library_has_a_source(name: str) -> None:
    assert unsourced(LIBRARY / f"{name}.yaml") == []
    assert load(name).name == name
    assert load(name).source is None, "one source for all numbers says nothing"


def test_the_library_holds_what_it_should() -> None:
    assert {"seir", "measles-school", "szr", "classroom"} <= set(library_names())


def test_unknown_numbers_of_the_flagship_are_drawn_around_those_it_has() -> None:
    median, drawn = load("hyosan-uncertain"), [load("hyosan-uncertain", seed=seed) for seed in range(20)]
    paths = set(drawn[0].uncertain)
    assert len(paths) >= 10
    assert len({one.behaviour.leave for one in drawn}) == 20
    own = load("hyosan")
    for one, other in (
        (own.behaviour.leave, median.behaviour.leave),
        (own.behaviour.shut_door, median.behaviour.shut_door),
        (own.pathogen.routes.bite.fights[0].bite, median.pathogen.routes.bite.fights[0].bite),
        (own.orders["strike"].misread_bodies, median.orders["strike"].misread_bodies),
        (own.orders["strike"].kills, median.orders["strike"].kills),
    ):
        assert other == pytest.approx(one, rel=0.15)
    assert own.claims == median.claims


def test_a_number_without_a_source_is_found(tmp_path: Path) -> None:
    path = tmp_path / "x.yaml"
    path.write_text("""\
name: x
time: {tick: 1 day, end: 9 days, source: {tick: assumed}}
city: {well_mixed: 50}
pathogen:
  source: somewhere
  hosts: {a: {share: 1}}
seeds: {first: {count: 3, at: day 1, cause: 5 mice, source: ''}}
orders: {a: {do: close, when: reported.ill > 3, delay: {uncertain: {uniform: {low: 1 h, high: 2 h}}}, setting: school}}
""")
    assert unsourced(path) == [
        "time.end", "city.well_mixed", "seeds.first.count", "seeds.first.at", "orders.a.when",
        "orders.a.delay.uncertain.uniform.low", "orders.a.delay.uncertain.uniform.high",
    ]  # fmt: skip


def test_the_generic_outbreak_has_the_reproduction_number_that_it_says() -> None:
    pathogen = load("seir").pathogen
    assert pathogen.routes.contact is not None
    assert pathogen.routes.contact.rates["anywhere"] * pathogen.transitions[1].after.varies.law.mean == pytest.approx(2)  # type: ignore[union-attr]


def test_measles_has_the_reproduction_number_that_it_says() -> None:
    """Hours of the week in class, year and school as `world/` sets them, times the infectious time at full weight."""
    from hyosan.world.schedules import school_table

    pathogen = load("measles-school").pathogen
    assert pathogen.routes.contact is not None
    at_school = (school_table()[1] != 0).mean()
    weight = {name: state.infectious.get("contact", 0) for name, state in pathogen.states.items()}
    mean = {one.origin: one.after if isinstance(one.after, float) else one.after.varies.law.mean for one in pathogen.transitions}
    infectious_seconds = sum(weight[name] * seconds for name, seconds in mean.items())
    assert pathogen.routes.contact.rates["class"] * at_school * infectious_seconds == pytest.approx(15, rel=0.01)


def test_the_zombie_model_has_the_ratio_of_its_source() -> None:
    bite = load("szr").pathogen.routes.bite
    assert bite is not None
    assert bite.mixing == "pair"
    assert bite.fights[0].kills_per_bite == 0.6
    assert bite.fights[0].bite * 3600 == pytest.approx(3.6e-3)


@pytest.mark.parametrize("kind", KINDS)
def test_templates_load_and_are_commented(kind: Kind, tmp_path: Path) -> None:
    path = new(kind, tmp_path / "mine.yaml")
    assert load(path).status == "uncalibrated"
    assert unsourced(path) == []
    assert path.read_text().count("#") >= 8


def test_the_template_of_tables_loads_and_is_commented(tmp_path: Path) -> None:
    *tables, path = new_tables(tmp_path / "My village.yaml")
    assert [table.name for table in tables] == [f"My-village-{name}.csv" for name in ("contacts", "membership", "people", "places")]
    assert build(load(path).city, tmp_path).people == 69
    assert unsourced(path) == []
    assert path.read_text().count("#") >= 8
    path.unlink()
    with pytest.raises(ScenarioError, match=r"My-village-contacts.csv: exists already"):
        new_tables(path)
    assert not path.exists(), "all of it or nothing"


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text("precious")
    with pytest.raises(ScenarioError, match="exists already"):
        new("city", path)
    assert path.read_text() == "precious"


@pytest.mark.parametrize(
    ("kind", "path", "words"), [("town", "x.yaml", "allowed: city"), ("city", "no/x.yaml", "does not exist"), ("city", ".", "exists already")]
)
def test_what_cannot_be_written_is_told(kind: Kind, path: str, words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ScenarioError, match=words):
        new(kind, path)
