"""The pictures of a report that lay observations over a run: points with their ranges, over the run's curve or its bars by day."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

import numpy as np

from hyosan.report import figures
from hyosan.report.counts import Row
from hyosan.report.figures import KNOWN, TRUTH, Spec
from hyosan.report.observed import Comparison
from hyosan.units import DAY_SECONDS, say_clock

OBSERVED = ("#000000", "#CC79A7", "#009E73", "#E69F00", "#56B4E9")
"""Of the points of each file of observations, over again after the last."""
_ROWS = 9
"""Days in the table beside a picture of observations."""


def observed_over_run(found: Comparison, orders: list[Row], start_clock_seconds: float, end_second: int, first: str | None) -> tuple[Spec, list[Row]]:
    """Observations as points over the run's curve (or its bars by day) of the same quantity, and a short table of both.

    `first` is the date of day 1, if it has one; days are then dates.
    """
    name = "the run" if found.view == "truth" else "the run, as known to the authorities"
    data = found.files
    last = max(point["day"] for point in found.points) * DAY_SECONDS - int(start_clock_seconds)
    end = max(last, min(end_second, last + last // 4)) if found.points else end_second
    x = figures.time_axis(0, max(end, 3600), start_clock_seconds)
    marks = figures.order_marks(orders, start_clock_seconds, min(end, end_second))
    names = [name, *(f"observed: {one}" if len(data) > 1 else "observed" for one in data)]
    said = dict(zip(data, names[1:], strict=True))
    color = {
        "field": "what",
        "type": "nominal",
        "scale": {"domain": names, "range": [TRUTH if found.view == "truth" else KNOWN, *(OBSERVED[i % len(OBSERVED)] for i in range(len(data)))]},
        "legend": {"title": None, "orient": "top", "labelLimit": 260, "symbolType": "circle", "symbolFillColor": None},
    }
    y = {"type": "quantitative", "title": "per day" if found.by_day is not None else "people", "axis": figures.count_axis()}
    points = [
        {"x": point["day"] * DAY_SECONDS - (DAY_SECONDS // 2 if found.by_day is not None else 0), "what": said[point["data"]],
         "day": _say_day(point["day"], first), "low": point["low"], "high": point["high"], "value": point["value"], "run": point["run"]}
        for point in found.points
    ]  # fmt: skip
    tip = [{"field": "day"}, {"field": "value", "title": "observed"}, {"field": "low"}, {"field": "high"}, {"field": "run", "title": "the run"}]
    ranges: Spec = {
        "transform": [{"filter": "datum.low !== null && datum.high !== null"}],
        "mark": {"type": "rule", "strokeWidth": 1.5},
        "encoding": {"x": {**x, "field": "x"}, "y": {**y, "field": "low"}, "y2": {"field": "high"}, "color": color},
    }
    dots: Spec = {
        "mark": {"type": "point", "filled": True, "size": 42, "opacity": 1, "stroke": "white", "strokeWidth": 0.8},
        "encoding": {"x": {**x, "field": "x"}, "y": {**y, "field": "value"}, "color": color, "tooltip": tip},
    }
    observed: Spec = {"data": {"values": points}, "layer": [ranges, dots]}
    run = _run_layer(found, name, x, y, color, start_clock_seconds, min(end, end_second), first)
    whole = figures.whole([*figures.mark_layers(marks, x, labels=False), run, observed], 240)
    return whole, _both_in_rows(found, said, first)


def _run_layer(found: Comparison, name: str, x: Spec, y: Spec, color: Spec, start_clock_seconds: float, end: int, first: str | None) -> Spec:
    if found.by_day is not None:
        bars = [
            {"from": max(day * DAY_SECONDS, int(start_clock_seconds)), "to": min((day + 1) * DAY_SECONDS, int(end + start_clock_seconds)),
             "value": int(count), "what": name, "day": _say_day(day + 1, first)}
            for day, count in enumerate(found.by_day)
            if count and day * DAY_SECONDS < int(end + start_clock_seconds)
        ]  # fmt: skip
        return {
            "data": {"values": bars},
            "mark": {"type": "rect", "stroke": "white", "strokeWidth": 0.5, "opacity": 0.75},
            "encoding": {
                "x": {**x, "field": "from"}, "x2": {"field": "to"}, "y": {**y, "field": "value"}, "y2": {"datum": 0}, "color": color,
                "tooltip": [{"field": "day"}, {"field": "value", "title": name, "format": ","}],
            },
        }  # fmt: skip
    moments = np.unique(np.linspace(0, end, figures.POINTS).astype(np.int64))
    counts = found.curve.at(moments) if found.curve is not None else np.zeros_like(moments)
    values = [
        {
            "x": int(moment + start_clock_seconds),
            "value": int(value),
            "what": name,
            "when": say_clock(int(moment), start_clock_seconds),
        }
        for moment, value in zip(moments, counts, strict=True)
    ]
    return {
        "data": {"values": values},
        "mark": {"type": "line", "interpolate": "step-after", "strokeWidth": 2} | ({"strokeDash": [6, 3]} if found.view == "known" else {}),
        "encoding": {
            "x": {**x, "field": "x"}, "y": {**y, "field": "value"}, "color": color,
            "tooltip": [{"field": "when"}, {"field": "value", "title": name, "format": ","}],
        },
    }  # fmt: skip


def _both_in_rows(found: Comparison, said: Mapping[str, str], first: str | None) -> list[Row]:
    """Days evenly spread over those observed, with what was observed and what the run has."""
    days: dict[int, Row] = {}
    for point in found.points:
        row = days.setdefault(point["day"], {"day": _say_day(point["day"], first), **dict.fromkeys(said.values(), ""), "the run": ""})
        row[said[point["data"]]] = _short_number(point["value"])
        row["the run"] = point["run"] if point["run"] is not None else "ended"
    rows = list(days.values())
    return [rows[i] for i in sorted({round(i) for i in np.linspace(0, len(rows) - 1, min(len(rows), _ROWS))})]


def _say_day(day: int, first: str | None) -> str:
    return f"day {day:,}" if first is None else (date.fromisoformat(first) + timedelta(days=day - 1)).isoformat()


def _short_number(value: float) -> int | float:
    return int(value) if value == int(value) else round(value, 3)
