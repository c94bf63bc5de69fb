"""The pictures of a report: which there are, their titles and captions, and the tables beside them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from hyosan.report.counts import Facts, Row, begins
from hyosan.report.explain import count
from hyosan.report.figures import epidemic_curve, share_bars, truth_and_known, zone_map
from hyosan.report.observed import comparisons, summary
from hyosan.report.overlay import observed_over_run

TOP = 15
"""Rows of the tables of places and zones on the page."""


def pictures(facts: Facts) -> list[dict[str, Any]]:
    """The pictures: part of the page, title, caption, Vega-Lite specification, and the table beside it."""
    manifest, found, orders = facts.run.manifest, facts.spread, facts.decisions
    start, end = manifest["start_clock_seconds"], manifest["end_second"]
    begin = begins(facts.run)
    shown = []
    if found.infections:
        caption = "Truth. Numbered lines are orders taking effect; the numbers are those of the table of decisions."
        shown.append(_picture("curve", "New infections", caption, epidemic_curve(found, orders, start, end, begin), []))
    caption = "Solid: what happened. Dashed: what the authorities knew at that time. Dotted lines: orders."
    for title, spec, table in truth_and_known(facts.curves, orders, start, end, begin):
        shown.append(_picture("known", title, caption, spec, table))
    for one in comparisons(facts.run):
        spec, table = observed_over_run(one, orders, start, end, manifest.get("date"))
        shown.append(_picture("data", one.title, _say_difference(summary(one)), spec, table))
    shapes: dict[str, Any] = dict(facts.world.zone_geojson) if facts.world else {}
    if len(shapes.get("features", ())) > 1:
        caption = "Where people were infected, seeds included."
        shown.append(_picture("map", "Infections by zone", caption, zone_map(shapes, facts.zones), []))
    if len(found.place_kinds) > 1:
        caption = "Infections by another person, by kind of place."
        shown.append(_picture("places", "Where it passed", caption, share_bars(found.place_kinds[:TOP], "infections"), []))
    return shown


def of_answers(whatifs: Sequence[Row]) -> list[dict[str, Any]]:
    """The pictures of answers about what would have been otherwise, those that have one."""
    return [{"id": f"whatif-picture-{at}", "part": "whatif", "table": [], **one["picture"]} for at, one in enumerate(whatifs, 1) if "picture" in one]


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
