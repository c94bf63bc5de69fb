"""A picture (SVG) of who meets whom by age: the survey, the city, and where they differ. One file that needs nothing else."""

from __future__ import annotations

import math
from html import escape
from typing import Final

import numpy as np
from numpy.typing import NDArray

from hyosan.world.mixing import GROUPS

CELL: Final = 17
_GAP, _LEFT, _TOP = 74, 62, 74
_SIDE: Final = CELL * GROUPS
_MOST: Final = 3.0
"""Ratios beyond 2**3 are drawn as 2**3."""
_PALE, _DEEP = (247, 249, 252), (8, 48, 107)
_LESS, _EVEN, _MORE = (0, 114, 178), (247, 247, 247), (213, 94, 0)
_FONT: Final = "system-ui, -apple-system, 'Segoe UI', Roboto, Arial, sans-serif"
Floats = NDArray[np.float64]


def group_names() -> list[str]:
    """`0-4`, `5-9`, ..., `75+`."""
    return [f"{5 * k}-{5 * k + 4}" for k in range(GROUPS - 1)] + [f"{5 * (GROUPS - 1)}+"]


def contacts_svg(title: str, city: Floats, survey: Floats | None) -> str:
    """Contacts per day of a person (row) with people of a group (column): the survey, the city, and their ratio; or the city alone."""
    panels = [("the city", city)] if survey is None else [("the survey", survey), ("the city, scaled to as many", city)]
    top = max(float(matrix.max()) for _, matrix in panels) or 1.0
    width = _LEFT + (len(panels) + (survey is not None)) * (_SIDE + _GAP)
    height = _TOP + _SIDE + 84
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" font-family="{_FONT}" '
        'font-size="11" fill="#1d2129">',
        f'<rect width="{width}" height="{height}" fill="white"/>',
        f'<text x="{_LEFT}" y="24" font-size="16" font-weight="600">{escape(title)}</text>',
        f'<text x="{_LEFT}" y="42" fill="#5b6270">Contacts per day of one person of an age (row) with people of an age (column)</text>',
    ]
    for number, (name, matrix) in enumerate(panels):
        shades = [[_mix(_PALE, _DEEP, math.sqrt(value / top)) for value in row] for row in matrix]
        parts += _panel(number, name, matrix, shades)
        parts += _key(number, [_mix(_PALE, _DEEP, k / 20) for k in range(21)], ("0", f"{top / 4:.2g}", f"{top:.2g} per day"))
    if survey is not None:
        ratio = np.log2(np.maximum(city, 1e-12) / np.maximum(survey, 1e-12)).clip(-_MOST, _MOST)
        ratio[(city <= 0) & (survey <= 0)] = 0
        parts += _panel(2, "city / survey", np.exp2(ratio), [[_diverging(value) for value in row] for row in ratio])
        parts += _key(2, [_diverging(_MOST * (k - 10) / 10) for k in range(21)], ("⅛ or less", "as many", "8 times or more"))
    return "\n".join([*parts, "</svg>"]) + "\n"


def _panel(number: int, name: str, values: Floats, shades: list[list[str]]) -> list[str]:
    left, names = _LEFT + number * (_SIDE + _GAP), group_names()
    parts = [f'<text x="{left}" y="{_TOP - 10}" font-weight="600">{escape(name)}</text>']
    for i, row in enumerate(shades):  # the youngest at the bottom, as matrices of contacts are drawn
        y = _TOP + (GROUPS - 1 - i) * CELL
        for j, shade in enumerate(row):
            about = f"<title>{names[i]} with {names[j]}: {values[i, j]:.3g}</title>"
            parts.append(f'<rect x="{left + j * CELL}" y="{y}" width="{CELL}" height="{CELL}" fill="{shade}">{about}</rect>')
        if i % 3 == 0:
            parts.append(f'<text x="{left - 6}" y="{y + 12}" text-anchor="end" fill="#5b6270">{names[i]}</text>')
            parts.append(f'<text x="{left + (i + 0.5) * CELL}" y="{_TOP + _SIDE + 15}" text-anchor="middle" fill="#5b6270">{names[i]}</text>')
    return parts


def _key(number: int, shades: list[str], labels: tuple[str, str, str]) -> list[str]:
    left, y, wide = _LEFT + number * (_SIDE + _GAP), _TOP + _SIDE + 34, _SIDE / 21
    parts = [f'<rect x="{left + k * wide:.1f}" y="{y}" width="{wide + 0.5:.1f}" height="9" fill="{shade}"/>' for k, shade in enumerate(shades)]
    places = ((left, "start"), (left + _SIDE / 2, "middle"), (left + _SIDE, "end"))
    return parts + [
        f'<text x="{x:.1f}" y="{y + 23}" text-anchor="{anchor}" fill="#5b6270">{label}</text>'
        for (x, anchor), label in zip(places, labels, strict=True)
    ]


def _diverging(value: float) -> str:
    return _mix(_EVEN, _MORE if value > 0 else _LESS, abs(value) / _MOST)


def _mix(one: tuple[int, int, int], other: tuple[int, int, int], share: float) -> str:
    return "#" + "".join(f"{round(a + (b - a) * min(1.0, max(0.0, share))):02x}" for a, b in zip(one, other, strict=True))
