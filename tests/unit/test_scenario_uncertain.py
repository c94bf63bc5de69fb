"""`uncertain`: the median without a seed, a keyed draw with one, the same on every platform."""

from __future__ import annotations

import statistics
from decimal import Decimal

import pytest

from hyosan.errors import ScenarioError
from hyosan.scenario.load import load, tree, uncertain_fields
from hyosan.scenario.uncertain import fraction, normal_quantile, parameters

UNIFORM = {"uniform": {"low": "2 days", "high": "4 days"}}


def end(law: object, seed: int | None = None) -> float:
    return load({"extends": "seir", "time": {"end": {"uncertain": law}}}, seed=seed).time.end / 86_400


@pytest.mark.parametrize(
    ("law", "median"),
    [
        (UNIFORM, 3),
        ({"uniform": {"low": "48 h", "high": "4 days"}}, 3),
        ({"fixed": {"value": "3 days"}}, 3),
        ({"exponential": {"mean": "10 days"}}, 6.931471805599453),
        ({"lognormal": {"mean": "10 days", "sd": "10 days"}}, 7.0710678118654755),
        ({"weibull": {"shape": 2, "scale": "10 days"}}, 8.325546111576978),
        ({"empirical": {"values": ["9 days", "2 days", "5 days"]}}, 5),
    ],
)
def test_without_a_seed_it_is_the_median(law: object, median: float) -> None:
    assert end(law) == pytest.approx(median, rel=1e-13)


def test_draws_do_not_change_between_platforms_and_versions() -> None:
    assert fraction(7, "time.end") * 2**54 == 15_566_925_007_230_693
    assert [round(end(UNIFORM, seed), 9) for seed in range(3)] == [2.459115205, 3.62872354, 3.075599594]


def test_draws_follow_the_distribution() -> None:
    draws = sorted(end({"lognormal": {"mean": "10 days", "sd": "5 days"}}, seed) for seed in range(400))
    assert statistics.median(draws) == pytest.approx(10 / 1.25**0.5, rel=0.08)
    assert statistics.mean(draws) == pytest.approx(10, rel=0.08)


def test_luck_is_that_of_the_field_alone() -> None:
    both = {"extends": "seir", "time": {"end": {"uncertain": UNIFORM}}, "checkpoints": {"every": {"uncertain": UNIFORM}}}
    scenario = load(both, seed=3, overrides=["city.well_mixed=77"])
    assert scenario.time.end / 86_400 == end(UNIFORM, 3)
    assert scenario.checkpoints.every != scenario.time.end


def test_shares_rates_and_whole_numbers_keep_their_kind() -> None:
    source = {
        "extends": "seir",
        "city": {"well_mixed": {"uncertain": {"uniform": {"low": 100, "high": 200}}}},
        "pathogen": {"routes": {"contact": {"rates": {"anywhere": {"uncertain": {"uniform": {"low": "0.2 per day", "high": "0.6 per day"}}}}}}},
        "seeds": {"first": {"count": None, "share": {"uncertain": {"uniform": {"low": "10 %", "high": "30 %"}}, "source": "assumed"}}},
    }
    scenario = load(source)
    assert scenario.city.well_mixed == 150
    assert scenario.seeds["first"].share == 0.2
    assert scenario.pathogen.routes.contact is not None
    assert scenario.pathogen.routes.contact.rates["anywhere"] * 86_400 == pytest.approx(0.4)
    assert uncertain_fields(source) == ["city.well_mixed", "pathogen.routes.contact.rates.anywhere", "seeds.first.share"]
    assert isinstance(load(source, seed=5).city.well_mixed, int)


def test_a_parameter_that_differs_between_people_can_itself_be_uncertain() -> None:
    after = {"varies": {"exponential": {"mean": {"uncertain": UNIFORM}}}}
    scenario = load("seir", overrides={"pathogen.transitions.0.after": after})
    assert scenario.pathogen.transitions[0].after.varies.law.mean == 3 * 86_400  # type: ignore[union-attr]


def test_fields_of_one_name_are_one_number() -> None:
    def source(other: object = UNIFORM, name: str = "stay") -> dict[str, object]:
        return {
            "extends": "seir",
            "time": {"end": {"uncertain": UNIFORM, "as": "stay", "source": "assumed: a guess"}},
            "checkpoints": {"every": {"uncertain": other, "as": name}},
        }

    scenario = load(source(), seed=3)
    assert scenario.checkpoints.every == scenario.time.end != load(source(), seed=4).time.end
    assert load(source(name="other"), seed=3).checkpoints.every != scenario.time.end
    (one,) = parameters(tree(source())[0])
    assert (one.key, one.paths, one.source) == ("stay", ("time.end", "checkpoints.every"), "assumed: a guess")
    assert one.written(one.drawn(3)) == f"{one.drawn(3)} days"
    assert one.said() == "uniform(low 2 days, high 4 days)"
    with pytest.raises(ScenarioError, match=r"checkpoints\.every: is named 'stay' like `time\.end`, but has another law"):
        parameters(tree(source({"uniform": {"low": "1 day", "high": "2 days"}}))[0])
    with pytest.raises(ScenarioError, match="must be a name"):
        load(source(name="a.b"))


@pytest.mark.parametrize(
    ("law", "words"),
    [
        ({"gamma": {"mean": "1 h", "sd": "1 h"}}, "`gamma` is no distribution that can be uncertain"),
        ({}, "name exactly one of"),
        (3, "name exactly one of"),
        ({**UNIFORM, "fixed": {"value": "1 h"}}, "name exactly one of"),
        ({"uniform": {"low": "1 h"}}, r"time\.end\.uncertain\.uniform\.high: is missing"),
        ({"uniform": {"low": "1 h", "high": "3 m"}}, "units that do not fit together"),
        ({"uniform": {"low": "x", "high": "3 m"}}, "'x' is not a number"),
        ({"lognormal": {"mean": "0 h", "sd": "1 h"}}, "`mean` must be more than 0"),
        ({"empirical": {"values": []}}, "1 to 100,000 values"),
        ({"uniform": {"low": 1, "high": 3}}, "has no unit"),
    ],
)
def test_other_laws_are_refused(law: object, words: str) -> None:
    with pytest.raises(ScenarioError, match=words):
        end(law)


def test_the_normal_quantile_agrees_with_the_standard_library() -> None:
    for share in ("0.5", "0.001", "0.975", "0.3", "1e-9"):
        exact = statistics.NormalDist().inv_cdf(float(share))
        assert float(normal_quantile(Decimal(share))) == pytest.approx(exact, abs=1e-9)
