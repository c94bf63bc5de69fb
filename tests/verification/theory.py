"""The laws themselves, each by the formula of its source, none by the engine. `test_theory.py` holds them against printed numbers."""

from __future__ import annotations

from math import comb, exp, lgamma, log
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq

Floats = NDArray[np.float64]


def szr_bites(alpha: float, others: int, first: int) -> Floats:
    """P(u bites, and then all of the turned are dead) for u < others; last entry: everybody is bitten.

    Ballot theorem; only the order of bites and kills matters, so latency, rates and movement do not. Limit alpha ** first: Alemi et al. 2015.
    """
    p, q = 1 / (1 + alpha), alpha / (1 + alpha)
    u = np.arange(others)
    logs = [lgamma(2 * k + first + 1) - lgamma(k + 1) - lgamma(k + first + 1) + k * log(p) + (k + first) * log(q) for k in u.tolist()]
    pmf = first / (2 * u + first) * np.exp(logs)
    return np.append(pmf, 1 - pmf.sum())


def szr_turned_at_the_end(alpha: float, others: int, first: int) -> Floats:
    """P(that many turned stand when nobody is left to bite), z = 0, 1, ...: one step of the embedded chain at a time."""
    p, q = 1 / (1 + alpha), alpha / (1 + alpha)
    law = np.zeros(others + first + 2)
    law[first] = 1
    for _ in range(others):
        visited = law.copy()
        for z in range(len(law) - 2, 0, -1):
            visited[z] += q * visited[z + 1]
        law = np.zeros_like(law)
        law[2:] = p * visited[1:-1]
    return law


def geometric(alpha: float, size: int) -> Floats:
    """P(k bites before being killed), k < size: geometric with mean 1 / alpha (a negative binomial of dispersion 1)."""
    return (1 / (1 + alpha)) ** np.arange(size) * alpha / (1 + alpha)


def final_size(r0: float, first_share: float = 0.0) -> float:
    """Share ever infected: the root z > 0 of 1 - z = (1 - first_share) exp(-r0 z). Kermack & McKendrick 1927."""
    return float(brentq(lambda z: 1 - z - (1 - first_share) * exp(-r0 * z), 1e-9 if first_share else 1e-4, 1))


def final_size_variance(r0: float, cv: float) -> float:
    """Variance of the number infected in a large outbreak, per person. von Bahr & Martin-Lof 1980; Britton 2010."""
    z = final_size(r0)
    return z * (1 - z) * (1 + cv**2 * r0**2 * (1 - z)) / (1 - (1 - z) * r0) ** 2


def extinction(r0: float, kind: str) -> float:
    """Chance that the outbreak of one case dies out. Exponential period: 1 / R0 (Whittle 1955); fixed: q = exp(-R0 (1 - q))."""
    return 1 / r0 if kind == "exponential" else float(brentq(lambda q: q - exp(-r0 * (1 - q)), 0, 1 - 1e-6))


def reed_frost(others: int, first: int, p: float) -> Floats:
    """P(that many more are infected) in a household. Triangular equations of Lefevre & Picard 1990; Reed-Frost chain."""
    return longini_koopman(others, 1.0, 1 - p, first)


def longini_koopman(people: int, escape: float, avoid: float, first: int = 0) -> Floats:
    """P(j of n are infected), each from outside with probability 1 - escape, from each infected housemate with 1 - avoid.

    m_jn = C(n, j) m_jj escape**(n-j) avoid**((first+j)(n-j)). Longini & Koopman 1982.
    """
    whole = np.zeros(people + 1)
    for n in range(people + 1):
        below = [comb(n, j) * whole[j] * escape ** (n - j) * avoid ** ((first + j) * (n - j)) for j in range(n)]
        whole[n] = 1 - sum(below)
    return np.array([comb(people, j) * whole[j] * escape ** (people - j) * avoid ** ((first + j) * (people - j)) for j in range(people + 1)])


def sezr_growth(bite: float, kill: float, turning: float) -> float:
    """Growth rate of SEZR in an unlimited crowd: (r + turning)(r + kill) = turning * bite."""
    b, c = turning + kill, turning * (kill - bite)
    return (-b + (b * b - 4 * c) ** 0.5) / 2


def stepped_growth(beta: float, gamma: float, dt: float) -> float:
    """Growth rate of SIR with ticks of `dt` when what arises inside a tick acts in the next; exponential period.

    exp(r dt) = L solves 1 = beta dt (A_1 / L + sum A_n / L**n), A_n the mean share of tick n spent infectious by one infected at a time
    uniform in tick 0 (the rest of tick 0 counts in tick 1).
    """
    g = gamma * dt
    u = (np.arange(4000) + 0.5) / 4000
    parts = [float(np.mean((1 - np.exp(-g * (2 - u))) / g))]
    parts += [float(np.mean((np.exp(-g * (n - u)) - np.exp(-g * (n + 1 - u))) / g)) for n in range(2, round(60 / g) + 3)]
    powers = np.arange(1, len(parts) + 1)
    growth = brentq(lambda ratio: beta * dt * float(np.sum(np.array(parts) * ratio ** -powers.astype(float))) - 1, 1 + 1e-9, 1 + beta * dt)
    return log(float(growth)) / dt


def giant_component(degree: int, transmissibility: float) -> float:
    """Share infected in a random regular graph with independent edges: 1 - u**k, u = 1 - T + T u**(k-1). Newman 2002."""
    t = transmissibility
    u = float(brentq(lambda x: 1 - t + t * x ** (degree - 1) - x, 0, 1 - 1e-6))
    return 1 - u**degree


def everybody_bitten(people: int) -> tuple[float, float]:
    """Mean and sd of the time until SI with pair rate 1 / N has everybody, from one: a sum of exponentials of rate k (N - k) / N."""
    k = np.arange(1, people)
    stays = people / (k * (people - k))
    return float(stays.sum()), float((stays**2).sum() ** 0.5)


def homes_and_city(size: int, local: float, r_global: float) -> float:
    """Share ever infected in a city of homes of one size, fixed infectious period. Ball, Mollison & Scalia-Tomba 1997.

    In the end everybody has escaped the city with probability exp(-r_global z); z is then the mean of Longini & Koopman's law.
    """

    def excess(z: float) -> float:
        law = longini_koopman(size, exp(-r_global * z), exp(-local))
        return float(law @ np.arange(size + 1)) / size - z

    return float(brentq(excess, 1e-2, 1))


def classroom_survivors(pupils: int, bite: float, kill: float, leave: float, flow: float) -> Floats:
    """P(that many of a class are neither bitten nor dead), one of whom has turned: a Markov chain of bites, kills and exits.

    Each of z turned bites at rate `bite` and is killed at rate `kill` while anybody is left to bite; each of s others gets out at rate
    min(leave, flow / s) while any of the turned stands.
    """
    others = pupils - 1
    law: dict[tuple[int, int, int], float] = {(others, 1, 0): 1.0}
    done = np.zeros(pupils + 1)
    for _ in range(2 * pupils + others + 2):
        following: dict[tuple[int, int, int], float] = {}
        for (s, z, out), p in law.items():
            if s == 0 or z == 0:
                done[s + out] += p
                continue
            rates: list[tuple[float, Any]] = [
                (bite * z, (s - 1, z + 1, out)),
                (kill * z, (s, z - 1, out)),
                (s * min(leave, flow / s), (s - 1, z, out + 1)),
            ]
            total = sum(rate for rate, _ in rates)
            for rate, state in rates:
                following[state] = following.get(state, 0.0) + p * rate / total
        law = following
    return done
