"""The pictures of a fit: prior and posterior of each parameter, and the observed numbers over the bands of the accepted draws."""

from __future__ import annotations

from typing import Any

from hyosan.report.figures import _CONFIG, KNOWN, RULE, TRUTH, Spec, count_axis, whole

BANDS = "Dark band and line: 50 % and median of the accepted draws; light band: 90 %; dashes: 90 % of all draws; points: observed, with their ranges."
_ENDS = ("low", "lower", "middle", "upper", "high")


def pictures_of_fit(account: dict[str, Any]) -> list[dict[str, Any]]:
    """Each with an id, a title, a caption and a Vega-Lite specification."""
    caption = "Thin: 90 % intervals, thick: 50 %, point: median. Each parameter on an axis of its own."
    found = [{"id": "parameters", "title": "Prior and posterior", "caption": caption, "spec": _parameters(account["parameters"])}]
    groups: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for point in account["observed"]:
        if point["day"] is not None:
            groups.setdefault((point["quantity"], point["zone"]), []).append(point)
    for number, ((quantity, zone), points) in enumerate(groups.items()):
        title = quantity.replace("_", " ").capitalize() + (f": {zone}" if zone != "all" else "")
        found.append({"id": f"observed-{number}", "title": title, "caption": BANDS, "spec": _bands(points, quantity)})
    return found


def _parameters(rows: list[dict[str, Any]]) -> Spec:
    values = [
        {"name": f"{row['name']}{', ' + row['unit'] if row['unit'] else ''}", "which": which, **dict(zip(_ENDS, row[which], strict=True))}
        for row in rows
        for which in ("prior", "posterior")
    ]
    names = list(dict.fromkeys(one["name"] for one in values))
    y = {"field": "which", "type": "nominal", "title": None, "sort": ["prior", "posterior"]}
    colour = {"field": "which", "type": "nominal", "legend": None, "scale": {"domain": ["prior", "posterior"], "range": [RULE, TRUTH]}}
    x = {"type": "quantitative", "title": None, "scale": {"zero": False}}
    tip = [{"field": "which"}, *({"field": name, "format": ".4~g"} for name in _ENDS)]

    def rule(low: str, high: str, width: float) -> Spec:
        encoding = {"x": {**x, "field": low}, "x2": {"field": high}, "y": y, "color": colour}
        return {"mark": {"type": "rule", "strokeWidth": width}, "encoding": encoding}

    dot: Spec = {
        "mark": {"type": "point", "filled": True, "size": 60, "opacity": 1},
        "encoding": {"x": {**x, "field": "middle"}, "y": y, "color": colour, "tooltip": tip},
    }
    return {
        "config": _CONFIG, "data": {"values": values},
        "facet": {"row": {"field": "name", "title": None, "sort": names, "header": {"labelAngle": 0, "labelAlign": "left", "labelOrient": "top"}}},
        "spec": {"width": 480, "height": 44, "layer": [rule("low", "high", 1.5), rule("lower", "upper", 5), dot]},
        "resolve": {"scale": {"x": "independent"}},
    }  # fmt: skip


def _bands(points: list[dict[str, Any]], quantity: str) -> Spec:
    values = [
        {"day": point["day"], "value": point["value"], "from": point["low"], "to": point["high"], "least": point["all"][0], "most": point["all"][-1],
         **dict(zip(_ENDS, point["accepted"], strict=True))}
        for point in sorted(points, key=lambda point: point["day"])
    ]  # fmt: skip
    x = {"field": "day", "type": "quantitative", "title": "day", "scale": {"zero": False}, "axis": {"tickMinStep": 1, "format": "d"}}
    y = {"type": "quantitative", "title": quantity.replace("_", " "), "axis": count_axis()}

    def line(field: str, mark: Spec) -> Spec:
        return {"mark": {"type": "line", **mark}, "encoding": {"x": x, "y": {**y, "field": field}}}

    def area(low: str, high: str, opacity: float) -> Spec:
        mark = {"type": "area", "opacity": opacity, "color": TRUTH}
        return {"mark": mark, "encoding": {"x": x, "y": {**y, "field": low}, "y2": {"field": high}}}

    dashes = {"strokeDash": [3, 3], "strokeWidth": 1, "color": RULE}
    ranges: Spec = {
        "transform": [{"filter": "datum.from !== null && datum.to !== null"}], "mark": {"type": "rule", "strokeWidth": 1.5, "color": KNOWN},
        "encoding": {"x": x, "y": {**y, "field": "from"}, "y2": {"field": "to"}},
    }  # fmt: skip
    tip = [{"field": "day"}, {"field": "value", "title": "observed", "format": ","}, *({"field": name, "format": ","} for name in _ENDS)]
    dots: Spec = {
        "mark": {"type": "point", "filled": True, "size": 42, "opacity": 1, "color": KNOWN, "stroke": "white", "strokeWidth": 0.8},
        "encoding": {"x": x, "y": {**y, "field": "value"}, "tooltip": tip},
    }
    layers = [line("least", dashes), line("most", dashes), area("low", "high", 0.18), area("lower", "upper", 0.3)]
    layers += [line("middle", {"strokeWidth": 2, "color": TRUTH}), ranges, dots]
    return whole([{"data": {"values": values}, "layer": layers}], 240)
