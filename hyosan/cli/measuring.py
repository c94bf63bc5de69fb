"""`hyosan bench`: how fast it is here, row by row as it is measured; at the end which targets are not met."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated, Any

from hyosan.cli.options import Json, Quiet, Switch, Threads, whole
from hyosan.cli.telling import as_json_text


def bench(
    *,
    only: tuple[str, ...] = (),
    quick: Switch = False,
    threads: Threads = None,
    repeats: Annotated[int, whole(1, 100)] = 3,
    most: Annotated[int, whole(20_000, 100_000_000, name="--people-at-most")] = 1_000_000,
    no_peers: Switch = False,
    environment: Path | None = None,
    base: str | None = None,
    out: Path | None = None,
    as_json: Json = False,
    quiet: Quiet = False,
) -> int:
    """Measure how fast hyosan is on this machine, beside other programs for the same work, which are installed for it and thrown away after.

    Parameters
    ----------
    only:
        Workloads, names separated by commas: machine, city, patches, network, fights, flagship, many, folder, cold, memory, scaling, policy,
        pull, building, korea. Default: all, an hour or more.
    quick:
        Small sizes, one repeat: to see that all of it works, not how fast it is.
    repeats:
        Times that each is measured; the median counts.
    most:
        People of the largest city. Ten million need some 20 GB of memory.
    no_peers:
        Install no other programs and hold nothing beside them.
    environment:
        Folder of a virtual environment for the other programs, which stays there; default: one that is thrown away.
    base:
        Measure a small set beside this commit, branch or tag, by turns, in place of all else.
    out:
        Write all results into this file, JSON. Workloads that stand in it already are replaced if they were measured, and stay if not.
    as_json:
        Say the rows as one JSON list.
    quiet:
        Say only the rows.

    """
    from hyosan.bench import bench as measuring
    from hyosan.bench.page import facts, figure, summary, when

    def say(text: str) -> None:
        if not quiet:
            print(text, file=sys.stderr, flush=True)

    if base is not None:
        return _compare(base, threads, repeats, quick, as_json)

    def tell(row: Any) -> None:
        if not as_json:
            print(_line(row, figure(row.value)), flush=True)

    before = measuring.kept_results(out) if out is not None else None  # first: what is wrong is not said after an hour

    def keep(results: dict[str, Any]) -> None:
        from hyosan.results.atomic import write_bytes

        if out is not None:
            write_bytes(out, (json.dumps(measuring.merged(before, results), indent=1, ensure_ascii=False) + "\n").encode())

    found = measuring.bench(
        only,
        quick=quick,
        threads=threads,
        repeats=repeats,
        most=most,
        with_peers=not no_peers,
        environment=environment,
        tell=tell,
        say=say,
        keep=keep,
    )
    if as_json:
        print(as_json_text([row for one in found["workloads"] for row in one["rows"]]))
    for one in (skipped for workload in found["workloads"] for skipped in workload["skipped"]):
        print(f"hyosan: not measured: {one['name']}: {one['why']}", file=sys.stderr)
    say("\n".join([summary(found), *facts(found), *(f"{one['workload']}: {when(one)}" for one in found["workloads"])]))
    return 0


def _line(row: Any, value: str) -> str:
    """A row for a terminal: value, unit, what it is, beside whom, whether the target is met."""
    verdict = "" if row.met is None else f"  [{row.target}: {'met' if row.met else 'NOT met'}]"
    return f"{value:>9} {row.unit:<24} {row.name}" + (f"  ({row.peer})" if row.peer else "") + verdict


def _compare(base: str, threads: int | None, repeats: int, quick: bool, as_json: bool) -> int:
    from hyosan.backend import default_threads
    from hyosan.bench.compare import compare

    def tell(row: dict[str, Any]) -> None:
        if not as_json:
            same = "" if row["same"] else "  (other results)"
            print(f"{row['base']:>9.3f} s  {row['head']:>9.3f} s  {row['ratio']:>6.3g} x  {row['name']}{same}", flush=True)

    if not as_json:
        print(f"{'base':>11}  {'head':>11}  {'faster':>8}")
    rows = compare(base, threads=threads or default_threads(), repeats=repeats, quick=quick, tell=tell)
    if as_json:
        print(as_json_text(rows))
    return 0
