"""Who meets whom by age in a built city, as its places, routines and rates imply, beside what a survey of contacts found.

Nothing is run. For each pair of groups of 5 years: over all places and hours of the week, the time that people of both are there together,
divided by the members of the place where mixing is `frequency`, times the rate of the place's setting and the entry of its contact matrix. It is
what one case of weight 1 exerts on others in a day. So it is reciprocal: as much from one group to another as back. A survey (Prem et al. 2021,
doi:10.1371/journal.pcbi.1009098) is made reciprocal with the ages of the city. Since rates count infections and surveys contacts, the city is
scaled to as many contacts as the survey; what is compared is where and between whom they are.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from hyosan.errors import CommandError
from hyosan.reproduction import ROUTES, course
from hyosan.scenario.city import City
from hyosan.scenario.pathogen import Exposure
from hyosan.scenario.root import Scenario
from hyosan.units import DAY_SECONDS
from hyosan.world.country_data import find_country
from hyosan.world.frame import WEEK_HOURS, World
from hyosan.world.mixing import GROUPS, MIX_BITS, age_groups, contact_matrix, exposure_by_age

SURVEYED: Final = ("home", "school", "work", "other")
"""Settings of the survey. Classes and years count as school; whatever is not home, school or work is other."""
_SCHOOL: Final = ("school", "class", "year")
_ADULT: Final = 30
"""Age of the case whose course says how much each of several routes counts."""

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class ContactsByAge:
    """Contacts between age groups: [16, 16] of all people of a group (row) with those of another, per day, symmetric."""

    people: Ints
    """[16] people of each group."""
    total: dict[str, Floats]
    """By setting of the survey."""

    @property
    def all(self) -> Floats:
        """All settings together."""
        return sum(self.total.values(), np.zeros((GROUPS, GROUPS)))

    def each(self, total: Floats) -> Floats:
        """Per person of the row's group; 0 for groups without people."""
        made: Floats = total / np.maximum(self.people, 1)[:, None]
        return made

    def mean(self, total: Floats) -> float:
        """Per person, on average."""
        return float(total.sum() / max(1, self.people.sum()))


@dataclass(frozen=True)
class Likeness:
    """How like two tables of contacts are, both with as many contacts."""

    correlation: float
    """Of the entries per person, over all pairs of groups with people."""
    misplaced_share: float
    """Share of the contacts that are between other groups than in the survey."""
    growth_ratio: float
    """Leading eigenvalue, the city's over the survey's: the factor by which R0 differs at as many contacts."""


def groups_of(world: World) -> Ints:
    """[n] age group of each person."""
    found: Ints = age_groups(world.ground.person_age)
    return found


def implied(scenario: Scenario, world: World) -> ContactsByAge:
    """What the places, routines and rates of a scenario imply, per day. Without a route of exposure every setting has the rate 1 per day."""
    group = groups_of(world)
    people = np.bincount(group, minlength=GROUPS).astype(np.int64)
    routes = [(name, route) for name in ROUTES if (route := getattr(scenario.pathogen.routes, name, None)) is not None]
    found = {name: np.zeros((GROUPS, GROUPS)) for name in SURVEYED}
    together = {mixing: _together(world, group, mixing) for mixing in {route.mixing for _, route in routes} or {"frequency"}}
    weights = _weights(scenario) if len(routes) > 1 else dict.fromkeys(ROUTES, 1.0)
    for code, setting in enumerate(world.settings):
        where = "school" if setting in _SCHOOL else setting if setting in SURVEYED else "other"
        for name, route in routes:
            found[where] += weights[name] * _factor(scenario, name, route, setting, people) * together[route.mixing][code]
        if not routes:
            found[where] += together["frequency"][code]
    return ContactsByAge(people, found)


def _factor(scenario: Scenario, name: str, route: Exposure, setting: str, people: Ints) -> Floats | float:
    """Rate per day of a setting, times its contact matrix if it has one."""
    rate = route.rates.get(setting, route.rates.get("anywhere", 0.0)) * DAY_SECONDS
    named = route.ages.get(setting, route.ages.get("anywhere"))
    if named is None or rate == 0:
        return rate
    matrix = contact_matrix(named, scenario.base, f"pathogen.routes.{name}.ages.{setting}")
    made: Floats = rate * exposure_by_age(matrix, people) / (1 << MIX_BITS)
    return made


def _weights(scenario: Scenario) -> dict[str, float]:
    """How much a case exerts by each route: weights of the states, times the expected time in them."""
    host = next(iter(scenario.pathogen.hosts))
    seconds = course(scenario.pathogen, _ADULT, host).seconds
    exerted = {name: sum(state.infectious.get(name, 0.0) * seconds[key] for key, state in scenario.pathogen.states.items()) for name in ROUTES}
    whole = max(exerted.values()) or 1.0
    return {name: value / whole for name, value in exerted.items()}


def _together(world: World, group: Ints, mixing: str) -> Floats:
    """[settings, 16, 16] share of the week that pairs of two groups spend in one place, by its members where mixing is `frequency`."""
    ground, many = world.ground, world.places
    place = ground.person_slot_place.astype(np.int64)
    place = np.where(place < 0, place[:, :1], place)
    per_pair = np.ones(many)
    if mixing == "frequency":
        members = np.unique(np.arange(world.people)[:, None] * many + place) % many
        per_pair = 1 / np.maximum(1, np.bincount(members, minlength=many))
    found = np.zeros((len(world.settings), GROUPS, GROUPS))
    by_setting = [np.flatnonzero(ground.place_setting == code) for code in range(len(world.settings))]
    hours, counts = np.unique(ground.schedule_slot, axis=1, return_counts=True)
    for k, count in enumerate(counts):
        at = place[np.arange(world.people), hours[ground.person_schedule, k]]
        here = np.bincount(at * GROUPS + group, minlength=many * GROUPS).reshape(many, GROUPS).astype(np.float64)
        for code, rows in enumerate(by_setting):
            part, scale = here[rows], per_pair[rows] * (count / WEEK_HOURS)
            found[code] += (part * scale[:, None]).T @ part - np.diag(scale @ part)  # nobody meets themselves
    return found


def survey_name(city: City) -> str | None:
    """The country, as contact matrices call it, of a city; None for a city of no country."""
    if city.korea is not None:
        return "KOR"
    return find_country(city.country).iso3 if city.country is not None else None


def surveyed(country: str, people: Ints) -> ContactsByAge:
    """The contacts per day that a survey gives for people of these ages. Raises CommandError: no matrix of this country is known."""
    found = {}
    for name in SURVEYED:
        matrix = contact_matrix(f"{country}-{name}", Path(), "--survey")
        total = matrix * people[:, None]
        found[name] = (total + total.T) / 2 * ((people > 0)[:, None] & (people > 0))
    if not any(total.sum() for total in found.values()):
        raise CommandError(f"--survey: {country} has no contacts among the people of this city")
    return ContactsByAge(people, found)


def scaled_to(city: ContactsByAge, survey: ContactsByAge) -> ContactsByAge:
    """The city's contacts, all times one factor, so that there are as many as in the survey."""
    whole = float(city.all.sum())
    factor = float(survey.all.sum()) / whole if whole else 0.0
    return ContactsByAge(city.people, {name: total * factor for name, total in city.total.items()})


def likeness(city: ContactsByAge, survey: ContactsByAge, setting: str | None = None) -> Likeness | None:
    """How like a city is to a survey in one setting, or (None) in all; None where one of them has no contacts."""
    ours, theirs = (one.all if setting is None else one.total[setting] for one in (city, survey))
    if not ours.sum() or not theirs.sum():
        return None
    ours = ours * (theirs.sum() / ours.sum())
    present = city.people > 0
    square = np.ix_(present, present)
    a, b = city.each(ours)[square], city.each(theirs)[square]
    return Likeness(
        correlation=float(np.corrcoef(a.ravel(), b.ravel())[0, 1]),
        misplaced_share=float(np.abs(ours - theirs).sum() / 2 / theirs.sum()),
        growth_ratio=float(np.abs(np.linalg.eigvals(a)).max() / np.abs(np.linalg.eigvals(b)).max()),
    )
