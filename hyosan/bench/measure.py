"""One measurement in a process of its own: `python -P measure.py '{"what": "run", ...}'` prints one line of JSON.

It uses what users use and little else, so that it can measure another version of hyosan too (`hyosan bench --base`). A short run goes first,
so that kernels are compiled and read; times are those that runs report, from the first tick to the last.
"""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

PHASES = ("choose_actions", "move_people", "follow_infected", "meet", "progress", "settle")
"""The phases of a tick, functions of `hyosan.engine.step`."""


def measure_run(spec: dict[str, Any]) -> dict[str, Any]:
    """Whole runs in memory of source, overrides, until, threads, repeats, policy: the seconds of each, and what came of the last."""
    import hyosan

    overrides = spec.get("overrides", [])
    policies = {"city": watchful} if spec.get("policy") else None
    given = {"threads": spec["threads"], "overrides": overrides, "policies": policies}
    hyosan.run(spec["source"], seed=1, until=spec.get("warm", "2 days"), **given)
    seconds = []
    for repeat in range(spec["repeats"]):
        done = hyosan.run(spec["source"], seed=spec.get("seed", 1) + repeat, until=spec.get("until"), **given)
        seconds.append(done.manifest["timings"]["elapsed_seconds"])
    kinds = done.events["kind"].to_pylist() if spec.get("events") else []
    return {
        "seconds": seconds, "person_days": done.manifest["timings"]["person_days"], "people": done.ending.residents,
        "infected": done.ending.ever_infected, "orders": len(done.orders), "fights": sum(kind in ("infected", "killed") for kind in kinds),
        "end_second": done.manifest["end_second"], "rss_mb": peak_mb(),
    }  # fmt: skip


def watchful(known: Any, now: Any) -> list[Any]:
    """The policy that is measured: it reads what is known of each case and orders nothing, so that the outbreak stays the same."""
    del now
    assert sum(1 for _ in known.cases) >= 0
    return []


def measure_phases(spec: dict[str, Any]) -> dict[str, Any]:
    """One run, by phase of the tick. Gives seconds by phase, and milliseconds per simulated hour of the quiet days at the end."""
    import hyosan
    from hyosan.backend import compile_clock
    from hyosan.engine import step
    from hyosan.engine.run import Simulation

    spent: dict[str, float] = {}
    ticks: list[float] = []
    with compile_clock() as compiling:
        clock = Clock(compiling)
        for owner, name in [*((step, name) for name in PHASES if hasattr(step, name)), (Simulation, "take_orders"), (Simulation, "seed_people")]:
            setattr(owner, name, clock.on(getattr(owner, name), adding(spent, name)))
        Simulation.advance = clock.on(Simulation.advance, ticks.append)  # type: ignore[method-assign]
        done = hyosan.run(spec["source"], seed=1, until=spec.get("until"), threads=spec["threads"])
    hours = 3600 / done.manifest["tick_seconds"]
    last = ticks[-round(24 * hours * spec["quiet_days"]) :]
    whole = done.manifest["timings"]["elapsed_seconds"]
    return {
        "seconds": whole, "phases": spent | {"publish and the rest": max(0.0, whole - sum(spent.values()))},
        "quiet_ms_per_hour": 1e3 * hours * sum(last) / len(last),
        "days": done.manifest["end_second"] / 86_400, "people": done.ending.residents,
    }  # fmt: skip


def adding(spent: dict[str, float], name: str) -> Callable[[float], None]:
    """Adds seconds to those of a name."""

    def add(seconds: float) -> None:
        spent[name] = spent.get(name, 0.0) + seconds

    return add


class Clock:
    """Seconds of calls, less those in which kernels were compiled."""

    def __init__(self, compiling: Any) -> None:
        self.compiling = compiling

    def now(self) -> float:
        """Seconds that stand still while kernels are compiled."""
        from hyosan.backend import compiled_seconds

        return time.perf_counter() - compiled_seconds(self.compiling)

    def on(self, function: Callable[..., Any], tell: Callable[[float], None]) -> Callable[..., Any]:
        """The function, telling the seconds of each call."""

        def called(*arguments: Any, **more: Any) -> Any:
            begun = self.now()
            try:
                return function(*arguments, **more)
            finally:
                tell(self.now() - begun)

        return called


def measure_folder(spec: dict[str, Any]) -> dict[str, Any]:
    """Rows of events written into run folders, with all hashes, until the manifest stands; `copies` times the events of one run."""
    import hyosan
    from hyosan.results.columns import Coded
    from hyosan.results.store import RunWriter

    done = hyosan.run(spec["source"], seed=1, threads=spec["threads"], overrides=spec.get("overrides", []))
    columns = coded_columns(done.events, Coded)
    seconds = []
    for _ in range(spec["repeats"]):
        with tempfile.TemporaryDirectory(dir=spec["folder"]) as folder, RunWriter.open(Path(folder) / "run") as writer:
            begun = time.perf_counter()
            for _ in range(spec["copies"]):
                writer.append("events", columns)
            writer.finish(done.manifest)
            seconds.append(time.perf_counter() - begun)
    return {"seconds": seconds, "rows": spec["copies"] * len(done.events), "rss_mb": peak_mb()}


def coded_columns(table: Any, coded: Any) -> dict[str, Any]:
    """A table of a run as the engine hands it on: numbers as they are, words as codes."""
    import pyarrow as pa

    columns: dict[str, Any] = {}
    for name in table.schema.names:
        column = table[name].combine_chunks()
        if pa.types.is_dictionary(column.type):
            columns[name] = coded(column.indices.to_numpy(zero_copy_only=False), tuple(column.dictionary.to_pylist()))
        else:
            columns[name] = column.to_numpy(zero_copy_only=False)
    return columns


def measure_first_tick(spec: dict[str, Any]) -> dict[str, Any]:
    """Seconds from the start of this process's interpreter until the first tick of a run is done, as `started` (time.time()) tells it."""
    import hyosan

    moments: list[float] = []
    hyosan.run(spec["source"], seed=1, threads=spec["threads"], until="2 days", progress=lambda now: moments.append(time.time()))
    return {"seconds": [moments[0] - spec["started"]]}


def measure_building(spec: dict[str, Any]) -> dict[str, Any]:
    """Seconds to build the city of a scenario; what was kept of it before is used, and it is kept."""
    from hyosan.scenario.load import load
    from hyosan.world.build import build

    scenario = load(spec["source"], overrides=spec.get("overrides", []))
    begun = time.perf_counter()
    world = build(scenario.city, scenario.base)
    return {"seconds": [time.perf_counter() - begun], "people": world.people, "rss_mb": peak_mb()}


def measure_study(spec: dict[str, Any]) -> dict[str, Any]:
    """Seconds of a study of so many runs, written to disk run by run."""
    import hyosan

    hyosan.run(spec["source"], seed=1, until="2 days", threads=1, overrides=spec.get("overrides", []))
    source = Path(spec["source"])
    plan = {"name": "bench", "scenario": source.name, "seeds": spec["runs"]}
    with tempfile.TemporaryDirectory(dir=spec["folder"]) as folder:
        file = Path(folder) / "plan.yaml"
        shutil.copy(source, folder)
        file.write_text(json.dumps(plan), encoding="utf-8")
        begun = time.perf_counter()
        hyosan.study(file, out=Path(folder) / "study", workers=spec["threads"], overrides=spec.get("overrides", []))
        return {"seconds": [time.perf_counter() - begun]}


def peak_mb() -> float:
    """The most memory this process has held, in millions of bytes; 0 where the system does not tell."""
    try:
        import resource
    except ImportError:  # not on Windows
        return 0.0
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / 1e6 if sys.platform == "darwin" else peak * 1024 / 1e6


MEASURES = {
    "run": measure_run, "phases": measure_phases, "folder": measure_folder, "first tick": measure_first_tick, "building": measure_building,
    "study": measure_study,
}  # fmt: skip

if __name__ == "__main__":
    asked = json.loads(sys.argv[1])
    print(json.dumps(MEASURES[asked["what"]](asked)))
