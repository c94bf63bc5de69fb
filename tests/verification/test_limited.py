"""Means that are constant, and means that grow with the outbreak: the first have a tipping point (`limited.py` simulates both)."""

from __future__ import annotations

import judge
import limited
import models
import numpy as np
import pytest
from numpy.typing import NDArray

import hyosan

CAPACITY = limited.Plan(people=5_000, first=0, rate=0.4, infectious=5, after=2, per_day=10, share=1, tick=0.25, end=150)
"""R0 2; who is treated in time infects .85 people. 10 courses a day."""
SHARE = CAPACITY._replace(per_day=None)
"""Everybody treated in time, however many there are: R .85, so that each of the first leads to some 6 people."""


def treated(plan: limited.Plan) -> models.Scenario:
    """The world that `limited.ever_infected` simulates."""
    story = models.sir(
        models.well_mixed(plan.people), infectious=f"{plan.infectious!r} days", tick=f"{plan.tick * 24!r} h", end=f"{plan.end!r} days",
        rates={"anywhere": f"{plan.rate!r} per day"}, seeds={"first": {"count": plan.first}},
    )  # fmt: skip
    story["pathogen"]["states"]["infectious"]["noticed"] = {"share": 1}
    story["time"]["stop_when_over"] = True
    treat = {"do": "treat", "left": 0, "share": plan.share, "after": f"{plan.after!r} days", "per_day": plan.per_day}
    return {**story, "orders": {"cure": treat}}


def sizes(plan: limited.Plan, runs: int, references: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """People ever infected by engine and by simulation."""
    story = hyosan.load(treated(plan))
    found = [hyosan.run(story, seed=seed, threads=1).ending.ever_infected for seed in range(runs)]
    expected = [limited.ever_infected(plan, np.random.default_rng([plan.first, seed])) for seed in range(references)]
    return np.array(found, dtype=float), np.array(expected, dtype=float)


def compare(plan: limited.Plan, runs: int, references: int) -> float:
    """Outbreaks that escape (a fifth of all infected), and the size of the others, against simulation; gives the share that escapes."""
    found, expected = sizes(plan, runs, references)
    means = "10 courses a day" if plan.per_day else "all treated in time"
    escapes, simulated = found >= plan.people / 5, expected >= plan.people / 5
    judge.same_share(escapes, simulated, f"{plan.first} at first, {means}: share that escapes")
    for name, chosen, other in (("contained", ~escapes, ~simulated), ("escaped", escapes, simulated)):
        if chosen.sum() >= 10 and other.sum() >= 10:
            error = float(np.hypot(found[chosen].std(ddof=1) / chosen.sum() ** 0.5, expected[other].std(ddof=1) / other.sum() ** 0.5))
            judge.value_is(float(found[chosen].mean()), float(expected[other].mean()), error, f"{plan.first} at first, {means}: infected, {name}")
    return float(escapes.mean())


@pytest.mark.law("R5")
def test_few_are_contained_and_many_escape() -> None:
    """R5. Ten courses a day: of 5 infected at first the outbreak is contained, of 40 it escapes. Source: as `test_a_tipping_point`.
    Pass: all of 4 runs, as of 20 simulations. False alarm 5e-2."""
    few, many = (compare(CAPACITY._replace(first=first), 4, 20) for first in (5, 40))
    judge.exactly((few, many), (0.0, 1.0), "share that escapes of 5 and of 40 infected at first")


@pytest.mark.law("R5")
@pytest.mark.long
def test_a_tipping_point() -> None:
    """R5. The same outbreak from 5 to 80 infected: with ten courses a day it is contained from few and escapes from many; where all are
    treated in time, however many, it is contained from any number.

    Source: Wang 2006, doi:10.1016/j.mbs.2005.12.022 (shape); each size against an independent simulation.
    Pass: sizes within 4 standard errors and shares by an exact test of 40 runs and 300 simulations; contained at 5 and escaped at 80 in 9 of 10
    or more; none escapes where all are treated in time. False alarm 1e-2.
    """
    shares = [compare(CAPACITY._replace(first=first), 40, 300) for first in (5, 10, 15, 20, 40, 80)]
    judge.exactly(shares[0] <= 0.1 and shares[-1] >= 0.9, True, f"share that escapes by the number at first: {shares}")
    judge.exactly(shares == sorted(shares), True, "the more at first, the more escape")
    for first in (5, 20, 80):
        judge.exactly(compare(SHARE._replace(first=first), 40, 300), 0.0, f"escapes of {first} at first with all treated in time")
