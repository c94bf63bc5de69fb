"""What holds in every run, with no number to look up: odds of fights, scale of time, closed doors, bookkeeping, orders without effect."""

from __future__ import annotations

from typing import Any

import judge
import models
import numpy as np
import pytest

import hyosan

FIGHTS = {
    "well mixed": models.szr(0.6, models.well_mixed(3000), first=30, bite="0.02 per h", tick="10 min", end="3 days"),
    "incubation": models.szr(0.6, models.well_mixed(3000), first=30, bite="0.02 per h", tick="1 h", latency=models.gamma("5 h", "2 h"), end="4 days"),
    "lattice": models.szr(0.3, models.lattice(50), first=20, bite="1 per h", tick="1 h", link="pair", end="4 days"),
    "homes": models.szr(0.6, models.households(size=6, number=200), first=200, bite="1 per h", tick="1 h", end="1 day"),
    "classroom": "classroom",
}


@pytest.mark.law("M1")
@pytest.mark.parametrize("name", FIGHTS)
def test_odds_of_fights(name: str) -> None:
    """M1. Whatever the contact structure, movement and incubation: E[kills] = alpha E[bites] for each class of pair.

    Source: kills minus alpha bites is a martingale. Pass: every row of the run's own check holds, and over all runs |z| <= 4 with
    z = (K - alpha B) / sqrt(alpha (K + B)). False alarm 1.3e-4.
    """
    source = FIGHTS[name]
    rows = hyosan.run(source, seed=5, checks_each_tick=True).manifest["self_checks"]
    assert all(row["passed"] for row in rows), rows
    if name != "classroom":
        assert any(str(row["name"]).startswith("fight odds") for row in rows), "too few fights to judge"
    runs = 3000 if name == "classroom" else 20
    found = hyosan.replicate(source, seeds=range(runs), quantities=["bites", "kills"])
    alpha = 0.05 if name == "classroom" else source["pathogen"]["routes"]["bite"]["fights"][0]["kills_per_bite"]
    bites, kills = int(found["bites"].to_numpy().sum()), int(found["kills"].to_numpy().sum())
    judge.odds_are(bites, kills, alpha, f"kills minus alpha bites, {name}")


@pytest.mark.law("M3")
def test_all_times_halved() -> None:
    """M3. Rates twice as high and durations (fixed) and ticks half as long: the same people, half as late.

    Pass: equal counts in every run; the time of the last event halves, to a second's rounding. Exact, but for two events within a
    microsecond (99.9 %).
    """
    found = []
    for part in (1, 2):
        bite, tick, latency = f"{0.06 * part!r} per h", f"{20 // part} min", f"{60 // part} min"
        story = models.szr(0.6, models.well_mixed(100), first=2, bite=bite, tick=tick, latency=latency, end=f"{160 // part} h")
        names = ["bites", "kills", "susceptible", "turned", "last_second"]
        table = hyosan.replicate(story, seeds=range(1000), quantities=names, until="susceptible == 0 or turned + symptomless == 0")
        found.append(np.stack([table[name].to_numpy() for name in names]))
    same = (found[0][:4] == found[1][:4]).all(0)
    judge.nearly_all(same, 0.999, "the same counts")
    assert (np.abs(found[0][4] - 2 * found[1][4])[same] <= 1).all()


@pytest.mark.law("M3")
def test_all_times_halved_by_contact() -> None:
    """M3 for infection by contact: a rate twice as high, a period and ticks half as long. Pass: equal sizes in 99.9 % of runs."""
    found = []
    for part in (1, 2):
        rates = {"anywhere": f"{0.5 * part!r} per day"}
        story = models.sir(models.well_mixed(100), infectious=f"{96 // part} h", tick=f"{24 // part} h", rates=rates, end=f"{300 // part} days")
        found.append(hyosan.replicate(story, seeds=range(1000), until="active == 0", quantities=["infected"])["infected"].to_numpy())
    judge.nearly_all(found[0] == found[1], 0.999, "the same sizes")


def two_rooms(inside: int, outside: int, route: str) -> models.Scenario:
    """A room where it begins, and another behind a welded door."""
    places: dict[str, Any] = {"inside": {"kind": "room", "people": inside}, "outside": {"kind": "hall", "people": outside}}
    ways = [{"between": ["inside", "outside"], "takes": "10 s", "door": "steel", "state": "welded"}]
    city = {"rooms": {"places": places, "ways": ways}}
    if route == "bite":
        story = models.szr(0.1, city, bite="0.05 per min", tick="1 min", end="3 h", latency=models.exponential("5 min"))
    else:
        story = models.sir(city, infectious=models.exponential("4 h"), tick="10 min", rates={"anywhere": "0.5 per h"}, end="2 days")
    story["seeds"] = {"first": {"count": 2, "place": "inside", "state": "turned" if route == "bite" else "infectious"}}
    return story


def rows_inside(run: hyosan.Run, people: int) -> list[dict[str, Any]]:
    """The events of those inside (ids 0 to `people` - 1), as rows."""
    return [row for row in run.events.to_pylist() if row["person"] < people]


@pytest.mark.law("M4")
@pytest.mark.parametrize("route", ["bite", "contact"])
def test_a_closed_door(route: str) -> None:
    """M4. Nobody behind a welded door is ever infected, and those inside fare the same, to the row, whether anybody is out there.

    Source: luck is keyed by person, never by position or by how many there are. Pass: exact, 10 seeds.
    """
    infected = 0
    for seed in range(10):
        alone = hyosan.run(two_rooms(30, 0, route), seed=seed)
        beside = hyosan.run(two_rooms(30, 50, route), seed=seed, checks_each_tick=True)
        assert rows_inside(alone, 30) == rows_inside(beside, 30), f"seed {seed}"
        outside = [row for row in beside.people.to_pylist() if row["person"] >= 30]
        assert all(row["infected_second"] < 0 and row["died_second"] < 0 for row in outside)
        infected += sum(row["kind"] == "infected" for row in rows_inside(beside, 30))
    assert infected > 50, "nothing happened inside"


@pytest.mark.law("M5")
@pytest.mark.parametrize("name", ["seir", "szr", "classroom"])
def test_everybody_is_counted_once(name: str) -> None:
    """M5. Each infected has one infector, infected earlier and infectious at that second; nobody dies twice; states add up to N.

    Pass: exact, from the table of events alone.
    """
    run = hyosan.run(name, seed=2, overrides=["city.well_mixed=1000"] if name == "seir" else [], checks_each_tick=True)
    begins, ends, infected_at, dead = {}, {}, {}, set()
    spreading = {"infectious", "turned"}
    for row in run.events.to_pylist():
        person, second = row["person"], row["second"]
        if row["kind"] in ("seeded", "infected"):
            assert person not in infected_at, f"{person} is infected twice"
            assert (row["other"] < 0) == (row["kind"] == "seeded")
            infected_at[person] = second
        if row["kind"] == "killed":
            assert person not in dead, f"{person} dies twice"
            dead.add(person)
        if row["from"] in spreading:
            ends[person] = second
        if row["to"] in spreading:
            begins[person] = second
    for row in run.events.to_pylist():
        if row["kind"] == "infected":
            assert infected_at[row["other"]] <= row["second"]
            assert begins[row["other"]] <= row["second"] <= ends.get(row["other"], row["second"])
    people = run.people.to_pylist()
    assert sorted(infected_at) == sorted(row["person"] for row in people if row["infected_second"] >= 0)
    classes = ("susceptible", "human", "symptomless", "ill", "half_turned", "turned", "recovered", "dead")
    counted = dict.fromkeys(classes, 0)
    rows = [row for row in run.series.to_pylist() if row["zone"] == "all" and row["quantity"] in classes and row["view"] == "truth"]
    for second in sorted({row["second"] for row in rows}):  # the series holds what changed
        counted.update({row["quantity"]: row["value"] for row in rows if row["second"] == second})
        assert sum(counted.values()) == run.ending.residents, f"second {second}"
    assert counted["susceptible"] == run.ending.residents - len(infected_at)


NO_EFFECT: dict[str, dict[str, Any]] = {
    "an order that is never given": {"do": "martial_law", "when": "reported.turned >= 1000000"},
    "a rescue without teams": {"do": "rescue", "teams": 0},
    "an alert that reaches nobody": {"do": "alert", "reaches": 0},
}


@pytest.mark.law("M6")
@pytest.mark.parametrize("name", NO_EFFECT)
def test_an_order_without_effect(name: str) -> None:
    """M6. An order that reaches nobody leaves the history (events, people, series) the same, bit by bit. Pass: exact."""
    for source in (two_rooms(30, 20, "bite"), "classroom"):
        scenario = hyosan.load(source)
        plain = hyosan.run(scenario, seed=4)
        ordered = hyosan.run(source, seed=4, overrides={"orders": {"nothing": NO_EFFECT[name]}})
        assert plain.history_hash == ordered.history_hash, name


@pytest.mark.law("M8")
def test_threads_change_nothing() -> None:
    """P1. One and four threads give the same bytes, where loops run over threads (3,000 people and more). Pass: exact."""
    story = models.sir(
        models.well_mixed(3000), infectious=models.exponential("4 days"), tick="1 day", rates={"anywhere": "0.5 per day"}, end="60 days"
    )
    assert hyosan.run(story, seed=1, threads=1).result_hash == hyosan.run(story, seed=1, threads=4).result_hash
    for source in (FIGHTS["homes"], FIGHTS["well mixed"]):
        assert hyosan.run(source, seed=1, threads=1).result_hash == hyosan.run(source, seed=1, threads=4).result_hash


@pytest.mark.law("M8")
def test_a_run_and_a_replicate_are_the_same() -> None:
    """One answer by two doors: `replicate` gives what `run` with the same seed gives. Pass: exact."""
    for source in (FIGHTS["lattice"], FIGHTS["incubation"], two_rooms(30, 20, "contact"), "classroom"):
        names = ["susceptible", "infected", "dead", "turned", "last_second"]
        many = hyosan.replicate(source, seeds=[7, 8], quantities=names).to_pylist()
        for row in many:
            run = hyosan.run(source, seed=row["seed"])
            assert run.ending.ever_infected == row["infected"]
            assert run.ending.dead == row["dead"]
            last = [e["second"] for e in run.events.to_pylist() if e["kind"] in ("seeded", "infected", "killed")]
            assert max(last) == row["last_second"]


@pytest.mark.law("M5")
@pytest.mark.parametrize("seed", range(1, 7))
def test_the_log_is_in_order_of_time_at_a_coarse_tick(seed: int) -> None:
    """With a tick of a day whole chains fall into it; each row still stands after those before it. Pass: exact.

    Source: definition of the log. What an infection exerts counts late, and must not be dated before what was sent off already.
    """
    run = hyosan.run("seir", seed=seed)
    seconds = run.events["second"].to_pylist()
    assert seconds == sorted(seconds)
    seen = set()
    for row in run.events.to_pylist():
        if row["kind"] in ("seeded", "infected"):
            assert row["other"] < 0 or row["other"] in seen, row
            seen.add(row["person"])
