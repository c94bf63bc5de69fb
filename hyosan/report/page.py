"""The report: `report.html`, one file that needs no network, `report.json` beside it, and the same account as text for the terminal."""

from __future__ import annotations

import json
import textwrap
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hyosan.errors import RunFolderError
from hyosan.report.accountability import deaths, questions, tolls
from hyosan.report.counts import Facts, Row, clock, gather
from hyosan.report.explain import count, sentences, share, status_sentence, tiles
from hyosan.report.figures import epidemic_curve, share_bars, truth_and_known, zone_map
from hyosan.report.objectives import verdicts
from hyosan.report.observed import comparisons, summary
from hyosan.report.overlay import observed_over_run
from hyosan.report.timeline import injects, timeline
from hyosan.results.atomic import write_bytes
from hyosan.results.run import Run
from hyosan.tables import EVENT_KINDS, TABLES
from hyosan.units import say_duration

if TYPE_CHECKING:
    from hyosan.world.frame import World

HTML_NAME, JSON_NAME = "report.html", "report.json"
MAX_ROWS = 500
"""Rows of decisions on the page; all are in `orders.parquet`."""
_LIBRARIES = ("vega.min.js", "vega-lite.min.js", "vega-embed.min.js")
_TOP = 15


def write_report(run: Run, world: World | None = None, folder: Path | None = None) -> Path:
    """Write the report of a run into its folder (or `folder`) and give the path of the page. `world` gives the map its shapes.

    Raises RunFolderError: a run in memory and no `folder`, or files that cannot be written. ResourceError: the disk is full.
    """
    target = folder or run.path
    if target is None:
        raise RunFolderError("A run in memory has no folder for its report. Give one: write_report(run, folder=...).")
    facts = gather(run)
    told = account(facts)
    page = render(told, pictures(facts, world))
    write_bytes(target / JSON_NAME, (json.dumps(told, indent=1, ensure_ascii=False, allow_nan=False) + "\n").encode())
    write_bytes(target / HTML_NAME, page.encode())
    return target / HTML_NAME


def account(run: Run | Facts) -> dict[str, Any]:
    """Everything that the report says, as plain data: the content of `report.json`. Takes a run, or what was gathered of one."""
    facts = run if isinstance(run, Facts) else gather(run)
    run = facts.run
    manifest = run.manifest
    killed = deaths(run, facts.decisions)
    return {
        "title": manifest.get("title") or manifest["name"],
        "name": manifest["name"],
        "seed": manifest["seed"],
        "status": manifest["status"],
        "status_sentence": status_sentence(manifest["status"]),
        "sentences": sentences(facts),
        "tiles": [tile._asdict() for tile in tiles(facts)],
        "ending": facts.ending.to_json(),
        "why": run.why,
        "objectives": verdicts(run),
        "zones": facts.zones,
        "spread": {key: value for key, value in facts.spread._asdict().items() if key != "seconds"},
        "ages": facts.ages,
        "decisions": facts.decisions,
        "injects": injects(run),
        "timeline": timeline(run, facts.decisions),
        "tolls": tolls(facts.decisions, killed),
        "questions": [one._asdict() for one in questions(run, facts.decisions, killed, facts.curves)],
        "data": [summary(one) for one in comparisons(run)],
        "data_files": list(manifest.get("data", {}).values()),
        "set_up": _set_up(run),
        "self_checks": [dict(check) for check in manifest.get("self_checks", ())],
        "tables": _tables(run),
        "history_hash": run.history_hash,
        "result_hash": run.result_hash,
        "folder": run.path.name if run.path else "",
    }


def pictures(run: Run | Facts, world: World | None) -> list[dict[str, Any]]:
    """The pictures: part of the page, title, caption, Vega-Lite specification, and the table beside it."""
    facts = run if isinstance(run, Facts) else gather(run)
    manifest, found, orders = facts.run.manifest, facts.spread, facts.decisions
    start, end = manifest["start_clock_seconds"], manifest["end_second"]
    shown = []
    if found.infections:
        caption = "Truth. Numbered lines are orders taking effect; the numbers are those of the table of decisions."
        shown.append(_picture("curve", "New infections", caption, epidemic_curve(found, orders, start, end), []))
    caption = "Solid: what happened. Dashed: what the authorities knew at that time. Dotted lines: orders."
    for title, spec, table in truth_and_known(facts.curves, orders, start, end):
        shown.append(_picture("known", title, caption, spec, table))
    for one in comparisons(facts.run):
        spec, table = observed_over_run(one, orders, start, end, manifest.get("date"))
        shown.append(_picture("data", one.title, _say_difference(summary(one)), spec, table))
    shapes: dict[str, Any] = dict(world.zone_geojson) if world else {}
    if len(shapes.get("features", ())) > 1:
        caption = "Where people were infected, seeds included."
        shown.append(_picture("map", "Infections by zone", caption, zone_map(shapes, facts.zones), []))
    if len(found.place_kinds) > 1:
        caption = "Infections by another person, by kind of place."
        shown.append(_picture("places", "Where it passed", caption, share_bars(found.place_kinds[:_TOP], "infections"), []))
    return shown


def render(told: dict[str, Any], shown: list[dict[str, Any]]) -> str:
    """The page as HTML. All text is escaped; libraries and data are inside."""
    from jinja2 import Environment, StrictUndefined

    files = resources.files("hyosan.report")
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    environment.filters["share"] = lambda part: share(part, 1)
    environment.filters["commas"] = lambda number: f"{number:,}"
    template = environment.from_string(files.joinpath("page.html").read_text(encoding="utf-8"))
    return template.render(
        told=told,
        pictures=shown,
        style=files.joinpath("page.css").read_text(encoding="utf-8"),
        libraries=[_library(files.joinpath("static", name).read_text(encoding="utf-8")) for name in _LIBRARIES] if shown else [],
        specs=_script_json({picture["id"]: picture["spec"] for picture in shown}),
        columns=TABLES,
        event_kinds=EVENT_KINDS,
        max_rows=MAX_ROWS,
        top=_TOP,
    )


def text_report(run: Run) -> str:
    """The account for a terminal: sentences, numbers, decisions, hardest hit zones and hashes."""
    told = account(run)
    lines = [told["title"], "=" * min(len(told["title"]), 100), f"{told['name']}, seed {told['seed']}. {told['status_sentence']}", ""]
    for sentence in told["sentences"]:
        lines += textwrap.wrap(sentence, 100, initial_indent="* ", subsequent_indent="  ", break_on_hyphens=False)
    lines += ["", *(f"{tile['value']:>12}  {tile['label']} ({tile['note']})" for tile in told["tiles"])]
    if told["objectives"]:
        lines += ["", "Objectives"]
        for row in told["objectives"]:
            lines += textwrap.wrap(
                f"{row['objective']}: {row['wanted']}: {row['told']}", 100, initial_indent="* ", subsequent_indent="  ", break_on_hyphens=False
            )
    if told["decisions"]:
        lines += ["", "Decisions"]
        lines += [_decision_line(row) for row in told["decisions"][:40]]
        more = len(told["decisions"]) - 40
        lines += [f"     and {more:,} more"] if more > 0 else []
    if told["injects"]:
        lines += ["", "Timeline"]
        lines += [_event_line(row) for row in told["timeline"][:MAX_ROWS]]
        more = len(told["timeline"]) - MAX_ROWS
        lines += [f"     and {more:,} more"] if more > 0 else []
    if told["tolls"]:
        lines += ["", "Killed by orders"]
        lines += [f"{row['killed']:>12,}  {row['order']} by {row['authority']} ({row['not infected']:,} not infected)" for row in told["tolls"]]
    if told["questions"]:
        lines += ["", "Open questions for a hearing"]
        for one in told["questions"]:
            lines += textwrap.wrap(one["asks"], 100, initial_indent="* ", subsequent_indent="  ", break_on_hyphens=False)
            for fact in one["facts"]:
                lines += textwrap.wrap(fact, 100, initial_indent="  - ", subsequent_indent="    ", break_on_hyphens=False)
    if len(told["zones"]) > 1:
        lines += ["", "Hardest hit zones"]
        lines += [f"{row['infections']:>12,}  {row['zone']} ({share(row['share'], 1)})" for row in told["zones"][:5]]
    failed = [check for check in told["self_checks"] if not check["passed"]]
    lines += ["", f"Self-checks: {len(told['self_checks']) - len(failed)} of {len(told['self_checks'])} passed"]
    lines += [f"  FAILED: {check['name']}: {check['detail']}" for check in failed]
    lines += [f"History hash: {told['history_hash']}", f"Result hash:  {told['result_hash']}"]
    return "\n".join(lines) + "\n"


def _decision_line(row: Row) -> str:
    ended = f", ended {row['ended']}" + (f" ({row['because']})" if row["because"] else "") if row["ended"] != "in force" else ", in force"
    what = row["order"] if row["order"] == row["measure"] else f"{row['order']} [{row['measure']}]"
    return f"{row['no']:>4}  {row['decided']}: {what} by {row['authority']}, effect {row['effective']}{ended}"


def _event_line(row: Row) -> str:
    said = f" “{row['text']}”" if row["text"] else ""
    return f"      {row['time']}: {row['event']}: {row['name']}{': ' if row['what'] else ''}{row['what']}{said}"


def _picture(part: str, title: str, caption: str, spec: dict[str, Any], table: list[Row]) -> dict[str, Any]:
    name = "".join(letter if letter.isalnum() else "-" for letter in f"{part}-{title}".lower())
    return {"id": name, "part": part, "title": title, "caption": caption, "spec": spec, "table": table}


def _say_difference(told: dict[str, Any]) -> str:
    """How far a run is from the observations, in a sentence or two."""
    parts = [count(told["observations"], "observation")]
    if told["after_the_end"]:
        parts[0] += f", {told['after_the_end']} of them after the end of the run"
    if told["mean_difference"] is not None:
        off = told["mean_difference"]
        side = f"{abs(off):,.3g} {'above' if off > 0 else 'below'} them" if off else "neither above nor below them"
        parts.append(f"On average the run is {side}; without regard to sign it is {told['mean_absolute_difference']:,.3g} away")
    if told["with_range"]:
        parts.append(f"{told['within_range']} of {told['with_range']} ranges hold the run")
    return ". ".join(parts) + "."


def _set_up(run: Run) -> list[tuple[str, str]]:
    manifest = run.manifest
    versions = ", ".join(f"{name} {version}" for name, version in manifest.get("versions", {}).items())
    timings = manifest.get("timings", {})
    return [
        ("Scenario", str(manifest["name"])),
        ("Seed", str(manifest["seed"])),
        ("Starts", f"{clock(run, 0)}{', ' + manifest['date'] if manifest.get('date') else ''}"),
        ("Ends", f"{clock(run, manifest['end_second'])} ({say_duration(manifest['end_second'])})"),
        *([("Forked from", _say_fork(manifest["fork"]))] if manifest.get("fork") else []),
        ("Tick", say_duration(manifest["tick_seconds"])),
        ("Threads", str(manifest.get("threads", "unknown"))),
        ("Took", f"{timings.get('elapsed_seconds', 0):,.1f} s for {timings.get('person_days', 0):,.0f} person-days"),
        ("Machine", str(manifest.get("hardware", "unknown"))),
        ("Versions", versions),
        ("Hash of the scenario", str(manifest.get("scenario_hash", ""))),
        ("Hash of the world", str(manifest.get("world_hash", ""))),
        ("History hash", run.history_hash),
        ("Result hash", run.result_hash),
    ]


def _say_fork(fork: Row) -> str:
    """`s7, day 2 14:00: orders.strike.delay=6 h`."""
    return f"{fork['parent'] or 'a run in memory'}, {fork['clock']}: {'; '.join(fork['changes']) or 'no change'}"


def _tables(run: Run) -> list[Row]:
    meaning = {
        "events": "what happened, to whom, where, by whom",
        "people": "everybody to whom something happened, and how it ended for them",
        "series": "counts over time, the truth and what was known",
        "orders": "every order, with what was known when it was decided",
        "injects": "what the controllers of an exercise put in",
    }
    files = run.manifest.get("files", {})
    rows = []
    for name in TABLES:
        file = f"{name}.parquet"
        digest = files.get(file, {}).get("hash", "")
        rows.append({"file": file, "rows": run.table(name).num_rows, "meaning": meaning[name], "hash": digest})
    return rows


def _script_json(data: Any) -> str:
    """JSON that cannot end the script element it stands in, whatever text it holds."""
    text = json.dumps(data, ensure_ascii=True, allow_nan=False, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def _library(text: str) -> str:
    """A library's text without the note that would make a browser's tools look for its source map."""
    return "\n".join(line for line in text.splitlines() if not line.startswith("//# sourceMappingURL"))
