"""`hyosan fit`: run the draws that are not done yet under one bar, and say what the data tell of each parameter."""

from __future__ import annotations

import json
import os
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from hyosan.cli.interrupt import noted
from hyosan.cli.progress import Style
from hyosan.cli.studying import shown
from hyosan.errors import CommandError

if TYPE_CHECKING:
    from hyosan.studies.gathering import StudyProgress


def fit_and_tell(
    source: str, *, to: Path, draws: int, accept: str | None, by: str, transform: str, reduce: bool | None, pick: str, recover: int,
    because: tuple[str, ...], workers: int | None, ray: str | None, out: Path | None, changes: tuple[str, ...], force: bool, style: Style,
) -> int:  # fmt: skip
    """Fit a scenario into a folder and say what came of it; gives the exit code, 1 if a draw failed.

    Raises HyosanError: as `hyosan.fit`.
    """
    from hyosan.backend import kernels_are_cached
    from hyosan.scenario.load import load

    share = share_of(accept)
    scenario = load(source, overrides=changes)
    folder = out if out is not None else Path("fits") / scenario.name
    compiling = not kernels_are_cached()
    if style == "json":
        print(json.dumps({"event": "started", "name": scenario.name, "draws": draws, "fit": str(folder), "compiling": compiling}), flush=True)
    elif style != "quiet":
        print(f"{scenario.title or scenario.name}: {draws:,} draws, into {folder}", file=sys.stderr)
        if compiling:
            print("compiling kernels (once)… this takes a minute or two and is kept for later runs", file=sys.stderr, flush=True)

    from hyosan.fitting.fit import fit

    count = workers if workers is not None else os.cpu_count() or 1
    try:
        with noted() as stop_if_interrupted, shown(style, "draws") as watcher:

            def watch(now: StudyProgress) -> None:
                stop_if_interrupted()
                watcher(now)

            found = fit(
                source, to=to, draws=draws, out=folder, workers=count, ray=ray, accept=share, by=by, transform=transform, reduce=reduce, pick=pick,
                recover=recover, because=because, overrides=changes, force=force, progress=watch,
            )  # fmt: skip
    except KeyboardInterrupt:
        print(f"\nInterrupted. Give the same command again to go on: draws that are done in {folder} stay done.", file=sys.stderr)
        return 130

    from hyosan.fitting.report import sentences, text_of_fit

    page = found.path / "report.html"
    if style == "json":
        told = {name: found.account[name] for name in ("name", "data", "draws", "accepted", "parameters", "nearest_seed", "recovery")}
        more = {"fit": str(found.path), "report": str(page), "fitted": str(found.fitted), "sentences": sentences(found.account)}
        print(json.dumps({"event": "finished"} | more | told | {"failed": found.failed}, ensure_ascii=False), flush=True)
    elif style == "quiet":
        print(page)
    else:
        print(text_of_fit(found.account))
        print(f"fit     {found.path}\nfitted  {found.fitted}\nreport  {page}")
    for one in found.failed:
        print(f"hyosan: failed: draw {one['seed']}: {one['message'].splitlines()[0]}", file=sys.stderr)
    return 1 if found.failed else 0


def share_of(text: str | None) -> float | None:
    """`2%`, `2 %` or `0.02` as a share. Raises CommandError: it is none."""
    if text is None:
        return None
    found = re.fullmatch(r"\s*(\d+\.?\d*|\.\d+)\s*(%?)\s*", text)
    share = float(found[1]) / (100 if found[2] else 1) if found else 0.0
    if not 0 < share <= 1:
        raise CommandError(f"--accept: {text[:40]!r}; write a share above 0 and at most 1, for example 2% or 0.02")
    return share
