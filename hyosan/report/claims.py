"""A run beside what the sources say: each claim of its scenario with its verdict and the rows that it rests on. From the run folder alone."""

from __future__ import annotations

import textwrap
from typing import Any

from pydantic import TypeAdapter

from hyosan.report.counts import Row, written
from hyosan.report.evidence import Source
from hyosan.report.explain import count
from hyosan.results.claims import MET, OPEN, Judged, Log
from hyosan.results.run import Run
from hyosan.scenario.claims import Claim
from hyosan.scenario.objectives import say_number

_CLAIMS = TypeAdapter(dict[str, Claim])


def claims_in(tree: Row) -> dict[str, Claim]:
    """The claims of a scenario in plain values, by name."""
    return _CLAIMS.validate_python(tree.get("claims") or {})


def judged(run: Run) -> list[Row]:
    """A row for each claim, in the order of the scenario: claim, says, source, kind, wanted, verdict, value, told, distance, shown (label, value),
    and the rows that it `rests` on.
    """
    claims = claims_in(written(run))
    if not claims:
        return []
    log = Log.of(run, claims, tuple(written(run).get("orders") or {}))
    return [_row(name, claims[name], one) for name, one in log.judge(run.manifest).items()]


def _row(name: str, claim: Claim, one: Judged) -> Row:
    shown = [{"label": beside.label, "value": beside.value} for beside in one.shown]
    return {
        "claim": name, "says": claim.says, "source": said_source(claim), "kind": claim.kind, "wanted": claim.say_wanted(), "verdict": one.verdict,
        "value": one.value, "told": _told(one), "distance": round(one.distance, 6), "shown": shown,
        "rests": tuple(dict.fromkeys(Source(*rest) for rest in (*one.rests, *(rest for beside in one.shown for rest in beside.rests)))),
    }  # fmt: skip


def said_source(claim: Claim) -> str:
    """Where a claim comes from, in a line."""
    return claim.source if isinstance(claim.source, str) else "; ".join(dict.fromkeys((claim.source or {}).values()))


def _told(one: Judged) -> str:
    """What was found, and what stands beside it: `it was 9,131; in truth 9,131`."""
    beside = [f"{shown.label}: {'nothing' if shown.value is None else say_number(round(shown.value, 2))}" for shown in one.shown]
    return "; ".join([*([one.told] if one.told else []), *beside])


def summed(rows: list[Row]) -> Row:
    """How many of the claims came true, how many are open, and how far the run is from all of them together."""
    told = [row for row in rows if row["verdict"] != OPEN]
    met = sum(row["verdict"] == MET for row in told)
    return {"met": met, "judged": len(told), "open": len(rows) - len(told), "distance": round(sum(row["distance"] for row in told), 6)}


def say_summed(told: Row) -> str:
    """`5 of 8 claims came true, 8 are open. Distance of the run from the claims: 21.4.`"""
    if not told["judged"]:
        return f"{count(told['open'], 'claim')}, all open."
    left = f", {count(told['open'], 'more is', 'more are')} open" if told["open"] else ""
    return f"{told['met']:,} of {count(told['judged'], 'claim')} came true{left}. Distance of the run from the claims: {told['distance']:,.4g}."


def text_of_claims(told: Any) -> list[str]:
    """The claims of an account as lines for a terminal; empty without any."""
    if not told["claims"]:
        return []
    lines = [say_summed(told["claims_summed"])]
    for row in told["claims"]:
        says = f": {row['says'].rstrip('?.')}" if row["says"] else ""
        wanted = f" [{row['wanted']}]" if row["wanted"] and row["kind"] == "figure" else ""
        text = f"{row['verdict']:<6}  {row['claim']}{says}{wanted}: {row['told'] or 'nothing is shown'}"
        lines += textwrap.wrap(text, 110, initial_indent="  ", subsequent_indent=" " * 10, break_on_hyphens=False)
        if row["among"]:
            lines += textwrap.wrap(row["among"], 110, initial_indent=" " * 10, subsequent_indent=" " * 10, break_on_hyphens=False)
        lines.append(f"{'':10}evidence: {', '.join(map(str, row['evidence'])) or 'none'}")
    return lines
