"""How fast an outbreak grows, from daily counts of reports, and the reproduction number that goes with it.

Counts are taken for Poisson with a mean that grows by a constant rate, and their variance for that many times larger than they show to be
(quasi-Poisson; never smaller). All comes out in whole numbers: thousandths per day, hours, hundredths. Arithmetic is that of `elementary.py`, in
a fixed order: the same numbers on every machine. `docs/how-to/estimates.md` says what they are good for.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import floor, sqrt
from typing import Final

from hyosan.estimate.elementary import LN2, exp, log

LEAST_COUNT: Final = 10
"""With fewer reports over all days there is no estimate."""
_FASTEST: Final = 3.0  # per day: a doubling in 5.5 hours
_NORMAL: Final = 1.960
_STUDENT: Final = (
    12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.160, 2.145, 2.131,
    2.120, 2.110, 2.101, 2.093, 2.086, 2.080, 2.074, 2.069, 2.064, 2.060, 2.056, 2.052, 2.048, 2.045, 2.042,
)  # fmt: skip
"""97.5 % quantiles of Student's t for 1 .. 30 degrees of freedom (any table of it); beyond, 1.96 + 2.46 / degrees."""


@dataclass(frozen=True)
class Growth:
    """Growth rate in thousandths per day with its interval of 95 %, from so many days and reports."""

    per_day_permille: int
    low_permille: int
    high_permille: int
    days: int
    count: int

    @property
    def doubling_hours(self) -> tuple[int | None, int | None, int | None]:
        """Doubling time in whole hours, and the least and the most of its interval; None = never (it does not grow)."""
        return _doubling(self.per_day_permille), _doubling(self.high_permille), _doubling(self.low_permille)

    def reproduction_percent(self, mean_hours: int, sd_hours: int) -> tuple[int, int, int]:
        """R in hundredths, with its interval, for a gamma generation interval; what is not known of that interval is not in it.

        R = (1 + r sd^2 / mean)^(mean^2 / sd^2), and e^(r mean) for sd 0. It falls to 0 where the bracket would be 0 or less.
        Raises ValueError: mean not above 0, or sd below 0.
        Source: Wallinga & Lipsitch 2007, doi:10.1098/rspb.2006.3754.
        """
        if mean_hours <= 0 or sd_hours < 0:
            raise ValueError(f"a generation interval has a mean above 0 and no negative sd, not {mean_hours} h and {sd_hours} h")
        low, middle, high = (_reproduction(rate, mean_hours, sd_hours) for rate in (self.low_permille, self.per_day_permille, self.high_permille))
        return middle, low, high


def growth(daily_counts: Sequence[int], days: int = 14) -> Growth | None:
    """Growth from the last `days` of daily counts, all of them complete; None: unknown.

    Unknown with fewer than 2 days, fewer than 2 days with a report, fewer than LEAST_COUNT reports, or a rate of more than 3 per day either way.
    The interval is that of Student's t with days - 2 degrees of freedom; with 2 days, whose scatter can't show, the normal one.
    Raises ValueError: a negative count, or `days` below 2.
    Source: McCullagh & Nelder 1989, Generalized Linear Models, chapter 6 and section 4.5 (scaling by Pearson's statistic).
    """
    if days < 2:
        raise ValueError(f"growth needs 2 days or more, not {days}")
    counts = [int(n) for n in daily_counts[-days:]]
    if any(n < 0 for n in counts):
        raise ValueError(f"counts can't be negative: {counts}")
    total = sum(counts)
    if len(counts) < 2 or total < LEAST_COUNT or sum(n > 0 for n in counts) < 2:
        return None
    rate = _rate(counts)
    if abs(rate) > _FASTEST:
        return None
    means, _, information = _fitted(rate, len(counts), total)
    freedom = len(counts) - 2
    scale, width = 1.0, _NORMAL
    if freedom:
        pearson = 0.0
        for n, mean in zip(counts, means, strict=True):
            pearson += (n - mean) * (n - mean) / mean
        scale = max(1.0, pearson / freedom)
        width = _STUDENT[freedom - 1] if freedom <= len(_STUDENT) else _NORMAL + 2.46 / freedom
    half = width * sqrt(scale / information)
    return Growth(_permille(rate), _permille(rate - half), _permille(rate + half), len(counts), total)


def _rate(counts: list[int]) -> float:
    """The rate at which the mean day, weighed by expected counts, is the mean day of the reports: by halving, since it rises with the rate."""
    total = sum(counts)
    wanted = sum(day * n for day, n in enumerate(counts)) / total
    low, high = -2 * _FASTEST, 2 * _FASTEST
    for _ in range(45):
        middle = (low + high) / 2
        if _fitted(middle, len(counts), total)[1] < wanted:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def _fitted(rate: float, days: int, total: int) -> tuple[list[float], float, float]:
    """Expected counts that add up to the total, their mean day, and their sum of squares about it (the information on the rate)."""
    last = days - 1 if rate > 0 else 0  # the largest term is 1
    terms = [float(exp(rate * (day - last))) for day in range(days)]
    whole = 0.0
    for term in terms:
        whole += term
    means = [total * term / whole for term in terms]
    centre = 0.0
    for day, mean in enumerate(means):
        centre += day * mean
    centre /= total
    information = 0.0
    for day, mean in enumerate(means):
        information += (day - centre) * (day - centre) * mean
    return means, centre, information


def _permille(rate: float) -> int:
    return floor(rate * 1000 + 0.5)


def _doubling(permille: int) -> int | None:
    return floor(LN2 * 24_000 / permille + 0.5) if permille > 0 else None


def _reproduction(permille: int, mean_hours: int, sd_hours: int) -> int:
    rate = permille / 24_000
    if sd_hours == 0:
        return floor(100 * float(exp(rate * mean_hours)) + 0.5)
    square = sd_hours * sd_hours
    bracket = 1 + rate * square / mean_hours
    if bracket <= 0:
        return 0
    return floor(100 * float(exp(float(log(bracket)) * (mean_hours * mean_hours / square))) + 0.5)
