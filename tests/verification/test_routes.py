"""Air beside contact, who meets whom by age, how unequally people infect, and immunity at the start: laws that need no other code."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import judge
import numpy as np
import pytest
from scipy import integrate, optimize

import hyosan
from hyosan.world.build import build

TOWN = {"city.well_mixed": 1000, "time.end": "200 days"}


def infected(overrides: dict[str, Any], runs: int, **more: Any) -> np.ndarray[Any, Any]:
    """How many were ever infected, run by run; a run ends when nothing more can happen."""
    more.setdefault("until", "active == 0")
    found = hyosan.replicate("seir", seeds=range(runs), overrides={**TOWN, **overrides}, quantities=["infected"], **more)
    return np.asarray(found["infected"].to_numpy())


def by(air: str | None, contact: str | None) -> dict[str, Any]:
    """Changes that let the infection pass by these routes at these rates."""
    given = {name: rate for name, rate in (("air", air), ("contact", contact)) if rate}
    return {
        "pathogen.routes": {name: {"rates": {"anywhere": rate}} for name, rate in given.items()},
        "pathogen.states.infectious.infectious": dict.fromkeys(given, 1),
    }


def test_air_alone_is_as_contact_alone_and_half_of_each_is_as_one() -> None:
    """Hazards of routes add up: the same people are infected, run by run, however one rate is split. Pass: exact, 60 runs."""
    contact = infected(by(None, "0.5 per day"), 60)
    assert contact.max() > 500
    assert (infected(by("0.5 per day", None), 60) == contact).all()
    assert (infected(by("0.25 per day", "0.25 per day"), 60) == contact).all()


def test_the_log_tells_routes_apart_in_proportion() -> None:
    """Of infections under hazards 3 : 1, a quarter are by the weaker route. Pass: within 4 standard errors. False alarm 6.3e-5."""
    counts = {"air": 0, "contact": 0}
    for seed in range(8):
        run = hyosan.run("seir", overrides={**TOWN, **by("0.375 per day", "0.125 per day")}, seed=seed, checks_each_tick=True)
        for row in run.events.to_pylist():
            if row["kind"] == "infected":
                counts[row["route"]] += 1
    total = sum(counts.values())
    assert total > 3000
    assert abs(counts["contact"] - total / 4) <= 4 * (total * 3 / 16) ** 0.5


@pytest.mark.law("E13")
def test_ages_that_do_not_meet_do_not_infect_each_other(tmp_path: Path) -> None:
    """With a diagonal contact matrix every infector is of the group of whom they infect. Pass: exact, in each of 3 runs."""
    rows = [",".join("1" if a == b else "0" for b in range(16)) for a in range(16)]
    (tmp_path / "alike.csv").write_text("\n".join(rows))
    scenario = hyosan.load("seir", overrides={
        "city": {"korea": "Dangjin-si", "residents": 4000}, "time.end": "60 days", "seeds.first.count": 50,
        "pathogen.routes.contact": {"rates": {"leisure": "240 per day"}, "ages": {"leisure": "alike.csv"}},
    }).with_base(tmp_path)  # fmt: skip
    seen = 0
    for seed in range(3):
        run = hyosan.run(scenario, seed=seed, checks_each_tick=seed == 0)
        age = dict(zip(run.people["person"].to_pylist(), run.people["age"].to_pylist(), strict=True))
        pairs = [(age[r["person"]], age[r["other"]]) for r in run.events.to_pylist() if r["kind"] == "infected"]
        seen += len(pairs)
        assert all(min(a // 5, 15) == min(b // 5, 15) for a, b in pairs)
    assert seen > 100


@pytest.mark.law("E13")
def test_a_matrix_that_says_nothing_changes_nothing(tmp_path: Path) -> None:
    """Proportionate mixing (a matrix whose columns are the sizes of groups) is everybody meeting everybody. Pass: final sizes alike within 1 %.

    Rounding to 2**-16 moves single moments, so sizes are compared, not bytes.
    """
    base = {"city": {"korea": "Dangjin-si", "residents": 4000}, "time.end": "60 days"} | {
        "pathogen.routes.contact": {"rates": {"leisure": "60 per day"}}
    }  # fmt: skip
    ages = build(hyosan.load("seir", overrides=base).city).ground.person_age
    world_ages = np.bincount(np.minimum(ages // 5, 15), minlength=16)
    (tmp_path / "all.csv").write_text("\n".join([",".join(str(n) for n in world_ages)] * 16))
    plain = hyosan.run("seir", overrides=base, seed=4).ending.ever_infected
    mixed = hyosan.load("seir", overrides={**base, "pathogen.routes.contact.ages": {"leisure": "all.csv"}}).with_base(tmp_path)
    assert abs(hyosan.run(mixed, seed=4).ending.ever_infected - plain) <= 0.01 * plain + 2
    assert plain > 300


def extinction(k: float | None, reproduction: float) -> float:
    """Chance that one infected person's chain dies out: infectious for an exponential time, at a rate that is gamma with shape k.

    Source: Harris 1963, theory of branching processes: the least root of q = f(q), f the generating function of a mixed Poisson law.
    """

    def f(q: float) -> float:
        def given(rate: float) -> float:
            return 1 / (1 + rate * reproduction * (1 - q))

        if k is None:
            return given(1.0)
        from scipy.stats import gamma

        law = gamma(k, scale=1 / k)
        return float(integrate.quad(lambda u: given(law.ppf(u)), 0, 1, limit=400)[0])

    return float(optimize.brentq(lambda q: f(q) - q, 0, 1 - 1e-6))


@pytest.mark.law("E2", "E9")
@pytest.mark.parametrize("k", [0.1, 0.5, None])
def test_few_who_infect_most_let_outbreaks_die(k: float | None) -> None:
    """An outbreak from one person takes off with the chance of a branching process whose rates are gamma(k). R0 = 2.

    Source: Lloyd-Smith et al. 2005, doi:10.1038/nature04153. Pass: within 4 standard errors in 1,500 runs (a small town changes the chance
    by less than one of them). False alarm 6.3e-5 each.
    """
    change = {"seeds.first.count": 1} | ({"pathogen.dispersion": k} if k else {})
    q = extinction(k, 2.0)
    found = infected(change, 1500, until="infected >= 100 or active == 0") < 100
    judge.share_is(found, q, f"dies out, k = {k}")


@pytest.mark.law("E14")
@pytest.mark.parametrize("immune", [0.25, pytest.param(0.9, marks=pytest.mark.long), pytest.param(0.95, marks=pytest.mark.long)])
def test_immunity_is_a_smaller_town(immune: float) -> None:
    """With a share immune, an outbreak at R0 = 15 takes off as one at R0 times the share left, and immune people are never infected.

    Source: branching process; 1/R for exponential infectious times. Pass: within 4 standard errors of 1 - min(1, 1/R) in 2,000 runs (500 where a
    quarter is immune), from one person in a town of 4,000. False alarm 6.3e-5 each.
    """
    left = 1 - immune
    change = {
        "city.well_mixed": 4000, "seeds.first.count": 1, "pathogen.routes.contact.rates.anywhere": "3.75 per day",
        "immunity.vaccinated": {"share": f"{immune}", "state": "recovered"},
    }  # fmt: skip
    found = hyosan.replicate(
        "seir", seeds=range(500 if immune < 0.5 else 2000), overrides={**TOWN, **change}, quantities=["infected", "susceptible", "recovered"],
        until="infected >= 60 or active == 0",
    )  # fmt: skip
    reproduction = 15 * left
    big = found["infected"].to_numpy() >= 60
    if reproduction > 1:
        judge.share_is(big, 1 - 1 / reproduction, f"takes off with {immune:.0%} immune")
    else:
        assert big.mean() < 0.01
    start = found["susceptible"].to_numpy() + found["infected"].to_numpy()
    judge.mean_is(start, 4000 * left, (4000 * left * immune) ** 0.5, "not immune at the start")
