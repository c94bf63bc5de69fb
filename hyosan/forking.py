"""The same past, another order: `fork` goes on from a moment of a run under a changed scenario; `rerun` runs a run again and compares."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from hyosan.engine.named import check_named
from hyosan.errors import CommandError, PolicyError, SelfCheckError
from hyosan.policy import Decide, Policy, as_policies
from hyosan.policy_record import Given, of_manifest, others
from hyosan.results.compare import Difference, first_difference
from hyosan.results.run import Run
from hyosan.running.clock import Progress
from hyosan.running.device import Device
from hyosan.running.follow import start_of
from hyosan.running.past import check_results, checkpoints_until, own_world, say_checkpoints, second_at, stages_of
from hyosan.running.runner import Batches, Origin, Runner
from hyosan.running.stages import Stage, Staged
from hyosan.scenario.load import load
from hyosan.scenario.midrun import Standing, changed, ending_at
from hyosan.scenario.objectives import check_zones
from hyosan.scenario.root import Scenario
from hyosan.units import say_clock
from hyosan.watching import Watcher
from hyosan.world.frame import World

__all__ = ["Rerun", "changed_course", "fork", "rerun", "with_changes"]


class Rerun(NamedTuple):
    """What came of running a run again: the new run, whether all hashes are the same, and if not, what differs first."""

    run: Run
    same: bool
    differing: tuple[str, ...]
    """Names of what differs: tables, `ending`, `scenario`, `world`."""
    difference: Difference | None
    versions: dict[str, tuple[str, str]]
    """Versions that differ: then and now."""


def fork(
    source: Run | Path | str,
    *,
    at: str,
    out: Path | str | None = None,
    overrides: Sequence[str] | Mapping[str, Any] = (),
    orders: Path | str | None = None,
    until: str | None = None,
    threads: int | None = None,
    device: str = "cpu",
    force: bool = False,
    files: Path | str | None = None,
    progress: Callable[[Progress], None] | None = None,
    policies: Mapping[str, Decide | Policy] | None = None,
    watchers: Sequence[Watcher] = (),
) -> Run:
    """Go on from a moment of a finished run with other orders: the past stays the same bytes.

    Main arguments: `source`, the run or its folder; `at`, the moment ("day 2 14:00", "36 h"); the first tick that begins then or later is
    the first that the changes can touch; `overrides`, the changes as of `--set`: orders (new, changed, `null` = ended or never given),
    injects, noises, `time.end`; `orders`, a list of events (MSEL, CSV) whose injects and orders are added, none of them before `at`;
    `out`, the folder of the fork (None = in memory).
    Other arguments: `until` ends the fork at a moment, and leaves a checkpoint there; `files`, the folder of the tables that the scenario
    names, where they are not beside the run; `threads`, `device`, `force`, `progress`, `policies`, `watchers` as of `hyosan.run`.
    Policies decide from the moment on; those that the run had must be among them, and the same where the past is run again.
    The past is taken from the newest checkpoint at or before the moment, or run again from the start where there is none.

    Raises ScenarioError: a change that reaches into the past or to what cannot change in mid-run. RunFolderError, CommandError, PolicyError.
    """
    parent = source if isinstance(source, Run) else Run.open(source)
    check_results(parent)
    stages, observed = stages_of(parent, files, policies, "fork")
    tick = _tick_at(parent, at)
    _same_policies(parent, stages, tick, out is not None)
    course = changed_course(parent, stages, tick, overrides, orders, until, policies)
    if out is not None and parent.path is not None and Path(out).resolve() == parent.path.resolve():
        raise CommandError(f"{out}: is the run that is forked; choose another --out")
    world, seed = _world_for(parent, stages[-1].scenario, course[-1].scenario), int(parent.manifest["seed"])
    runner = Runner(course, world, seed, Device.of(device, threads), observed, progress, watchers, until is not None, start=start_of(parent))
    note = _note(parent, tick * int(parent.manifest["tick_seconds"]), overrides, orders, out)
    return runner.run(Path(out) if out is not None else None, force, Origin(parent, _telling(parent, note, stages)))


def rerun(
    source: Run | Path | str,
    *,
    out: Path | str | None = None,
    threads: int | None = None,
    device: str = "cpu",
    force: bool = False,
    files: Path | str | None = None,
    progress: Callable[[Progress], None] | None = None,
    policies: Given = None,
) -> Rerun:
    """Run a finished run again from its own folder, the past of a fork too, and compare all hashes; what differs is found in the logs.

    `out` keeps the new run in a folder (None = in memory). `policies` are those that the run had: a mapping, or one for each stage of a fork.
    Other arguments as of `fork`. Raises RunFolderError: no run, a damaged one. PolicyError: a policy that the run had is not given.
    """
    before = source if isinstance(source, Run) else Run.open(source)
    before.verify()
    if out is not None and before.path is not None and Path(out).resolve() == before.path.resolve():
        raise CommandError(f"{out}: is the run itself; choose another --out")
    stages, observed = stages_of(before, files, policies, "rerun")
    world = own_world(before, stages[-1].scenario, keep=False)
    runner = Runner(stages, world, int(before.manifest["seed"]), Device.of(device, threads), observed, progress, start=start_of(before))
    note = before.manifest.get("fork")
    after = runner.run(Path(out) if out is not None else None, force, Origin(None, lambda *_: note) if note is not None else None)
    return _compared(before, after, stages)


def _world_for(parent: Run, old: Scenario, new: Scenario) -> World:
    """The world of a run, with all that the changed scenario names in it. Raises ScenarioError: something is not there."""
    world = own_world(parent, old, keep=True)
    check_zones(new.objectives, ("all", *world.zones))
    check_named(new, world)
    return world


def _note(
    parent: Run, second: int, overrides: Sequence[str] | Mapping[str, Any], orders: Path | str | None, out: Path | str | None
) -> dict[str, Any]:
    """What the manifest of a fork says of where it comes from."""
    given = tuple(overrides) if not isinstance(overrides, Mapping) else tuple(f"{path}={value}" for path, value in overrides.items())
    given += (f"orders of {Path(orders).name}",) if orders is not None else ()
    note = {
        "parent": parent.path.name if parent.path else "", "history_hash": parent.history_hash, "result_hash": parent.result_hash,
        "second": second, "clock": say_clock(second, parent.manifest["start_clock_seconds"]), "changes": list(given),
    }  # fmt: skip
    if parent.path is not None and out is not None:
        note["folder"] = Path(os.path.relpath(parent.path.resolve(), Path(out).resolve())).as_posix()
    return note


def _telling(parent: Run, note: dict[str, Any], past: Sequence[Stage]) -> Callable[[Staged, Batches], dict[str, Any]]:
    """What gives the note of a fork with the first second at which its logs differ from its parent's. It raises SelfCheckError: in the past."""

    def told(staged: Staged, batches: Batches) -> dict[str, Any]:
        length = staged.sim.tick_seconds
        ends = int(parent.manifest["end_second"]), staged.sim.tick * length
        found = first_difference(parent.batches, batches, min(ends) if ends[0] != ends[1] else None, note["second"])
        if found is None:
            return note | {"first_difference": None}
        # What was exerted late in a tick counts in the next one and is dated back, by less than a tick.
        if found.second < note["second"] - length:
            where = f"{found.table}: differs at second {found.second}, before the fork at {note['second']}"
            if any(stage.policies for stage in past):
                raise PolicyError(
                    f"{where}: a policy does not decide again as it did. It must go by what it is told alone, not by chance, time or what it "
                    "kept from an earlier run."
                )
            raise SelfCheckError(f"{where}. This is a bug in hyosan; please report it.")
        return note | {"first_difference": {"clock": say_clock(found.second, parent.manifest["start_clock_seconds"]), **found.to_json()}}

    return told


def changed_course(
    run: Run,
    stages: Sequence[Stage],
    tick: int,
    overrides: Sequence[str] | Mapping[str, Any] = (),
    orders: Path | str | None = None,
    until: str | None = None,
    policies: Mapping[str, Decide | Policy] | None = None,
) -> list[Stage]:
    """The stages of a finished run up to a tick, and what follows with these changes; arguments as of `fork`.

    Raises ScenarioError: a change that reaches into the past or to what cannot change in mid-run.
    """
    second, old = tick * int(run.manifest["tick_seconds"]), stages[-1].scenario
    new = with_changes(old, overrides, orders, second)
    if until is not None:
        new = ending_at(new, until, limit=False)
    new = changed(old, new, second, _standing(run, second))
    past = [stage for stage in stages[:-1] if stage.until != tick] + [Stage(old, tick, stages[-1].policies)] * (tick > 0)
    return [*past, Stage(new, None, as_policies(policies))]


def with_changes(old: Scenario, overrides: Sequence[str] | Mapping[str, Any], orders: Path | str | None = None, second: int = 0) -> Scenario:
    """The scenario of a run with changes made, and rows of a list of events that come from a second of the run on.

    Its observations stay, and are not looked for where its tables lie.
    """
    bare = old.model_copy(update={"data": None}).with_base(old.base)
    new = load(bare, overrides=overrides, orders=orders, orders_from=second, cut_short=True)
    return new if new.data is not None else new.model_copy(update={"data": old.data}).with_base(old.base)


def _compared(before: Run, after: Run, stages: Sequence[Stage]) -> Rerun:
    then, now = before.manifest, after.manifest
    hashes = before.table_hashes(), after.table_hashes()
    differing = [table for table in hashes[0] if hashes[0][table] != hashes[1][table]]
    differing += [name for name in ("scenario", "world") if then[f"{name}_hash"] != now[f"{name}_hash"]]
    differing += [name for name in ("ending", "why", "end_second") if then[name] != now[name]]
    same = (before.history_hash, before.result_hash) == (after.history_hash, after.result_hash)
    versions = {
        name: (str(then["versions"].get(name, "not installed")), version)
        for name, version in now["versions"].items()
        if then["versions"].get(name, "not installed") != version
    }
    for said, stage in zip(of_manifest(then), stages, strict=True):
        versions |= {f"policy {name}": both for name, both in others(said, stage.policies).items()}
    return Rerun(after, same, tuple(differing), None if same else first_difference(before.batches, after.batches), versions)


def _same_policies(run: Run, stages: Sequence[Stage], tick: int, kept: bool) -> None:
    """Raises PolicyError: the past must be run again, and a policy that decided in it is not the same now. `kept`: the fork goes into a folder."""
    if not tick or (kept and tick in checkpoints_until(run, tick)):
        return
    for said, stage in zip(of_manifest(run.manifest), stages, strict=True):
        for name in others(said, stage.policies):
            raise PolicyError(
                f"{run.path or 'the run'}: the policy `{name}` is not the text that decided in this run, and the past must be run again up to "
                f"the fork. Give the same function, or fork into a folder at a moment of a checkpoint ({say_checkpoints(run)})."
            )


def _tick_at(run: Run, at: str) -> int:
    """The first tick that begins at a moment or later. Raises CommandError: it is none of the run, or lies in the past of a fork."""
    manifest = run.manifest
    clock, length = float(manifest["start_clock_seconds"]), int(manifest["tick_seconds"])
    tick = -(-second_at(run, at) // length)
    forked = max((int(one["until_tick"]) for one in manifest.get("earlier", [])), default=0)
    if tick < forked:
        raise CommandError(
            f"--at: {at!r} is before {say_clock(forked * length, clock)}, when this run was itself forked from "
            f"{manifest.get('fork', {}).get('parent') or 'another'}; fork that run instead"
        )
    return tick


def _standing(run: Run, second: int) -> dict[str, Standing]:
    """How the last giving of each order decided before `second` stood then."""
    found: dict[str, Standing] = {}
    for row in run.orders.select(["order", "second_decided", "second_effective", "second_ended"]).to_pylist():
        if row["second_decided"] < second:
            moments = (row[f"second_{name}"] for name in ("decided", "effective", "ended"))
            found[row["order"]] = Standing(*(moment if moment < second else -1 for moment in moments))
    return found
