"""One member of a study: a scenario under a variation and a seed, run in memory, of which figures, series and who was infected are kept.

Rows of events are hashed as they come and then forgotten, so that a member takes no more memory than its city does.
"""

from __future__ import annotations

import base64
import hashlib
import json
import math
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from hyosan import provenance
from hyosan.errors import RunFolderError, ScenarioError
from hyosan.quantities import FIGURES, QUANTITIES
from hyosan.results.atomic import HASH_BYTES
from hyosan.results.claims import OPEN, Log
from hyosan.results.ending import Ending
from hyosan.results.verdicts import MET as JUDGED_MET
from hyosan.results.verdicts import judge
from hyosan.scenario.claims import Claim
from hyosan.scenario.objectives import Objective
from hyosan.studies.days import Days, packed, unpacked
from hyosan.studies.plan import Plan
from hyosan.units import DAY_SECONDS, Moment

FORMAT = 2
MET = "met: "
"""What the figure of an objective is called: this and its name. It is 1 where a run met it, else 0, also where it cannot be told."""
CLAIM, FIGURE, DISTANCE = "claim: ", "figure: ", "distance from the claims"
"""What is kept of a claim: `claim: NAME`, 1 where it came true and else 0; `figure: NAME`, its number, and `figure: NAME, LABEL`, those told beside
it, where the run has them; and how far the run is from all claims together."""
MAX_CELLS = 1_000_000
_MAGIC = b"hyosan member 1 "


class Job(NamedTuple):
    """What workers need to run any member, as plain data."""

    tree: dict[str, Any]
    base: str
    changes: list[dict[str, Any]]
    names: list[str]
    until: str | None
    quantities: list[str]
    zone: str
    seconds: list[int]
    """Moments at which series are read."""
    keys: list[str]
    """For each variation a hash of all that its members follow from, but for the seed."""
    objectives: list[str]
    """Objectives that all variations have."""
    daily: Sequence[Sequence[str]] = ()
    """Quantities, each with a zone, whose number on every calendar day is kept (see `days.py`); with any, who was infected is not."""
    claims: Sequence[str] = ()
    """Claims that all variations make, in the same words."""
    claimed: Sequence[str] = ()
    """Names of the figures kept of these claims; a member need not have all of them."""

    @property
    def figures(self) -> list[str]:
        """Names of the figures kept of each member: those of the ending, for each objective whether it was met, those of claims."""
        return [*FIGURES, *(MET + name for name in self.objectives), *self.claimed]


class Member(NamedTuple):
    """A member as it was kept."""

    variation: str
    seed: int
    figures: dict[str, float]
    series: NDArray[np.int64]
    """[quantities, moments]"""
    infected: NDArray[np.int64]
    """Ids of those ever infected, ascending."""
    history_hash: str
    result_hash: str
    daily: NDArray[np.int64]
    """[quantities of `Job.daily`, calendar days]"""
    drawn: dict[str, float]
    """With `Job.daily`, the numbers that nobody knows as drawn in this member, by key, in the units of their laws."""


def job_of(plan: Plan) -> Job:
    """The job of a study; each variation is loaded, so that what is wrong with one is told before any run.

    Raises ScenarioError: a variation cannot be run, named.
    """
    from hyosan.scenario.load import load
    from hyosan.scenario.midrun import ending_at

    ends, wanted, claims = [], [], []
    for one in plan.variations:
        try:
            scenario = load(plan.tree, overrides=one.changes, base=plan.base)
            scenario = ending_at(scenario, plan.until) if plan.until is not None else scenario
        except ScenarioError as error:
            raise ScenarioError("\n".join(f"variation {one.name!r}: {line}" for line in str(error).splitlines())) from None
        ends.append(scenario.time.end)
        wanted.append(scenario.objectives)
        claims.append(scenario.claims)
    end = max(ends)
    every = plan.every if plan.every is not None else DAY_SECONDS if end > 5 * DAY_SECONDS else 3600
    seconds = list(range(0, int(end) + 1, round(every)))
    if len(seconds) * len(plan.quantities) > MAX_CELLS:
        raise ScenarioError(f"series: {len(seconds):,} moments of {len(plan.quantities)} quantities are too many; give a longer `every`")
    parts: list[Any] = [FORMAT, provenance.RESULTS_VERSION, plan.tree, plan.until, list(plan.quantities), plan.zone, seconds]
    keys = [_hash(json.dumps([*parts, one.changes], sort_keys=True).encode()) for one in plan.variations]
    return Job(
        plan.tree, str(plan.base), [one.changes for one in plan.variations], [one.name for one in plan.variations], plan.until,
        list(plan.quantities), plan.zone, seconds, keys, [name for name in wanted[0] if all(name in others for others in wanted)],
        claims=(shared := [name for name, one in claims[0].items() if all(others.get(name) == one for others in claims)]),
        claimed=_claimed({name: claims[0][name] for name in shared}),
    )  # fmt: skip


def _claimed(claims: dict[str, Claim]) -> list[str]:
    """Names of the figures that are kept of claims."""
    judged = [name for name, one in claims.items() if one.kind != "open"]
    numbers = [name for name, one in claims.items() if one.kind == "figure"]
    beside = [f"{name}, {label}" for name, one in claims.items() for label in one.shows]
    return [*(CLAIM + name for name in judged), *(FIGURE + name for name in (*numbers, *beside)), *([DISTANCE] if judged else [])]


class Worker:
    """Runs members of one job, one after another, each in one thread; cities are kept from one member to the next."""

    def __init__(self, job: Job) -> None:
        self.job = job
        self._worlds: dict[str, Any] = {}
        self._uncertain: dict[int, Any] = {}

    def run(self, variation: int, seed: int) -> bytes:
        """The file of a member. Raises HyosanError as `hyosan.run`."""
        from hyosan.backend import use_threads
        from hyosan.engine.cpu import Processor
        from hyosan.results.hashes import history_hash, result_hash
        from hyosan.running.clock import Clock
        from hyosan.running.closing import last_rows, manifest_of
        from hyosan.running.stages import Stage, Staged
        from hyosan.scenario.load import load
        from hyosan.scenario.midrun import ending_at
        from hyosan.scenario.objectives import check_zones
        from hyosan.scenario.observed import kept_by_run, read_all

        job = self.job
        scenario = load(job.tree, overrides=job.changes[variation], seed=seed, base=Path(job.base))
        scenario = ending_at(scenario, job.until) if job.until is not None else scenario
        world = self._world(scenario)
        scenario = kept_by_run(scenario, read_all(scenario))  # as a run folder names its data, so that hashes are those of `hyosan.run`
        if job.zone != "all" and job.zone not in world.zones:
            raise ScenarioError(f"series.zone: {job.zone!r} is no zone of this city; allowed: all, {', '.join(world.zones[:25])}")
        check_zones(scenario.objectives, ("all", *world.zones))
        use_threads(1)
        wanted = {name: scenario.objectives[name] for name in job.objectives}
        log = Log({name: scenario.claims[name] for name in job.claims}, tuple(scenario.orders), Moment(scenario.time.start).seconds)
        kept = _Tally(job, wanted, scenario.time.end, log)
        staged = Staged([Stage(scenario)], world, seed, kept, Processor(1))
        clock = Clock(staged)
        clock.run()
        last_rows(staged.sim, kept)
        manifest = manifest_of(staged.sim, 1, clock)
        hashes = {table: one.digest() for table, one in kept.hashes.items()}
        return _encode(
            {
                "variation": job.names[variation], "seed": seed, "key": job.keys[variation],
                "figures": Ending.from_json(manifest["ending"]).figures(manifest["end_second"]) | kept.met(manifest) | kept.claimed(manifest),
                "series": kept.sampled().tolist(), "infected": "" if job.daily else _pack(kept.infected),
                "history_hash": history_hash(hashes), "result_hash": result_hash(hashes, manifest),
            }
            | ({"daily": packed(kept.by_day(manifest)), "drawn": self._drawn(variation, seed)} if job.daily else {})
        )  # fmt: skip

    def _drawn(self, variation: int, seed: int) -> dict[str, float]:
        """The numbers that nobody knows, as drawn with a seed, by key."""
        if variation not in self._uncertain:
            from hyosan.scenario.load import tree
            from hyosan.scenario.uncertain import parameters

            self._uncertain[variation] = parameters(tree(self.job.tree, self.job.changes[variation])[0])
        return {one.key: one.drawn(seed) for one in self._uncertain[variation]}

    def _world(self, scenario: Any) -> Any:
        from hyosan.world.build import build

        name = scenario.city.model_dump_json()
        if name not in self._worlds:
            if len(self._worlds) >= 2:
                self._worlds.pop(next(iter(self._worlds)))
            self._worlds[name] = build(scenario.city, scenario.base)
        return self._worlds[name]


class _Tally:
    """Takes the rows of a run: hashes all, keeps what the study asks for."""

    def __init__(self, job: Job, wanted: dict[str, Objective], allotted_seconds: float, log: Log) -> None:
        from hyosan.results.hashes import TableHash
        from hyosan.tables import TABLES

        self.job, self.wanted, self.allotted_seconds, self.log = job, wanted, allotted_seconds, log
        self.hashes = {table: TableHash(table) for table in TABLES}
        self.infected: NDArray[np.int64] = np.empty(0, dtype=np.int64)
        self._rows: dict[tuple[str, str, str], list[tuple[int, int]]] = {(job.zone, QUANTITIES[name].view, name): [] for name in job.quantities}
        self._rows |= {(one.place, one.seen, one.quantity): [] for one in wanted.values()}
        self.days = Days(job.daily, allotted_seconds)
        self._rows |= {key: [] for key in self.days.keys()}  # noqa: SIM118 - a method, of no mapping

    def append(self, table: str, columns: Any) -> None:
        from hyosan.results.columns import to_batch

        batch = to_batch(table, columns)
        self.hashes[table].update(batch)
        if self.job.claims:
            self.log.take(table, batch)
        if table == "people":
            ids, since = (batch.column(name).to_numpy() for name in ("person", "infected_second"))
            self.infected = np.sort(ids[since >= 0]).astype(np.int64)
        if table == "events":
            self.days.take_events(batch)
        if table == "series":
            names = ("second", "zone", "view", "quantity", "value")
            for second, zone, view, quantity, value in zip(*(batch.column(batch.schema.get_field_index(n)).to_pylist() for n in names), strict=True):
                if (rows := self._rows.get((zone, view, quantity))) is not None:
                    rows.append((second, value))

    def sampled(self) -> NDArray[np.int64]:
        """The value of each quantity at each moment: the last one written by then; before the first, the first."""
        found = np.zeros((len(self.job.quantities), len(self.job.seconds)), dtype=np.int64)
        for row, name in enumerate(self.job.quantities):
            moments, values = self._changes(self.job.zone, QUANTITIES[name].view, name)
            if len(moments):
                found[row] = values[np.maximum(np.searchsorted(moments, self.job.seconds, side="right") - 1, 0)]
        return found

    def by_day(self, manifest: dict[str, Any]) -> NDArray[np.int64]:
        """The counts of the quantities of `Job.daily` on every calendar day."""
        return self.days.counted(self._changes, manifest["end_second"], manifest["start_clock_seconds"])

    def met(self, manifest: dict[str, Any]) -> dict[str, float]:
        """For each objective of the job whether the run met it."""
        ending, end, start = Ending.from_json(manifest["ending"]), manifest["end_second"], manifest["start_clock_seconds"]
        over = end < self.allotted_seconds
        return {
            MET + name: float(judge(one, *self._changes(one.place, one.seen, one.quantity), ending, end, start, over).verdict == JUDGED_MET)
            for name, one in self.wanted.items()
        }

    def claimed(self, manifest: dict[str, Any]) -> dict[str, float]:
        """What is kept of the claims of the job, where the run has it."""
        judged = self.log.judge(manifest)
        told = {name: one for name, one in judged.items() if one.verdict != OPEN}
        figures = {FIGURE + name: one.value for name, one in judged.items() if one.value is not None}
        figures |= {f"{FIGURE}{name}, {shown.label}": shown.value for name, one in judged.items() for shown in one.shown if shown.value is not None}
        verdicts = {CLAIM + name: float(one.verdict == JUDGED_MET) for name, one in told.items()}
        away = {DISTANCE: math.fsum(one.distance for one in told.values())} if told else {}
        return {**verdicts, **{name: float(value) for name, value in figures.items()}, **away}

    def _changes(self, zone: str, view: str, quantity: str) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Seconds and values of a quantity's rows."""
        moments, values = np.array(self._rows[zone, view, quantity], dtype=np.int64).reshape(-1, 2).T
        return moments, values


def read_member(path: Path, key: str | None = None) -> Member:
    """The member in a file. Raises RunFolderError: missing, damaged, or of another study (`key`)."""
    try:
        data = path.read_bytes()
        head, _, body = data.partition(b"\n")
        if head != _MAGIC + _hash(body).encode():
            raise ValueError("its hash does not fit its content")
        kept = json.loads(body)
        if key is not None and kept["key"] != key:
            raise ValueError("it belongs to another study")
        series = np.array(kept["series"], dtype=np.int64)
        infected = _unpack(kept["infected"]) if kept["infected"] else np.empty(0, dtype=np.int64)
        daily = unpacked(kept["daily"]) if "daily" in kept else np.zeros((0, 0), dtype=np.int64)
        return Member(
            kept["variation"],
            kept["seed"],
            kept["figures"],
            series,
            infected,
            kept["history_hash"],
            kept["result_hash"],
            daily,
            kept.get("drawn", {}),
        )
    except (OSError, ValueError, KeyError, TypeError, zlib.error) as error:
        raise RunFolderError(f"{path}: missing or damaged: {error}. Give the same command again: the member is run anew.") from error


def _encode(kept: dict[str, Any]) -> bytes:
    body = json.dumps(kept, allow_nan=False, separators=(",", ":")).encode()
    return _MAGIC + _hash(body).encode() + b"\n" + body


def _pack(ids: NDArray[np.int64]) -> str:
    steps = np.diff(ids, prepend=0).astype("<u4")
    return base64.b64encode(zlib.compress(steps.tobytes(), 6)).decode()


def _unpack(text: str) -> NDArray[np.int64]:
    return np.cumsum(np.frombuffer(zlib.decompress(base64.b64decode(text)), dtype="<u4").astype(np.int64))


def _hash(data: bytes) -> str:
    return hashlib.blake2b(data, digest_size=HASH_BYTES).hexdigest()
