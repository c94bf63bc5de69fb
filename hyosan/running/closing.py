"""What is written when a simulation is over: the last rows of its tables and its manifest."""

from __future__ import annotations

import hashlib
from typing import Any

from hyosan import provenance
from hyosan.engine import checks
from hyosan.engine.response_tally import changed_orders, figures, order_rows, people_rows
from hyosan.engine.run import Simulation
from hyosan.errors import SelfCheckError
from hyosan.policy_record import Sources, record
from hyosan.results.columns import Coded
from hyosan.results.ending import Ending
from hyosan.running.clock import Clock
from hyosan.scenario.dump import dump_of_run
from hyosan.scenario.observed import ObservedFile


def last_rows(sim: Simulation, sink: Any, since: int = 0) -> None:
    """Send the tables that are known at the end alone; of orders that were over before the second `since` nothing is told."""
    sink.append("people", people_rows(sim, Coded))
    orders = order_rows(sim)
    told = [ended < 0 or ended >= since for ended in orders["second_ended"]]
    sink.append("orders", {name: [value for value, tell in zip(column, told, strict=True) if tell] for name, column in orders.items()})
    sink.append("injects", sim.injects.rows())


def hash_of(text: str) -> str:
    """A hash of a text, as a manifest holds it."""
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()


def manifest_of(
    sim: Simulation, threads: int, clock: Clock, observed: tuple[ObservedFile, ...] = (), sources: Sources | None = None
) -> dict[str, Any]:
    """What goes into manifest.json but for hashes of files. Raises SelfCheckError: the ending's classes do not add up."""
    scenario = sim.scenario
    ending = Ending.from_json(figures(sim))
    ending.check()
    rows = checks.at_end(sim.state, sim.floor, sim.book, sim.names)
    broken = [row for row in rows if not row["passed"] and not str(row["name"]).startswith("fight odds")]
    if broken:
        raise SelfCheckError(f"{broken[0]['name']}: {broken[0]['detail']}. This is a bug in hyosan; please report it with the scenario and seed.")
    return {
        "name": scenario.name, "title": scenario.title, "status": scenario.status, "seed": sim.seed, "threads": threads,
        "scenario_hash": hash_of(dump_of_run(scenario)), "world_hash": sim.world.content_hash, "start_clock_seconds": sim.names.start_clock,
        "tick_seconds": sim.tick_seconds, "end_second": sim.tick * sim.tick_seconds, "why": sim.why, "ending": ending.to_json(), "self_checks": rows,
        "timings": clock.timings(), "hardware": provenance.hardware(), "versions": provenance.versions(),
        **({"date": scenario.time.date} if scenario.time.date is not None else {}),
        **({"uncertain": scenario.uncertain} if scenario.uncertain else {}),
        **({"data": {one.name: one.kept for one in observed}} if observed else {}),
        **({"policies": record(sim.policies.policies, sources)} if sim.policies else {}),
        **({"orders_changed": changed} if (changed := changed_orders(sim)) else {}),
    }  # fmt: skip
