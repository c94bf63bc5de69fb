"""Figures of 187 countries and territories as shipped in `world/data/countries.csv`, and what is assumed where nothing is published.

Sources and licences: `world/data/README.md`. Published are ages in groups of five years (2020) and, for 150 of them, the mean household
size. Assumed, since nothing free to use was at hand for all countries:

* ages are spread evenly within each group of five years;
* household sizes follow a Poisson law without zero, with the mean given: one number sets it, and it was held against those of 104
  countries (Jennings, Lloyd-Smith and Ironmonger 1999, doi:10.1007/BF03029455);
* a mean household size that is missing is the median of the 15 countries whose share of people under 15 is nearest (left out one by
  one, half of the known means are met within 12 %, nine in ten within 31 %);
* everybody aged 3 to 17 is at kindergarten or school, in classes of 30 (20 in kindergarten): above the 21 to 23 of the OECD's mean
  (Education at a Glance 2021, indicator D2), as countries with more children have larger classes;
* those aged 19 and more work in the shares by age that `town.py` takes for Korea, and in workplaces of the same sizes;
* schools have 540 pupils, three classes a year in an elementary school, kindergartens 60 children; they stand where people live.
"""

from __future__ import annotations

import csv
import unicodedata
from fractions import Fraction
from functools import cache
from importlib.resources import files
from typing import Final, NamedTuple

import numpy as np

from hyosan.errors import ScenarioError
from hyosan.scenario.nearest import nearest
from hyosan.world.draws import Ints
from hyosan.world.figures import Figures, Level, SizeLaw

_AGES_SOURCE: Final = "US Census Bureau, International Data Base, ages of 2020"
_HOUSEHOLDS_SOURCE: Final = "UN, Household Size and Composition 2019; sizes: Poisson without zero (Jennings and others 1999)"
_SCHOOLS_SOURCE: Final = "assumed: larger classes than the OECD's mean of 21 to 23"
_LIKE: Final = 15
"""Countries of like age whose median household size stands in for one that is missing."""
_LEVELS: Final = (
    Level("kindergarten", 3, 5, Fraction(20), Fraction(20)),
    Level("elementary", 6, 11, Fraction(30), Fraction(25)),
    Level("middle", 12, 14, Fraction(30), Fraction(18)),
    Level("high", 15, 17, Fraction(30), Fraction(18)),
)
"""Pupils per teacher: near the world's mean of 23 in primary schools (UNESCO Institute for Statistics, 2018), fewer above (assumed)."""
_KINDERGARTEN, _SCHOOL = 60, 540
_GRAIN: Final = 1_000_000
"""Parts of one in which the parameter of the law of sizes is found."""
_MOST: Final = 60


class Country(NamedTuple):
    """A country or territory."""

    iso3: str
    name: str
    also: tuple[str, ...]  # other English names
    household_size: Fraction | None  # people
    ages: Ints  # [20] people by groups of five years, 0-4 to 95-99


@cache
def countries() -> tuple[Country, ...]:
    """All of them, in order of their codes."""
    with files("hyosan.world").joinpath("data", "countries.csv").open(encoding="utf-8") as file:
        return tuple(
            Country(
                row["iso3"],
                row["name"],
                tuple(name for name in row["also"].split("; ") if name),
                Fraction(row["mean_household_size"]) if row["mean_household_size"] else None,
                np.array([int(row[f"age_{low}"]) for low in range(0, 100, 5)], dtype=np.int64),
            )
            for row in csv.DictReader(file)
        )


def _plain(name: str) -> str:
    """A name without accents, case and punctuation: `Cote d'Ivoire` is found too."""
    letters = unicodedata.normalize("NFKD", name.replace("&", " and ").replace("’", "'"))
    return " ".join("".join(c for c in letters if not unicodedata.combining(c)).casefold().replace(".", "").split())


def find_country(name: str) -> Country:
    """The country with this ISO 3166 code of three letters or English name. Raises ScenarioError: no such one, with the nearest."""
    asked = _plain(name)
    known = {_plain(n): country for country in countries() for n in (country.iso3, country.name, *country.also)}
    if asked in known:
        return known[asked]
    near = nearest(asked, known)
    advice = f"did you mean `{known[near].iso3}` ({known[near].name})?" if near else "write a code such as `KEN` or an English name such as `Kenya`"
    raise ScenarioError(f"city.country: {name[:60]!r} is none of the {len(countries())} countries with figures; {advice}")


def _young(country: Country) -> Fraction:
    return Fraction(int(country.ages[:3].sum()), int(country.ages.sum()))


@cache
def assumed_household_size(iso3: str) -> Fraction:
    """Mean household size of a country that publishes none: the median of those nearest to it in the share of people under 15."""
    own = _young(find_country(iso3))
    known = [(abs(_young(other) - own), other.household_size) for other in countries() if other.household_size is not None and other.iso3 != iso3]
    return sorted(size for _, size in sorted(known)[:_LIKE])[_LIKE // 2]


@cache
def poisson_sizes(mean: Fraction, source: str) -> SizeLaw:
    """Households of 1, 2, ... people in proportion to x**k / k!, where x gives the mean: a Poisson law without zero, in whole numbers."""
    low, high = 1, 100 * _GRAIN
    while high - low > 1:  # the mean grows with x
        middle = (low + high) // 2
        weights = _poisson(middle)
        low, high = (middle, high) if sum(k * w for k, w in weights) <= mean * sum(w for _, w in weights) else (low, middle)
    weights = _poisson(low)
    total = sum(w for _, w in weights)
    kept = [w for k, w in weights if k <= 5 or w * 1_000_000 > total]
    return SizeLaw(np.array([w * 2**30 // total for w in kept], dtype=np.int64), mean, source)


def _poisson(x: int) -> list[tuple[int, int]]:
    weights = [(1, 10**30)]
    for k in range(2, _MOST + 1):
        weights.append((k, weights[-1][1] * x // (k * _GRAIN)))
    return weights


def national_figures(name: str, household_size: float | None = None) -> Figures:
    """What a city of this country is built from; `household_size` replaces the published mean. Raises ScenarioError: unknown name."""
    country = find_country(name)
    if household_size is not None:
        mean, source = Fraction(household_size).limit_denominator(1000), "the scenario; sizes: Poisson without zero (Jennings and others 1999)"
    elif country.household_size is not None:
        mean, source = country.household_size, _HOUSEHOLDS_SOURCE
    else:
        mean, source = assumed_household_size(country.iso3), "assumed: none is published; the median of countries as young"
    return Figures(
        place=country.name,
        population=int(country.ages.sum()),
        ages=np.append(np.repeat(country.ages, 5), 0),  # even within each group: only ratios matter
        age_group=5,
        ages_source=f"{_AGES_SOURCE}, {country.name}",
        households=poisson_sizes(mean, source),
        levels=_LEVELS,
        schools_source=_SCHOOLS_SOURCE,
        enrolled=1.0,
        enrolled_source="assumed: everybody",
        kindergarten_size=_KINDERGARTEN,
        pupils_per_school=_SCHOOL,
    )
