"""Scenarios in which a response can be held against theory, and runs of them. Times in days unless said otherwise."""

from __future__ import annotations

from typing import Any

import models
import numpy as np
import rings
import tracing
from numpy.typing import NDArray

import hyosan

Ints = NDArray[np.int64]
DAY = 86_400


def traced(plan: tracing.Plan) -> models.Scenario:
    """The world that `tracing.outbreak` simulates: a crowd, known cases apart, contacts named with a probability and found after a delay."""
    return {
        "name": "traced",
        "time": {"tick": f"{plan.tick * 24!r} h", "end": f"{plan.end!r} days"},
        "city": models.well_mixed(plan.people),
        "pathogen": {
            "name": "known by half",
            "infected": "latent",
            "states": {
                **models.NOT_INFECTED,
                "latent": {"counts_as": "symptomless"},
                "infectious": {
                    "counts_as": "ill",
                    "infectious": {"contact": 1},
                    "noticed": {"share": plan.found_share, "after": f"{plan.found_after - plan.latent!r} days"},
                },
                "recovered": {"counts_as": "recovered"},
            },
            "transitions": [
                {"from": "latent", "to": "infectious", "after": f"{plan.latent!r} days"},
                {"from": "infectious", "to": "recovered", "after": f"{plan.infectious!r} days"},
            ],
            "routes": {"contact": {"rates": {"anywhere": f"{plan.rate!r} per day"}}},
        },
        "seeds": {"first": {"count": plan.first}},
        "orders": {
            "alone": {"do": "isolate", "where": "apart", "lasts": "60 days"},
            "find": {
                "do": "trace",
                "names": {"community": plan.coverage},
                "takes": f"{plan.delay!r} days",
                "where": "apart",
                "lasts": "60 days",
            },
        },
    }


def who_infected_whom(run: Any) -> tuple[Ints, Ints]:
    """For each infected person, in order of time, the number of their infector in that order (-1 = none), and their generation."""
    number: dict[int, int] = {}
    infector: list[int] = []
    generation: list[int] = []
    for row in run.events.select(["kind", "person", "other"]).to_pylist():
        if row["kind"] in ("seeded", "infected"):
            by = number[row["other"]] if row["kind"] == "infected" else -1
            number[row["person"]] = len(number)
            infector.append(by)
            generation.append(generation[by] + 1 if by >= 0 else 0)
    return np.array(infector), np.array(generation)


def ringed(city: models.Scenario, course: rings.Course, first: int, ring: dict[str, Any] | None) -> models.Scenario:
    """The world that `rings.outbreak` simulates on `city`: cases known at a known time, everybody near them vaccinated with full effect."""
    states = {
        **models.NOT_INFECTED,
        "infectious": {"counts_as": "ill", "infectious": {"contact": 1}, "noticed": {"share": 1, "after": f"{course.known_after!r} days"}},
        "recovered": {"counts_as": "recovered"},
    }
    pathogen = {
        "name": "percolates",
        "infected": "infectious",
        "states": states,
        "transitions": [{"from": "infectious", "to": "recovered", "after": f"{course.infectious!r} days"}],
        "routes": {"contact": {"link": f"{course.rate!r} per day"}},
        "vaccines": {"perfect": {"works": "leaky", "doses": [{"effect": 1, "delay": f"{course.works_after!r} days"}]}},
    }
    return {
        "name": "ringed",
        "time": {"tick": f"{course.tick * 24!r} h", "end": "400 days", "stop_when_over": True},
        "city": city,
        "pathogen": pathogen,
        "seeds": {"first": {"count": first}},
        "orders": {} if ring is None else {"around": {"do": "vaccinate", "vaccine": "perfect", **ring}},
    }


def tree_sizes(run: Any) -> list[int]:
    """How many people each of the first led to, itself included."""
    infector, _ = who_infected_whom(run)
    return rings.clusters(dict(enumerate(infector.tolist())))


def vaccinated_only(run: Any) -> int:
    """How many people were vaccinated and never infected."""
    rows = run.events.select(["kind", "person"]).to_pylist()
    infected = {row["person"] for row in rows if row["kind"] in ("seeded", "infected")}
    return len({row["person"] for row in rows if row["kind"] == "vaccinated"} - infected)


def run(story: Any, seed: int) -> Any:
    """One run in memory on one thread."""
    return hyosan.run(story, seed=seed, threads=1)
