"""Do durations follow the laws that are asked for, in natural units, and the same in all forms?"""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from hyosan import distributions as laws
from hyosan.distributions import draw_seconds
from hyosan.luck import DURATION, bits_array

HOUR, DAY = 3600.0, 86_400.0
COUNT = 40_000


def drawn(law, count=COUNT, seed=8):
    words = bits_array(seed, DURATION, np.arange(count))
    return np.array([draw_seconds(law.kind, law.a, law.b, law.values, 0, int(word)) for word in words])


def at(law, p):
    """The duration at probability p."""
    return int(draw_seconds(law.kind, law.a, law.b, law.values, 0, int(p * 2**62)))


def lognormal(mean, sd):
    square = np.log(1 + (sd / mean) ** 2)
    return stats.lognorm(np.sqrt(square), scale=mean * np.exp(-square / 2))


TABLES = {
    "lognormal": (laws.lognormal(12.77 * DAY, 2.67 * DAY), lognormal(12.77 * DAY, 2.67 * DAY)),
    "wide lognormal": (laws.lognormal(HOUR, 3 * HOUR), lognormal(HOUR, 3 * HOUR)),
    "gamma": (laws.gamma(3.95 * DAY, 1.74 * DAY), stats.gamma((3.95 / 1.74) ** 2, scale=1.74**2 / 3.95 * DAY)),
    "gamma of shape below 1": (laws.gamma(5 * DAY, 8 * DAY), stats.gamma((5 / 8) ** 2, scale=64 / 5 * DAY)),
    "narrow gamma": (laws.gamma(30 * DAY, 6 * DAY), stats.gamma(25, scale=1.2 * DAY)),
    "weibull": (laws.weibull(2.5, 4 * DAY), stats.weibull_min(2.5, scale=4 * DAY)),
    "weibull of shape below 1": (laws.weibull(0.7, 4 * DAY), stats.weibull_min(0.7, scale=4 * DAY)),
}
CLOSED = {
    "exponential": (laws.exponential(2 * DAY), stats.expon(scale=2 * DAY)),
    "uniform": (laws.uniform(HOUR, 9 * HOUR), stats.uniform(HOUR, 8 * HOUR)),
}


@pytest.mark.parametrize("name", [*TABLES, *CLOSED])
def test_draws_follow_the_law(name):
    law, reference = (TABLES | CLOSED)[name]
    sample = drawn(law) + np.random.default_rng(1).uniform(-0.5, 0.5, COUNT)  # durations are whole seconds
    assert stats.kstest(sample, reference.cdf).pvalue > 1e-3
    mean, sd = reference.mean(), reference.std()
    assert abs(sample.mean() - mean) < 4.5 * sd / np.sqrt(COUNT)


@pytest.mark.parametrize("name", TABLES)
def test_quantiles_are_within_a_thousandth(name):
    law, reference = TABLES[name]
    for p in (1e-6, 1e-4, 0.003, 0.025, 0.1, 0.25, 0.4, 0.499, 0.501, 0.6, 0.75, 0.9, 0.975, 0.997, 1 - 1e-4, 1 - 1e-6):
        exact = reference.ppf(p)
        assert abs(at(law, p) - exact) <= 0.001 * exact + 1, p


@pytest.mark.parametrize("spread", [0.001, 0.01, 0.03, 3.0, 4.0, 8.0])
def test_gamma_of_any_spread_is_within_a_thousandth(spread):
    law, reference = laws.gamma(30 * DAY, spread * 30 * DAY), stats.gamma(spread**-2, scale=spread**2 * 30 * DAY)
    for p in (0.025, 0.25, 0.5, 0.75, 0.975):
        assert abs(at(law, p) - reference.ppf(p)) <= 0.001 * reference.ppf(p) + 1, p


@settings(max_examples=300, deadline=None)
@given(st.sampled_from([*TABLES, *CLOSED]), st.integers(0, 2**62 - 2), st.integers(1, 2**40))
def test_more_luck_is_never_a_shorter_wait(name, word, more):
    law = (TABLES | CLOSED)[name][0]
    other = min(2**62 - 1, word + more)
    form = getattr(draw_seconds, "py_func", draw_seconds)
    low, high = (int(draw_seconds(law.kind, law.a, law.b, law.values, 0, w)) for w in (word, other))
    assert [low, high] == [form(law.kind, law.a, law.b, law.values.tolist(), 0, w) for w in (word, other)]
    if name == "exponential":
        low, high = high, low  # a threshold falls as its word rises
    assert low <= high


@pytest.mark.parametrize("name", [*TABLES, *CLOSED])
def test_ends_of_luck_give_finite_durations(name):
    law = (TABLES | CLOSED)[name][0]
    for word in (0, 1, 2**61 - 1, 2**61, 2**62 - 1):
        assert 0 <= draw_seconds(law.kind, law.a, law.b, law.values, 0, word) <= laws.MAX_SECONDS


def test_fixed_is_always_the_same():
    assert set(drawn(laws.fixed(1.5 * DAY), 100).tolist()) == {129_600}


def test_empirical_gives_each_value_as_often():
    law = laws.empirical((5.0, 60.0, 60.0, 7000.0))
    values, counts = np.unique(drawn(law), return_counts=True)
    assert values.tolist() == [5, 60, 7000]
    assert stats.chisquare(counts, np.array([0.25, 0.5, 0.25]) * COUNT).pvalue > 1e-3


def test_tables_lie_side_by_side():
    one, other = TABLES["gamma"][0], TABLES["weibull"][0]
    both = np.concatenate([one.values, other.values])
    for word in (3, 2**50, 2**61 + 12345, 2**62 - 7):
        assert draw_seconds(laws.TABLE, 0, 0, both, 0, word) == draw_seconds(laws.TABLE, 0, 0, one.values, 0, word)
        assert draw_seconds(laws.TABLE, 0, 0, both, laws.TABLE_SIZE, word) == draw_seconds(laws.TABLE, 0, 0, other.values, 0, word)


def test_durations_beyond_the_largest_are_cut_off():
    assert at(laws.lognormal(100 * 365 * DAY, 300 * 365 * DAY), 0.999) == laws.MAX_SECONDS
