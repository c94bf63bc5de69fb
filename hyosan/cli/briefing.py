"""`hyosan brief`: what an authority knew at a moment of a run, for a terminal."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rich.console import Console
from rich.table import Table

from hyosan.cli.pathogen_card import WIDTH


def show(told: dict[str, Any]) -> None:
    """A brief for a terminal."""
    console = Console(highlight=False, markup=False)
    if not console.is_terminal:
        console = Console(highlight=False, markup=False, width=WIDTH)
    day = f" ({told['date']})" if told["date"] else ""
    console.print(f"{told['title']}\nWhat {told['authority']} knew on {told['clock']}{day}\n")
    console.print(" ".join(told["hears"]))
    console.print(told["status_sentence"])

    console.print("\nThe situation, as far as it is known")
    rows = [(row["label"], f"{row['value']:,}") for row in told["counts"]]
    rows += [("last report", told["last_report"])] if told["last_report"] else []
    rows += [("growth of reports", told["growth"]["said"] if told["growth"] else "not to be told yet")]
    rows += [("reproduction number", told["reproduction"]["said"])] if told["reproduction"] else []
    rows += [("incubation period", told["incubation"]["said"] if told["incubation"] else "not to be told yet")]
    console.print(_table(("", ""), rows, headings=False))
    if told["zones"]:
        _part(console, "By zone", ("zone", "cases", "ill or turned", "active", "last case", "swept"), [_zone(row) for row in told["zones"]])
    means = ("order", "measure", "stands", "there are", "left", "used", "cost", "ends when")
    _part(console, "Means", means, [_means(row) for row in told["means"]], "No order of the scenario is its own.")
    choices = ("order", "measure", "when", "by what is known", "in effect")
    _part(console, "Choices", choices, [_choice(row) for row in told["choices"]], "There is no order left that it can give.")
    orders = ("order", "measure", "by", "decided", "in effect", "ended", "because")
    _part(console, "Orders that it knows of", orders, [_order(row) for row in told["orders"]], "None so far.")


def _zone(row: dict[str, Any]) -> tuple[str, ...]:
    return (row["zone"], f"{row['cases']:,}", f"{row['reported']:,}", f"{row['active']:,}", row["last"] or "", "yes" if row["marked"] else "")


def _means(row: dict[str, Any]) -> tuple[str, ...]:
    left = _figures(row["left"]) + (f"teams free {row['teams_free']:,}" if row["teams_free"] is not None else "")
    ends = f"{row['ends_when']} ({_holds(row['ends_now'])})" if row["ends_when"] else ""
    cost = f"{row['cost']:,}" if row["cost"] is not None else ""
    return (row["order"], row["measure"], row["standing"], _figures(row["means"]), left, _figures(row["used"]), cost, ends)


def _choice(row: dict[str, Any]) -> tuple[str, ...]:
    when = row["when"] + (f", not before {row['not_before']}" if row["not_before"] else "")
    return (row["order"] + (" (again)" if row["again"] else ""), row["measure"], when, _holds(row["holds"]), row["in_effect_after"])


def _order(row: dict[str, Any]) -> tuple[str, ...]:
    name = row["order"] + (f" ({row['number']})" if row["number"] > 1 else "") + "".join(f" {key}={value}" for key, value in row["settings"].items())
    return (name, row["measure"], row["by"], row["decided"] or "", row["effective"] or "not yet", row["ended"] or "", row["because"])


def _holds(holds: bool | None) -> str:
    return "" if holds is None else "holds" if holds else "does not hold"


def _figures(found: dict[str, Any]) -> str:
    return ", ".join(f"{name.replace('_', ' ')} {value if isinstance(value, str) else f'{value:,}'}" for name, value in found.items())


def _part(console: Console, title: str, headings: tuple[str, ...], rows: Sequence[tuple[str, ...]], otherwise: str = "") -> None:
    console.print(f"\n{title}")
    if not rows:
        console.print(otherwise)
        return
    used = [k for k in range(len(headings)) if any(row[k] for row in rows)]
    console.print(_table(tuple(headings[k] for k in used), [tuple(row[k] for k in used) for row in rows]))


def _table(names: tuple[str, ...], rows: Sequence[tuple[str, ...]], headings: bool = True) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), show_header=headings)
    for name in names:
        table.add_column(name, overflow="fold")
    for row in rows:
        table.add_row(*row)
    return table
