"""The scenario as integers: what kernels read beside the state. Made by `engine/compile.py`, frozen for the run (orders change `State`).

Shares are 2**-32, weights 1/1024, rates 2**-(44 + rate_bits) per second, times instants (2**-20 s) unless a name says otherwise.
Like the state, tables are arrays of int64 records. `Floor` repacks the world's arrays in the same way.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from hyosan.engine.records import records
from hyosan.handles import by_address

CLASSES = ("susceptible", "human", "symptomless", "ill", "half_turned", "turned", "recovered", "dead")
"""What a state counts as; codes are positions."""
HALF_TURNED, TURNED, RECOVERED, DEAD = (CLASSES.index(name) for name in ("half_turned", "turned", "recovered", "dead"))
DOES = ("routine", "flee", "hide", "pursue", "still")
"""What a state makes people do; codes are positions."""
PURSUES = DOES.index("pursue")
PAIR, MEMBERS, PRESENT = 0, 1, 2
"""By what the bites of one of those who bite are divided."""

SCALARS = (
    "seed", "tick_seconds", "week_ticks", "rate_bits", "susceptible", "infected", "killed", "contact_frequency", "air_frequency",
    "contact_link", "bite_mixing", "bite_links", "hide_law", "leave_rate", "exit_flow", "shut_share", "walk_pace", "run_pace", "hearing",
    "fight_noise", "has_ways", "exerts", "has_bites", "hosts", "fighters", "hostiles", "slots", "camp", "dispersion_law",
    "strains", "forgets", "notices", "known_until", "one_route",
    "minds", "beside_bitten", "bitten_choose", "half_choose", "bite_seen", "meeting", "lure_noise", "calm_ticks", "tire_ticks", "tired_slows",
    "carer_age", "alone_ticks", "day_ticks", "night_tick", "cause", "keeps",
    "born", "redrawn_at", "redrawn_day",
)  # fmt: skip
"""Numbers of a rulebook that stand alone. `exerts` is how many places, by how many routes, one can expose in a tick, and links. `born` is the
seed of traits that are fixed at birth, `seed` that of all other luck: the same, unless luck was drawn anew
(`engine/redraw.py`) from the instant `redrawn_at` on."""
STATES = (
    "kind", "does", "hostile", "contact", "air", "pace", "wander", "sight", "sound", "smell", "rest", "wakes_law",
    "notice_share",
    "period_known", "notice_law", "misread", "taken_for", "out_start", "out_end", "chained",
    "open", "ward_start", "ward_end", "bed",
)  # fmt: skip
"""Columns per state; `kind` is the index into CLASSES, `hostile` the kind of those who bite (-1 = none), `open` in 2**-20, `ward` the places
of `Floor.wards` where they lie (none = where they are), `bed` the kind of care they need (-1 = none)."""
OUTS = ("to", "law", "back")
"""Columns per transition; `back` is 1 where it closes a circle: without those that do, no course comes back to a state."""
LAWS = ("kind", "a", "b", "offset")
STRAINS = ("transmission", "infected")
VACCINES = ("leaky", "first", "lasts_law", "passes_on")
"""Columns per vaccine; `first` is the row of its first dose, `lasts_law` -1 = for good."""
DOSES = ("effect", "delay", "after")
"""Columns per dose: share, instants, instants since the dose before."""
CARE = ("beds", "staff_start", "staff_end", "patients_each")
"""Columns per kind of care; without staff `staff_start` is -1; `patients_each` in 2**-20."""
SETTINGS = ("contact", "air", "contact_ages", "air_ages", "bite")
"""Columns per setting; `*_ages` is the matrix of `Rulebook.age_mix`, -1 = everybody meets everybody alike."""
PERSONS = ("id", "age", "schedule", "home", "fighter", "zone", "kept", "knows", "bullied", "needs", "cares")
"""Columns per person; `kept` is the sealed place they are in from the start on and follow their routine in; -1 = none; `knows` 1 = what to do in a
crisis, `bullied` by how many, `needs` 1 = somebody to look after them, `cares` 1 = has family who need that."""
GROUNDS = (
    "id", "parent", "dead_end", "way_start", "main_start", "main_end", "child_start", "child_end",
    "leaf_start", "way_end", "zone", "kind", "x", "y", "outside", "setting", "out", "ages_row",
)  # fmt: skip
"""Columns per place; `main` ways lead to the street, the parent or open ground, `child` ways to what hangs on the place,
from `leaf_start` on to dead ends: places with one way only, most buildings; `ages_row` numbers those with contact matrices, -1 = none."""
WAYS = ("to", "seconds", "door", "sound_lost", "gate", "back", "from_", "to_id")


@by_address
class Rulebook(NamedTuple):
    """All numbers of a scenario that kernels need."""

    one: Any  # [1] SCALARS
    states: Any  # [k] STATES
    outs: Any  # [t] OUTS, transitions by origin
    out_cut: NDArray[np.int64]  # [2, t, hosts, 111] cumulative share among those of the same origin, by host type and age; 1 = without a bed
    laws: Any  # [q] LAWS
    law_values: NDArray[np.int64]
    host_share: NDArray[np.int64]  # [hosts] share
    host_felt: NDArray[np.int64]  # [hosts] what a unit of fear and anger adds to it, in 1/1024 of it
    host_susceptibility: NDArray[np.int64]  # [hosts] 2**-20
    strains: Any  # [v] STRAINS
    cross: NDArray[np.int64]  # [v, v] protection from the second by an infection with the first, 2**-20
    vaccines: Any  # [x] VACCINES
    doses: Any  # [y] DOSES
    against: NDArray[np.int64]  # [x, v] factor on a vaccine's effect by strain, 2**-20
    care: Any  # [c] CARE
    settings: Any  # [g] SETTINGS
    age_mix: NDArray[np.int64]  # [matrices, 16, 16] how much somebody of a group of 5 years is exposed to one of another, 2**-16; mean 1
    bite_rate: NDArray[np.int64]  # [fighters, hostiles]
    kill_rate: NDArray[np.int64]
    choice: NDArray[np.int64]  # [7, 13] weights of options by situation
    feelings: NDArray[np.int64]  # [3, 13] what a unit of fear, anger, tiredness adds to a weight, in 1/1024 of it
    factors: NDArray[np.int64]  # [4, 13] factors on weights, 1/1024: of everybody, of those who know crises, towards those scorned, both
    door_law: NDArray[np.int64]  # [3] law of the time one person needs to break each kind of door
    slot_seconds: NDArray[np.int64]  # [schedules, week_ticks, slots] seconds of the tick spent in each slot
    slot_bits: NDArray[np.int64]  # [schedules, week_ticks] which slots come up in the tick, a bit each
    main_slot: NDArray[np.int64]  # [schedules, week_ticks] in which slot most of the tick is spent
    slot_open: NDArray[np.int64]  # [week_ticks, slots] which schedules come to a slot, a bit each (`schedule_bits`)


@by_address
class Floor(NamedTuple):
    """The world as kernels read it."""

    persons: Any  # [n] PERSONS
    slots: NDArray[np.int64]  # [n, S] place of each slot; -1 = at home
    spots: NDArray[np.int32]  # [n, S + 2] place of each slot, schedule, age group: what a glance needs (`engine/glance.py`)
    grounds: Any  # [m] GROUNDS
    ways: Any  # [w] WAYS
    main_way: NDArray[np.int64]
    child_way: NDArray[np.int64]
    member_start: NDArray[np.int64]  # [S * m + 1]
    member_person: NDArray[np.int64]
    member_schedules: NDArray[np.int64]  # [S * m] schedules of the members, a bit each (`schedule_bits`)
    link_start: NDArray[np.int64]  # [n + 1]
    link_to: NDArray[np.int64]
    link_weight: NDArray[np.int64]
    tie_start: NDArray[np.int64]  # [n + 1]
    tie_to: NDArray[np.int32]  # [ties] rows, by kind and id
    tie_kind: NDArray[np.int8]  # positions in `world.frame.TIE_KINDS`
    needy: NDArray[np.int64]  # people who need somebody to look after them
    wards: NDArray[np.int64]  # places where people of some states lie
    staff: NDArray[np.int64]  # people who work with beds
    row_of: NDArray[np.int64]  # [highest id + 1] row of the person with an id, -1 = none; empty where ids are sparse


def table(columns: tuple[str, ...], count: int, **values: Any) -> Any:
    """An array of `count` int64 records with these columns, filled by name."""
    made = records(columns, count)
    for name, value in values.items():
        made[name] = value
    return made
