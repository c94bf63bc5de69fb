"""What civil measures and force are for, asked of paired runs; and exactly, of a square with a gate and a camp."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from small_worlds import house, village

import hyosan
from hyosan import Run
from hyosan.engine.run import Simulation
from hyosan.errors import ScenarioError
from hyosan.report.explain import sentences

pytestmark = pytest.mark.usefixtures("compiled")
SEEDS = 3
"""Pairs in the tests that take seconds; a hundred in the long ones."""
NO_ORDERS = {f"orders.{name}": None for name in hyosan.load("hyosan").orders}
VILLAGE: dict[str, Any] = {
    **{name: value for name, value in village(400).items() if not name.startswith("orders.")}, **NO_ORDERS, "beyond": {}, "trust": {"struck": 0},
    "seeds.first": {"count": 15, "role": "resident", "state": "turned"}, "time.end": "30 h",
}  # fmt: skip
"""400 people and fifteen who are turned, without any order."""


def in_village(seed: int, **changes: Any) -> Run:
    return hyosan.run("hyosan", overrides={**VILLAGE, **changes}, seed=seed, threads=1)


def happened(run: Run, kind: str, cause: str | None = None) -> list[int]:
    """Who something happened to, in the order of the log."""
    return [row["person"] for row in run.events.to_pylist() if row["kind"] == kind and cause in (None, row["cause"])]


def used(run: Run, name: str = "it") -> dict[str, int]:
    """Means used by the last giving of an order."""
    return [json.loads(row["used"]) for row in run.orders.to_pylist() if row["order"] == name][-1]


RESCUE = {"do": "rescue", "teams": 3}
SWEEP = {"do": "sweep", "teams": 20, "cells_per_day": 20, "when": "time >= 3"}
STRIKE = {"do": "strike", "points": 3, "radius": "200 m", "when": "reported.turned >= 3", "delay": "2 h"}
LAW = {"do": "martial_law", "compliance": 0.7}
PORT = {"share": 1, "starts": 0.5}
Changes = dict[str, Any]
MOVES: dict[str, tuple[Changes, Changes, str, str]] = {
    "alert": ({}, {"orders.it": {"do": "alert", "reaches": 1}}, "early", "more"),
    "martial_law": ({}, {"orders.it": {"do": "martial_law", "compliance": 1}}, "infected", "fewer"),
    "curfew": ({}, {"orders.it": {"do": "curfew"}}, "infected", "fewer"),
    "slips out": ({"orders.it": {"do": "curfew"}}, {"orders.it": {"do": "curfew", "slips_out": 0.9}}, "infected", "more"),
    "cordon": ({}, {"orders.it": {"do": "cordon"}}, "left_city", "fewer"),
    "rescue": ({}, {"orders.it": RESCUE}, "rescued", "more"),
    "lost teams": ({"orders.it": RESCUE}, {"orders.it": {**RESCUE, "lost": 1}}, "rescued", "fewer"),
    "call_off": (
        {"orders.it": RESCUE},
        {"orders.it": RESCUE, "orders.no": {"do": "call_off", "order": "it", "when": "it.hours >= 3"}},
        "rescued", "fewer",
    ),
    "evacuate": ({}, {"orders.it": {"do": "evacuate", "vehicles": 3, "when": "time >= 2"}}, "infected", "fewer"),
    "strike": ({}, {"orders.it": STRIKE}, "struck", "more"),
    "sweep": ({}, {"orders.it": SWEEP}, "at large", "fewer"),
    "seize": ({}, {"orders.it": {"do": "seize", "place": "teacher's house", "delay": "1 h"}}, "captured", "more"),
    "limit_travel": (
        {"beyond.port": PORT}, {"beyond.port": PORT, "orders.it": {"do": "limit_travel", "left": 0.3}}, "arrived_beyond", "fewer",
    ),
}  # fmt: skip
"""Without, with, what is counted, and how it moves."""


def counted(run: Run, what: str) -> int:
    if what == "infected":
        return run.ending.ever_infected
    if what == "early":  # who decides something within the first hour
        return len({row["person"] for row in run.events.to_pylist() if row["kind"] == "chose" and row["second"] < 3600})
    if what == "at large":
        return run.ending.turned_at_large
    if what == "struck":
        return run.ending.killed_in_strikes.total
    return len(happened(run, what))


def moved(name: str, seeds: range) -> int:
    """In how many pairs the quantity moves as said."""
    without, with_it, what, how = MOVES[name]
    found = 0
    for seed in seeds:
        before, after = counted(in_village(seed, **without), what), counted(in_village(seed, **with_it), what)
        found += after < before if how == "fewer" else after > before
    return found


@pytest.mark.parametrize("name", MOVES)
def test_a_measure_moves_what_it_is_for(name: str) -> None:
    """In 3 of 3 pairs (one that did nothing fails; one that moved it either way by chance would pass with probability 1/8 at most)."""
    assert moved(name, range(1, SEEDS + 1)) == SEEDS


@pytest.mark.long
@pytest.mark.parametrize("name", MOVES)
def test_a_measure_moves_what_it_is_for_in_nearly_all_pairs(name: str) -> None:
    """In 95 of 100 pairs or more."""
    assert moved(name, range(100, 200)) >= 95


NOBODY: dict[str, tuple[Changes, Changes]] = {
    "nobody obeys": ({}, {"orders.it": {"do": "curfew", "compliance": 0}}),
    "no hour": ({}, {"orders.it": {"do": "curfew", "first": 3, "last": 4, "until": "time >= 3"}}),
    "no teams": ({}, {"orders.it": {**RESCUE, "teams": 0}}),
    "no vehicles": ({}, {"orders.it": {"do": "evacuate", "vehicles": 0}}),
    "nobody comes along": ({}, {"orders.it": {"do": "evacuate", "vehicles": 5, "compliance": 0}}),
    "no boards": ({}, {"orders.it": {"do": "barricade", "kinds": ["home"], "per_day": 0}}),
    "nothing to call off": ({}, {"orders.it": {"do": "call_off", "order": "it2"}, "orders.it2": {"do": "cordon", "when": "never"}}),
    "nobody works": ({}, {"orders.it": {"do": "research", "aim": "vaccine", "work": 1, "staff": 0}}),
    "hosts missing": ({}, {"orders.it": {"do": "research", "aim": "vaccine", "work": 1, "staff": 50, "hosts_needed": 1}}),
    "all may travel": ({"beyond.port": PORT}, {"beyond.port": PORT, "orders.it": {"do": "limit_travel", "left": 1}}),
    "nothing comes": ({"stocks.rations": {}}, {"stocks.rations": {}, "orders.it": {"do": "supply", "stock": "rations", "per_day": 500}}),
    "a camp without a cordon": ({}, {"orders.it": {"do": "quarantine"}}),
    "a sweep by nobody": ({}, {"orders.it": {**SWEEP, "teams": 0}}),
    "an empty house": ({}, {"orders.it": {"do": "seize", "place": "quarantine camp"}}),
}
"""Measures that reach nobody."""


@pytest.mark.parametrize("name", NOBODY)
def test_a_measure_that_reaches_nobody_changes_nothing(name: str) -> None:
    without, with_it = NOBODY[name]
    plain, other = in_village(3, **without), in_village(3, **with_it)
    known = {"calls_waiting"}  # of teams without seats nobody asks; all else is the same to the row
    assert other.events.to_pylist() == plain.events.to_pylist()
    assert [row for row in other.series.to_pylist() if row["quantity"] not in known] == [
        row for row in plain.series.to_pylist() if row["quantity"] not in known
    ]
    assert happened(other, "infected")


SQUARE = {
    "places": {
        "hall": {"people": 60, "x": 0, "y": 0},
        "square": {"kind": "street", "people": 0, "x": 30, "y": 0},
        "away": {"kind": "outside", "people": 0, "x": 90, "y": 0},
        "camp": {"kind": "camp", "people": 0, "x": 60, "y": 40},
    },
    "ways": [
        {"between": ["hall", "square"], "takes": "30 s"},
        {"between": ["square", "away"], "takes": "60 s", "gate": "city"},
        {"between": ["square", "camp"], "takes": "60 s", "gate": "city"},
    ],
}


IN_THE_OPEN = {"city.rooms.places.hall.kind": "street", "orders.warn": None}
"""Everybody stands on open ground, where sweeps go, and stays."""
STAY = {"behaviour.sees": {"hide": 1}, "behaviour.hidden": {"hide": 1}}
"""Nor do those who become half-turned make for the gate, before anybody comes to them."""


def at_the_gate(seed: int = 1, minutes: int = 600, **changes: Any) -> Run:
    """Sixty people who are told to flee, a square, a closed gate, a camp beyond it. Nobody is infected, unless `changes` say so."""
    made = house(SQUARE, minutes=minutes)
    made["seeds"] = {}
    made["behaviour"] |= {"told": {"flee_out": 1}, "hidden": {"flee_out": 1}}
    made["orders"] = {"warn": {"do": "alert", "reaches": 1}, "ring": {"do": "cordon"}, "held": {"do": "quarantine"}}
    return hyosan.run(made, overrides=changes, seed=seed, threads=1, checks_each_tick=True)


def test_the_camp_holds_no_more_than_its_capacity() -> None:
    """Those held by a smaller camp are the first of those held by a larger one; the others wait at the gate."""
    runs = {room: at_the_gate(**{"orders.held.capacity": room}) for room in (10, 25, 60)}
    let_in = {room: happened(run, "quarantined") for room, run in runs.items()}
    assert [len(let_in[room]) for room in (10, 25, 60)] == [10, 25, 60]
    assert set(let_in[10]) < set(let_in[25]) < set(let_in[60])
    assert let_in[10] == sorted(let_in[60])[:10], "all came in the same tick: the lowest ids"
    assert runs[10].ending.in_quarantine == 10


def test_escorts_take_so_many_an_hour_first_come_first() -> None:
    run = at_the_gate(**{"orders.ring.escorts": 12})
    seconds = [row["second"] for row in run.events.to_pylist() if row["kind"] == "quarantined"]
    assert len(seconds) == 60 == used(run, "ring")["escorted"]
    for hour in range(5):
        assert 11 <= sum(3600 * hour <= second < 3600 * (hour + 1) for second in seconds) <= 12
    assert happened(run, "quarantined") == sorted(happened(at_the_gate(), "quarantined"))


def test_who_leaks_out_is_a_trait() -> None:
    """A leak lets its share through; a larger one adds people and removes none."""
    some, more = (set(happened(at_the_gate(**{"orders.ring.leak": leak}), "left_city")) for leak in (0.2, 0.6))
    assert some < more
    assert 4 <= len(some) <= 22 < len(more) <= 50


def test_some_cross_the_cordon_inward_to_look_for_their_family() -> None:
    """Half the people leave before the gate is closed; at midnight a share of them comes back, the same people and more with a larger share."""
    left_first = {"orders.warn.reaches": 0.5, "orders.ring.delay": "1 h", "orders.held": None}
    back = [at_the_gate(minutes=60 * 15, **left_first, **{"orders.ring.inward": share}) for share in (0, 0.3, 1)]
    left = set(happened(back[0], "left_city"))
    none, some, everybody = (set(happened(run, "crossed_in")) for run in back)
    assert none == set() < some < everybody == left
    assert 15 <= len(left) <= 45
    assert used(back[2], "ring")["crossed inward"] == len(left)


def test_hungry_people_break_out_and_supplies_keep_them() -> None:
    needs = {"stocks.rations": {"at_start": 70}, "orders.held.needs": {"rations": 1}, "orders.held.leave_in_need": 0.5}
    hungry = at_the_gate(minutes=60 * 76, **needs)
    fed = at_the_gate(minutes=60 * 76, **needs, **{"orders.trucks": {"do": "supply", "stock": "rations", "per_day": 60}})
    assert happened(fed, "slipped_out") == []
    assert used(fed, "held")["rations"] == 60 * 3, "three midnights"
    assert len(happened(hungry, "slipped_out")) == used(hungry, "held")["broke out"] > 15
    assert used(hungry, "held")["rations"] == 70


@pytest.mark.parametrize("order", [{"do": "close", "setting": "school"}, {"do": "surge", "care": "ward", "beds": 5}, {"do": "isolate"}])
def test_any_measure_can_be_called_off(order: Changes) -> None:
    """Also one that remembers nothing; and one that has ended is not called off when it is given again."""
    changes = {
        "city.residents": 600, "time.end": "20 days", "time.stop_when_over": False, "care": {"ward": {"beds": 3}},
        "orders.it": {**order, "repeat": {"every": "8 days", "as_long_as": "always", "times": 2}},
        "orders.no": {"do": "call_off", "order": "it", "when": "it.hours >= 48"},
        "orders.late": {"do": "call_off", "order": "it", "when": "it.ended and time >= 96"},
    }  # fmt: skip
    first, second = (row for row in hyosan.run("influenza", overrides=changes, seed=1, threads=1).orders.to_pylist() if row["order"] == "it")
    assert (first["second_ended"], first["ended_because"]) == (60 * 3600, "called off by `no`"), "a tick of 12 h later"
    assert (second["second_effective"], second["second_ended"]) == (8 * 86_400, -1)


def test_a_quarantine_that_outlasts_martial_law_says_why() -> None:
    law = {"orders.law": {"do": "martial_law", "until": "time >= 20"}}
    run = at_the_gate(minutes=60 * 40, **law)
    told = [said.text for said in sentences(run) if "quarantine" in said.text]
    assert told[-1] == (
        "When martial law ended on day 2 06:00, the quarantine went on to the end: a bound on the incubation period was to be believed once 50 "
        "periods were known, and 0 were."
    )
    ended = at_the_gate(minutes=60 * 60, **law, **{"orders.held.period": "1 day", "orders.held.until": "time >= 50"})
    told = [said.text for said in sentences(ended) if "When martial law" in said.text]
    assert told == ["When martial law ended on day 2 06:00, the quarantine went on until day 3 12:00: the time since the start is at least 50 hours."]


def test_who_slips_out_comes_back() -> None:
    run = at_the_gate(minutes=60 * 30, **{"orders.held.slips_out": 0.5, "orders.held.slips_for": "3 h"})
    rows = [(row["person"], row["kind"], row["second"]) for row in run.events.to_pylist() if row["kind"] in ("slipped_out", "quarantined")]
    out = {person: second for person, kind, second in rows if kind == "slipped_out"}
    assert 15 <= len(out) <= 45
    back = {person: second for person, kind, second in rows if kind == "quarantined" and person in out and second > out[person]}
    assert {person: second + 3 * 3600 for person, second in out.items()} == back
    assert run.ending.in_quarantine == 60


INFECTED = {
    "pathogen.states.silent": {"counts_as": "symptomless"}, "pathogen.states.half": {"counts_as": "half_turned", "does": "hide"},
    "pathogen.states.turned.infectious": {"bite": 1},
}  # fmt: skip


def test_questions_find_infected_arrivals() -> None:
    """Of twenty who arrive infected a share is known afterwards; without questions nobody is."""
    silent = {**INFECTED, "seeds.ill": {"count": 20, "state": "silent"}}
    known = []
    for share in (0, 0.4, 1):
        run = at_the_gate(**silent, **{"orders.held.questions": share, "orders.end": {"do": "alert", "when": "reported.symptomless >= 1"}})
        known.append(len(happened(run, "noticed")))
        assert len([1 for row in run.orders.to_pylist() if row["order"] == "end"]) == (known[-1] > 0)
    assert known[0] == 0
    assert 2 <= known[1] <= 16
    assert known[2] == 20


@pytest.mark.parametrize(("rule", "killed", "captured"), [("kill", 8, 0), ("capture", 0, 8), ("spare", 0, 0)])
def test_rules_of_engagement_towards_the_half_turned(rule: str, killed: int, captured: int) -> None:
    sweep = {"do": "sweep", "delay": "4 min", "teams": 10, "cells_per_day": 500, "finds": 1, "half_turned": rule}
    changes = {**INFECTED, **IN_THE_OPEN, **STAY, "seeds.half": {"count": 8, "state": "half"}, "orders.it": sweep}
    run = at_the_gate(**changes)
    assert (len(happened(run, "killed")), len(happened(run, "captured"))) == (killed, captured)
    assert len(happened(run, "quarantined")) == 60 - killed - captured
    few = at_the_gate(**changes, **{"orders.it.cells": 3})
    if rule == "capture":
        assert sorted(happened(few, "captured")) == sorted(happened(run, "captured"))[:3], "the lowest ids; there are no more cells"
        assert len(happened(few, "killed")) == 5


def test_some_are_taken_for_turned() -> None:
    def swept(share: float) -> set[int]:
        sweep = {"do": "sweep", "teams": 10, "cells_per_day": 500, "finds": 1, "mistaken": share}
        run = at_the_gate(**IN_THE_OPEN, **{"orders.it": sweep})
        assert used(run).get("killed by mistake", 0) == len(happened(run, "killed"))
        return set(happened(run, "killed"))

    assert swept(0) == set() < swept(0.2) < swept(0.6)


def test_research_takes_its_time_and_other_orders_wait_for_it() -> None:
    """Ten people, five person-days: half a day. A host held (+100 %) and records seized (+50 %) make it faster; another order waits for `done`."""
    study = {"do": "research", "aim": "vaccine", "work": 5, "staff": 10, "per_host": 1, "per_record": 0.5}
    half = {
        **INFECTED,
        "seeds.half": {"count": 1, "place": "hall", "state": "half"},
        "orders.warn": None,
        "orders.held": None,
        **STAY,
    }
    then = {"orders.study": study, "orders.tell": {"do": "alert", "when": "study.done"}}

    def done_after(**more: Any) -> tuple[int, str]:
        rows = {row["order"]: row for row in at_the_gate(minutes=60 * 20, **half, **then, **more).orders.to_pylist()}
        assert rows["tell"]["second_decided"] == rows["study"]["second_ended"] + 120
        return rows["study"]["second_ended"], rows["study"]["ended_because"]

    second, why = done_after()
    assert (second, why) == (12 * 3600 - 120, "it led to a vaccine")
    seize = {"orders.it": {"do": "seize", "place": "hall", "records": 2, "delay": "4 min"}}
    faster, _ = done_after(**seize)
    assert 12 * 3600 / 3 - 240 <= faster <= 12 * 3600 / 3 + 240, "pace 1 + 1 + 2 x 0.5"
    late, _ = done_after(**{"orders.study.hosts_needed": 1, "orders.it": {"do": "seize", "place": "hall", "delay": "5 h", "records": 0}})
    assert abs(late - (5 + 6) * 3600) <= 240, "nothing gets on before a host is held; then at twice the pace"


def test_barricades_hold_longer() -> None:
    """Doors that are blocked are broken later, or not at all."""
    blocked = {"orders.it": {"do": "barricade", "kinds": ["home"]}, "behaviour.doors.barricade": "400 h", "behaviour.doors.steel": "1 h"}
    plain, other = in_village(2, **{name: value for name, value in blocked.items() if name != "orders.it"}), in_village(2, **blocked)
    homes = [sum(row["place_kind"] == "home" for row in run.events.to_pylist() if row["kind"] == "door_broken") for run in (plain, other)]
    assert homes[0] > 5 * max(1, homes[1])
    assert used(other)["doors"] > 100


def test_trust_is_lost_where_people_are_struck_and_comes_back() -> None:
    """Without trust nobody keeps to martial law; half of what was lost is back after so long."""
    trust = {"trust": {"called_off": 1, "regained": "5 h"}, "orders.rescue": {**RESCUE, "until": "time >= 60"}}
    law = {"orders.it": {"do": "martial_law", "compliance": 1}, "orders.no": {"do": "call_off", "order": "rescue", "when": "time >= 2"}}
    made = hyosan.load("hyosan", overrides={**VILLAGE, **trust, **law})
    sim = watched(made)
    levels = {}
    while sim.advance():
        levels[sim.tick * sim.tick_seconds / 3600] = int(sim.state.zones["curfew"][0])
    assert levels[1] == 1 << 32
    assert levels[3] < 1 << 30
    assert abs(levels[7 + 1 / 6] - (1 << 31)) < 1 << 28
    assert levels[28] > 0.9 * (1 << 32)


def watched(scenario: Any) -> Simulation:
    from small_worlds import simulation

    from hyosan.world.build import build

    sim = simulation(scenario, build(scenario.city, scenario.base))
    sim.begin()
    return sim


def test_calls_left_unanswered_cost_trust() -> None:
    made = hyosan.load("hyosan", overrides={**VILLAGE, "trust": {"unanswered": 0.05, "answered_within": "2 h"}, "orders.it": {"do": "cordon"}})
    sim = watched(made)
    while sim.advance():
        pass
    calls = len(sim.authorities.works.calls)
    late = sum(second <= 28 * 3600 for second, _, _ in sim.authorities.works.calls)
    assert calls > 20
    lowest = int(sim.state.zones["trust"].min()) / (1 << 20)
    assert 0.95**late * 0.5 < lowest < 0.95 ** (late / len(sim.world.zones)) + 0.01


def test_places_beyond_are_reached_by_their_own_luck() -> None:
    """One more destination changes nothing for the others; limits stop some of those who would arrive, and nobody else arrives."""
    road = {"beyond.port": {"share": 0.5, "starts": 1, "takes": "1 h"}}
    run = in_village(1, **road)
    free = happened(run, "arrived_beyond")
    more = in_village(1, **road, **{"beyond.air": {"trips": 800, "route": "air", "starts": 0, "takes": "1 day"}})
    assert happened(more, "arrived_beyond", "port") == free
    assert len(happened(run, "began_beyond")) == 1
    limited = in_village(1, **road, **{"orders.it": {"do": "limit_travel", "routes": ["road"], "left": 0.4}})
    assert set(happened(limited, "arrived_beyond")) < set(free)
    other_route = in_village(1, **road, **{"orders.it": {"do": "limit_travel", "routes": ["sea"], "left": 0}})
    assert happened(other_route, "arrived_beyond") == free
    assert run.ending.reached_beyond == len(free) > 10
    assert run.ending.outbreaks_beyond == 1


def test_residents_who_travel_carry_it() -> None:
    """Of those infected who follow their routine a share travels each day: about as many as the product says."""
    ill = {"seeds.first": {"count": 400}, "time.end": "6 days", "time.stop_when_over": False, "city.residents": 1200}
    beyond = {"beyond.capital": {"trips": 100, "starts": 0.01, "route": "rail"}}
    run = hyosan.run("influenza", overrides={**ill, **beyond}, seed=1, threads=1)
    arrived = happened(run, "arrived_beyond")
    infected_days = sum(
        row["value"]
        for row in run.series.to_pylist()
        if row["zone"] == "all" and row["quantity"] in ("ill", "symptomless") and row["second"] % 86_400 == 0
    )
    assert 0.5 * infected_days * 0.1 < len(arrived) < 1.5 * infected_days * 0.1 + 60


EVERYTHING: dict[str, Any] = {
    "orders.law": {**LAW, "slips_out": 0.1, "fades": "2 days"},
    "orders.ring": {"do": "cordon", "delay": "11 h", "leak": 0.1, "escorts": 30, "inward": 0.5},
    "orders.camp": {"do": "quarantine", "delay": "11 h", "capacity": 200, "questions": 0.5, "needs": {"rations": 1}, "leave_in_need": 0.2},
    "orders.camp.slips_out": 0.2,
    "orders.help": {**RESCUE, "lost": 0.3, "leaves_suspects": True},
    "orders.buses": {"do": "evacuate", "vehicles": 2, "seats": 9, "when": "time >= 4", "trip": "3 h"},
    "orders.boards": {"do": "barricade", "kinds": ["home"], "per_day": 60},
    "orders.trucks": {"do": "supply", "stock": "rations", "per_day": 40},
    "orders.study": {"do": "research", "aim": "test", "work": 30, "staff": 9, "per_host": 0.5},
    "orders.planes": {"do": "limit_travel", "left": 0.5, "when": "time >= 6"},
    "orders.search": {"do": "seize", "place": "teacher's house", "when": "time >= 5"},
    "orders.hit": {**STRIKE, "when": "time >= 20"},
    "orders.clear": {**SWEEP, "when": "time >= 22", "teams": 3, "captures": 0.5, "half_turned": "capture", "mistaken": 0.05, "cells": 3},
    "orders.no": {"do": "call_off", "order": "help", "when": "time >= 9"},
    "stocks.rations": {"at_start": 20}, "trust": {"struck": 0.3, "unanswered": 0.01, "called_off": 0.4, "regained": "9 h"},
    "beyond.port": {"share": 1, "trips": 900, "starts": 0.1, "takes": "5 h"}, "checkpoints.every": "4 h", "checkpoints.keep": 0, "time.end": "40 h",
}  # fmt: skip


def test_civil_orders_go_on_after_a_checkpoint(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A run cut off at several moments and resumed gives the same bytes, with everything under way."""
    changes = {**VILLAGE, **EVERYTHING}
    whole = hyosan.run("hyosan", overrides=changes, seed=7, threads=1, out=tmp_path / "whole")
    kinds = {row["kind"] for row in whole.events.to_pylist()}
    assert {"captured", "quarantined", "rescued", "evacuated", "slipped_out", "crossed_in"} <= kinds
    known = [row for row in whole.series.to_pylist() if row["quantity"] == "reported_cases"]
    last = {row["zone"]: row["value"] for row in known}
    assert last.pop("all") == sum(last.values()) > 0, "belief stands beside truth, by zone"
    go_on = Simulation.advance
    for cut_at in (37, 80, 140):

        def cut(sim: Simulation, at: int = cut_at) -> bool:
            if sim.tick == at:
                raise InterruptedError
            return go_on(sim)

        out = tmp_path / f"cut{cut_at}"
        with monkeypatch.context() as patched:
            patched.setattr(Simulation, "advance", cut)
            with pytest.raises(InterruptedError):
                hyosan.run("hyosan", overrides=changes, seed=7, threads=1, out=out)
        assert hyosan.run("hyosan", overrides=changes, seed=7, threads=2, out=out).result_hash == whole.result_hash


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"orders.it": {"do": "supply", "stock": "food", "per_day": 1}}, "orders.it.stock: .*food.* is not a stock"),
        ({"orders.it": {"do": "call_off", "order": "that"}}, "orders.it.order: .*that.* is not an order"),
        ({"orders.it": {"do": "call_off", "order": "it"}}, "an order cannot call itself off"),
        ({"orders.it": {"do": "curfew", "first": 4, "last": 4}}, "lasts no time"),
        ({"orders.it": {"do": "quarantine", "needs": {"food": 1}}}, "orders.it.needs.food"),
        ({"orders.it": {"do": "barricade", "kinds": ["castle"]}}, "this city has no kind of place `castle`"),
        ({"orders.it": {"do": "evacuate", "vehicles": 1, "zones": ["Z9"]}}, "this city has no zone `Z9`"),
        ({"orders.it": {"do": "limit_travel", "routes": ["foot"]}}, "orders.it.*routes.*'foot' is not possible|foot"),
        ({"beyond.a": {"share": 0.7, "starts": 1}, "beyond.b": {"share": 0.6, "starts": 1}}, "add up to 1.3"),
        ({"stocks.done": {}}, "no stock can be called `done`"),
        ({"orders.it": {"do": "cordon", "when": "stock.food < 3"}}, "stock.food"),
    ],
)
def test_wrong_civil_orders_are_refused(changes: Changes, message: str) -> None:
    with pytest.raises(ScenarioError, match=message):
        in_village(1, **changes)
