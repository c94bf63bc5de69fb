"""Do people act on who is with them, what they feel and what they know, and is what they do to each other what they chose?"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from small_worlds import NO_CAST, built, house, run_in

import hyosan
from hyosan.world.frame import TIE_BULLY, TIE_FAMILY

ROOMS = {
    "places": {
        "hall": {"kind": "home", "people": 6, "x": 0, "y": 0},
        "corridor": {"people": 0, "x": 10, "y": 0},
        **{f"room {k}": {"kind": "home", "people": 4, "x": 20, "y": 10 * k} for k in range(12)},
        "yard": {"people": 0, "x": 30, "y": 0},
        "away": {"kind": "outside", "x": 90, "y": 0},
    },
    "ways": [
        {"between": ["hall", "corridor"], "takes": "5 s"},
        *({"between": ["corridor", f"room {k}"], "takes": "8 s"} for k in range(12)),
        {"between": ["corridor", "yard"], "takes": "20 s"},
        {"between": ["yard", "away"], "takes": "60 s", "gate": "city"},
    ],
}
"""Families of four in rooms on a corridor."""


def family(behaviour: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A house of families who behave so."""
    told = house(ROOMS, **more)
    told["city"] |= {"ties": {}}
    told["behaviour"] |= behaviour
    return told


def events(told: dict[str, Any], seed: int) -> list[dict[str, Any]]:
    return list(hyosan.run(told, seed=seed, threads=1).events.to_pylist())


def chosen(rows: list[dict[str, Any]]) -> Counter[str]:
    return Counter(row["cause"] for row in rows if row["kind"] == "chose")


STAYS_BITTEN = {"transitions": [{"from": "bitten", "to": "turned", "after": "30 min"}]}


def bitten_stay(told: dict[str, Any]) -> dict[str, Any]:
    """The same with half an hour from bite to turning, so that the bitten are among others for long."""
    told["pathogen"] |= STAYS_BITTEN
    return told


def test_somebody_bitten_is_killed_by_those_beside_and_never_turns() -> None:
    told = bitten_stay(family({"beside_bitten": {"kill": 1}, "bitten": {"hide": 1}, "sees": {"hide": 1}, "hears": {"hide": 1}}, kills=4))
    killed = []
    for seed in range(1, 25):
        rows = events(told, seed)
        for row in rows:
            if row["kind"] == "chose" and row["cause"] == "kill":
                victim = [one for one in rows if one["person"] == row["other"]]
                death = [one for one in victim if one["kind"] == "killed"]
                assert len(death) == 1
                assert death[0]["second"] == row["second"]
                assert death[0]["other"] == row["person"]
                assert any(one["kind"] == "infected" for one in victim), "was bitten"
                assert not any(one["kind"] == "progressed" for one in victim), "never turned"
                killed.append(row["other"])
    assert len(killed) > 3


def test_somebody_bitten_is_put_out_of_the_room() -> None:
    told = bitten_stay(family({"beside_bitten": {"expel": 1}, "bitten": {"hide": 1}, "sees": {"hide": 1}, "hears": {"hide": 1}}, kills=4))
    out = 0
    for seed in range(1, 25):
        rows = events(told, seed)
        for row in rows:
            if row["kind"] == "chose" and row["cause"] == "expel":
                after = [one["place"] for one in rows if one["person"] == row["other"] and one["second"] > row["second"]]
                out += any(place != row["place"] for place in after)
    assert out > 3


def together(told: dict[str, Any], seeds: range) -> float:
    """Mean number of rooms that a family of four who live at the end are spread over."""
    spread = []
    for seed in seeds:
        people = hyosan.run(told, seed=seed, threads=1).people.to_pylist()
        homes: dict[int, list[int]] = {}
        for row in people:
            if row["ending"] == "alive_human":
                homes.setdefault(row["home"], []).append(row["place"])
        spread += [len(set(places)) / len(places) for places in homes.values() if len(places) > 1]
    return float(np.mean(spread))


def test_families_that_follow_each_other_stay_together() -> None:
    alone = {"sees": {"hide": 1, "flee_out": 1}, "hears": {"hide": 1, "help": 1}, "hidden": {"hide": 1, "help": 1}}
    follow = {row: weights | {"follow": 6} for row, weights in alone.items()}
    seeds = range(1, 25)
    assert together(family(follow), seeds) < together(family(alone), seeds)


def test_whoever_fights_is_afraid_and_fear_changes_what_is_chosen() -> None:
    plain = {"sees": {"hide": 1, "flee_out": 1}, "hears": {"hide": 1, "flee_out": 1}, "hidden": {"hide": 1, "flee_out": 1}}
    afraid = plain | {"feelings": {"fear": {"flee_out": 8}}}
    shares = []
    for behaviour in (plain, afraid):
        count = sum((chosen(events(family(behaviour), seed)) for seed in range(1, 25)), Counter())
        shares.append(count["flee_out"] / count.total())
    assert shares[1] > shares[0] + 0.05


def test_without_fights_nobody_is_afraid() -> None:
    """Noise alone makes nobody fear: the same is chosen with feelings and without."""
    quiet: dict[str, Any] = {"seeds": {}, "noises": {"bang": {"place": "yard", "at": "2 min", "lasts": "4 min", "loudness": "95 dB"}}}
    plain = family({"hears": {"hide": 1, "flee_out": 1}}, **quiet)
    afraid = family({"hears": {"hide": 1, "flee_out": 1}, "feelings": {"fear": {"flee_out": 8}}}, **quiet)
    one, other = chosen(events(plain, 1)), chosen(events(afraid, 1))
    assert one == other
    assert one.total() > 10


def test_those_who_know_what_to_do_choose_otherwise_and_so_do_those_with_them() -> None:
    scenario, world = built(family({"hears": {"hide": 1, "flee_out": 1}, "crisis": {"flee_out": 0}}))
    one = int(np.flatnonzero(np.diff(world.ground.tie_start) > 0)[-1])
    ties = world.ground.tie_to[world.ground.tie_start[one] : world.ground.tie_start[one + 1]]
    knows = np.zeros(world.people, dtype=np.int8)
    knows[one] = 1
    taught = replace(world, ground=world.ground._replace(person_knows=knows))
    with_them = {int(world.ground.person_id[row]) for row in (one, *ties)}
    out: dict[bool, int] = {True: 0, False: 0}
    for seed in range(1, 13):
        for row in run_in(scenario, taught, seed).events.to_pylist():
            if row["kind"] == "chose" and row["cause"] == "flee_out" and row["second"] <= 240:
                out[row["person"] in with_them] += 1
    assert out[True] == 0
    assert out[False] > 20


def test_a_small_child_alone_dies_and_one_with_family_lives() -> None:
    people = {
        "places": {
            "flat": {"kind": "home", "people": 1, "age": 1, "x": 0},
            "other": {"kind": "home", "people": 1, "age": 1, "x": 9},
            "yard": {"people": 1, "age": 30, "x": 5},
        },
        "ways": [{"between": ["flat", "yard"]}, {"between": ["other", "yard"]}],
    }
    told = house(people, minutes=60 * 24 * 4)
    told["time"]["tick"] = "10 min"
    told["seeds"] = {}
    told["behaviour"]["dependants"] = {"up_to_age": 2, "alone_for": "2 days"}
    rows = events(told, 1)
    assert [(row["kind"], row["cause"]) for row in rows] == [("killed", "left alone")] * 2
    hours = [(row["second"] + 10 * 3600) / 3600 for row in rows]
    assert all(hour % 24 == 4 for hour in hours), "seen at night, when people are at home"
    people["places"]["flat"] |= {"people": 2, "age": 30}
    assert len(events(told, 1)) == 1


def test_family_takes_along_who_cannot_go_alone() -> None:
    """A household of parents and a baby flees: the baby goes with one of them and is never left behind by both."""
    village = {
        "city.residents": 1500,
        "city.police": 4,
        "city.school.pupils": 60,
        "city.school.years": 1,
        "seeds.mouse.place": "Hyosan High / class 1-1",
        "behaviour.leave": "10 per hour",
    }
    done = hyosan.run("hyosan", seed=2, overrides=village | NO_CAST | {"time.end": "1 day", "city.ties.friends": 0}, threads=1)
    age = {row["person"]: row["age"] for row in done.people.to_pylist()}
    small = [row for row in done.events.to_pylist() if age.get(row["person"], 99) <= 2]
    assert not any(row["kind"] == "chose" for row in small), "who cannot go alone decides nothing"
    gone = [row for row in small if row["kind"] in ("left_building", "left_city")]
    assert gone
    moved = {
        (row["second"], row["place"])
        for row in done.events.to_pylist()
        if row["kind"] in ("left_building", "left_city") and age.get(row["person"], 99) > 2
    }
    assert all((row["second"], row["place"]) in moved for row in gone), "somebody older went the same way at the same moment"


def test_who_lures_is_loud() -> None:
    quiet = family({"sees": {"flee_out": 1}, "hears": {"hide": 1}}, kills=0)
    loud = family({"sees": {"lure": 1}, "hears": {"hide": 1}, "lure_noise": "120 dB"}, kills=0)
    assert chosen(events(loud, 1))["lure"] > 0
    alarmed = [sum(chosen(events(told, seed))["hide"] for seed in range(1, 13)) for told in (quiet, loud)]
    assert alarmed[1] > alarmed[0]


def types_of(cause: dict[str, Any], seeds: range, **more: Any) -> list[tuple[str, str, int]]:
    """Host types of infector and infected, and by how many the infected is bullied, of all bites by others than the first."""
    told = house(kills=0.0, minutes=90, **more)
    told["city"] = {"korea": "Seosan-si", "residents": 1200, "school": {"pupils": 200, "years": 1}, "ties": {"bullied": 0.5}}
    told["seeds"] = {"first": {"count": 3, "role": "pupil", "state": "turned"}}
    told["pathogen"] |= {
        "hosts": {"plain": {"share": 0.7}, "other": {"share": 0.3}},
        "cause": cause,
    }
    found = []
    for seed in seeds:
        _, world = built(told, seed=seed)
        done = hyosan.run(told, seed=seed, threads=1)
        host = {row["person"]: row["host"] for row in done.people.to_pylist()}
        bullied = np.bincount(world.ground.tie_to[world.ground.tie_kind == TIE_BULLY], minlength=world.people)
        rows = {int(name): row for row, name in enumerate(world.ground.person_id)}
        for row in done.events.to_pylist():
            if row["kind"] == "infected":
                found.append((host[row["other"]], host[row["person"]], int(bullied[rows[row["person"]]])))
    return found


def test_a_variant_passes_on_with_the_virus_and_chance_does_not() -> None:
    always = types_of({"by": "variant", "keeps": 1.0}, range(1, 3))
    assert len(always) > 60
    assert all(one == other for one, other, _ in always)
    for cause in ({"by": "variant", "keeps": 0.0}, {}):
        by = Counter((one, other) for one, other, _ in types_of(cause, range(1, 6)))
        of = {one: by[one, "plain"] + by[one, "other"] for one in ("plain", "other")}
        shares = [by[one, "other"] / of[one] for one in of]
        assert abs(shares[0] - shares[1]) < 4 * (0.21 * sum(1 / count for count in of.values())) ** 0.5, "four standard errors"


def test_what_the_host_feels_makes_the_type() -> None:
    rows = types_of({"by": "host", "per_unit": {"other": 20}}, range(1, 4))
    share = {flag: np.mean([other == "other" for _, other, count in rows if (count > 0) == flag]) for flag in (True, False)}
    assert share[True] > share[False] + 0.1


@pytest.mark.parametrize("threads", [2])
def test_minds_give_the_same_bytes_on_any_number_of_threads(threads: int) -> None:
    village = {
        "city.residents": 3000,
        "city.police": 20,
        "city.school.pupils": 120,
        "seeds.mouse.place": "Hyosan High / class 2-1",
        "time.end": "1 day",
    }
    more = NO_CAST | {"city.ties.friends": 3, "city.ties.bullied": 0.1, "city.ties.contempt": 0.1, "pathogen.cause.by": "host"}
    one, many = (hyosan.run("hyosan", seed=5, overrides=village | more, threads=k) for k in (1, threads))
    assert one.history_hash == many.history_hash
    assert TIE_FAMILY == 0
