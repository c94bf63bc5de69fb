"""What was injected, decided, took effect and ended in a run, in order of time: one list of an exercise."""

from __future__ import annotations

from hyosan.report.counts import Row, clock, say
from hyosan.results.run import Run


def injects(run: Run) -> list[Row]:
    """The injects of a run in order, with their times by the clock."""
    return [
        {
            "no": row["number"],
            "inject": row["inject"],
            "kind": say(row["kind"]),
            "time": clock(run, row["second"]),
            "ended": clock(run, row["second_ended"]) if row["second_ended"] >= 0 else "",
            "second": row["second"],
            "second_ended": row["second_ended"],
        }
        | {name: row[name] for name in ("what", "reached", "from", "to", "means", "text", "expected")}
        for row in run.injects.to_pylist()
    ]


def timeline(run: Run, decisions: list[Row]) -> list[Row]:
    """Rows (second, time, event, name, by, what) of injects and of the decisions of a report; of one second, injects first."""
    rows: list[Row] = []
    for one in injects(run):
        rows.append(_row(run, one["second"], "inject", one["inject"], one["from"], one["what"], one["text"]))
        if one["second_ended"] >= 0:
            rows.append(_row(run, one["second_ended"], "inject over", one["inject"], one["from"], one["what"]))
    for row in decisions:
        told = row["order"], row["authority"]
        rows.append(_row(run, row["second_decided"], "decided", *told, row["measure"]))
        if row["second_effective"] >= 0:
            rows.append(_row(run, row["second_effective"], "in effect", *told, row["measure"]))
        if row["second_ended"] >= 0:
            rows.append(_row(run, row["second_ended"], "ended", *told, row["because"]))
    return sorted(rows, key=lambda row: row["second"])


def _row(run: Run, second: int, event: str, name: str, by: str, what: str, text: str = "") -> Row:
    return {"second": second, "time": clock(run, second), "event": event, "name": name, "by": by, "what": what, "text": text}
