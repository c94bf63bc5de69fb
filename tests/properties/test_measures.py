"""What each measure is for, asked of paired runs: the same seeds with and without it, and with its sign turned round."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import hyosan
from hyosan.engine.run import Simulation
from hyosan.errors import ScenarioError
from hyosan.world.build import build

SEEDS = 12
"""Pairs in the tests that take seconds; a hundred in the long ones."""
NOTICED = {"share": 0.6, "after": "1 day"}
TOWN: dict[str, Any] = {"city.residents": 1200, "time.end": "80 days", "seeds.first": {"count": 8}, "pathogen.states.ill.noticed": NOTICED}
NAMES = {"home": "95 %", "school": "60 %", "work": "50 %"}
JAB = {"works": "leaky", "doses": [{"effect": "80 %", "delay": "3 days"}]}
SWAB = {"detects": {"ill": "90 %", "before symptoms": "70 %", "without symptoms": "70 %"}, "specificity": "100 %", "takes": "12 h"}

MEASURES: dict[str, dict[str, Any]] = {
    "isolate": {"orders.it": {"do": "isolate", "where": "apart", "lasts": "8 days"}},
    "trace": {"orders.it": {"do": "trace", "names": NAMES, "takes": "12 h", "lasts": "8 days"}},
    "trace by app": {"orders.it": {"do": "trace", "names": NAMES, "staff": 0, "app": "90 %", "lasts": "8 days"}},
    "test": {
        "tests.swab": SWAB,
        "orders.it": {"do": "test", "test": "swab", "whom": "everybody", "every": "2 days"},
        "orders.then": {"do": "isolate", "cases": "tested", "where": "apart"},
    },
    "reduce_contacts": {"orders.it": {"do": "reduce_contacts", "settings": {"home": "70 %", "school": "60 %", "work": "60 %"}, "compliance": "80 %"}},
    "vaccinate": {"pathogen.vaccines.jab": JAB, "orders.it": {"do": "vaccinate", "vaccine": "jab", "per_day": 120}},
    "ring": {"pathogen.vaccines.jab": JAB, "orders.it": {"do": "vaccinate", "vaccine": "jab", "ring": 2}},
    "treat": {"orders.it": {"do": "treat", "left": "20 %"}},
    "close": {"orders.it": {"do": "close", "setting": "school"}},
}
"""Each measure alone, as one would use it to have fewer people infected."""


def infected(seed: int, **changes: Any) -> int:
    """People infected in the end."""
    return int(hyosan.run("influenza", overrides={**TOWN, **changes}, seed=seed, threads=1).ending.ever_infected)


def better(changes: dict[str, Any], seeds: range, base: dict[int, int]) -> int:
    """In how many pairs fewer are infected than without."""
    return sum(infected(seed, **changes) < base[seed] for seed in seeds)


@pytest.fixture(scope="module")
def without() -> dict[int, int]:
    return {seed: infected(seed) for seed in range(1, SEEDS + 1)}


@pytest.mark.parametrize("name", MEASURES)
def test_a_measure_has_fewer_infected(name: str, without: dict[int, int]) -> None:
    """In 11 of 12 pairs of seeds or more (a measure that did nothing would pass with probability 0.003)."""
    assert better(MEASURES[name], range(1, SEEDS + 1), without) >= SEEDS - 1


@pytest.fixture(scope="module")
def hundred_without() -> dict[int, int]:
    return {seed: infected(seed) for seed in range(100, 200)}


@pytest.mark.long
@pytest.mark.parametrize("name", MEASURES)
def test_a_measure_has_fewer_infected_in_nearly_all_pairs(name: str, hundred_without: dict[int, int]) -> None:
    """In 95 of 100 pairs or more. (Found: 100 of each but closing schools, 99: pupils who stay at home infect those at home.)"""
    assert better(MEASURES[name], range(100, 200), hundred_without) >= 95


def test_a_measure_with_its_sign_turned_round_is_seen(without: dict[int, int]) -> None:
    """The treated infect as before instead of less; those who comply meet as before: neither has fewer infected in 11 of 12 pairs."""
    treated = {"orders.it": {"do": "treat", "left": "100 %"}}
    kept = {"orders.it": {"do": "reduce_contacts", "settings": {"home": "100 %"}}}
    for changes in (treated, kept):
        assert better(changes, range(1, SEEDS + 1), without) < SEEDS - 1


NOBODY: dict[str, dict[str, Any]] = {
    "trace without staff": {"orders.it": {"do": "trace", "names": NAMES, "staff": 0}},
    "trace of no setting": {"orders.it": {"do": "trace", "names": {"home": "0 %"}}},
    "isolate nobody a day": {"orders.it": {"do": "isolate", "per_day": 0}},
    "isolate people of no age": {"orders.it": {"do": "isolate", "who": {"ages": "119-120"}}},
    "isolate those who do not comply": {"orders.it": {"do": "isolate", "compliance": "0 %"}},
    "test none": {"tests.swab": SWAB, "orders.it": {"do": "test", "test": "swab", "per_day": 0}},
    "vaccinate without doses": {"orders.it": {"do": "vaccinate", "vaccine": "jab", "stock": 0}},
    "vaccinate who do not want": {"orders.it": {"do": "vaccinate", "vaccine": "jab", "uptake": "0 %"}},
    "treat without courses": {"orders.it": {"do": "treat", "left": "0 %", "courses": 0}},
    "reduce nothing": {"orders.it": {"do": "reduce_contacts", "settings": {"home": "50 %"}, "compliance": "0 %"}},
    "never": {"orders.it": {"do": "isolate", "when": "never"}},
}
"""Measures that reach nobody."""


@pytest.mark.parametrize("name", NOBODY)
def test_a_measure_that_reaches_nobody_changes_nothing(name: str, tmp_path: Path) -> None:
    with_vaccine = {**TOWN, "pathogen.vaccines.jab": JAB, "time.end": "40 days"}
    plain = hyosan.run("influenza", overrides=with_vaccine, seed=3, threads=1, out=tmp_path / "plain")
    other = hyosan.run("influenza", overrides={**with_vaccine, **NOBODY[name]}, seed=3, threads=1, out=tmp_path / "other")
    assert other.manifest["history_hash"] == plain.manifest["history_hash"]
    assert [row["reached"] for row in other.orders.to_pylist()] == ([] if name == "never" else [0])


SETTINGS = ("home", "school", "class", "year", "work", "leisure", "street", "community")


@pytest.mark.parametrize("measure", [{"do": "reduce_contacts", "compliance": "80 %"}, {"do": "trace", "most": 40}])
def test_anywhere_stands_for_settings_not_named(measure: dict[str, Any]) -> None:
    """What an order says of `anywhere` is what it would say of each setting of the city; one that is named goes its own way."""
    field = "settings" if measure["do"] == "reduce_contacts" else "names"
    here = [setting for setting in SETTINGS if setting in build(hyosan.load("influenza", overrides=TOWN).city).settings]
    each = dict.fromkeys(here, "40 %")

    def history(given: dict[str, str]) -> str:
        changes = {**TOWN, "time.end": "40 days", "orders.it": measure | {field: given}}
        return hyosan.run("influenza", overrides=changes, seed=3, threads=1).history_hash

    whole, nothing = history(each), history({"home": "100 %" if field == "settings" else "0 %"})
    assert history({"anywhere": "40 %"}) == whole != nothing
    assert history({"anywhere": "40 %", "home": "90 %"}) == history(each | {"home": "90 %"}) != whole


def test_anywhere_reaches_a_well_mixed_town() -> None:
    """In such a town there is one setting, and nobody is infected where nobody meets."""
    town = {"city.well_mixed": 200, "time.end": "60 days", "seeds.first.count": 8}
    kept = {"orders.it": {"do": "reduce_contacts", "settings": {"anywhere": "0 %"}, "when": "always"}}
    assert hyosan.run("seir", overrides=town, seed=2, threads=1).ending.ever_infected > 50
    assert hyosan.run("seir", overrides=town | kept, seed=2, threads=1).ending.ever_infected == 8


def test_nothing_can_be_closed_anywhere() -> None:
    with pytest.raises(ScenarioError, match=r"orders.it.setting: this city has no setting `anywhere`"):
        hyosan.run("seir", overrides={"city.well_mixed": 200, "orders.it": {"do": "close", "setting": "anywhere"}}, threads=1)


def test_orders_do_not_see_who_shows_nothing() -> None:
    """A thousand more who are infected, infect nobody, show nothing and never come for a test: every order is the same, byte for byte."""
    silent = {
        "pathogen.states.silent": {"counts_as": "symptomless"},
        "seeds.more": {"count": 1000, "state": "silent", "ages": "30-120"},
    }
    orders = {
        "tests.swab": SWAB,
        "orders.find": {"do": "trace", "names": NAMES, "staff": 5},
        "orders.swabs": {"do": "test", "test": "swab", "whom": "ill", "share": "80 %"},
        "orders.alone": {"do": "isolate", "who": {"ages": "0-120"}, "per_day": 20},
        "orders.shut": {"do": "close", "setting": "school", "when": "reported.week >= 10 or growth_percent >= 20"},
        "orders.masks": {"do": "reduce_contacts", "settings": {"work": "80 %"}, "when": "incubation_bound_days <= 9"},
    }
    town = {
        **TOWN,
        "city.residents": 3000,
        "seeds.first": {"count": 8, "ages": "0-20"},
        "pathogen.routes.air.rates": {"school": "0.3 per day"},
        **orders,
    }
    without_them = {**town, "pathogen.states.silent": {"counts_as": "symptomless"}}
    told = [hyosan.run("influenza", overrides=changes, seed=5, threads=1).orders.to_pylist() for changes in (without_them, {**town, **silent})]
    assert told[0] == told[1]
    assert sum(row["reached"] for row in told[0]) > 50, "nothing was done"


@pytest.mark.parametrize("measure", ["isolate", "treat", "test"])
def test_less_means_serve_the_first_of_those_whom_more_serve(measure: str) -> None:
    """Where being served changes no claim, those served with less are the first of those served with more."""
    order, kind = {
        "isolate": ({"do": "isolate", "lasts": "90 days"}, "confined"),
        "treat": ({"do": "treat", "left": "100 %"}, "treated"),
        "test": ({"do": "test", "test": "swab", "whom": "everybody", "every": "1000 days"}, "tested"),
    }[measure]
    harmless = {
        **TOWN, "pathogen.routes.air.rates": {"home": "0 per day"}, "seeds.first": {"count": 300, "over": "4 days"}, "time.end": "12 days",
        "time.stop_when_over": False, "tests.swab": SWAB,
    }  # fmt: skip
    served = []
    for per_day in (5, 20):
        rows = hyosan.run("influenza", overrides={**harmless, "orders.it": {**order, "per_day": per_day}}, seed=2, threads=1).events.to_pylist()
        served.append([row["person"] for row in rows if row["kind"] == kind])
    few, many = served
    assert 20 <= len(few) < len(many)
    assert sorted(few) == sorted(many[: len(few)])


def test_medical_orders_go_on_after_a_checkpoint(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A run cut off and resumed gives the same bytes, with queues, confinement, tests and second doses under way."""
    orders = {
        "tests.swab": {**SWAB, "takes": "3 days"},
        "pathogen.vaccines.jab": {"works": "leaky", "doses": [{"effect": "50 %"}, {"effect": "90 %", "after": "10 days"}]},
        "authorities.agency": {"hears_after": "30 h", "decides_in": "6 h"},
        "beliefs": {"generation_mean": "3 days", "generation_sd": "2 days"},
        "orders.find": {"do": "trace", "authority": "agency", "names": NAMES, "staff": 2, "backward": "50 %", "app": "20 %"},
        "orders.swabs": {"do": "test", "authority": "agency", "test": "swab", "whom": "contacts", "per_day": 9, "costs": {"tests": 30}},
        "orders.alone": {"do": "isolate", "per_day": 8, "after": "1 day", "fades": "20 days", "lasts": "4 days", "released_by": "swab"},
        "orders.jabs": {"do": "vaccinate", "vaccine": "jab", "per_day": 15},
        "orders.shut": {
            "do": "close",
            "setting": "school",
            "when": "incubation_bound_days < 30 and reproduction_percent > 100 and growth_percent > 2",
        },
        "checkpoints.every": "8 days",
    }
    town = {**TOWN, **orders, "time.end": "40 days", "time.stop_when_over": False, "pathogen.states.ill.noticed": {**NOTICED, "period_known": 0.5}}
    whole = hyosan.run("influenza", overrides=town, seed=7, threads=1, out=tmp_path / "whole")

    go_on = Simulation.advance

    def cut(sim: Simulation) -> bool:
        if sim.tick == 50:
            raise InterruptedError
        return go_on(sim)

    with monkeypatch.context() as patched:
        patched.setattr(Simulation, "advance", cut)
        with pytest.raises(InterruptedError):
            hyosan.run("influenza", overrides=town, seed=7, threads=1, out=tmp_path / "cut")
    again = hyosan.run("influenza", overrides=town, seed=7, threads=2, out=tmp_path / "cut")
    assert again.manifest["result_hash"] == whole.manifest["result_hash"]
    used = {row["order"]: json.loads(row["used"]) for row in whole.orders.to_pylist()}
    assert used["swabs"]["cost"] == 30 * used["swabs"]["tests"] > 0
    assert used["jabs"]["doses"] > 0
    assert used["find"]["contacts"] > 0


def test_who_hears_late_orders_late() -> None:
    """An authority that hears after two days, and takes six hours more, closes schools so much later, and one that hears of no zone never does."""
    order = {"do": "close", "setting": "school", "when": "reported.infected >= 5", "authority": "agency"}
    runs = [
        hyosan.run("influenza", overrides={**TOWN, "orders.shut": order, **described}, seed=4, threads=1).orders.to_pylist()
        for described in ({}, {"authorities.agency": {"hears_after": "2 days", "decides_in": "6 h"}})
    ]
    assert runs[1][0]["second_decided"] - runs[0][0]["second_decided"] == 2 * 86_400
    assert runs[1][0]["second_effective"] - runs[1][0]["second_decided"] == 12 * 3600, "six hours are less than a tick of twelve"
    assert runs[0][0]["second_effective"] == runs[0][0]["second_decided"]


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"orders.it": {"do": "trace", "names": {"schol": 0.5}}}, "orders.it.names: this city has no setting `schol`; did you mean `school`?"),
        ({"orders.it": {"do": "isolate", "who": {"zones": ["nowhere"]}}}, "orders.it.who.zones: this city has no zone `nowhere`"),
        ({"orders.it": {"do": "test", "test": "swap"}, "tests.swab": SWAB}, "did you mean `swab`?"),
        ({"orders.it": {"do": "isolate", "released_by": "swap"}, "tests.swab": SWAB}, "did you mean `swab`?"),
        ({"orders.it": {"do": "trace", "names": {"home": 1}, "lasts": "0 s", "released_by": "swab"}, "tests.swab": SWAB}, "needs `lasts`"),
        ({"orders.it": {"do": "vaccinate", "vaccine": "jab", "ring": 1, "within": "3 km"}, "pathogen.vaccines.jab": JAB}, "at most one of `ring`"),
        ({"orders.it": {"do": "vaccinate", "vaccine": "jab"}}, "'jab' is not a vaccine"),
        ({"orders.it": {"do": "surge", "care": "icu", "beds": 3}}, "orders.it.care"),
        ({"orders.it": {"do": "close", "setting": "school", "authority": "a"}, "authorities.a": {"powers": ["test"]}}, "`a` may not order `close`"),
        ({"tests.swab": {"detects": {"il": 0.5}}}, "did you mean `ill`?"),
    ],
)
def test_wrong_names_are_told_before_the_run(changes: dict[str, Any], told: str) -> None:
    with pytest.raises(hyosan.HyosanError) as error:
        hyosan.run("influenza", overrides={**TOWN, **changes}, seed=1)
    assert told in str(error.value)
