"""The thin corridor: load a scenario, build its world, run it, hand out a `Run`. Also `replicate`, many small runs in memory."""

from __future__ import annotations

import operator
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from hyosan.engine.run import Simulation
from hyosan.errors import CommandError, ScenarioError
from hyosan.policy import Decide, Policy, as_policies
from hyosan.replay import state_at
from hyosan.results.checkpoint import Checkpoint
from hyosan.results.columns import Coded
from hyosan.results.run import Run
from hyosan.running.clock import Progress
from hyosan.running.device import Device, threads_of
from hyosan.running.follow import handed_on
from hyosan.running.runner import Runner
from hyosan.running.stages import Stage
from hyosan.scenario.follow import following
from hyosan.scenario.load import load
from hyosan.scenario.midrun import ending_at
from hyosan.scenario.objectives import check_zones as check_objectives
from hyosan.scenario.observed import check_zones, kept_by_run, read_all
from hyosan.scenario.root import Scenario
from hyosan.units import say_clock
from hyosan.watching import Watcher
from hyosan.world.build import build
from hyosan.world.frame import World

MAX_SEED = (1 << 62) - 1


def run(
    source: str | Path | Mapping[str, Any] | Scenario,
    *,
    seed: int | None = None,
    threads: int | None = None,
    out: str | Path | None = None,
    force: bool = False,
    overrides: Sequence[str] | Mapping[str, Any] = (),
    orders: str | Path | None = None,
    until: str | None = None,
    start_from: Run | str | Path | None = None,
    device: str = "cpu",
    progress: Callable[[Progress], None] | None = None,
    checks_each_tick: bool = False,
    policies: Mapping[str, Decide | Policy] | None = None,
    watchers: Sequence[Watcher] = (),
) -> Run:
    """Run a scenario once.

    Main arguments: `source`, a library name, a file, a mapping or a `Scenario`; `seed`, 0 .. 2**62 - 1, the run's luck (default: 1);
    `out`, the run folder (None = keep the run in memory); `start_from`, a finished run or its folder: go on where it ended, with everybody as
    they are, in its city and by its clock (the seed is that run's).
    Other arguments: `threads` (default: all cores; the result does not depend on it); `force` replaces a run in `out`; `overrides` as of
    `--set`; `orders`, a list of events (MSEL, CSV) whose injects and orders are added to the scenario;
    `until` ends the run early ("day 1 08:00", "36 h"); `device` "cpu" or "cuda"; `progress` is told how far the run is;
    `checks_each_tick` tests all invariants after each tick; `policies`, by the name of an authority, are functions `(knowledge, now) -> orders`
    that decide beside the scenario's conditions (`hyosan.Policy` says how often one is asked); `watchers` get each batch of events.
    A folder with an unfinished run of the same scenario and seed is resumed, to the same bytes.

    Raises ScenarioError, PolicyError, ResourceError, RunFolderError, SelfCheckError.
    """
    decide = as_policies(policies)
    before = start_from if isinstance(start_from, Run) or start_from is None else Run.open(start_from)
    if seed is None:
        seed = 1 if before is None else int(before.manifest["seed"])
    seed = _seed(seed)
    scenario = load(source, overrides=overrides, seed=seed, orders=orders)
    start = None
    if before is not None and seed != before.manifest["seed"]:
        raise ScenarioError(f"seed {seed}: a run goes on with its own luck, seed {before.manifest['seed']}; leave the seed out")
    if before is not None:
        scenario, world, start = goes_on_from(before, scenario, seed, until, out, Device.of(device, threads))
    else:
        scenario = ending_at(scenario, until) if until is not None else scenario
        world = build(scenario.city, scenario.base)
    observed = read_all(scenario)
    check_zones(observed, world.zones)
    check_objectives(scenario.objectives, ("all", *world.zones))
    stage = Stage(kept_by_run(scenario, observed), None, decide)
    runner = Runner([stage], world, seed, Device.of(device, threads), observed, progress, watchers, until is not None, checks_each_tick, start)
    return runner.run(Path(out) if out is not None else None, force)


class _Nowhere:
    """Takes the rows of a simulation that is not run."""

    def append(self, table: str, columns: Any) -> None:
        """Drop them."""


def goes_on_from(
    before: Run, scenario: Scenario, seed: int, until: str | None, out: str | Path | None, device: Device
) -> tuple[Scenario, World, Checkpoint]:
    """The scenario as it goes on where a run ended, the city of that run, and the state to begin with.

    Raises ScenarioError: the scenario does not fit the run. RunFolderError, PolicyError: the run cannot be taken up.
    """
    if out is not None and before.path is not None and Path(out).resolve() == before.path.resolve():
        raise CommandError(f"{out}: is the run that is gone on from; choose another --out")
    second, clock = int(before.manifest["end_second"]), before.manifest["start_clock_seconds"]
    ended, stage = state_at(before, f"{second} s", threads=device.threads, verb="run")
    scenario = following(stage.scenario, scenario, second, until)
    after = Simulation(scenario, ended.world, seed, _Nowhere(), Coded, device.loops)
    note: dict[str, Any] = {
        "parent": before.path.name if before.path else "", "history_hash": before.history_hash, "result_hash": before.result_hash,
        "second": second, "clock": say_clock(second, clock),
    }  # fmt: skip
    if before.path is not None and out is not None:
        note["folder"] = Path(os.path.relpath(before.path.resolve(), Path(out).resolve())).as_posix()
    return scenario, ended.world, handed_on(ended, after, note)


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
    Quantities: `engine.many.QUANTITIES`. A scenario with orders, noises or fires cannot be replicated so (use `run`); `uncertain` numbers take
    their median. The runs are the same as those of `run` with the same seed.

    Raises ScenarioError: unknown quantity, a condition that cannot be read, a scenario with orders, no seeds or such as are no seeds.
    """
    from hyosan.engine.replicate import replicate_runs

    scenario = load(source, overrides=overrides)
    world = build(scenario.city, scenario.base)
    chosen = np.array([_seed(seed) for seed in _listed(seeds, "seeds", "range(100) or [3, 7]")], dtype=np.int64)
    wanted = tuple(_listed(quantities, "quantities", "['infected']"))
    return replicate_runs(scenario, world, chosen, until, wanted, threads_of(threads))


def _seed(given: Any) -> int:
    """Raises ScenarioError: not a whole number, or one that is no seed."""
    try:
        seed = -1 if isinstance(given, bool | np.bool_) else operator.index(given)
    except TypeError:
        seed = -1
    if not 0 <= seed <= MAX_SEED:
        raise ScenarioError(f"seed {str(given)[:60] if isinstance(given, int) else repr(given)[:60]}: a whole number from 0 to {MAX_SEED} is needed")
    return seed


def _listed(given: Any, what: str, example: str) -> list[Any]:
    if isinstance(given, str | bytes) or not isinstance(given, Iterable):
        raise ScenarioError(f"{what}: {repr(given)[:60]} is not a list; write for example {example}")
    return list(given)
