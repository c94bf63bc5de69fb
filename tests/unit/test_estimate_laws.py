"""Are the functions and laws that estimates rest on right, to the digits that are promised?"""

from __future__ import annotations

import numpy as np
import pytest
from scipy import special, stats

from hyosan.estimate import elementary, laws

X = np.random.default_rng(1).uniform(-690, 690, 20_000)
NUMBERS = (0, 1, 300, 703, 1000, laws.SPREADS)


def reference(law, number):
    spread, shape = float(laws.spread_of(number)), laws.curve(law, number).shape
    if law == "lognormal":
        return stats.lognorm(spread)
    exact = stats.weibull_min(shape) if law == "weibull" else stats.gamma(shape)
    return type(exact)(exact.dist, shape, scale=1 / exact.median())


def test_exp_and_log():
    assert np.max(np.abs(elementary.exp(X) / np.exp(X) - 1)) < 1e-15
    assert np.max(np.abs(elementary.log(np.exp(X)) - X) / np.maximum(1, np.abs(X))) < 1e-15


def test_log_gamma():
    y = np.exp(np.random.default_rng(2).uniform(-6, 8, 20_000))
    exact = special.gammaln(y)
    assert np.max(np.abs(elementary.log_gamma(y) - exact) / np.maximum(1, np.abs(exact))) < 1e-13


@pytest.mark.parametrize("law", laws.LAWS)
@pytest.mark.parametrize("number", NUMBERS)
def test_laws(law, number):
    exact, spread = reference(law, number), float(laws.spread_of(number))
    z = np.linspace(-23, 7.9, 5001)
    assert np.max(np.abs(laws.shares([laws.curve(law, number)], z[None])[0] - exact.cdf(np.exp(spread * z)))) < 1e-7
    assert laws.mean_over_median(law, number) == pytest.approx(exact.mean(), rel=1e-9)
    for share in (0.001, 0.05, 0.5, 0.95, 0.999):
        assert np.exp(spread * laws.standard_quantile(law, number, share)) == pytest.approx(exact.ppf(share), rel=1e-5)


@pytest.mark.parametrize("number", NUMBERS)
def test_the_spread_is_that_of_the_logarithm(number):
    exact, spread = reference("gamma", number), float(laws.spread_of(number))
    assert special.polygamma(1, exact.args[0]) == pytest.approx(spread**2, rel=0.02 if spread < 0.5 else 0.6)
    logs = np.log(reference("weibull", number).ppf((np.arange(200_000) + 0.5) / 200_000))
    assert logs.std() == pytest.approx(spread, rel=1e-3)
