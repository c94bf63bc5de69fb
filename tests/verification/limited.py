"""An outbreak in a crowd whose cases are treated by finite means, simulated without the engine: numpy and a luck of its own, tick by tick.

The infected are known at once, stand in line some time later in order of infection, and infect nobody from the tick in which they are treated.
Courses are so many a day, saved up to a day's worth, or a share of all cases. What somebody exerts during the tick of their infection acts in
the next one, as in the engine.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np


class Plan(NamedTuple):
    """What is simulated; times in days."""

    people: int
    first: int
    rate: float
    infectious: float
    after: float
    """From infection to standing in line."""
    per_day: float | None
    share: float
    tick: float
    end: float


def ever_infected(plan: Plan, rng: np.random.Generator) -> int:
    """How many are infected in the end, the first included."""
    size, count = plan.people, plan.first
    infected = np.zeros(size, dtype=bool)
    infected[:count] = True
    at, treated = np.zeros(size), np.zeros(size, dtype=bool)
    settled = np.full(size, -1)  # the tick of their infection
    stands = np.zeros(size, dtype=bool)  # in line, now or later
    stands[:count] = rng.random(count) < plan.share
    work = 0.0
    for tick in range(round(plan.end / plan.tick)):
        now, until = tick * plan.tick, (tick + 1) * plan.tick
        line = np.flatnonzero(stands[:count] & (at[:count] + plan.after <= now))
        if plan.per_day is not None:
            work = min(work + plan.per_day * plan.tick, max(plan.per_day, 1.0))
            line = line[np.argsort(at[line], kind="stable")][: int(work + 1e-9)]
            work -= len(line)
        treated[line], stands[line] = True, False
        begin = np.where(settled[:count] == tick - 1, at[:count], now)
        span = np.maximum(0.0, np.minimum(until, at[:count] + plan.infectious) - begin)
        met = rng.poisson(plan.rate * np.where(treated[:count], 0.0, span))
        by = np.repeat(np.arange(count), met)
        order = rng.permutation(len(by))
        for j, i in zip(rng.integers(0, size, len(by)).tolist(), by[order].tolist(), strict=True):
            if not infected[j]:
                infected[j] = True
                at[count], settled[count] = begin[i] + rng.random() * span[i], tick
                stands[count] = rng.random() < plan.share
                count += 1
        if not (at[:count] + plan.infectious > until).any():
            break
    return count
