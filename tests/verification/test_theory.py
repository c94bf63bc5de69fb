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


def test_the_law_of_the_classroom_is_a_law() -> None:
    """It adds up to 1, and with nobody getting out it is the ballot theorem's."""
    assert theory.classroom_survivors(25, 1, 0.05, 3, 60).sum() == pytest.approx(1)
    closed = theory.classroom_survivors(10, 1, 0.5, 0, 60)
    assert closed[1:10][::-1] == pytest.approx(theory.szr_bites(0.5, 9, 1)[:9])
