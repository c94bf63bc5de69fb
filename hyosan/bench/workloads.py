"""The workloads, each a function that gives rows: ours and a peer's for the same, timed from the first tick to the last."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from hyosan.bench.environment import Own, Peers, scenario
from hyosan.bench.limits import limits
from hyosan.bench.row import Row, Skipped, median, ratio_row, row
from hyosan.errors import HyosanError

DAYS = 120
"""Days of the daily workloads."""
FOUR_SLOTS = scenario("four-slots")


@dataclass
class Bench:
    """How to measure: sizes, threads, repeats, who is held beside, and what could not be measured so far."""

    own: Own
    peers: Peers
    threads: int
    repeats: int
    quick: bool
    most: int  # people, at most
    skipped: list[Skipped] = field(default_factory=list)

    def sizes(self, *people: int) -> list[int]:
        """Of these numbers of people those that are measured; the others are told to be left out."""
        most = min(self.most, 20_000) if self.quick else self.most
        if not self.quick:
            self.skipped += [Skipped(f"{say(size)} people", f"more than the {say(most)} asked for") for size in people if size > most]
        return [size for size in people if size <= most] or [min(people)]

    def run(self, source: str, *overrides: str, **more: Any) -> dict[str, Any] | None:
        """Whole runs of a scenario; None, and told among what was skipped, where they fail, for example for want of memory."""
        spec = {"threads": self.threads, "repeats": self.repeats} | more
        try:
            return self.own("run", source=source, overrides=list(overrides), **spec)
        except HyosanError as error:
            self.skipped.append(Skipped(f"{Path(source).stem} {' '.join(overrides)}".strip(), str(error)))
            return None


def say(people: int) -> str:
    """A number of people."""
    return f"{people // 1_000_000}M" if people >= 1_000_000 and people % 1_000_000 == 0 else f"{people:,}"


def residents(people: int) -> str:
    """The override that gives a city so many people."""
    return f"city.residents={people}"


def speed_rows(name: str, found: dict[str, Any], *, seconds_target: str | None = None) -> list[Row]:
    """Seconds of a run, and how many days of a person that is in a second."""
    seconds = median(found["seconds"])
    return [
        row(name, seconds, "s", target=seconds_target),
        row(f"{name}: throughput", found["person_days"] / seconds / 1e6, "million person-days/s"),
        row(f"{name}: infected in the end", 100 * found["infected"] / found["people"], "%"),
    ]


def city(bench: Bench) -> Iterator[Row]:
    """(a) A day in four slots, at four sizes, beside Covasim and Starsim."""
    for people in bench.sizes(20_000, 170_000, 1_000_000, 10_000_000):
        name = f"four slots, {say(people)} people, {DAYS} days"
        found = bench.run(FOUR_SLOTS, residents(people), repeats=bench.repeats if people < 1_000_000 else 1)
        if found is None:
            continue
        yield from speed_rows(name, found, seconds_target="<= 15" if people == 10_000_000 else None)
        for peer in ("covasim", "starsim") if people <= 1_000_000 else ():
            target = ">= 100" if people >= 170_000 else None
            theirs = bench.peers(peer, people=people, days=DAYS, repeats=bench.repeats if people < 170_000 else 1)
            yield from ratio_row(name, median(found["seconds"]), theirs, people, target=target)


def patches(bench: Bench) -> Iterator[Row]:
    """(a) Well-mixed patches of 10,000, beside LASER, which has no places and keeps no tree."""
    for people in bench.sizes(20_000, 170_000, 1_000_000):
        name = f"patches of 10,000, {say(people)} people, {DAYS} days"
        found = bench.run(scenario("patches"), f"city.households.sizes={{10000: {people // 10_000}}}")
        if found is None:
            continue
        yield from speed_rows(name, found)
        theirs = bench.peers("laser", people=people, patches=people // 10_000, days=DAYS, repeats=bench.repeats, threads=bench.threads, beta=0.5)
        yield from ratio_row(name, median(found["seconds"]), theirs, people, target=">= 3")


def small_world(people: int, *, neighbours: int = 10, rewired: float = 0.1) -> np.ndarray[Any, np.dtype[np.int64]]:
    """[l, 2] ends of a network: a ring of people linked to their nearest, a tenth of the links led elsewhere (Watts and Strogatz 1998)."""
    luck = np.random.default_rng(1)
    one = np.repeat(np.arange(people), neighbours // 2)
    other = (one + np.tile(np.arange(1, neighbours // 2 + 1), people)) % people
    moved = luck.random(len(one)) < rewired
    other[moved] = luck.integers(0, people, int(moved.sum()))
    ends = np.sort(np.stack([one, other], axis=1)[one != other], axis=1)
    return np.unique(ends, axis=0)


def network(bench: Bench) -> Iterator[Row]:
    """(b) SEIR on one small world, the same network for epiworld, one thread each."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    for people in bench.sizes(20_000, 170_000, 1_000_000):
        name = f"small world, {say(people)} people, k = 10, {DAYS} days, 1 thread"
        ends = small_world(people)
        with tempfile.TemporaryDirectory() as folder:
            np.save(Path(folder) / "edges.npy", ends)
            pq.write_table(pa.table({"from": ends[:, 0], "to": ends[:, 1]}), Path(folder) / "edges.parquet")
            file = Path(folder) / "small-world.yaml"
            file.write_text(Path(scenario("small-world")).read_text(encoding="utf-8"), encoding="utf-8")
            (Path(folder) / "four-slots.yaml").write_text(Path(FOUR_SLOTS).read_text(encoding="utf-8"), encoding="utf-8")
            found = bench.run(str(file), f"city.network={{people: {people}, edges: edges.parquet}}", "seeds.first.count=100", threads=1)
            theirs = bench.peers("epiworld", edges=str(Path(folder) / "edges.npy"), people=people, days=DAYS, repeats=bench.repeats, rate=0.045)
        if found is None:
            continue
        yield from speed_rows(name, found)
        yield from ratio_row(name, median(found["seconds"]), theirs, people, target=">= 5")


def fights(bench: Bench) -> Iterator[Row]:
    """(c) Fights, well mixed and on a lattice, one thread: bites and kills in a second."""
    for name, overrides in (("fights-mixed", "city.well_mixed=10000"), ("fights-lattice", "city.lattice={rows: 100, columns: 100}")):
        found = bench.run(scenario(name), *([overrides] if bench.quick else []), threads=1, events=True)
        if found:
            title = f"{name.replace('-', ', ')}, {say(found['people'])} people, 1 thread"
            yield row(title, found["fights"] / median(found["seconds"]) / 1e6, "million fights/s", target=">= 3")


def flagship(bench: Bench) -> Iterator[Row]:
    """(d) The scenario `hyosan` as it is, in ticks of ten minutes, by phase of the tick."""
    until = "3 days" if bench.quick else None
    for threads in sorted({1, min(2, bench.threads)}):
        found = bench.own("phases", source="hyosan", threads=threads, until=until, quiet_days=1 if bench.quick else 30)
        name = f"hyosan, {say(found['people'])} people, {found['days']:.0f} days at 10 min, {threads} thread{'s' if threads > 1 else ''}"
        yield row(name, found["seconds"], "s", target=None if bench.quick else f"<= {10 if threads == 2 else 15}")
        for phase, seconds in found["phases"].items():
            yield row(f"{name}: {phase.replace('_', ' ')}", seconds, "s")
        yield row(f"{name}: an hour of the last days", found["quiet_ms_per_hour"], "ms", target=None if bench.quick else "<= 1")


def many(bench: Bench) -> Iterator[Row]:
    """(e) A hundred runs of 20,000 people, kept one by one, beside Covasim's MultiSim."""
    runs = 4 if bench.quick else 100
    name = f"{runs} runs of 20,000 people, {DAYS} days"
    with tempfile.TemporaryDirectory() as folder:
        found = bench.own("study", source=FOUR_SLOTS, overrides=[residents(20_000)], threads=bench.threads, runs=runs, folder=folder)
    yield row(name, median(found["seconds"]), "s")
    theirs = bench.peers("covasim", people=20_000, days=DAYS, repeats=1, runs=runs)
    yield from ratio_row(name, median(found["seconds"]), theirs, 20_000, target=">= 50")


def folder(bench: Bench) -> Iterator[Row]:
    """(f) Events written into a run folder, with every hash, until its manifest stands."""
    people = bench.sizes(20_000, 170_000)[-1]
    with tempfile.TemporaryDirectory() as where:
        found = bench.own(
            "folder", source=FOUR_SLOTS, overrides=[residents(people)], threads=bench.threads, repeats=bench.repeats, copies=10, folder=where
        )
    yield row(
        f"run folder, {found['rows'] / 1e6:.1f} million events", found["rows"] / median(found["seconds"]) / 1e6, "million rows/s", target=">= 3"
    )


def cold(bench: Bench) -> Iterator[Row]:
    """(g) From a cold start: help, check, the first tick of a run, with and without compiled kernels."""
    yield row("hyosan --help", median([bench.own.command("--help") for _ in range(bench.repeats)]), "s", target="<= 0.2")
    yield row("hyosan check influenza", median([bench.own.command("check", "influenza") for _ in range(bench.repeats)]), "s", target="<= 0.5")
    if not bench.quick:
        with tempfile.TemporaryDirectory() as cache:
            yield row("first tick of influenza, the first run on a machine", bench.own.first_tick("influenza", bench.threads, cache), "s")
    for name in ("influenza", "hyosan"):
        bench.own.first_tick(name, bench.threads)
        seconds = [bench.own.first_tick(name, bench.threads) for _ in range(bench.repeats)]
        yield row(f"first tick of {name}, a second run", median(seconds), "s", target="<= 2")


def memory(bench: Bench) -> Iterator[Row]:
    """(h) Memory for each million people: what a process holds at its greatest, less that of a small run."""
    small, large = (20_000, 60_000) if bench.quick else (20_000, 1_000_000)
    one, other = (bench.run(FOUR_SLOTS, residents(people), repeats=1) for people in (small, large))
    if one and other and other["rss_mb"]:
        per_million = (other["rss_mb"] - one["rss_mb"]) / (other["people"] - one["people"]) * 1e6
        yield row(f"memory per million people, building and running {say(large)}", per_million, "MB", target="<= 200")


def scaling(bench: Bench) -> Iterator[Row]:
    """(i) What an infected person costs at one population, and a person at so many infected."""
    rates = "pathogen.routes.contact.rates={home: 0.001 per day, school: 0.001 per day, work: 0.001 per day, leisure: 0.001 per day}"
    fixed = bench.sizes(20_000, 170_000)[-1]
    seconds = {}
    for infected in (1_000, 4_000, 16_000):
        found = bench.run(FOUR_SLOTS, residents(fixed), rates, f"seeds.first.count={infected}")
        if found:
            seconds[infected] = median(found["seconds"])
            yield row(f"{infected:,} infected of {say(fixed)} people, {DAYS} days", seconds[infected], "s")
    for people in bench.sizes(1_000_000, 10_000_000):
        found = bench.run(FOUR_SLOTS, residents(people), rates, "seeds.first.count=1000", repeats=1) if people > fixed else None
        if found and 1_000 in seconds:
            yield row(f"1,000 infected of {say(people)} people, {DAYS} days", median(found["seconds"]), "s")
            name = f"cost of 1,000 infected at {say(people)} people over that at {say(fixed)}"
            yield row(name, median(found["seconds"]) / seconds[1_000], "x", target="<= 2")


def policy(bench: Bench) -> Iterator[Row]:
    """(j) The same file with a policy that looks at every case each day."""
    people = bench.sizes(20_000, 170_000)[-1]
    without, beside = bench.run(FOUR_SLOTS, residents(people)), bench.run(FOUR_SLOTS, residents(people), policy=True)
    if without and beside:
        name = f"four slots, {say(people)} people, with a policy over without"
        yield row(name, median(beside["seconds"]) / median(without["seconds"]), "x", target="<= 1.5")


def pull(bench: Bench) -> Iterator[Row]:
    """Everybody susceptible, somebody infectious in nearly every place: what it costs to look at all, beside what memory gives."""
    people = bench.sizes(20_000, 170_000)[-1]
    found = bench.run(scenario("all-looked-at"), residents(people), f"seeds.first.count={people // 5}", threads=1)
    if found:
        name = f"all {say(people)} people looked at, a fifth infectious, 1 thread"
        yield row(name, found["person_days"] / median(found["seconds"]) / 1e6, "million person-days/s", target=">= 200")


def building(bench: Bench) -> Iterator[Row]:
    """Cities built, and read again."""
    for people in (170_000,) if bench.quick else (170_000, 1_000_000, 10_000_000):
        target = {1_000_000: "<= 3", 10_000_000: "<= 30"}.get(people)
        seconds = {}
        try:
            with tempfile.TemporaryDirectory() as cache:
                for what in ("built", "read again"):
                    seconds[what] = median(bench.own.building("influenza", residents(people), cache)["seconds"])
        except HyosanError as error:  # for want of memory
            bench.skipped.append(Skipped(f"a city of {say(people)} people", str(error)))
            continue
        yield row(f"a city of {say(people)} people is built", seconds["built"], "s", target=target)
        yield row(f"a city of {say(people)} people is read again", seconds["read again"], "s")


def korea(bench: Bench) -> Iterator[Row]:
    """All of Korea, influenza by day, with workers who cross borders: at its full size only where `--people-at-most` allows it."""
    whole = 51_169_148
    people = whole if bench.most >= whole else min(bench.most, 200_000 if bench.quick else 1_000_000)
    overrides = ["city.korea=all", residents(max(people, 200_000)), "time.tick=1 day", f"time.end={DAYS} days", "time.stop_when_over=false"]
    if people < whole:
        bench.skipped.append(Skipped(f"Korea with {whole:,} people", f"more than the {say(bench.most)} asked for"))
    found = bench.run("influenza", *overrides, repeats=1)
    if found:
        name = f"Korea, {say(found['people'])} people in 250 municipalities, {DAYS} days"
        yield from speed_rows(name, found, seconds_target="<= 300" if people == whole else None)
        yield row(f"{name}: memory", found["rss_mb"], "MB", target="<= 12000" if people == whole else None)


def machine(bench: Bench) -> Iterator[Row]:
    """The machine's own limits."""
    for threads in sorted({1, bench.threads}):
        found = limits(threads, bench.repeats, 1 << 22 if bench.quick else 1 << 26)
        said = f"{threads} thread{'s' if threads > 1 else ''}"
        yield row(f"memory copied, {said}", found["copy_gb_per_s"], "GB/s")
        yield row(f"words of 8 bytes gathered at random, {said}", found["gather_million_per_s"], "million/s")


WORKLOADS: dict[str, Callable[[Bench], Iterator[Row]]] = {
    "machine": machine, "city": city, "patches": patches, "network": network, "fights": fights, "flagship": flagship, "many": many,
    "folder": folder, "cold": cold, "memory": memory, "scaling": scaling, "policy": policy, "pull": pull, "building": building,
    "korea": korea,
}  # fmt: skip
"""All workloads by name, in the order in which they are measured."""
NEEDS = {"city": ("covasim", "starsim"), "patches": ("laser",), "network": ("epiworld",), "many": ("covasim",)}
"""The peers that each is held beside."""
