"""What a study says to each claim: in how many of its runs it comes true, with an interval, and where its figures lie. From the study's tables."""

from __future__ import annotations

from typing import Any

from hyosan.report.claims import claims_in, said_source
from hyosan.report.counts import Row
from hyosan.scenario.objectives import say_number
from hyosan.scenario.positions import plain
from hyosan.scenario.reading import read
from hyosan.studies.member import CLAIM, FIGURE
from hyosan.studies.statistics import quantile, wilson
from hyosan.studies.study import Study


def claims_of_study(study: Study) -> list[Row]:
    """A row for each claim and variation: claim, says, source, wanted, kind, variation, runs, met, share, low, high, figures (label, runs, quarter,
    middle, three_quarters).
    """
    tree: Any = plain(read(study.plan_text, "study.yaml"))
    claims = claims_in(tree["scenario"])
    if not claims:
        return []
    values: dict[tuple[str, str], list[float]] = {}
    for row in study.results.to_pylist():
        if row["figure"].startswith((CLAIM, FIGURE)):
            values.setdefault((row["variation"], row["figure"]), []).append(row["value"])
    kept = {figure for _, figure in values}
    found = []
    for name, claim in claims.items():
        labels = {FIGURE + name: ""} | {f"{FIGURE}{name}, {label}": label for label in claim.shows}
        if claim.kind != "open" and not kept & {CLAIM + name, *labels}:
            continue  # not the same claim in all variations
        for variation in study.manifest["variations"]:
            met = values.get((variation, CLAIM + name), [])
            low, high = wilson(round(sum(met)), len(met)) if met else (0.0, 1.0)
            found.append({
                "claim": name, "says": claim.says, "source": said_source(claim), "wanted": claim.say_wanted(), "kind": claim.kind,
                "variation": variation, "runs": len(met), "met": round(sum(met)), "share": sum(met) / len(met) if met else None,
                "low": low, "high": high,
                "figures": [_spread(label, values.get((variation, key), [])) for key, label in labels.items() if label or claim.figure],
            })  # fmt: skip
    return found


def _spread(label: str, values: list[float]) -> Row:
    if not values:
        return {"label": label, "runs": 0}
    ordered = sorted(values)
    quarter, middle, three = (quantile(ordered, share) for share in (0.25, 0.5, 0.75))
    return {"label": label, "runs": len(ordered), "quarter": quarter, "middle": middle, "three_quarters": three}


def say_ensemble(row: Row) -> str:
    """`met in 34 of 200 runs (17.0 %, 95 % interval 12.4 % to 22.8 %); its figure: middle 101,000, half of the runs 95,000 to 107,000`."""
    parts = []
    if row["runs"]:
        share, low, high = (f"{100 * row[name]:.1f} %" for name in ("share", "low", "high"))
        parts.append(f"met in {row['met']:,} of {row['runs']:,} runs ({share}, 95 % interval {low} to {high})")
    for one in row["figures"]:
        if not one["runs"]:
            parts.append(f"no run has {one['label'] or 'its figure'}")
            continue
        low, middle, high = (say_number(round(one[name], 2)) for name in ("quarter", "middle", "three_quarters"))
        told = f"{one['label'] or 'its figure'}: middle {middle}, half of the runs {low} to {high}"
        parts.append(told + (f" ({one['runs']:,} runs have it)" if row["runs"] and one["runs"] < row["runs"] else ""))
    return "; ".join(parts)
