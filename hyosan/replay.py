"""A run's simulation as it stood at a moment: its nearest checkpoint before, run on in memory. Nothing is written."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from hyosan.engine.run import Simulation
from hyosan.errors import PolicyError
from hyosan.policy import Policy
from hyosan.policy_record import Given, of_manifest, others
from hyosan.results.run import Run
from hyosan.results.store import open_checkpoint
from hyosan.running.device import Device
from hyosan.running.follow import start_of
from hyosan.running.past import check_results, checkpoints_until, own_world, say_checkpoints, second_at, stages_of
from hyosan.running.stages import Stage, Staged


class _Nowhere:
    """Rows of a past that is known already."""

    def append(self, table: str, columns: Any) -> None:
        """Drop them."""


def state_at(
    run: Run, at: str, *, policies: Given = None, files: Path | str | None = None, threads: int | None = None, verb: str = "fork"
) -> tuple[Simulation, Stage]:
    """The simulation at the beginning of the last tick that begins at `at` or before, and the stage of the run then; no order of that tick is taken.

    The time since the newest checkpoint (or the start, where none is early enough) is run again; a run with policies needs them for it.
    Raises CommandError: a moment that is none of the run's. PolicyError: policies are missing, or others than then. RunFolderError, ScenarioError.
    """
    tick = tick_at(run, at)
    check_results(run)
    usable = checkpoints_until(run, tick)
    stages = _stages(run, tick, max(usable, default=0), policies, files, verb)
    world = own_world(run, stages[-1].scenario, keep=True)
    found = open_checkpoint(run.path, usable[-1]) if run.path is not None and usable else start_of(run) or ()
    staged = Staged(stages, world, int(run.manifest["seed"]), _Nowhere(), Device.of(threads=threads).loops, *found)
    while staged.sim.tick < tick and staged.advance():
        pass
    staged.hand_over()
    staged.sim.publisher.finish()
    now = next(stage for stage in stages if stage.until is None or stage.until > tick)
    return staged.sim, now


def tick_at(run: Run, at: str) -> int:
    """The last tick of a run that begins at a moment or before. Raises CommandError: it is no moment, before the start, or after the end."""
    return second_at(run, at) // int(run.manifest["tick_seconds"])


def _stages(run: Run, tick: int, start: int, policies: Given, files: Path | str | None, verb: str) -> list[Stage]:
    """The stages of a run with their policies; where nothing is run again they need not be given."""
    recorded = of_manifest(run.manifest)
    if start == tick and policies is None:
        nobody = [{name: Policy(_silent, every=f"{said['every_seconds']} s") for name, said in names.items()} for names in recorded]
        return stages_of(run, files, nobody)[0]
    try:
        stages = stages_of(run, files, policies, verb)[0]
    except PolicyError as error:
        raise PolicyError(f"{error} At a moment of a checkpoint they are not needed ({say_checkpoints(run)}).") from None
    for said, stage in zip(recorded, stages, strict=True):
        for name in others(said, stage.policies):
            raise PolicyError(f"{run.path or 'the run'}: the policy `{name}` is not the text that decided in this run; give the same function")
    return stages


def _silent(knowledge: Mapping[str, Any], now: Any) -> None:
    """In the place of a policy that is not asked."""
