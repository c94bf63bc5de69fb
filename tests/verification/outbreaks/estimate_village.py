"""Hagelloch 1861: rates of infection, who stays in bed and the incubation period, from half of the children.

The half are the children with odd case numbers: when their prodromes began and who infected them (as the records attribute it). Who was
infectious when is taken from all records; when those with even numbers fell ill, and through whom, is not looked at. The records list
families one after another, so that both halves have children of most families, of both classes and of all weeks.

Model, as the scenario runs it: from the prodromes to the rash a child is up (probability `up`) or in bed, from the rash on in bed, for four
days. Child i infects j at rate `home` while both are at home, while i is up also at the rate of the class while both are there, and at rate
`village * exp(-distance / reach)` anywhere. From infection to prodromes: a gamma law. Moments of infection and who was up are not known: they
are averaged over by expectation maximization, each with a distribution of its own (variational), and `reach` is profiled. Nothing in it is
drawn by chance.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import optimize, stats

from hyosan.world.schedules import ROUTINES, VARIANTS, week_table

from . import data

Floats = NDArray[np.float64]
TUESDAY = 1
"""29 October 1861, hour 0 of the model."""
FIRST = 1
"""Days from hour 0 to the first prodrome."""
NOON = 12
"""Prodromes and rashes begin at noon of their day."""
HOURS = 24 * 100
AFTER_RASH = 4 * 24
"""Infectious until four days after the rash: Moss & Griffin 2012, as in the scenario `measles`."""
YOUNG = 12
"""Own tables: pupils from this age on stay at school till 16 h."""
SEEDS = (184, 173)
"""The two who fell ill first, two days apart: neither can have infected the other."""
LATE = 141
"""Fell ill six weeks after all others, infected by nobody known: counts as not infected in this outbreak."""
ROUNDS = 30
TINY = 1e-12


class Estimate(NamedTuple):
    """Rates per day and pair of children; reach in metres; share up; days from infection to the prodromes, and from these to the rash."""

    home: float
    first_class: float
    second_class: float
    village: float
    reach: float
    up: float
    incubation_mean: float
    incubation_sd: float
    to_rash_mean: float
    to_rash_sd: float
    bound: float
    """Of the log likelihood."""


class Half:
    """What the likelihood needs of half of the children: who could infect whom, where and when."""

    def __init__(self, child: data.Village, parity: int, reach: float) -> None:
        self.child = child
        self.rows = np.flatnonzero((child.id % 2 == parity) & ~np.isin(child.id, SEEDS))
        self.day = 24 * (child.prodrome + FIRST)
        rash = 24 * (child.rash + FIRST) + NOON
        hour = np.arange(HOURS)
        before = (hour >= self.day[:, None] + NOON) & (hour < rash[:, None])
        after = (hour >= rash[:, None]) & (hour < rash[:, None] + AFTER_RASH)
        school, other = school_hours(child), ~np.eye(len(child.id), dtype=bool)
        nobody = np.zeros_like(before)
        grades = [(child.grade[:, None] == g) & (child.grade == g) & other for g in (1, 2)]
        self.pair = numbers([(child.family[:, None] == child.family) & other, *grades, kernel(child, reach) * other])
        self.up = numbers([before & ~school | after, before & school, before & school, before])
        self.bed = numbers([before | after, nobody, nobody, nobody])
        self.takes = numbers([~school, school, school, ~nobody])


def kernel(child: data.Village, reach: float) -> Floats:
    """How much less two children of the village meet the farther apart their homes are."""
    return np.asarray(np.exp(-np.hypot(child.x[:, None] - child.x, child.y[:, None] - child.y) / reach))


def numbers(arrays: list[Any]) -> list[Floats]:
    return [np.asarray(one, dtype=float) for one in arrays]


def school_hours(child: data.Village) -> NDArray[np.bool_]:
    """[children, hours] who is at school."""
    hour = (np.arange(HOURS) + 24 * TUESDAY) % 168
    week = week_table() == 1
    young, old = (week[ROUTINES.index(name) * VARIANTS][hour] for name in ("young pupil", "pupil"))
    return np.asarray(np.where((child.age < YOUNG)[:, None], young, old) & (child.grade > 0)[:, None])


class State(NamedTuple):
    """Where the iteration is."""

    rates: Floats
    """Per day: home, first class, second class, village."""
    share: float
    """Of children who are up from the prodromes to the rash."""
    was_up: Floats
    """[children] probability that this one was."""
    mean: float
    sd: float
    bound: float


def fit(half: Half, rounds: int = ROUNDS, always_up: bool = False) -> State:
    """Parameters and the bound of the log likelihood. `always_up`: nobody stays in bed before the rash."""
    n = len(half.child.id)
    state = State(np.array([0.4, 4.0, 0.2, 0.02]), 0.5, np.full(n, 1.0 if always_up else 0.5), 9.7, 1.2, -np.inf)
    for _ in range(rounds):
        state = _round(half, state, always_up)
    return state


def _round(half: Half, now: State, always_up: bool) -> State:
    child, at = half.child, half.rows
    per_hour = now.rates / 24
    up = now.was_up[:, None]
    exerts = [up * a + (1 - up) * b for a, b in zip(half.up, half.bed, strict=True)]
    total = sum(per_hour[c] * (half.pair[c][:, at].T @ exerts[c]) * half.takes[c][at] for c in range(4))
    escaped = np.exp(total - np.cumsum(total, axis=1))
    moment, routes = np.zeros((len(at), HOURS)), np.zeros(4)
    likelihood, if_up, if_bed = 0.0, np.zeros(len(child.id)), np.zeros(len(child.id))
    hazards: list[tuple[Floats, int]] = []
    for row, j in enumerate(at):
        if child.id[j] == LATE:
            likelihood -= float(total[row].sum())
            continue
        law = delay(now.mean, now.sd, int(half.day[j])) * escaped[row]
        i = int(child.infector[j])
        if i < 0:
            own = [per_hour[c] * (half.pair[c][:, j] @ exerts[c]) * half.takes[c][j] for c in range(4)]
            likelihood += float(np.log((sum(own) * law).sum()))
        else:
            a, b = ([per_hour[c] * half.pair[c][i, j] * of[c][i] * half.takes[c][j] for c in range(4)] for of in (half.up, half.bed))
            if_up[i] += float(np.log((sum(a) * law).sum() + TINY))
            if_bed[i] += float(np.log((sum(b) * law).sum() + TINY))
            own = [now.was_up[i] * x + (1 - now.was_up[i]) * y for x, y in zip(a, b, strict=True)]
        hazard = sum(own)
        moment[row] = hazard * law / (hazard * law).sum()
        shares = np.array([float((moment[row] * one / np.maximum(hazard, 1e-300)).sum()) for one in own])
        routes += shares / shares.sum()
        hazards.append((hazard * escaped[row], int(half.day[j])))
    uninfected = 1 - np.cumsum(moment, axis=1)
    uninfected[child.id[at] == LATE] = 1.0
    loads = [[half.pair[c][:, at] * (of[c] @ (uninfected * half.takes[c][at]).T) / 24 for c in range(4)] for of in (half.up, half.bed)]
    up_load, bed_load = (sum(now.rates[c] * load[c].sum(axis=1) for c in range(4)) for load in loads)
    known = (up_load + bed_load > 0) | (if_up != 0)
    was_up = np.ones(len(child.id))
    share = 1.0
    if not always_up:
        odds = np.log(now.share / (1 - now.share)) + if_up - if_bed - up_load + bed_load
        was_up = np.where(half.day == 24 * (child.rash + FIRST), now.share, 1 / (1 + np.exp(-np.clip(odds, -30, 30))))
        share = float(was_up[known].mean())
    bound = likelihood + float((was_up * if_up + (1 - was_up) * if_bed).sum())
    if not always_up:
        bound -= float((was_up * np.log((was_up + TINY) / now.share) + (1 - was_up) * np.log((1 - was_up + TINY) / (1 - now.share)))[known].sum())
    used = [float((was_up[:, None] * loads[0][c] + (1 - was_up)[:, None] * loads[1][c]).sum()) for c in range(4)]
    mean, sd = incubation(hazards, now.mean, now.sd)
    return State(routes / np.array(used), share, was_up, mean, sd, bound)


def delay(mean: float, sd: float, day: int) -> Floats:
    """[hours] probability that the prodromes begin on the day that starts at hour `day`, by hour of infection."""
    law = stats.gamma((mean / sd) ** 2, scale=sd**2 / mean)
    lags = np.arange(0, 40 * 24 + 1) / 24
    lag = (day - np.arange(HOURS) - 0.5) / 24
    table = law.cdf(lags)
    return np.asarray(np.interp(lag + 1, lags, table, left=0.0) - np.interp(lag, lags, table, left=0.0))


def incubation(cases: list[tuple[Floats, int]], mean: float, sd: float) -> tuple[float, float]:
    """Mean and standard deviation of the incubation period that make the days of the prodromes likeliest."""

    def loss(x: Any) -> float:
        laws: dict[int, Floats] = {}
        found = 0.0
        for weight, day in cases:
            if day not in laws:
                laws[day] = delay(float(np.exp(x[0])), float(np.exp(x[1])), day)
            found -= float(np.log((weight * laws[day]).sum() + 1e-300))
        return found

    found = optimize.minimize(loss, np.log([mean, sd]), method="Nelder-Mead", options={"maxiter": 12, "xatol": 1e-4})
    return float(np.exp(found.x[0])), float(np.exp(found.x[1]))


def estimate(parity: int = 1) -> Estimate:
    """All of it, from the children with odd (1) or even (0) case numbers."""
    child = data.village()
    found = optimize.minimize_scalar(
        lambda x: -fit(Half(child, parity, float(np.exp(x))), 12).bound, bounds=(np.log(10), np.log(300)), method="bounded", options={"xatol": 0.02}
    )
    reach = round(float(np.exp(found.x)))
    state = fit(Half(child, parity, reach))
    to_rash = (child.rash - child.prodrome)[child.id % 2 == parity]
    spread = float(to_rash.std(ddof=1))
    return Estimate(*state.rates.tolist(), reach, state.share, state.mean, state.sd, float(to_rash.mean()), spread, state.bound)
