"""`hyosan fit`: run the draws that are not done yet under one bar, and say what the data tell of each parameter."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Annotated, Literal

from hyosan.cli.options import Changes, JsonLines, Quiet, Source, Switch, Workers, processes, style_of, whole
from hyosan.cli.telling import announce, watched
from hyosan.errors import CommandError


def fit(
    source: Source,
    /,
    *,
    to: Path,
    draws: Annotated[int, whole(2, 1_000_000)] = 1000,
    accept: str | None = None,
    by: Literal["day", "week", "cumulative"] = "day",
    transform: Literal["none", "sqrt", "log"] = "none",
    reduce: Literal["auto", "yes", "no"] = "auto",
    pick: Literal["median", "nearest"] = "median",
    recover: Annotated[int, whole(0, show_default=False)] = 0,
    because: tuple[str, ...] = (),
    workers: Workers = None,
    ray: str | None = None,
    out: Path | None = None,
    changes: Changes = (),
    force: Switch = False,
    as_json: JsonLines = False,
    quiet: Quiet = False,
) -> int:
    """Fit the numbers given as `uncertain` to observations. Given again, also with more draws or other data, it goes on from its draws.

    Parameters
    ----------
    to:
        What was observed, a CSV file: day or date, quantity, value[, zone, low, high, weight, reason]. A row without a day is a figure of
        the ending.
    draws:
        How many draws from the priors, each one run.
    accept:
        Share of the draws that is accepted, the nearest to the data: `2%`. Default: 2 %, but at least 100 draws, at most half.
    by:
        How series are compared: day by day, by week, or summed up so far.
    transform:
        What is compared of each summary: itself, its square root, or the logarithm of 1 more.
    reduce:
        Replace summaries by linear predictions of the parameters; `auto` where there are too many for the accepted draws.
    pick:
        What `fitted.yaml` holds: the posterior medians, or the accepted draw nearest to the posterior mean.
    recover:
        Also hold out so many draws as planted truths, fit each with the others, and say how often intervals hold them.
    because:
        Why something was chosen, told in the report. Can be given several times.
    workers:
        Processes that run draws; 0 = this one alone; default: one for each core. The result does not depend on it.
    ray:
        Run draws with Ray: `auto` on this machine (or the cluster that `RAY_ADDRESS` names), or a cluster's address. The same bytes.
    out:
        Folder for the fit; default: `fits/NAME`.
    changes:
        Change the scenario, `path=value`, for example to give a prior. Can be given several times.
    force:
        Draw anew, replacing what is there.
    quiet:
        Say only where the result is.

    """
    from hyosan.scenario.load import load

    share = share_of(accept)
    scenario = load(source, overrides=changes)
    folder = out if out is not None else Path("fits") / scenario.name
    style = style_of(as_json, quiet)
    announce(style, f"{scenario.title or scenario.name}: {draws:,} draws, into {folder}", name=scenario.name, draws=draws, fit=str(folder))

    import hyosan.fitting.fit
    from hyosan.cli.study_progress import shown

    reduced = {"auto": None, "yes": True, "no": False}[reduce]
    with watched(shown(style, "draws"), f"Give the same command again to go on: draws that are done in {folder} stay done.") as watch:
        found = hyosan.fitting.fit.fit(
            source, to=to, draws=draws, out=folder, workers=processes(workers), ray=ray, accept=share, by=by, transform=transform, reduce=reduced,
            pick=pick, recover=recover, because=because, overrides=changes, force=force, progress=watch,
        )  # fmt: skip

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
