"""`make sources`: opens the rows that the library's scenarios cite and holds their numbers against them."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from rich.console import Console
from rich.table import Table

from hyosan.scenario.citations import WRONG, Finding, assumed_share, findings
from hyosan.scenario.files import library_names, library_path

CITING = ("ebola", "influenza", "measles", "mers", "sars-cov-2")
"""Scenarios whose every claim about the world is cited by row, or assumed with a range."""
OUTBREAKS = ("boarding-school-1978", "hagelloch-1861", "mers-korea-2015")
"""Outbreaks that happened, cited in the same way; what is estimated from their records is in `outbreak_estimates.csv`."""


def main(names: Sequence[str] = CITING + OUTBREAKS) -> int:
    """Print a table for each scenario; 1 if a number differs from its source or has none, else 0."""
    console = Console(width=200 if not sys.stdout.isatty() else None)
    wrong = 0
    for name in names or library_names():
        found = findings(library_path(name))
        wrong += sum(one.verdict in WRONG for one in found)
        console.print(_table(name, found))
        assumed, claims = assumed_share(found)
        console.print(f"{name}: {len(found)} numbers, {claims} about the world, {assumed} of them assumed ({assumed / max(1, claims):.0%})\n")
    console.print(f"{wrong} numbers differ from their source or have none." if wrong else "Every number agrees with its source.")
    return 1 if wrong else 0


def _table(name: str, found: list[Finding]) -> Table:
    table = Table(title=name, title_justify="left")
    for heading in ("field", "value", "cited", "cited value", "verdict"):
        table.add_column(heading, overflow="fold")
    for one in found:
        style = "bold red" if one.verdict in WRONG else "yellow" if one.verdict == "assumed" else None
        cited = one.cited if len(one.cited) <= 90 else one.cited[:87] + "..."
        table.add_row(one.field, one.written, cited, one.value, one.verdict, style=style)
    return table


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:] or CITING + OUTBREAKS))
