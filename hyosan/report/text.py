"""The account of a run as text for a terminal."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import TYPE_CHECKING

from hyosan.report.account import account
from hyosan.report.claims import text_of_claims
from hyosan.report.counts import Row
from hyosan.report.frame import number, share, signed
from hyosan.results.run import Run

if TYPE_CHECKING:
    from hyosan.report.whatifs import Answer
    from hyosan.studies.study import Study

MAX_ROWS = 500
"""Lines of the timeline that are told."""


def text_report(run: Run, study: Study | None = None, whatifs: Sequence[Answer] = ()) -> str:
    """The account for a terminal: sentences, numbers, decisions, hardest hit zones and hashes. Arguments and errors as of `account`."""
    told = account(run, study, whatifs)
    lines = [told["title"], "=" * min(len(told["title"]), 100), f"{told['name']}, seed {told['seed']}. {told['status_sentence']}", ""]
    if told["changed_files"]:
        lines[3:] = [f"Not as the run left it: {', '.join(told['changed_files'])}. What follows was made of changed files.", ""]
    for sentence in told["sentences"]:
        lines += textwrap.wrap(sentence, 100, initial_indent="* ", subsequent_indent="  ", break_on_hyphens=False)
    if "whatif" in told:
        lines += ["", "What made the difference", *_differences(told["whatif_sentences"])]
    lines += ["", *(f"{tile['value']:>12}  {tile['label']} ({tile['note']}){_among(tile)}" for tile in told["tiles"])]
    if told["objectives"]:
        lines += ["", "Objectives"]
        for row in told["objectives"]:
            lines += textwrap.wrap(
                f"{row['objective']}: {row['wanted']}: {row['told']}", 100, initial_indent="* ", subsequent_indent="  ", break_on_hyphens=False
            )
    if told["claims"]:
        lines += ["", "Beside the sources", *text_of_claims(told)]
    if told["turning_points"]:
        lines += ["", "Turning points"]
        lines += [f"{row['time']:>13}  {row['text']}" for row in told["turning_points"]]
    if told["decisions"]:
        lines += ["", "Decisions"]
        lines += [_decision_line(row) for row in told["decisions"][:40]]
        more = len(told["decisions"]) - 40
        lines += [f"     and {more:,} more"] if more > 0 else []
    for answer in told.get("whatif", ()):
        if answer["kind"] == "moments":
            lines += ["", f"How likely {answer['ending']} was ({answer['file']})", *_chance_lines(answer)]
        if answer["kind"] == "orders" and answer["rows"]:
            lines += ["", f"What each order did ({answer['file']})", *_order_lines(answer["rows"])]
    if told["injects"]:
        lines += ["", "Timeline"]
        lines += [_event_line(row) for row in told["timeline"][:MAX_ROWS]]
        more = len(told["timeline"]) - MAX_ROWS
        lines += [f"     and {more:,} more"] if more > 0 else []
    if told["beside"] and told["beside"]["compared"]:
        lines += ["", f"Other decisions, over many seeds, minus {told['beside']['reference']!r} (study {told['beside']['folder']})"]
        lines += [f"  {row['variation']}, {row['figure']}: {row['told']}" for row in told["beside"]["compared"]]
    if told["tolls"]:
        lines += ["", "Killed by orders"]
        lines += [f"{row['killed']:>12,}  {row['order']} by {row['authority']} ({row['not infected']:,} not infected)" for row in told["tolls"]]
    if told["questions"]:
        lines += ["", "Open questions for a hearing"]
        for one in told["questions"]:
            lines += textwrap.wrap(one["asks"], 100, initial_indent="* ", subsequent_indent="  ", break_on_hyphens=False)
            for fact in one["facts"]:
                lines += textwrap.wrap(fact, 100, initial_indent="  - ", subsequent_indent="    ", break_on_hyphens=False)
    if told["cast"]:
        lines += ["", "The cast"]
        for one in told["cast"]:
            lines += textwrap.wrap(f"{one['name']}: {one['fate']['text']}", 100, initial_indent="* ", subsequent_indent="  ", break_on_hyphens=False)
    if len(told["zones"]) > 1:
        lines += ["", "Hardest hit zones"]
        lines += [f"{row['infections']:>12,}  {row['zone']} ({share(row['share'], 1)})" for row in told["zones"][:5]]
    failed = [check for check in told["self_checks"] if not check["passed"]]
    lines += ["", f"Self-checks: {len(told['self_checks']) - len(failed)} of {len(told['self_checks'])} passed"]
    lines += [f"  FAILED: {check['name']}: {check['detail']}" for check in failed]
    lines += [f"History hash: {told['history_hash']}", f"Result hash:  {told['result_hash']}"]
    return "\n".join(lines) + "\n"


def _differences(sentences: list[Row]) -> list[str]:
    """Sentences, and below those of one command the command that gives them again."""
    lines = []
    for at, one in enumerate(sentences):
        lines += textwrap.wrap(one["text"], 100, initial_indent="* ", subsequent_indent="  ", break_on_hyphens=False)
        if at + 1 == len(sentences) or sentences[at + 1]["command"] != one["command"]:
            lines.append(f"    {one['command']}")
    return lines


def _chance_lines(answer: Row) -> list[str]:
    """The chance at each moment, and what orders were worth."""
    lines = [f"      {row['when']:>16}  {row['chance']:>5.0%} ± {row['error']:.0%}" for row in answer["path"]]
    worth = [f"      {row['order']:20}  {row['with']:.0%} with it, {row['without']:.0%} without it, {row['when']}" for row in answer["orders"]]
    return [*lines, *worth]


def _order_lines(rows: list[Row]) -> list[str]:
    """Averted (+) or caused (−) without each order alone, and its share; what came of a guard below it."""
    lines = [f"      {'':20}  {'deaths, infections averted':>28}  {'its share of all':>20}"]
    for row in rows:
        alone = f"{signed(row['deaths_averted'])}, {signed(row['infections_averted'])}"
        shares = f"{signed(row['deaths_share'], 1)}, {signed(row['infections_share'], 1)}" if row["deaths_share"] is not None else "–"
        lines.append(f"      {row['order']:20}  {alone:>28}  {shares:>20}")
        for text in row["draws"]:
            lines += textwrap.wrap(text, 100, initial_indent="        - ", subsequent_indent="          ", break_on_hyphens=False)
    return lines


def _among(tile: Row) -> str:
    if not tile["among"]:
        return ""
    low, middle, high = (number(tile["among"][name]) for name in ("low", "middle", "high"))
    return f"; over many seeds {low} to {high}, middle {middle}"


def _decision_line(row: Row) -> str:
    ended = f", ended {row['ended']}" + (f" ({row['because']})" if row["because"] else "") if row["ended"] != "in force" else ", in force"
    what = row["order"] if row["order"] == row["measure"] else f"{row['order']} [{row['measure']}]"
    return f"{row['no']:>4}  {row['decided']}: {what} by {row['authority']}, effect {row['effective']}{ended}"


def _event_line(row: Row) -> str:
    said = f" “{row['text']}”" if row["text"] else ""
    return f"      {row['time']}: {row['event']}: {row['name']}{': ' if row['what'] else ''}{row['what']}{said}"
