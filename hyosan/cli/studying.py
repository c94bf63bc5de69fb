"""`hyosan study`: run what is not done yet, show one bar for all of it, and say at the end what differs and what failed."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hyosan.cli.interrupt import noted
from hyosan.cli.progress import JSON_SECONDS, LINE_SECONDS, Style
from hyosan.units import say_duration

if TYPE_CHECKING:
    from hyosan.studies.gathering import StudyProgress


def study_and_tell(file: Path, *, out: Path | None, workers: int | None, ray: str | None, changes: tuple[str, ...], force: bool, style: Style) -> int:
    """Run a study into a folder and say what came of it; gives the exit code, 1 if a run of it failed.

    Raises HyosanError: as `hyosan.study`.
    """
    from hyosan.backend import kernels_are_cached
    from hyosan.studies.plan import read_plan

    plan = read_plan(file, changes)
    folder = out if out is not None else Path("studies") / plan.name
    compiling = not kernels_are_cached()
    if style == "json":
        print(json.dumps({"event": "started", "name": plan.name, "members": plan.members, "study": str(folder), "compiling": compiling}), flush=True)
    elif style != "quiet":
        told = f"{len(plan.variations):,} variations x {len(plan.seeds):,} seeds"
        print(f"{plan.title or plan.name}: {told} = {plan.members:,} runs, into {folder}", file=sys.stderr)
        if compiling:
            print("compiling kernels (once)… this takes a minute or two and is kept for later runs", file=sys.stderr, flush=True)

    from hyosan.studies.study import study

    count = workers if workers is not None else os.cpu_count() or 1
    try:
        with noted() as stop_if_interrupted, shown(style, "runs") as watcher:

            def watch(now: StudyProgress) -> None:
                stop_if_interrupted()
                watcher(now)

            found = study(file, out=folder, workers=count, ray=ray, overrides=changes, force=force, progress=watch)
    except KeyboardInterrupt:
        print(f"\nInterrupted. Give the same command again to go on: what is done in {folder} stays done.", file=sys.stderr)
        return 130

    from hyosan.report.studies import account_of_study, text_of_study, write_study_report

    page = write_study_report(found)
    if style == "json":
        told_all = account_of_study(found)
        kept = {name: told_all[name] for name in ("name", "members", "sentences", "compared", "only", "failed", "study_hash")}
        print(json.dumps({"event": "finished", "study": str(found.path), "report": str(page)} | kept, ensure_ascii=False), flush=True)
    elif style == "quiet":
        print(page)
    else:
        print(text_of_study(found))
        print(f"study   {found.path}\nreport  {page}")
    for one in found.failed if style in ("json", "quiet") else ():
        print(f"hyosan: failed: {one['variation']}, seed {one['seed']}: {one['message'].splitlines()[0]}", file=sys.stderr)
    return 1 if found.failed else 0


def line(now: StudyProgress, what: str = "runs") -> str:
    """The progress as one line of text."""
    left = say_duration(now.left_seconds) if now.left_seconds is not None else "?"
    failed = f", {now.failed:,} failed" if now.failed else ""
    return f"{100 * (now.done + now.failed) / max(1, now.members):5.1f} %  {now.done:,} of {now.members:,} {what}{failed}  {left} left"


@contextmanager
def shown(style: Style, what: str) -> Iterator[Callable[[StudyProgress], None]]:
    """Show how far a study is, in a style; `what` are its members called."""
    if style == "quiet":
        yield lambda now: None
    elif style == "json":
        yield _now_and_then(JSON_SECONDS, lambda now: print(json.dumps({"event": "progress"} | now._asdict()), flush=True))
    elif sys.stderr.isatty():
        with _bar(what) as watcher:
            yield watcher
    else:
        yield _now_and_then(LINE_SECONDS, lambda now: print(line(now, what), file=sys.stderr, flush=True))


def _now_and_then(seconds: float, tell: Any) -> Callable[[StudyProgress], None]:
    last = time.monotonic()

    def watcher(now: StudyProgress) -> None:
        nonlocal last
        if time.monotonic() - last >= seconds:
            last = time.monotonic()
            tell(now)

    return watcher


@contextmanager
def _bar(what: str) -> Iterator[Callable[[StudyProgress], None]]:
    from rich.console import Console
    from rich.progress import BarColumn, TextColumn
    from rich.progress import Progress as Bar

    with Bar(BarColumn(), TextColumn("{task.fields[told]}"), console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("study", total=1.0, told="reading what is done")

        def watcher(now: StudyProgress) -> None:
            bar.update(task, total=now.members, completed=now.done + now.failed, told=line(now, what))

        yield watcher
