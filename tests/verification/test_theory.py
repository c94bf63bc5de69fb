"""The reference formulas give the numbers that their sources print: what the engine is held against is itself checked."""

from __future__ import annotations

import numpy as np
import pytest
import theory


@pytest.mark.parametrize(
    ("alpha", "others", "first", "wiped_out", "survivors"),
    [
        (0.6, 199, 1, 0.6, 118.5),
        (0.6, 199, 3, 0.216, 42.012),
        (0.8, 499, 1, 0.79999696, 396.000204),
        (1.0, 199, 1, 0.960031, 184.052279),
        (1.25, 199, 1, 0.999489, 195.029094),
        (0.5, 9, 1, 63_220_163 / 129_140_163, 4.046419),
        (0.6, 3, 1, 8259 / 16384, 1.341980),
    ],
)
def test_bites_before_the_turned_are_gone(alpha: float, others: int, first: int, wiped_out: float, survivors: float) -> None:
    """Ballot theorem against exact fractions and against alpha ** first of an infinite crowd; no chance is involved."""
    pmf = theory.szr_bites(alpha, others, first)
    assert pmf[:-1].sum() == pytest.approx(wiped_out, abs=1e-6)
    assert pmf[:-1] @ (others - np.arange(others)) == pytest.approx(survivors, abs=1e-5)


def test_the_two_ways_to_the_law_of_the_turned_agree() -> None:
    """The embedded chain wins as often as the ballot theorem says; given that, 83.000 turned stand in the end, sd 13.416."""
    law = theory.szr_turned_at_the_end(0.6, 199, 1)
    z = np.arange(len(law))
    assert law.sum() == pytest.approx(theory.szr_bites(0.6, 199, 1)[-1], abs=1e-9)
    mean = law @ z / law.sum()
    assert mean == pytest.approx(83.0, abs=1e-3)
    assert (law @ z**2 / law.sum() - mean**2) ** 0.5 == pytest.approx(13.41641, abs=1e-3)


def test_epidemic_formulas() -> None:
    """Final sizes, extinction, households, graphs, growth: digits as printed by the sources named in `theory.py`."""
    assert theory.final_size(2) == pytest.approx(0.79681213)
    assert theory.final_size(2.5, 0.2) == pytest.approx(0.91974097)
    assert theory.final_size_variance(2, 1) == pytest.approx(0.83285366)
    assert theory.final_size_variance(2, 0) == pytest.approx(0.45944172)
    assert [theory.extinction(r, "fixed") for r in (1.5, 2, 3)] == pytest.approx([0.41718836, 0.20318787, 0.05952021])
    assert theory.reed_frost(3, 1, 0.25) == pytest.approx([27 / 64, 243 / 1024, 405 / 2048, 293 / 2048])
    assert theory.reed_frost(3, 2, 0.25) == pytest.approx([0.17797852, 0.2335968, 0.2984848, 0.28993988])
    assert theory.longini_koopman(4, 0.9, 0.8) == pytest.approx([0.6561, 0.1492992, 0.09157018, 0.06634045, 0.03669017])
    assert theory.giant_component(4, 0.5) == pytest.approx(0.85410197)
    assert theory.sezr_growth(1, 0.5, 0.5) == pytest.approx(0.20710678)
    assert theory.stepped_growth(0.5, 0.25, 1) == pytest.approx(0.229523, abs=2e-6)
    assert theory.stepped_growth(0.5, 0.25, 0.1) == pytest.approx(0.249720, abs=2e-6)
    assert theory.everybody_bitten(1000) == pytest.approx((14.968942, 1.821484))
    assert theory.homes_and_city(4, 0.5, 0.5) == pytest.approx(0.43564691)


def test_formulas_of_curves_and_intervals() -> None:
    """SZR and SIR curves, growth, intervals: digits as printed by their sources."""
    s, z = theory.szr_curve(0.6, 199, 1, np.array([5.0, 10, 15, 20, 30]))
    assert s == pytest.approx([184.147716, 118.057503, 31.976618, 4.942972, 0.090027], rel=1e-5)
    assert z == pytest.approx([6.940914, 33.376999, 67.809353, 78.622811, 80.563989], rel=1e-5)
    assert theory.munz_times(0.005, 0.0095, 499, 1, [0.9, 0.5, 0.1, 0.01]) == pytest.approx([1.45901, 2.42556, 3.39898, 4.46206], rel=2e-4)
    assert theory.peak(2, 0) == pytest.approx(0.15342641)
    assert theory.seir_growth(2.5, 3, 4) == pytest.approx(1 / 6)
    assert theory.seir_growth(1.651225, 1.425, 1.425) == pytest.approx(0.2)
    doublings = [np.log(2) / theory.growth_by_intervals(r, 15.3, 9.3) for r in (1.828, 1.516, 1.391)]
    assert doublings == pytest.approx([15.7, 23.6, 30.2], rel=2e-3)
    forward, backward = theory.interval_means(0.5, 0.2, 1e-6, np.array([20.0, 30, 43.8, 50, 70]), 160)
    assert forward == pytest.approx([4.754, 4.176, 3.389, 3.883, 4.910], rel=5e-3)
    assert backward == pytest.approx([1.995, 2.012, 2.765, 4.402, 11.955], rel=1e-2)


def test_formulas_of_unequal_cases() -> None:
    """Superspreading, types, vaccines, homes, the end of an outbreak: digits as printed by their sources."""
    assert [theory.top_share(k, 0.2) for k in (0.16, 0.18, 0.335, 1)] == pytest.approx([0.882519, 0.861114, 0.733709, 0.521888], abs=1e-6)
    assert theory.top_share(1, 0.2, 2000) == pytest.approx(0.521888, abs=1e-3)
    sizes = theory.chain_sizes(0.95, 0.18, 101)
    assert [1 - sizes[:10].sum(), 1 - sizes[:100].sum()] == pytest.approx([0.0955742, 0.0242291], abs=1e-7)
    assert theory.chain_sizes(0.8, 0.5, 4)[1:] == pytest.approx([0.62017367, 0.11834320, 0.05645641])
    assert theory.chain_sizes(0.8, float("inf"), 4)[1:] == pytest.approx([0.44932896, 0.16151721, 0.08708924])
    pairs = ((1.63, 0.16), (2, 0.16), (2, 0.5), (2, 1), (1.2, 0.335))
    assert [theory.extinction_by_dispersion(*p) for p in pairs] == pytest.approx([0.88012949, 0.83730922, 0.64038820, 0.5, 0.91378638])
    ends = [theory.no_more(0.95, 0.18, 15.3, 9.3, t) for t in (0, 7, 14, 21, 28, 42)]
    assert ends == pytest.approx([0.718447, 0.809334, 0.912226, 0.962594, 0.984795, 0.997772], abs=1e-6)
    assert theory.no_more(1.8, float("inf"), 15.3, 9.3, 14) == pytest.approx(0.424927, abs=1e-6)
    r0, z, q = theory.two_types(np.array([[2, 0.5], [0.3, 0.8]]), np.array([0.5, 0.5]))
    assert r0 == pytest.approx(2.11414284)
    assert z == pytest.approx([0.85767115, 0.46854555])
    assert q == pytest.approx([0.15426890, 0.40801366])
    assert theory.vaccinated(3, 0.5, 0.8, False) == pytest.approx([0.43945798, 0.73242997, 0.14648599])
    assert theory.vaccinated(3, 0.5, 0.8, True) == pytest.approx([0.53881692, 0.80139766, 0.27623618])
    assert theory.homes_die_out(4, 0.5, 0.5) == pytest.approx([1.39087995, 0.56435309])
    assert [theory.steps_to_a_place(n) for n in (3, 4, 5, 10)] == pytest.approx([9, 18.311111, 31.666667, 167.658111])


def test_the_law_of_the_classroom_is_a_law() -> None:
    """It adds up to 1, and with nobody getting out it is the ballot theorem's."""
    assert theory.classroom_survivors(25, 1, 0.05, 3, 60).sum() == pytest.approx(1)
    closed = theory.classroom_survivors(10, 1, 0.5, 0, 60)
    assert closed[1:10][::-1] == pytest.approx(theory.szr_bites(0.5, 9, 1)[:9])
