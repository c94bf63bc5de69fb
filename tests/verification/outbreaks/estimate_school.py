"""The boarding school of 1978: rate of infection, moment of the first infections and days in bed, from every other day of the record.

Boys in bed on 22, 24, 26, ... are held against the mean course of the model that the scenario runs (its renewal equation with susceptibles
used up), by Poisson likelihood. The other days, the day of the peak among them, and the total are not looked at.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import optimize, stats

from . import data

BOYS = 763
FIT_DAYS = range(0, 14, 2)
"""Of the 14 days of the record: 22, 24, 26, 28 and 30 January, 1 and 3 February. The day of the peak, the 27th, is not among them."""
STEP = 1 / 48
"""Days."""
NOON = 0.5
"""The hour of the count is not known: noon."""
Floats = NDArray[np.float64]


class Course(NamedTuple):
    """What the library says about influenza: days, shares."""

    latent_mean: float = 0.52
    latent_sd: float = 0.66
    before: float = 1.0
    symptoms: float = 0.669
    without: float = 4.59
    without_weight: float = 0.5
    bed_sd: float = 1.0
    bed_weight: float = 0.0
    seeds: int = 4


PUBLISHED = Course()


class Estimate(NamedTuple):
    """`rate` per day; `start` in days since midnight before 22 January; `bed` in days."""

    rate: float
    start: float
    bed: float
    loss: float


def kernels(course: Course, bed: float, days: float = 16.0) -> tuple[Floats, Floats]:
    """By time since infection: weight of infection, share in bed."""
    ages = np.arange(round(days / STEP)) * STEP + STEP / 2
    spread = np.log1p((course.latent_sd / course.latent_mean) ** 2)
    latent = stats.lognorm(np.sqrt(spread), scale=course.latent_mean / np.exp(spread / 2))
    in_bed = stats.gamma((bed / course.bed_sd) ** 2, scale=course.bed_sd**2 / bed)
    edges = np.arange(len(ages) + 1) * STEP
    into = np.diff(latent.cdf(edges))  # end of the latent period
    onset = np.convolve(into, point(course.before, len(ages)))[: len(ages)]
    out = np.convolve(onset, np.diff(in_bed.cdf(edges)))[: len(ages)]
    end = np.convolve(into, point(course.without, len(ages)))[: len(ages)]
    began, fell_ill, left, ended = (np.cumsum(x) for x in (into, onset, out, end))
    with_symptoms = began - fell_ill + course.bed_weight * (fell_ill - left)
    weight = course.symptoms * with_symptoms + (1 - course.symptoms) * course.without_weight * (began - ended)
    return weight, course.symptoms * (fell_ill - left)


def point(days: float, size: int) -> Floats:
    """A delay that is always the same."""
    found = np.zeros(size)
    found[round(days / STEP)] = 1.0
    return found


def expected(rate: float, start: float, bed: float, course: Course, days: int) -> Floats:
    """Mean number in bed at noon of each of `days` days from 22 January."""
    weight, in_bed = kernels(course, bed)
    steps = round((days - start) / STEP) + 1
    steps = max(2, steps)
    infected = np.zeros(steps)
    infected[0] = course.seeds
    susceptible = float(BOYS - course.seeds)
    for k in range(1, steps):
        age = min(k, len(weight))
        force = rate / BOYS * float(infected[k - age : k] @ weight[:age][::-1]) * STEP
        infected[k] = susceptible * -np.expm1(-force)
        susceptible -= infected[k]
    at = np.round((np.arange(days) + NOON - start) / STEP).astype(int)
    return np.array([float(infected[max(0, k - len(in_bed)) : k] @ in_bed[: min(k, len(in_bed))][::-1]) for k in at])


def estimate(course: Course = PUBLISHED, seen: dict[int, float] | None = None) -> Estimate:
    """Maximum likelihood from the boys in bed on some days, by number from 22 January (default: `FIT_DAYS` of the record)."""
    if seen is None:
        rows = data.boarding_school()
        seen = {k: float(rows[k]["in_bed"]) for k in FIT_DAYS}
    days, counts = np.array(list(seen)), np.array(list(seen.values()))

    def loss(x: Floats) -> float:
        in_bed = expected(float(np.exp(x[0])), float(x[1]), float(np.exp(x[2])), course, int(days.max()) + 1)[days]
        return float(np.sum(in_bed - counts * np.log(in_bed + 1e-9)))

    found = optimize.minimize(loss, np.array([np.log(2.5), -1.5, np.log(3.0)]), method="Nelder-Mead", options={"xatol": 1e-3, "fatol": 1e-3})
    return Estimate(float(np.exp(found.x[0])), float(found.x[1]), float(np.exp(found.x[2])), float(found.fun))


def drawn(number: int, seed: int = 1978) -> list[tuple[Course, Estimate]]:
    """Parameters within what is known of them: the share with symptoms by its interval of confidence (58.3-74.5 %, Carrat et al. 2008), the
    others estimated anew from counts with Poisson error.
    """
    luck = np.random.default_rng(seed)
    found = []
    for _ in range(number):
        course = Course(symptoms=float(np.clip(luck.normal(0.669, (0.745 - 0.583) / 3.92), 0.4, 0.9)))
        rows = data.boarding_school()
        found.append((course, estimate(course, {k: float(luck.poisson(rows[k]["in_bed"])) for k in FIT_DAYS})))
    return found


def r0(course: Course, found: Estimate) -> float:
    """Boys infected by one, were all others susceptible."""
    return found.rate * float(kernels(course, found.bed)[0].sum()) * STEP
