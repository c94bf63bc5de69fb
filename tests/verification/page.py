"""The page of `make verify`: a table of all laws, then each with its formula, source and what was expected and observed."""

from __future__ import annotations

import html
import re
from typing import NamedTuple

import judge
import laws

STYLE = """
body{font:15px/1.45 system-ui,sans-serif;margin:2rem auto;max-width:76rem;padding:0 1rem;color:#1b1b1b}
h1{margin-bottom:.2rem}h2{margin:2.2rem 0 .2rem;border-top:2px solid #1b1b1b;padding-top:.6rem;font-size:1.25rem}
h2 b{color:#1d5fa8;margin-right:.5rem}.formula{font-family:ui-monospace,monospace;font-size:.92rem;background:#f3f3f0;padding:.3rem .6rem;
margin:.4rem 0}
.small{color:#555;font-size:.87rem;margin:.2rem 0}table{border-collapse:collapse;width:100%;margin:.6rem 0 1rem}
th,td{border-top:1px solid #ccc;padding:.35rem .6rem .35rem 0;text-align:left;vertical-align:top}th{color:#555;font-weight:600;font-size:.85rem}
.check>td{border-top:1px solid #888;padding-top:.5rem}.case td{color:#1d5fa8;font-size:.87rem;padding-bottom:0}.case+tr td{border-top:0}
td{overflow-wrap:anywhere}
td.n{font-variant-numeric:tabular-nums}
.broken td{background:#fde0dc}svg text{font:9.5px system-ui,sans-serif;fill:#555}svg{display:block}.t{white-space:nowrap}
.no{color:#6b5900}.bad{color:#b3261e;font-weight:700}.good{color:#1b6e3c}a{color:#1d5fa8}
"""


class Row(NamedTuple):
    """One check."""

    name: str
    laws: tuple[str, ...]
    what: str
    source: str
    rule: str
    seconds: float
    passed: bool
    judged: tuple[judge.Judged, ...]
    case: str = ""
    """Which one of several alike: its parameters."""


def in_order(rows: list[Row]) -> list[Row]:
    """Broken ones first, then by law and name."""
    place = {law.id: k for k, law in enumerate(laws.LAWS)}
    return sorted(rows, key=lambda r: (r.passed, min((place.get(one, 99) for one in r.laws), default=99), r.name))


def written(rows: list[Row]) -> str:
    """The page."""
    ordered = in_order(rows)
    failed = sum(not row.passed for row in rows)
    minutes = sum(row.seconds for row in rows) / 60
    body = [summary(ordered)]
    for law in laws.LAWS:
        body.append(section(law, [row for row in ordered if law.id in row.laws[:1]], [row for row in ordered if law.id in row.laws[1:]]))
    others = [row for row in ordered if not row.laws]
    if others:
        body.append(f"<h2>Checks without a law of their own</h2>{table(others)}")
    return f"""<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Verification</title>
<style>{STYLE}</style><h1>Is it the right process?</h1>
<p>{len(rows)} checks of the engine against theory, through the public functions; {failed} broken; {minutes:.0f} minutes. Each law says
where it comes from; each check
when it passes and how often a right engine would fail it by chance.</p>{"".join(body)}</html>
"""


def status(law: laws.Law, rows: list[Row]) -> tuple[str, str]:
    """How a law fares, and the class of its cell."""
    asked = [row for row in rows if law.id in row.laws]
    if any(not row.passed for row in asked):
        return "broken", "bad"
    if asked:
        number = sum(max(1, len(row.judged)) for row in asked)
        return f"holds ({number} comparison{'s' * (number != 1)})", "good"
    return ("not applicable", "no") if not law.failure else ("not run", "no")


def summary(rows: list[Row]) -> str:
    """All laws on one screen."""
    lines = []
    for law in laws.LAWS:
        text, kind = status(law, rows)
        lines.append(f'<tr><td><a href="#{law.id}">{law.id}</a></td><td>{html.escape(law.name)}</td><td class="{kind} t">{text}</td></tr>')
    half = -(-len(lines) // 2)
    halves = "".join(f'<table style="flex:1">{"".join(part)}</table>' for part in (lines[:half], lines[half:]))
    return f'<div style="display:flex;gap:3rem">{halves}</div>'


def section(law: laws.Law, rows: list[Row], also: list[Row]) -> str:
    """One law."""
    parts = [f'<h2 id="{law.id}"><b>{law.id}</b>{html.escape(law.name)}</h2><p>{html.escape(law.statement)}</p>']
    parts.append(f'<p class="formula">{html.escape(law.formula)}</p><p class="small">Source: {html.escape(law.source)}</p>')
    if law.not_asked:
        parts.append(f'<p class="small no">Not asked: {html.escape(law.not_asked)}.</p>')
    if also:
        names = ", ".join(f'<a href="#{row.laws[0]}">{row.laws[0]}</a>' for row in {row.laws[0]: row for row in also}.values())
        parts.append(f'<p class="small">Also asked by checks of {names}.</p>')
    if rows:
        parts.append(table(rows))
    return "".join(parts)


def prose(text: str) -> str:
    """Text of a docstring, what stands in backticks as code."""
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", html.escape(text))


def table(rows: list[Row]) -> str:
    """Checks and their comparisons."""
    body = []
    said = None
    for row in rows:
        if row.what != said:
            said = row.what
            text = f'{prose(row.what)}<p class="small">Passes: {prose(row.rule)}</p>'
            body.append(f'<tr class="check"><td colspan="6">{text}</td></tr>')
        if row.case:
            body.append(f'<tr class="case"><td colspan="6">{html.escape(row.case)}</td></tr>')
        for one in row.judged or (judge.Judged(row.name, "as said", "as expected" if row.passed else "otherwise", "exact", row.passed),):
            mark = '<span class="good">✓</span>' if one.passed else '<span class="bad">✗</span>'
            cells = f'<td>{html.escape(one.what)}</td><td class="n">{html.escape(one.expected)}</td><td class="n">{html.escape(one.observed)}</td>'
            kind = "" if one.passed and row.passed else ' class="broken"'
            body.append(f'<tr{kind}>{cells}<td class="t">{html.escape(one.verdict)}</td><td>{one.picture}</td><td>{mark}</td></tr>')
    head = "<tr><th>What</th><th>Expected</th><th>Observed</th><th>Test</th><th></th><th></th></tr>"
    return f"<table><thead>{head}</thead><tbody>{''.join(body)}</tbody></table>"
