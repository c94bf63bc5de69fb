"""Is growth found from daily counts, with an interval that means what it says, and the reproduction number that goes with it?"""

from __future__ import annotations

from math import exp, log

import numpy as np
import pytest
from scipy import stats

from hyosan.estimate.growth import _STUDENT, Growth, growth

DAYS = 14


def covered(dispersion: float, replicates: int, seed: int = 3) -> int:
    rng = np.random.default_rng(seed)
    means, hits = 10 * np.exp(0.1 * np.arange(DAYS)), 0
    for _ in range(replicates):
        counts = rng.poisson(means) if dispersion == 1 else rng.negative_binomial(means / (dispersion - 1), 1 / dispersion)
        found = growth(counts.tolist(), DAYS)
        hits += found.low_permille <= 100 <= found.high_permille
    return hits


def test_exact_growth_is_found_to_the_thousandth():
    found = growth([round(10_000 * 2 ** (day / 5)) for day in range(DAYS)])
    assert found.per_day_permille == round(1000 * log(2) / 5)
    assert found.doubling_hours == (120, 120, 120) or found.doubling_hours[0] == pytest.approx(120, abs=1)


def test_the_same_numbers_on_every_machine():
    found = growth([3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5, 8, 9, 7])
    assert found == Growth(86, 14, 159, 14, 68)
    assert found.doubling_hours == (193, 105, 1188)
    assert found.reproduction_percent(120, 48) == (152, 107, 211)


def test_only_the_last_days_are_read():
    assert growth([900, 0, 70, 5, 6, 7, 9, 10], days=5) == growth([5, 6, 7, 9, 10], days=5)


@pytest.mark.parametrize("counts", [[], [50], [0, 0, 0], [1, 2, 3], [0, 0, 50], [50, 0], [1, 999]])
def test_too_little_is_unknown(counts):
    assert growth(counts) is None


@pytest.mark.parametrize(("counts", "days"), [([1, -1, 30], 14), ([20, 30], 1)])
def test_nonsense_is_refused(counts, days):
    with pytest.raises(ValueError, match=r"growth needs|negative"):
        growth(counts, days)


def test_what_does_not_grow_never_doubles():
    found = growth([80, 61, 50, 43, 30, 22, 19])
    assert found.high_permille < 0
    assert found.doubling_hours == (None, None, None)
    assert found.reproduction_percent(120, 48)[0] < 100


@pytest.mark.parametrize("dispersion", [1, 5])
def test_the_interval_holds_the_rate(dispersion):
    """120 outbreaks: with a coverage of 95 % fewer than 104 hold it about once in 10,000 such tests."""
    assert covered(dispersion, 120) >= 104


@pytest.mark.long
@pytest.mark.parametrize("dispersion", [1, 5])
def test_coverage(dispersion):
    share = covered(dispersion, 1000) / 10
    print(f"variance {dispersion} times that of Poisson: {share} %")
    assert 92 <= share <= 98


@pytest.mark.parametrize(("permille", "mean", "sd"), [(139, 120, 48), (231, 72, 72), (-100, 360, 100), (50, 200, 0)])
def test_reproduction_is_one_over_the_transform_of_the_generation_interval(permille, mean, sd):
    rate = permille / 24_000
    if sd:
        law = stats.gamma((mean / sd) ** 2, scale=sd * sd / mean)
        t = law.ppf((np.arange(200_000) + 0.5) / 200_000)
        expected = 1 / np.exp(-rate * t).mean()
    else:
        expected = exp(rate * mean)
    assert Growth(permille, permille, permille, 14, 100).reproduction_percent(mean, sd)[0] == pytest.approx(100 * expected, abs=0.51)


def test_a_fall_faster_than_the_interval_allows_is_no_reproduction():
    assert Growth(-2000, -2500, -1500, 14, 100).reproduction_percent(24, 24) == (0, 0, 0)


def test_students_table():
    assert pytest.approx([stats.t.ppf(0.975, k) for k in range(1, 31)], abs=0.0005) == list(_STUDENT)
