"""`hyosan fork` and `hyosan rerun`: another future after the same past; the same run again, to see that it is the same."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hyosan.cli.options import Changes, Device, Events, Files, Json, JsonLines, Quiet, Replace, Threads, Verbose, style_of
from hyosan.cli.running import GO_ON, announce_run, tell_run
from hyosan.cli.telling import watched

if TYPE_CHECKING:
    from hyosan.results.run import Run


def fork(
    folder: Path,
    /,
    *,
    at: str,
    changes: Changes = (),
    events: Events = None,
    out: Path | None = None,
    until: str | None = None,
    threads: Threads = None,
    device: Device = "cpu",
    files: Files = None,
    force: Replace = False,
    as_json: JsonLines = False,
    verbose: Verbose = False,
    quiet: Quiet = False,
) -> int:
    """Go on from a moment of a finished run with other orders: the same past, another future.

    Parameters
    ----------
    folder:
        Folder of the run to fork.
    at:
        The moment from which on the changes count: `day 2 14:00` by the clock, or `36 h` after the start.
    changes:
        What is decided otherwise, `path=value`: an order (`orders.strike.delay='6 h'`; a whole new one; `null` ends one or never gives it),
        an inject, a noise, `time.end`. Can be given several times.
    events:
        List of events (MSEL, a CSV file): its injects and orders are added; none may come before the moment.
    out:
        Folder for the fork; default: the run's name with `-fork1`, `-fork2`, ... after it.
    until:
        Stop at this moment; a checkpoint is kept there, so that the next fork goes on from it at once.
    quiet:
        Say only where the result is.

    """
    from hyosan.results.run import Run

    parent = Run.open(folder)
    target = out if out is not None else _next_name(folder)
    style = style_of(as_json, quiet, verbose)
    announce_run(f"{parent.manifest.get('title') or parent.manifest['name']}, forked from {folder} at {at}", parent.manifest["seed"], target, style)

    import hyosan.forking
    from hyosan.cli.progress import shown

    with watched(shown(style, parent.manifest["start_clock_seconds"]), GO_ON.format(folder=target)) as watch:
        done = hyosan.forking.fork(
            parent, at=at, out=target, overrides=changes, orders=events, until=until, threads=threads, device=device, force=force, files=files,
            progress=watch,
        )  # fmt: skip
    if style in ("plain", "verbose"):
        print(fork_line(done.manifest["fork"], str(folder)) + "\n")
    return tell_run(done, style)


def fork_line(fork: dict[str, Any], parent: str) -> str:
    """Since when a fork differs from its parent, in a sentence."""
    first = fork["first_difference"]
    if first is None:
        return f"Forked from {parent} at {fork['clock']}: the logs are the same as far as both go."
    since = f"{first['clock']} (second {first['second']:,})"
    return f"Forked from {parent} at {fork['clock']}: the same until {since}, where `{first['table']}` first differs."


def _next_name(folder: Path) -> Path:
    """`FOLDER-fork1`, or the first number that is free."""
    here = folder.resolve()
    number = 1
    while (here.parent / f"{here.name}-fork{number}").exists():
        number += 1
    return folder.parent / f"{here.name}-fork{number}"


def rerun(
    folder: Path,
    /,
    *,
    out: Path | None = None,
    threads: Threads = None,
    device: Device = "cpu",
    files: Files = None,
    force: Replace = False,
    as_json: Json = False,
    quiet: Quiet = False,
) -> int:
    """Run a finished run again from its own folder and compare the hashes: the same, or what differs first.

    Parameters
    ----------
    folder:
        Folder of the run.
    out:
        Keep the new run in this folder; default: it is not kept.
    as_json:
        Say it as one JSON object.
    quiet:
        Say nothing; the exit code says it (0 the same, 1 not).

    """
    from hyosan.results.run import Run
    from hyosan.units import say_clock

    before = Run.open(folder)

    import hyosan.forking
    from hyosan.cli.progress import shown

    clock = before.manifest["start_clock_seconds"]
    style = style_of(as_json, quiet)
    with watched(shown("quiet" if as_json else style, clock)) as watch:
        found = hyosan.forking.rerun(before, out=out, threads=threads, device=device, files=files, force=force, progress=watch)
    first = found.difference
    if style == "json":
        told = {
            "run": str(folder), "same": found.same, "differing": list(found.differing), "first_difference": first.to_json() if first else None,
            "history_hash": [before.history_hash, found.run.history_hash], "result_hash": [before.result_hash, found.run.result_hash],
            "versions": found.versions,
        }  # fmt: skip
        print(json.dumps(told, ensure_ascii=False), flush=True)
    elif style != "quiet":
        print("\n".join(_rerun_lines(found, before, lambda second: say_clock(second, clock))))
    return 0 if found.same else 1


def _rerun_lines(found: Any, before: Run, clock: Any) -> list[str]:
    if found.same:
        return [f"The same: result hash {before.result_hash}, history hash {before.history_hash}."]
    lines = [
        f"NOT the same: {', '.join(found.differing) or 'the hashes'} differ.",
        f"result hash  {before.result_hash} then, {found.run.result_hash} now",
    ]
    if found.difference is not None:
        one = found.difference
        lines.append(f"first difference: {clock(one.second)} (second {one.second:,}), in `{one.table}`")
        lines += [f"  {when}: {_row(row)}" for when, row in (("then", one.one), ("now", one.other))]
    lines += [f"version of {name}: {then} then, {now} now" for name, (then, now) in found.versions.items()]
    return lines


def _row(row: dict[str, Any] | None) -> str:
    return "no such row" if row is None else ", ".join(f"{name} {value}" for name, value in row.items() if value not in ("", -1))
