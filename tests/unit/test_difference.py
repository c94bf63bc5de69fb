"""Is the difference, carried forward, that between the run and one run again with the same person spared: in every field of everybody?"""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from interventions import Tally, Town, measures

import hyosan
from hyosan.counterfactual.asker import Asker
from hyosan.counterfactual.difference import GivenUpError
from hyosan.counterfactual.history import History
from hyosan.counterfactual.outcome import outcome_of
from hyosan.counterfactual.tape import unfit
from hyosan.errors import CommandError
from hyosan.results.tree import descendant_counts

pytestmark = pytest.mark.usefixtures("compiled")


def network(people: int = 300) -> dict[str, Any]:
    """Friends of friends, some of them moved, in a scenario that runs through links alone."""
    luck = random.Random(1)
    near = [(one, (one + step) % people) for one in range(people) for step in (1, 2)]
    pairs = {(min(pair), max(pair)) for pair in [(one, luck.randrange(people)) if luck.random() < 0.1 else (one, other) for one, other in near]}
    edges = [[*pair, luck.choice((0.5, 1, 2))] for pair in sorted(pairs) if pair[0] != pair[1]]
    return {
        "name": "friends", "extends": "seir", "time": {"end": "100 days"},
        "city": {"well_mixed": None, "network": {"people": people, "edges": edges}},
        "pathogen": {"routes": {"contact": {"link": "0.25 per day"}}}, "seeds": {"first": {"count": 2}},
    }  # fmt: skip


JAB = {"works": "leaky", "doses": [{"effect": "60 %", "delay": "3 days"}]}
DOSES = {"vaccine": "jab", "share": "50 %", "at": "2 days", "takes": "20 days"}
TOWNS: dict[str, tuple[str, dict[str, Any]]] = {
    "days": ("sars-cov-2", {"city.residents": 400, "time.end": "90 days"}),
    "half days": ("influenza", {"city.residents": 300, "time.end": "60 days"}),
    "hours, in a school": ("measles-school", {"time.end": "20 days"}),
    "doses": ("influenza", {"city.residents": 300, "time.end": "60 days", "pathogen.vaccines.jab": JAB, "vaccination.all": DOSES}),
    "waning": ("mers", {"city.residents": 300, "time.end": "120 days"}),
    "everybody mixes": ("seir", {"city.well_mixed": 150, "time.end": "80 days"}),
}


@pytest.mark.parametrize("name", TOWNS)
def test_it_is_that_of_a_run_again(name: str) -> None:
    source, overrides = TOWNS[name]
    tally = Tally()
    for seed in (2, 3):
        town = Town(source, seed, most=10**9, **overrides)
        for asked in town.some(10):
            assert town.wrong(asked, tally) == [], asked
    print(name, tally)
    assert tally.asked >= 5
    assert tally.given_up == 0


def test_it_is_so_in_a_network() -> None:
    tally, town = Tally(), Town(network(), 4, most=10**9)
    assert len(town.infected) > 20
    for asked in town.some(20):
        assert town.wrong(asked, tally) == [], asked
    print(tally)


def test_the_first_difference_is_that_of_the_logs() -> None:
    town = Town("influenza", 2, **{"city.residents": 300, "time.end": "60 days"})
    for asked in town.some(6):
        found, ran = town.propagation.of(town.touch(asked)), town.history.otherwise(town.history.stages, asked.second, town.touch(asked))
        assert found.difference is not None
        assert ran.difference is not None
        assert (found.difference.second, found.difference.table) == (ran.difference.second, ran.difference.table)
        assert found.outcome == ran.outcome


def test_importations_choose_again_among_those_who_differ(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever was infected before they would have come home can be chosen in the world in which they were not."""
    monkeypatch.chdir(tmp_path)
    Path("home.csv").write_text("day,count\n" + "\n".join(f"{day},2" for day in range(2, 40, 3)) + "\n")
    tally = Tally()
    town = Town("sars-cov-2", 1, most=10**9, **{"city.residents": 250, "time.end": "60 days", "importations.home": {"file": "home.csv"}})
    for asked in town.some(20):
        assert town.wrong(asked, tally) == [], asked
    assert any(asked.seeded for asked in town.some(20))


def test_a_seed_left_out_is_not_replaced() -> None:
    town = Town("seir", 5, most=10**9, **{"city.well_mixed": 200, "time.end": "40 days"})
    seeds = [person for person in town.infected if town.spared(person, 1).seeded]
    assert len(seeds) == 10
    for number in (1, None):
        sim = town.again(town.spared(seeds[0], number))
        ids = sim.floor.persons["id"]
        seeded = set(ids[(sim.state.people["infector"] < 0) & (sim.state.people["episode"] > 0)].tolist())
        assert seeded <= set(seeds[1:]) | {seeds[0]}
        assert set(seeds[1:]) <= seeded
        assert town.wrong(town.spared(seeds[0], number), Tally()) == []


def test_one_who_is_spared_an_infection_goes_on_with_a_fresh_threshold() -> None:
    """Some are infected later, none earlier, and who is never infected is not at all."""
    town = Town("sars-cov-2", 2, most=10**9, **{"city.residents": 200, "time.end": "60 days"})
    later = 0
    for person in [person for person in town.infected if not town.spared(person, 1).seeded][:12]:
        asked, row = town.spared(person, 1), town.history.ids[person]
        sim = town.again(asked)
        if sim.state.people["episode"][row]:
            later += 1
            assert sim.state.people["infected_at"][row] >> 20 > asked.second
        assert not town.again(town.spared(person, None)).state.people["episode"][row]
    assert 2 <= later <= 12


def test_a_large_difference_is_given_up() -> None:
    town = Town("seir", 1, most=20, **{"city.well_mixed": 400, "time.end": "60 days"})
    with pytest.raises(GivenUpError):
        town.propagation.of(town.touch(town.spared(town.infected[0], None)))


@pytest.mark.parametrize("source", ["influenza", "sars-cov-2"])
def test_orders_by_the_clock_are_carried_forward(source: str) -> None:
    """Schools that close, contacts that are reduced: not at all, sooner, later; and persons spared while they are in force."""
    tally = Tally()
    for seed in (2, 3):
        town = Town(source, seed, most=10**9, **measures(seed), **{"city.residents": 400, "time.end": "60 days"})
        for asked in (*town.orders(), *town.some(4)):
            assert town.wrong(asked, tally) == [], asked
    print(tally)
    assert tally.asked >= 12
    assert tally.given_up == 0


NUMBERS: tuple[dict[str, Any], ...] = (
    {"pathogen.routes.air.rates.home": "0.15 per day"},
    {"pathogen.routes.air.rates.school": "1 per day", "pathogen.dispersion": 0.4},
    {"pathogen.transitions.2.after": "25 h"},
    {"pathogen.transitions.2.after": "10 h", "pathogen.routes.air.rates.leisure": "7.9 per day"},
)


SETTINGS = ("home", "school", "work", "leisure")


def test_other_numbers_are_carried_forward() -> None:
    """Rates, durations, dispersion: wherever anybody exerts, and whenever anything happens to anybody, all is computed anew."""
    tally, differ = Tally(), 0
    for seed in (2, 3):
        town = Town("influenza", seed, most=10**9, **measures(seed), **{"city.residents": 400, "time.end": "60 days"})
        for asked in NUMBERS:
            assert town.wrong(asked, tally) == [], asked
        differ += tally.differing
    print(tally)
    assert tally.given_up == 0
    assert differ > 100


@pytest.mark.parametrize("question", ["order", "numbers"])
def test_the_first_difference_of_other_rules_is_that_of_the_logs(question: str) -> None:
    town = {"city.residents": 300, "time.end": "60 days"}
    run = hyosan.run("influenza", seed=2, overrides=town | measures(2), threads=1)
    asker, alone = Asker(run, many=True, threads=1), Asker(run, threads=1)
    asker.propagation.most = 10**9
    ask = (lambda one: one.moved("o2", earlier="13 h")) if question == "order" else (lambda one: one.altered(NUMBERS[2]))
    found, ran = ask(asker), ask(alone)
    assert (found.how, ran.how) == ("difference", "fork")
    assert (found.difference.second, found.difference.table) == (ran.difference.second, ran.difference.table)
    assert found.otherwise == ran.otherwise


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"time.end": "40 days"}, "another time"),
        ({"seeds.travellers.count": 5}, "infects"),
        ({"pathogen.hosts": {"firm": {"share": 0.5}, "frail": {"share": 0.5, "susceptibility": 2}}}, "than what exposes"),
        ({"orders.o1.until": "time >= 900 h"}, "orders differ"),
    ],
)  # fmt: skip
def test_what_else_is_altered_is_run_anew(changes: dict[str, Any], why: str) -> None:
    run = hyosan.run("influenza", seed=2, overrides={"city.residents": 200, "time.end": "60 days"} | measures(2), threads=1)
    found = Asker(run, many=True, threads=1).altered(changes)
    assert found.how == "fork"
    assert why in found.why
    again = hyosan.run("influenza", seed=2, overrides={"city.residents": 200, "time.end": "60 days"} | measures(2) | changes, threads=1)
    assert found.otherwise == outcome_of(again)


def test_another_city_is_no_question_about_this_run() -> None:
    run = hyosan.run("influenza", seed=2, overrides={"city.residents": 200, "time.end": "3 days"}, threads=1)
    with pytest.raises(CommandError, match="`city` would be another"):
        hyosan.whatif(run, overrides={"city.residents": 300})
    with pytest.raises(CommandError, match=r"time\.tick"):
        hyosan.whatif(run, overrides={"time.tick": "1 day"})


@pytest.mark.parametrize(
    ("overrides", "why"),
    [
        ({"orders.it": {"do": "close", "setting": "school", "when": "reported.infected >= 10"}}, "orders follow"),
        ({"orders.it": {"do": "curfew", "when": "time >= 1 h"}}, "or choose people"),
        ({"injects.rumour": {"do": "false_report", "at": "2 days", "count": 3, "counts_as": "ill"}}, "injects"),
    ],
)  # fmt: skip
def test_what_is_limited_or_decided_cannot_be_carried_forward(overrides: dict[str, Any], why: str) -> None:
    run = hyosan.run("influenza", overrides={"city.residents": 200, "time.end": "3 days"} | overrides, threads=1)
    history = History(run, threads=1)
    assert why in unfit(history.course(history.stages, None, None).sim)


def test_people_who_flee_cannot_be_carried_forward() -> None:
    history = History(hyosan.run("classroom", seed=3, threads=1), threads=1)
    assert "fight" in unfit(history.course(history.stages, None, None).sim)


@pytest.mark.long
def test_ten_thousand_interventions() -> None:
    """Towns of 600, many seeds: half are persons with ten people and more below them, a quarter orders, a quarter numbers. None is given up."""
    tallies, seed = {"persons": Tally(), "orders": Tally(), "numbers": Tally()}, 0
    wanted = {"persons": 5000, "orders": 2500, "numbers": 2500}
    while any(tally.asked - tally.given_up < wanted[kind] for kind, tally in tallies.items()):
        seed += 1
        source, luck = ("sars-cov-2", "influenza")[seed % 2], random.Random(seed)
        town = Town(source, seed, most=10**9, **measures(seed), **{"city.residents": 600, "time.end": "90 days"})
        counts = descendant_counts(town.run)
        many = [person for person in sorted(counts) if counts[person] >= 10]
        some = {
            "persons": [town.spared(person, None if k % 2 else 1) for k, person in enumerate(luck.sample(many, min(30, len(many))))],
            "orders": town.orders(),
            "numbers": [{f"pathogen.routes.air.rates.{luck.choice(SETTINGS)}": f"{luck.uniform(0.1, 4):.3f} per day"} for _ in range(12)],
        }
        for kind, asked in some.items():
            if tallies[kind].asked - tallies[kind].given_up < wanted[kind]:
                for one in asked:
                    assert town.wrong(one, tallies[kind]) == [], (seed, one)
    for kind, tally in tallies.items():
        print(kind, tally)
        assert tally.given_up == 0


@pytest.mark.long
def test_a_city_of_twenty_thousand() -> None:
    """Where few are touched it need not be given up: those who differ are then under 1 % of the city."""
    tally = Tally()
    town = Town("measles", 2, **{"city.residents": 20_000, "time.end": "200 days"})
    few = [town.wrong(asked, tally) for asked in town.some(len(town.infected))]
    print(tally)
    assert not np.any([len(one) for one in few])
    assert tally.given_up <= tally.asked * 0.05
