"""The laws themselves, each by the formula of its source, none by the engine. `test_theory.py` holds them against printed numbers."""

from __future__ import annotations

from math import comb, exp, lgamma, log
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.integrate import solve_ivp
from scipy.optimize import brentq
from scipy.stats import gamma, nbinom

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


def szr_curve(alpha: float, others: float, first: float, times: Floats) -> tuple[Floats, Floats]:
    """S and Z of SZR at times tau = beta N t: dS = -S Z / N, dZ = (1 - alpha) S Z / N. Alemi et al. 2015."""
    people = others + first

    def slope(_: float, y: Any) -> list[float]:
        return [-y[0] * y[1] / people, (1 - alpha) * y[0] * y[1] / people]

    found = solve_ivp(slope, (0, float(times[-1])), [others, first], t_eval=times, rtol=1e-10, atol=1e-9)
    return found.y[0], found.y[1]


def munz_times(a: float, b: float, others: float, first: float, shares: list[float]) -> Floats:
    """When S is down to these shares of all: S' = -b S Z, Z' = (b - a) S Z. Munz et al. 2009, without births, deaths and those who rise again."""
    total = first + (1 - a / b) * others  # Z = total - (1 - a / b) S
    left = np.array(shares) * (others + first)
    return np.array([log(others * (total - (1 - a / b) * s) / (s * first)) / (b * total) for s in left])


def peak(r0: float, first_share: float) -> float:
    """Highest share infectious at once of SIR: i + s - ln(s) / R0 is constant. Kermack & McKendrick 1927."""
    return 1 - (1 + log(r0 * (1 - first_share))) / r0


def seir_growth(r0: float, latent: float, infectious: float) -> float:
    """Growth rate of SEIR with exponential periods: (1 + r latent)(1 + r infectious) = R0. Wallinga & Lipsitch 2007."""
    return float(brentq(lambda r: (1 + r * latent) * (1 + r * infectious) - r0, 0, 10))


def seir_growth_in_a_town(r0: float, latent: float, infectious: float, ill: float, exposed: float, days: float, people: float) -> float:
    """Mean growth per day of those exposed and ill together over `days` by the equations of SEIR (latent 0: SIR) in a town of so many.

    Source: Kermack & McKendrick 1927. Everybody else is susceptible at the start.
    """
    exposed = exposed if latent else 0.0

    def slope(_: float, y: Any) -> list[float]:
        s, e, i = y
        new = r0 / infectious * s * i / people
        turned = e / latent if latent else new
        return [-new, new - turned, turned - i / infectious]

    _, e, i = solve_ivp(slope, (0, days), [people - ill - exposed, exposed, ill], rtol=1e-10, atol=1e-9).y
    return float(np.log((e[-1] + i[-1]) / (exposed + ill)) / days)


def growth_by_intervals(reproduction: float, mean: float, sd: float) -> float:
    """Growth rate with gamma generation intervals: R = (1 + r scale) ** shape. Wallinga & Lipsitch 2007."""
    shape = (mean / sd) ** 2
    return (reproduction ** (1 / shape) - 1) * shape / mean


def interval_means(beta: float, recovery: float, first_share: float, at: Floats, until: float) -> tuple[Floats, Floats]:
    """Mean generation intervals of SIR at times `at`: forward (of those infected then) and backward (of those who infected then).

    Forward density e**(-recovery a) S(t + a), backward e**(-recovery a) i(t - a), i the incidence, first ones at time 0.
    Champredon & Dushoff 2015.
    """
    step = 0.01
    t = np.arange(round(until / step) + 1) * step

    def slope(_: float, y: Any) -> list[float]:
        return [-beta * y[0] * y[1], beta * y[0] * y[1] - recovery * y[1]]

    s, i = solve_ivp(slope, (0, until), [1 - first_share, first_share], t_eval=t, rtol=1e-9, atol=1e-13).y
    forward, backward = [], []
    for time in at.tolist():
        k = round(time / step)
        ages = t[: len(t) - k]
        weight = np.exp(-recovery * ages) * s[k:]
        forward.append(float(weight @ ages / weight.sum()))
        ages = t[: k + 1]
        weight = np.exp(-recovery * ages) * (beta * s * i)[k::-1]
        weight[-1] += first_share * exp(-recovery * time) / step
        backward.append(float(weight @ ages / weight.sum()))
    return np.array(forward), np.array(backward)


def offspring(reproduction: float, k: float, size: int) -> Floats:
    """P(one case infects j), j < size: negative binomial. Lloyd-Smith et al. 2005."""
    return np.asarray(nbinom.pmf(np.arange(size), k, k / (k + reproduction)))


def chain_sizes(reproduction: float, k: float, size: int) -> Floats:
    """P(a chain has j cases in all), j = 0 .. size - 1, offspring negative binomial (k = inf: Poisson). Blumberg & Lloyd-Smith 2013."""
    j = np.arange(1, size)
    if k == float("inf"):
        logs = [-reproduction * n + (n - 1) * log(reproduction * n) - lgamma(n + 1) for n in j.tolist()]
    else:
        q = reproduction / k
        logs = [lgamma(k * n + n - 1) - lgamma(k * n) - lgamma(n + 1) + (n - 1) * log(q) - (k * n + n - 1) * log(1 + q) for n in j.tolist()]
    return np.append(0.0, np.exp(logs))


def extinction_by_dispersion(reproduction: float, k: float) -> float:
    """Chance that the chain of one case ends, offspring negative binomial: q = (1 + R (1 - q) / k) ** -k. Lloyd-Smith et al. 2005."""
    return float(brentq(lambda q: (1 + reproduction * (1 - q) / k) ** -k - q, 0, 1 - 1e-6)) if reproduction > 1 else 1.0


def top_share(k: float, top: float, reproduction: float | None = None) -> float:
    """Share of infections due to the share `top` who infect most: of gamma rates, or of counts with this mean. Lloyd-Smith et al. 2005."""
    if reproduction is None:
        cut = float(gamma.ppf(1 - top, k, scale=1 / k))
        return float(gamma.sf(cut, k + 1, scale=1 / k))
    counts = np.arange(20_000)
    pmf = nbinom.pmf(counts, k, k / (k + reproduction))
    above = np.cumsum(pmf[::-1])[::-1]  # P(count >= j)
    cut = int(np.flatnonzero(above >= top)[-1])
    beyond = above[cut + 1]
    return float((pmf[cut + 1 :] @ counts[cut + 1 :] + (top - beyond) * cut) / reproduction)


def no_more(reproduction: float, k: float, mean: float, sd: float, days: float) -> float:
    """P(one case infects nobody after so many days | nobody until then): negative binomial, intervals gamma."""
    shape = (mean / sd) ** 2
    so_far = float(gamma.cdf(days, shape, scale=mean / shape)) if days > 0 else 0.0
    if k == float("inf"):
        return exp(-reproduction * (1 - so_far))
    return (1 + reproduction / k) ** -k / (1 + reproduction * so_far / k) ** -k


def two_types(matrix: Floats, share: Floats) -> tuple[float, Floats, Floats]:
    """R0, final size by type and extinction by type of the first case; matrix [i, j] = cases of type i by one of type j, fixed period.

    Diekmann, Heesterbeek & Britton 2013, chapter 7.
    """
    r0 = float(np.abs(np.linalg.eigvals(matrix)).max())
    sizes, q = np.full(len(matrix), 0.9), np.zeros(len(matrix))
    for _ in range(5000):
        sizes = 1 - np.exp(-(matrix @ (share * sizes)) / share)
        q = np.exp(-(matrix.T @ (1 - q)))
    return r0, sizes, q


def vaccinated(r0: float, coverage: float, efficacy: float, leaky: bool) -> tuple[float, float, float]:
    """Share infected of all, of those not vaccinated and of those vaccinated. Halloran, Longini & Struchiner 2010, chapter 2."""
    if leaky:
        z = float(brentq(lambda x: coverage * (1 - exp(-(1 - efficacy) * r0 * x)) + (1 - coverage) * (1 - exp(-r0 * x)) - x, 1e-3, 1))
        return z, 1 - exp(-r0 * z), 1 - exp(-(1 - efficacy) * r0 * z)
    open_share = 1 - coverage * efficacy
    z = float(brentq(lambda x: open_share * (1 - exp(-r0 * x)) - x, 1e-3, 1))
    return z, z / open_share, z / open_share * (1 - efficacy)


def homes_die_out(size: int, local: float, r_global: float) -> tuple[float, float]:
    """R* and the chance that the outbreak of one case stays small, fixed period. Ball, Mollison & Scalia-Tomba 1997."""
    law = longini_koopman(size - 1, 1.0, exp(-local), 1)
    cases = np.arange(1, size + 1)
    q = float(brentq(lambda x: float(law @ np.exp(-r_global * (1 - x) * cases)) - x, 0, 1 - 1e-6))
    return r_global * float(law @ cases), q


def steps_to_a_place(side: int) -> float:
    """Mean steps of a random walk on a side x side torus to a given place from a uniform other one: the mean of 1 / (1 - eigenvalue)."""
    angles = np.cos(2 * np.pi * np.arange(side) / side)
    values = (angles[:, None] + angles[None, :]).ravel() / 2
    gaps = 1 / (1 - np.delete(values, np.argmax(values)))
    return float(gaps.sum() / (1 - 1 / side**2))


def walk(ways: Floats, rest: float) -> Floats:
    """Transition matrix of one who takes each way with the same weight, or rests. `ways` [i, j] = 1 if a way leads from i to j."""
    total = ways.sum(1) + rest
    return (ways + rest * np.eye(len(ways))) / total[:, None]
