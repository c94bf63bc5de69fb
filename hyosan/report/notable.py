"""Whose stories a report tells: people whom fixed rules pick from the events, so that nobody chooses by hand."""

from __future__ import annotations

import numpy as np

from hyosan.report.counts import Facts
from hyosan.results.rows import named
from hyosan.results.tree import tree

MOST = 14
SEEDS, INFECTORS = 3, 3
_FIRSTS = {
    "rescued": "the first to be reached by a rescue team",
    "captured": "the first to be captured",
    "quarantined": "the first in the quarantine",
    "left_city": "the first to get out of the city",
}


def notable(facts: Facts) -> list[tuple[int, str]]:
    """People and why they are told of, each once: first cases, who infected most, the ends of the longest chain and of the outbreak, firsts."""
    rows = tree(facts.run)
    if not rows.num_rows:
        return []
    infected, generation = rows["infected"].to_numpy(), rows["generation"].to_numpy()
    found = [(int(person), "one of the first cases") for person in infected[generation == 0][:SEEDS]]
    found += [(row["person"], "one of those who infected most") for row in facts.spread.infectors[:INFECTORS]]
    if generation.max() > 0:
        found.append((int(infected[int(np.argmax(generation))]), "the end of the longest chain"))
        found.append((int(infected[-1]), "the last to be infected"))
    found += _firsts(facts)
    told: dict[int, str] = {}
    for person, why in found:
        told.setdefault(person, why)
    return list(told.items())[:MOST]


def _firsts(facts: Facts) -> list[tuple[int, str]]:
    events = facts.run.events
    kinds = events["kind"]
    found: list[tuple[int, str]] = []
    persons, people = events["person"].to_numpy(), facts.run.people
    for kind, why in _FIRSTS.items():
        found += [(int(person), why) for person in persons[named(kinds, kind)][:1]]
    killed = persons[named(kinds, "killed") & named(events["cause"], *{row["name"] for row in facts.decisions})]
    spared = killed[~np.isin(killed, tree(facts.run)["infected"].to_numpy())]
    found += [(int(person), "the first who was killed by an order and had never been infected") for person in spared[:1]]
    half = people["person"].to_numpy()[named(people["ending"], "alive_half_turned")]
    return found + [(int(person), "half-turned, and alive") for person in half[:1]]
