"""Who lived: residents by age, zone, household, where they spend the day, what they chose and what happened to them, and how it ended for each group.

Groups come from the world, endings from `people.parquet`; who is not there is somebody to whom nothing happened, and alive. Without the
world only the people of that table are grouped, and this is said.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from hyosan.report.counts import AGE_BANDS, Facts, Row, age_label, say
from hyosan.report.evidence import Said, Source
from hyosan.report.explain import count
from hyosan.report.frame import share
from hyosan.results.rows import condition, named
from hyosan.results.run import Run
from hyosan.tables import ENDING_CLASSES
from hyosan.world.frame import SLOT_DAY, SLOT_HOME

LARGE = 50
"""Sentences compare groups of at least so many people."""
MOST_AT_HOME = 12
"""More people than that at one address are no household."""
_ALIVE = ("alive_human", "alive_symptomless", "alive_half_turned")
_HAPPENED = {
    "quarantined": "reached the quarantine", "rescued": "were reached by a rescue team", "called": "called for rescue",
    "evacuated": "were evacuated", "left_city": "got out of the city", "vaccinated": "were vaccinated", "treated": "were treated",
}  # fmt: skip
_READ = ("person", "ending", "infected_second")


class Grouping(NamedTuple):
    """One way of grouping people: a title, what its rows rest on, and a row for each group."""

    by: str
    rests: tuple[Source, ...]
    rows: list[Row]
    """group, people, alive, share, in_strikes, otherwise, other, infected."""


class Residents(NamedTuple):
    """Residents, or of a run without its world those to whom something happened; one entry each, by ascending id."""

    person: NDArray[np.int64]
    ending: NDArray[np.int64]
    """Position in ENDING_CLASSES."""
    infected: NDArray[np.bool_]
    age: NDArray[np.int64]
    labels: dict[str, tuple[NDArray[np.int64], tuple[str, ...]]]
    """Other groupings: codes (-1 = in none) and the names of the codes."""


def survival(facts: Facts) -> list[Grouping]:
    """How it ended, by each way of grouping that tells at least two groups apart."""
    people = _residents(facts)
    if not len(people.person):
        return []
    ages = np.full(len(people.age), -1)
    for code, (low, high) in enumerate(AGE_BANDS):
        ages[(people.age >= low) & (people.age <= high)] = code
    table = (Source("people", (), (*_READ, "age")),)
    found = [Grouping("age", table, _rows(people, ages, tuple(age_label(low, high) for low, high in AGE_BANDS)))]
    for by, (codes, names) in people.labels.items():
        found.append(Grouping(by, (Source("people", (), _READ),), _rows(people, codes, names)))
    codes, names = _first_choices(facts.run, people)
    chose = (Source("people", (), _READ), Source("events", ("kind=chose",), ("person", "cause")))
    found += [
        Grouping("first choice on noticing danger", chose, _rows(people, codes, names)),
        Grouping("what happened to them", _rests_on_kinds(), _happened(facts.run, people)),
    ]
    return [one for one in found if len(one.rows) > 1]


def told(facts: Facts, groups: list[Grouping]) -> list[Said]:
    """A sentence for each grouping: the groups that came out best and worst; where nobody died, those infected most and least."""
    field, word = ("alive", "came out alive") if facts.ending.dead else ("infected", "were infected")
    found = []
    for one in groups:
        rows = [row for row in one.rows if row["people"] >= LARGE]
        if len(rows) < 2 or not any(row[field] for row in rows):
            continue
        rows.sort(key=lambda row: row[field] / row["people"])
        low, high = rows[0], rows[-1]
        if low[field] * high["people"] == high[field] * low["people"]:
            continue
        which = f", the lowest and the highest of {len(rows)} groups" if len(rows) > 2 else ""
        found.append(Said(f"By {one.by}{which}: from {_said(low, field)} to {_said(high, field)} {word}.", one.rests))
    return found


def _said(row: Row, field: str) -> str:
    return f"{share(row[field], row['people'])} ({row['group']}; {count(row['people'], 'person', 'people')})"


def _residents(facts: Facts) -> Residents:
    run, world = facts.run, facts.world
    table = run.people
    ids = table["person"].to_numpy()
    order = np.argsort(ids)
    codes = {name: code for code, name in enumerate(ENDING_CLASSES)}
    endings = _codes(table["ending"], codes)[order]
    infected = (table["infected_second"].to_numpy() >= 0)[order]
    if world is None:
        labels = {"role": _named(table["role"], order), "home zone": _named(table["home_zone"], order)}
        return Residents(ids[order], endings, infected, table["age"].to_numpy().astype(np.int64)[order], labels)
    ground = world.ground
    lives = np.flatnonzero(ground.place_outside[ground.person_slot_place[:, SLOT_HOME]] == 0)
    lives = lives[np.argsort(ground.person_id[lives])]
    person = ground.person_id[lives]
    at = np.searchsorted(person, ids[order])
    known = (at < len(person)) & (person[np.minimum(at, len(person) - 1)] == ids[order]) if len(person) else np.zeros(len(ids), dtype=bool)
    ending, was = np.zeros(len(person), dtype=np.int64), np.zeros(len(person), dtype=bool)
    ending[at[known]], was[at[known]] = endings[known], infected[known]
    return Residents(person, ending, was, ground.person_age[lives].astype(np.int64), _labels(world, lives))


def _labels(world: Any, lives: NDArray[np.int64]) -> dict[str, tuple[NDArray[np.int64], tuple[str, ...]]]:
    ground = world.ground
    home = ground.person_slot_place[lives, SLOT_HOME]
    at_home = np.bincount(home, minlength=len(ground.place_kind))[home]
    slots = ground.person_slot_place.shape[1]
    day = ground.person_slot_place[lives, SLOT_DAY] if slots > SLOT_DAY else np.full(len(lives), -1)
    day = np.where(day >= 0, day, home)
    sizes = np.where(at_home > MOST_AT_HOME, -1, np.minimum(at_home, 6) - 1)
    return {
        "household": (sizes.astype(np.int64), ("alone", *(f"{size} people" for size in range(2, 6)), "6 people or more")),
        "role": (ground.person_role[lives].astype(np.int64), world.roles),
        "where they spend the day": (ground.place_kind[day].astype(np.int64), world.kinds),
        "home zone": (ground.place_zone[home].astype(np.int64), world.zones),
    }


def _first_choices(run: Run, people: Residents) -> tuple[NDArray[np.int64], tuple[str, ...]]:
    events = run.events
    chose = events.filter(pa.array(named(events["kind"], "chose")))
    persons, first = np.unique(chose["person"].to_numpy(), return_index=True)
    causes, names = _named(chose["cause"], first)
    codes = np.full(len(people.person), -1)
    at = np.searchsorted(people.person, persons)
    known = (at < len(people.person)) & (people.person[np.minimum(at, len(people.person) - 1)] == persons)
    codes[at[known]] = causes[known]
    return codes, tuple(say(name) for name in names)


def _happened(run: Run, people: Residents) -> list[Row]:
    kinds, persons = run.events["kind"], run.events["person"].to_numpy()
    rows = [_row(people, people.infected, "were infected"), _row(people, ~people.infected, "were never infected")]
    for kind, name in _HAPPENED.items():
        those = np.isin(people.person, persons[named(kinds, kind)])
        rows.append(_row(people, those, name))
    return [row for row in rows if row["people"]]


def _rests_on_kinds() -> tuple[Source, ...]:
    return (Source("people", (), _READ), Source("events", (condition("kind", *_HAPPENED),), ("kind", "person")))


def _rows(people: Residents, codes: NDArray[np.int64], names: tuple[str, ...]) -> list[Row]:
    return [_row(people, codes == code, say(names[code])) for code in np.unique(codes[codes >= 0]).tolist()]


def _row(people: Residents, those: NDArray[np.bool_], group: str) -> Row:
    counts = np.bincount(people.ending[those], minlength=len(ENDING_CLASSES))
    by = dict(zip(ENDING_CLASSES, counts.tolist(), strict=True))
    number, alive = int(those.sum()), sum(by[name] for name in _ALIVE)
    struck, died = by["killed_in_strikes"], by["killed_otherwise"]
    return {
        "group": group, "people": number, "alive": alive, "share": alive / number if number else 0.0, "in_strikes": struck, "otherwise": died,
        "other": number - alive - struck - died, "infected": int((people.infected & those).sum()),
    }  # fmt: skip


def _codes(column: Any, codes: dict[str, int]) -> NDArray[np.int64]:
    coded, names = _encoded(column)
    return np.array([codes[name] for name in names], dtype=np.int64)[coded]


def _named(column: Any, order: NDArray[np.int64]) -> tuple[NDArray[np.int64], tuple[str, ...]]:
    """Codes of a column of names in another order of rows, and the names of the codes in order of the alphabet."""
    coded, names = _encoded(column)
    found = tuple(sorted({names[code] for code in np.unique(coded[order])}))
    places = {name: place for place, name in enumerate(found)}
    return np.array([places.get(name, -1) for name in names], dtype=np.int64)[coded[order]], found


def _encoded(column: Any) -> tuple[NDArray[np.int64], list[str]]:
    whole = column.cast(pa.string()).combine_chunks().dictionary_encode()
    return whole.indices.to_numpy(zero_copy_only=False).astype(np.int64), whole.dictionary.to_pylist()
