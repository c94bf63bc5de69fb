"""The page of a bench: what was measured, on what, beside whom, and which targets are met and which are not."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hyosan.bench.workloads import NEEDS, WORKLOADS

_HEAD = """# Performance

How fast hyosan is on one machine, beside other programs for the same work and beside what the machine can do at all. This page is made by
`hyosan bench`; [how to measure](how-to/bench.md) says what each workload is, what is timed, and how to do it yourself. A target that is not met
says so.
"""


def page(results: Mapping[str, Any]) -> str:
    """The page of results of `bench`, in Markdown."""
    parts = [_HEAD, "\n".join(f"* {line}" for line in facts(results)), summary(results)]
    for one in results["workloads"]:
        parts.append(f"## {one['workload']}\n{about(one['workload'])}\n\n`{command(one)}`: {when(one)}\n\n{table(one['rows'])}")
        if one["skipped"]:
            parts.append("Not measured:\n\n" + "\n".join(f"* {skipped['name']}: {_plain(skipped['why'])}" for skipped in one["skipped"]))
    return "\n\n".join(part.strip() for part in parts) + "\n"


def facts(results: Mapping[str, Any]) -> list[str]:
    """What was measured on what, a line each."""
    return [results["machine"], ", ".join(f"{name} {version}" for name, version in results["versions"].items())]


def when(one: Mapping[str, Any]) -> str:
    """Of which commit a workload is, when it was measured, and how busy the machine was."""
    told = f"commit {one['commit']}, {one['date']}, {one['minutes']:g} minutes"
    if one["load"] is None:
        return told
    busy = ", more than there are threads: on an idle machine times are shorter" if one["load"] > one["threads"] + 0.5 else ""
    return f"{told}; in the last quarter of an hour {one['load']:g} processes wanted to run on average{busy}"


def summary(results: Mapping[str, Any]) -> str:
    """How many targets are met."""
    judged = [row for one in results["workloads"] for row in one["rows"] if row["met"] is not None]
    return f"{sum(row['met'] for row in judged)} of {len(judged)} targets are met." if judged else "Nothing here has a target."


def about(name: str) -> str:
    """What a workload is: its own words, and whom it is held beside."""
    text = " ".join((WORKLOADS[name].__doc__ or "").split()) if name in WORKLOADS else ""
    return text + (f" Peers: {', '.join(NEEDS[name])}." if name in NEEDS else "")


def command(one: Mapping[str, Any]) -> str:
    """The command that measures a workload again."""
    size = " --quick" if one["quick"] else f" --people-at-most {one['most']}"
    return f"hyosan bench --only {one['workload']} --threads {one['threads']} --repeats {one['repeats']}{size}"


def table(rows: list[dict[str, Any]]) -> str:
    """Rows as a table: figure, unit, peer, target, met."""
    if not rows:
        return "Nothing was measured."
    lines = ["| what | value | unit | beside | target | |", "|---|---:|---|---|---|---|"]
    for row in rows:
        verdict = "" if row["met"] is None else "met" if row["met"] else "**not met**"
        target = (row["target"] or "").replace(">=", "≥").replace("<=", "≤")
        lines.append(f"| {row['name']} | {figure(row['value'])} | {row['unit']} | {row['peer'] or ''} | {target} | {verdict} |")
    return "\n".join(lines)


def figure(value: float) -> str:
    """Three figures that count, as few digits as that takes."""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def _plain(text: str) -> str:
    return " ".join(text.split())
