"""Attack rates: who was infected, by age; and where, by setting.

A run's tables hold only people to whom something happened: how many there are of an age is known from the world that it ran in.
"""

from __future__ import annotations

from math import nan
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hyosan.results.epidemiology.cases import Cases, count_by
from hyosan.results.epidemiology.columns import make

BANDS = ((0, 9), (10, 19), (20, 29), (30, 39), (40, 49), (50, 59), (60, 69), (70, 79), (80, 200))
"""Age bands in years, both ends included."""


def by_age(found: Cases, population: NDArray[Any] | None = None) -> Any:
    """People infected by age band. `population` holds the ages of all residents, in years. Columns: `attack-by-age`."""
    people, first = np.unique(found.person, return_index=True)
    ages = found.age[first]
    rows = []
    for low, high in (*BANDS, (-1, -1)):
        label = "unknown" if low < 0 else f"{low}-{high}" if high < 200 else f"{low}+"
        infected = int(((ages >= low) & (ages <= high)).sum())
        infections = int(((found.age >= low) & (found.age <= high)).sum())
        there = int(((population >= low) & (population <= high)).sum()) if population is not None and low >= 0 else None
        if infected or there:
            rows.append((label, there, infected, infections))
    rows.append(("all", found.residents, len(people), len(found)))
    return make(
        "attack-by-age",
        ages=[row[0] for row in rows],
        population=[row[1] for row in rows],
        infected=[row[2] for row in rows],
        infections=[row[3] for row in rows],
        attack_rate=[row[2] / row[1] if row[1] else nan for row in rows],
    )


def by_setting(found: Cases) -> Any:
    """Infections by another person by kind of place, most first, then all. Columns: `attack-by-setting`."""
    passed = found.setting[~found.seeds]
    rows = [*count_by(passed), ("all", len(passed))]
    return make(
        "attack-by-setting",
        setting=[name for name, _ in rows],
        infections=[count for _, count in rows],
        share=[count / len(passed) if len(passed) else nan for _, count in rows],
        attack_rate=[count / found.residents if found.residents else nan for _, count in rows],
    )
