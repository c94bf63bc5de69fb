"""The thin corridor: load a scenario, build its world, run it, hand out a `Run`. Also `replicate`, many small runs in memory."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from hyosan import provenance
from hyosan.backend import compile_clock, compiled_seconds, default_threads, use_threads
from hyosan.engine import checks
from hyosan.engine.cpu import Processor
from hyosan.engine.response_tally import changed_orders, figures, order_rows, people_rows
from hyosan.engine.run import Simulation
from hyosan.errors import HyosanError, ScenarioError, SelfCheckError
from hyosan.policy import Decide, Policy, as_policies
from hyosan.policy_record import Sources, check_resumed, described, record
from hyosan.results.columns import Coded
from hyosan.results.ending import Ending
from hyosan.results.run import Run
from hyosan.results.store import RunWriter
from hyosan.scenario.dump import dump
from hyosan.scenario.load import load
from hyosan.scenario.objectives import check_zones as check_objectives
from hyosan.scenario.observed import ObservedFile, check_zones, kept_by_run, read_all
from hyosan.scenario.root import Scenario
from hyosan.tables import TABLES
from hyosan.units import DAY_SECONDS, Moment
from hyosan.watching import Watched, Watcher
from hyosan.world.build import build
from hyosan.world.frame import World
from hyosan.world.store import save

MAX_SEED = (1 << 62) - 1


class Progress(NamedTuple):
    """How far a run is, handed to the `progress` function about five times a second."""

    second: int
    end_second: int
    infected: int
    done_share: float
    elapsed_seconds: float
    person_days_per_second: float


class _Memory:
    """Keeps a run's tables in memory."""

    def __init__(self) -> None:
        self.tables: dict[str, list[Any]] = {table: [] for table in TABLES}

    def append(self, table: str, columns: Mapping[str, Any]) -> None:
        self.tables[table].append(columns)


def run(
    source: str | Path | Mapping[str, Any] | Scenario,
    *,
    seed: int = 1,
    threads: int | None = None,
    out: str | Path | None = None,
    force: bool = False,
    overrides: Sequence[str] | Mapping[str, Any] = (),
    orders: str | Path | None = None,
    until: str | None = None,
    device: str = "cpu",
    progress: Callable[[Progress], None] | None = None,
    checks_each_tick: bool = False,
    policies: Mapping[str, Decide | Policy] | None = None,
    watchers: Sequence[Watcher] = (),
) -> Run:
    """Run a scenario once.

    Main arguments: `source`, a library name, a file, a mapping or a `Scenario`; `seed`, 0 .. 2**62 - 1, the run's luck; `out`, the run
    folder (None = keep the run in memory).
    Other arguments: `threads` (default: all cores; the result does not depend on it); `force` replaces a run in `out`; `overrides` as of
    `--set`; `orders`, a list of events (MSEL, CSV) whose injects and orders are added to the scenario;
    `until` ends the run early ("day 1 08:00", "36 h"); `device` "cpu" or "cuda"; `progress` is told how far the run is;
    `checks_each_tick` tests all invariants after each tick; `policies`, by the name of an authority, are functions `(knowledge, now) -> orders`
    that decide beside the scenario's conditions (`hyosan.Policy` says how often one is asked); `watchers` get each batch of events.
    A folder with an unfinished run of the same scenario and seed is resumed, to the same bytes.

    Raises ScenarioError, PolicyError, ResourceError, RunFolderError, SelfCheckError.
    """
    decide = as_policies(policies)
    if isinstance(seed, bool) or not 0 <= seed <= MAX_SEED:
        raise ScenarioError(f"seed {seed!r}: a whole number from 0 to {MAX_SEED} is needed")
    scenario = load(source, overrides=overrides, seed=seed, orders=orders)
    if until is not None:
        scenario = _ending_at(scenario, until)
    world = build(scenario.city, scenario.base)
    observed = read_all(scenario)
    check_zones(observed, world.zones)
    check_objectives(scenario.objectives, ("all", *world.zones))
    scenario = kept_by_run(scenario, observed)
    use = use_threads(threads or default_threads())
    if out is None:
        return _run_in_memory(scenario, world, seed, _device(device, use), use, progress, checks_each_tick, observed, decide, watchers)
    here = _device(device, use)
    ending = until is not None
    return _run_in_folder(scenario, world, seed, here, use, progress, checks_each_tick, observed, Path(out), force, ending, decide, watchers)


def _ending_at(scenario: Scenario, until: str, *, limit: bool = True) -> Scenario:
    """The scenario, ending at a moment; `limit`: at the latest when it ended before."""
    try:
        clock = Moment(scenario.time.start).seconds
        second = Moment(until).second(round(clock))
    except HyosanError as error:
        raise ScenarioError(f"--until: {error}") from error
    if second <= 0:
        raise ScenarioError(f"--until: {until!r} is not after the start of the run ({scenario.time.start})")
    time_ = scenario.time.model_copy(update={"end": float(min(second, scenario.time.end) if limit else second)})
    return scenario.model_copy(update={"time": time_}).with_base(scenario.base)


def _device(name: str, threads: int) -> Any:
    if name == "cpu":
        return Processor(threads)
    if name == "cuda":
        from hyosan.engine.cuda import Cuda

        return Cuda()
    raise ScenarioError(f"--device: {name!r} is no device; allowed: cpu, cuda")


def _run_in_memory(
    scenario: Scenario,
    world: World,
    seed: int,
    device: Any,
    threads: int,
    progress: Any,
    each_tick: bool,
    observed: tuple[ObservedFile, ...] = (),
    policies: Mapping[str, Policy] | None = None,
    watchers: Sequence[Watcher] = (),
) -> Run:
    memory = _Memory()
    watched = Watched(memory, watchers, Moment(scenario.time.start).seconds)
    sim = Simulation(scenario, world, seed, watched, Coded, device, policies)
    sim.begin()
    clock = _Clock(sim, progress)
    clock.run(each_tick, watched.deliver)
    watched.deliver()
    _last_rows(sim, memory)
    kept = {one.kept: one.text for one in observed}
    return Run.in_memory(_manifest(sim, world, threads, clock, observed), memory.tables, dump(scenario), kept)


def _run_in_folder(
    scenario: Scenario,
    world: World,
    seed: int,
    device: Any,
    threads: int,
    progress: Any,
    each_tick: bool,
    observed: tuple[ObservedFile, ...],
    out: Path,
    force: bool,
    at_end: bool,
    policies: Mapping[str, Policy],
    watchers: Sequence[Watcher],
) -> Run:
    """`at_end` keeps a checkpoint of the last tick too, for a fork to go on from."""
    with RunWriter.open(out, force) as writer:
        watched = Watched(writer, watchers, Moment(scenario.time.start).seconds)
        sim = Simulation(scenario, world, seed, watched, Coded, device, policies)
        text = dump(scenario)
        identity = {"scenario": _hash(text), "seed": seed, "world": world.content_hash, "results": provenance.RESULTS_VERSION}
        if observed:
            identity["data"] = _hash("\0".join(one.text for one in observed))
        if policies:
            identity["policies"] = described(policies)
        kept = _resume(writer, sim, identity)
        sources = Sources.of(policies, kept, out)
        if kept is None:
            sim.begin()
            writer.write_text("scenario.yaml", text)
            for one in observed:
                writer.write_text(one.kept, one.text)
            save(world, out.parent)
        else:
            watched.tell(writer.batches("events"))
        every = max(1, round(scenario.checkpoints.every) // sim.tick_seconds)

        def keep() -> None:
            if sim.tick % every == 0 or (at_end and sim.tick == sim.ticks):
                arrays, notes = sim.save()
                writer.save_checkpoint(sim.tick, arrays, {**notes, "identity": identity, **_policy_note(sources)}, scenario.checkpoints.keep)
            watched.deliver()

        clock = _Clock(sim, progress)
        clock.run(each_tick, keep)
        watched.deliver()
        _last_rows(sim, writer)
        writer.finish(_manifest(sim, world, threads, clock, observed, sources))
    return Run.open(out)


def _resume(writer: RunWriter, sim: Simulation, identity: dict[str, Any]) -> dict[str, Any] | None:
    """Go on from the newest checkpoint of the same run in the folder, if there is one; gives the texts of policies that decided so far."""
    if writer.latest_checkpoint() is None:
        writer.start_over()
        return None
    checkpoint = writer.load_checkpoint()
    check_resumed(writer.folder, checkpoint.meta.get("identity") or {}, identity, "scenario, seed or version")
    sim.load(checkpoint.tick, checkpoint.arrays, checkpoint.meta)
    return dict(checkpoint.meta.get("policy_sources", {}))


def _policy_note(sources: Sources) -> dict[str, Any]:
    """What a checkpoint says of policies, if there are any."""
    return {"policy_sources": sources.by_name} if sources.by_name else {}


class _Clock:
    """Runs the ticks of a simulation and tells how far it is; compiling is timed apart."""

    def __init__(self, sim: Simulation, progress: Any) -> None:
        self.sim, self.progress = sim, progress
        self.first_tick = sim.tick
        self.elapsed = 0.0
        self.compiling = 0.0

    def run(self, each_tick: bool, keep: Callable[[], None]) -> None:
        sim, begun, told = self.sim, time.perf_counter(), 0.0
        with compile_clock() as compiling:
            while sim.advance():
                if each_tick:
                    sim.check()
                keep()
                now = time.perf_counter()
                if self.progress and now - told > 0.2:
                    told = now
                    self.progress(self.state(now - begun - compiled_seconds(compiling)))
            self.compiling = compiled_seconds(compiling)
            self.elapsed = time.perf_counter() - begun - self.compiling
            sim.finish()
        if self.progress:
            self.progress(self.state(self.elapsed))

    def state(self, elapsed: float) -> Progress:
        sim = self.sim
        days = (sim.tick - self.first_tick) * sim.tick_seconds * sim.world.people / DAY_SECONDS
        done = sim.tick / max(1, sim.ticks) if not sim.why else 1.0
        return Progress(sim.tick * sim.tick_seconds, sim.ticks * sim.tick_seconds, sim.infected, done, elapsed, days / max(elapsed, 1e-9))


def _last_rows(sim: Simulation, sink: Any) -> None:
    sink.append("people", people_rows(sim, Coded))
    sink.append("orders", order_rows(sim))
    sink.append("injects", sim.injects.rows())


def _hash(text: str) -> str:
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()


def _manifest(
    sim: Simulation, world: World, threads: int, clock: _Clock, observed: tuple[ObservedFile, ...], sources: Sources | None = None
) -> dict[str, Any]:
    """What goes into manifest.json but for hashes of files. Raises SelfCheckError: the ending's classes do not add up."""
    scenario = sim.scenario
    ending = Ending.from_json(figures(sim))
    ending.check()
    rows = checks.at_end(sim.state, sim.floor, sim.book, sim.names)
    broken = [row for row in rows if not row["passed"] and not str(row["name"]).startswith("fight odds")]
    if broken:
        raise SelfCheckError(f"{broken[0]['name']}: {broken[0]['detail']}. This is a bug in hyosan; please report it with the scenario and seed.")
    end = sim.tick * sim.tick_seconds
    person_days = (sim.tick - clock.first_tick) * sim.tick_seconds * world.people / DAY_SECONDS
    return {
        "name": scenario.name, "title": scenario.title, "status": scenario.status, "seed": sim.seed, "threads": threads,
        "scenario_hash": _hash(dump(scenario)), "world_hash": world.content_hash, "start_clock_seconds": sim.names.start_clock,
        "tick_seconds": sim.tick_seconds, "end_second": end, "why": sim.why, "ending": ending.to_json(), "self_checks": rows,
        "timings": {"elapsed_seconds": round(clock.elapsed, 3), "person_days": round(person_days), "compile_seconds": round(clock.compiling, 3)},
        "hardware": provenance.hardware(), "versions": provenance.versions(),
        **({"date": scenario.time.date} if scenario.time.date is not None else {}),
        **({"data": {one.name: one.kept for one in observed}} if observed else {}),
        **({"policies": record(sim.policies.policies, sources)} if sim.policies else {}),
        **({"orders_changed": changed} if (changed := changed_orders(sim)) else {}),
    }  # fmt: skip


def replicate(
    source: str | Path | Mapping[str, Any] | Scenario,
    *,
    seeds: Iterable[int],
    until: str | None = None,
    quantities: Sequence[str] = ("susceptible", "infected", "dead", "second"),
    threads: int | None = None,
    overrides: Sequence[str] | Mapping[str, Any] = (),
) -> Any:
    """Run a small scenario many times in memory: a table (pyarrow) with a row per seed and a column per quantity.

    `until` ends a run early, a condition on quantities such as "turned >= 300 or turned_at_large == 0", looked at after each tick.
    Quantities: `engine.many.QUANTITIES`. A scenario with orders or noises cannot be replicated so (use `run`); `uncertain` numbers take
    their median. The runs are the same as those of `run` with the same seed.

    Raises ScenarioError: unknown quantity, a condition that cannot be read, a scenario with orders, no seeds.
    """
    from hyosan.engine.replicate import replicate_runs

    scenario = load(source, overrides=overrides)
    world = build(scenario.city, scenario.base)
    chosen = np.fromiter((int(x) for x in seeds), dtype=np.int64)
    return replicate_runs(scenario, world, chosen, until, tuple(quantities), threads or default_threads())
