"""The reference table: draws from the priors, each a run of the scenario with a seed, kept once and for all data that it may be held beside.

A draw is a member of a study (`studies/gathering.py`): written whole or not at all, by any number of workers, gone on with after a kill.
It keeps every quantity of the whole city on every day, and those of the zones that were observed, so that other days or other
observations need no new runs.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import NormalDist
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from hyosan.errors import CommandError, RunFolderError, ScenarioError
from hyosan.fitting.data import CLAIM, Target
from hyosan.fitting.regression import Floats
from hyosan.quantities import QUANTITIES
from hyosan.results.atomic import HASH_BYTES, hash_file, remove_temporary_files, write_bytes
from hyosan.results.lock import FolderLock, refuse_strangers
from hyosan.results.manifest import NAME as MANIFEST
from hyosan.scenario.dump import as_yaml
from hyosan.scenario.extends import DATA_FILES
from hyosan.scenario.files import resolve_file
from hyosan.scenario.load import Source, load, tree
from hyosan.scenario.nearest import did_you_mean
from hyosan.scenario.observed import PER_DAY, WHOLE
from hyosan.scenario.positions import Node, find, plain
from hyosan.scenario.root import Scenario
from hyosan.scenario.uncertain import Parameter, fraction, parameters
from hyosan.studies.days import INFECTED
from hyosan.studies.gathering import MEMBERS, MemberFolder, make_folder
from hyosan.studies.member import FIGURE, Job, job_of
from hyosan.studies.plan import AS_IS, MAX_SEEDS, Plan, Variation
from hyosan.studies.workers import Task

MARK = ".hyosan-fit"
"""An empty file that marks a folder as a fit's: nothing is ever deleted in a folder without it."""
SCENARIO_NAME = "scenario.yaml"
TABLE_NAME = "table.json"
OWN_FILES = (
    MANIFEST, SCENARIO_NAME, TABLE_NAME, "observed.csv", "reference.parquet", "posterior.parquet", "posterior.csv", "fitted.yaml", "fit.json",
    "report.html", "report.txt",
)  # fmt: skip
"""What a fit writes, beside its draws and copies of the tables that its scenario names."""
KEEPS = [(INFECTED, WHOLE), *((name, WHOLE) for name in QUANTITIES)]
"""What every table keeps by day."""
RESERVED = ("seed", "distance", "weight")
_NORMAL = NormalDist()


class Subject(NamedTuple):
    """A scenario to fit, checked: its values without `data`, its unknown numbers, the files that it names with their hashes."""

    scenario: Scenario
    tree: dict[str, Any]
    parameters: tuple[Parameter, ...]
    files: dict[str, str]


def subject_of(source: Source, changes: Sequence[str] | Mapping[str, Any] = ()) -> Subject:
    """The scenario that is fitted. Raises ScenarioError: it is wrong, or nothing in it is uncertain."""
    node, base = tree(source, changes)
    scenario = load(source, overrides=changes)
    found = parameters(node)
    if not found:
        raise ScenarioError(
            f"{scenario.name}: no number is `uncertain`, so there is nothing to fit; give a prior in place of one, for example "
            "--set pathogen.routes.contact.rates.anywhere='{uncertain: {lognormal: {mean: 0.5 per day, sd: 0.2 per day}}}'"
        )
    for one in found:
        if one.key in RESERVED:
            raise ScenarioError(f"{one.paths[0]}: `as: {one.key}` is the name of a column of the tables of a fit; choose another name")
    values = plain(node)
    values.pop("data", None)  # observations never reach the engine
    return Subject(scenario, values, found, {name: hash_file(resolve_file(base, name)) for name in _named_files(node)})


class Table(NamedTuple):
    """The draws that are done, in order of seeds."""

    seeds: NDArray[np.int64]
    values: Floats
    """[draws, parameters] in the units of the priors."""
    scores: Floats
    """[draws, parameters] on the scale on which each prior is standard normal."""
    observed: Floats
    """[draws, observed numbers] what each draw has for them."""
    left_out: int = 0
    """Draws that lack one of them: a claim asks for something that did not come about in them."""


class ReferenceFolder:
    """A fit's folder, held by a lock until `release`; made, cleared or gone on with as need be.

    Raises RunFolderError: in use, holds something else or a table of another scenario (told what differs). ScenarioError, CommandError.
    """

    def __init__(self, folder: Path, subject: Subject, targets: Sequence[Target], draws: int, force: bool) -> None:
        if isinstance(draws, bool) or not 2 <= draws <= MAX_SEEDS:
            raise CommandError(f"draws: {draws!r}; a whole number from 2 to {MAX_SEEDS:,} is needed")
        self.path, self.subject = folder, subject
        wanted = [(_kept_as(one.quantity, one.zone), one.zone) for one in targets if one.zone != WHOLE and one.day is not None]
        _check_zones(subject.scenario, targets)
        make_folder(folder)
        refuse_strangers(folder, (folder / MARK).exists(), "fit")
        self._lock = FolderLock(folder)
        try:
            remove_temporary_files(folder)
            self.daily = self._taken([*KEEPS, *dict.fromkeys(wanted)], force)
            base = subject.scenario.base
            for name in subject.files:
                _copy(resolve_file(base, name), folder / name)
            write_bytes(folder / SCENARIO_NAME, as_yaml(subject.tree).encode())
            said = {"scenario": subject.tree, "files": subject.files, "daily": self.daily}
            write_bytes(folder / TABLE_NAME, (json.dumps(said, indent=1, sort_keys=True, allow_nan=False) + "\n").encode())
            plan = Plan(f"{subject.scenario.name[:56]}-fit", "", subject.tree, base, range(1, draws + 1), (Variation(AS_IS, {}),), quantities=())
            self.members = MemberFolder(folder, plan, self._job(plan))
        except BaseException:
            self._lock.release()
            raise

    def release(self) -> None:
        """Let others write into the folder. Safe to call twice."""
        self._lock.release()

    def _job(self, plan: Plan) -> Job:
        job = job_of(plan)
        text = json.dumps([job.keys[0], self.daily, self.subject.files], sort_keys=True)
        key = hashlib.blake2b(text.encode(), digest_size=HASH_BYTES).hexdigest()
        return job._replace(daily=self.daily, keys=[key])

    def _taken(self, wanted: list[tuple[str, str]], force: bool) -> list[list[str]]:
        folder = self.path
        marked = (folder / MARK).exists()
        refuse_strangers(folder, marked, "fit")
        write_bytes(folder / MARK, b"")
        if marked and force:
            self._clear()
        daily = [list(pair) for pair in wanted]
        before = _read_table(folder)
        if before is None:
            return daily
        here = {"scenario": self.subject.tree, "files": self.subject.files}
        if told := differences({name: before.get(name) for name in here}, here):
            shown = "\n".join(f"  {line}" for line in told[:5]) + (f"\n  and {len(told) - 5} more" if len(told) > 5 else "")
            raise RunFolderError(f"{folder}: holds draws of another scenario. It differs in\n{shown}\nChoose another --out, or give --force.")
        lacking = [pair for pair in daily if pair not in before["daily"]]
        if lacking:
            told_zone = ", ".join(f"`{name}` in {zone}" for name, zone in lacking[:5])
            raise RunFolderError(f"{folder}: its draws did not keep {told_zone}. Choose another --out, or give --force to draw anew.")
        return list(before["daily"])

    def _clear(self) -> None:
        for name in OWN_FILES:
            (self.path / name).unlink(missing_ok=True)
        if (self.path / MEMBERS).is_symlink():
            raise RunFolderError(f"{self.path / MEMBERS}: is a link; it is not followed. Choose another --out.")
        shutil.rmtree(self.path / MEMBERS, ignore_errors=True)

    def table(self, targets: Sequence[Target]) -> Table:
        """The draws that are done, with what each has for the observed numbers.

        Raises RunFolderError: none is done.
        """
        rows = {(name, zone): number for number, (name, zone) in enumerate(self.daily)}
        names = [one.key for one in self.subject.parameters]
        seeds, values, observed, left_out = [], [], [], 0
        for seed in self.members.plan.seeds:
            member = self.members.read(Task(0, seed))
            if member is None:
                continue
            counts = [_count(one, rows, member.daily, member.figures) for one in targets]
            if None in counts:
                left_out += 1
                continue
            seeds.append(seed)
            values.append([float(member.drawn[name]) for name in names])
            observed.append(counts)
        if not seeds:
            why = "every draw lacks one of the claimed figures; leave that claim out" if left_out else "every draw failed; see what is said of them"
            raise RunFolderError(f"{self.path}: {why}.")
        scores = [[score(name, seed) for name in names] for seed in seeds]
        return Table(np.array(seeds, dtype=np.int64), np.array(values), np.array(scores), np.array(observed, dtype=np.float64), left_out)


def score(key: str, seed: int) -> float:
    """Where a draw lies in its prior, as a standard normal score."""
    return _NORMAL.inv_cdf(float(fraction(seed, key)))


def differences(before: Any, now: Any, path: str = "") -> list[str]:
    """Where two trees of plain values differ, a line each."""
    if isinstance(before, Mapping) and isinstance(now, Mapping):
        names = list(dict.fromkeys([*before, *now]))
        return [line for name in names for line in differences(before.get(name), now.get(name), f"{path}.{name}" if path else str(name))]
    if isinstance(before, list) and isinstance(now, list) and len(before) == len(now):
        return [line for number, (a, b) in enumerate(zip(before, now, strict=True)) for line in differences(a, b, f"{path}.{number}")]
    return [] if before == now else [f"{path.removeprefix('scenario.')}: {_short(before)} there, {_short(now)} here"]


def _short(value: Any) -> str:
    text = "nothing" if value is None else json.dumps(value, ensure_ascii=False) if not isinstance(value, str) else value
    return text if len(text) <= 80 else f"{text[:77]}..."


def _count(one: Target, rows: dict[tuple[str, str], int], daily: NDArray[np.int64], figures: Mapping[str, float]) -> float | None:
    """What a draw has for an observed number; None = nothing."""
    if one.quantity.startswith(CLAIM):
        return figures.get(FIGURE + one.quantity.removeprefix(CLAIM))
    if one.day is None:
        return float(figures[one.quantity])
    days = daily[rows[_kept_as(one.quantity, one.zone), one.zone]]
    if one.quantity.startswith(PER_DAY) and one.quantity != INFECTED:
        return float(days[one.day - 1] - (days[one.day - 2] if one.day > 1 else 0))
    return float(days[one.day - 1])


def _kept_as(quantity: str, zone: str) -> str:
    return quantity if quantity == INFECTED else quantity.removeprefix(PER_DAY)


def _named_files(node: Node) -> list[str]:
    paths: list[tuple[str, ...]] = list(DATA_FILES)
    imported = find(node, ("importations",))
    paths += [("importations", name, "file") for name in ((imported.mapping or {}) if imported is not None else {})]
    found = [one.value for path in paths if (one := find(node, path)) is not None and isinstance(one.value, str)]
    return list(dict.fromkeys(found))


def _check_zones(scenario: Scenario, targets: Sequence[Target]) -> None:
    if all(one.zone == WHOLE for one in targets):
        return
    from hyosan.world.build import build

    zones = build(scenario.city, scenario.base).zones
    wrong = [f"{one.where}: zone {one.zone[:40]!r} is not one of the city; {did_you_mean(one.zone, zones)}" for one in targets if
             one.zone != WHOLE and one.zone not in zones]  # fmt: skip
    if wrong:
        raise ScenarioError("\n".join(wrong[:20]))


def _read_table(folder: Path) -> dict[str, Any] | None:
    """What the folder's draws are of; None if it has none yet, or nothing that can be read."""
    try:
        found: dict[str, Any] = json.loads((folder / TABLE_NAME).read_text(encoding="utf-8"))
        return found if isinstance(found.get("daily"), list) else None
    except (OSError, ValueError, AttributeError):
        return None


def _copy(path: Path, to: Path) -> None:
    if to.exists() and hash_file(to) == hash_file(path):
        return
    make_folder(to.parent)
    write_bytes(to, path.read_bytes())


__all__ = ["MANIFEST", "MARK", "ReferenceFolder", "Subject", "Table", "differences", "score", "subject_of"]
