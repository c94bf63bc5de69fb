"""The pass rules, each with its false-alarm rate: how often a right engine would fail one such check if its seeds were drawn afresh.

Seeds are fixed, so a check that passes once passes until a change of results. Numbers: |z| <= 4 fails a right engine in 6.3e-5 of all
checks; a chi-square test at p > 1e-4 in 1e-4.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import sqrt
from typing import Any, NamedTuple

import numpy as np
import plot
from numpy.typing import ArrayLike
from scipy import stats

SIGMAS = 4.0
SMALLEST_P = 1e-4
FALSE_ALARM = 2 * float(stats.norm.sf(SIGMAS))
"""Chance that a right engine fails a two-sided test at 4 sigma: 6.3e-5."""


class Judged(NamedTuple):
    """One comparison with theory, for the table of `make verify`."""

    what: str
    expected: str
    observed: str
    verdict: str
    passed: bool
    picture: str = ""


judged: list[Judged] = []
"""Comparisons of the check that is running; `conftest.py` takes them."""


def _note(what: str, expected: str, observed: str, verdict: str, passed: bool, picture: str = "") -> None:
    judged.append(Judged(what, expected, observed, verdict, bool(passed), picture))
    assert passed, f"{what}: {observed}, theory {expected}, {verdict}"


def share_is(hits: Any, probability: float, what: str = "share") -> None:
    """`hits`, true or false for each run, are true with this probability (exact binomial test at the level of 4 sigma)."""
    found = np.asarray(hits, dtype=bool)
    p = float(stats.binomtest(int(found.sum()), len(found), probability).pvalue)
    _note(what, f"{probability:.5f}", f"{found.mean():.5f} in {len(found):,} runs", f"p = {p:.2g}", p > FALSE_ALARM)


def same_share(hits: Any, others: Any, what: str = "share") -> None:
    """Two samples, true or false for each run, have one share (Fisher's exact test at the level of 4 sigma)."""
    found, expected = np.asarray(hits, dtype=bool), np.asarray(others, dtype=bool)
    table = [[int(one.sum()), int((~one).sum())] for one in (found, expected)]
    p = float(stats.fisher_exact(table)[1])
    told = f"{expected.mean():.5f} in {len(expected):,} runs"
    _note(what, told, f"{found.mean():.5f} in {len(found):,} runs", f"p = {p:.2g}", p > FALSE_ALARM)


def mean_is(values: ArrayLike, mean: float, sd: float | None = None, what: str = "mean") -> None:
    """The mean of `values` is `mean` within 4 standard errors; `sd` of one value by theory, else as found."""
    found = np.asarray(values, dtype=float)
    error = (sd if sd is not None else float(found.std(ddof=1))) / sqrt(len(found))
    z = (float(found.mean()) - mean) / error
    shown = f"{found.mean():.6g} ± {error:.2g} in {len(found):,} runs"
    _note(what, f"{mean:.6g}", shown, f"z = {z:.2f}", abs(z) <= SIGMAS, plot.strip(z))


def value_is(value: float, expected: float, error: float, what: str = "value", slack: float = 0.0) -> None:
    """A number with a standard error is as expected, within 4 of them plus `slack`."""
    beyond = max(0.0, abs(value - expected) - slack)
    z = (value - expected) / max(error, 1e-300)
    more = f" (and {slack:.3g})" if slack else ""
    _note(what, f"{expected:.6g}", f"{value:.6g} ± {error:.2g}", f"z = {z:.2f}{more}", beyond <= SIGMAS * error, plot.strip(z))


def odds_are(bites: int, kills: int, alpha: float, what: str = "kills minus alpha bites") -> None:
    """Kills are `alpha` times the bites: z = (K - alpha B) / sqrt(alpha (K + B))."""
    z = (kills - alpha * bites) / max(1e-9, alpha * (kills + bites)) ** 0.5
    _note(what, f"{alpha * bites:,.0f} kills", f"{kills:,} kills, {bites:,} bites", f"z = {z:.2f}", abs(z) <= SIGMAS, plot.strip(z))


def curve_is(x: ArrayLike, runs: ArrayLike, law: ArrayLike, what: str = "curve", axis: str = "", slack: float = 0.02) -> None:
    """The mean over runs [run, x] follows the curve `law` [x] within 4 standard errors and a share `slack` of the curve at each x."""
    found, line = np.asarray(runs, dtype=float), np.asarray(law, dtype=float)
    mean, error = found.mean(0), found.std(0, ddof=1) / sqrt(len(found))
    over = np.abs(mean - line) - slack * np.abs(line)
    worst = int(np.argmax(over / np.maximum(error, 1e-12)))
    passed = bool((over <= SIGMAS * error).all())
    picture = plot.curve(x, line, mean, error, axis)
    at = f"at {np.asarray(x, dtype=float)[worst]:.4g}"
    off = f"off by {mean[worst] / line[worst] - 1:+.2%}, standard error {error[worst] / abs(line[worst]):.2%}"
    _note(what, f"{line[worst]:.6g} {at}", f"{mean[worst]:.6g} in {len(found):,} runs", off, passed, picture)


def exactly(found: Any, expected: Any, what: str) -> None:
    """What is found is exactly what is expected."""
    _note(what, f"{expected}", f"{found}", "exact", bool(found == expected))


def nearly_all(same: ArrayLike, least: float, what: str) -> None:
    """True in at least this share of runs."""
    found = np.asarray(same, dtype=bool)
    _note(what, f"{least:.1%} of runs or more", f"{found.mean():.2%} of {len(found):,} runs", "share", bool(found.mean() >= least))


def within(what: str, expected: float, observed: float, tolerance: float) -> None:
    """One figure is as expected up to a tolerance that its check states."""
    _note(what, f"{expected:.6g} ± {tolerance:.2g}", f"{observed:.6g}", f"off by {observed - expected:.2g}", abs(observed - expected) <= tolerance)


def law_is(values: ArrayLike, pmf: Sequence[float] | np.ndarray[Any, Any], what: str = "law") -> None:
    """`values` 0, 1, ... follow `pmf` (chi-square, cells joined until each expects 5 or more; the rest up to 1 is a last cell)."""
    law = np.asarray(pmf, dtype=float)
    found = np.bincount(np.minimum(np.asarray(values, dtype=np.int64), len(law)), minlength=len(law) + 1).astype(float)
    counts, expected, first = _joined(found, np.append(law, max(0.0, 1 - law.sum())) * found.sum())
    p = float(stats.chisquare(counts, expected * counts.sum() / expected.sum()).pvalue) if len(counts) > 1 else 1.0
    shown = [", ".join(f"{x:.0f}" for x in cells[:12]) + (", …" if len(cells) > 12 else "") for cells in (expected, counts)]
    last = [*(k - 1 for k in first[1:]), len(law)]
    labels = [_cell(low, high, len(law)) for low, high in zip(first, last, strict=True)]
    picture = plot.bars(expected.tolist()[:40], counts.tolist()[:40], labels[:40])
    _note(what, shown[0], f"{shown[1]} in {found.sum():,.0f} runs", f"p = {p:.2g}", p > SMALLEST_P, picture)


def _cell(low: int, high: int, size: int) -> str:
    """What a cell of a law holds, as a label: one number, several, or all from one on."""
    return f"{low}+" if high >= size else f"{low}" if low == high else f"{low}–{high}"


def same_law(one: ArrayLike, other: ArrayLike, what: str = "two samples") -> None:
    """Two samples of counts come from one law (chi-square of homogeneity, cells joined until each expects 5 or more)."""
    a, b = np.asarray(one, dtype=np.int64), np.asarray(other, dtype=np.int64)
    size = int(max(a.max(), b.max())) + 1
    table = np.array([np.bincount(a, minlength=size), np.bincount(b, minlength=size)], dtype=float)
    least = min(len(a), len(b)) / (len(a) + len(b))
    first, _, cells = _joined(table[0], table.sum(0) * least)
    second, _, _ = _joined(table[1], table.sum(0) * least)
    if len(first) < 2:
        _note(what, f"one law; mean {a.mean():.4f}", f"mean {b.mean():.4f} in {len(b):,} runs", "one cell", bool(first[0] > 0))
        return
    p = float(stats.chi2_contingency(np.array([first, second]), correction=False).pvalue)
    labels = [_cell(low, high, size) for low, high in zip(cells, [*(k - 1 for k in cells[1:]), size], strict=True)]
    picture = plot.bars((first * len(b) / len(a)).tolist()[:40], second.tolist()[:40], labels[:40], ("first", "second"))
    _note(what, f"one law; mean {a.mean():.4f}", f"mean {b.mean():.4f} in {len(b):,} runs", f"p = {p:.2g}", p > SMALLEST_P, picture)


def _joined(counts: np.ndarray[Any, Any], expected: np.ndarray[Any, Any]) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any], list[int]]:
    """Neighbouring cells joined so that each expects at least 5, and where each begins; what is left at the end goes to the last one."""
    kept: list[list[float]] = []
    starts: list[int] = []
    c = e = 0.0
    first = 0
    for k, (one, law) in enumerate(zip(counts, expected, strict=True)):
        c, e = c + one, e + law
        if e >= 5:
            kept.append([c, e])
            starts.append(first)
            c = e = 0.0
            first = k + 1
    if kept and (e > 0 or c > 0):
        kept[-1][0] += c
        kept[-1][1] += e
    rows = np.array(kept or [[c, e]])
    return rows[:, 0], rows[:, 1], starts or [0]
