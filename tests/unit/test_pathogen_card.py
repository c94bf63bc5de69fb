"""Is the card of a pathogen what its numbers say?"""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import pytest

from hyosan.cli import main
from hyosan.cli.pathogen_card import card, duration
from hyosan.cli.sources import CITING
from hyosan.reproduction import course, days, reproduction
from hyosan.scenario.block import Varies
from hyosan.scenario.citations import DATA
from hyosan.scenario.load import load
from hyosan.units import DAY_SECONDS
from hyosan.world.build import build
from hyosan.world.mixing import contact_matrix

CITED_R0 = {"measles": 15, "influenza": 1.46, "sars-cov-2": 2.4, "ebola": 1.8, "mers": 0.47}
"""As in `papers.csv`, for Ebola in `epireview_ebola.csv`."""
GENERATION = {"measles": (11, 18), "influenza": (2, 3.5), "sars-cov-2": (4.5, 7), "ebola": (12, 18), "mers": (7, 14)}
"""Days: measles Vink et al. 2014 (10.1093/aje/kwu209), influenza and Ebola epiparameterDB 25 and 68, SARS-CoV-2 Ferretti et al. 2020
(10.1126/science.abb6936), MERS epiparameterDB 79 and 85."""


def varies(kind: str, **numbers: object) -> Varies:
    return Varies.model_validate({"varies": {kind: numbers}})


def test_r0_and_generation_time_of_the_textbook_model() -> None:
    scenario = load("seir")
    found = reproduction(scenario, build(scenario.city))
    assert found is not None
    assert found.people == pytest.approx(2, rel=2e-3)
    assert days(found.generation_seconds) == pytest.approx(2 + 4), "latent, then exponential: mean square over twice the mean"


@pytest.mark.parametrize("name", CITING)
def test_library_pathogens_have_the_r0_of_their_source(name: str) -> None:
    found = card(load(name))
    assert found["r0"] == pytest.approx(CITED_R0[name], rel=0.02)
    low, high = GENERATION[name]
    assert low <= found["generation_days"] <= high


def test_r0_is_that_of_the_papers() -> None:
    with (DATA / "papers.csv").open(encoding="utf-8", newline="") as stream:
        cited = {row["id"]: float(row["value"]) for row in csv.DictReader(stream)}
    assert {name: cited.get(f"{name.replace('sars-cov-2', 'sarscov2')}-r0", 1.8) for name in CITING} == CITED_R0


def test_the_town_is_the_one_that_rates_were_derived_in() -> None:
    scenario = load("mers")
    world = build(scenario.city)
    found = reproduction(scenario, world)
    assert found is not None
    groups = np.bincount(np.minimum(world.ground.person_age // 5, 15), minlength=16) / world.people
    with (DATA / "city.csv").open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            matrix = contact_matrix(f"KOR-{row['setting'].replace('leisure', 'other')}", Path(), "")
            assert float(row["contacts"]) == pytest.approx(float((groups[:, None] * matrix).sum()), rel=0.01)
            assert float(row["time"]) == pytest.approx(found.time_share[row["setting"]], rel=0.01)
            assert float(row["members"]) == pytest.approx(found.household, rel=0.01)


@pytest.mark.parametrize(
    ("spread", "mean", "low", "high"),
    [
        (3 * DAY_SECONDS, 3, 3, 3),
        (varies("exponential", mean="4 days"), 4, 0.1013, 14.756),
        (varies("lognormal", mean="5 days", sd="2 days"), 5, 2.1818, 9.878),
        (varies("gamma", mean="5 days", sd="2 days"), 5, 1.8817, 9.615),
        (varies("weibull", shape=2, scale="4 days"), 3.5449, 0.6365, 7.6826),
        (varies("uniform", low="1 day", high="2 days"), 1.5, 1.025, 1.975),
        (varies("empirical", values=["1 day", "2 days", "6 days"]), 3, 1, 6),
    ],
)
def test_durations(spread: float | Varies, mean: float, low: float, high: float) -> None:
    found = duration(spread)
    assert (found["mean_days"], found["low_days"], found["high_days"]) == pytest.approx((mean, low, high), rel=2e-3)


def test_the_course_splits_by_age() -> None:
    pathogen = load("sars-cov-2").pathogen
    young, old = course(pathogen, 5, "ordinary"), course(pathogen, 85, "ordinary")
    assert young.reached["ill"] == pytest.approx(0.66667)
    assert old.reached["dead"] == pytest.approx(0.66667 * 0.273 * 0.709 / 2)
    assert young.reached["dead"] < 1e-4
    assert old.reached["dead"] + old.reached["recovered"] == pytest.approx(1)


def test_waning_ends_the_course_at_the_susceptible_state() -> None:
    scenario = load("seir", overrides={"pathogen.transitions": [
        {"from": "exposed", "to": "infectious", "after": "2 days"},
        {"from": "infectious", "to": "recovered", "after": "4 days"},
        {"from": "recovered", "to": "susceptible", "after": "90 days"},
    ]})  # fmt: skip
    assert course(scenario.pathogen, 30, "ordinary").seconds["infectious"] == 4 * DAY_SECONDS


def test_immunity_lowers_the_number_at_the_start_only() -> None:
    found = card(load("measles", overrides=["city.residents=2000"]))
    assert found["r_start"] == pytest.approx(found["r0"] * 0.08, rel=0.1)


def test_the_card_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["pathogen", "ebola", "--set", "city.residents=500"]) == 0
    told = capsys.readouterr().out
    for word in (
        "R0",
        "generation time",
        "dead, not yet buried",
        "80 %",
        "10.3 (0.82",
        "gamma",
        "contact",
        "k = 0.31",
        "WHO Ebola Response Team 2015",
    ):
        assert word in told, word


def test_the_card_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["pathogen", "sars-cov-2", "--json", "--set", "city.residents=500"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["routes"]["air"]["ages"] == {"leisure": "KOR-other"}
    assert found["states"]["without symptoms"]["infectious"] == {"air": 0.667}
    assert found["transitions"][3]["share"]["by_age"]["80-120"] == pytest.approx(0.727)


def test_bites_have_no_such_number(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["pathogen", "szr"]) == 0
    assert "R0: none" in capsys.readouterr().out


@pytest.mark.parametrize(
    "arguments", [["pathogen", "mesles"], ["pathogen", "none.yaml"], ["pathogen"], ["pathogen", "seir", "--set", "patogen.name=x"]]
)
def test_what_is_wrong_is_told(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(arguments) == 2
    told = capsys.readouterr()
    assert told.err or told.out
    if arguments[-1] == "mesles":
        assert "did you mean `measles`?" in told.err
