"""What known cases say of the law of their period: cells of like cases, and the likelihood of laws on the grid.

A case says: exposed at some moment within a window, ill within a given step of time, and ill before `end`, since nobody who fell ill later can
be known yet. With F the law, w the window, its likelihood is the probability of that onset given the window, over the probability of an onset
before `end` given the window: intervals at both ends, and truncation on the right, as in Park et al. 2024 (doi:10.1101/2024.01.12.24301247)
and Charniga et al. 2024 (doi:10.1371/journal.pcbi.1012520). The window is averaged over by midpoints, at most 8 of them. The two parts of the
likelihood need two histograms only: of windows and periods, and of windows and ages (`end` less the window's begin).

Like cases share a cell. A period, or an age, keeps its leading 6 binary digits (2 % or better; an interval so long is what is then known of it),
a window is rounded to 4 about its middle; one digit less each while there are more than 2,000 moments to look up. Logarithms of likelihoods
are integers (2**-20 each) and are summed over cells as integers, so neither the order of cases nor that of cells matters.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from hyosan.estimate.elementary import Floats, exp, log
from hyosan.estimate.laws import curve, median_steps, shares, spread_of

Integers = NDArray[np.int64]

LOG_ONE: Final = 1 << 20
"""A likelihood's logarithm of 1."""
_LEAST_PERIOD, _LEAST_AGE = 2.0**-40, 2.0**-20
"""No period counts as less likely than the first, so that one wrong record can't outweigh all others; and no onset by now as less likely than the
second, so that a law under which hardly anybody could be ill by now isn't saved by dividing by next to nothing."""
_MOST_MOMENTS: Final = 2000
_DIGITS: Final = 6
_PARTS: Final = 16  # moments are told in sixteenths of a step: all midpoints of all windows are whole then


class Evidence(NamedTuple):
    """Cells of cases, ready to be weighed; `groups` have 1, 4 or 8 midpoints per window.

    `ln_moments`: float64[moments], logarithms of durations in steps. Each group: rows of `ln_moments` for the later and the earlier end of each
    cell and midpoint (int64[cells, midpoints]), weights of midpoints (float64[cells, midpoints]) and how many cases (int64[cells], below 0: divide).
    """

    ln_moments: Floats
    groups: tuple[tuple[Integers, Integers, Floats, Integers], ...]


def gather(window: Integers, period: Integers, age: Integers, cases: Integers, *, truncated: bool, growth_per_step: float) -> Evidence:
    """Cells from cases in whole steps: length of the window, begin of the window to onset, begin of the window to `end`, number of such cases.

    All int64[n]. `truncated`: divide by the probability of an onset before `end`. `growth_per_step`: exposures within a window are taken to grow so.
    """
    digits = _DIGITS
    while True:
        cells = _cells(window, period, age, cases, digits, truncated)
        groups = [(parts, *_moments(cells[_midpoints(cells) == parts], parts, growth_per_step)) for parts in (1, 4, 8)]
        moments = np.unique(np.concatenate([ends.ravel() for _, later, earlier, _, _ in groups for ends in (later, earlier)]))
        if len(moments) <= _MOST_MOMENTS or digits == 1:
            break
        digits -= 1
    rows = tuple((np.searchsorted(moments, a), np.searchsorted(moments, b), share, count) for _, a, b, share, count in groups if len(count))
    return Evidence(log(moments / float(_PARTS)), rows)


def log_likelihood(evidence: Evidence, law: str, medians: Integers, spreads: Integers) -> Integers:
    """Logarithm of the likelihood in units of 1 / LOG_ONE: int64[spreads, medians]; `medians`, `spreads`: numbers of the grid."""
    curves = [curve(law, int(number)) for number in spreads]
    ln_median = log(median_steps(medians))
    z = (evidence.ln_moments[None, None, :] - ln_median[None, :, None]) / spread_of(spreads)[:, None, None]
    found = shares(curves, z)
    total = np.zeros(found.shape[:2], dtype=np.int64)
    for later, earlier, weight, cases in evidence.groups:
        chance = np.zeros((*found.shape[:2], len(cases)), dtype=np.float64)
        for k in range(later.shape[1]):  # one after the other: the order of additions is fixed
            chance += (found[:, :, later[:, k]] - found[:, :, earlier[:, k]]) * weight[:, k]
        logs = np.rint(log(np.maximum(chance, np.where(cases > 0, _LEAST_PERIOD, _LEAST_AGE))) * float(LOG_ONE)).astype(np.int64)
        total += (logs * cases).sum(axis=2)
    return total


def _shorten(value: Integers, digits: int) -> tuple[Integers, Integers]:
    """Values with all but their leading binary digits cut, and the size of what was cut (a power of two)."""
    _, length = np.frexp(value.astype(np.float64))
    cut = np.maximum(length.astype(np.int64) - digits, 0)
    return (value >> cut) << cut, np.int64(1) << cut


def _cells(window: Integers, period: Integers, age: Integers, cases: Integers, digits: int, truncated: bool) -> Integers:
    """Distinct cells, int64[cells, 5]: window, later and earlier end (half steps since the window's begin), 1 period or 0 age, count."""
    _, size = _shorten(window, max(digits - 2, 1))
    short, _ = _shorten(window + size // 2, max(digits - 2, 1))
    longer = (short - window) // 2  # the middle stays, to half a step
    windows, low, size, count = _together(short, np.maximum(period + longer, 0), cases, digits)
    rows = np.stack([windows, 2 * (low + size), 2 * low, np.ones_like(low), count], axis=1)
    if not truncated:
        return rows
    windows, low, size, count = _together(short, np.maximum(age + longer, 1), cases, digits)
    return np.concatenate([rows, np.stack([windows, 2 * low + size - 1, np.zeros_like(low), np.zeros_like(low), -count], axis=1)])


def _together(window: Integers, value: Integers, cases: Integers, digits: int) -> tuple[Integers, Integers, Integers, Integers]:
    """Distinct windows and shortened values, the size of what was cut of these, and how many cases have them."""
    low, _ = _shorten(value, digits)
    keys, where = np.unique((window << 32) | low, return_inverse=True)
    count = np.zeros(len(keys), dtype=np.int64)
    np.add.at(count, where.ravel(), cases)
    low = keys & 0xFFFFFFFF
    return keys >> 32, low, _shorten(low, digits)[1], count


def _midpoints(cells: Integers) -> Integers:
    """1, 4 or 8: more where the window is long beside the time since its begin."""
    window, end = cells[:, 0], np.where(cells[:, 3] == 1, cells[:, 2], cells[:, 1]) // 2
    return np.where(32 * window <= end, 1, np.where(8 * window <= end, 4, 8))


def _moments(cells: Integers, parts: int, growth_per_step: float) -> tuple[Integers, Integers, Floats, Integers]:
    """Later and earlier ends less each midpoint of the window (sixteenths of a step, 0 at least), weights of the midpoints, counts."""
    window = cells[:, :1]
    exposed = window * (2 * np.arange(parts, dtype=np.int64) + 1) * (_PARTS // (2 * parts))
    later = np.maximum(cells[:, 1:2] * (_PARTS // 2) - exposed, 0)
    earlier = np.where(cells[:, 3:4] == 1, np.maximum(cells[:, 2:3] * (_PARTS // 2) - exposed, 0), 0)
    weight = exp(exposed.astype(np.float64) * (growth_per_step / _PARTS))
    total = np.zeros(len(cells), dtype=np.float64)
    for k in range(parts):
        total += weight[:, k]
    return later, earlier, weight / total[:, None], cells[:, 4]
