"""The classroom of the library: bites, kills and exits race each other in one room, whatever the tick."""

from __future__ import annotations

from typing import Any

import judge
import numpy as np
import pytest
import theory

import hyosan

TICKS = ("10 s", "1 min", "10 min")


def survivors(tick: str, runs: int) -> np.ndarray[Any, Any]:
    """Of 25 pupils, how many were neither bitten nor killed, run by run."""
    found = hyosan.replicate("classroom", seeds=range(runs), overrides=[f"time.tick={tick}"], quantities=["susceptible"])
    return np.asarray(found["susceptible"].to_numpy())


@pytest.mark.law("M1")
@pytest.mark.parametrize("tick", TICKS)
def test_who_gets_out_of_the_classroom(tick: str) -> None:
    """Survivors of the library's classroom follow their Markov chain, at ticks of 10 seconds, 1 minute and 10 minutes.

    Each of the turned bites once a minute and is killed at .05 per minute, each other gets out at min(3, 60 / those left) per minute.
    Source: the chain itself, solved exactly. Pass: chi-square p > 1e-4 in 6,000 runs (2,000 at the finest tick). False alarm 1e-4.
    """
    judge.law_is(survivors(tick, 2000 if tick == "10 s" else 6000), theory.classroom_survivors(25, 1, 0.05, 3, 60), f"survivors at a tick of {tick}")


@pytest.mark.long
@pytest.mark.law("M1")
def test_the_tick_does_not_change_the_law_of_survivors() -> None:
    """The same number get out at any tick. Pass: chi-square of homogeneity p > 1e-4, 6,000 runs with seeds of their own each.

    False alarm 2e-4.
    """
    found = {}
    for k, tick in enumerate(TICKS):
        seeds = range(100_000 * (k + 1), 100_000 * (k + 1) + 6000)
        table = hyosan.replicate("classroom", seeds=seeds, overrides=[f"time.tick={tick}"], quantities=["susceptible"])
        found[tick] = table["susceptible"].to_numpy()
    for tick in TICKS[1:]:
        judge.same_law(found["10 s"], found[tick], f"ticks of 10 s and {tick}")
