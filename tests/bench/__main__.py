"""How fast is it on this machine? `python -m tests.bench`: rows of name, value and unit, after one run each to compile and warm up.

A speed means something only with its workload: each row's name says scenario, people, days and threads; the first lines say the machine and
versions. Times are those of whole runs in memory (the city is built before the clock of a run starts).
"""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence

import hyosan
from hyosan.provenance import hardware, versions

FLAGSHIP_UNTIL = "36 h"
"""Long enough that the outbreak has left the school, short enough for a coffee."""


def main() -> int:
    """Measure and print."""
    print(f"# {hardware()}", f"# {', '.join(f'{name} {version}' for name, version in versions().items())}", sep="\n")
    print("name\tvalue\tunit")
    for name, until in (("measles-school", "60 days"), ("seir", "120 days"), ("hyosan", FLAGSHIP_UNTIL)):
        for threads in (1, 2):
            whole_run(name, until, threads)
    many_runs("szr", 2000)
    return 0


def whole_run(name: str, until: str, threads: int) -> None:
    """Person-days per second of one run."""
    overrides: Sequence[str] = ("time.stop_when_over=false",) if name != "hyosan" else ()
    hyosan.run(name, seed=1, until="3 h" if name == "hyosan" else "2 days", threads=threads)
    run = hyosan.run(name, seed=1, until=until, threads=threads, overrides=overrides)
    timings = run.manifest["timings"]
    what = f"{name}, {run.ending.residents:,} residents, {until}, {threads} thread{'s' if threads > 1 else ''}"
    row(what, timings["person_days"] / max(timings["elapsed_seconds"], 1e-9) / 1e6, "million person-days/s")
    row(what, timings["elapsed_seconds"], "s")


def many_runs(name: str, count: int) -> None:
    """Small runs in memory per second."""
    hyosan.replicate(name, seeds=range(10), threads=1)
    begun = time.perf_counter()
    hyosan.replicate(name, seeds=range(count), threads=1)
    row(f"{name}, replicate, 200 people, 1 thread", count / (time.perf_counter() - begun), "runs/s")


def row(name: str, value: float, unit: str) -> None:
    """Print one result."""
    print(f"{name}\t{value:.4g}\t{unit}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
