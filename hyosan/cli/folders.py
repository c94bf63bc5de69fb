"""`hyosan report`, `brief`, `export`: what is made of the folder of a finished run, study or fit."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter

from hyosan.cli.options import Files, Json, Switch, Threads
from hyosan.cli.telling import as_json_text, refuse_to_replace
from hyosan.errors import CommandError

NO_CLAIMS = "The scenario makes no claims: none are written under `claims`."


def report(
    folder: Path,
    /,
    *,
    as_text: Annotated[bool, Parameter(name="--text", show_default=False)] = False,
    replay: Switch = False,
    beside: Path | None = None,
    answers: Annotated[tuple[Path, ...], Parameter(name="--whatif", show_default=False)] = (),
    claims: Switch = False,
    force: Switch = False,
    as_json: Json = False,
) -> int:
    """Write the report of a run, a study or a fit anew from its folder, or tell it here.

    Parameters
    ----------
    folder:
        Folder of a finished run, study or fit.
    as_text:
        Tell it in the terminal, of a run with the tree of its forks; nothing is written.
    replay:
        Also write `replay.html`, a map of everybody over time (of a run alone).
    beside:
        Folder of a study of the same scenario: the run's numbers among those of its seeds, and what its variations came to.
    answers:
        File of an answer about this run, as `hyosan whatif RUN --each order --json` gives it: which decisions made the ending. Can be given several
        times.
    claims:
        Tell only what the sources say beside what the run came to (with `--json` too); nothing is written.
    force:
        Read files of a run although their content is not that of the run; the report names them.
    as_json:
        Tell it as one JSON object; nothing is written.

    """
    kind = next((kind for kind in ("study", "fit") if (folder / f".hyosan-{kind}").exists()), None)
    if kind is not None and (replay or beside is not None or answers):
        option = "--replay" if replay else "--beside" if beside is not None else "--whatif"
        raise CommandError(f"{folder}: holds a {kind}; {option} is for a run alone")
    if claims and answers:
        raise CommandError("--whatif does not go with --claims, which tells the claims alone")
    if kind == "study":
        return _report_study(folder, as_text, as_json, claims)
    if kind == "fit":
        return _report_fit(folder, as_text, as_json)
    if claims:
        return _claims_of_run(folder, as_json, beside, force)
    return _report_run(folder, as_text, as_json, replay, beside, answers, force)


def _report_run(folder: Path, as_text: bool, as_json: bool, replay: bool, beside: Path | None, answers: tuple[Path, ...], force: bool) -> int:
    from hyosan.report.account import account
    from hyosan.report.counts import gather
    from hyosan.report.frame import JSON_NAME
    from hyosan.report.page import write_report
    from hyosan.report.text import text_report
    from hyosan.results.family import draw
    from hyosan.results.run import Run
    from hyosan.results.world import world_of

    found, study, whatifs = Run.open(folder, force=force), None, []
    if answers:
        from hyosan.report.whatifs import read_answers

        whatifs = read_answers(found, answers)
    if beside is not None:
        from hyosan.studies.study import Study

        study = Study.open(beside)
    if as_json:
        print(as_json_text(account(gather(found, world_of(found)), study, whatifs)))
    elif as_text:
        print(text_report(found, study, whatifs), end="")
        if tree := draw(found):
            print("\nForks\n" + "\n".join(tree))
    else:
        world = world_of(found)
        page = write_report(found, world, study=study, whatifs=whatifs)
        print(page)
        print(page.with_name(JSON_NAME))
        if replay:
            from hyosan.report.replay import write_replay

            print(write_replay(found, world))
    return 0


def _claims_of_run(folder: Path, as_json: bool, beside: Path | None, force: bool) -> int:
    from hyosan.report.account import account
    from hyosan.report.claims import text_of_claims
    from hyosan.results.run import Run
    from hyosan.studies.study import Study

    told = account(Run.open(folder, force=force), Study.open(beside) if beside is not None else None)
    if as_json:
        print(as_json_text({name: told[name] for name in ("name", "seed", "claims_summed", "claims", "evidence", "result_hash")}))
    else:
        print("\n".join(text_of_claims(told) or [NO_CLAIMS]))
    return 0


def _report_study(folder: Path, as_text: bool, as_json: bool, claims: bool) -> int:
    from hyosan.report.frame import JSON_NAME
    from hyosan.report.studies import account_of_study, text_of_study, write_study_report
    from hyosan.studies.study import Study

    found = Study.open(folder)
    if claims:
        rows = account_of_study(found)["claims"]
        print(as_json_text(rows) if as_json else "\n".join(f"{row['claim']}, {row['variation']}: {row['told']}" for row in rows) or NO_CLAIMS)
    elif as_json:
        print(as_json_text(account_of_study(found)))
    elif as_text:
        print(text_of_study(found), end="")
    else:
        page = write_study_report(found)
        print(page)
        print(page.with_name(JSON_NAME))
    return 0


def _report_fit(folder: Path, as_text: bool, as_json: bool) -> int:
    from hyosan.fitting.fit import Fit
    from hyosan.fitting.report import text_of_fit, write_pages

    found = Fit.open(folder)
    if as_json:
        print(as_json_text(found.account))
    elif as_text:
        print(text_of_fit(found.account), end="")
    else:
        for name in write_pages(folder, found.account, found.failed):
            print(folder / name)
    return 0


def brief(
    folder: Path,
    /,
    *,
    at: str,
    authority: Annotated[str, Parameter(name="--as")],
    page: Annotated[Path | None, Parameter(name="--html")] = None,
    files: Files = None,
    threads: Threads = None,
    as_json: Json = False,
) -> int:
    """Tell what an authority knew at a moment of a run, its means and its choices, and nothing else.

    Parameters
    ----------
    folder:
        Folder of a finished run.
    at:
        The moment: `day 2 14:00` by the clock, or `36 h` after the start. What follows the last checkpoint before it is run again, in memory.
    authority:
        Who: an authority of the scenario.
    page:
        Write it as a page into this file.
    as_json:
        Tell it as one JSON object.

    """
    from hyosan.cli.briefing import show
    from hyosan.report.brief import brief
    from hyosan.results.atomic import write_bytes

    found = brief(folder, at=at, authority=authority, files=files, threads=threads)
    if page is not None:
        written = found.html()
        refuse_to_replace(page, written.partition("<title>")[0], "a brief")
        write_bytes(page, written.encode())
        print(page, file=sys.stderr if as_json else sys.stdout)
    if as_json:
        print(as_json_text(found.to_json()))
    elif page is None:
        show(found.to_json())
    return 0


def export(
    folder: Path,
    /,
    *,
    to: tuple[str, ...] = ("all",),
    out: Path | None = None,
    table_format: Annotated[Literal["csv", "parquet"], Parameter(name="--format")] = "csv",
    start_date: str | None = None,
    force: Switch = False,
) -> int:
    """Write files of a run that other programs read: line lists, transmission trees, reproduction numbers, maps.

    Parameters
    ----------
    folder:
        Folder of a finished run, or of a study (`hubverse` alone).
    to:
        What to write, names separated by commas: line-list, transmissions, contacts, intervals, offspring, reproduction, attack-rates,
        growth, tree, auspice, hubverse, geojson, orders, msel. Can be given several times.
    out:
        Folder for the files; default: the run's folder with `-export` after its name.
    table_format:
        Format of tables.
    start_date:
        Date of the run's first day, `2026-03-01`: moments are then dates. Default: that of the scenario; without one, days since the start.
    force:
        Replace files that are there.

    """
    from hyosan.export import write

    for path in write(folder, to, out, format=table_format, start_date=start_date, force=force):
        print(path)
    return 0
