"""Line lists: the cases as they were, and as the authorities knew them. Two tables, so that nobody takes one for the other.

Columns are those of R's simulist and outbreaks, without sex, admission, latitude and longitude, which no run knows.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from hyosan.results.epidemiology.cases import ONSET, OVER, Cases, Ints, ages_of, classes, latest, texts
from hyosan.results.epidemiology.columns import known, make
from hyosan.results.run import Run

INFECTED = ("symptomless", *ONSET)
"""Classes in which a person noticed is known as infected."""


def true_list(found: Cases) -> Any:
    """The line list of everything that happened, one row per infection in order of time. Columns: `line-list-true`."""
    return make(
        "line-list-true",
        id=found.ids,
        case_type=["confirmed"] * len(found),
        age=known(found.age),
        date_infection=found.second,
        date_onset=known(found.onset),
        date_reporting=known(found.reported),
        outcome=found.outcome,
        date_outcome=known(found.outcome_second),
        place=known(found.place),
        zone=found.zone,
    )


def reported_list(run: Run, found: Cases) -> Any:
    """The line list that the authorities have, one row per case noticed in order of report. Columns: `line-list-reported`.

    What was seen counts, right or not: a person who was never infected and is noticed as ill is a confirmed case here. A second
    infection is a case of its own if it is noticed. People noticed only as dead are `suspected`.
    """
    events = run.events
    rows = np.flatnonzero(texts(events["kind"]) == "noticed")
    who, seconds = events["person"].to_numpy()[rows], events["second"].to_numpy()[rows]
    groups = classes(run)
    group = np.array([groups.get(name, "") for name in texts(events["to"])[rows]], dtype=object)
    key, names = _of_case(found, run, rows, who)
    first, which = _first_of(key)
    count = len(first)
    confirmed = np.zeros(count, dtype=bool)
    confirmed[which[np.isin(group, INFECTED)]] = True
    outcome = np.full(count, None, dtype=object)
    outcome_second = np.full(count, -1, dtype=np.int64)
    for row in np.flatnonzero(np.isin(group, list(OVER))):
        case = which[row]
        if outcome[case] != "died":
            outcome[case], outcome_second[case] = OVER[group[row]], seconds[row]
    shown = confirmed | (outcome == "died")
    at = first[shown]
    return make(
        "line-list-reported",
        id=names[at],
        case_type=np.where(confirmed, "confirmed", "suspected")[shown],
        age=known(ages_of(run, who[at])),
        date_infection=[None] * len(at),
        date_onset=[None] * len(at),
        date_reporting=seconds[at],
        outcome=outcome[shown],
        date_outcome=known(outcome_second[shown]),
        place=known(events["place"].to_numpy()[rows[at]]),
        zone=texts(events["zone"])[rows[at]],
    )


def _of_case(found: Cases, run: Run, rows: Ints, who: Ints) -> tuple[Ints, Any]:
    """For each notice a number that is one per case, and the name of the case: that of the infection, or of a person never infected."""
    kinds = texts(run.events["kind"])
    case = latest(found.person, np.flatnonzero(np.isin(kinds, ("seeded", "infected"))), who, rows)
    names = np.array([found.ids[c] if c >= 0 else str(p) for c, p in zip(case.tolist(), who.tolist(), strict=True)], dtype=object)
    return np.where(case >= 0, case, len(found) + who), names


def _first_of(key: Ints) -> tuple[Ints, Ints]:
    """First position of each key in order of appearance, and for every position the number of its key in that order."""
    _, first, inverse = np.unique(key, return_index=True, return_inverse=True)
    order = np.argsort(first, kind="stable")
    place = np.empty_like(order)
    place[order] = np.arange(len(order))
    return first[order].astype(np.int64), place[inverse].astype(np.int64)
