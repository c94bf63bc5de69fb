"""The tables and the picture of `docs/outbreaks.md`: `python -m outbreaks.page` in `tests/verification` (takes minutes)."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from . import data, ensemble, estimate_school, hospitals
from .ensemble import SCHOOL, VILLAGE

DOCS = Path(__file__).parents[3] / "docs"
PAGE = DOCS / "outbreaks.md"
PICTURE = DOCS / "outbreaks.svg"
Runs = dict[str, NDArray[np.float64]]


def judged(found: Runs) -> str:
    """Data, median, 90 % and 99 % of the eight figures."""
    lines = ["| figure | record | median | 90 % of runs | 99 % of runs | |", "|---|---|---|---|---|---|"]
    for row in ensemble.verdicts(found):
        inside = "within 90 %" if row.within_90 else "within 99 %" if row.within_99 else "outside"
        sharp = "" if row.sharp else "; wider than 30 % of the median"
        narrow, wide = (f"{number(a)}-{number(b)}" for a, b in (row.narrow, row.wide))
        lines.append(f"| {row.figure.what} | {number(row.record)} | {number(row.median)} | {narrow} | {wide} | {inside}{sharp} |")
    return "\n".join(lines)


def hospital(found: NDArray[np.float64]) -> str:
    """The same of the hospitals, in outbreaks that took off."""
    large = found[found[:, 0] >= hospitals.TAKEN_OFF]
    lines = ["| figure | record | median | 90 % of runs |", "|---|---|---|---|"]
    for column, (what, record) in enumerate(zip(hospitals.ROWS, hospitals.observed(), strict=True)):
        low, middle, high = np.quantile(large[:, column], [0.05, 0.5, 0.95], method="inverted_cdf")
        lines.append(f"| {what} | {number(record)} | {number(middle)} | {number(low)}-{number(high)} |")
    return "\n".join(lines)


def number(value: float) -> str:
    """Whole numbers as such, others to two places."""
    return f"{value:.0f}" if float(value).is_integer() else f"{value:.2f}"


def picture(found: Runs) -> str:
    """Record (points), median (line) and 90 % (band) of the runs, as SVG."""
    beds = [row["in_bed"] for row in data.boarding_school()]
    child = data.village()
    weeks = np.bincount(child.prodrome // ensemble.WEEK, minlength=14)[:14].tolist()
    school = panel(found[SCHOOL][:, 3:17], beds, "boys in bed, 22 January - 4 February 1978", 50)
    village = panel(found[VILLAGE][:, 5:19], weeks, "prodromes by week, Hagelloch 1861", 20)
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 860 300" font-family="sans-serif" font-size="12">'
        f'<rect width="860" height="300" fill="#fff"/><g transform="translate(40,30)">{school}</g>'
        f'<g transform="translate(470,30)">{village}</g></svg>\n'
    )


def panel(runs: NDArray[np.float64], record: list[int], title: str, step: int) -> str:
    """One diagram, 370 by 230."""
    low, middle, high = np.quantile(runs, [0.05, 0.5, 0.95], axis=0)
    top = max(float(high.max()), max(record)) * 1.05
    at = [(12 + 27 * k, lambda v: 230 - 230 * v / top) for k in range(len(record))]
    point = [[f"{x},{y(v):.1f}" for (x, y), v in zip(at, values, strict=True)] for values in (low, middle, high)]
    grid = "".join(
        f'<line x1="0" x2="370" y1="{230 - 230 * v / top:.1f}" y2="{230 - 230 * v / top:.1f}" stroke="#ddd"/>'
        f'<text x="-6" y="{234 - 230 * v / top:.1f}" text-anchor="end" fill="#555">{v}</text>'
        for v in range(0, int(top) + 1, step)
    )
    dots = "".join(f'<circle cx="{x}" cy="{y(v):.1f}" r="4" fill="#b3261e"/>' for (x, y), v in zip(at, record, strict=True))
    return (
        f'<text y="-10" font-weight="bold">{title}</text>{grid}<polygon points="{" ".join(point[0] + point[2][::-1])}" fill="#9db8d9" opacity="0.6"/>'
        f'<polyline points="{" ".join(point[1])}" fill="none" stroke="#24508a" stroke-width="2"/>{dots}'
        f'<text x="370" y="255" text-anchor="end" fill="#555">points: record; line and band: median and 90 % of runs</text>'
    )


def put(text: str, name: str, table: str) -> str:
    """A page with a table put between the two marks of its name."""
    start, end = f"<!-- {name} -->\n", f"\n<!-- end of {name} -->"
    head, rest = text.split(start)
    return head + start + table + end + rest.split(end)[1]


def write(once: Runs, twice: Runs, of_hospitals: NDArray[np.float64]) -> None:
    text = PAGE.read_text(encoding="utf-8")
    text = put(put(put(text, "judged", judged(once)), "doubled", judged(twice)), "hospitals", hospital(of_hospitals))
    PAGE.write_text(text, encoding="utf-8")
    PICTURE.write_text(picture(once), encoding="utf-8")


def main() -> None:
    found = []
    for factor, many in ((1.0, 300), (2.0, 100)):
        drawn = estimate_school.drawn(min(many, 200))
        found.append({SCHOOL: ensemble.runs(SCHOOL, range(1, many + 1), factor, drawn), VILLAGE: ensemble.runs(VILLAGE, range(1, many + 1), factor)})
    write(found[0], found[1], hospitals.runs(range(1, 201)))


if __name__ == "__main__":
    main()
