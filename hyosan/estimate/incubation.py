"""A bound on the incubation period from known periods: lognormal by moments of logarithms, all in integers, rounded up to whole hours.

First version: periods as known, without correction for censoring and truncation (which matters while an outbreak grows fast).
The moments are kept as running sums, so that a period more costs next to nothing.
"""

from __future__ import annotations

from fractions import Fraction
from math import isqrt
from statistics import NormalDist

from hyosan.luck import neg_log

_TWENTY_LN2 = 243_879_483_131_459  # 20 ln 2 in units of 2**-44
_MOST_HOURS = 1 << 19
_COARSE = 20  # logarithms are kept to 2**-24: sums of squares of millions stay short


def log_hours(hours: int) -> int:
    """Ln of whole hours (0 counts as 1) in units of 2**-24, by the engine's own logarithm."""
    kept = max(1, min(hours, _MOST_HOURS))
    return (_TWENTY_LN2 - int(neg_log((kept << 42) - 1))) >> _COARSE


class Moments:
    """Running count, sum and sum of squares of the logarithms of known periods."""

    def __init__(self, count: int = 0, total: int = 0, squares: int = 0) -> None:
        self.count, self.total, self.squares = count, total, squares

    def add(self, hours: int) -> None:
        """One period more, in whole hours."""
        value = log_hours(hours)
        self.count += 1
        self.total += value
        self.squares += value * value

    def bound_hours(self, share: float) -> int:
        """Hours within which a `share` (at least one half) of incubation periods end; needs 2 periods or more.

        Normal approximation on the log scale, with the standard error of the mean added. Raises ValueError: fewer than 2 periods.
        """
        if self.count < 2:
            raise ValueError("two known periods or more are needed")
        mean = self.total // self.count
        variance = max(0, (self.squares - self.total * self.total // self.count) // (self.count - 1))
        sd = isqrt(variance)
        z = Fraction(round(NormalDist().inv_cdf(min(max(share, 0.5), 0.9999)) * 1000), 1000)
        target = mean + int(sd * (z + Fraction(1, max(1, isqrt(self.count)))))
        low, high = 1, _MOST_HOURS
        while low < high:
            middle = (low + high) // 2
            if log_hours(middle) >= target:
                high = middle
            else:
                low = middle + 1
        return low
