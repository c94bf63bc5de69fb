"""An outbreak in a crowd with isolation and tracing, simulated without the engine: numpy and a luck of its own, tick by tick.

Each infected person is latent, then infectious for a fixed time at a constant rate, and meets people drawn from all alike. A share comes to be known
some time after infection; at the next tick they are kept apart and name whom they infected until then, and who infected them, each with
probability `coverage`; those named are kept apart a delay later. What somebody exerts during the tick of their infection acts in the
next one, as in the engine.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]


class Plan(NamedTuple):
    """What is simulated; times in days."""

    people: int
    first: int
    rate: float
    latent: float
    infectious: float
    found_share: float
    found_after: float
    """From infection to being known."""
    coverage: float
    delay: float
    tick: float
    end: float


def outbreak(plan: Plan, rng: np.random.Generator) -> tuple[Ints, Ints]:
    """The infector of each infected person (-1 = none) and their generation, in the order of being infected."""
    size = plan.people
    person = np.full(size, -1)  # number in the order of infection of each person, -1 = susceptible
    person[: plan.first] = np.arange(plan.first)
    infector, generation = np.full(size, -1), np.zeros(size, dtype=np.int64)
    at, known, apart = np.zeros(size), np.full(size, np.inf), np.full(size, np.inf)
    named_at: list[tuple[float, int]] = []
    count = plan.first
    known[:count] = np.where(rng.random(count) < plan.found_share, plan.found_after, np.inf)
    for tick in range(round(plan.end / plan.tick)):
        now, until = tick * plan.tick, (tick + 1) * plan.tick
        for case in np.flatnonzero((known[:count] <= now) & (known[:count] > now - plan.tick)):
            apart[case] = min(apart[case], now)
            near = np.append(np.flatnonzero(infector[:count] == case), infector[case])
            named = near[(near >= 0) & (rng.random(len(near)) < plan.coverage)]
            named_at += [(now + plan.delay, int(one)) for one in named]
        for when, one in named_at:
            if when <= now:
                apart[one] = min(apart[one], when)
        named_at = [(when, one) for when, one in named_at if when > now]
        begins = at[:count] + plan.latent
        span = np.minimum(until, begins + plan.infectious) - np.maximum(now, begins)
        span = np.where(apart[:count] <= now, 0, np.maximum(0, span))
        met = rng.poisson(plan.rate * span)
        by = np.repeat(np.arange(count), met)
        order = rng.permutation(len(by))
        whom, by = rng.integers(0, size, len(by)), by[order]
        for j, i in zip(whom.tolist(), by.tolist(), strict=True):
            if person[j] < 0:
                person[j] = count
                infector[count], generation[count] = i, generation[i] + 1
                at[count] = max(now, begins[i]) + rng.random() * span[i]
                if rng.random() < plan.found_share:
                    known[count] = at[count] + plan.found_after
                count += 1
    return infector[:count], generation[:count]


def offspring(infector: Ints, generation: Ints, first: int, last: int) -> Ints:
    """For each of the first: how many people generations `first` to `last` of their tree hold, and how many people those infected; [n, 2]."""
    root = np.arange(len(infector))
    for k, by in enumerate(infector.tolist()):  # infectors come first
        root[k] = root[by] if by >= 0 else k
    parents = (generation >= first) & (generation <= last)
    infected = np.flatnonzero(infector >= 0)
    infected = infected[parents[infector[infected]]]
    trees = np.flatnonzero(infector < 0)
    both = [np.bincount(root[rows], minlength=len(infector))[trees] for rows in (np.flatnonzero(parents), infected)]
    return np.stack(both, axis=1)
