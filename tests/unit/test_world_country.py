"""Is a city of any country what its figures say, and are countries found by their names?"""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from pydantic import ValidationError

from hyosan.errors import ScenarioError
from hyosan.scenario.city import City
from hyosan.world import memory
from hyosan.world.build import build, check_table
from hyosan.world.country_data import assumed_household_size, countries, find_country, national_figures, poisson_sizes
from hyosan.world.frame import World
from hyosan.world.households import form_households
from hyosan.world.land import columns_of
from hyosan.world.store import load_world, save


@pytest.fixture(scope="module")
def nairobi() -> World:
    return build(City(country="KEN", residents=20_000, police=30))


def households_of(world: World) -> tuple[np.ndarray, np.ndarray]:
    """Home of each person, and of each home the age of the eldest."""
    homes, number = np.unique(world.ground.person_slot_place[:, 0], return_inverse=True)
    eldest = np.zeros(len(homes), dtype=np.int64)
    np.maximum.at(eldest, number, world.ground.person_age)
    return number, eldest


def test_every_check_holds(nairobi: World) -> None:
    rows = check_table(nairobi)
    assert [row for row in rows if not row.holds] == []
    assert {"residents", "mean household size", "largest deviation of the share of a 5-year age group", "police officers"} <= {
        row.what for row in rows
    }
    assert all(row.source for row in rows)


@pytest.mark.parametrize("country", countries(), ids=lambda country: country.iso3)
def test_ages_and_households_of_every_country(country: object) -> None:
    """5-year groups within 1 % (total variation), household size within 2 %, an adult in every household: from 1,000 residents on."""
    w = build(City(country=country.iso3, residents=1000))  # type: ignore[attr-defined]
    ages: np.ndarray = country.ages  # type: ignore[attr-defined]
    built = np.bincount(w.ground.person_age // 5, minlength=20)
    assert np.abs(built / 1000 - ages / ages.sum()).sum() / 2 < 0.01
    _, eldest = households_of(w)
    mean = float(national_figures(country.iso3).households.mean)  # type: ignore[attr-defined]
    assert 1000 / len(eldest) == pytest.approx(mean, rel=0.02)
    assert eldest.min() >= 19


def test_children_live_with_adults_of_a_parents_age() -> None:
    for iso3 in ("NER", "KEN", "SEN", "AFG", "DEU", "JPN"):
        figures = national_figures(iso3)
        ages = figures.ages_of(20_000)
        homes = form_households(ages, figures.households, 1)
        age = np.where(homes.members >= 0, ages[homes.members], -1)
        column = np.arange(age.shape[1])
        child = (column >= 2) & (column < 2 + homes.children[:, None])
        gap = (age[:, [0]] - age)[child]
        assert gap.min() >= 15, iso3
        assert np.mean(gap > 50) < 0.06, iso3
        assert np.array_equal(np.sort(homes.members[homes.members >= 0]), np.arange(20_000))


@pytest.mark.parametrize("residents", [1, 2, 3, 7, 20, 60])
def test_however_few_residents(residents: int) -> None:
    for iso3 in ("NER", "SEN", "DEU"):
        if national_figures(iso3).ages_of(residents).max() < 19:
            assert residents < 5
            with pytest.raises(ScenarioError, match=r"all of \d residents would be children"):
                build(City(country=iso3, residents=residents))
        else:
            w = build(City(country=iso3, residents=residents))
            assert w.people == residents
            assert households_of(w)[1].min() >= 19


def test_the_law_of_sizes_has_the_mean_asked_for() -> None:
    for mean in ("1.2", "2.046", "3.638", "8.661", "20"):
        law = poisson_sizes(Fraction(mean), "x")
        sizes = np.arange(1, len(law.weights) + 1)
        assert law.weights @ sizes / law.weights.sum() == pytest.approx(float(mean), rel=1e-4)
        assert int(law.weights.sum()) < 2**31
        assert sum(law.shares) == pytest.approx(1)


def test_the_law_of_sizes_is_that_of_poisson_without_zero() -> None:
    law = poisson_sizes(Fraction(2) / (1 - Fraction(1353352832366127, 10**16)), "x")  # a parameter of 2: mean 2 / (1 - exp(-2))
    expected = np.array([2, 2, 4 / 3, 2 / 3]) * np.exp(-2) / (1 - np.exp(-2))
    assert law.shares[:4] == pytest.approx(expected, rel=1e-5)


def test_one_school_system(nairobi: World) -> None:
    w, g = nairobi, nairobi.ground
    pupil = g.person_role == w.roles.index("pupil")
    assert np.array_equal(pupil, (g.person_age >= 3) & (g.person_age <= 17))
    schools = {kind: int((g.place_kind == w.kinds.index(kind)).sum()) for kind in ("elementary school", "middle school", "high school")}
    per_school = {"elementary school": (6, 11), "middle school": (12, 14), "high school": (15, 17)}
    for kind, (low, high) in per_school.items():
        pupils = int(((g.person_age >= low) & (g.person_age <= high)).sum())
        assert schools[kind] == round(pupils / 540)


def test_built_twice_and_loaded_is_the_same(nairobi: World, tmp_path: Path) -> None:
    assert build(City(country="Kenya", residents=20_000, police=30)).content_hash == nairobi.content_hash
    loaded = load_world(save(nairobi, tmp_path))
    assert loaded.content_hash == nairobi.content_hash
    assert loaded.checks == nairobi.checks


@pytest.mark.parametrize(
    ("name", "iso3"),
    [
        ("KEN", "KEN"), ("kenya", "KEN"), (" Kenya ", "KEN"), ("Cote d'Ivoire", "CIV"), ("United States of America", "USA"), ("Viet Nam", "VNM"),
        ("Dem. Republic of the Congo", "COD"), ("The Netherlands", "NLD"), ("Netherlands", "NLD"), ("São Tomé and Príncipe", "STP"),
    ],
)  # fmt: skip
def test_a_country_by_its_names(name: str, iso3: str) -> None:
    assert find_country(name).iso3 == iso3


def test_an_unknown_country_brings_the_nearest() -> None:
    with pytest.raises(ScenarioError, match=r"city.country: 'Kenia' is none of the 187 .*did you mean `KEN` \(Kenya\)\?"):
        build(City(country="Kenia", residents=100))
    with pytest.raises(ScenarioError, match="write a code such as `KEN`"):
        find_country("Atlantis and beyond")


def test_a_country_needs_residents() -> None:
    with pytest.raises(ValidationError, match="`country` needs `residents`"):
        City(country="KEN")


def test_a_missing_household_size_is_assumed_and_says_so() -> None:
    sweden = national_figures("Sweden").households
    assert "assumed" in sweden.source
    assert 2.0 < float(sweden.mean) < 3.0
    assert assumed_household_size("SWE") == sweden.mean
    own = national_figures("Sweden", 2.2).households
    assert own.mean == Fraction(11, 5)
    assert "scenario" in own.source
    w = build(City(country="SWE", residents=5000, household_size=2.2))
    assert 5000 / len(households_of(w)[1]) == pytest.approx(2.2, rel=0.005)


def test_names_are_told_apart() -> None:
    assert len({country.iso3 for country in countries()}) == len(countries()) == 187
    for country in countries():
        assert all(find_country(name).iso3 == country.iso3 for name in (country.iso3, country.name, *country.also))


def test_what_other_grounds_have_is_refused() -> None:
    with pytest.raises(ScenarioError, match="only a city with `korea` has landmarks"):
        build(City(country="KEN", residents=1000, landmarks=True))
    with pytest.raises(ScenarioError, match="only a city with `country` has household_size"):
        build(City(well_mixed=10, household_size=3))


def test_the_estimate_grows_with_people_and_streets() -> None:
    small, large = City(country="KEN", residents=10_000), City(country="KEN", residents=1_000_000)
    assert memory.people_of(large) == 1_000_000
    assert memory.estimate_bytes(large) > 1_000_000 * 2000
    assert memory.estimate_bytes(small) < memory.estimate_bytes(City(country="KEN", residents=10_000, cell_size="50 m"))
    assert columns_of(large, 1_000_000) > columns_of(small, 10_000)
