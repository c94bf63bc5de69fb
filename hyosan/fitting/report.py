"""The report of a fit, from its account alone: text for a terminal, a page that opens without a network, a table for notebooks."""

from __future__ import annotations

import html
from pathlib import Path
from typing import Any

from hyosan.fitting.pictures import pictures_of_fit
from hyosan.report.frame import HTML_NAME, page
from hyosan.results.atomic import write_bytes

CORRELATED = 0.7
"""Parameters correlated at least so much are told: data fix a combination of them rather than each."""


def sentences(account: dict[str, Any]) -> list[str]:
    """What a fit came to, in sentences."""
    rows, points = account["parameters"], account["observed"]
    found = [
        f"{account['draws']:,} draws from the priors, each one run; the {account['accepted']:,} whose summaries are nearest to the "
        f"{account['observations']:,} observed numbers of {account['data']} are accepted and adjusted by regression "
        f"(worth {account['effective']:,.0f} equally weighted draws)."
    ]
    weak = [row["name"] for row in rows if row["verdict"].startswith("not identified")]
    if weak:
        found.append(f"Not identified by these data, posterior as wide as the prior: {', '.join(weak)}. Their fitted values come from the priors.")
    edge = [row["name"] for row in rows if row["verdict"].startswith("at the edge")]
    if edge:
        found.append(f"At the edge of the prior: {', '.join(edge)}. Prior and data disagree: widen the prior, or doubt the model.")
    within = {level: sum(point[f"within_{level}"] for point in points) for level in (50, 90)}
    told = f"The accepted draws' 90 % bands hold {within[90]:,} of {len(points):,} observed numbers, their 50 % bands {within[50]:,}."
    found.append(f"{told} They are draws as they were run, not adjusted, so bands are rather too wide than too narrow.")
    beyond = [point["name"] for point in points if not point["possible"]]
    if beyond:
        listed = ", ".join(beyond[:5]) + (f" and {len(beyond) - 5} more" if len(beyond) > 5 else "")
        told = f"No draw at all comes to {len(beyond):,} of the observed numbers ({listed})"
        found.append(f"{told}: with these priors the model makes them hardly ever, or never.")
    pairs = [
        f"{rows[i]['name']} and {rows[j]['name']} ({account['correlation'][i][j]:+.2f})"
        for i in range(len(rows))
        for j in range(i)
        if abs(account["correlation"][i][j]) >= CORRELATED
    ]
    if pairs:
        found.append(f"Strongly correlated: {', '.join(pairs[:5])}. The data fix a combination of these rather than each.")
    if account["recovery"]:
        held = account["recovery"]["pooled"]["held_90%"]
        verdict = "as stated" if held["as_stated"] else "fewer than stated: intervals are too narrow" if held["share"] < 0.9 else "more than stated"
        found.append(f"Of planted truths, 90 % intervals hold {say_held(held)}: {verdict}.")
    return found


def say_held(row: dict[str, Any]) -> str:
    """`181 of 200 (90.5 %; 95 % bounds 85.6 % to 94.2 %)`."""
    share, low, high = (f"{100 * row[name]:.1f} %" for name in ("share", "low", "high"))
    return f"{row['held']:,} of {row['of']:,} ({share}; 95 % bounds {low} to {high})"


def text_of_fit(account: dict[str, Any]) -> str:
    """The account for a terminal."""
    title = f"{account['title']}, fitted to {account['data']}"
    lines = [title, "=" * min(len(title), 100), *(f"* {text}" for text in sentences(account)), ""]
    rows = account["parameters"]
    width = max(len(row["name"]) for row in rows)
    width = max(width, 9)
    lines.append(f"{'parameter':<{width}}  {'prior, 90 %':>23}  {'posterior median':>16}  {'50 %':>21}  {'90 %':>21}  unit")
    for row in rows:
        prior, now = row["prior"], row["posterior"]
        lines.append(
            f"{row['name']:<{width}}  {_between(prior[0], prior[-1]):>23}  {now[2]:>16.4g}  {_between(now[1], now[3]):>21}  "
            f"{_between(now[0], now[4]):>21}  {row['unit'] or '-'}  {row['verdict'].partition(':')[0]}"
        )
    if len(rows) > 1:
        lines += ["", "Correlation of the posterior"]
        lines += [
            f"  {row['name']:<{width}} " + "".join(f"{one:+7.2f}" for one in line) for row, line in zip(rows, account["correlation"], strict=True)
        ]
    if told := account["recovery"]:
        lines += ["", f"Recovery of {told['truths']:,} planted truths (draws held out, fitted with the rest)"]
        for row, one in zip(rows, told["parameters"], strict=True):
            lines.append(
                f"  {row['name']:<{width}}  90 %: {say_held(one['held_90%'])}; variance {round(100 * one['shrinkage'])} % less than the prior's"
            )
        lines.append(f"  {'all':<{width}}  90 %: {say_held(told['pooled']['held_90%'])}; 50 %: {say_held(told['pooled']['held_50%'])}")
    lines += ["", "Chosen"]
    lines += [f"  {row['choice']}" + (f" [{row['reason']}]" if row["reason"] else "") for row in account["choices"]]
    lines += [f"Accepted draw nearest to the posterior mean: seed {account['nearest_seed']}"]
    return "\n".join(lines) + "\n"


def write_pages(folder: Path, account: dict[str, Any], failed: list[dict[str, Any]]) -> list[str]:
    """Write `report.html` and `report.txt` into the folder of a fit; gives their names."""
    shown = pictures_of_fit(account)
    written = page("fitting/fit.html", shown, {"held": say_held}, told=account, sentences=sentences(account), failed=failed)
    write_bytes(folder / HTML_NAME, written.encode())
    write_bytes(folder / "report.txt", text_of_fit(account).encode())
    return [HTML_NAME, "report.txt"]


def parameters_html(account: dict[str, Any]) -> str:
    """The parameters as a table for a notebook."""
    heads = ("parameter", "prior, 90 %", "posterior median", "90 %", "unit", "")
    rows = [
        (row["name"], _between(row["prior"][0], row["prior"][-1]), f"{row['posterior'][2]:.4g}", _between(row["posterior"][0], row["posterior"][-1]),
         row["unit"], row["verdict"])
        for row in account["parameters"]
    ]  # fmt: skip
    body = "".join("<tr>" + "".join(f"<td>{html.escape(str(cell))}</td>" for cell in row) + "</tr>" for row in rows)
    head = "".join(f"<th>{cell}</th>" for cell in heads)
    caption = html.escape(f"{account['title']}, fitted to {account['data']}: {account['accepted']:,} of {account['draws']:,} draws")
    return f"<table><caption>{caption}</caption><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _between(low: float, high: float) -> str:
    return f"{low:.4g} to {high:.4g}"
