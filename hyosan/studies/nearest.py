"""The runs of a study that come nearest to the claims of its scenario, and such a run made again in full."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from hyosan.errors import CommandError, SelfCheckError
from hyosan.results.run import Run
from hyosan.running.clock import Progress
from hyosan.scenario.load import load
from hyosan.scenario.midrun import ending_at
from hyosan.simulate import run
from hyosan.studies.gathering import MemberFolder
from hyosan.studies.member import CLAIM, DISTANCE
from hyosan.studies.plan import read_plan
from hyosan.studies.study import PLAN_NAME, Study
from hyosan.studies.workers import Task


class Near(NamedTuple):
    """A run of a study: how far it is from all claims together (0 = all are as claimed), which came true and which did not."""

    variation: str
    seed: int
    distance: float
    met: tuple[str, ...]
    missed: tuple[str, ...]


def nearest(study: Study, count: int = 5) -> list[Near]:
    """The runs nearest to the claims, nearest first; of equal ones, those first that meet more.

    Raises CommandError: no claim of the study's scenario can be judged.
    """
    away: dict[tuple[str, int], float] = {}
    told: dict[tuple[str, int], dict[str, bool]] = {}
    for row in study.results.to_pylist():
        key = row["variation"], row["seed"]
        if row["figure"] == DISTANCE:
            away[key] = row["value"]
        elif row["figure"].startswith(CLAIM):
            told.setdefault(key, {})[row["figure"].removeprefix(CLAIM)] = bool(row["value"])
    if not away:
        raise CommandError(f"{study.path}: its scenario makes no claims that are judged. Write some under `claims`, and run the study again.")
    found = [
        Near(*key, value, *(tuple(name for name, met in told.get(key, {}).items() if met is wanted) for wanted in (True, False)))
        for key, value in away.items()
    ]
    return sorted(found, key=lambda one: (one.distance, -len(one.met), one.variation, one.seed))[:count]


def run_again(
    study: Study, one: Near, out: Path, *, threads: int | None = None, force: bool = False, progress: Callable[[Progress], None] | None = None
) -> Run:
    """A run of a study in full, into a folder. Raises SelfCheckError: it is not the same as it was in the study."""
    plan = read_plan(study.path / PLAN_NAME)
    number = [variation.name for variation in plan.variations].index(one.variation)
    scenario = load(plan.tree, overrides=plan.variations[number].changes, seed=one.seed, base=plan.base)
    scenario = ending_at(scenario, plan.until) if plan.until is not None else scenario
    done = run(scenario, seed=one.seed, out=out, threads=threads, force=force, progress=progress)
    kept: Any = MemberFolder(study.path, plan, None).read(Task(number, one.seed))
    if kept is not None and kept.result_hash != done.result_hash:
        raise SelfCheckError(f"{out}: came to {done.result_hash}, in the study to {kept.result_hash}. Versions differ, or this is a bug in hyosan.")
    return done
