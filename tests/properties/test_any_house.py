"""What holds in every house, whatever its rooms, doors, people and luck: nobody is lost, doubled, or does anything when dead."""

from collections import Counter

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from small_worlds import built, house, rows, run_in, shuffled

from hyosan.results.tree import tree
from hyosan.simulate import run

pytestmark = pytest.mark.usefixtures("compiled")
TICK = 120
SLOW = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow, HealthCheck.function_scoped_fixture]}


@st.composite
def plans(draw):
    """A connected plan of 2 to 7 rooms, some of them outside, with doors in any state."""
    count = draw(st.integers(2, 7))
    names = [f"room {k}" for k in range(count)]
    places = {}
    for k, name in enumerate(names):
        outside = k > 0 and draw(st.integers(0, 5)) == 0
        kind = draw(st.sampled_from(["room", "room", "street", "camp"]))
        people = 0 if outside else draw(st.integers(1 if k == 0 else 0, 9))
        places[name] = {"kind": "outside" if outside else kind, "people": people, "x": 10 * k, "y": draw(st.integers(0, 40))}
    pairs = {(draw(st.integers(0, k - 1)), k) for k in range(1, count)}
    pairs |= {
        tuple(sorted(pair))
        for pair in draw(st.lists(st.tuples(st.integers(0, count - 1), st.integers(0, count - 1)), max_size=4))
        if pair[0] != pair[1]
    }
    ways = []
    for one, other in sorted(pairs):
        door = draw(st.sampled_from(["none", "none", "wooden", "steel"]))
        state = "open" if door == "none" else draw(st.sampled_from(["open", "shut", "welded"]))
        gate = {"gate": "city"} if "outside" in (places[names[one]]["kind"], places[names[other]]["kind"]) else {}
        ways.append({"between": [names[one], names[other]], "takes": f"{draw(st.integers(1, 200))} s", "door": door, "state": state, **gate})
    return {"places": places, "ways": ways}


ORDERS = {
    "alert": {"delay": "4 min", "reaches": 0.7},
    "martial_law": {"delay": "8 min", "until": "time >= 0.6"},
    "curfew": {"delay": "6 min", "first": 10, "last": 12, "compliance": 0.6, "slips_out": 0.3, "fades": "1 h"},
    "cordon": {"delay": "10 min", "leak": 0.3, "until": "time >= 0.8", "escorts": 20, "inward": 0.9},
    "rescue": {"delay": "6 min", "teams": 2, "seats": 2, "trip": "5 min", "lost": 0.5, "leaves_suspects": True},
    "call_off": {"delay": "20 min", "order": "rescue"},
    "evacuate": {"delay": "8 min", "vehicles": 1, "seats": 2, "trip": "9 min", "to": "out", "zones": ["here"]},
    "barricade": {"delay": "2 min", "kinds": ["room"], "per_day": 500},
    "quarantine": {"delay": "12 min", "until": "time >= 0.7", "capacity": 3, "slips_out": 0.5, "questions": 0.5},
    "seize": {"delay": "14 min", "place": "room 0"},
    "research": {"delay": "1 min", "aim": "test", "work": 0.02, "staff": 1},
    "limit_travel": {"when": "cordon.effective", "left": 0.5},
    "lure": {"delay": "16 min", "points": 2, "loudness": "100 dB", "lasts": "6 min"},
    "strike": {"delay": "40 min", "points": 2, "radius": "8 m", "error": "5 m", "kills": 0.5},
    "sweep": {"delay": "30 min", "teams": 2, "cells_per_day": 200, "captures": 0.5, "half_turned": "capture", "mistaken": 0.1, "cells": 1},
    "close": {"delay": "5 min", "setting": "room"},
}


@st.composite
def houses(draw):
    """A scenario in such a plan: how often one bites and is killed, how long the run is, whether infection passes by contact too."""
    made = house(draw(plans()), kills=draw(st.sampled_from([0, 0.3, 2])), minutes=60)
    made["seeds"]["first"]["count"] = draw(st.integers(1, made["city"]["rooms"]["places"]["room 0"]["people"]))
    pathogen = made["pathogen"]
    if draw(st.booleans()):
        pathogen["states"]["bitten"]["infectious"] = {"contact": 1}
        pathogen["routes"]["contact"] = {"rates": {"anywhere": draw(st.sampled_from(["1 per day", "20 per day"]))}}
    if draw(st.booleans()):
        pathogen["states"]["well"] = {"counts_as": "recovered"}
        pathogen["transitions"][0]["share"] = 0.7
        pathogen["transitions"].append({"from": "bitten", "to": "well", "after": "7 min", "share": 0.3})
    pathogen["routes"]["bite"]["mixing"] = draw(st.sampled_from(["present", "members", "pair"]))
    if draw(st.booleans()):
        pathogen["states"]["turned"]["noticed"] = {"share": 0.8, "after": "3 min"}
        pathogen["states"]["dead"]["noticed"] = {"share": 0.5, "after": "1 min"}
    made["orders"] = {name: {"do": name, **order} for name, order in ORDERS.items() if draw(st.booleans())}
    rooms = made["city"]["rooms"]["places"]
    if "close" in made["orders"]:
        made["orders"]["close"]["setting"] = rooms["room 0"]["kind"]
    if "barricade" in made["orders"]:
        made["orders"]["barricade"]["kinds"] = [rooms["room 0"]["kind"]]
    if "rescue" not in made["orders"]:
        made["orders"].pop("call_off", None)
    if "cordon" not in made["orders"]:
        made["orders"].pop("limit_travel", None)
    made["trust"] = {"struck": 0.5, "unanswered": 0.2, "answered_within": "5 min", "called_off": 0.3, "regained": "1 h"}
    made["beyond"] = {"next town": {"share": 0.7, "takes": "3 min", "starts": 0.5}, "port": {"trips": 300, "route": "sea", "starts": 1}}
    return made


def check_history(scenario, done):
    """What the log must say, whatever happened."""
    residents = sum(place["people"] for place in scenario["city"]["rooms"]["places"].values())
    ending, events = done.ending, done.events.to_pylist()
    ending.check()
    assert ending.residents == residents
    assert [e["second"] for e in events] == sorted(e["second"] for e in events)
    kinds = Counter(e["kind"] for e in events)
    assert kinds["seeded"] + kinds["infected"] == ending.ever_infected <= residents
    happened, gone = {}, {}
    for event in events:
        person, kind = event["person"], event["kind"]
        if person < 0 or kind in ("noticed", "arrived_beyond", "began_beyond"):
            continue
        before = happened.setdefault(person, [])
        assert "killed" not in before, f"{person} {kind} after death"
        # Ways are dated into the tick in which they were begun, so what was settled in that tick may stand after them.
        assert event["second"] - gone.get(person, event["second"]) <= TICK, f"{person} {kind} after leaving"
        if kind == "crossed_in":
            assert person in gone, f"{person} crossed inward without having left"
            del gone[person]
        if kind == "left_city":
            assert person not in gone, f"{person} left twice"
            gone[person] = event["second"]
        if kind in ("infected", "seeded"):
            assert "infected" not in before
            assert "seeded" not in before
        if kind == "progressed":
            assert "infected" in before or "seeded" in before
        if kind == "infected":
            assert {"infected", "seeded"} & set(happened[event["other"]]), "infected by somebody who was not"
        before.append(kind)
    left = {e["person"] for e in events if e["kind"] == "left_city"}
    assert len(left) == kinds["left_city"]
    assert ending.missing == len(left & {e["person"] for e in events if e["kind"] in ("infected", "seeded")})
    assert len(tree(done)) == ending.ever_infected
    last = {row[3]: row[4] for row in rows(done.series) if row[1] == "all" and row[2] == "truth"}
    classes = ("susceptible", "human", "symptomless", "ill", "half_turned", "turned", "recovered", "dead")
    assert sum(last.get(name, 0) for name in classes) == residents
    assert last.get("infected", 0) == ending.ever_infected
    for person in done.people.to_pylist():
        if person["infector"] >= 0:
            assert person["infected_second"] >= 0
        if person["died_second"] >= 0 and person["infected_second"] >= 0:
            assert person["died_second"] >= person["infected_second"]


def check_run(scenario, seed):
    done = run(scenario, seed=seed, threads=1, checks_each_tick=True)
    assert all(check["passed"] for check in done.manifest["self_checks"] if not check["name"].startswith("fight odds"))
    check_history(scenario, done)


@settings(max_examples=60, derandomize=True, **SLOW)
@given(houses(), st.integers(0, 2**62 - 1))
def test_census_is_flows_in_every_tick_and_the_log_adds_up(scenario, seed):
    check_run(scenario, seed)


@pytest.mark.long
@settings(max_examples=2500, **SLOW)
@given(houses(), st.integers(0, 2**62 - 1))
def test_census_is_flows_in_thousands_of_houses(scenario, seed):
    check_run(scenario, seed)


def check_storage(scenario, seed, order):
    made, world = built(scenario, seed=seed)
    assert run_in(made, shuffled(world, order), seed).result_hash == run_in(made, world, seed).result_hash


@settings(max_examples=25, derandomize=True, **SLOW)
@given(houses(), st.integers(0, 2**62 - 1), st.integers(0, 100))
def test_order_of_storage_decides_nothing_in_any_house(scenario, seed, order):
    check_storage(scenario, seed, order)


@pytest.mark.long
@settings(max_examples=1000, **SLOW)
@given(houses(), st.integers(0, 2**62 - 1), st.integers(0, 100))
def test_order_of_storage_decides_nothing_in_thousands_of_houses(scenario, seed, order):
    check_storage(scenario, seed, order)


@settings(max_examples=25, derandomize=True, **SLOW)
@given(houses(), st.integers(0, 2**40))
def test_nobody_comes_through_a_welded_door(scenario, seed):
    scenario["orders"] = {}  # teams take people anywhere
    for way in scenario["city"]["rooms"]["ways"]:
        if way["door"] != "none":
            way["state"] = "welded"
    places = scenario["city"]["rooms"]["places"]
    reached, waiting = {"room 0"}, ["room 0"]
    while waiting:
        here = waiting.pop()
        for way in scenario["city"]["rooms"]["ways"]:
            if way["door"] == "none" and here in way["between"]:
                there = way["between"][1 - way["between"].index(here)]
                if there not in reached:
                    reached.add(there)
                    waiting.append(there)
    done = run(scenario, seed=seed, threads=1, checks_each_tick=True)
    row_of = dict(enumerate(places))
    infected = [event for event in done.events.to_pylist() if event["kind"] in ("infected", "killed")]
    assert all(row_of[event["place"]] in reached for event in infected)


@settings(max_examples=20, derandomize=True, **SLOW)
@given(houses(), st.integers(0, 2**40))
def test_without_anybody_infected_nothing_happens(scenario, seed):
    quiet = {**scenario, "seeds": {}, "orders": {}}
    assert len(run(quiet, seed=seed, threads=1, checks_each_tick=True).events) == 0


LIBRARY = {
    "szr": {},
    "classroom": {},
    "seir": {"city.well_mixed": 2000},
    "measles-school": {"time.end": "30 days", "pathogen.hosts.ordinary.share": 0.5, "pathogen.hosts.immune.share": 0.5},
}


@pytest.mark.parametrize("name", LIBRARY)
def test_census_is_flows_in_every_tick_of_the_library(name):
    for seed in (1, 2):
        done = run(name, overrides=LIBRARY[name], seed=seed, threads=1, checks_each_tick=True)
        assert len(done.events) > 1


def test_census_is_flows_in_every_tick_of_the_town():
    from small_worlds import TOWN

    done = run("hyosan", overrides=TOWN | {"time.end": "1 day"}, seed=3, threads=2, checks_each_tick=True)
    assert done.ending.ever_infected > 10
    assert len(tree(done)) == done.ending.ever_infected
