"""Are the contacts by age that a city implies those of its places and hours, and is the comparison with a survey what it says?"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest
from small_worlds import NO_CAST

from hyosan.cli import main
from hyosan.contacts_by_age import GROUPS, ContactsByAge, groups_of, implied, likeness, scaled_to, survey_name, surveyed
from hyosan.errors import ScenarioError
from hyosan.report.matrices import contacts_svg, group_names
from hyosan.reproduction import course, reproduction
from hyosan.scenario.load import load
from hyosan.units import DAY_SECONDS
from hyosan.world.build import build
from hyosan.world.mixing import contact_matrix

SMALL = {"city.residents": 800, "time.tick": "1 h"}


def made(name: str, **changes: Any) -> tuple[Any, Any]:
    scenario = load(name, overrides={**SMALL, **changes})
    return scenario, build(scenario.city, scenario.base)


@pytest.mark.parametrize(("name", "changes"), [("influenza", {}), ("measles", {"pathogen.states.rash.does": "routine"})])
def test_they_are_what_a_case_exerts(name: str, changes: dict[str, Any]) -> None:
    """Summed over ages, times the time of infectiousness, they are the exposures that R0 is computed from (of 800 people each is the case once)."""
    scenario, world = made(name, **changes)
    states = scenario.pathogen.states
    weight = {key: one.infectious.get("air", one.infectious.get("contact", 0.0)) for key, one in states.items()}
    host = next(iter(scenario.pathogen.hosts))
    found = implied(scenario, world)
    each = found.each(found.all).sum(axis=1)
    exerted = 0.0
    for group, age in zip(groups_of(world).tolist(), world.ground.person_age.tolist(), strict=True):
        seconds = course(scenario.pathogen, age, host).seconds
        exerted += each[group] * sum(weight[key] * seconds[key] for key in states) / DAY_SECONDS
    assert exerted / world.people == pytest.approx(reproduction(scenario, world).exposures, rel=1e-6)


def test_a_naive_count_gives_the_same() -> None:
    scenario, world = made("influenza", **{"city.residents": 60, "pathogen.routes.air.ages": {}})
    ground, group = world.ground, groups_of(world)
    total = np.zeros((GROUPS, GROUPS))
    places = [{int(p) if p >= 0 else int(row[0]) for p in row} for row in ground.person_slot_place]
    members = [sum(place in mine for mine in places) for place in range(world.places)]
    rates = scenario.pathogen.routes.air.rates
    for i in range(world.people):
        for j in range(world.people):
            for hour in range(168):
                at = [int(ground.person_slot_place[k, ground.schedule_slot[ground.person_schedule[k], hour]]) for k in (i, j)]
                at = [int(ground.person_slot_place[k, 0]) if place < 0 else place for k, place in zip((i, j), at, strict=True)]
                if i != j and at[0] == at[1]:
                    rate = rates.get(world.settings[ground.place_setting[at[0]]], 0.0) * DAY_SECONDS
                    total[group[i], group[j]] += rate / members[at[0]] / 168
    assert implied(scenario, world).all == pytest.approx(total)


def test_both_are_reciprocal() -> None:
    scenario, world = made("sars-cov-2")
    city = implied(scenario, world)
    survey = surveyed("KOR", city.people)
    for one in (city, survey):
        for total in one.total.values():
            assert total == pytest.approx(total.T)
    scaled = scaled_to(city, survey)
    assert scaled.all.sum() == pytest.approx(survey.all.sum())
    raw = contact_matrix("KOR-all", Path(), "x") * city.people[:, None]
    assert survey.all.sum() == pytest.approx(raw[np.ix_(city.people > 0, city.people > 0)].sum())


def test_proportionate_mixing_of_all_is_proportionate() -> None:
    scenario = load("seir")
    world = build(scenario.city)
    found = implied(scenario, world)
    share = found.people / found.people.sum()
    rate = scenario.pathogen.routes.contact.rates["anywhere"] * DAY_SECONDS
    assert found.each(found.all)[found.people > 0] == pytest.approx(np.tile(rate * share, (int((found.people > 0).sum()), 1)), rel=0.02)
    assert survey_name(scenario.city) is None


def test_likeness_of_the_same_is_perfect_and_of_another_is_not() -> None:
    people = np.full(GROUPS, 100)
    survey = surveyed("DEU", people)
    twice = ContactsByAge(people, {name: 2 * total for name, total in survey.total.items()})
    same = likeness(twice, survey)
    assert (same.correlation, same.misplaced_share, same.growth_ratio) == pytest.approx((1, 0, 1))
    alone = ContactsByAge(people, {"home": np.eye(GROUPS), "school": np.zeros((GROUPS, GROUPS))})
    other = likeness(alone, ContactsByAge(people, {"home": np.eye(GROUPS)[::-1], "school": np.zeros((GROUPS, GROUPS))}))
    assert other.misplaced_share == pytest.approx(1)
    assert other.growth_ratio == pytest.approx(1)
    assert likeness(alone, alone, "school") is None


def test_a_bite_alone_has_hours_together() -> None:
    scenario, world = made("hyosan", **{"time.tick": "10 min", "city.residents": 2000, **NO_CAST})
    assert implied(scenario, world).all.sum() > 0


def test_the_picture_is_xml_and_says_what_it_draws() -> None:
    matrix = np.arange(GROUPS * GROUPS, dtype=float).reshape(GROUPS, GROUPS)
    root = ElementTree.fromstring(contacts_svg("A <town> & more", matrix, matrix + 1))
    texts = [node.text for node in root.iter() if node.text]
    assert "A <town> & more" in texts
    assert "city / survey" in texts
    assert f"{group_names()[1]} with {group_names()[0]}: {matrix[1, 0]:.3g}" in texts
    assert len(list(root.iter("{http://www.w3.org/2000/svg}rect"))) > 3 * GROUPS * GROUPS
    assert "city / survey" not in contacts_svg("x", matrix, None)


def test_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    picture = tmp_path / "contacts.svg"
    small = ["--set", "city.residents=800"]
    picture.write_text("name: mine")
    assert main(["city", "influenza", *small, "--picture", str(picture)]) == 2
    assert picture.read_text() == "name: mine"
    picture.unlink()
    assert main(["city", "influenza", *small, "--picture", str(picture)]) == 0
    told = capsys.readouterr().out
    assert "mean household size" in told
    assert "correlation" in told
    assert picture.read_text(encoding="utf-8").startswith("<svg")
    assert main(["city", "influenza", *small, "--json", "--survey", "DEU"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["survey"] == "Prem et al. 2021, DEU"
    rows = {row["setting"]: row for row in found["contacts"]}
    assert rows["all"]["city_per_day"] == pytest.approx(rows["all"]["survey_per_day"], rel=1e-3)
    assert sum(rows[name]["city_per_day"] for name in ("home", "school", "work", "other")) == pytest.approx(rows["all"]["city_per_day"], rel=1e-2)
    assert main(["city", "seir"]) == 0
    assert "no survey is known" in capsys.readouterr().out
    assert main(["city", "seir", "--survey", "KOX"]) == ScenarioError.exit_code
    assert "nearest" in capsys.readouterr().err
