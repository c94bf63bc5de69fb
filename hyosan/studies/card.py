"""How a study shows itself in a notebook: for each variation the middle of its runs and where most of them lie."""

from __future__ import annotations

from typing import Any

from hyosan.quantities import FIGURES
from hyosan.results.card import card

MOST_FIGURES, MOST_VARIATIONS = 6, 24
_FIRST = ("ever_infected", "dead", "alive", "turned_at_large", "days")


def study_card(manifest: dict[str, Any], summary: Any, where: str) -> str:
    """The card of a study, of its manifest and its summary (`pyarrow.Table`)."""
    told: dict[tuple[str, str], dict[str, float]] = {}
    for row in summary.to_pylist():
        told.setdefault((row["variation"], row["figure"]), {})[row["statistic"]] = row["value"]
    used = {figure for (_, figure), one in told.items() if one["mean"]}
    shown = [figure for figure in dict.fromkeys((*_FIRST, *FIGURES)) if figure in used and figure != "residents"][:MOST_FIGURES]
    heads = ["variation", "runs", *(name.replace("_", " ") for name in shown)]
    rows = []
    for name in manifest["variations"][:MOST_VARIATIONS]:
        mine = [told.get((name, figure), {}) for figure in shown]
        rows.append([name, f"{mine[0].get('runs', 0):,.0f}" if mine else "", *map(_said, mine)])
    levels = sorted({one for got in told.values() for one in got if one.startswith("q")}, key=lambda one: float(one[1:]))
    notes = [f"The middle run, and from {float(levels[0][1:]):.0%} to {float(levels[-1][1:]):.0%} of them"] if len(levels) > 2 else ["Means"]
    notes += [f"{len(manifest['variations']) - MOST_VARIATIONS:,} variations more"] if len(manifest["variations"]) > MOST_VARIATIONS else []
    notes += [f"{len(manifest['failed']):,} runs failed"] if manifest["failed"] else []
    return card(f"{manifest['title']}, {manifest['members']:,} runs", [*notes, f"{where} · study {manifest['study_hash']}"], heads, rows)


def _said(one: dict[str, float]) -> str:
    """`31 (12 to 56)`; without three quantiles the mean."""
    levels = sorted((name for name in one if name.startswith("q")), key=lambda name: float(name[1:]))
    if not one:
        return ""
    if len(levels) < 3:
        return f"{one['mean']:,.4g}"
    low, middle, high = (one[levels[at]] for at in (0, len(levels) // 2, -1))
    return f"{middle:,.6g} ({low:,.6g} to {high:,.6g})"
