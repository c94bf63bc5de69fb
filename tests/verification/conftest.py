"""The table of `make verify`: for each check its law, source and pass rule, what was expected and observed, and the verdict.

The first sentence of a check's docstring is its law; `Source:` and `Pass:` begin the other two texts. With `--verification PAGE` the table is
written as an HTML page and its summary is printed.
"""

from __future__ import annotations

import html
import re
from pathlib import Path
from typing import Any, NamedTuple

import judge
import pytest

PARTS = re.compile(r"\b(Source|Pass|False alarm)(?::| )")


class Row(NamedTuple):
    """One check."""

    name: str
    law: str
    source: str
    rule: str
    seconds: float
    passed: bool
    judged: tuple[judge.Judged, ...]


ROWS: list[Row] = []


def said(doc: str) -> tuple[str, str, str]:
    """Law, source and pass rule out of a docstring."""
    text = " ".join(doc.split())
    found = list(PARTS.finditer(text))
    ends = [m.start() for m in found[1:]] + [len(text)] * bool(found)
    parts = {m.group(1): text[m.end() : end].strip() for m, end in zip(found, ends, strict=True)}
    law = text[: found[0].start()].strip() if found else text
    rule = parts.get("Pass", "exact") + (f" False alarm {parts['False alarm']}" if "False alarm" in parts else "")
    return law, parts.get("Source", "by definition"), rule


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: Any, call: Any) -> Any:
    """Keep what a check said and found."""
    report = yield
    if Path(item.path).parent == Path(__file__).parent and (call.when == "call" or report.failed):
        doc = getattr(item.function, "__doc__", None) or item.name.removeprefix("test_").replace("_", " ").split("[")[0]
        ROWS.append(Row(item.name, *said(doc), call.duration, report.passed, tuple(judge.judged)))
        judge.judged.clear()
    return report


def pytest_terminal_summary(terminalreporter: Any, config: Any) -> None:
    """Print the table and write the page."""
    page = config.getoption("--verification")
    if page is None:
        return
    for row in sorted(ROWS, key=lambda r: (r.passed, r.name)):
        terminalreporter.write_line(f"{'ok  ' if row.passed else 'FAIL'} {row.name[:60]:60} {len(row.judged):3} comparisons {row.seconds:7.1f} s")
    Path(page).parent.mkdir(parents=True, exist_ok=True)
    Path(page).write_text(as_page(ROWS), encoding="utf-8")
    failed = sum(not row.passed for row in ROWS)
    terminalreporter.write_line(f"{len(ROWS)} laws, {failed} broken; the table with formulas, sources and figures: {page}")


def as_page(rows: list[Row]) -> str:
    """The table as one HTML page."""
    body = []
    for row in sorted(rows, key=lambda r: (r.passed, r.name)):
        lines = row.judged or (judge.Judged("", "exact", "as expected" if row.passed else "otherwise", "", row.passed),)
        for k, one in enumerate(lines):
            head = "".join(f'<td rowspan="{len(lines)}">{html.escape(x)}</td>' for x in (row.law, row.source, row.rule)) if k == 0 else ""
            cells = "".join(f"<td>{html.escape(x)}</td>" for x in (one.what, one.expected, one.observed, one.verdict))
            body.append(f'<tr class="{"ok" if one.passed and row.passed else "broken"}">{head}{cells}<td>{"✓" if one.passed else "✗"}</td></tr>')
    failed = sum(not row.passed for row in rows)
    return f"""<!doctype html><html lang="en"><meta charset="utf-8"><title>Verification</title><style>
body{{font:15px/1.45 system-ui,sans-serif;margin:2rem auto;max-width:90rem;color:#1b1b1b}}table{{border-collapse:collapse;width:100%}}
th,td{{border-top:1px solid #ccc;padding:.35rem .6rem;text-align:left;vertical-align:top}}th{{position:sticky;top:0;background:#fff}}
td:nth-last-child(-n+4){{font-variant-numeric:tabular-nums}}.broken td{{background:#fde0dc}}</style>
<h1>Is it the right process?</h1><p>{len(rows)} laws through the public functions, {failed} broken. Each states where it comes from, when it passes
and how often a right engine would fail it by chance.</p><table><thead><tr><th>Law</th><th>Source</th><th>Passes</th><th>What</th><th>Expected</th>
<th>Observed</th><th>Test</th><th></th></tr></thead><tbody>{"".join(body)}</tbody></table></html>
"""
