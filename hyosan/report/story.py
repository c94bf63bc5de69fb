"""The story of one person: where, with whom, what they chose, who infected them and whom they infected, which orders reached them, and the end.

Sentences are made of rows of the run's tables by templates; each names its rows. Nothing is told that no row holds.
"""

from __future__ import annotations

import html
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from hyosan.errors import CommandError
from hyosan.report.counts import Row, clock, say
from hyosan.report.people import Persons
from hyosan.results.names import id_of
from hyosan.results.rows import condition
from hyosan.results.run import Run
from hyosan.results.world import world_of
from hyosan.tables import LEFT_ALONE
from hyosan.world.frame import SLOT_DAY, SLOT_HOME, TIE_BULLY, TIE_CONTEMPT, TIE_FRIEND

_ENDINGS = {
    "alive_human": "came out alive",
    "alive_symptomless": "came out alive, infected, and nothing shows",
    "alive_half_turned": "came out alive, half-turned",
    "killed_in_strikes": "was killed in a strike",
    "killed_otherwise": "died",
    "turned_at_large": "is turned and at large",
    "held_infected": "is turned and held",
    "missing": "is missing; no body was found",
}
_CHOICES = {
    "carry_on": "carries on", "flee_home": "makes for home", "flee_out": "makes for the edge of the city", "hide": "hides",
    "barricade": "barricades the door", "help": "goes to help", "follow": "goes with somebody close", "seek": "goes for family who are elsewhere",
    "lure": "lures the turned away", "warn": "warns those who are close", "gather": "goes to where they meet",
}  # fmt: skip
_HARMS = {"expel": "puts out", "kill": "decides to kill"}
"""Choices that are done to somebody."""
_HARMED = {"expel": "is put out by", "kill": "is to be killed by"}
MOST_NAMED = 8
"""Of more people at one place only the number is told."""
NO_BODY = ", and no body was found"
ORDERS_BEFORE = ". Orders that took effect before that"
_WAYS = ("moved", "left_building")
_PLAIN = {
    "left_city": "gets out of the city",
    "door_shut": "shuts the door behind",
    "called": "calls for rescue",
    "released": "is released from the quarantine",
    "slipped_out": "slips out of the quarantine",
    "crossed_in": "crosses the cordon inward",
}
_ALIVE = ("alive_human", "alive_symptomless", "alive_half_turned")


@dataclass(frozen=True)
class Story:
    """What is known of one person of a run, as plain data. In a notebook it shows itself as a page's part."""

    told: Row

    def to_json(self) -> Row:
        """Everything that it says: person, who, about (sentences), events (time, text, table, where) and fate."""
        return dict(self.told)

    def text(self) -> str:
        """The story for a terminal."""
        told = self.told
        lines = [told["who"], "=" * len(told["who"]), *(one["text"] for one in told["about"]), ""]
        lines += [f"{one['time']:>13}  {one['text']}" for one in told["events"]]
        return "\n".join([*lines, "", told["fate"]["text"]]) + "\n"

    def _repr_html_(self) -> str:
        told = self.told
        rows = "".join(f"<tr><td>{html.escape(one['time'])}</td><td>{html.escape(one['text'])}</td></tr>" for one in told["events"])
        about = "".join(f"<p>{html.escape(one['text'])}</p>" for one in told["about"])
        who, fate = html.escape(told["who"]), html.escape(told["fate"]["text"])
        return f'<div style="font-family:system-ui,sans-serif"><h4>{who}</h4>{about}<table>{rows}</table><p>{fate}</p></div>'


def story(run: Run | Path | str, person: int | str) -> Story:
    """The story of a person of a finished run, by id or name.

    Main arguments: `run`, a run or its folder; `person`, an id as in `people.parquet` and the events, or a name of the cast.
    Other arguments: none.

    Raises CommandError: there is no such person, or nothing is known of them. RunFolderError: the run is missing or damaged.
    """
    found = run if isinstance(run, Run) else Run.open(run)
    return stories(Persons(found, world_of(found)), [id_of(found, person)])[0]


def stories(names: Persons, persons: list[int]) -> list[Story]:
    """The stories of several people, in their order. Raises CommandError as `story`."""
    events = names.run.events
    mine = pc.or_(pc.is_in(events["person"], _ids(persons)), pc.is_in(events["other"], _ids(persons)))
    rows: list[Row] = events.filter(mine).to_pylist()
    orders = names.run.orders.to_pylist()
    return [_story(names, person, [row for row in rows if person in (row["person"], row["other"])], orders) for person in persons]


def _ids(persons: list[int]) -> Any:
    return pa.array(persons, pa.int64())


def _story(names: Persons, person: int, rows: list[Row], orders: list[Row]) -> Story:
    row = names.row(person)
    if row is None and not rows and names.world_row(person) is None:
        raise CommandError(
            f"there is no person {person} in this run" + ("." if names.world else ", or nothing happened to them and the world is not at hand.")
        )
    ordered = {order["order"] for order in orders}
    told = [*_groups(names, person, rows, ordered)]
    for one in told:
        one["time"] = clock(names.run, one["second"])
    return Story(
        {
            "person": person,
            "who": _first_up(names.introduce(person)),
            "about": [*_company(names, person, row)],
            "events": told,
            "fate": _fate(names, person, row, rows, orders),
        }
    )


def _groups(names: Persons, person: int, rows: list[Row], ordered: set[str]) -> Iterator[Row]:
    """A line for each event; ways through the city that follow each other are one line."""
    ways: list[Row] = []
    for row in rows:
        if row["kind"] in _WAYS and row["person"] == person:
            ways.append(row)
            continue
        if ways:
            yield _way(person, ways)
            ways = []
        text = _did(names, row) if row["person"] != person else _event(names, row, ordered)
        where = [f"second={row['second']}", condition("kind", row["kind"]), f"person={row['person']}"]
        yield {"second": row["second"], "kind": row["kind"], "text": text, "table": "events", "where": where}
    if ways:
        yield _way(person, ways)


def _way(person: int, ways: list[Row]) -> Row:
    zones = [
        zone for zone, before in zip([row["zone"] for row in ways], ["", *[row["zone"] for row in ways]], strict=False) if zone != before and zone
    ]
    text = f"goes through {_listed(zones)}" if len(zones) > 1 else f"goes out into the streets{f' of {zones[0]}' if zones else ''}"
    where = [f"second>={ways[0]['second']}", f"second<={ways[-1]['second']}", condition("kind", *_WAYS), f"person={person}"]
    return {"second": ways[0]["second"], "kind": "moved", "text": text, "table": "events", "where": where}


def _did(names: Persons, row: Row) -> str:
    """What they did to somebody else."""
    whom, place = names.say(row["person"]), names.place(row["place"], row["place_kind"], row["zone"])
    if row["kind"] == "infected":
        return f"{_infects(row)} {whom} in {place}"
    if row["kind"] == "chose":
        return f"{_HARMED.get(row['cause'], say(row['cause']))} {whom} in {place}"
    return f"kills {whom} in {place}" if row["kind"] == "killed" else f"{say(row['kind'])}: {whom}"


def _infects(row: Row) -> str:
    return "bites" if row["route"] == "bite" else "infects"


def _event(names: Persons, row: Row, ordered: set[str]) -> str:
    """What happened to them."""
    kind, cause = row["kind"], row["cause"]
    place = names.place(row["place"], row["place_kind"], row["zone"])
    other = names.say(row["other"]) if row["other"] >= 0 else ""
    if kind == "chose" and other:
        return f"{_HARMS.get(cause, say(cause))} {other} in {place}"
    if kind == "chose":
        return f"notices danger in {place} and {_CHOICES.get(cause, f'chooses: {say(cause)}')}"
    if kind == "seeded":
        return f"is infected by the scenario itself{f' ({cause})' if cause else ''} in {place}"
    if kind == "infected":
        by = f" by {other}" if other else ""
        return f"is {'bitten' if row['route'] == 'bite' else 'infected'}{by} in {place}" + (
            f" ({row['route']})" if row["route"] not in ("bite", "") else ""
        )
    if kind == "progressed":
        return f"{names.state(row['from'])} → {names.state(row['to'])}, in {place}"
    if kind == "killed":
        how = f"is killed by order ({cause})" if cause in ordered else f"is killed by {other}" if other else "dies"
        how += ", left alone" if cause == LEFT_ALONE else ""
        return f"{how} in {place}"
    if kind == "noticed":
        return f"the authorities learn: {names.state(row['to'])}" + (
            f" (in truth {names.state(row['from'])})" if row["from"] not in ("", row["to"]) else ""
        )
    by = f" ({cause})" if cause else ""
    said = {
        "rescued": "is reached by a rescue team", "quarantined": "arrives in the quarantine", "captured": "is captured",
        "vaccinated": "gets a dose of a vaccine", "confined": "begins to keep at home or apart", "treated": "is treated", "evacuated": "is evacuated",
        "tested": "is tested", "arrived_beyond": "arrives beyond the city",
        "began_beyond": "an outbreak begins there",
    }  # fmt: skip
    if kind in said:
        return f"{said[kind]}{by}"
    return f"{_PLAIN.get(kind, say(kind))} in {place}" if kind in ("called", "door_shut") else _PLAIN.get(kind, say(kind))


def _company(names: Persons, person: int, row: Row | None) -> Iterator[Row]:
    """With whom they lived and spent the day, and how many of these came out alive. Needs the world."""
    at = names.world_row(person)
    if at is None or names.world is None:
        if row is not None and row["home_zone"]:
            yield {"text": f"Lived in zone {row['home_zone']}.", "table": "people", "where": [f"person={person}"]}
        return
    ground = names.world.ground
    home = int(ground.person_slot_place[at, SLOT_HOME])
    zone = names.world.zones[ground.place_zone[home]]
    kin = _others(names, SLOT_HOME, home, at)
    place = names.place(int(ground.place_id[home]), names.world.kinds[ground.place_kind[home]], zone)
    yield _company_of(names, f"Lived in {place}", kin, "people in the house" if len(kin) > MOST_NAMED else "")
    if ground.person_slot_place.shape[1] > SLOT_DAY and (day := int(ground.person_slot_place[at, SLOT_DAY])) >= 0 and day != home:
        kind, zone = names.world.kinds[ground.place_kind[day]], names.world.zones[ground.place_zone[day]]
        yield _company_of(
            names, f"Spent the day in {names.place(int(ground.place_id[day]), kind, zone)}", _others(names, SLOT_DAY, day, at), "others"
        )
    yield from _ties(names, at)


def _ties(names: Persons, at: int) -> Iterator[Row]:
    """Friends, and who despises or bullies whom; those of the household are told with it."""
    assert names.world is not None
    ground = names.world.ground
    mine = slice(ground.tie_start[at], ground.tie_start[at + 1])
    to, kind = ground.tie_to[mine], ground.tie_kind[mine]
    by = np.searchsorted(ground.tie_start, np.flatnonzero((ground.tie_to == at) & (ground.tie_kind == TIE_BULLY)), side="right") - 1
    for word, rows in (
        ("Friends with", to[kind == TIE_FRIEND]), ("Bullies", to[kind == TIE_BULLY]), ("Is bullied by", by), ("Despises", to[kind == TIE_CONTEMPT]),
    ):  # fmt: skip
        others = ground.person_id[rows].tolist()
        if others:
            told = [_with_end(names, one, how) for one, how in zip(others, names.endings(np.array(others, dtype=np.int64)), strict=True)]
            yield {"text": f"{word} {_listed(told)}.", "table": "people", "where": [condition("person", *others)]}


def _others(names: Persons, slot: int, place: int, at: int) -> list[int]:
    assert names.world is not None
    ground = names.world.ground
    first = slot * len(ground.place_id) + place
    members = ground.member_person[ground.member_start[first] : ground.member_start[first + 1]]
    return [int(ground.person_id[row]) for row in members if row != at]


def _company_of(names: Persons, where: str, others: list[int], together: str) -> Row:
    """`Lived in a home, zone C4, with resident of 44, no. 3 (died), ...` or, of many, how many came out alive."""
    endings = names.endings(np.array(others, dtype=np.int64))
    alive = sum(one in _ALIVE for one in endings)
    if not others:
        text = f"{where}, alone."
    elif together or len(others) > MOST_NAMED:
        text = f"{where}, with {len(others):,} {together or 'others'}; {alive:,} of them came out alive."
    else:
        told = [_with_end(names, one, how) for one, how in zip(others, endings, strict=True)]
        text = f"{where}, with {_listed(told)}."
    return {"text": text, "table": "people", "where": [condition("person", *others)] if others else []}


def _with_end(names: Persons, person: int, how: str) -> str:
    """`resident of 44 (no. 3; died)`."""
    return f"{names.say(person).rstrip(')')}; {_ENDINGS[how]})"


def _fate(names: Persons, person: int, row: Row | None, rows: list[Row], orders: list[Row]) -> Row:
    """How it ended for them, and under which orders they had lived."""
    run = names.run
    if row is None:
        return {
            "text": "How it ended for them is not logged." if rows else "Nothing happened to them that is logged: came out alive.",
            "table": "people",
            "where": [f"person={person}"],
            "died": False,
        }
    text = _first_up(_ENDINGS[row["ending"]])
    until = row["died_second"] if row["died_second"] >= 0 else run.manifest["end_second"]
    if row["died_second"] >= 0:
        text += f" on {clock(run, row['died_second'])}{NO_BODY if no_body(names, row, rows) else ''}"
    elif row["ending"] in _ALIVE:
        place = names.place(row["place"])
        last = [one for one in rows if one["person"] == person and one["kind"] in ("quarantined", "released", "left_city", "slipped_out")]
        stays = {"quarantined": ", held in the quarantine", "left_city": ", out of the city", "released": ", released from the quarantine"}
        text += stays.get(last[-1]["kind"] if last else "", f", at the end in {place}" if place != "a place" else "")
    infected = sum(one["kind"] == "infected" and one["other"] == person for one in rows)
    text += f". Infected {infected:,} {'person' if infected == 1 else 'people'}" if infected else ""
    lived = [order for order in orders if 0 <= order["second_effective"] <= until]
    named = list(dict.fromkeys(order["order"] for order in lived))
    text += f"{ORDERS_BEFORE}: {_listed([say(one) for one in named])}" if named else ""
    return {"text": f"{text}.", "table": "people", "where": [f"person={person}"], "died": row["died_second"] >= 0}


def no_body(names: Persons, row: Row, rows: list[Row]) -> bool:
    """Whether somebody died and nobody noticed the body, in a scenario in which bodies are noticed. `rows`: the events of that person."""
    if row["died_second"] < 0 or not names.is_noticed(row["state"]):
        return False
    return not any(one["kind"] == "noticed" and one["person"] == row["person"] and one["from"] == row["state"] for one in rows)


def _listed(parts: list[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}" if parts else ""


def _first_up(text: str) -> str:
    return text[:1].upper() + text[1:]
