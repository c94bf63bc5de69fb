"""Who infected whom: transmissions with all that is known of each, contacts, and the intervals between infector and infected.

Only contacts that infected are in a run's log: who else was met is not, so no attack rate among contacts can be had from these.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from hyosan.results.epidemiology.cases import Cases, Ints
from hyosan.results.epidemiology.columns import known, make
from hyosan.units import DAY_SECONDS


def transmissions(found: Cases) -> Any:
    """One row per infection in order of time, seeds included (their infector is null). Columns: `transmissions`."""
    parent, seed = found.parent, found.seeds
    return make(
        "transmissions",
        infector=[None if one else name for one, name in zip(seed, found.ids[parent], strict=True)],
        infected=found.ids,
        date_infector=known(_of_parent(found.second, found)),
        date_infection=found.second,
        generation_interval=np.where(seed, np.nan, (found.second - found.second[parent]) / DAY_SECONDS),
        generation=found.generation,
        setting=found.setting,
        place=known(found.place),
        zone=found.zone,
        route=[None if one else name for one, name in zip(seed, found.route, strict=True)],
        strain=found.strain,
        infector_state=found.parent_state,
        infector_age=known(_of_parent(found.age, found)),
        infected_age=known(found.age),
    )


def contacts(found: Cases) -> Any:
    """Contacts that infected, one row each, as R's epicontacts takes them. Columns: `contacts`."""
    rows = np.flatnonzero(~found.seeds)
    return make(
        "contacts",
        from_=found.ids[found.parent[rows]],
        to=found.ids[rows],
        date=found.second[rows],
        setting=found.setting[rows],
        was_case=np.ones(len(rows), dtype=bool),
    )


def intervals(found: Cases) -> Any:
    """Generation interval, serial interval (may be negative) and incubation period of each infection by another. Columns: `intervals`.

    Pairs near the end of a run are there only if their interval was short: the tables of a run cut short are biased downwards.
    """
    rows = np.flatnonzero(~found.seeds)
    parent = found.parent[rows]
    onset, earlier = found.onset[rows], found.onset[parent]
    return make(
        "intervals",
        infector=found.ids[parent],
        infected=found.ids[rows],
        date_infection=found.second[rows],
        generation_interval=(found.second[rows] - found.second[parent]) / DAY_SECONDS,
        serial_interval=np.where((onset >= 0) & (earlier >= 0), (onset - earlier) / DAY_SECONDS, np.nan),
        incubation_period=np.where(onset >= 0, (onset - found.second[rows]) / DAY_SECONDS, np.nan),
    )


def _of_parent(values: Ints, found: Cases) -> Ints:
    """Numbers of each infection's parent; -1 for seeds."""
    return np.where(found.seeds, -1, values[found.parent])
