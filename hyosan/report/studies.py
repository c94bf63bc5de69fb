"""The account of a study: what its runs came to, and what differs between variations on the same luck. From the study's folder alone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from hyosan.report.claims_of_study import claims_of_study, say_ensemble
from hyosan.report.explain import status_sentence
from hyosan.report.figures import KNOWN, TRUTH, count_axis, time_axis, whole
from hyosan.report.frame import HTML_NAME, JSON_NAME, json_bytes, number, page
from hyosan.results.atomic import write_bytes
from hyosan.studies.member import MET
from hyosan.studies.study import Study
from hyosan.units import Moment, say_clock

FIGURES = ("ever_infected", "dead", "alive", "turned_at_large", "days")
"""Figures told of each variation, where they are ever more than 0."""
MOST = 24
"""Variations that are drawn; all are in the tables."""
SETTLED = 0.01
_COLOURS = (TRUTH, KNOWN, "#009E73", "#CC79A7", "#56B4E9", "#8a6d00", "#3a3f47", "#E69F00")
_VERDICTS = {1.0: "better", 0.0: "no clear difference", -1.0: "worse"}


def account_of_study(study: Study) -> dict[str, Any]:
    """Everything that is told of a study, as plain data."""
    manifest = study.manifest
    summary, differences = _nested(study.summary, "figure"), _nested(study.differences, "figure")
    shown = [figure for figure in FIGURES if any(told.get(figure, {}).get("mean") for told in summary.values())]
    quantiles = sorted(
        {name for told in summary.values() for one in told.values() for name in one if name.startswith("q")}, key=lambda q: float(q[1:])
    )
    return {
        "title": manifest["title"],
        "name": manifest["name"],
        "scenario": manifest["scenario"],
        "status": manifest["status"],
        "status_sentence": status_sentence(manifest["status"]),
        "sentences": _sentences(manifest, summary, differences),
        "reference": manifest["reference"],
        "objectives": manifest["objectives"],
        "met": _met(summary, differences),
        "claims": [row | {"told": say_ensemble(row)} for row in claims_of_study(study)],
        "quantiles": quantiles,
        "figures": [
            {
                "figure": figure,
                "variation": name,
                "runs": int(told[figure]["runs"]),
                "mean": told[figure]["mean"],
                "mc_error": told[figure]["mc_error"],
            }
            | {q: told[figure].get(q, 0.0) for q in quantiles}
            for figure in shown
            for name, told in summary.items()
        ],
        "compared": [
            {"figure": figure, "variation": name, **told[figure], "told": _VERDICTS.get(told[figure].get("verdict", 2.0), "")}
            for figure in dict.fromkeys([*manifest["objectives"], *shown])
            for name, told in differences.items()
            if figure in told
        ],
        "only": _only(manifest, summary, differences),
        "failed": manifest["failed"],
        "members": manifest["members"],
        "study_hash": manifest["study_hash"],
        "folder": study.path.name,
    }


def text_of_study(study: Study) -> str:
    """The account for a terminal."""
    told = account_of_study(study)
    lines = [told["title"], "=" * min(len(told["title"]), 100), told["status_sentence"], "", *(f"* {text}" for text in told["sentences"])]
    width = max([len(row["variation"]) for row in told["figures"]] + [9])
    last = None
    for row in told["figures"][:200]:
        if row["figure"] != last:
            heads = "".join(f"{q[1:]:>10}" for q in told["quantiles"])
            lines += ["", f"{row['figure']:<{width}}{'runs':>8}{heads}{'mean':>12}{'error':>9}"]
            last = row["figure"]
        values = "".join(f"{row[q]:>10,.4g}" if row[q] < 10_000 else f"{row[q]:>10,.0f}" for q in told["quantiles"])
        lines.append(f"{row['variation']:<{width}}{row['runs']:>8}{values}{number(row['mean']):>12}{number(row['mc_error']):>9}")
    if told["met"]:
        lines += ["", "Objectives: runs that meet them"]
        lines += [f"  {row['objective']}, {row['variation']}: {say_met(row)}" for row in told["met"][:200]]
    if told["claims"]:
        lines += ["", "Beside the sources: runs in which each claim comes true"]
        several = len({row["variation"] for row in told["claims"]}) > 1
        lines += [f"  {row['claim']}{', ' + row['variation'] if several else ''}: {row['told']}" for row in told["claims"][:200]]
    if told["compared"]:
        lines += ["", f"Differences from {told['reference']!r}, seed by seed"]
        lines += [f"  {row['figure']}, {row['variation']}: {say_difference(row)}" for row in told["compared"][:200]]
    lines += ["", *(f"FAILED: {one['variation']}, seed {one['seed']}: {one['message'].splitlines()[0]}" for one in told["failed"][:20])]
    lines += [f"Study hash: {told['study_hash']}"]
    return "\n".join(lines) + "\n"


def say_difference(row: dict[str, Any], verdict: bool = True) -> str:
    """A paired difference in words, with the verdict if there is one and it is wanted."""
    pairs = int(row["pairs"])
    if int(row["equal"]) == pairs:
        return f"the same in all {pairs} pairs"
    parts = [f"{row['mean']:+,.4g} on average"]
    if "low" in row:
        parts[0] += f" (95 % interval {row['low']:,.4g} to {row['high']:,.4g}, Monte Carlo error {row['mc_error']:,.3g})"
    parts.append(f"lower in {int(row['lower'])}, the same in {int(row['equal'])}, higher in {int(row['higher'])} of {pairs} pairs")
    if "variance_reduction" in row:
        times = row["variance_reduction"]
        parts.append(
            f"unlike seeds would need {times:,.0f} times the runs" if times >= 100 else f"unlike seeds would need {times:.3g} times the runs"
        )
    if row["told"] and verdict:
        parts.append(row["told"])
    return "; ".join(parts)


def say_met(row: dict[str, Any]) -> str:
    """In how many runs an objective was met, and in how many pairs only here or only under the variation compared with."""
    text = f"{row['share']:.1%} of {row['runs']:,} runs (Monte Carlo error {row['mc_error']:.1%})"
    if row["pairs"]:
        text += f"; met only here in {row['only_here']:,}, only there in {row['only_there']:,} of {row['pairs']:,} pairs"
    return text


def write_study_report(study: Study) -> Path:
    """Write `report.html` and `report.json` into the folder of a study; gives the path of the page."""
    told = account_of_study(study)
    filters = {"met": say_met, "difference": lambda row: say_difference(row, verdict=False)}
    written = page("report/study.html", pictures_of_study(study), filters, told=told, most=MOST, plan=study.plan_text)
    write_bytes(study.path / JSON_NAME, json_bytes(told))
    write_bytes(study.path / HTML_NAME, written.encode())
    return study.path / HTML_NAME


def pictures_of_study(study: Study) -> list[dict[str, Any]]:
    """A picture for each quantity that is ever more than 0: medians as lines, the widest quantiles as bands, a colour for each variation."""
    manifest, rows = study.manifest, study.quantiles.to_pylist()
    names = manifest["variations"][:8]
    shares = sorted({row["quantile"] for row in rows})
    start = Moment(manifest["start"]).seconds
    if not shares:
        return []
    middle = min(shares, key=lambda share: abs(share - 0.5))
    found = []
    for quantity in dict.fromkeys(row["quantity"] for row in rows):
        mine = [row for row in rows if row["quantity"] == quantity and row["variation"] in names]
        if not any(row["value"] for row in mine):
            continue
        end = _settled(mine)
        at: dict[tuple[str, int], dict[str, Any]] = {}
        for row in mine:
            if row["second"] <= end:
                key = (row["variation"], row["second"])
                told = {"x": row["second"] + int(start), "variation": row["variation"], "when": say_clock(row["second"], start)}
                named = {shares[0]: "low", shares[-1]: "high", middle: "middle"}.get(row["quantile"])
                at.setdefault(key, told)
                if named:
                    at[key][named] = row["value"]
        caption = f"Lines: the median of the runs. Bands: {shares[0]:.0%} to {shares[-1]:.0%} of them."
        spec = _fan([row for row in at.values() if "middle" in row], names, time_axis(0, end, start), quantity)
        found.append({"id": f"series-{quantity}", "title": quantity.replace("_", " ").capitalize(), "caption": caption, "spec": spec})
    return found


def _fan(values: list[dict[str, Any]], names: list[str], x: dict[str, Any], quantity: str) -> dict[str, Any]:
    colour = {
        "field": "variation", "type": "nominal", "scale": {"domain": names, "range": list(_COLOURS[: len(names)])},
        "legend": {"title": None, "orient": "top", "labelLimit": 300, "columns": 3, "symbolOpacity": 1},
    }  # fmt: skip
    at = {**x, "field": "x"}
    y = {"type": "quantitative", "title": quantity.replace("_", " "), "axis": count_axis()}
    tooltip = [{"field": name} for name in ("when", "variation")] + [{"field": name, "format": ","} for name in ("low", "middle", "high")]
    band = {"mark": {"type": "area", "opacity": 0.18}, "encoding": {"x": at, "y": {**y, "field": "low"}, "y2": {"field": "high"}, "color": colour}}
    line = {"mark": {"type": "line", "strokeWidth": 2}, "encoding": {"x": at, "y": {**y, "field": "middle"}, "color": colour, "tooltip": tooltip}}
    return whole([{"data": {"values": values}, "layer": [band, line]}], 260)


def _settled(rows: list[dict[str, Any]]) -> int:
    """When nothing changes by more than a hundredth any more, and a tenth of that time more."""
    most, last = max(row["value"] for row in rows), 3600
    before: dict[tuple[str, float], int] = {}
    for row in sorted(rows, key=lambda row: -row["second"]):
        key = (row["variation"], row["quantile"])
        if abs(row["value"] - before.setdefault(key, row["value"])) > SETTLED * most:
            last = max(last, row["second"])
    return min(max(row["second"] for row in rows), round(1.1 * last)) or 3600


def _nested(table: Any, key: str) -> dict[str, dict[str, dict[str, float]]]:
    """Variation -> figure -> statistic -> value."""
    found: dict[str, dict[str, dict[str, float]]] = {}
    for row in table.to_pylist():
        found.setdefault(row["variation"], {}).setdefault(row[key], {})[row["statistic"]] = row["value"]
    return found


def _met(summary: dict[str, Any], differences: dict[str, Any]) -> list[dict[str, Any]]:
    """For each objective and variation the share of runs that met it; where it is compared, the pairs in which only one of the two did."""
    names = dict.fromkeys(figure for told in summary.values() for figure in told if figure.startswith(MET))
    rows = []
    for figure in names:
        for variation, told in summary.items():
            one, paired = told[figure], differences.get(variation, {}).get(figure, {})
            counts = {"pairs": paired.get("pairs", 0), "only_here": paired.get("higher", 0), "only_there": paired.get("lower", 0)}
            rows.append(
                {"objective": figure.removeprefix(MET), "variation": variation, "runs": int(one["runs"]), "share": one["mean"]}
                | {"mc_error": one["mc_error"]}
                | {name: int(value) for name, value in counts.items()}
            )
    return rows


def _only(manifest: dict[str, Any], summary: dict[str, Any], differences: dict[str, Any]) -> list[dict[str, Any]]:
    """For each variation compared: who was infected only under the better of the two, by mean of those ever infected."""
    rows = []
    for name, told in differences.items():
        mean = told["ever_infected"]["mean"]
        side = "infected_only_here" if mean < 0 else "infected_only_there"
        better = name if mean < 0 else manifest["reference"] if mean > 0 else ""
        rows.append({"variation": name, "better": better, "pairs": int(told[side]["pairs"]), "mean": told[side]["mean"] if better else 0.0})
    return rows


def _sentences(manifest: dict[str, Any], summary: dict[str, Any], differences: dict[str, Any]) -> list[str]:
    seeds, failed = manifest["seeds"], manifest["failed"]
    runs = manifest["members"]
    found = [
        f"{runs:,} runs of {manifest['scenario']!r}: {len(manifest['variations']):,} variation{'s' * (len(manifest['variations']) != 1)}, "
        f"each with {seeds['count']:,} seed{'s' * (seeds['count'] != 1)} ({seeds['first']} to {seeds['last']})."
    ]
    if failed:
        found.append(f"{len(failed):,} of them failed; pairs with one that failed are left out.")
    if any("mc_error" in one for told in differences.values() for one in told.values()):
        found.append("Runs with the same seed share their luck, so differences are taken seed by seed.")
    for row in _only(manifest, summary, differences)[:MOST]:
        if row["better"]:
            found.append(
                f"{row['variation']!r} beside {manifest['reference']!r}: fewer are infected under {row['better']!r}. Infected only under it, though "
                f"it is the better one: {number(row['mean'])} on average of {row['pairs']:,} pairs."
            )
    return found
