"""The incubation period as authorities estimate it from the cases they know, while the outbreak goes on.

A case is known by when it may have been exposed and when it fell ill, in whole steps of time (an hour, if nothing else is said). `KnownPeriods`
counts such cases, `estimate` weighs lognormal, gamma and Weibull laws by what the cases say, corrected for the intervals and for truncation: while an
outbreak grows, those exposed lately are many, and of them only who fell ill quickly is known. What comes out are whole hours with an interval
of 95 %, made of integers and of float64 operations that IEEE 754 fixes: equal on every machine, whatever the order of cases.
How: `evidence.py` (cases to likelihoods), `laws.py` (the laws), `posterior.py` (the grid); why: docs/how-to/estimates.md.
`Moments` is the first version, a bound without any correction.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from math import ceil, floor, isqrt
from statistics import NormalDist
from typing import Any, Final, NamedTuple

import numpy as np

from hyosan.estimate.elementary import Floats
from hyosan.estimate.evidence import Integers, gather, log_likelihood
from hyosan.estimate.laws import OCTAVE
from hyosan.estimate.posterior import Posterior, weigh
from hyosan.luck import neg_log

LEAST_CASES: Final = 2
"""With fewer cases there is no estimate."""
_LONGEST: Final = 1 << 20  # steps of a window, and from its begin to the onset
_EARLIEST: Final = 1 << 21  # steps before and after 0 within which an onset may lie
_SHORTEST_MEDIAN: Final = -4 * OCTAVE  # 1/16 of a step


class WholeRange(NamedTuple):
    """An estimate in whole hours (or minutes) and its interval of 95 %: the nearest ones."""

    estimate: int
    low: int
    high: int


@dataclass(frozen=True)
class IncubationEstimate:
    """What known cases say of the incubation period. `weights_percent`: of lognormal, gamma and Weibull, by their marginal likelihoods."""

    cases: int
    corrected: bool
    mean: WholeRange
    median: WholeRange
    weights_percent: dict[str, int]
    step_minutes: int
    posterior: Posterior = field(repr=False, compare=False)

    def quantile_hours(self, share: float) -> WholeRange:
        """The period within which a `share` of the infected fall ill, whole hours. Raises ValueError: share not within 0 .. 1 exclusive."""
        return _hours(self.posterior, self.posterior.quantiles(share), self.step_minutes)

    def quantile_minutes(self, share: float) -> WholeRange:
        """`quantile_hours` in whole minutes, rounded outwards. Raises ValueError: share not within 0 .. 1 exclusive."""
        middle, low, high = (value * self.step_minutes for value in self.posterior.middle_and_bounds(self.posterior.quantiles(share)))
        return WholeRange(floor(middle + 0.5), floor(low), ceil(high))

    def bound_hours(self, share: float) -> int:
        """Hours within which a `share` of the infected fall ill, at the upper end of the interval and rounded up: for a decision to release.

        Raises ValueError: share not within 0 .. 1 exclusive.
        """
        return ceil(self.posterior.middle_and_bounds(self.posterior.quantiles(share))[2] * self.step_minutes / 60)

    def to_json(self) -> dict[str, Any]:
        """Plain integers, for a checkpoint."""
        return {"cases": self.cases, "corrected": self.corrected, "step_minutes": self.step_minutes, **self.posterior.to_json()}

    @classmethod
    def from_json(cls, kept: dict[str, Any]) -> IncubationEstimate:
        """What `to_json` kept: equal to the estimate that was."""
        return _summed_up(kept["cases"], kept["corrected"], kept["step_minutes"], Posterior.from_json(kept))


class KnownPeriods:
    """Known cases, counted by exposure and onset. All times are whole steps of the clock (which step a moment lies in), of `step_minutes` each.

    Where incubation takes an hour, steps of 15 minutes or less tell more. Raises ValueError: a step not of 1 .. 1440 minutes.
    """

    def __init__(self, step_minutes: int = 60) -> None:
        if not 1 <= step_minutes <= 1440:
            raise ValueError(f"a step has 1 to 1440 minutes, not {step_minutes}")
        self.step_minutes = step_minutes
        self._keys: Integers = np.zeros(0, dtype=np.int64)
        self._counts: Integers = np.zeros(0, dtype=np.int64)
        self._new: list[int] = []
        self.count = 0

    def add(self, exposure_low: int, exposure_high: int, onset: int) -> None:
        """One case more: exposed in one of the steps `exposure_low` .. `exposure_high` (equal if known), ill since step `onset`.

        The window is what was known without the onset, such as a stay; it may end after it. Raises ValueError: a window that ends before it
        begins, begins after the onset or is 2**20 steps long or more, a period of 2**20 steps or more, an onset 2**21 steps or more from 0.
        """
        window, period = exposure_high - exposure_low + 1, onset - exposure_low
        if not (0 < window < _LONGEST and 0 <= period < _LONGEST and abs(onset) < _EARLIEST):
            raise ValueError(f"no case can be exposed in steps {exposure_low} to {exposure_high} and fall ill in step {onset}")
        self._new.append(((onset + _EARLIEST) << 40) | (period << 20) | window)
        self.count += 1

    def estimate(self, now: int, *, truncation: bool = True, lag: int = 0, growth_permille_per_day: int = 0) -> IncubationEstimate | None:
        """The estimate at the beginning of step `now`; None with fewer than LEAST_CASES cases that count.

        `truncation`: correct for those who are not ill yet. `lag`: steps after which an onset is surely known; later onsets don't count yet, and the
        correction allows for it. `growth_permille_per_day`: growth of exposures, which matters only within windows of a day and more.
        Costs about 0.1 s, whatever the number of cases.
        """
        onset, period, window, cases = self._columns()
        end = now - lag
        seen = onset < end
        onset, period, window, cases = onset[seen], period[seen], window[seen], cases[seen]
        count = int(cases.sum())
        if count < LEAST_CASES:
            return None
        age = end - (onset - period)
        growth = growth_permille_per_day * self.step_minutes / 1_440_000
        evidence = gather(window, period, age, cases, truncated=truncation, growth_per_step=growth)
        longest = int(age.max() if truncation else period.max() + 1)
        posterior = weigh(lambda law, m, s: log_likelihood(evidence, law, m, s), _SHORTEST_MEDIAN, (longest.bit_length() + 1) * OCTAVE)
        return _summed_up(count, truncation, self.step_minutes, posterior)

    def to_json(self) -> dict[str, Any]:
        """Plain integers, for a checkpoint."""
        self._settle()
        return {"step_minutes": self.step_minutes, "keys": self._keys.tolist(), "counts": self._counts.tolist()}

    @classmethod
    def from_json(cls, kept: dict[str, Any]) -> KnownPeriods:
        """What `to_json` kept."""
        known = cls(kept["step_minutes"])
        known._keys, known._counts = np.array(kept["keys"], dtype=np.int64), np.array(kept["counts"], dtype=np.int64)
        known.count = int(known._counts.sum())
        return known

    def _settle(self) -> None:
        """Count like cases together. Keys are sorted, so the order in which cases came is gone."""
        if not self._new:
            return
        keys = np.concatenate([self._keys, np.array(self._new, dtype=np.int64)])
        counts = np.concatenate([self._counts, np.ones(len(self._new), dtype=np.int64)])
        self._keys, where = np.unique(keys, return_inverse=True)
        self._counts = np.zeros(len(self._keys), dtype=np.int64)
        np.add.at(self._counts, where, counts)
        self._new = []

    def _columns(self) -> tuple[Integers, Integers, Integers, Integers]:
        self._settle()
        mask = (1 << 20) - 1
        return (self._keys >> 40) - _EARLIEST, (self._keys >> 20) & mask, self._keys & mask, self._counts


class StandingEstimate:
    """The latest estimate of known periods, made anew only when the cases grew by `growth_percent` or `most_hours` passed.

    Once hardly any cases come (less than one in a hundred more), all that an estimate still learns is that time passed: it then stands for a
    quarter of the time since there were more.
    """

    def __init__(self, known: KnownPeriods, growth_percent: int = 5, most_hours: int = 24) -> None:
        self.known, self.growth_percent, self.most_hours = known, growth_percent, most_hours
        self._made: tuple[int, int, int] | None = None  # step, count, the first step at which there were about so many
        self._estimate: IncubationEstimate | None = None

    def at(self, now: int, *, lag: int = 0) -> IncubationEstimate | None:
        """The estimate that holds in step `now`, with `lag` as in `KnownPeriods.estimate`; None while too few cases are known."""
        if self._made is None or self._stale(now, *self._made):
            since = now if self._made is None or self._news(self._made[1]) else self._made[2]
            self._made = (now, self.known.count, since)
            self._estimate = self.known.estimate(now, lag=lag)
        return self._estimate

    def to_json(self) -> dict[str, Any]:
        """Plain integers, for a checkpoint, the known periods included."""
        return {"known": self.known.to_json(), "when": [self.growth_percent, self.most_hours], **self.latest()}

    def latest(self) -> dict[str, Any]:
        """The estimate that stands and when it was made, without the cases, as plain integers."""
        return {"made": self._made, "estimate": None if self._estimate is None else self._estimate.to_json()}

    def take_over(self, kept: dict[str, Any]) -> None:
        """Go on from what `latest` gave."""
        self._made = None if kept["made"] is None else (kept["made"][0], kept["made"][1], kept["made"][2])
        self._estimate = None if kept["estimate"] is None else IncubationEstimate.from_json(kept["estimate"])

    @classmethod
    def from_json(cls, kept: dict[str, Any]) -> StandingEstimate:
        """What `to_json` kept; goes on as if there had been no interruption."""
        standing = cls(KnownPeriods.from_json(kept["known"]), *kept["when"])
        standing.take_over(kept)
        return standing

    def _stale(self, now: int, step: int, count: int, since: int) -> bool:
        grown = self.known.count * 100 >= max(count * (100 + self.growth_percent), 100)
        due = self._news(count) or 4 * (now - step) >= now - since
        return grown or (due and (now - step) * self.known.step_minutes >= 60 * self.most_hours)

    def _news(self, count: int) -> bool:
        return self.known.count > count + count // 100


def _summed_up(cases: int, corrected: bool, step_minutes: int, posterior: Posterior) -> IncubationEstimate:
    mean, median = (_hours(posterior, values, step_minutes) for values in (posterior.means(), posterior.medians()))
    return IncubationEstimate(cases, corrected, mean, median, posterior.shares_percent(), step_minutes, posterior)


def _hours(posterior: Posterior, values: Floats, step_minutes: int) -> WholeRange:
    return WholeRange(*(floor(value * step_minutes / 60 + 0.5) for value in posterior.middle_and_bounds(values)))


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
