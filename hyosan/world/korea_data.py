"""Korea's published figures as shipped in `world/data`: municipalities, ages, schools, household and class sizes.

Sources and licences: `world/data/README.md`. Nothing here is estimated; what is assumed is said where it is used.
"""

from __future__ import annotations

import csv
import difflib
from fractions import Fraction
from functools import cache
from importlib.resources import files
from typing import Final, NamedTuple

import numpy as np

from hyosan.errors import ScenarioError
from hyosan.world.draws import Ints
from hyosan.world.figures import Figures, Level, SizeLaw

AGES_SOURCE: Final = "Ministry of the Interior and Safety, registered population, May 2025"
HOUSEHOLDS_SOURCE: Final = "Statistics Korea, census 2023, household sizes"
SCHOOLS_SOURCE: Final = "Ministry of Education, basic education statistics 2024 (teachers: 2023)"
SITES_SOURCE: Final = "school location standard data, September 2018"
_LARGE: Final = (500, 100, 20, 4, 1)
"""Weights of households of 5, 6, 7, 8 and 9 people."""
METRES_PER_DEGREE_LAT: Final = 111_132
"""Metres per degree of latitude near 36 degrees north (WGS 84: 110,950 to 111,000 plus rounding; 0.2 % does not matter here)."""


class Municipality(NamedTuple):
    """One of the 250 si, gun and gu."""

    code: str  # kostat, 2018
    province_en: str
    province_ko: str
    name_en: str
    name_ko: str
    population: int
    centre_lat: float  # centre of its people
    centre_lon: float
    metres_per_degree_lon: int

    @property
    def unique_name(self) -> str:
        """`Jung-gu (Seoul)`: a name that no other has."""
        return f"{self.name_en} ({self.province_en})"


@cache
def _rows(name: str) -> list[dict[str, str]]:
    with files("hyosan.world").joinpath("data", name).open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


@cache
def municipalities() -> tuple[Municipality, ...]:
    """All of them, in order of their codes."""
    return tuple(
        Municipality(
            r["kostat_code"], r["province_en"], r["province_ko"], r["name_en"], r["name_ko"], int(r["population"]),
            float(r["centre_lat"]), float(r["centre_lon"]), int(r["metres_per_degree_lon"]),
        )
        for r in _rows("municipalities.csv")
    )  # fmt: skip


def _names(m: Municipality) -> tuple[str, ...]:
    return (m.code, m.name_en, m.unique_name, m.name_ko, f"{m.name_ko} ({m.province_ko})", f"{m.province_ko} {m.name_ko}")


def find_municipality(name: str) -> Municipality:
    """The municipality with this English or Korean name or code; `Dangjin` will do for `Dangjin-si`.

    Raises ScenarioError: no such name (the nearest are told), or several have it (their unique names are told).
    """
    asked = " ".join(name.split()).casefold()
    found = [m for m in municipalities() if asked in (n.casefold() for n in _names(m))]
    if not found:
        parts = {m: [part.casefold() for part in m.name_en.split()] for m in municipalities()}
        found = [m for m in parts if any(asked in (part, part.rsplit("-", 1)[0]) for part in parts[m])]
    if len(found) == 1:
        return found[0]
    if found:
        forms = ", ".join(f'"{m.unique_name}"' for m in found)
        raise ScenarioError(f"city.korea: {name!r} is the name of {len(found)} municipalities; write one of {forms}")
    inside = [m.name_en for m in municipalities() if asked in (m.province_en.casefold(), m.province_ko)]
    if inside:
        raise ScenarioError(f"city.korea: {name!r} is not one municipality but holds {len(inside)}; write one of {', '.join(inside)}")
    known = {n.casefold(): n for m in municipalities() for n in (m.name_en, m.name_ko, m.unique_name, m.name_en.split("-")[0])}
    near = [known[n] for n in difflib.get_close_matches(asked, list(known), n=4, cutoff=0.5)]
    advice = f"nearest names: {', '.join(near)}" if near else 'write a name such as "Dangjin-si", or a code such as "34080"'
    raise ScenarioError(f"city.korea: {name!r} is none of Korea's 250 municipalities (si, gun, gu); {advice}")


@cache
def age_counts(code: str) -> Ints:
    """[101] registered residents of a municipality by single year of age; the last counts those of 100 and more."""
    row = next(r for r in _rows("ages.csv") if r["kostat_code"] == code)
    return np.array([int(row[f"age_{age}"]) for age in range(101)], dtype=np.int64)


@cache
def national_age_counts() -> Ints:
    """[101] residents of Korea by single year of age; the last counts those of 100 and more."""
    return np.array([int(r["population"]) for r in _rows("ages_national.csv")], dtype=np.int64)


@cache
def household_sizes() -> SizeLaw:
    """Households of 1 to 9 people in 2023. Those of "5 or more" have 5 to 9, in numbers that fall by a factor of 5 (assumed: mean
    5.25, the value with which the published shares give the published mean).
    """
    row = next(r for r in _rows("household_sizes.csv") if r["year"] == "2023")
    *small, large = (int(Fraction(row[f"hh{size}_pct"]) * 10) for size in ("1", "2", "3", "4", "5plus"))
    weights = np.array([*(share * sum(_LARGE) for share in small), *(large * weight for weight in _LARGE)], dtype=np.int64)
    return SizeLaw(weights, Fraction(row["mean_household_size"]), HOUSEHOLDS_SOURCE)


@cache
def levels() -> tuple[Level, ...]:
    """Kindergarten, elementary, middle and high school. Class sizes are of 2024, pupils per teacher of 2023."""
    rows = {(r["year"], r["level"]): r for r in _rows("school_statistics.csv")}
    ages = {"kindergarten": (3, 5), "elementary": (6, 11), "middle": (12, 14), "high": (15, 17)}
    return tuple(
        Level(
            name,
            *ages[name],
            Fraction(rows["2024", name]["students_per_class"]),
            Fraction(rows["2023", name]["students_per_teacher"]),
        )
        for name in ages
    )


def level_of(age: int) -> Level:
    """The level that people of this age go to (the nearest one for ages outside 3 to 17)."""
    return next((level for level in levels() if age <= level.last_age), levels()[-1])


@cache
def enrolled_share() -> float:
    """Pupils of 2024 per resident aged 6 to 17 of 2025: how near "everybody of that age is at school" comes."""
    pupils = sum(int(r["students"]) for r in _rows("school_statistics.csv") if r["year"] == "2024" and r["level"] != "kindergarten")
    return pupils / int(national_age_counts()[6:18].sum())


@cache
def kindergarten_size() -> int:
    """Mean number of children in a kindergarten, 2024."""
    row = next(r for r in _rows("school_statistics.csv") if r["year"] == "2024" and r["level"] == "kindergarten")
    return int(row["students"]) // int(row["schools"])


@cache
def _schools() -> dict[str, list[dict[str, str]]]:
    """Rows of the schools of each municipality, by its code."""
    found: dict[str, list[dict[str, str]]] = {}
    for r in _rows("schools.csv"):
        found.setdefault(r["kostat_code"], []).append(r)
    return found


def school_sites(municipality: Municipality) -> dict[str, Ints]:
    """By level: [k, 2] metres east and north of the centre of the municipality's people, in order of school id."""
    sites: dict[str, list[tuple[int, int]]] = {"elementary": [], "middle": [], "high": []}
    for r in _schools().get(municipality.code, []):
        east = round((float(r["lon"]) - municipality.centre_lon) * municipality.metres_per_degree_lon)
        north = round((float(r["lat"]) - municipality.centre_lat) * METRES_PER_DEGREE_LAT)
        sites[r["level"]].append((east, north))
    return {level: np.array(rows, dtype=np.int64).reshape(-1, 2) for level, rows in sites.items()}


def municipal_figures(name: str) -> Figures:
    """What a town of this municipality is built from. Raises ScenarioError: unknown or ambiguous name."""
    municipality = find_municipality(name)
    return Figures(
        place=municipality.name_en,
        population=municipality.population,
        ages=age_counts(municipality.code),
        age_group=1,
        ages_source=f"{AGES_SOURCE}, {municipality.name_en}",
        households=household_sizes(),
        levels=levels(),
        schools_source=SCHOOLS_SOURCE,
        enrolled=enrolled_share(),
        enrolled_source=SCHOOLS_SOURCE,
        kindergarten_size=kindergarten_size(),
        sites=school_sites(municipality),
    )
