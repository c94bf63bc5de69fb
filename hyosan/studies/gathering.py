"""The members of a study on disk, and the running of those that are not done yet: each written whole or not at all, at once when it is done.

So whatever is made of members can be killed at any instant and goes on where it was; failures stop nothing.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from hyosan.errors import RunFolderError
from hyosan.results.atomic import explain_write_error, remove_temporary_files, write_bytes
from hyosan.studies import workers as crews
from hyosan.studies.member import Job, Member, job_of, read_member
from hyosan.studies.plan import Plan
from hyosan.studies.workers import Outcome, Task

MEMBERS = "members"


class StudyProgress(NamedTuple):
    """How far a study is: runs done (some by an earlier command), failed, in all; time spent, and what is left if it goes on so."""

    done: int
    failed: int
    members: int
    elapsed_seconds: float
    left_seconds: float | None


class MemberFolder:
    """The members of a study on disk."""

    def __init__(self, folder: Path, plan: Plan, job: Job | None) -> None:
        self.path, self.plan = folder, plan
        self.job = job if job is not None else job_of(plan)

    def path_of(self, task: Task) -> Path:
        """The file of a member: numbers, not names, so that any name of a variation will do."""
        return self.path / MEMBERS / f"{task.variation:04d}-s{task.seed}.member"

    def tasks(self) -> Iterator[Task]:
        """All members, the variations of a seed one after another, so that pairs are whole as early as can be."""
        for seed in self.plan.seeds:
            for variation in range(len(self.job.names)):
                yield Task(variation, seed)

    def read(self, task: Task) -> Member | None:
        """A member that is done; None if it is not, or its file is damaged or another study's."""
        path = self.path_of(task)
        if not path.is_file():
            return None
        try:
            return read_member(path, self.job.keys[task.variation])
        except RunFolderError:
            return None

    def members(self, variation: int) -> Iterator[Member]:
        """The members of a variation that are done, in order of seeds."""
        for seed in self.plan.seeds:
            if (one := self.read(Task(variation, seed))) is not None:
                yield one


def gather(kept: MemberFolder, workers: int, ray: str | None, progress: Any) -> tuple[list[dict[str, Any]], float, int]:
    """Run what is not done yet; gives the failures, the time it took and how many were run."""
    make_folder(kept.path / MEMBERS)
    remove_temporary_files(kept.path / MEMBERS)
    before = sum(1 for task in kept.tasks() if kept.read(task) is not None)
    done, begun, told = before, time.monotonic(), 0.0
    failures: dict[Task, str] = {}
    total = kept.plan.members

    def tell(at_once: bool = False) -> None:
        nonlocal told
        now = time.monotonic()
        if progress is not None and (at_once or now - told >= 0.1):
            told = now
            ran = done - before + len(failures)
            left = (now - begun) / ran * (total - done - len(failures)) if ran else None
            progress(StudyProgress(done, len(failures), total, now - begun, left))

    tell(at_once=True)
    tasks = (task for task in kept.tasks() if not kept.path_of(task).is_file() or kept.read(task) is None)
    for outcome in _outcomes(kept.job, tasks, workers if total - before > 1 else 0, ray):
        if outcome.failure:
            failures[outcome.task] = outcome.failure
        else:
            write_bytes(kept.path_of(outcome.task), outcome.data)
            done += 1
        tell()
    tell(at_once=True)
    order = sorted(failures, key=lambda task: (task.variation, task.seed))
    failed = [{"variation": kept.job.names[task.variation], "seed": task.seed, "message": failures[task]} for task in order]
    return failed, time.monotonic() - begun, done - before + len(failures)


def _outcomes(job: Job, tasks: Iterator[Task], workers: int, ray: str | None) -> Iterator[Outcome]:
    if ray is not None:
        return crews.with_ray(job, tasks, ray)
    return crews.processes(job, tasks, workers) if workers else crews.here(job, tasks)


def make_folder(folder: Path) -> None:
    """Make a folder that may be there. Raises ResourceError, RunFolderError: it cannot be made."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise explain_write_error(error, folder, 0) from error
