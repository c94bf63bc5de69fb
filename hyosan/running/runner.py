"""`Runner` takes a course of stages to its end, into a run folder or memory, and hands out a `Run`; a folder half done is resumed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from hyosan import provenance
from hyosan.policy_record import Sources, check_resumed, described, record
from hyosan.results.checkpoint import Checkpoint
from hyosan.results.columns import to_batch
from hyosan.results.run import SCENARIO_NAME, Run
from hyosan.results.store import RunWriter, list_checkpoints
from hyosan.running.clock import Clock, Progress
from hyosan.running.closing import hash_of, last_rows, manifest_of
from hyosan.running.device import Device
from hyosan.running.follow import FOLLOWS, START
from hyosan.running.stages import Stage, Staged
from hyosan.scenario.dump import dump, dump_of_run
from hyosan.scenario.observed import ObservedFile
from hyosan.tables import TABLES
from hyosan.units import Moment
from hyosan.watching import Watched, Watcher
from hyosan.world.frame import World
from hyosan.world.store import save

Batches = Callable[[str], Any]


class Origin(NamedTuple):
    """What a course goes on from: the run whose checkpoints hold its past (None = run it from the start), and what the manifest says of it.

    `told` gives that at the end, from the course and its tables.
    """

    parent: Run | None
    told: Callable[[Staged, Batches], dict[str, Any]]


class Memory:
    """Keeps a run's tables in memory."""

    def __init__(self) -> None:
        self.tables: dict[str, list[Mapping[str, Any]]] = {table: [] for table in TABLES}

    def append(self, table: str, columns: Mapping[str, Any]) -> None:
        """Keep some rows."""
        self.tables[table].append(columns)

    def batches(self, table: str) -> list[Any]:
        """A table as record batches."""
        return [to_batch(table, columns) for columns in self.tables[table]]


@dataclass(frozen=True)
class Runner:
    """A course of stages in a world, and how it is run. `at_end` keeps a checkpoint of the last tick too, for a fork to go on from."""

    stages: Sequence[Stage]
    world: World
    seed: int
    device: Device
    observed: tuple[ObservedFile, ...] = ()
    progress: Callable[[Progress], None] | None = None
    watchers: Sequence[Watcher] = ()
    at_end: bool = False
    each_tick: bool = False
    start: Checkpoint | None = None
    """What the course begins with, where it goes on from another run; None = second 0."""

    def run(self, out: Path | None = None, force: bool = False, origin: Origin | None = None) -> Run:
        """The whole course, or what follows the newest usable checkpoint: of the folder, else of the run that it goes on from."""
        texts = [dump(stage.scenario) for stage in self.stages]
        kept = {one.kept: one.text for one in self.observed} | {f"scenario-{number}.yaml": text for number, text in enumerate(texts[:-1], 1)}
        if out is None:
            return self._in_memory(texts, kept, origin)
        with RunWriter.open(out, force) as writer:
            return self._in_folder(writer, texts, kept, origin)

    def _in_memory(self, texts: Sequence[str], kept: Mapping[str, str], origin: Origin | None) -> Run:
        memory = Memory()
        watched = self._watched(memory)
        staged = Staged(self.stages, self.world, self.seed, watched, self.device.loops, *self._beginning())
        clock = Clock(staged, self.progress)
        clock.run(self.each_tick, watched.deliver)
        watched.deliver()
        last_rows(staged.sim, memory, self._since)
        return Run.in_memory(self._manifest(staged, clock, origin, memory.batches), memory.tables, texts[-1], kept, self.start)

    def _beginning(self) -> tuple[Any, ...]:
        """What the course begins with, as `Staged` takes it; the course changes its notes."""
        return () if self.start is None else (self.start.tick, self.start.arrays, deepcopy(self.start.meta))

    @property
    def _since(self) -> int:
        """The second at which the course begins."""
        return 0 if self.start is None else int(self.start.meta[FOLLOWS]["second"])

    def _in_folder(self, writer: RunWriter, texts: Sequence[str], kept: Mapping[str, str], origin: Origin | None) -> Run:
        identity = self._identity([dump_of_run(stage.scenario) for stage in self.stages])
        resumed = self._resumed(writer, identity)
        start = resumed or self._from_parent(writer, origin)
        watched = self._watched(writer)
        staged = Staged(self.stages, self.world, self.seed, watched, self.device.loops, *(start or self._beginning()))
        last = self.stages[-1]
        sources = Sources.of(last.policies, resumed.meta.get("policy_sources") if resumed is not None else None, writer.folder)
        if start is not None:
            watched.tell(writer.batches("events"))
        for name, text in {SCENARIO_NAME: texts[-1], **kept}.items():
            writer.write_text(name, text)
        if self.start is not None and resumed is None:
            writer.write_start(START, self.start)
        save(self.world, writer.folder.parent)
        every = max(1, round(last.scenario.checkpoints.every) // staged.sim.tick_seconds)
        noted = {"identity": identity, **({"policy_sources": sources.by_name} if sources.by_name else {})}

        def keep() -> None:
            sim = staged.sim
            if sim.tick % every == 0 or (self.at_end and sim.tick == staged.last_tick):
                arrays, notes = sim.save()
                writer.save_checkpoint(sim.tick, arrays, {**notes, **noted}, last.scenario.checkpoints.keep)
            watched.deliver()

        clock = Clock(staged, self.progress)
        clock.run(self.each_tick, keep)
        watched.deliver()
        last_rows(staged.sim, writer, self._since)
        writer.finish(self._manifest(staged, clock, origin, writer.batches, sources))
        return Run.open(writer.folder)

    def _watched(self, sink: Any) -> Watched:
        return Watched(sink, self.watchers, Moment(self.stages[0].scenario.time.start).seconds)

    def _identity(self, texts: Sequence[str]) -> dict[str, Any]:
        """What a checkpoint in the folder must agree with."""
        identity: dict[str, Any] = {
            "scenario": hash_of(texts[-1]), "seed": self.seed, "world": self.world.content_hash, "results": provenance.RESULTS_VERSION,
        }  # fmt: skip
        if self.observed:
            identity["data"] = hash_of("\0".join(one.text for one in self.observed))
        if len(self.stages) > 1:
            identity["earlier"] = [[hash_of(text), stage.until] for text, stage in zip(texts[:-1], self.stages[:-1], strict=True)]
        if self.stages[-1].policies:
            identity["policies"] = described(self.stages[-1].policies)
        if self.start is not None:
            identity[FOLLOWS] = self.start.meta[FOLLOWS]
        if any(stage.policies for stage in self.stages[:-1]):
            identity["earlier_policies"] = [described(stage.policies) for stage in self.stages[:-1]]
        return identity

    def _resumed(self, writer: RunWriter, identity: dict[str, Any]) -> Checkpoint | None:
        """The newest checkpoint of the same course in the folder, if there is one."""
        if writer.latest_checkpoint() is None:
            writer.start_over()
            return None
        checkpoint = writer.load_checkpoint()
        check_resumed(writer.folder, checkpoint.meta.get("identity") or {}, identity, "scenario, seed, fork or version")
        return checkpoint

    def _from_parent(self, writer: RunWriter, origin: Origin | None) -> Checkpoint | None:
        """The newest checkpoint of the run that is forked, at the fork or before it, its rows copied; None if it has none."""
        if origin is None or origin.parent is None or origin.parent.path is None or len(self.stages) < 2:
            return None
        last = self.stages[-2].until
        usable = [tick for tick in list_checkpoints(origin.parent.path) if last is not None and tick <= last]
        return writer.start_from(origin.parent.path, max(usable)) if usable else None

    def _manifest(self, staged: Staged, clock: Clock, origin: Origin | None, batches: Batches, sources: Sources | None = None) -> dict[str, Any]:
        manifest = manifest_of(staged.sim, self.device.threads, clock, self.observed, sources)
        if len(self.stages) > 1:
            manifest["earlier"] = [
                {"scenario": f"scenario-{number}.yaml", "until_tick": stage.until} | ({"policies": record(stage.policies)} if stage.policies else {})
                for number, stage in enumerate(self.stages[:-1], 1)
            ]
        if self.start is not None:
            manifest[FOLLOWS] = self.start.meta[FOLLOWS]
        if origin is not None:
            manifest["fork"] = origin.told(staged, batches)
        return manifest
