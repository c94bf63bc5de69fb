"""Each system of the flagship switched off, on the same luck: a stated quantity moves with the stated sign.

A row of docs/hyosan.md says what each system is in the model; here its absence is asked for. A village of 1,000 people with orders that come
soon (the strike later, and on less ground, so that it does not end all), and in which one of five becomes half-turned, so that some do.
"""

from __future__ import annotations

from math import sqrt
from statistics import mean, stdev
from typing import Any

import pytest
from small_worlds import village

import hyosan
from hyosan import Run

pytestmark = pytest.mark.usefixtures("compiled")
LATER: dict[str, Any] = {
    "time.end": "40 h",
    "orders.quarantine.when": "cordon.effective",
    "orders.seizure.delay": "1 h",
    "orders.strike.delay": "10 h",
    "orders.strike.radius": "200 m",
    "pathogen.hosts.ordinary.share": 0.77,
    "pathogen.hosts.half.share": 0.19,
    "pathogen.hosts.hunter.share": 0.01,
}
BASE: dict[str, Any] = village(1000, **LATER)
LEFT_ALONE: dict[str, Any] = {"orders.rescue": None, "orders.abandon": None, "orders.cordon.when": "never", "time.end": "7 h"}
"""Nobody is fetched, held or struck: where people are in the end is their own choice."""
BOTH: dict[str, dict[str, Any]] = {"S6": LEFT_ALONE, "S12": {"orders.cordon.when": "never"}}
"""What both runs of a pair have besides, by system."""
Row = tuple[str, dict[str, Any], str, int]
SYSTEMS: dict[str, Row] = {
    "S1": ("the bitten turn at once", {"pathogen.transitions.0.after": "1 s"}, "infected in the first hour", +1),
    "S2": (
        "nobody becomes half-turned",
        {"pathogen.hosts.half.share": 0, "pathogen.hosts.hunter.share": 0, "pathogen.hosts.ordinary.share": 0.97},
        "became half-turned",
        -1,
    ),
    "S3": ("the teacher's family is not infected", {"seeds.wife": None, "seeds.son": None}, "captured", -1),
    "S4": ("doors hold nobody up", {f"behaviour.doors.{kind}": "1 s" for kind in ("wooden", "steel", "barricade")}, "infected", +1),
    "S5": ("the turned do not move", {"pathogen.states.turned.does": "still"}, "infected", -1),
    "S6": ("nobody is tied to anybody", {"city.ties": None, "city.cast": {}, "seeds.mouse.person": None}, "families torn apart", +1),
    "S7": ("no rescue", {"orders.rescue": None, "orders.abandon": None}, "rescued", -1),
    "S8": ("no cordon", {"orders.cordon.when": "never"}, "left the city", +1),
    "S9": ("no strikes", {"orders.strike.when": "never"}, "killed in strikes", -1),
    "S10": ("no quarantine", {"orders.quarantine.when": "never"}, "let in at the gate", -1),
    "S11": ("nothing is seized", {"orders.seizure": None, "orders.research": None}, "seconds in custody", -1),
    "S12": ("nothing lies beyond the city", {"beyond": {}, "orders.travel": None}, "arrived beyond", -1),
    "S13": ("bodies are never misread", {"orders.strike.misread_bodies": 0}, "misreported", -1),
    "S14": ("the half-turned are spared", {"orders.sweep.half_turned": "spare"}, "half-turned alive", +1),
}
"""By system: what is switched off, how, the quantity, and whether it is more (+1) or less (-1) without the system."""


def counted(run: Run, what: str) -> float:
    """A quantity of a run."""
    ending, events = run.ending, run.events.to_pylist()
    if what == "families torn apart":
        return torn(run)
    return {
        "infected": lambda: ending.ever_infected,
        "infected in the first hour": lambda: sum(row["kind"] == "infected" and row["second"] < 3_600 for row in events),
        "became half-turned": lambda: len({row["person"] for row in events if row["to"] == "half_turned"}),
        "half-turned alive": lambda: ending.alive.half_turned,
        "captured": lambda: sum(row["kind"] == "captured" for row in events),
        "seconds in custody": lambda: sum(run.manifest["end_second"] - row["second"] for row in events if row["kind"] == "captured"),
        "rescued": lambda: sum(row["kind"] == "rescued" for row in events),
        "left the city": lambda: sum(row["kind"] == "left_city" for row in events),
        "killed in strikes": lambda: ending.killed_in_strikes.total,
        "let in at the gate": lambda: sum(row["kind"] == "quarantined" and not row["cause"] for row in events),
        "arrived beyond": lambda: ending.reached_beyond,
        "misreported": lambda: abs(ending.reported_killed_in_strikes.turned_or_ill - ending.killed_in_strikes.turned_or_ill),
    }[what]()


def torn(run: Run) -> float:
    """Places over which a family that lives is spread, per person, of families with two or more alive."""
    homes: dict[int, list[int]] = {}
    for row in run.people.to_pylist():
        if row["ending"] == "alive_human":
            homes.setdefault(row["home"], []).append(row["place"])
    shares = [len(set(places)) / len(places) for places in homes.values() if len(places) > 1]
    return mean(shares) if shares else 0.0


_with_it: dict[tuple[int, str], Run] = {}


def difference(system: str, seeds: range) -> list[float]:
    """The quantity without the system less the quantity with it, by seed."""
    _, off, what, _ = SYSTEMS[system]
    found, both = [], BOTH.get(system, {})
    for seed in seeds:
        pair = (seed, system if both else "")
        if pair not in _with_it:
            _with_it[pair] = hyosan.run("hyosan", overrides=BASE | both, seed=seed, threads=1)
        without = hyosan.run("hyosan", overrides=BASE | both | off, seed=seed, threads=1)
        found.append(counted(without, what) - counted(_with_it[pair], what))
    return found


@pytest.mark.parametrize("system", SYSTEMS)
def test_without_a_system_its_quantity_moves(system: str) -> None:
    """In the mean of four pairs of runs."""
    assert mean(difference(system, range(1, 5))) * SYSTEMS[system][3] > 0


@pytest.mark.ensemble
@pytest.mark.parametrize("system", SYSTEMS)
def test_without_a_system_its_quantity_moves_beyond_chance(system: str) -> None:
    """Over 50 pairs of runs on the same luck the 95 % interval of the mean difference excludes 0 on the side that is stated."""
    found = difference(system, range(1, 51))
    half = 2.01 * stdev(found) / sqrt(len(found))
    print(f"{system}: {SYSTEMS[system][0]}: {SYSTEMS[system][2]} {mean(found):+.1f} +- {half:.1f}")
    assert mean(found) * SYSTEMS[system][3] > half
