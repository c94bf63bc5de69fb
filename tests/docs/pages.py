"""The documentation as data: its pages, their fenced blocks, their links; and the pages that are written from the program."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import NamedTuple

from hyosan.bench.page import page as performance
from hyosan.export import EXPORTS
from hyosan.export.hubverse import COLUMNS as HUBVERSE_COLUMNS
from hyosan.export.msel import COLUMNS as MSEL_COLUMNS
from hyosan.export.orders import COLUMNS as ORDER_COLUMNS
from hyosan.quantities import FIGURES, QUANTITIES
from hyosan.results.epidemiology.columns import TABLES as EPIDEMIOLOGICAL
from hyosan.studies.summary import TABLES as STUDY_TABLES
from hyosan.tables import ENDING_CLASSES, EVENT_KINDS, TABLES, Column

ROOT = Path(__file__).parents[2]
PAGES = (ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md")))
TABLES_PAGE = ROOT / "docs" / "tables.md"
EXPORTS_PAGE = ROOT / "docs" / "exports.md"
PERFORMANCE_PAGE = ROOT / "docs" / "performance.md"
_FENCE = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"(?<!!)\[[^\]]+\]\(([^)\s]+)\)")


class Block(NamedTuple):
    """A fenced block: where it stands, its language, its text."""

    page: Path
    number: int
    language: str
    text: str

    @property
    def id(self) -> str:
        """A name for the test."""
        return f"{self.page.relative_to(ROOT)}-{self.number}"


def blocks(language: str) -> list[Block]:
    """All fenced blocks of a language, in order of page and place."""
    return [
        Block(page, number, language, found[2])
        for page in PAGES
        for number, found in enumerate(_FENCE.finditer(page.read_text(encoding="utf-8")), 1)
        if found[1] == language
    ]


def links(page: Path) -> list[str]:
    """Targets of all links of a page."""
    return _LINK.findall(_FENCE.sub("", page.read_text(encoding="utf-8")))


def anchors(page: Path) -> set[str]:
    """What a link into a page can name: its headings as a browser of the repository writes them."""
    headings = re.findall(r"^#+ (.+)$", _FENCE.sub("", page.read_text(encoding="utf-8")), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading).strip().lower().replace(" ", "-") for heading in headings}


def tables_page() -> str:
    """`docs/tables.md`, as the program's own columns make it."""
    lines = [
        "# Every column of a run",
        "",
        "Written from `hyosan/tables.py` by `python tests/docs/pages.py`; do not change it by hand. Units and meanings are also in the files",
        "themselves, as metadata of each Arrow field.",
    ]
    for table, columns in TABLES.items():
        lines += _columns(table, columns)
    lines += ["", "# Every column of a study", "Written from `hyosan/studies/summary.py`. How to read them: [study](how-to/study.md)."]
    for table, schema in STUDY_TABLES.items():
        rows = [f"| `{field.name}` | {field.metadata[b'meaning'].decode()} |" for field in schema]
        lines += ["", f"## {table}.parquet", "| column | meaning |", "|---|---|", *rows]
    lines += ["", "# What names stand for"]
    lines += ["", "## Kinds of events", "| kind | meaning |", "|---|---|", *(f"| `{kind}` | {meaning} |" for kind, meaning in EVENT_KINDS.items())]
    lines += ["", "## Quantities of the series", "| quantity | view | meaning |", "|---|---|---|"]
    lines += [f"| `{name}` | {one.view} | {one.meaning} |" for name, one in QUANTITIES.items()]
    lines += [
        "",
        "## Figures of the ending",
        "| figure | meaning |",
        "|---|---|",
        *(f"| `{name}` | {meaning} |" for name, meaning in FIGURES.items()),
    ]
    lines += ["", "## Classes of the ending", "Each resident is in exactly one: " + ", ".join(f"`{name}`" for name in ENDING_CLASSES) + "."]
    return "\n".join(lines) + "\n"


def exports_page() -> str:
    """`docs/exports.md`, as the program's own exports and columns make it."""
    lines = [
        "# Every export, every column",
        "",
        "Written from `hyosan/export/` and `hyosan/results/epidemiology/columns.py` by `python tests/docs/pages.py`; do not change it by",
        "hand. How to use them: [how-to/export.md](how-to/export.md). Tables are CSV or Parquet; `columns.csv`, written beside them, says what",
        "follows here, with the units of those very files.",
        "",
        "| export | files | what it is |",
        "|---|---|---|",
        *(f"| `{one.name}` | {', '.join(f'`{file}`' for file in one.files)} | {one.about} |" for one in EXPORTS),
        "",
        "Moments (unit `s since start` below) are written as decimal days since the start of the run, or, with `--start-date`, as ISO dates with",
        "the time of day. Calendar days (unit `day`: 1 = the day on which the run starts) are then dates.",
    ]
    for table, columns in (EPIDEMIOLOGICAL | {"hubverse": HUBVERSE_COLUMNS, "orders": ORDER_COLUMNS, "msel.csv": MSEL_COLUMNS}).items():
        lines += _columns(table, columns)
    return "\n".join(lines) + "\n"


def performance_page() -> str:
    """Speed, as one run of `hyosan bench --out docs/performance.json` measured it."""
    return performance(json.loads(PERFORMANCE_PAGE.with_suffix(".json").read_text(encoding="utf-8")))


def _columns(table: str, columns: tuple[Column, ...]) -> list[str]:
    rows = [f"| `{one.name}` | {_type(one.type)} | {one.unit} | {one.meaning} |" for one in columns]
    return ["", f"## {table}", "| column | type | unit | meaning |", "|---|---|---|---|", *rows]


def _type(arrow: object) -> str:
    return "name" if str(arrow).startswith("dictionary") else str(arrow)


if __name__ == "__main__":
    TABLES_PAGE.write_text(tables_page(), encoding="utf-8")
    EXPORTS_PAGE.write_text(exports_page(), encoding="utf-8")
    PERFORMANCE_PAGE.write_text(performance_page(), encoding="utf-8")
    sys.exit(0)
