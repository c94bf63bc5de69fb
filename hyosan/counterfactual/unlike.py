"""What tells the world of an altered scenario from that of a run, and whether it can be carried forward as a difference.

It can where only what exposes and how courses go are other: who lives where, what the scenario plans, and everybody's luck are then the same.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from hyosan.counterfactual.tape import COMPARED, Tape, rows_of, unfit
from hyosan.engine.run import Simulation
from hyosan.errors import CommandError
from hyosan.scenario.dump import plain
from hyosan.scenario.root import Scenario

KEPT_TIME = ("tick", "start", "weekday")
"""Parts of `time` by which moments are told and routines go."""
SAME_TABLES = ("strains", "cross", "vaccines", "doses", "against", "care", "slot_seconds", "host_share")
"""Tables of a rulebook that what-ifs read beside the engine, or that choose people before the first tick."""
SAME_NUMBERS = ("tick_seconds", "week_ticks", "susceptible", "infected", "has_ways", "exerts", "has_bites", "slots", "bite_links", "hosts")


def refuse_another_world(old: Scenario, new: Scenario) -> None:
    """Raises CommandError: another city, or another clock, so that people and moments are not those of the run."""
    one, other = plain(old), plain(new)
    parts = {"city": (one.get("city"), other.get("city"))}
    parts |= {f"time.{name}": (one["time"].get(name), other["time"].get(name)) for name in KEPT_TIME}
    for path, (before, after) in parts.items():
        if before != after:
            raise CommandError(f"--set: `{path}` would be another, and then nobody is who they are in this run; run the scenario with it instead")


def unlike(tape: Tape, sim: Simulation) -> str:
    """Why a simulation, which has begun, cannot be carried forward as a difference from a run; empty if it can."""
    run = tape.sim
    if why := unfit(sim):
        return why
    reasons = (
        (sim.ticks != run.ticks, "it would last for another time"),
        (sim.scenario.orders != run.scenario.orders, "orders differ too"),
        (sim.names.states != run.names.states or not _same_states(sim, run), "the states of the infection differ"),
        (not _same_plans(sim, run), "the scenario infects, or vaccinates, otherwise"),
        (not _same_book(sim, run), "more differs than what exposes and how courses go"),
        (not all(np.array_equal(one, other) for one, other in zip(sim.floor, run.floor, strict=True)), "people's routines differ"),
        (not _same_start(tape, sim), "people are born otherwise"),
    )
    return next((why for holds, why in reasons if holds), "")


def _same_states(one: Simulation, other: Simulation) -> bool:
    """Whether the same states infect and can be infected, in the same settings."""
    return all(
        np.array_equal(_exposing(one.book, table) > 0, _exposing(other.book, table) > 0) for table in ("states", "settings")
    ) and np.array_equal(one.book.states["open"] > 0, other.book.states["open"] > 0)


def _exposing(book: Any, table: str) -> Any:
    rows = getattr(book, table)
    return rows["contact"] + rows["air"]


def _same_plans(one: Simulation, other: Simulation) -> bool:
    return all(np.array_equal(getattr(one.plans, name), getattr(other.plans, name)) for name in ("rows", "seeds", "doses", "cases"))


def _same_book(one: Simulation, other: Simulation) -> bool:
    numbers = all(one.book.one[0][name] == other.book.one[0][name] for name in SAME_NUMBERS)
    linked = (one.book.one[0].contact_link > 0) == (other.book.one[0].contact_link > 0)
    return numbers and linked and all(np.array_equal(getattr(one.book, name), getattr(other.book, name)) for name in SAME_TABLES)


def _same_start(tape: Tape, sim: Simulation) -> bool:
    rows = rows_of(sim.state, np.arange(len(tape.first)))
    return bool((rows[:, [*COMPARED, -1]] == tape.first[:, [*COMPARED, -1]]).all())
