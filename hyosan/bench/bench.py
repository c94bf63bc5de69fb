"""Measure the workloads asked for, one after the other, and say each row as it comes; the results are plain data for a page or a file."""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from hyosan.backend import default_threads
from hyosan.bench.environment import HERE, Own, peers_installed
from hyosan.bench.row import Row, Skipped
from hyosan.bench.workloads import NEEDS, WORKLOADS, Bench
from hyosan.errors import CommandError, HyosanError
from hyosan.provenance import hardware, versions


def bench(
    only: Sequence[str] = (), *, quick: bool = False, threads: int | None = None, repeats: int = 3, most: int = 1_000_000,
    with_peers: bool = True, environment: Path | None = None, tell: Callable[[Row], None] = lambda row: None,
    say: Callable[[str], None] = lambda text: None, keep: Callable[[dict[str, Any]], None] = lambda results: None,
) -> dict[str, Any]:  # fmt: skip
    """Measure; gives machine and versions, and of each workload its rows, threads, repeats, commit, date, load, what was skipped and why.

    `only`: names of workloads (default: all). `quick`: small sizes, to see that all of it works. `most`: people of the largest city.
    `environment`: a folder for the other programs' virtual environment, where it stays. `tell` gets each row at once, `say` what is going on,
    `keep` all results after each workload, so that an interrupted bench loses one.

    Raises CommandError: no such workload.
    """
    chosen = chosen_workloads(only)
    count = threads or default_threads()
    needed = tuple(dict.fromkeys(peer for name in chosen for peer in NEEDS.get(name, ()))) if with_peers else ()
    workloads = []
    with peers_installed(environment, needed, say) as peers:
        for name in chosen:
            say(f"measuring {name}")
            one = Bench(Own(), peers, count, 1 if quick else repeats, quick, most)
            rows: list[Row] = []
            begun = time.time()
            try:
                for row in WORKLOADS[name](one):
                    tell(row)
                    rows.append(row)
            except HyosanError as error:
                one.skipped.append(Skipped(name, str(error)))
            absent = {peer: peers.absent[peer] for peer in NEEDS.get(name, ()) if with_peers and peer in peers.absent}
            workloads.append({
                "workload": name, "threads": count, "repeats": 1 if quick else repeats, "most": most, "quick": quick, "commit": commit(),
                "date": time.strftime("%Y-%m-%d", time.gmtime(begun)), "load": load(), "minutes": round((time.time() - begun) / 60, 1),
                "rows": [row._asdict() for row in rows],
                "skipped": [found._asdict() for found in one.skipped] + [{"name": peer, "why": why} for peer, why in absent.items()],
            })  # fmt: skip
            keep(results := {"machine": hardware(), "versions": versions(), "workloads": workloads})
    return results


def kept_results(file: Path) -> dict[str, Any] | None:
    """Results of this machine and these versions that stand in a file; None where there is none.

    Raises CommandError: it holds something else, or results of another machine or other versions.
    """
    if not file.exists():
        return None
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
        known = {"machine": found["machine"], "versions": found["versions"]}
        named = all(one["workload"] in WORKLOADS for one in found["workloads"])
    except (OSError, ValueError, KeyError, TypeError):
        named = False
    if not named:
        raise CommandError(f"--out: {file} holds something else than results of `hyosan bench`; name another file")
    for key, now in (("machine", hardware()), ("versions", versions())):
        if known[key] != now:
            raise CommandError(f"--out: {file} holds results of other {key} ({known[key]}; now {now}); name another file")
    return dict(found)


def merged(old: dict[str, Any] | None, new: dict[str, Any]) -> dict[str, Any]:
    """Results in which workloads that were measured anew replace those of before."""
    found = {one["workload"]: one for one in [*(old["workloads"] if old else ()), *new["workloads"]]}
    return {**new, "workloads": [found[name] for name in WORKLOADS if name in found]}


def chosen_workloads(only: Sequence[str]) -> tuple[str, ...]:
    """The workloads of these names, in their own order. Raises CommandError: there is none of a name."""
    names = {part.strip() for text in only for part in text.split(",") if part.strip()}
    unknown = sorted(names - set(WORKLOADS))
    if unknown:
        raise CommandError(f"--only: there is no workload {unknown[0]!r}; there are {', '.join(WORKLOADS)}")
    return tuple(name for name in WORKLOADS if not names or name in names)


def commit() -> str:
    """The commit that is measured, `+` after it where files differ from it; `unknown` outside of a repository."""
    try:
        told = subprocess.run(
            ["git", "describe", "--always", "--dirty=+", "--exclude=*"], cwd=HERE, capture_output=True, text=True, check=True, timeout=10
        )
    except (OSError, subprocess.SubprocessError):
        return "unknown"
    return told.stdout.strip()


def load() -> float | None:
    """How many processes wanted to run in the last minutes, this one too, where the system tells."""
    import os

    return round(os.getloadavg()[2], 1) if hasattr(os, "getloadavg") else None
