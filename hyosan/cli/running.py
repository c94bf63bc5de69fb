"""`hyosan run`: load, run, report, and say at the end how it ended and where it lies."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter

from hyosan.cli.options import Changes, Device, Events, JsonLines, Quiet, Replace, Seed, Source, Style, Threads, Verbose, style_of
from hyosan.cli.telling import announce, watched

if TYPE_CHECKING:
    from hyosan.results.run import Run

RUNS = Path("runs")
"""Folder for runs when nobody says where."""
GO_ON = "Give the same command again to finish it: it goes on from the last checkpoint in {folder}."


def run(
    source: Source,
    /,
    *,
    seed: Seed | None = None,
    threads: Threads = None,
    device: Device = "cpu",
    out: Path | None = None,
    start_from: Annotated[Path | None, Parameter(name="--from")] = None,
    force: Replace = False,
    changes: Changes = (),
    events: Events = None,
    until: str | None = None,
    as_json: JsonLines = False,
    verbose: Verbose = False,
    quiet: Quiet = False,
) -> int:
    """Run a scenario once and write its report. Interrupted, it goes on when the same command is given again.

    Parameters
    ----------
    out:
        Folder for the run; default: `runs/NAME-sSEED`.
    start_from:
        Folder of a finished run: go on where it ended, with everybody as they are, in its city and by its clock, on its luck. Without this the seed
        is 1 unless another is given.
    changes:
        Change the scenario, `path=value`, for example `--set orders.cordon.delay='3 h'`. Can be given several times.
    events:
        List of events (MSEL, a CSV file): its injects and orders are added to the scenario.
    until:
        Stop at this moment: `day 2 08:00` by the clock, or `36 h` after the start.
    quiet:
        Say only where the result is.

    """
    from hyosan.scenario.load import load

    before = None
    if start_from is not None:
        from hyosan.results.run import Run

        before = Run.open(start_from)
    seed = seed if seed is not None else int(before.manifest["seed"]) if before is not None else 1
    scenario = load(source, overrides=changes, seed=seed, orders=events)  # first, so that what is wrong with it is said at once
    folder = out if out is not None else RUNS / f"{scenario.name}-s{seed}"
    style = style_of(as_json, quiet, verbose)
    announce_run((scenario.title or scenario.name) + (f", from the end of {start_from}" if before is not None else ""), seed, folder, style)

    import hyosan.simulate
    from hyosan.cli.progress import shown
    from hyosan.units import Moment

    clock = Moment(scenario.time.start).seconds if before is None else float(before.manifest["start_clock_seconds"])
    with watched(shown(style, clock), GO_ON.format(folder=folder)) as watch:
        done = hyosan.simulate.run(
            source, seed=seed, threads=threads, out=folder, force=force, overrides=changes, orders=events, until=until, device=device,
            start_from=before, progress=watch,
        )  # fmt: skip
    return tell_run(done, style)


def announce_run(title: str, seed: int, folder: Path, style: Style) -> None:
    """Say what is about to run, and into which folder."""
    announce(style, f"{title}, seed {seed}, into {folder}", title=title, seed=seed, run=str(folder))


def tell_run(done: Run, style: Style) -> int:
    """Write the report and say how the run ended; gives the exit code: 5 if a self-check failed."""
    from hyosan.report.frame import JSON_NAME
    from hyosan.report.page import write_report
    from hyosan.results.world import world_of

    page = write_report(done, world_of(done))
    told = json.loads(page.with_name(JSON_NAME).read_text(encoding="utf-8"))
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
    from hyosan.cli.progress import say_speed
    from hyosan.units import say_duration

    timings, threads = manifest.get("timings", {}), manifest.get("threads", 1)
    elapsed = float(timings.get("elapsed_seconds", 0))
    speed = say_speed(float(timings.get("person_days", 0)) / elapsed) if elapsed > 0 else ""
    took = f"{elapsed:.1f} s" if elapsed < 100 else say_duration(elapsed)
    if (compiling := float(timings.get("compile_seconds", 0))) >= 0.1:
        took += f" after {compiling:.1f} s of compiling (once)"
    parts = [took, speed, f"{threads} thread{'s' if threads != 1 else ''}", str(manifest.get("hardware", ""))]
    return " · ".join(part for part in parts if part)
