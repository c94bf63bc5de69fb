"""Who works in another municipality: the radiation model, or a user's table, as whole numbers of people.

Simini et al. 2012 (doi:10.1038/nature10856): somebody from a place of m people takes work at one of n people with probability
m n / ((m + s) (m + n + s)), s being the people who live nearer than that place, in neither. It has no parameter, and here it was fitted to
nothing: Korea's flows between municipalities are not part of the package.
"""

from __future__ import annotations

import difflib
from pathlib import Path
from typing import Final

import numpy as np

from hyosan.errors import ScenarioError
from hyosan.world.draws import Ints, apportion
from hyosan.world.korea_data import METRES_PER_DEGREE_LAT, Municipality
from hyosan.world.plain import rows_of

_ONE: Final = 1 << 30
"""A share of 1."""


def positions(places: tuple[Municipality, ...]) -> tuple[Ints, Ints]:
    """[k] metres east and north of the south-west corner of all, for the centre of each place's people."""
    middle = float(np.mean([place.metres_per_degree_lon for place in places]))
    east = np.array([round(place.centre_lon * middle) for place in places], dtype=np.int64)
    north = np.array([round(place.centre_lat * METRES_PER_DEGREE_LAT) for place in places], dtype=np.int64)
    return east - east.min(), north - north.min()


def radiation(people: Ints, east: Ints, north: Ints) -> Ints:
    """[k, k] weights of working at each place for those who live at each, in 2**-30; equally far places count by their order."""
    shares = np.zeros((len(people), len(people)), dtype=np.int64)
    for home in range(len(people)):
        distance = (east - east[home]) ** 2 + (north - north[home]) ** 2
        distance[home] = -1  # first of all, whatever lies at the same spot
        nearer = 0
        here = int(people[home])
        for work in np.argsort(distance, kind="stable").tolist():
            there = int(people[work])
            shares[home, work] = here * there * _ONE // ((here + nearer) * (here + there + nearer))
            nearer += there if work != home else 0
    return shares


def read_table(path: Path, places: tuple[Municipality, ...]) -> Ints:
    """[k, k] weights from a CSV file `home,work,commuters`, names or codes of municipalities; who is in no row of it works where they live.

    Raises ScenarioError: a name that is none or several, a number that is none, a pair given twice, numbers too large.
    """
    number: dict[str, int] = {}
    for index, place in enumerate(places):
        number |= {name.casefold(): index for name in (place.code, place.unique_name, f"{place.name_ko} ({place.province_ko})")}
    for attribute in ("name_en", "name_ko"):
        names = [getattr(place, attribute) for place in places]
        number |= {name.casefold(): index for index, name in enumerate(names) if names.count(name) == 1}
    weights = np.zeros((len(places), len(places)), dtype=np.int64)
    given = set()
    for where, row in rows_of(path, ("home", "work", "commuters")):
        ends = []
        for column in ("home", "work"):
            name = row[column].strip()
            if name.casefold() not in number:
                near = difflib.get_close_matches(name.casefold(), number, n=3) or ["a code such as 11010"]
                raise ScenarioError(f"{where}: {column}: {name[:40]!r} is not the name of one municipality; nearest: {', '.join(near)}")
            ends.append(number[name.casefold()])
        text = row["commuters"].strip()
        if not text.isdecimal() or len(text) > 9:
            raise ScenarioError(f"{where}: commuters: {text[:40]!r}; write a whole number of people, at most 999999999")
        if tuple(ends) in given:
            raise ScenarioError(f"{where}: {row['home']} to {row['work']} is given twice; give each pair once")
        given.add(tuple(ends))
        weights[ends[0], ends[1]] = int(text)
    alone = np.flatnonzero(weights.sum(axis=1) == 0)
    weights[alone, alone] = 1
    return weights


def flows(weights: Ints, workers: Ints, jobs: Ints) -> Ints:
    """[k, k] how many of the workers of each place work where, by largest remainder; nobody goes where there are no jobs."""
    found = np.zeros_like(weights)
    for home, count in enumerate(workers.tolist()):
        row = np.where(jobs > 0, weights[home], 0)
        if row.sum() == 0:
            row[home] = 1
        found[home] = apportion(row, count)
    return found
