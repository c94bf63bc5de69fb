"""The report: `report.html`, one file that needs no network, in the shape of an after-action report, and `report.json` beside it."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hyosan.errors import RunFolderError
from hyosan.report.account import account
from hyosan.report.claims import say_summed
from hyosan.report.counts import Facts, gather
from hyosan.report.descent import branches, descent_svg, scale_of
from hyosan.report.frame import HTML_NAME, JSON_NAME, json_bytes, page
from hyosan.report.lessons import plan_csv
from hyosan.report.people import Persons
from hyosan.report.pictures import TOP, of_answers, pictures
from hyosan.results.atomic import write_bytes
from hyosan.results.run import Run
from hyosan.tables import EVENT_KINDS, TABLES

if TYPE_CHECKING:
    from hyosan.report.whatifs import Answer
    from hyosan.studies.study import Study
    from hyosan.world.frame import World

MAX_ROWS = 500
"""Rows of decisions on the page; all are in `orders.parquet`."""
STORY_LINES = 24
"""Events of one person's story on the page; `hyosan story` tells all."""


def write_report(
    run: Run, world: World | None = None, folder: Path | None = None, study: Study | None = None, whatifs: Sequence[Answer] = ()
) -> Path:
    """Write the report of a run into its folder (or `folder`) and give the path of the page. `world` gives shapes, names, and everybody else;
    a `study` of the same scenario, intervals; `whatifs`, answers about the run (`whatifs.read_answers`), what would have been otherwise.

    Raises CommandError: the study is of another scenario, an answer is damaged. RunFolderError: a run in memory and no `folder`, or files that
    cannot be written. ResourceError: the disk is full.
    """
    target = folder or run.path
    if target is None:
        raise RunFolderError("A run in memory has no folder for its report. Give one: write_report(run, folder=...).")
    facts = gather(run, world)
    told = account(facts, study, whatifs)
    write_bytes(target / JSON_NAME, json_bytes(told))
    write_bytes(target / HTML_NAME, render(told, facts).encode())
    return target / HTML_NAME


def render(told: dict[str, Any], facts: Facts) -> str:
    """The page as HTML: what the account tells, and pictures of the same facts. All text is escaped; libraries and data are inside."""
    from markupsafe import Markup

    linked, found = {one["person"] for one in told["stories"]}, branches(facts)
    return page(
        "report/page.html", [*pictures(facts), *of_answers(told.get("whatif", ()))], {"summed": say_summed}, told=told, columns=TABLES,
        event_kinds=EVENT_KINDS, max_rows=MAX_ROWS, top=TOP,
        descent=Markup(descent_svg(facts, found, Persons(facts.run, facts.world), linked)), bent=bool(found) and scale_of(found).bend < 1,
        dead=facts.ending.dead > 0, story_lines=STORY_LINES,
        plan_csv=b64encode(plan_csv(told["plan"]).encode("utf-8-sig")).decode(),
    )  # fmt: skip
