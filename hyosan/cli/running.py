"""`hyosan run`: load, run, report, and say at the end how it ended and where it lies."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hyosan.cli.interrupt import noted
from hyosan.cli.progress import Style, say_speed, shown
from hyosan.units import Moment, say_duration

if TYPE_CHECKING:
    from hyosan.results.run import Run
    from hyosan.running.clock import Progress

RUNS = Path("runs")
"""Folder for runs when nobody says where."""


def run_and_tell(
    source: str,
    *,
    seed: int,
    threads: int | None,
    device: str,
    out: Path | None,
    force: bool,
    changes: tuple[str, ...],
    events: Path | None,
    until: str | None,
    style: Style,
) -> int:
    """Run a scenario into a folder, write its report, and say how it ended; gives the exit code.

    Raises HyosanError: as `hyosan.run`.
    """
    from hyosan.scenario.load import load

    scenario = load(source, overrides=changes, seed=seed, orders=events)  # first, so that what is wrong with it is said at once
    folder = out if out is not None else RUNS / f"{scenario.name}-s{seed}"
    _announce(scenario.title or scenario.name, seed, folder, style)

    from hyosan.simulate import run

    try:
        with noted() as stop_if_interrupted, shown(style, Moment(scenario.time.start).seconds) as watcher:

            def watch(now: Progress) -> None:
                stop_if_interrupted()
                watcher(now)

            done = run(
                source, seed=seed, threads=threads, out=folder, force=force, overrides=changes, orders=events, until=until, device=device,
                progress=watch,
            )  # fmt: skip
    except KeyboardInterrupt:
        print(f"\nInterrupted. Give the same command again to finish it: it goes on from the last checkpoint in {folder}.", file=sys.stderr)
        return 130
    return _tell(done, style)


def fork_and_tell(
    folder: Path,
    *,
    at: str,
    changes: tuple[str, ...],
    events: Path | None,
    out: Path | None,
    until: str | None,
    threads: int | None,
    device: str,
    files: Path | None,
    force: bool,
    style: Style,
) -> int:
    """Fork a run into a folder, write its report, and say since when it differs and how it ended; gives the exit code.

    Raises HyosanError: as `hyosan.fork`.
    """
    from hyosan.results.run import Run

    parent = Run.open(folder)
    target = out if out is not None else _next_name(folder)
    _announce(f"{parent.manifest.get('title') or parent.manifest['name']}, forked from {folder} at {at}", parent.manifest["seed"], target, style)

    from hyosan.forking import fork

    try:
        with noted() as stop_if_interrupted, shown(style, parent.manifest["start_clock_seconds"]) as watcher:

            def watch(now: Progress) -> None:
                stop_if_interrupted()
                watcher(now)

            done = fork(
                parent, at=at, out=target, overrides=changes, orders=events, until=until, threads=threads, device=device, force=force, files=files,
                progress=watch,
            )  # fmt: skip
    except KeyboardInterrupt:
        print(f"\nInterrupted. Give the same command again to finish it: it goes on from the last checkpoint in {target}.", file=sys.stderr)
        return 130
    if style in ("plain", "verbose"):
        print(fork_line(done.manifest["fork"], str(folder)) + "\n")
    return _tell(done, style)


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


def rerun_and_tell(folder: Path, *, out: Path | None, threads: int | None, device: str, files: Path | None, force: bool, style: Style) -> int:
    """Run a run again and say whether it came out the same; gives the exit code, 1 if not.

    Raises HyosanError: as `hyosan.rerun`.
    """
    from hyosan.results.run import Run
    from hyosan.units import say_clock

    before = Run.open(folder)

    from hyosan.forking import rerun

    clock = before.manifest["start_clock_seconds"]
    with noted() as stop_if_interrupted, shown("quiet" if style == "json" else style, clock) as watcher:

        def watch(now: Progress) -> None:
            stop_if_interrupted()
            watcher(now)

        found = rerun(before, out=out, threads=threads, device=device, files=files, force=force, progress=watch)
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


def _announce(title: str, seed: int, folder: Path, style: Style) -> None:
    """Say what is about to run, and that the first run takes longer."""
    from hyosan.backend import kernels_are_cached

    compiling = not kernels_are_cached()
    if style == "json":
        print(json.dumps({"event": "started", "title": title, "seed": seed, "run": str(folder), "compiling": compiling}), flush=True)
    elif style != "quiet":
        print(f"{title}, seed {seed}, into {folder}", file=sys.stderr)
        if compiling:
            print("compiling kernels (once)… this takes a minute or two and is kept for later runs", file=sys.stderr, flush=True)


def _tell(done: Run, style: Style) -> int:
    """Write the report and say how the run ended; gives the exit code: 5 if a self-check failed."""
    from hyosan.report.page import JSON_NAME, account, write_report
    from hyosan.results.world import world_of

    page = write_report(done, world_of(done))
    told = account(done)
    failed = [check for check in told["self_checks"] if not check["passed"]]
    paths = {"run": str(done.path), "report": str(page), "report_json": str(page.with_name(JSON_NAME))}
    if style == "json":
        kept = ("name", "seed", "status", "why", "sentences", "tiles", "ending", "self_checks", "history_hash", "result_hash")
        timings = {"timings": done.manifest.get("timings", {}), "threads": done.manifest.get("threads"), "hardware": done.manifest.get("hardware")}
        print(json.dumps({"event": "finished"} | paths | {key: told[key] for key in kept} | timings, ensure_ascii=False), flush=True)
    elif style == "quiet":
        print(paths["report"])
    else:
        print("\n".join(ending_lines(done, told, verbose=style == "verbose")))
        print(f"\nrun     {paths['run']}\nreport  {paths['report']}")
    for check in failed if style in ("quiet", "json") else ():
        print(f"hyosan: self-check failed: {check['name']}: {check['detail']}", file=sys.stderr)
    return 5 if failed else 0


def ending_lines(done: Run, told: dict[str, Any], *, verbose: bool) -> list[str]:
    """What is said at the end of a run: sentences, six numbers, self-checks, speed. `told` is the report's account."""
    import textwrap

    lines = [told["title"], told["status_sentence"], ""]
    for sentence in told["sentences"]:
        lines += textwrap.wrap(sentence, 100, initial_indent="* ", subsequent_indent="  ", break_on_hyphens=False)
    lines += ["", *(f"{tile['value']:>12}  {tile['label']} ({tile['note']})" for tile in told["tiles"]), "", checks_line(told["self_checks"])]
    if verbose:
        lines += [f"  {'passed' if check['passed'] else 'FAILED'}: {check['name']}: {check['detail']}" for check in told["self_checks"]]
        lines += [f"versions: {', '.join(f'{name} {version}' for name, version in done.manifest.get('versions', {}).items())}"]
        lines += [f"history hash: {told['history_hash']}", f"result hash: {told['result_hash']}"]
    return [*lines, speed_line(done.manifest)]


def checks_line(checks: list[dict[str, Any]]) -> str:
    """`self-checks passed (5)`, or which failed."""
    failed = [f"{check['name']} ({check['detail']})" for check in checks if not check["passed"]]
    if failed:
        return f"SELF-CHECKS FAILED, do not use this result: {'; '.join(failed)}"
    return f"self-checks passed ({len(checks)})"


def speed_line(manifest: dict[str, Any]) -> str:
    """`12.5 s · 3.20 million person-days/s · 2 threads · the machine`."""
    timings, threads = manifest.get("timings", {}), manifest.get("threads", 1)
    elapsed = float(timings.get("elapsed_seconds", 0))
    speed = say_speed(float(timings.get("person_days", 0)) / elapsed) if elapsed > 0 else ""
    took = f"{elapsed:.1f} s" if elapsed < 100 else say_duration(elapsed)
    if (compiling := float(timings.get("compile_seconds", 0))) >= 0.1:
        took += f" after {compiling:.1f} s of compiling (once)"
    parts = [took, speed, f"{threads} thread{'s' if threads != 1 else ''}", str(manifest.get("hardware", ""))]
    return " · ".join(part for part in parts if part)
