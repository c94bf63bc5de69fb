"""The table of `make verify`: for each check its laws, source and pass rule, what was expected and observed, and the verdict.

The first sentence of a check's docstring says what is done; `Source:` and `Pass:` begin the other two texts; `@pytest.mark.law("Z2")` names the
laws of `laws.py`. With `--verification PAGE` the table is written as an HTML page and its summary is printed.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import judge
import page
import pytest

PARTS = re.compile(r"\b(Source|Pass|False alarm)(?::| )")
NAMED = re.compile(r"^[MZELR]\d+\. ")

ROWS: list[page.Row] = []


def pytest_configure(config: Any) -> None:
    """Declare the marker."""
    config.addinivalue_line("markers", "law(*ids): laws of laws.py that a check holds the engine against")


def said(doc: str) -> tuple[str, str, str]:
    """What is done, source and pass rule out of a docstring."""
    text = NAMED.sub("", " ".join(doc.split()))
    found = list(PARTS.finditer(text))
    ends = [m.start() for m in found[1:]] + [len(text)] * bool(found)
    parts = {m.group(1): text[m.end() : end].strip() for m, end in zip(found, ends, strict=True)}
    what = text[: found[0].start()].strip() if found else text
    rule = parts.get("Pass", "exact") + (f" False alarm {parts['False alarm']}" if "False alarm" in parts else "")
    return what, parts.get("Source", "by definition"), rule


def case(item: Any) -> str:
    """The parameters of one of several checks alike, those that are short."""
    given = item.callspec.params if hasattr(item, "callspec") else {}
    return ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in given.items() if isinstance(value, str | int | float))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: Any, call: Any) -> Any:
    """Keep what a check said and found."""
    report = yield
    if Path(item.path).parent == Path(__file__).parent and (call.when == "call" or report.failed):
        doc = getattr(item.function, "__doc__", None) or item.name.removeprefix("test_").replace("_", " ").split("[")[0]
        laws = tuple(id_ for mark in item.iter_markers("law") for id_ in mark.args)
        ROWS.append(page.Row(item.name, laws, *said(doc), call.duration, report.passed, tuple(judge.judged), case(item)))
        judge.judged.clear()
    return report


def pytest_terminal_summary(terminalreporter: Any, config: Any) -> None:
    """Print the table and write the page."""
    target = config.getoption("--verification")
    if target is None:
        return
    for row in page.in_order(ROWS):
        number = f"{len(row.judged):3} comparison{'s' if len(row.judged) != 1 else ' '}"
        name = f"{' '.join(row.laws):8} {row.name[:60]:60}"
        terminalreporter.write_line(f"{'ok  ' if row.passed else 'FAIL'} {name} {number} {row.seconds:7.1f} s")
    Path(target).parent.mkdir(parents=True, exist_ok=True)
    Path(target).write_text(page.written(ROWS), encoding="utf-8")
    failed = sum(not row.passed for row in ROWS)
    terminalreporter.write_line(f"{len(ROWS)} checks, {failed} broken; the table with formulas, sources, figures and pictures: {target}")
