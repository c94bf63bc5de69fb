"""A finished run, taken up again in memory: from the newest checkpoint before a moment, of its folder or kept here, on the same luck.

To ask many questions of one run, `keep` runs it again once and holds checkpoints; what comes out is compared with the run.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from copy import deepcopy
from pathlib import Path
from typing import Any, NamedTuple

from hyosan.counterfactual.outcome import Outcome, outcome_now, outcome_of
from hyosan.counterfactual.touching import Touch
from hyosan.engine.run import Simulation
from hyosan.errors import PolicyError, SelfCheckError
from hyosan.policy_record import Given, of_manifest, others
from hyosan.results.checkpoint import Checkpoint
from hyosan.results.compare import Beside, Difference
from hyosan.results.run import Run
from hyosan.results.store import open_checkpoint, rows_until
from hyosan.running.clock import Clock, Progress
from hyosan.running.closing import last_rows
from hyosan.running.device import Device
from hyosan.running.follow import start_of
from hyosan.running.past import check_results, checkpoints_until, own_world, stages_of
from hyosan.running.stages import Stage, Staged

KEPT_BYTES = 1 << 29
"""Memory that checkpoints of one history may take."""
MOST_KEPT = 24
FROM_THE_START = -1
"""The second before the first: a world that is other from the start on."""
NO_ROWS = {"events": 0, "series": 0}


class Held(NamedTuple):
    """A checkpoint, and how many rows of each table had been sent off by then."""

    checkpoint: Checkpoint
    rows: dict[str, int]


class Futures(NamedTuple):
    """What came of a course: how it ended, and where its logs first differ from the run's."""

    outcome: Outcome
    difference: Difference | None


class History:
    """A finished run and what is needed to run it otherwise. Raises RunFolderError, ScenarioError, PolicyError as `hyosan.fork`."""

    def __init__(
        self,
        run: Run,
        *,
        files: Path | str | None = None,
        policies: Given = None,
        threads: int | None = None,
        progress: Callable[[Progress], None] | None = None,
    ) -> None:
        check_results(run)
        self.run, self.device, self.progress = run, Device.of(threads=threads), progress
        self.stages, _ = stages_of(run, files, policies, "whatif")
        for said, stage in zip(of_manifest(run.manifest), self.stages, strict=True):
            for name in others(said, stage.policies):
                raise PolicyError(f"{run.path or 'the run'}: the policy `{name}` is not the text that decided in this run; give the same function")
        self.world = own_world(run, self.stages[-1].scenario, keep=True)
        self.ids: dict[int, int] = {int(name): row for row, name in enumerate(self.world.ground.person_id.tolist())}
        self.length = int(run.manifest["tick_seconds"])
        self._held: list[Held] = []

    @property
    def forked_at(self) -> int:
        """The tick from which on the run's last scenario was in force."""
        return max((stage.until or 0 for stage in self.stages[:-1]), default=0)

    def course(self, stages: Sequence[Stage], sink: Any, start: Checkpoint | None, seed: int | None = None) -> Staged:
        """A course of this run's world and luck (or that of another seed), from a checkpoint or its start."""
        tick, arrays, notes = start if start is not None else start_of(self.run) or (0, None, None)
        own = int(self.run.manifest["seed"])
        return Staged(stages, self.world, own if seed is None else seed, sink, self.device.loops, tick, arrays, deepcopy(notes))

    def before(self, tick: int) -> Held | None:
        """The newest checkpoint at a tick or before it; None = there is only the start."""
        own = max((one for one in self._held if one.checkpoint.tick <= tick), key=lambda one: one.checkpoint.tick, default=None)
        newest = max(checkpoints_until(self.run, tick), default=-1)
        if self.run.path is None or newest <= (own.checkpoint.tick if own is not None else -1):
            return own
        return Held(open_checkpoint(self.run.path, newest), rows_until(self.run.path, newest))

    def otherwise(self, stages: Sequence[Stage], since: int, touch: Touch | None = None) -> Futures:
        """Run on with other stages, or with somebody spared, from a second on. Raises SelfCheckError: the past comes out otherwise."""
        start = self.before(since // self.length)
        skip = start.rows if start is not None else NO_ROWS
        beside = Beside(lambda table: _after(self.run.batches(table), skip.get(table, 0)))
        staged = self.course(stages, beside, start.checkpoint if start is not None else None)

        def before() -> None:
            staged.hand_over()
            if touch is not None:
                touch.before(staged.sim)

        before()
        Clock(staged, self.progress).run(keep=before)
        last_rows(staged.sim, beside)
        return Futures(outcome_now(staged.sim), self._difference(beside, staged.sim.tick * self.length, since))

    def _difference(self, beside: Beside, end: int, since: int) -> Difference | None:
        ends = int(self.run.manifest["end_second"]), end
        found = beside.difference(min(ends) if ends[0] != ends[1] else None, max(0, since))
        if found is not None and found.second < since - self.length:
            raise SelfCheckError(f"{found.table}: differs at second {found.second}, before {since}. This is a bug in hyosan; please report it.")
        return found

    def keep(self) -> None:
        """Run the run again, holding checkpoints on the way. Raises SelfCheckError: it does not come out the same."""
        counted = _Counted()
        staged = self.course(self.stages, counted, None)
        ticks = max(1, int(self.run.manifest["end_second"]) // self.length)
        every, state_bytes = max(1, ticks // MOST_KEPT), 0
        while staged.advance():
            sim = staged.sim
            if sim.tick % every or (len(self._held) + 1) * state_bytes > KEPT_BYTES:
                continue
            kept = checkpoint_of(sim)
            state_bytes = sum(part.nbytes for part in kept.arrays.values())
            self._held.append(Held(kept, dict(counted.rows)))
        staged.sim.finish()
        if outcome_now(staged.sim).to_json() != outcome_of(self.run).to_json():
            raise SelfCheckError("the run, run again, does not come out the same. This is a bug in hyosan, or of a policy; see `hyosan rerun`.")


def checkpoint_of(sim: Simulation) -> Checkpoint:
    """A simulation as it stands, kept in memory."""
    arrays, notes = sim.save()
    return Checkpoint(sim.tick, {name: part.copy() for name, part in arrays.items()}, notes)


class _Counted:
    """Counts rows and forgets them."""

    def __init__(self) -> None:
        self.rows = dict(NO_ROWS)

    def append(self, table: str, columns: Any) -> None:
        """Count some rows."""
        self.rows[table] += len(columns["second"])


def _after(batches: Iterable[Any], rows: int) -> Iterator[Any]:
    """Record batches without their first rows."""
    for batch in batches:
        if rows < len(batch):
            yield batch.slice(rows)
        rows = max(0, rows - len(batch))
