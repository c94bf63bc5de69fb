"""Infection by contact: final sizes, chances of dying out, households, networks and vaccines, at ticks of an hour and of a day."""

from __future__ import annotations

from typing import Any

import judge
import models
import numpy as np
import pytest
import theory

import hyosan

PERIOD_DAYS = 4.0
TICKS = ("6 h", "1 day", "7 days")
"""A sixteenth, a quarter, and nearly twice the infectious period."""
SHARE_OF_RUNS = {"1 h": 0.1, "6 h": 0.2, "1 day": 1, "7 days": 1}
"""Fine ticks cost more, so they get fewer runs by default."""


def town(people: int, r0: float, kind: str, tick: str, **more: Any) -> models.Scenario:
    """SIR in a well-mixed town, pair hazard R0 gamma / N, infectious for 4 days on average."""
    rates = {"anywhere": f"{r0 / PERIOD_DAYS:.15g} per day"}
    return models.sir(models.well_mixed(people), infectious=models.periods(kind, PERIOD_DAYS), tick=tick, rates=rates, **more)


def sizes(story: models.Scenario, runs: int, until: str = "active == 0") -> np.ndarray[Any, Any]:
    """How many were infected in each run, the first ones included.

    A run ends when nobody's state will change (`active`) and nothing exerted still counts. Nobody ill would be
    too early: at a coarse tick one may have recovered whose exposures act in the next tick.
    """
    return np.asarray(hyosan.replicate(story, seeds=range(runs), until=until, quantities=["infected"])["infected"].to_numpy())


FINAL = [(1.5, "exponential", "1 day"), (2, "exponential", "1 day"), (3, "exponential", "1 day"), (2, "exponential", "1 h"), (2, "fixed", "1 day")]


def check_final_size(r0: float, kind: str, tick: str, runs: int, people: int = 10_000) -> None:
    """E1, given that the outbreak took off (more than a tenth of the town)."""
    found = sizes(town(people, r0, kind, tick), runs)
    large = found[found > people / 10] / people
    sd = (theory.final_size_variance(r0, float(kind == "exponential")) / people) ** 0.5
    judge.mean_is(large, theory.final_size(r0), sd, f"final size at R0 {r0}, {kind} period, tick {tick}")


@pytest.mark.law("E1", "E12")
@pytest.mark.parametrize(("r0", "kind", "tick"), FINAL)
def test_final_size(r0: float, kind: str, tick: str) -> None:
    """E1. Given take-off, the share z ever infected solves z = 1 - exp(-R0 z), whatever the tick: .58281, .79681, .94048.

    Source: Kermack & McKendrick 1927. Standard error by the central limit theorem of von Bahr & Martin-Lof 1980 (Britton 2010):
    variance N z(1-z)(1 + cv^2 R0^2 (1-z)) / (1 - (1-z) R0)^2. 10,000 people, at the fine tick 4,000, in 8 runs.
    Pass: mean over the runs that took off within 4 standard errors (at R0 2 and 5 runs +-.016; 4,000 people: +-.025). False alarm 6.3e-5.
    """
    check_final_size(r0, kind, tick, 8, 4000 if tick == "1 h" else 10_000)


@pytest.mark.law("E1", "E5", "E12")
@pytest.mark.long
@pytest.mark.parametrize(("r0", "kind", "tick"), FINAL)
def test_final_size_in_many_runs(r0: float, kind: str, tick: str) -> None:
    """As `test_final_size`, 200 runs of 10,000 people (at the fine tick 100): 4 standard errors are .0036 at R0 2 (.005)."""
    check_final_size(r0, kind, tick, 100 if tick == "1 h" else 200)


@pytest.mark.law("E2")
@pytest.mark.parametrize("kind", ["exponential", "fixed"])
@pytest.mark.parametrize("r0", [1.5, 2.0, 3.0])
def test_chance_of_dying_out(r0: float, kind: str) -> None:
    """E2. The outbreak of one case dies out with probability 1/R0 (exponential period), or q = exp(-R0 (1 - q)) (fixed).

    Source: Whittle 1955; branching process. 1,500 people, taken off = 100 infected: by then it dies out with less than 1e-4, and the
    crowd's limit shifts the chance by less than .004 (a fifth of a standard error). A tick of a day.
    Pass: 4 standard errors in 500 runs (.09 at R0 2). False alarm 1e-4.
    """
    check_dying_out(r0, kind, 1500, 500)


@pytest.mark.law("E2")
@pytest.mark.long
@pytest.mark.parametrize("kind", ["exponential", "fixed"])
@pytest.mark.parametrize("r0", [1.5, 2.0, 3.0])
def test_chance_of_dying_out_in_many_runs(r0: float, kind: str) -> None:
    """As `test_chance_of_dying_out`, 4,000 runs of 4,000 people (.03 at R0 2; the crowd's limit shifts the chance by less than .0015)."""
    check_dying_out(r0, kind, 4000, 4000)


def check_dying_out(r0: float, kind: str, people: int, runs: int) -> None:
    """E2, in so many runs."""
    story = town(people, r0, kind, "1 day", end="300 days")
    found = sizes(story, runs, "infected >= 100 or active == 0")
    judge.share_is(found < 100, theory.extinction(r0, kind), f"dies out at R0 {r0}, {kind}")


EXACT = [
    (50, 2.0, "exponential", 18.067328, 18.875257, 0.33783784, 0.52959317, 37.17638, 7.92036),
    (50, 2.0, "fixed", 29.337774, 16.454542, 0.14085842, 0.23484158, 38.00438, 5.72214),
    (200, 1.5, "exponential", 36.610586, 53.570366, 0.40120361, 0.70064083, 115.44947, 24.34803),
    (200, 2.0, "exponential", 77.099027, 78.424295, 0.33444816, 0.51208189, 156.70153, 14.80049),
    (200, 2.0, "fixed", 124.735415, 64.505975, 0.13669543, 0.20993039, 157.66946, 9.95807),
    (1000, 2.0, "exponential", 396.06623, 397.211848, 0.33355570, 0.50206565, 794.37488, 29.37184),
]


@pytest.mark.law("E5")
@pytest.mark.parametrize("tick", TICKS)
@pytest.mark.parametrize(("people", "r0", "kind", "mean", "sd", "none", "minor", "major_mean", "major_sd"), EXACT[:5])
def test_size_in_a_small_town(
    people: int, r0: float, kind: str, mean: float, sd: float, none: float, minor: float, major_mean: float, major_sd: float, tick: str
) -> None:
    """E5. Exact law of the final size of SIR among N: mean, P(nobody else), P(fewer than N/4 more), mean of the large ones.

    Source: embedded jump chain (Bailey 1953) and Reed-Frost chain, exact; any tick.
    Pass: 4 standard errors each, in 200,000 / N runs (a fifth at the fine tick). False alarm 2.5e-4.
    """
    check_small_town(people, r0, kind, mean, sd, none, minor, major_mean, major_sd, tick, round(200_000 * SHARE_OF_RUNS[tick]) // people)


@pytest.mark.law("E5")
@pytest.mark.long
@pytest.mark.parametrize("tick", ["1 h", *TICKS])
@pytest.mark.parametrize(("people", "r0", "kind", "mean", "sd", "none", "minor", "major_mean", "major_sd"), EXACT)
def test_size_in_a_small_town_in_many_runs(
    people: int, r0: float, kind: str, mean: float, sd: float, none: float, minor: float, major_mean: float, major_sd: float, tick: str
) -> None:
    """As `test_size_in_a_small_town`, 1,000,000 / N runs (fewer at fine ticks), and N 1000 too."""
    check_small_town(people, r0, kind, mean, sd, none, minor, major_mean, major_sd, tick, round(1_000_000 * SHARE_OF_RUNS[tick]) // people)


def check_small_town(
    people: int, r0: float, kind: str, mean: float, sd: float, none: float, minor: float, major_mean: float, major_sd: float, tick: str, runs: int
) -> None:
    """Hold the extra cases of many runs against a row of E5."""
    extra = sizes(town(people, r0, kind, tick, end=f"{200 + people // 5} days"), runs) - 1
    large = extra[extra >= people / 4]
    judge.mean_is(extra, mean, sd, "extra cases")
    judge.share_is(extra == 0, none, "nobody else")
    judge.share_is(extra < people / 4, minor, "fewer than a quarter")
    judge.mean_is(large, major_mean, major_sd, "extra cases of large outbreaks")


HOMES = [(2, 1, 0.25), (3, 1, 0.25), (4, 1, 0.2), (3, 2, 0.25), (4, 1, 0.1)]


@pytest.mark.law("E3")
@pytest.mark.parametrize("tick", TICKS)
@pytest.mark.parametrize(("others", "first", "p"), HOMES)
def test_household(others: int, first: int, p: float, tick: str) -> None:
    """E3. Extra cases among `others` in a home with `first` cases, each infected with probability p by each housemate: Reed-Frost.

    Source: Lefevre & Picard 1990; pmf as of cdcgov.github.io/reedfrost, e.g. (3,1,1/4): 27/64, 243/1024, 405/2048, 293/2048.
    Fixed infectious period D of 3.3 days and pair hazard -ln(1-p)/D. Pass: chi-square p > 1e-4 in 10,000 homes (2,000 at
    the fine tick). False alarm 1e-4.
    """
    check_household(others, first, p, tick, 10_000)


@pytest.mark.long
@pytest.mark.law("E3")
@pytest.mark.parametrize("tick", TICKS)
@pytest.mark.parametrize(("others", "first", "p"), HOMES)
def test_household_in_many_homes(others: int, first: int, p: float, tick: str) -> None:
    """As `test_household`, 100,000 homes (20,000 at the fine tick)."""
    check_household(others, first, p, tick, 100_000)


def check_household(others: int, first: int, p: float, tick: str, homes: int) -> None:
    """E3, in so many homes."""
    rate = f"{-np.log1p(-p) / 3.3:.15g} per day"
    city = models.households(size=others + first, number=1)
    story = models.sir(
        city, infectious="3.3 days", tick=tick, rates={"home": rate}, mixing="density", end="60 days", seeds={"first": {"count": first}}
    )
    judge.law_is(sizes(story, round(homes * SHARE_OF_RUNS[tick])) - first, theory.reed_frost(others, first, p), "extra cases in a home")


@pytest.mark.law("E4")
@pytest.mark.parametrize("size", [2, 3, 4, 5])
def test_households_infected_from_outside(size: int) -> None:
    """E4. Each is infected from outside with 1 - B = .1 and by each infected housemate with 1 - Q = .2: P(j of n infected).

    Source: Longini & Koopman 1982, m_jn = C(n,j) m_jj B**(n-j) Q**(j(n-j)); n 3: .729, .15552, .079488, .035992. Here in 20,000 homes at
    once: infections from outside are the scenario's own (`share: 0.1`). Pass: chi-square p > 1e-4. False alarm 1e-4.
    """
    city = models.households(size=size, number=20_000)
    rate = f"{-np.log(0.8) / 2:.15g} per day"
    seeds = {"outside": {"share": 0.1}}
    story = models.sir(city, infectious="2 days", tick="1 day", rates={"home": rate}, mixing="density", end="30 days", seeds=seeds)
    homes = hyosan.run(story, seed=3).people["home"].to_numpy()
    cases = np.bincount(np.unique(homes, return_counts=True)[1], minlength=size + 1)
    cases[0] = 20_000 - cases.sum()
    judge.law_is(np.repeat(np.arange(size + 1), cases), theory.longini_koopman(size, 0.9, 0.8), f"cases in homes of {size}")


E8 = [
    ("exponential", 1.0, (1 / 3, 1 / 3, 1 / 3), (1 / 2, 1 / 4, 1 / 4)),
    ("exponential", 2.0, (1 / 5, 4 / 15, 8 / 15), (1 / 3, 2 / 9, 4 / 9)),
    ("fixed", float(np.log(2)), (1 / 4, 1 / 2, 1 / 4), (1 / 2, 1 / 4, 1 / 4)),
]


@pytest.mark.law("E8")
@pytest.mark.parametrize("tick", TICKS)
@pytest.mark.parametrize(("kind", "hazard", "centre", "leaf"), E8)
def test_two_contacts_of_one_case(kind: str, hazard: float, centre: tuple[float, ...], leaf: tuple[float, ...], tick: str) -> None:
    """E8. A case with two contacts, hazard = rate of recovery: both infected with 1/3 (not 1/4), hazard twice: 8/15; fixed period: 1/4.

    Source: Kenah & Robins 2007 (edges from one case share its infectious period). A star of three; the first case is the centre with
    1/3, else a leaf (which infects the centre, then the centre the other leaf): the law of extra cases is the mixture.
    Pass: chi-square p > 1e-4 in 20,000 stars (4,000 at the fine tick; 1/4 in place of 1/3 is then seen). False alarm 1e-4.
    """
    city = models.network(3, [(0, 1), (0, 2)])
    infectious = models.periods(kind, 5.0)
    story = models.sir(city, infectious=infectious, tick=tick, link=f"{hazard / 5:.15g} per day", end="120 days")
    law = np.array(centre) / 3 + 2 * np.array(leaf) / 3
    judge.law_is(sizes(story, round(20_000 * SHARE_OF_RUNS[tick])) - 1, law, "extra cases in a star")


def regular_graph(people: int, degree: int, seed: int) -> list[tuple[int, int]]:
    """A random regular graph: stubs paired at random, then loops and double edges swapped away (configuration model)."""
    rng = np.random.default_rng(seed)
    stubs = rng.permutation(np.repeat(np.arange(people), degree)).reshape(-1, 2)
    while True:
        low, high = stubs.min(1), stubs.max(1)
        key = low * people + high
        _, first = np.unique(key, return_index=True)
        bad = np.setdiff1d(np.arange(len(stubs)), first)
        bad = np.union1d(bad, np.flatnonzero(low == high))
        if not len(bad):
            return [(int(a), int(b)) for a, b in stubs]
        partner = rng.integers(0, len(stubs), len(bad))
        for one, other in zip(bad, partner, strict=True):
            stubs[one, 1], stubs[other, 1] = stubs[other, 1], stubs[one, 1]


@pytest.mark.law("E10")
def test_random_regular_network() -> None:
    """E10. On a random 4-regular graph with edges that transmit independently with T = .5, an outbreak that takes off infects
    .85410197, and it takes off with the same probability.

    Source: Newman 2002; u = (sqrt(5) - 1) / 2, 1 - u**4. Fixed infectious period D, link hazard ln(2)/D: edges are independent.
    10,000 people, one graph, one first case. Pass: mean size within .01 of the law (a graph's own scatter is .0013 among 20,000 by Monte Carlo,
    so about .0018 here); take-off within 4 standard errors in 40 runs. False alarm 6.3e-5.
    """
    people = 10_000
    city = models.network(people, regular_graph(people, 4, 11))
    story = models.sir(city, infectious="4 days", tick="1 day", link=f"{np.log(2) / 4:.15g} per day", end="600 days")
    found = sizes(story, 40)
    large = found[found > people / 10] / people
    law = theory.giant_component(4, 0.5)
    judge.share_is(found > people / 10, law, "takes off")
    assert large.mean() == pytest.approx(law, abs=0.01)


VACCINES = [
    ("all or nothing", {"vaccinated": {"share": 0.4, "susceptibility": 0}, "ordinary": {"share": 0.6}}, 0.43945798),
    ("leaky", {"vaccinated": {"share": 0.5, "susceptibility": 0.2}, "ordinary": {"share": 0.5}}, 0.53881692),
]


@pytest.mark.long
@pytest.mark.law("E14")
@pytest.mark.parametrize(("kind", "hosts", "attack"), VACCINES)
def test_vaccine(kind: str, hosts: models.Scenario, attack: float) -> None:
    """E14. R0 3, half of the people vaccinated with efficacy .8: all-or-nothing .43946, leaky .53882 of everybody infected.

    Source: final-size equations of two types (Halloran, Longini & Struchiner 2010, chapter 2). 10,000 people, 12 runs, a tick of a day.
    Pass: mean of the runs that took off within .015 (one run scatters by .012 or less). False alarm 1e-4.
    """
    found = sizes(town(10_000, 3.0, "fixed", "1 day", hosts=hosts), 16)
    large = found[found > 1000] / 10_000
    assert large.mean() == pytest.approx(attack, abs=0.015), kind


@pytest.mark.law("E15")
def test_homes_and_city() -> None:
    """E15. Homes of 4, each infected housemate exerting a hazard of .5 in all, R_G .5 in the city: R* 1.391, attack .43564691.

    Source: Ball, Mollison & Scalia-Tomba 1997. Half of the day is spent at home and half in the city, so rates are twice the mean ones.
    20,000 people, fixed period, 20 first cases (.1 %, adding about as much to the attack).
    Pass: mean of 3 runs within .015 (Monte Carlo scatter of one run of 40,000: .004, so of the mean of 3 of 20,000: .0033). False alarm 1e-4.
    """
    people, days = 20_000, 4.0
    rates = {"home": f"{2 * 0.5 / days!r} per day", "community": f"{2 * 0.5 / days / people!r} per day"}
    city = models.households(size=4, number=people // 4, city=True)
    story = models.sir(city, infectious=f"{days!r} days", tick="1 day", rates=rates, mixing="density", seeds={"first": {"count": 20}})
    found = sizes(story, 3) / people
    assert found.mean() == pytest.approx(theory.homes_and_city(4, 0.5, 0.5), abs=0.015)


def check_growth(tick: str, dt_days: float, runs: int) -> None:
    """E12: growth of the mean between days 7 and 14, its error by jackknife."""
    found = {}
    for day in (7, 14):
        story = town(40_000, 2.0, "exponential", tick, end=f"{day} days", seeds={"first": {"count": 5}})
        found[day] = hyosan.replicate(story, seeds=range(runs), quantities=["ill"])["ill"].to_numpy().astype(float)
    law = theory.stepped_growth(0.5, 0.25, dt_days)
    without = [np.log(np.delete(found[14], k).sum() / np.delete(found[7], k).sum()) / 7 for k in range(runs)]
    error = float(np.std(without)) * (runs - 1) / runs**0.5
    growth = float(np.log(found[14].sum() / found[7].sum()) / 7)
    assert abs(growth - law) <= judge.SIGMAS * error + 0.005 * law, f"{growth:.5f} +- {error:.5f} per day, theory {law:.5f}"


@pytest.mark.long
@pytest.mark.law("E12")
def test_growth_at_a_coarse_tick() -> None:
    """E12. SIR with beta .5 and gamma .25 per day grows at .229523 per day with ticks of a day (limit of fine ticks: .25).

    Source: what arises inside a tick acts in the next, whence 1 = beta dt sum A_n / lambda**n; a binomial chain would give .245923.
    The mean over all runs of those ill, 40,000 people, between days 7 and 14 from 5 cases: fewer than .5 % of the crowd are used up.
    Pass: 4 standard errors of ln(mean 14 / mean 7) / 7 plus .5 %, in 100 runs (error .0044; the long test tells the chain apart).
    False alarm 6.3e-5.
    """
    check_growth("1 day", 1, 100)


@pytest.mark.law("E12")
@pytest.mark.long
@pytest.mark.parametrize(("tick", "dt_days", "runs"), [("1 day", 1, 400), ("6 h", 0.25, 150)])
def test_growth_at_a_coarse_tick_in_many_runs(tick: str, dt_days: float, runs: int) -> None:
    """As `test_growth_at_a_coarse_tick`, 400 runs (error .0022: a binomial chain would be 7 of them off), and at 6 hours (150 runs)."""
    check_growth(tick, dt_days, runs)
