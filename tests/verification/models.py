"""Scenarios of the models that theory knows, as plain mappings for `hyosan.run` and `hyosan.replicate`.

Convention: everybody counts in N, the first ones included. A pair of people meets at a rate of `scale / N`, so that R0 is the number
whom one person infects in a crowd without limit. Times are in units that each function names.
"""

from __future__ import annotations

from typing import Any

Scenario = dict[str, Any]

NOT_INFECTED = {"susceptible": {"counts_as": "susceptible"}}
BITES = {"counts_as": "turned", "does": "still", "infectious": {"bite": 1}}


def scenario(name: str, tick: str, end: str, city: Scenario, pathogen: Scenario, seeds: Scenario) -> Scenario:
    """A scenario of these parts. It runs until `end`."""
    return {"name": name, "time": {"tick": tick, "end": end}, "city": city, "pathogen": pathogen, "seeds": seeds}


def szr(
    alpha: float,
    city: Scenario,
    *,
    first: int = 1,
    bite: str,
    tick: str,
    end: str = "7 days",
    latency: Any = None,
    mixing: str = "pair",
    link: str = "none",
    incubating: int = 0,
) -> Scenario:
    """Bites at rate `bite`, `alpha` kills per bite; with `latency`, the bitten turn later (SEZR). Alemi et al. 2015.

    `incubating` people are bitten, and not yet turned, at the start.
    """
    states: Scenario = {**NOT_INFECTED, "turned": BITES, "removed": {"counts_as": "dead"}}
    transitions: list[Scenario] = []
    if latency is not None:
        states["bitten"] = {"counts_as": "symptomless", "does": "still"}
        transitions = [{"from": "bitten", "to": "turned", "after": latency}]
    pathogen = {
        "name": "szr",
        "infected": "turned" if latency is None else "bitten",
        "killed": "removed",
        "states": states,
        "transitions": transitions,
        "routes": {"bite": {"mixing": mixing, "link": link, "fights": [{"bite": bite, "kills_per_bite": alpha}]}},
    }
    seeds: Scenario = {"first": {"count": first, "state": "turned"}}
    if incubating:
        # Two age bands keep the two groups apart: nobody may be chosen twice.
        seeds = {"first": {"count": first, "state": "turned", "ages": "0-49"}}
        seeds["bitten"] = {"count": incubating, "state": "bitten", "ages": "50-110"}
    return scenario("szr", tick, end, city, pathogen, seeds)


def well_mixed(people: int) -> Scenario:
    """Everybody meets everybody."""
    return {"well_mixed": people}


def lattice(side: int) -> Scenario:
    """A square grid that wraps around."""
    return {"lattice": {"rows": side, "columns": side}}


def sir(
    city: Scenario,
    *,
    infectious: Any,
    tick: str,
    rates: dict[str, str] | None = None,
    link: str = "0",
    mixing: str = "frequency",
    end: str = "600 days",
    seeds: Scenario | None = None,
    hosts: Scenario | None = None,
) -> Scenario:
    """Infected by contact at `rates` by setting, and `link` per edge, for a time `infectious`; then immune. Kermack & McKendrick 1927."""
    pathogen: Scenario = {
        "name": "sir",
        "infected": "infectious",
        "states": {
            **NOT_INFECTED,
            "infectious": {"counts_as": "ill", "infectious": {"contact": 1}},
            "recovered": {"counts_as": "recovered"},
        },
        "transitions": [{"from": "infectious", "to": "recovered", "after": infectious}],
        "routes": {"contact": {"mixing": mixing, "rates": rates or {}, "link": link}},
    }
    if hosts:
        pathogen["hosts"] = hosts
    return scenario("sir", tick, end, city, pathogen, seeds or {"first": {"count": 1}})


def exponential(mean: str) -> Scenario:
    """Durations that differ between people, exponential."""
    return {"varies": {"exponential": {"mean": mean}}}


def gamma(mean: str, sd: str) -> Scenario:
    """Durations that differ between people, gamma."""
    return {"varies": {"gamma": {"mean": mean, "sd": sd}}}


def periods(kind: str, days: float) -> Any:
    """An infectious period, `fixed` or `exponential`, of this mean."""
    return f"{days!r} days" if kind == "fixed" else exponential(f"{days!r} days")


def households(*, size: int, number: int, city: bool = False) -> Scenario:
    """`number` homes of `size` people."""
    return {"households": {"sizes": {size: number}, "city": city}}


def network(people: int, edges: list[Any]) -> Scenario:
    """People linked by edges, each two ids or two ids and a weight."""
    return {"network": {"people": people, "edges": edges}}
