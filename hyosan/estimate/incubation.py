"""A bound on the incubation period from known periods: lognormal by moments of logarithms, all in integers, rounded up to whole hours.

First version: periods as known, without correction for censoring and truncation (which matters while an outbreak grows fast).
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import isqrt
from statistics import NormalDist

from hyosan.luck import neg_log

_UNIT = 1 << 44


def _log_hours(hours: int) -> int:
    """ln of a whole number of hours >= 1 in units of 2**-44: ln(hours / 2**20) by the engine's own logarithm, plus 20 ln 2."""
    word = ((hours << 42) - 1) # (2 word + 1) / 2**63 = hours / 2**20, up to 2**-63
    return _TWENTY_LN2 - int(neg_log(word))


_TWENTY_LN2 = 243_879_483_131_459  # 20 ln 2 in units of 2**-44


def bound_hours(periods_hours: Sequence[int], share: float) -> int:
    """Hours within which a `share` of incubation periods end, from known periods in whole hours (0 counts as 1).

    Normal approximation on the log scale, with the standard error of the mean added (n - 1 in the variance). Needs 2 periods or more.
    """
    count = len(periods_hours)
    if count < 2:
        raise ValueError("two known periods or more are needed")
    logs = [_log_hours(max(1, min(int(h), 1 << 19))) for h in periods_hours]
    mean = Fraction(sum(logs), count)
    variance = sum(((x - mean) ** 2 for x in logs), Fraction(0)) / (count - 1)
    sd = isqrt(int(variance))
    z = Fraction(round(NormalDist().inv_cdf(min(max(share, 0.5), 0.9999)) * 1000), 1000)
    target = mean + sd * (z + Fraction(1, max(1, isqrt(count))))
    low, high = 1, 1 << 19
    while low < high:
        middle = (low + high) // 2
        if _log_hours(middle) >= target:
            high = middle
        else:
            low = middle + 1
    return low
