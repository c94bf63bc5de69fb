"""What authorities estimate while an outbreak grows, held against what is true."""

from __future__ import annotations

import sys
from pathlib import Path

import judge
import pytest

sys.path.append(str(Path(__file__).parents[1] / "unit"))

from estimate_outbreaks import LAWS, covered

TRUE = LAWS["lognormal"]


@pytest.mark.law("R8")
@pytest.mark.long
@pytest.mark.parametrize(("doubling", "uncorrected"), [(10.0, 0.335), (5.0, 0.02), (3.0, 0.005)])
def test_only_the_corrected_interval_holds_the_truth(doubling: float, uncorrected: float) -> None:
    """R8. Incubation periods (lognormal, median 5.1 days) of 200 cases known at the front of an outbreak that doubles every 10, 5, 3 days:
    how often the interval of 95 % of the mean holds the true one. Source: simulation of the front; Park et al. 2024,
    doi:10.1101/2024.01.12.24301247 (periods known so far are too short). Pass: with correction 95 % within 3 %, without within 8.5, 2, .5 % of
    33.5, 2, .5 %, 400 outbreaks. False alarm 5e-3."""
    without, with_ = covered(400, doubling, TRUE)
    judge.within(f"with correction, doubling in {doubling:g} days", 0.95, with_ / 400, 0.03)
    judge.within(f"without correction, doubling in {doubling:g} days", uncorrected, without / 400, min(0.085, uncorrected))


@pytest.mark.law("R8")
def test_growth_misleads_who_does_not_correct() -> None:
    """R8. As `test_only_the_corrected_interval_holds_the_truth`, doubling in 3 days, 12 outbreaks. Source: as there. Pass: none of 12 intervals
    without correction, 9 or more with it. False alarm 1e-2."""
    without, with_ = covered(12, 3.0, TRUE)
    judge.exactly(int(without), 0, "intervals of 12 without correction that hold the truth")
    judge.exactly(bool(with_ >= 9), True, f"intervals with correction that hold the truth: {with_} of 12")
