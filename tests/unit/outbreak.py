"""A small outbreak made by hand, in which every date is known: a second infection, a negative serial interval, a misread report."""

from __future__ import annotations

from typing import Any

import fake_run

from hyosan.results.ending import Alive, Ending
from hyosan.results.run import Run

HOUR, DAY = fake_run.HOUR, fake_run.DAY
SCENARIO = """\
name: by-hand
pathogen:
  states:
    well: {counts_as: susceptible}
    exposed: {counts_as: symptomless}
    sick: {counts_as: ill}
    immune: {counts_as: recovered}
    dead: {counts_as: dead}
"""


def event(days: float, kind: str, person: int, **rest: Any) -> dict[str, Any]:
    """One event, `days` after the start."""
    usual = {"other": -1, "place": 10 + person, "place_kind": "home", "zone": "North"}
    return {"second": round(days * DAY), "kind": kind, "person": person} | usual | rest


def infected(days: float, person: int, by: int, **rest: Any) -> dict[str, Any]:
    """An infection by another, in the south, at school."""
    return event(days, "infected", person, other=by, to="exposed", route="contact", zone="South", place=7, place_kind="school") | rest


EVENTS = [
    event(0, "seeded", 1, to="exposed"),
    event(1, "progressed", 1, **{"from": "exposed", "to": "sick"}),
    infected(1.5, 2, by=1),
    infected(2, 3, by=1),
    infected(3, 4, by=3, place_kind="street"),
    event(3.5, "progressed", 4, **{"from": "exposed", "to": "sick"}),
    event(4, "progressed", 1, **{"from": "sick", "to": "immune"}),
    event(4, "progressed", 2, **{"from": "exposed", "to": "sick"}),
    event(4.5, "noticed", 2, **{"from": "sick", "to": "sick"}),
    event(5, "progressed", 3, **{"from": "exposed", "to": "sick"}),
    event(6, "killed", 3, **{"from": "sick", "to": "dead"}),
    event(6.5, "noticed", 3, **{"from": "dead", "to": "dead"}),
    event(7, "noticed", 99, **{"from": "well", "to": "sick"}),
    event(8, "progressed", 1, **{"from": "immune", "to": "well"}),
    infected(9, 1, by=2),
    infected(10, 5, by=1),
    event(11, "progressed", 2, **{"from": "sick", "to": "immune"}),
    event(11.5, "noticed", 2, **{"from": "immune", "to": "immune"}),
]
AGES = {1: 8, 2: 35, 3: 81, 4: 12, 5: 15, 99: 50}


def by_hand(events: list[dict[str, Any]] | None = None, **changes: Any) -> Run:
    """The outbreak, or another made of `events`."""
    chosen = EVENTS if events is None else events
    people = [
        {"person": person, "age": age, "role": "resident", "host": "ordinary", "home": 1, "home_zone": "North", "state": "well",
         "ending": "alive_human", "infected_second": -1, "infector": -1, "died_second": -1, "name": ""}
        for person, age in AGES.items()
    ]  # fmt: skip
    manifest = fake_run.manifest(
        Ending(residents=50, alive=Alive(human=50)), name="by-hand", title="By hand", end_second=20 * DAY, start_clock_seconds=6 * HOUR, **changes
    )
    tables = {"events": [fake_run.columns("events", chosen)] if chosen else [], "people": [fake_run.columns("people", people)]}
    return Run.in_memory(manifest, tables, SCENARIO)


def chain(length: int) -> Run:
    """One seed and a chain of transmission, an hour from one to the next."""
    rows = [event(i / 24, "infected", i + 1, other=i, to="exposed", route="contact") for i in range(1, length)]
    return by_hand([event(0, "seeded", 1, to="exposed"), *rows])
