"""The pass rules, each with its false-alarm rate: how often a right engine would fail one such check if its seeds were drawn afresh.

Seeds are fixed, so a check that passes once passes until a change of results. Numbers: |z| <= 4 fails a right engine in 6.3e-5 of all
checks; a chi-square test at p > 1e-4 in 1e-4.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import sqrt
from typing import Any, NamedTuple

import numpy as np
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


judged: list[Judged] = []
"""Comparisons of the check that is running; `conftest.py` takes them."""


def _note(what: str, expected: str, observed: str, verdict: str, passed: bool) -> None:
    judged.append(Judged(what, expected, observed, verdict, passed))
    assert passed, f"{what}: {observed}, theory {expected}, {verdict}"


def share_is(hits: Any, probability: float, what: str = "share") -> None:
    """`hits`, true or false for each run, are true with this probability (exact binomial test at the level of 4 sigma)."""
    found = np.asarray(hits, dtype=bool)
    p = float(stats.binomtest(int(found.sum()), len(found), probability).pvalue)
    _note(what, f"{probability:.5f}", f"{found.mean():.5f} in {len(found):,} runs", f"p = {p:.2g}", p > FALSE_ALARM)


def mean_is(values: ArrayLike, mean: float, sd: float | None = None, what: str = "mean") -> None:
    """The mean of `values` is `mean` within 4 standard errors; `sd` of one value by theory, else as found."""
    found = np.asarray(values, dtype=float)
    error = (sd if sd is not None else float(found.std(ddof=1))) / sqrt(len(found))
    z = (float(found.mean()) - mean) / error
    _note(what, f"{mean:.6g}", f"{found.mean():.6g} ± {error:.2g} in {len(found):,} runs", f"z = {z:.2f}", abs(z) <= SIGMAS)


def within(what: str, expected: float, observed: float, tolerance: float) -> None:
    """One figure is as expected up to a tolerance that its check states."""
    _note(what, f"{expected:.6g} ± {tolerance:.2g}", f"{observed:.6g}", f"off by {observed - expected:.2g}", abs(observed - expected) <= tolerance)


def law_is(values: ArrayLike, pmf: Sequence[float] | np.ndarray[Any, Any], what: str = "law") -> None:
    """`values` 0, 1, ... follow `pmf` (chi-square, cells joined until each expects 5 or more; the rest up to 1 is a last cell)."""
    law = np.asarray(pmf, dtype=float)
    found = np.bincount(np.minimum(np.asarray(values, dtype=np.int64), len(law)), minlength=len(law) + 1).astype(float)
    counts, expected = _joined(found, np.append(law, max(0.0, 1 - law.sum())) * found.sum())
    p = float(stats.chisquare(counts, expected * counts.sum() / expected.sum()).pvalue)
    shown = [", ".join(f"{x:.0f}" for x in cells[:12]) + (", …" if len(cells) > 12 else "") for cells in (expected, counts)]
    _note(what, shown[0], f"{shown[1]} in {found.sum():,.0f} runs", f"p = {p:.2g}", p > SMALLEST_P)


def same_law(one: ArrayLike, other: ArrayLike, what: str = "two samples") -> None:
    """Two samples of counts come from one law (chi-square of homogeneity, cells joined until each expects 5 or more)."""
    a, b = np.asarray(one, dtype=np.int64), np.asarray(other, dtype=np.int64)
    size = int(max(a.max(), b.max())) + 1
    table = np.array([np.bincount(a, minlength=size), np.bincount(b, minlength=size)], dtype=float)
    least = min(len(a), len(b)) / (len(a) + len(b))
    first, _ = _joined(table[0], table.sum(0) * least)
    second, _ = _joined(table[1], table.sum(0) * least)
    if len(first) < 2:
        return
    p = float(stats.chi2_contingency(np.array([first, second]), correction=False).pvalue)
    _note(what, f"one law; mean {a.mean():.4f}", f"mean {b.mean():.4f} in {len(b):,} runs", f"p = {p:.2g}", p > SMALLEST_P)


def _joined(counts: np.ndarray[Any, Any], expected: np.ndarray[Any, Any]) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """Neighbouring cells joined so that each expects at least 5; what is left over at the end goes to the last one."""
    kept: list[list[float]] = []
    c = e = 0.0
    for one, law in zip(counts, expected, strict=True):
        c, e = c + one, e + law
        if e >= 5:
            kept.append([c, e])
            c = e = 0.0
    if kept and (e > 0 or c > 0):
        kept[-1][0] += c
        kept[-1][1] += e
    rows = np.array(kept or [[c, e]])
    return rows[:, 0], rows[:, 1]
