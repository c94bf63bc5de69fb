"""`study`: a scenario x seeds x variations, each run once and kept at once, resumable at any moment; `Study` reads what came of it.

The folder: `study.yaml`, the study with nothing left to look up; `members/`, a file for each run that is done; when all are done the tables
of `summary.py`; and `manifest.json`, written last. A member is written whole or not at all, so a study killed at any instant
goes on where it was. Nothing in the folder says who ran what, or in which order, or how long it took, but for the manifest's `timings`.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from hyosan import provenance
from hyosan.errors import CommandError, RunFolderError, ScenarioError
from hyosan.results.atomic import HASH_BYTES, hash_file, remove_temporary_files, write_bytes
from hyosan.results.lock import FolderLock, refuse_strangers
from hyosan.results.manifest import NAME as MANIFEST
from hyosan.results.manifest import read_manifest, verify_file, write_manifest
from hyosan.studies.card import study_card
from hyosan.studies.gathering import MEMBERS, MemberFolder, StudyProgress, gather, make_folder
from hyosan.studies.member import job_of, read_member
from hyosan.studies.plan import Plan, read_plan
from hyosan.studies.summary import TABLES, write_tables
from hyosan.studies.workers import Task

__all__ = ["Study", "StudyProgress", "study"]

PLAN_NAME = "study.yaml"
MARK = ".hyosan-study"
"""An empty file that marks a folder as a study's: nothing is ever deleted in a folder without it."""
MAX_WORKERS = 1024


class Study:
    """A finished study, read only. Make one with `Study.open(folder)`."""

    def __init__(self, folder: Path, manifest: dict[str, Any]) -> None:
        self.path, self._manifest = folder, manifest
        self._tables: dict[str, Any] = {}

    @classmethod
    def open(cls, path: Path | str) -> Study:
        """The study in a folder. Raises RunFolderError: no study, an unfinished one, or a damaged one."""
        folder = Path(path)
        if (folder / MARK).exists() and not (folder / MANIFEST).exists():
            raise RunFolderError(f"{folder}: holds an unfinished study: give the same command again to go on.")
        manifest = read_manifest(folder)
        if manifest.get("kind") != "study":
            raise RunFolderError(f"{folder}: holds a run, not a study.")
        return cls(folder, manifest)

    def __repr__(self) -> str:
        return f"Study({self._manifest['name']!r}, {self._manifest['members']} runs, {self.path})"

    def _repr_html_(self) -> str:
        return study_card(self._manifest, self.summary, str(self.path))

    @property
    def manifest(self) -> dict[str, Any]:
        """A copy of the manifest."""
        return dict(self._manifest)

    @property
    def study_hash(self) -> str:
        """Hash of the study and all its members: equal whoever ran them, and in whatever order."""
        return str(self._manifest["study_hash"])

    @property
    def failed(self) -> list[dict[str, Any]]:
        """Members that failed: variation, seed and why."""
        return list(self._manifest["failed"])

    @property
    def plan_text(self) -> str:
        """The study as resolved, in YAML."""
        return verify_file(self.path, PLAN_NAME, self._manifest).read_text(encoding="utf-8")

    @property
    def results(self) -> Any:
        """One row per member and figure (`pyarrow.Table`: variation, seed, figure, value)."""
        return self.table("results")

    @property
    def quantiles(self) -> Any:
        """The series, quantile by quantile (`pyarrow.Table`: variation, quantity, second, quantile, value)."""
        return self.table("quantiles")

    @property
    def summary(self) -> Any:
        """Mean, Monte Carlo error and quantiles of each figure (`pyarrow.Table`: variation, figure, statistic, value)."""
        return self.table("summary")

    @property
    def differences(self) -> Any:
        """Variation minus reference, paired by seed (`pyarrow.Table`: variation, reference, figure, statistic, value)."""
        return self.table("differences")

    def table(self, name: str) -> Any:
        """A table of the study. Raises RunFolderError: there is none of this name, or it is damaged."""
        import pyarrow as pa
        import pyarrow.parquet as pq

        if name not in TABLES:
            raise RunFolderError(f"{name!r} is no table of a study; there are {', '.join(TABLES)}.")
        if name not in self._tables:
            path = verify_file(self.path, f"{name}.parquet", self._manifest)
            try:
                self._tables[name] = pq.read_table(path, page_checksum_verification=True).cast(TABLES[name])
            except (pa.ArrowException, OSError, ValueError) as error:
                raise RunFolderError(f"{path}: cannot be read: {error}.") from error
        return self._tables[name]

    def verify(self) -> None:
        """Read every file and member and compare all hashes. Raises RunFolderError: one is damaged (it is named)."""
        for name in self._manifest["files"]:
            verify_file(self.path, name, self._manifest)
        plan = read_plan(self.path / PLAN_NAME)
        if _study_hash(MemberFolder(self.path, plan, None), self.failed) != self.study_hash:
            raise RunFolderError(f"{self.path / MEMBERS}: the members are not those that the manifest's hash was made of.")


def study(
    source: Path | str | Mapping[str, Any],
    *,
    out: Path | str | None = None,
    workers: int = 0,
    ray: str | None = None,
    overrides: Sequence[str] | Mapping[str, Any] = (),
    force: bool = False,
    progress: Callable[[StudyProgress], None] | None = None,
) -> Study:
    """Run a study: every variation of a scenario with every seed.

    Main arguments: `source`, a study file or a mapping like one; `out`, its folder (default: `studies/NAME`); `workers`, how many processes
    run members (0 = this one); `ray`, a Ray cluster's address, or "auto", instead of processes: the same bytes either way.
    Other arguments: `overrides` to its scenario as of `--set`; `force` replaces what is in `out`; `progress` is told how far it is.
    A folder with the same study is gone on with: runs that are done are not done again, those that failed are tried again.

    Raises ScenarioError: the study or a variation is wrong. RunFolderError: the folder is in use or holds something else. CommandError.
    A member that fails stops nothing: see `Study.failed`.
    """
    if isinstance(workers, bool) or not 0 <= workers <= MAX_WORKERS:
        raise CommandError(f"workers: {workers!r}; a whole number from 0 to {MAX_WORKERS} is needed")
    if ray is not None and not ray.strip():
        raise CommandError("--ray: write `auto`, or the address of a cluster")
    plan = read_plan(source, overrides)
    job = job_of(plan)
    folder = Path(out) if out is not None else Path("studies") / plan.name
    lock = _taken(folder, plan, force)
    try:
        if (folder / MANIFEST).exists():
            found = Study.open(folder)
            if not found.failed and _is_whole(found):
                return found
            (folder / MANIFEST).unlink()
        write_bytes(folder / PLAN_NAME, plan.resolved().encode())
        kept = MemberFolder(folder, plan, job)
        failed, seconds, ran = gather(kept, workers, ray, progress)
        write_tables(folder, plan, job, kept.members)
        _finish(kept, failed, seconds, ran)
        return Study.open(folder)
    finally:
        lock.release()


def _finish(kept: MemberFolder, failed: list[dict[str, Any]], seconds: float, ran: int) -> None:
    plan, names = kept.plan, [PLAN_NAME, *(f"{name}.parquet" for name in TABLES)]
    files = {name: {"hash": hash_file(kept.path / name), "bytes": (kept.path / name).stat().st_size} for name in names}
    scenario = plan.tree
    manifest = {
        "kind": "study", "name": plan.name, "title": plan.title or scenario.get("title") or plan.name, "scenario": scenario.get("name", ""),
        "status": scenario.get("status", "uncalibrated"), "members": plan.members, "variations": kept.job.names,
        "seeds": {"first": plan.seeds[0], "last": plan.seeds[-1], "count": len(plan.seeds)}, "reference": plan.reference,
        "objectives": plan.objectives, "start": scenario.get("time", {}).get("start", "day 1 00:00"), "failed": failed,
        "zone": plan.zone, "date": scenario.get("time", {}).get("date"),
        "study_hash": _study_hash(kept, failed), "files": files,
        "timings": {"elapsed_seconds": round(seconds, 3), "members_run": ran}, "versions": provenance.versions(), "hardware": provenance.hardware(),
    }  # fmt: skip
    write_manifest(kept.path, manifest)


def _study_hash(kept: MemberFolder, failed: list[dict[str, Any]]) -> str:
    """Over what each member came to, in the order of variations and seeds. Raises RunFolderError: a member is missing or damaged."""
    digest = hashlib.blake2b(digest_size=HASH_BYTES)
    wanting = {(one["variation"], one["seed"]) for one in failed}
    for variation, name in enumerate(kept.job.names):
        for seed in kept.plan.seeds:
            if (name, seed) in wanting:
                digest.update(json.dumps([name, seed, "failed"]).encode())
                continue
            one = read_member(kept.path_of(Task(variation, seed)), kept.job.keys[variation])
            digest.update(json.dumps([name, seed, one.result_hash, one.history_hash, one.figures], sort_keys=True).encode())
            digest.update(one.series.astype("<i8").tobytes() + one.infected.astype("<i8").tobytes())
    return digest.hexdigest()


def _is_whole(found: Study) -> bool:
    """Whether a finished study can be handed out as it is."""
    try:
        for name in found.manifest["files"]:
            verify_file(found.path, name, found.manifest)
    except RunFolderError:
        return False
    return True


def _taken(folder: Path, plan: Plan, force: bool) -> FolderLock:
    """The right to write into the folder of a study, which is made or cleared as need be."""
    make_folder(folder)
    refuse_strangers(folder, (folder / MARK).exists(), "study")
    lock = FolderLock(folder)
    try:
        remove_temporary_files(folder)
        marked = (folder / MARK).exists()
        refuse_strangers(folder, marked, "study")
        write_bytes(folder / MARK, b"")
        if marked and force:
            _clear(folder)
        elif marked and (folder / PLAN_NAME).exists() and not _is_same(folder / PLAN_NAME, plan):
            raise RunFolderError(f"{folder}: holds another study. Choose another --out, or give --force to replace it.")
        return lock
    except BaseException:
        lock.release()
        raise


def _is_same(path: Path, plan: Plan) -> bool:
    try:
        return path.read_text(encoding="utf-8") == plan.resolved()
    except (OSError, ValueError, ScenarioError):
        return False


def _clear(folder: Path) -> None:
    for name in (MANIFEST, PLAN_NAME, "report.html", "report.json", *(f"{name}.parquet" for name in TABLES)):
        (folder / name).unlink(missing_ok=True)
    if (folder / MEMBERS).is_symlink():
        raise RunFolderError(f"{folder / MEMBERS}: is a link; it is not followed. Choose another --out.")
    shutil.rmtree(folder / MEMBERS, ignore_errors=True)
