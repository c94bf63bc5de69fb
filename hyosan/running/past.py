"""The past of a finished run, to go on from it or to run it again: its stages, its world, its moments."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from hyosan import provenance
from hyosan.errors import CommandError, HyosanError, RunFolderError, ScenarioError
from hyosan.policy_record import Given, of_manifest, of_stages
from hyosan.results.run import SCENARIO_NAME, Run
from hyosan.results.store import list_checkpoints
from hyosan.running.follow import FOLLOWS
from hyosan.running.stages import Stage
from hyosan.scenario.files import resolve_file
from hyosan.scenario.load import load
from hyosan.scenario.observed import ObservedFile, read_all
from hyosan.scenario.root import Scenario
from hyosan.units import Moment, say_clock
from hyosan.world.build import build
from hyosan.world.frame import World
from hyosan.world.store import load_world


def check_results(run: Run) -> None:
    """Raises RunFolderError: a run was made by a version that gives other results, so that its past would be another."""
    made = str(run.manifest["versions"].get("results", "unknown"))
    if made != str(provenance.RESULTS_VERSION):
        raise RunFolderError(
            f"{run.path or 'the run'}: was made with results version {made}, this hyosan makes {provenance.RESULTS_VERSION}: "
            "its past would be another. Run the scenario again, then fork that."
        )


def checkpoints_until(run: Run, tick: int) -> list[int]:
    """Ticks of the checkpoints of a run up to a tick, ascending; none of a run in memory."""
    return [one for one in list_checkpoints(run.path) if one <= tick] if run.path is not None else []


def say_checkpoints(run: Run) -> str:
    """The moments of a run's checkpoints, for a message."""
    clock, length = run.manifest["start_clock_seconds"], run.manifest["tick_seconds"]
    return ", ".join(say_clock(tick * length, clock) for tick in (list_checkpoints(run.path) if run.path else ())) or "there is none"


def second_at(run: Run, at: str) -> int:
    """The second of a moment of a run. Raises CommandError: it is no moment, before the start, or after the end."""
    clock, end = float(run.manifest["start_clock_seconds"]), int(run.manifest["end_second"])
    begin = int(run.manifest.get(FOLLOWS, {}).get("second", 0))
    try:
        second = Moment(at).second(clock)
    except HyosanError as error:
        raise CommandError(f"--at: {error}") from error
    if not begin <= second <= end:
        side = f"before the start of the run ({say_clock(begin, clock)})" if second < begin else f"after the end of the run ({say_clock(end, clock)})"
        raise CommandError(f"--at: {at!r} is {side}")
    return second


def stages_of(run: Run, files: Path | str | None, policies: Given = None, verb: str = "rerun") -> tuple[list[Stage], tuple[ObservedFile, ...]]:
    """The stages of a finished run, from the scenarios that it keeps, its observations and the policies that it had, among those given.

    Raises ScenarioError: a scenario cannot be read, or tables are not there. PolicyError: a policy that the run had is not given.
    """
    decide = of_stages(str(run.path or "the run"), of_manifest(run.manifest), policies, verb)
    earlier = run.manifest.get("earlier", [])
    names = [*(str(one["scenario"]) for one in earlier), SCENARIO_NAME]
    with tempfile.TemporaryDirectory() as folder:
        for name in (*names, *run.manifest.get("data", {}).values()):
            Path(folder, name).write_text(run.text(name), encoding="utf-8")
        try:
            found = [load(Path(folder, name), cut_short=True) for name in names]
            observed = read_all(found[-1])
        except ScenarioError as error:
            where = run.path or "the run"
            raise ScenarioError(f"{where}: its scenario cannot be read: {str(error).replace(folder + os.sep, '')}") from None
    base = Path(files) if files is not None else run.path if run.path is not None else Path.cwd()
    found[-1] = found[-1].with_uncertain(run.manifest.get("uncertain", {}))
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


def own_world(run: Run, scenario: Scenario, *, keep: bool) -> World:
    """The world of a run: as kept beside it (`keep`), else built anew; if its tables are missing, as kept.

    Raises RunFolderError: it is not kept, and what is built is another one.
    """
    wanted = str(run.manifest["world_hash"])
    folders: Sequence[Path] = [folder / "worlds" / wanted for folder in (run.path, run.path.parent)] if run.path is not None else []
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
