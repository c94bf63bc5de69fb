"""Small pictures for the table of `make verify`: SVG made of text, the same bytes for the same numbers, nothing fetched."""

from __future__ import annotations

import html
from collections.abc import Sequence
from math import ceil, floor, log10

import numpy as np
from numpy.typing import ArrayLike

WIDTH, HEIGHT = 260, 116
LEFT, RIGHT, TOP, BOTTOM = 40, 8, 18, 22
THEORY, FOUND, QUIET = "#8a8a8a", "#1d5fa8", "#666"


def bars(expected: Sequence[float], observed: Sequence[float], labels: Sequence[str], names: tuple[str, str] = ("theory", "engine")) -> str:
    """Counts expected (grey) and observed (blue) side by side, one pair per cell."""
    top = max([*expected, *observed, 1e-9])
    step = _step(top)
    top = ceil(top / step) * step
    wide = (WIDTH - LEFT - RIGHT) / len(expected)
    parts = _axis(0, top, step)
    for k, (theory, found) in enumerate(zip(expected, observed, strict=True)):
        left = LEFT + k * wide
        for value, colour, shift in ((theory, THEORY, 0.1), (found, FOUND, 0.5)):
            y = _y(value, 0, top)
            parts.append(f'<rect x="{left + shift * wide:.1f}" y="{y:.1f}" width="{0.4 * wide:.1f}" height="{_floor() - y:.1f}" fill="{colour}"/>')
    every = max(1, ceil(max(len(text) for text in labels) * 6.5 * len(labels) / (WIDTH - LEFT - RIGHT)))
    parts += [_text(LEFT + (k + 0.5) * wide, HEIGHT - 8, text, "middle") for k, text in enumerate(labels) if k % every == 0]
    return _svg(parts, "expected and observed counts", names)


def curve(x: ArrayLike, theory: ArrayLike, mean: ArrayLike, error: ArrayLike, axis: str = "") -> str:
    """A line of theory (grey) and means of runs (blue dots, bars of two standard errors)."""
    xs, line, dots, half = (np.asarray(a, dtype=float) for a in (x, theory, mean, error))
    high, low = float(max(line.max(), (dots + half).max())), float(min(line.min(), (dots - half).min(), 0))
    step = _step(high - low)
    low, high = floor(low / step) * step, ceil(high / step) * step
    span = max(float(xs.max() - xs.min()), 1e-12)

    def across(value: float) -> float:
        return LEFT + 6 + (value - float(xs.min())) / span * (WIDTH - LEFT - RIGHT - 12)

    parts = _axis(low, high, step)
    path = " ".join(f"{across(a):.1f},{_y(b, low, high):.1f}" for a, b in zip(xs, line, strict=True))
    parts.append(f'<polyline points="{path}" fill="none" stroke="{THEORY}" stroke-width="1.5"/>')
    for a, b, e in zip(xs, dots, half, strict=True):
        at = across(a)
        up, down = _y(b + 2 * e, low, high), _y(b - 2 * e, low, high)
        parts.append(f'<path d="M{at:.1f} {up:.1f}V{down:.1f}" stroke="{FOUND}"/>')
        parts.append(f'<circle cx="{at:.1f}" cy="{_y(b, low, high):.1f}" r="2.6" fill="{FOUND}"/>')
    parts += [_text(across(float(v)), HEIGHT - 8, f"{v:.4g}", "middle") for v in (xs.min(), xs.max())]
    if axis:
        parts.append(_text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 8, axis, "middle"))
    return _svg(parts, "theory and mean of the runs")


def strip(z: float) -> str:
    """Where a deviation of z standard errors lies between the limits -4 and 4."""
    width, middle = 130, 9
    at = 65 + max(-4.5, min(4.5, z)) * 13
    colour = FOUND if abs(z) <= 4 else "#b3261e"
    parts = [f'<path d="M13 {middle}H117M13 5V13M117 5V13M65 7V11" stroke="{THEORY}" fill="none"/>']
    parts.append(f'<circle cx="{at:.1f}" cy="{middle}" r="3.5" fill="{colour}"/>')
    return f'<svg class="strip" width="{width}" height="18" role="img" aria-label="deviation between -4 and 4">{"".join(parts)}</svg>'


def _svg(parts: Sequence[str], title: str, names: tuple[str, str] = ("theory", "engine")) -> str:
    legend = (
        f'<rect x="{LEFT}" y="3" width="8" height="8" fill="{THEORY}"/>{_text(LEFT + 12, 10.5, names[0], "start")}'
        f'<rect x="{LEFT + 58}" y="3" width="8" height="8" fill="{FOUND}"/>{_text(LEFT + 70, 10.5, names[1], "start")}'
    )
    head = f'<svg width="{WIDTH}" height="{HEIGHT}" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{html.escape(title)}">'
    return head + legend + "".join(parts) + "</svg>"


def _axis(low: float, high: float, step: float) -> list[str]:
    parts = [f'<path d="M{LEFT} {_floor()}H{WIDTH - RIGHT}" stroke="{QUIET}" fill="none"/>']
    ticks = round((high - low) / step)
    for k in range(0, ticks + 1, max(1, ceil(ticks / 4))):
        value = low + k * step
        y = _y(value, low, high)
        parts.append(f'<path d="M{LEFT - 3} {y:.1f}H{WIDTH - RIGHT}" stroke="#ddd" fill="none"/>')
        parts.append(_text(LEFT - 5, y + 3.5, _number(value), "end"))
    return parts


def _number(value: float) -> str:
    for size, letter in ((1e6, "M"), (1e3, "k")):
        if abs(value) >= 10 * size or (abs(value) >= size and abs(value / size - round(value / size, 1)) < 1e-9):
            return f"{value / size:.3g}{letter}"
    return f"{value:.3g}"


def _step(span: float) -> float:
    rough = max(span, 1e-12) / 4
    size = 10.0 ** floor(log10(rough))
    return next(k * size for k in (1, 2, 5, 10) if k * size >= rough * 0.999)


def _floor() -> int:
    return HEIGHT - BOTTOM


def _y(value: float, low: float, high: float) -> float:
    return _floor() - (value - low) / max(high - low, 1e-12) * (_floor() - TOP)


def _text(x: float, y: float, text: str, anchor: str) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{html.escape(text)}</text>'
