"""The same past, another order: `fork` goes on from a moment of a run under a changed scenario; `rerun` runs a run again and compares.

A run is a course of stages: one scenario up to a tick, the next one from there on. A run that was never forked has one stage. Between two
stages the state is handed over as a checkpoint hands it over, so the past is the same bytes whatever comes after.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np

from hyosan import provenance
from hyosan.backend import default_threads, use_threads
from hyosan.engine.named import check_named
from hyosan.engine.run import Simulation
from hyosan.errors import CommandError, HyosanError, PolicyError, RunFolderError, ScenarioError, SelfCheckError
from hyosan.policy import Decide, Policy, as_policies
from hyosan.policy_record import Given, Sources, check_resumed, described, of_manifest, of_stages, others, record
from hyosan.results.columns import Coded, to_batch
from hyosan.results.compare import Difference, first_difference
from hyosan.results.run import SCENARIO_NAME, Run
from hyosan.results.store import RunWriter, list_checkpoints
from hyosan.scenario.dump import dump
from hyosan.scenario.files import resolve_file
from hyosan.scenario.load import load
from hyosan.scenario.midrun import Standing, changed
from hyosan.scenario.objectives import check_zones
from hyosan.scenario.observed import ObservedFile, read_all
from hyosan.scenario.root import Scenario
from hyosan.simulate import Progress, _Clock, _device, _ending_at, _hash, _last_rows, _manifest, _Memory, _policy_note
from hyosan.units import Moment, say_clock
from hyosan.watching import Watched, Watcher
from hyosan.world.build import build
from hyosan.world.frame import World
from hyosan.world.store import load_world, save

__all__ = ["Rerun", "fork", "rerun"]


class Stage(NamedTuple):
    """A scenario and the tick up to which it was in force; None = to the end. `policies` decided beside it."""

    scenario: Scenario
    until: int | None
    policies: Mapping[str, Policy] = MappingProxyType({})


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
    _same_results(parent)
    stages, observed = _stages_of(parent, files, policies, "fork")
    tick = _tick_at(parent, at)
    _same_policies(parent, stages, tick, out is not None)
    second = tick * int(parent.manifest["tick_seconds"])
    old = stages[-1].scenario
    new = _with_changes(old, overrides, orders, second)
    if until is not None:
        new = _ending_at(new, until, limit=False)
    new = changed(old, new, second, _standing(parent, second))
    course = [stage for stage in stages[:-1] if stage.until != tick] + [Stage(old, tick, stages[-1].policies)] * (tick > 0)
    course.append(Stage(new, None, as_policies(policies)))
    if out is not None and parent.path is not None and Path(out).resolve() == parent.path.resolve():
        raise CommandError(f"{out}: is the run that is forked; choose another --out")
    given = tuple(overrides) if not isinstance(overrides, Mapping) else tuple(f"{path}={value}" for path, value in overrides.items())
    given += (f"orders of {Path(orders).name}",) if orders is not None else ()
    note = {
        "parent": parent.path.name if parent.path else "", "history_hash": parent.history_hash, "result_hash": parent.result_hash,
        "second": second, "clock": say_clock(second, parent.manifest["start_clock_seconds"]), "changes": list(given),
    }  # fmt: skip
    if parent.path is not None and out is not None:
        note["folder"] = Path(os.path.relpath(parent.path.resolve(), Path(out).resolve())).as_posix()
    world = _world_of(parent, old, keep=True)
    check_zones(new.objectives, ("all", *world.zones))
    check_named(new, world)
    use = use_threads(threads or default_threads())
    runner = _Runner(course, world, int(parent.manifest["seed"]), _device(device, use), use, observed, progress, until is not None, watchers)
    return runner.run(Path(out) if out is not None else None, force, parent, note)


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
    stages, observed = _stages_of(before, files, policies, "rerun")
    world = _world_of(before, stages[-1].scenario, keep=False)
    use = use_threads(threads or default_threads())
    runner = _Runner(stages, world, int(before.manifest["seed"]), _device(device, use), use, observed, progress, False)
    after = runner.run(Path(out) if out is not None else None, force, None, before.manifest.get("fork"))
    return _compared(before, after, stages)


def _with_changes(old: Scenario, overrides: Sequence[str] | Mapping[str, Any], orders: Path | str | None, second: int) -> Scenario:
    """The scenario with changes made, and rows of a list of events that come from a second of the run on.

    Its observations stay, and are not looked for where its tables lie.
    """
    bare = old.model_copy(update={"data": None}).with_base(old.base)
    new = load(bare, overrides=overrides, orders=orders, orders_from=second)
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


class _Runner:
    """Runs a course of stages into a folder or memory."""

    def __init__(
        self,
        stages: list[Stage],
        world: World,
        seed: int,
        device: Any,
        threads: int,
        observed: tuple[ObservedFile, ...],
        progress: Any,
        at_end: bool,
        watchers: Sequence[Watcher] = (),
    ) -> None:
        self.stages, self.world, self.seed, self.device, self.threads = stages, world, seed, device, threads
        self.observed, self.progress, self.at_end, self.watchers = observed, progress, at_end, watchers
        self.texts = [dump(stage.scenario) for stage in stages]

    def run(self, out: Path | None, force: bool, parent: Run | None, note: dict[str, Any] | None) -> Run:
        """The whole course, or what follows the newest checkpoint of `parent` that can be used."""
        if out is None:
            return self._in_memory(parent, note)
        with RunWriter.open(out, force) as writer:
            return self._in_folder(writer, parent, note)

    def _in_memory(self, parent: Run | None, note: dict[str, Any] | None) -> Run:
        memory = _Memory()
        watched = self._watched(memory)
        staged = _Staged(self.stages, self.world, self.seed, watched, self.device)
        clock = _Clock(staged, self.progress)  # type: ignore[arg-type]
        clock.run(False, watched.deliver)
        watched.deliver()
        _last_rows(staged, memory)  # type: ignore[arg-type]
        texts = {one.kept: one.text for one in self.observed} | self._earlier_texts()
        manifest = self._manifest(staged, clock, parent, note, lambda table: [_batch(table, one) for one in memory.tables[table]])
        return Run.in_memory(manifest, memory.tables, self.texts[-1], texts)

    def _in_folder(self, writer: RunWriter, parent: Run | None, note: dict[str, Any] | None) -> Run:
        identity = self._identity()
        resumed = self._resumed(writer, identity)
        start = resumed or self._from_parent(writer, parent)
        kept_sources = resumed[2].get("policy_sources") if resumed is not None else None
        watched = self._watched(writer)
        staged = _Staged(self.stages, self.world, self.seed, watched, self.device, *(start or ()))
        sources = Sources.of(self.stages[-1].policies, kept_sources, writer.folder)
        if start is not None:
            watched.tell(writer.batches("events"))
        for name, text in {SCENARIO_NAME: self.texts[-1], **self._earlier_texts(), **{one.kept: one.text for one in self.observed}}.items():
            writer.write_text(name, text)
        save(self.world, writer.folder.parent)
        kept = self.stages[-1].scenario.checkpoints
        every = max(1, round(kept.every) // staged.tick_seconds)

        def keep() -> None:
            if staged.tick % every == 0 or (self.at_end and staged.tick == staged.last_tick):
                arrays, notes = staged.save()
                writer.save_checkpoint(staged.tick, arrays, {**notes, "identity": identity, **_policy_note(sources)}, kept.keep)
            watched.deliver()

        clock = _Clock(staged, self.progress)  # type: ignore[arg-type]
        clock.run(False, keep)
        watched.deliver()
        _last_rows(staged, writer)  # type: ignore[arg-type]
        writer.finish(self._manifest(staged, clock, parent, note, writer.batches, sources))
        return Run.open(writer.folder)

    def _watched(self, sink: Any) -> Watched:
        return Watched(sink, self.watchers, Moment(self.stages[0].scenario.time.start).seconds)

    def _identity(self) -> dict[str, Any]:
        """What a checkpoint in the folder must agree with; that of a plain run is as `hyosan.run` writes it."""
        identity = {
            "scenario": _hash(self.texts[-1]), "seed": self.seed, "world": self.world.content_hash, "results": provenance.RESULTS_VERSION,
        }  # fmt: skip
        if self.observed:
            identity["data"] = _hash("\0".join(one.text for one in self.observed))
        if len(self.stages) > 1:
            identity["earlier"] = [[_hash(text), stage.until] for text, stage in zip(self.texts[:-1], self.stages[:-1], strict=True)]
        if self.stages[-1].policies:
            identity["policies"] = described(self.stages[-1].policies)
        if any(stage.policies for stage in self.stages[:-1]):
            identity["earlier_policies"] = [described(stage.policies) for stage in self.stages[:-1]]
        return identity

    def _resumed(self, writer: RunWriter, identity: dict[str, Any]) -> tuple[int, Any, Any] | None:
        """The newest checkpoint of the same course in the folder, if there is one."""
        if writer.latest_checkpoint() is None:
            writer.start_over()
            return None
        checkpoint = writer.load_checkpoint()
        check_resumed(writer.folder, checkpoint.meta.get("identity") or {}, identity, "scenario, seed, fork or version")
        return checkpoint

    def _from_parent(self, writer: RunWriter, parent: Run | None) -> tuple[int, Any, Any] | None:
        """The newest checkpoint of the run that is forked, at the fork or before it, its rows copied; None if it has none."""
        if parent is None or parent.path is None or len(self.stages) < 2:
            return None
        last = self.stages[-2].until
        usable = [tick for tick in list_checkpoints(parent.path) if last is not None and tick <= last]
        return writer.start_from(parent.path, max(usable)) if usable else None

    def _earlier_texts(self) -> dict[str, str]:
        return {f"scenario-{number}.yaml": text for number, text in enumerate(self.texts[:-1], 1)}

    def _manifest(
        self, staged: _Staged, clock: _Clock, parent: Run | None, note: dict[str, Any] | None, batches: Any, sources: Sources | None = None
    ) -> dict[str, Any]:
        manifest = _manifest(staged, self.world, self.threads, clock, self.observed, sources)  # type: ignore[arg-type]
        if len(self.stages) > 1:
            manifest["earlier"] = [
                {"scenario": name, "until_tick": stage.until} | ({"policies": record(stage.policies)} if stage.policies else {})
                for name, stage in zip(self._earlier_texts(), self.stages, strict=False)
            ]
        if note is not None:
            manifest["fork"] = note | ({"first_difference": self._difference(staged, parent, note, batches)} if parent is not None else {})
        return manifest

    def _difference(self, staged: _Staged, parent: Run, note: dict[str, Any], batches: Any) -> dict[str, Any] | None:
        """The first second at which a fork's logs differ from its parent's. Raises SelfCheckError: it lies in the past."""
        ends = int(parent.manifest["end_second"]), staged.tick * staged.tick_seconds
        found = first_difference(parent.batches, batches, min(ends) if ends[0] != ends[1] else None, note["second"])
        if found is None:
            return None
        # What was exerted late in a tick counts in the next one and is dated back, by less than a tick.
        if found.second < note["second"] - staged.tick_seconds:
            if any(stage.policies for stage in self.stages[:-1]):
                raise PolicyError(
                    f"{found.table}: differs at second {found.second}, before the fork at {note['second']}: a policy does not decide again as it "
                    "did. It must go by what it is told alone, not by chance, time or what it kept from an earlier run."
                )
            raise SelfCheckError(
                f"{found.table}: differs at second {found.second}, before the fork at {note['second']}. This is a bug in hyosan; please report it."
            )
        return {"clock": say_clock(found.second, parent.manifest["start_clock_seconds"]), **found.to_json()}


class _Staged:
    """A simulation whose scenario changes between stages; to whoever looks, the simulation of the present stage."""

    def __init__(
        self, stages: list[Stage], world: World, seed: int, sink: Any, device: Any, tick: int = 0, arrays: Any = None, notes: Any = None
    ) -> None:
        # A checkpoint at the very tick of a change was taken before it.
        first = next(number for number, stage in enumerate(stages) if stage.until is None or stage.until >= tick)
        self.later = [(int(stages[number].until or 0), stages[number + 1]) for number in range(first, len(stages) - 1)]
        self.world, self.sink, self.device = world, sink, device
        self.sim = Simulation(stages[first].scenario, world, seed, sink, Coded, device, stages[first].policies)
        self.last_tick = -(-round(stages[-1].scenario.time.end) // self.sim.tick_seconds)
        if arrays is None:
            self.sim.begin()
        else:
            self.sim.load(tick, arrays, notes)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.sim, name)

    @property
    def ticks(self) -> int:
        """The last tick of the whole course."""
        return self.last_tick

    def advance(self) -> bool:
        """Run one tick, under the scenario of its stage."""
        self.hand_over()
        return self.sim.advance()

    def hand_over(self) -> None:
        """Begin the stage of the present tick."""
        while self.later and self.later[0][0] == self.sim.tick:
            _, stage = self.later.pop(0)
            self.sim = _handed_over(self.sim, stage, self.sink, self.device)


def _handed_over(sim: Simulation, stage: Stage, sink: Any, device: Any) -> Simulation:
    """The same state under another scenario: rows that wait keep their causes, orders decided keep their past."""
    arrays, notes = sim.save()
    scenario = stage.scenario
    after = Simulation(scenario, sim.world, sim.seed, sink, Coded, device, stage.policies)
    position = {name: number for number, name in reversed(list(enumerate(after.names.seeds)))}
    codes = np.array([position.get(name, 0) for name in sim.names.seeds], dtype=np.int64)
    causes = arrays["waiting/cause"]
    arrays["waiting/cause"] = np.where(causes >= 0, codes[np.maximum(causes, 0)], causes)
    now = sim.tick * sim.tick_seconds
    for one in notes["response"]["given"]:
        if one["effective"] >= 0 or one["ended"] >= 0:
            continue
        before, order = sim.scenario.orders[one["order"]], scenario.orders[one["order"]]
        if order.when.strip() == "never" and before.when.strip() != "never":
            one["ended"], one["because"] = now, "called off"
        else:
            one["due"] += round(order.delay) - round(before.delay)
    after.load(sim.tick, arrays, notes)
    return after


def _batch(table: str, columns: Any) -> Any:
    return to_batch(table, columns) if isinstance(columns, Mapping) else columns


def _same_results(run: Run) -> None:
    made = str(run.manifest["versions"].get("results", "unknown"))
    if made != str(provenance.RESULTS_VERSION):
        raise RunFolderError(
            f"{run.path or 'the run'}: was made with results version {made}, this hyosan makes {provenance.RESULTS_VERSION}: "
            "its past would be another. Run the scenario again, then fork that."
        )


def _same_policies(run: Run, stages: Sequence[Stage], tick: int, kept: bool) -> None:
    """Raises PolicyError: the past must be run again, and a policy that decided in it is not the same now. `kept`: the fork goes into a folder."""
    usable = [one for one in list_checkpoints(run.path) if one <= tick] if kept and run.path is not None else []
    if not tick or (usable and max(usable) == tick):
        return
    for said, stage in zip(of_manifest(run.manifest), stages, strict=True):
        for name in others(said, stage.policies):
            raise PolicyError(
                f"{run.path or 'the run'}: the policy `{name}` is not the text that decided in this run, and the past must be run again up to "
                "the fork. Give the same function, or fork into a folder at a moment of a checkpoint "
                f"({_moments(run, list_checkpoints(run.path) if run.path else [])})."
            )


def _moments(run: Run, ticks: Sequence[int]) -> str:
    """Moments of checkpoints, for a message."""
    clock, length = run.manifest["start_clock_seconds"], run.manifest["tick_seconds"]
    return ", ".join(say_clock(tick * length, clock) for tick in ticks) or "there is none"


def _stages_of(run: Run, files: Path | str | None, policies: Given = None, verb: str = "rerun") -> tuple[list[Stage], tuple[ObservedFile, ...]]:
    """The stages of a finished run, from the scenarios that it keeps, its observations and the policies that it had, among those given."""
    decide = of_stages(str(run.path or "the run"), of_manifest(run.manifest), policies, verb)
    earlier = run.manifest.get("earlier", [])
    names = [*(str(one["scenario"]) for one in earlier), SCENARIO_NAME]
    with tempfile.TemporaryDirectory() as folder:
        for name in (*names, *run.manifest.get("data", {}).values()):
            Path(folder, name).write_text(run.text(name), encoding="utf-8")
        try:
            found = [load(Path(folder, name)) for name in names]
            observed = read_all(found[-1])
        except ScenarioError as error:
            where = run.path or "the run"
            raise ScenarioError(f"{where}: its scenario cannot be read: {str(error).replace(folder + os.sep, '')}") from None
    base = Path(files) if files is not None else run.path if run.path is not None else Path.cwd()
    scenarios = [scenario.with_base(base) for scenario in found]
    _tables_are_there(scenarios[-1])
    ends = [int(one["until_tick"]) for one in earlier]
    return [Stage(*one) for one in zip(scenarios, [*ends, None], decide, strict=True)], observed


def _tables_are_there(scenario: Scenario) -> None:
    """Raises ScenarioError: a line list or importations of a run are not where they are looked for."""
    named: list[Any] = [*scenario.importations.values(), *([scenario.line_list] if scenario.line_list is not None else [])]
    for one in named:
        try:
            resolve_file(scenario.base, one.file)
        except ScenarioError as error:
            raise ScenarioError(f"{error}. Name the folder that the tables of this scenario lie in with --files.") from None


def _tick_at(run: Run, at: str) -> int:
    """The first tick that begins at a moment or later. Raises CommandError: before the start, after the end, in the past of a fork."""
    manifest = run.manifest
    clock, length, end = float(manifest["start_clock_seconds"]), int(manifest["tick_seconds"]), int(manifest["end_second"])
    try:
        second = Moment(at).second(clock)
    except HyosanError as error:
        raise CommandError(f"--at: {error}") from error
    if second < 0:
        raise CommandError(f"--at: {at!r} is before the start of the run ({say_clock(0, clock)})")
    tick = -(-second // length)
    if tick * length > end:
        raise CommandError(f"--at: {at!r} is after the end of the run ({say_clock(end, clock)})")
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


def _world_of(run: Run, scenario: Scenario, *, keep: bool) -> World:
    """The world of a run: as kept beside it (`keep`), else built anew; if its tables are missing, as kept.

    Raises RunFolderError: it is not kept, and what is built is another one.
    """
    wanted = str(run.manifest["world_hash"])
    folders = [folder / "worlds" / wanted for folder in (run.path, run.path.parent) if folder is not None] if run.path is not None else []
    kept = next((folder for folder in folders if folder.is_dir()), None)
    if keep and kept is not None:
        return load_world(kept)
    try:
        world = build(scenario.city, scenario.base)
    except ScenarioError as error:
        if kept is None:
            raise ScenarioError(f"{error}\nName the folder that the tables of this city lie in with --files.") from None
        return load_world(kept)
    if keep and world.content_hash != wanted:
        raise RunFolderError(f"{run.path or 'the run'}: its city is built otherwise by this version. Run the scenario again, then fork that.")
    return world
