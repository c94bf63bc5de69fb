"""Routines: which slot is active in each of the 168 hours of a week, by what a person does.

All hours are assumed: they follow a usual Korean week (work 9-18, school 8-16, elementary school and kindergarten 9-14, leisure
on some evenings and at weekends) and no survey. Each routine has four variants that differ in their leisure days, so that not
all go out at once.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from hyosan.world.frame import SLOT_DAY, SLOT_HOME, SLOT_LEISURE, WEEK_HOURS

ROUTINES: Final = ("home", "resident", "worker", "young pupil", "pupil")
"""What the rows of `week_table` are for; each has `VARIANTS` rows, in this order."""
VARIANTS: Final = 4
_DAY_HOURS: Final = {"home": (0, 0), "resident": (0, 0), "worker": (9, 18), "young pupil": (9, 14), "pupil": (8, 16)}
_EVENING: Final = {"home": (0, 0), "resident": (17, 20), "worker": (18, 20), "young pupil": (15, 17), "pupil": (17, 20)}
SLOT_YEAR: Final = 3
"""The fourth slot, of a school that stands alone: the year group."""


def always_home() -> NDArray[np.int8]:
    """[1, 168] the one routine of worlds without a daily round: slot 0 at every hour."""
    return np.zeros((1, WEEK_HOURS), dtype=np.int8)


def week_table() -> NDArray[np.int8]:
    """[5 * 4, 168] the routines of a city; row `routine * VARIANTS + variant`."""
    table = np.full((len(ROUTINES) * VARIANTS, WEEK_HOURS), SLOT_HOME, dtype=np.int8)
    for number, routine in enumerate(ROUTINES):
        for variant in range(VARIANTS):
            _fill_week(table[number * VARIANTS + variant], routine, variant)
    return table


def _fill_week(row: NDArray[np.int8], routine: str, variant: int) -> None:
    if routine == "home":
        return
    for day in range(7):
        midnight = 24 * day
        if day < 5:
            first, last = _DAY_HOURS[routine]
            row[midnight + first : midnight + last] = SLOT_DAY
            if (day + variant) % VARIANTS == 0:
                first, last = _EVENING[routine]
                row[midnight + first : midnight + last] = SLOT_LEISURE
            if routine == "resident" and (day + variant) % VARIANTS == 2:
                row[midnight + 10 : midnight + 12] = SLOT_LEISURE
        elif (day + variant) % 2 == 0:
            first = 11 + variant
            row[midnight + first : midnight + first + 4] = SLOT_LEISURE


def school_table() -> NDArray[np.int8]:
    """[2, 168] row 0 always at home; row 1 a school week: class 8-12 and 13-15, the whole school at 12, the year group at 15."""
    table = np.full((2, WEEK_HOURS), SLOT_HOME, dtype=np.int8)
    for day in range(5):
        midnight = 24 * day
        table[1, midnight + 8 : midnight + 16] = SLOT_DAY
        table[1, midnight + 12] = SLOT_LEISURE
        table[1, midnight + 15] = SLOT_YEAR
    return table


def half_day_table() -> NDArray[np.int8]:
    """[1, 168] at home from 20 to 8, in the community (slot 1) from 8 to 20, every day: half of the time each."""
    table = np.full((1, WEEK_HOURS), SLOT_HOME, dtype=np.int8)
    for day in range(7):
        table[0, 24 * day + 8 : 24 * day + 20] = SLOT_DAY
    return table
