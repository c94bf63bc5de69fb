"""`hyosan study`: run what is not done yet, show one bar for all of it, and say at the end what differs and what failed. `hyosan nearest`: which of
its runs is nearest to what the sources say.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated

from hyosan.cli.options import Changes, Json, JsonLines, Quiet, Replace, Switch, Threads, Workers, processes, style_of, whole
from hyosan.cli.running import GO_ON, announce_run, tell_run
from hyosan.cli.telling import announce, as_json_text, watched


def study(
    file: Path,
    /,
    *,
    workers: Workers = None,
    ray: str | None = None,
    out: Path | None = None,
    changes: Changes = (),
    force: Switch = False,
    as_json: JsonLines = False,
    quiet: Quiet = False,
) -> int:
    """Run a scenario with many seeds and variations, and compare these on the same luck. Given again, it goes on where it was.

    Parameters
    ----------
    file:
        The study, a YAML file: a scenario, seeds, variations.
    workers:
        Processes that run members; 0 = this one alone; default: one for each core. The result does not depend on it.
    ray:
        Run members with Ray: `auto` on this machine (or the cluster that `RAY_ADDRESS` names), or a cluster's address. The same bytes.
    out:
        Folder for the study; default: `studies/NAME`.
    changes:
        Change its scenario, `path=value`. Can be given several times.
    force:
        Replace a study that is there.
    quiet:
        Say only where the result is.

    """
    from hyosan.studies.plan import read_plan

    plan = read_plan(file, changes)
    folder = out if out is not None else Path("studies") / plan.name
    style = style_of(as_json, quiet)
    told = f"{len(plan.variations):,} variations x {len(plan.seeds):,} seeds"
    line = f"{plan.title or plan.name}: {told} = {plan.members:,} runs, into {folder}"
    announce(style, line, name=plan.name, members=plan.members, study=str(folder))

    import hyosan.studies.study
    from hyosan.cli.study_progress import shown

    with watched(shown(style, "runs"), f"Give the same command again to go on: what is done in {folder} stays done.") as watch:
        found = hyosan.studies.study.study(file, out=folder, workers=processes(workers), ray=ray, overrides=changes, force=force, progress=watch)

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


def nearest(
    folder: Path,
    /,
    *,
    count: Annotated[int, whole(1)] = 5,
    out: Path | None = None,
    threads: Threads = None,
    force: Replace = False,
    as_json: Json = False,
    quiet: Quiet = False,
) -> int:
    """Tell which runs of a study come nearest to the claims of its scenario; with `--out` run the nearest again, in full.

    Parameters
    ----------
    folder:
        Folder of a finished study.
    count:
        How many runs to tell.
    out:
        Run the nearest again into this folder, with its report.
    as_json:
        Tell it as JSON.
    quiet:
        Say only where the result is.

    """
    from hyosan.studies.nearest import nearest as find
    from hyosan.studies.nearest import run_again
    from hyosan.studies.study import Study

    study = Study.open(folder)
    found = find(study, count)
    if as_json:
        print(as_json_text([one._asdict() for one in found]))
    elif not quiet:
        for one in found:
            told = f"met {', '.join(one.met) or 'none'}; missed {', '.join(one.missed) or 'none'}"
            print(f"{one.distance:>12,.4g}  seed {one.seed}, {one.variation}: {told}")
        if out is None:
            print(f"\nThe nearest in full: hyosan nearest {folder} --out runs/nearest")
    if out is None:
        return 0
    from hyosan.cli.progress import shown
    from hyosan.units import Moment

    style = style_of(as_json, quiet)
    announce_run(f"{study.manifest['title']}, {found[0].variation}", found[0].seed, out, style)
    with watched(shown("quiet" if as_json else style, Moment(study.manifest["start"]).seconds), GO_ON.format(folder=out)) as watch:
        done = run_again(study, found[0], out, threads=threads, force=force, progress=watch)
    return tell_run(done, style)
