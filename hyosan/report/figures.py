"""The pictures of a report as Vega-Lite specifications, each with the rows of a table that says the same in numbers.

Colours are Okabe and Ito's, told apart by colour-blind people (Okabe & Ito 2008, "Color Universal Design"); what is known is also
dashed, so that no meaning hangs on colour alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from hyosan.report.counts import Curve, Row, Spread
from hyosan.units import DAY_SECONDS, say_clock

TRUTH, KNOWN, RULE, INK = "#0072B2", "#D55E00", "#8a8f98", "#3a3f47"
Spec = dict[str, Any]
_STEPS = (600, 1800, 3600, 7200, 10_800, 21_600, 43_200, *(DAY_SECONDS * n for n in (1, 2, 5, 7, 14, 28, 50, 100, 200, 365, 730, 1825)))
POINTS = 400
_LETTER = 0.0085
"""Width of a letter of a label as a share of a picture's, at some 900 pixels."""
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


def epidemic_curve(spread: Spread, orders: list[Row], start_clock_seconds: float, end_second: int, begin: int = 0) -> Spec:
    """New infections per interval as bars, with the orders as numbered lines, over the time in which it spread since the second `begin`."""
    end = begin + _busy_end(spread.seconds - begin, end_second - begin)
    width = _bin_seconds(end - begin)
    edges = np.arange(begin, end + width, width)
    counted, _ = np.histogram(spread.seconds[spread.seconds < edges[-1]], edges)
    bars = [
        {"from": _x(a, start_clock_seconds), "to": _x(b, start_clock_seconds), "infections": int(n), "when": say_clock(int(a), start_clock_seconds)}
        for a, b, n in zip(edges, edges[1:], counted, strict=False)
        if n
    ]  # fmt: skip
    marks = order_marks(orders, start_clock_seconds, end, begin)
    x = time_axis(begin, end, start_clock_seconds)
    layers: list[Spec] = [
        {
            "data": {"values": bars},
            "mark": {"type": "rect", "color": TRUTH, "stroke": "white", "strokeWidth": 0.5},
            "encoding": {
                "x": {**x, "field": "from"},
                "x2": {"field": "to"},
                "y": {"field": "infections", "type": "quantitative", "title": f"new infections per {_say_bin(width)}", "axis": count_axis()},
                "y2": {"datum": 0},
                "tooltip": [{"field": "when", "title": "from"}, {"field": "infections", "title": "new infections", "format": ","}],
            },
        },
        *mark_layers(marks, x, labels=True),
    ]
    return whole(layers, 260)


def truth_and_known(
    every: Mapping[tuple[str, str], Curve], orders: list[Row], start_clock_seconds: float, end_second: int, begin: int = 0
) -> list[tuple[str, Spec, list[Row]]]:
    """One picture per quantity that ever differs from 0: title, the truth and what the authorities knew since `begin`, and a short table."""
    found = []
    if begin:  # nothing is told of the time before the first row
        begin = min((int(curve.seconds[0]) for curve in every.values() if len(curve.seconds)), default=begin)
    end = _settled(list(every.values()), end_second, begin)
    moments = np.unique(np.linspace(begin, end, POINTS).astype(np.int64))
    marks = order_marks(orders, start_clock_seconds, end, begin)
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
        found.append((title, _line_chart(title, values, marks, time_axis(begin, end, start_clock_seconds)), table))
    return found


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
    return whole(
        [
            {
                "data": {"values": values},
                "mark": {"type": "bar", "color": TRUTH, "height": {"band": 0.7}},
                "encoding": {
                    "y": {"field": "name", "type": "nominal", "sort": None, "axis": axis},
                    "x": {"field": "count", "type": "quantitative", "title": title, "axis": {**count_axis(), "minExtent": 0}},
                    "tooltip": [{"field": "name", "title": "where"}, {"field": "count", "title": title, "format": ","}],
                },
            }
        ],
        36 + 26 * len(values),
    )


def chance_curve(path: list[Row], held: int, orders: list[Row], start_clock_seconds: float, end: int, begin: int) -> Spec:
    """The chance of an ending over time, with a band of its error, up to what came about; `path` has second, when, chance and error, 0 to 1."""
    values = [
        {
            "x": _x(row["second"], start_clock_seconds), "when": row["when"], "chance": row["chance"], "low": max(0.0, row["chance"] - row["error"]),
            "high": min(1.0, row["chance"] + row["error"]),
        }
        for row in path
    ]  # fmt: skip
    last = {"x": _x(end, start_clock_seconds), "when": say_clock(end, start_clock_seconds), "chance": held, "low": held, "high": held}
    x = time_axis(begin, end, start_clock_seconds)
    y = {"type": "quantitative", "title": "chance", "scale": {"domain": [0, 1]}, "axis": {"format": "%", "tickCount": 5}}
    at, data = {**x, "field": "x"}, {"values": [*values, last]}
    layers: list[Spec] = [
        *mark_layers(order_marks(orders, start_clock_seconds, end, begin), x, labels=True),
        {
            "data": data, "mark": {"type": "area", "color": TRUTH, "opacity": 0.18},
            "encoding": {"x": at, "y": {**y, "field": "low"}, "y2": {"field": "high"}},
        },
        {
            "data": data,
            "mark": {"type": "line", "color": TRUTH, "strokeWidth": 2, "point": {"color": TRUTH, "size": 28}},
            "encoding": {
                "x": at, "y": {**y, "field": "chance"},
                "tooltip": [{"field": "when"}, {"field": "chance", "format": ".0%"}],
            },
        },
    ]  # fmt: skip
    return whole(layers, 240)


def _line_chart(title: str, values: list[Row], marks: list[Row], x: Spec) -> Spec:
    names = [name for name in ("truth", "known to the authorities") if any(row["view"] == name for row in values)]
    line: Spec = {
        "data": {"values": values},
        "mark": {"type": "line", "interpolate": "step-after", "strokeWidth": 2},
        "encoding": {
            "x": {**x, "field": "x"},
            "y": {"field": "value", "type": "quantitative", "title": "people", "axis": count_axis()},
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
    return whole([*mark_layers(marks, x, labels=False), line], 240)


def whole(layers: list[Spec], height: int) -> Spec:
    """A picture as wide as its place, of these layers."""
    # Without this autosize the labels of the axes are cut off when the container is narrow.
    fit = {"type": "fit", "contains": "padding", "resize": True}
    return {"width": "container", "height": height, "autosize": fit, "layer": layers, "config": _CONFIG}


def mark_layers(marks: list[Row], x: Spec, labels: bool) -> list[Spec]:
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


def order_marks(orders: list[Row], start_clock_seconds: float, end: int, begin: int = 0) -> list[Row]:
    """Moments from `begin` to `end` at which orders took effect. Orders whose numbers would touch share one mark."""
    taken: list[tuple[int, list[Row]]] = []
    for order in sorted(orders, key=lambda row: row["second_effective"]):
        second = order["second_effective"]
        if not begin <= second <= end:
            continue
        taken.append((second, [order]))
        while len(taken) > 1 and taken[-1][0] - taken[-2][0] < _room(taken[-2][1], taken[-1][1]) * (end - begin):
            taken[-2][1].extend(taken.pop()[1])
    return [
        {
            "x": _x(second, start_clock_seconds),
            "label": _span([order["no"] for order in group]),
            "orders": "; ".join(f"{order['no']} {order['order']}" for order in group[:8]) + ("; ..." if len(group) > 8 else ""),
            "when": say_clock(second, start_clock_seconds),
        }
        for second, group in taken
    ]


def _room(one: list[Row], other: list[Row]) -> float:
    """How far apart the labels of two marks must stand, as a share of the picture's width: half of each, and a gap."""
    letters = sum(len(_span([order["no"] for order in group])) for group in (one, other))
    return _LETTER * (letters / 2 + 1)


def _span(numbers: list[int]) -> str:
    numbers = sorted(numbers)
    if len(numbers) > 1 and numbers[-1] - numbers[0] == len(numbers) - 1:
        return f"{numbers[0]}–{numbers[-1]}"
    return ",".join(map(str, numbers)) if len(numbers) < 4 else f"{numbers[0]}…{numbers[-1]}"


def time_axis(start: int, end: int, start_clock_seconds: float) -> Spec:
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


def count_axis() -> Spec:
    """An axis of whole numbers."""
    return {"format": ",.0f", "tickMinStep": 1, "tickCount": 5, "minExtent": 44}


def _x(second: Any, start_clock_seconds: float) -> int:
    return int(second + start_clock_seconds)


def _busy_end(seconds: Any, end_second: int) -> int:
    """When 99.5 % of the infections are over, and a quarter of that time more; never beyond the end."""
    if not len(seconds):
        return max(1, end_second)
    busy = float(np.quantile(seconds, 0.995))
    return int(min(end_second, max(busy * 1.25, 3600)))


def _settled(every: list[Curve], end_second: int, begin: int) -> int:
    """When all curves have come within 2 % of where they end, and a tenth of that time more; never beyond the end."""
    last = begin + 3600.0
    for curve in every:
        if len(curve.values) > 1:
            far = np.flatnonzero(np.abs(curve.values - curve.values[-1]) > 0.02 * np.abs(curve.values).max())
            last = max(last, float(curve.seconds[far[-1] + 1])) if len(far) else last
    return int(min(end_second, begin + 1.1 * (last - begin)))


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
