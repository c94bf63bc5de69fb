"""The pictures of a report as Vega-Lite specifications, each with the rows of a table that says the same in numbers.

Colours are Okabe and Ito's, told apart by colour-blind people (Okabe & Ito 2008, "Color Universal Design"); what is known is also
dashed, so that no meaning hangs on colour alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import numpy as np

from hyosan.report.counts import Curve, Row, Spread
from hyosan.report.observed import Comparison
from hyosan.units import DAY_SECONDS, say_clock

TRUTH, KNOWN, RULE, INK = "#0072B2", "#D55E00", "#8a8f98", "#3a3f47"
OBSERVED = ("#000000", "#CC79A7", "#009E73", "#E69F00", "#56B4E9")
"""Of the points of each file of observations, over again after the last."""
Spec = dict[str, Any]
_STEPS = (600, 1800, 3600, 7200, 10_800, 21_600, 43_200, *(DAY_SECONDS * n for n in (1, 2, 5, 7, 14, 28, 50, 100, 200, 365, 730, 1825)))
_POINTS = 400
_ROWS = 9
"""Days in the table beside a picture of observations."""
_PANELS = (
    ("People infected so far", ("infected",), ("reported_infected",)),
    ("Turned at the time", ("turned",), ("reported_turned",)),
    ("Ill at the time", ("ill",), ()),
    ("Dead so far", ("dead",), ("reported_dead",)),
)
_CONFIG: Spec = {
    "font": "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif",
    "view": {"stroke": None},
    "axis": {
        "labelColor": INK, "titleColor": INK, "titleFontWeight": "normal", "gridColor": "#e8eaee", "domainColor": "#c3c7cf",
        "tickColor": "#c3c7cf", "labelFontSize": 12, "titleFontSize": 12,
    },
    "legend": {"labelFontSize": 12, "titleFontSize": 12, "labelColor": INK, "titleColor": INK, "titleFontWeight": "normal"},
}  # fmt: skip


def epidemic_curve(spread: Spread, orders: list[Row], start_clock_seconds: float, end_second: int) -> Spec:
    """New infections per interval as bars, with the orders as numbered lines, over the time in which it spread."""
    end = _busy_end(spread.seconds, end_second)
    width = _bin_seconds(end)
    edges = np.arange(0, end + width, width)
    counted, _ = np.histogram(spread.seconds[spread.seconds < edges[-1]], edges)
    bars = [
        {"from": _x(a, start_clock_seconds), "to": _x(b, start_clock_seconds), "infections": int(n), "when": say_clock(int(a), start_clock_seconds)}
        for a, b, n in zip(edges, edges[1:], counted, strict=False)
        if n
    ]  # fmt: skip
    marks = _order_marks(orders, start_clock_seconds, end)
    x = _time_axis(0, end, start_clock_seconds)
    layers: list[Spec] = [
        {
            "data": {"values": bars},
            "mark": {"type": "rect", "color": TRUTH, "stroke": "white", "strokeWidth": 0.5},
            "encoding": {
                "x": {**x, "field": "from"},
                "x2": {"field": "to"},
                "y": {"field": "infections", "type": "quantitative", "title": f"new infections per {_say_bin(width)}", "axis": _count_axis()},
                "y2": {"datum": 0},
                "tooltip": [{"field": "when", "title": "from"}, {"field": "infections", "title": "new infections", "format": ","}],
            },
        },
        *_mark_layers(marks, x, labels=True),
    ]
    return _whole(layers, 260)


def truth_and_known(
    every: Mapping[tuple[str, str], Curve], orders: list[Row], start_clock_seconds: float, end_second: int
) -> list[tuple[str, Spec, list[Row]]]:
    """One picture per quantity that ever differs from 0: title, the truth and what the authorities knew, and a short table."""
    found = []
    end = _settled(list(every.values()), end_second)
    moments = np.unique(np.linspace(0, end, _POINTS).astype(np.int64))
    marks = _order_marks(orders, start_clock_seconds, end)
    for title, truth, known in _PANELS:
        lines = [("truth", every[key]) for name in truth if (key := ("truth", name)) in every]
        lines += [("known to the authorities", every[key]) for name in known if (key := ("known", name)) in every]
        lines = [(name, curve) for name, curve in lines if curve.peak[0]]
        if not any(name == "truth" for name, _ in lines):
            continue
        values = [
            {"x": _x(moment, start_clock_seconds), "value": int(value), "view": name, "when": say_clock(int(moment), start_clock_seconds)}
            for name, curve in lines
            for moment, value in zip(moments, curve.at(moments), strict=True)
        ]  # fmt: skip
        table = [
            {"when": say_clock(int(moment), start_clock_seconds)} | {name.split()[0]: int(curve.at(moment)) for name, curve in lines}
            for moment in _telling_moments(lines[0][1], end_second)
        ]
        found.append((title, _line_chart(title, values, marks, _time_axis(0, end, start_clock_seconds)), table))
    return found


def observed_over_run(found: Comparison, orders: list[Row], start_clock_seconds: float, end_second: int, first: str | None) -> tuple[Spec, list[Row]]:
    """Observations as points over the run's curve (or its bars by day) of the same quantity, and a short table of both.

    `first` is the date of day 1, if it has one; days are then dates.
    """
    name = "the run" if found.view == "truth" else "the run, as known to the authorities"
    data = found.files
    last = max(point["day"] for point in found.points) * DAY_SECONDS - int(start_clock_seconds)
    end = max(last, min(end_second, last + last // 4)) if found.points else end_second
    x = _time_axis(0, max(end, 3600), start_clock_seconds)
    marks = _order_marks(orders, start_clock_seconds, min(end, end_second))
    names = [name, *(f"observed: {one}" if len(data) > 1 else "observed" for one in data)]
    said = dict(zip(data, names[1:], strict=True))
    color = {
        "field": "what",
        "type": "nominal",
        "scale": {"domain": names, "range": [TRUTH if found.view == "truth" else KNOWN, *(OBSERVED[i % len(OBSERVED)] for i in range(len(data)))]},
        "legend": {"title": None, "orient": "top", "labelLimit": 260, "symbolType": "circle", "symbolFillColor": None},
    }
    y = {"type": "quantitative", "title": "per day" if found.by_day is not None else "people", "axis": _count_axis()}
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
    whole = _whole([*_mark_layers(marks, x, labels=False), run, observed], 240)
    return whole, _both_in_rows(found, said, first)


def _run_layer(found: Comparison, name: str, x: Spec, y: Spec, color: Spec, start_clock_seconds: float, end: int, first: str | None) -> Spec:
    if found.by_day is not None:
        bars = [
            {"from": max(day * DAY_SECONDS, int(start_clock_seconds)), "to": min((day + 1) * DAY_SECONDS, _x(end, start_clock_seconds)),
             "value": int(count), "what": name, "day": _say_day(day + 1, first)}
            for day, count in enumerate(found.by_day)
            if count and day * DAY_SECONDS < _x(end, start_clock_seconds)
        ]  # fmt: skip
        return {
            "data": {"values": bars},
            "mark": {"type": "rect", "stroke": "white", "strokeWidth": 0.5, "opacity": 0.75},
            "encoding": {
                "x": {**x, "field": "from"}, "x2": {"field": "to"}, "y": {**y, "field": "value"}, "y2": {"datum": 0}, "color": color,
                "tooltip": [{"field": "day"}, {"field": "value", "title": name, "format": ","}],
            },
        }  # fmt: skip
    moments = np.unique(np.linspace(0, end, _POINTS).astype(np.int64))
    counts = found.curve.at(moments) if found.curve is not None else np.zeros_like(moments)
    values = [
        {"x": _x(moment, start_clock_seconds), "value": int(value), "what": name, "when": say_clock(int(moment), start_clock_seconds)}
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


def zone_map(geojson: Mapping[str, Any], rows: list[Row]) -> Spec:
    """The zones, coloured by how many were infected there. Coordinates are metres, north up."""
    by_zone = {row["zone"]: row for row in rows}
    features = []
    for feature in geojson["features"]:
        zone = str(feature["properties"]["zone"])
        row = by_zone.get(zone, {"infections": 0, "first": "never", "killed": 0})
        properties = {"zone": zone, "infections": row["infections"], "killed": row["killed"], "first": row["first"] or "never"}
        features.append({"type": "Feature", "properties": properties, "geometry": feature["geometry"]})
    tooltip = [("zone", "zone", None), ("infections", "infections", ","), ("killed", "killed", ","), ("first", "first infection", None)]
    return {
        "data": {"values": features},
        "width": "container",
        "height": 420,
        "projection": {"type": "identity", "reflectY": True},
        "mark": {"type": "geoshape", "stroke": "white", "strokeWidth": 1},
        "encoding": {
            "color": {
                "field": "properties.infections",
                "type": "quantitative",
                "scale": {"scheme": "blues", "domainMin": 0},
                "legend": {"title": "infections", "orient": "bottom", "gradientLength": 220, "format": ",.0f", "tickCount": 4},
            },
            "tooltip": [{"field": f"properties.{name}", "title": title} | ({"format": form} if form else {}) for name, title, form in tooltip],
        },
        "config": _CONFIG,
    }


def share_bars(rows: list[Row], title: str) -> Spec:
    """Horizontal bars of named counts, most first."""
    values = [{"name": row["name"], "count": row["count"]} for row in rows]
    axis = {"title": None, "labelLimit": 160, "ticks": False, "domain": False}
    return _whole(
        [
            {
                "data": {"values": values},
                "mark": {"type": "bar", "color": TRUTH, "height": {"band": 0.7}},
                "encoding": {
                    "y": {"field": "name", "type": "nominal", "sort": None, "axis": axis},
                    "x": {"field": "count", "type": "quantitative", "title": title, "axis": {**_count_axis(), "minExtent": 0}},
                    "tooltip": [{"field": "name", "title": "where"}, {"field": "count", "title": title, "format": ","}],
                },
            }
        ],
        36 + 26 * len(values),
    )


def _line_chart(title: str, values: list[Row], marks: list[Row], x: Spec) -> Spec:
    names = [name for name in ("truth", "known to the authorities") if any(row["view"] == name for row in values)]
    line: Spec = {
        "data": {"values": values},
        "mark": {"type": "line", "interpolate": "step-after", "strokeWidth": 2},
        "encoding": {
            "x": {**x, "field": "x"},
            "y": {"field": "value", "type": "quantitative", "title": "people", "axis": _count_axis()},
            "color": {
                "field": "view",
                "type": "nominal",
                "scale": {"domain": names, "range": [TRUTH, KNOWN][: len(names)]},
                "legend": {"title": None, "orient": "top", "symbolStrokeWidth": 2.5, "symbolSize": 300, "labelLimit": 260},
            },
            "strokeDash": {"field": "view", "type": "nominal", "scale": {"domain": names, "range": [[1, 0], [6, 3]][: len(names)]}},
            "tooltip": [{"field": "when"}, {"field": "view", "title": title}, {"field": "value", "title": "people", "format": ","}],
        },
    }
    return _whole([*_mark_layers(marks, x, labels=False), line], 240)


def _whole(layers: list[Spec], height: int) -> Spec:
    # Without this autosize the labels of the axes are cut off when the container is narrow.
    fit = {"type": "fit", "contains": "padding", "resize": True}
    return {"width": "container", "height": height, "autosize": fit, "layer": layers, "config": _CONFIG}


def _mark_layers(marks: list[Row], x: Spec, labels: bool) -> list[Spec]:
    """Numbered vertical lines at the moments of the orders."""
    if not marks:
        return []
    tooltip = [{"field": "orders"}, {"field": "when"}]
    at = {**x, "field": "x"}
    rule = {"mark": {"type": "rule", "color": RULE, "strokeDash": [2, 2]}, "encoding": {"x": at, "tooltip": tooltip}}
    text = {
        "mark": {"type": "text", "baseline": "bottom", "dy": -3, "fontSize": 11, "fontWeight": "bold", "color": INK},
        "encoding": {"x": at, "y": {"value": 0}, "text": {"field": "label"}, "tooltip": tooltip},
    }
    return [{"data": {"values": marks}, "layer": [rule, text] if labels else [rule]}]


def _order_marks(orders: list[Row], start_clock_seconds: float, end: int) -> list[Row]:
    """Moments at which orders took effect. Orders too close to be told apart share one mark."""
    taken: list[tuple[int, list[Row]]] = []
    for order in sorted(orders, key=lambda row: row["second_effective"]):
        second = order["second_effective"]
        if not 0 <= second <= end:
            continue
        if taken and second - taken[-1][0] < 0.022 * end:
            taken[-1][1].append(order)
        else:
            taken.append((second, [order]))
    return [
        {
            "x": _x(second, start_clock_seconds),
            "label": _span([order["no"] for order in group]),
            "orders": "; ".join(f"{order['no']} {order['order']}" for order in group[:8]) + ("; ..." if len(group) > 8 else ""),
            "when": say_clock(second, start_clock_seconds),
        }
        for second, group in taken
    ]


def _span(numbers: list[int]) -> str:
    numbers = sorted(numbers)
    if len(numbers) > 1 and numbers[-1] - numbers[0] == len(numbers) - 1:
        return f"{numbers[0]}–{numbers[-1]}"
    return ",".join(map(str, numbers)) if len(numbers) < 4 else f"{numbers[0]}…{numbers[-1]}"


def _time_axis(start: int, end: int, start_clock_seconds: float) -> Spec:
    """An axis in clock seconds with a tick at whole hours or days, labelled `day 2` or `14:00`."""
    low, high = _x(start, start_clock_seconds), _x(end, start_clock_seconds)
    step = next((step for step in _STEPS if (high - low) / step <= 10), 3650 * DAY_SECONDS)
    ticks = list(range(-(-low // step) * step, high + 1, step))
    labels = {str(tick): _tick_label(tick) for tick in ticks}
    axis = {
        "values": ticks,
        "labelExpr": f"({_literal(labels)})['' + datum.value]",
        "title": None,
        "labelOverlap": "greedy",
        "labelSeparation": 8,
        "grid": False,
    }
    return {"type": "quantitative", "scale": {"domain": [low, high], "nice": False}, "axis": axis}


def _tick_label(tick: int) -> str:
    day, rest = divmod(tick, DAY_SECONDS)
    return f"{rest // 3600:02d}:{rest % 3600 // 60:02d}" if rest else f"day {day + 1:,}"


def _literal(labels: Mapping[str, str]) -> str:
    """A Vega expression for a mapping; keys and values are digits, colons and `day`, so no quoting can go wrong."""
    return "{" + ", ".join(f"'{key}': '{value}'" for key, value in labels.items()) + "}"


def _count_axis() -> Spec:
    return {"format": ",.0f", "tickMinStep": 1, "tickCount": 5, "minExtent": 44}


def _x(second: Any, start_clock_seconds: float) -> int:
    return int(second + start_clock_seconds)


def _busy_end(seconds: Any, end_second: int) -> int:
    """When 99.5 % of the infections are over, and a quarter of that time more; never beyond the end."""
    if not len(seconds):
        return max(1, end_second)
    busy = float(np.quantile(seconds, 0.995))
    return int(min(end_second, max(busy * 1.25, 3600)))


def _settled(every: list[Curve], end_second: int) -> int:
    """When all curves have come within 2 % of where they end, and a tenth of that time more; never beyond the end."""
    last = 3600.0
    for curve in every:
        if len(curve.values) > 1:
            far = np.flatnonzero(np.abs(curve.values - curve.values[-1]) > 0.02 * np.abs(curve.values).max())
            last = max(last, float(curve.seconds[far[-1] + 1])) if len(far) else last
    return int(min(end_second, 1.1 * last))


def _telling_moments(curve: Curve, end_second: int) -> list[int]:
    """Seconds at which a curve first reaches 1, 10, 25, 50, 75, 90 and 100 % of its peak, and the end."""
    levels = np.array([0.01, 0.1, 0.25, 0.5, 0.75, 0.9, 1.0]) * curve.peak[0]
    highest = np.maximum.accumulate(curve.values)
    reached = curve.seconds[np.searchsorted(highest, levels, side="left")]
    return sorted({*reached.tolist(), end_second})


def _bin_seconds(end: int) -> int:
    return next((step for step in _STEPS if end / step <= 90), 3650 * DAY_SECONDS)


def _say_bin(seconds: int) -> str:
    for unit, name in ((DAY_SECONDS, "day"), (3600, "hour"), (60, "minute")):
        if seconds % unit == 0:
            return name if seconds == unit else f"{seconds // unit} {name}s"
    return f"{seconds} s"
