"""How results show themselves in a notebook: a small card of text and numbers. All text is escaped."""

from __future__ import annotations

import html
from collections.abc import Sequence

_STYLE = "border:1px solid #c3c7cf;border-radius:8px;padding:10px 16px;display:inline-block;font-family:system-ui,sans-serif"
_CELL = "padding:2px 18px 2px 0;text-align:{};border:0;background:none"


def card(title: str, notes: Sequence[str], head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A card: a title, a table (the first column of it text, the others numbers), and notes under it."""
    cells = [_row("th", head)] if head else []
    cells += [_row("td", row) for row in rows]
    told = "".join(f'<div style="color:#5b6270;font-size:0.9em">{html.escape(note)}</div>' for note in notes)
    table = f'<table style="border-collapse:collapse;margin:6px 0">{"".join(cells)}</table>' if cells else ""
    return f'<div style="{_STYLE}"><b>{html.escape(title)}</b>{table}{told}</div>'


def _row(tag: str, cells: Sequence[str]) -> str:
    sides = ["left", *["right"] * (len(cells) - 1)]
    return (
        "<tr>"
        + "".join(f'<{tag} style="{_CELL.format(side)}">{html.escape(cell)}</{tag}>' for cell, side in zip(cells, sides, strict=True))
        + "</tr>"
    )
