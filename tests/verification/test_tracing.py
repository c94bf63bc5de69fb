"""Isolation and tracing in a crowd against a simulation of the same process with a luck of its own (`tracing.py`)."""

from __future__ import annotations

import judge
import numpy as np
import pytest
import response_models
import tracing
from numpy.typing import NDArray

import hyosan

PLAN = tracing.Plan(
    people=20_000, first=120, rate=2.5 / 6, latent=1, infectious=6, found_share=0.7, found_after=3.5, coverage=0, delay=0, tick=0.25, end=20
)
"""R0 2.5 without a response; 70 % come to be known, a day after half of what they would infect before anybody acts is done."""


def reproduction(trees: NDArray[np.int64]) -> tuple[float, float]:
    """People infected per person and its standard error, from (people, infected by them) of independent trees, [n, 2]."""
    number = float(trees[:, 1].sum() / trees[:, 0].sum())
    off = trees[:, 1] - number * trees[:, 0]
    return number, float(np.sqrt((off**2).sum()) / trees[:, 0].sum())


def compare(coverage: float, delay: float, runs: int, references: int) -> float:
    """R of generations 1 and 2 by engine, held against that by simulation."""
    plan = PLAN._replace(coverage=coverage, delay=delay)
    story = hyosan.load(response_models.traced(plan))
    found = [tracing.offspring(*response_models.who_infected_whom(response_models.run(story, seed)), 1, 2) for seed in range(runs)]
    rng = np.random.default_rng([round(100 * coverage), round(10 * delay), 1])
    expected = [tracing.offspring(*tracing.outbreak(plan, rng), 1, 2) for _ in range(references)]
    (mean, error), (theory, own) = reproduction(np.concatenate(found)), reproduction(np.concatenate(expected))
    judge.value_is(mean, theory, float(np.hypot(error, own)), f"R where {coverage:.0%} of contacts are found after {delay:g} days")
    return mean


@pytest.mark.law("R1")
@pytest.mark.parametrize(("coverage", "delay"), [(0.0, 0.0), (0.9, 0.0), (0.6, 3.0)])
def test_tracing_lowers_the_reproduction_number(coverage: float, delay: float) -> None:
    """R1. Three corners of `test_tracing_by_coverage_and_delay`. Source: as there. Pass: within 4 standard errors of 240 trees and
    of 3,000 simulated ones. False alarm 6.3e-5 each."""
    compare(coverage, delay, 2, 25)


@pytest.mark.law("R1")
@pytest.mark.long
def test_tracing_by_coverage_and_delay() -> None:
    """R1. 0, 30, 60, 90 % of contacts found after 0, 1, 3 days: R of generations 1 and 2, and the order in which the twelve must stand.

    Source: an independent simulation of the process; compare Fraser et al. 2004, doi:10.1073/pnas.0307506101, and Kretzschmar et al. 2020,
    doi:10.1016/S2468-2667(20)30157-2. Pass: each within 4 standard errors of 1,440 trees and 14,400 simulated ones; R falls with coverage
    at each delay, and rises with delay. False alarm 8e-4.
    """
    found = {(c, d): compare(c, d, 12, 120) for c in (0.0, 0.3, 0.6, 0.9) for d in (0.0, 1.0, 3.0)}
    for delay in (0.0, 1.0, 3.0):
        means = [found[c, delay] for c in (0.0, 0.3, 0.6, 0.9)]
        judge.exactly(means == sorted(means, reverse=True), True, f"R falls with coverage at a delay of {delay:g} days")
    at = [found[0.9, d] for d in (0.0, 1.0, 3.0)]
    judge.exactly(at == sorted(at), True, "R rises with delay where 90 % are found")


@pytest.mark.law("R1")
def test_tracing_by_nobody_is_no_tracing() -> None:
    """R1. Interviewers, none; or a coverage of nothing: not one event differs from a run without tracing. Source: definition.
    Pass: exact, 2 seeds."""
    plan = PLAN._replace(people=4_000, first=40, coverage=0.9, end=12)
    for seed in (1, 2):
        rows = []
        for changes in ({"orders.find": None}, {"orders.find.staff": 0}, {"orders.find.names": {"community": 0}}):
            rows.append(hyosan.run(response_models.traced(plan), seed=seed, threads=1, overrides=changes).events)
        judge.exactly([other.equals(rows[0]) for other in rows[1:]], [True, True], f"events as without tracing, seed {seed}")
        judge.exactly(hyosan.run(response_models.traced(plan), seed=seed, threads=1).events.equals(rows[0]), False, "as with tracing")
