"""The cast: each of those who have names, in a few sentences of what the run's tables hold: where, with whom, what they chose, and the end.

The words are those of the person's story (`story.py`). What no row holds is not told: without a row of somebody the sentence is gone.
"""

from __future__ import annotations

from hyosan.report.counts import Row
from hyosan.report.evidence import Register, Said, Source
from hyosan.report.people import Persons
from hyosan.report.story import NO_BODY, ORDERS_BEFORE, Story, stories
from hyosan.results.rows import condition

MOST_CHOICES = 2
"""Choices of one person that are told; the others are in the story."""
MOST_EVENTS = 6
"""Other events of one person that are told."""
_CHOSE = "chose"
_INFECTED = ("seeded", "infected")
_WENT_ON = (
    "progressed", "killed", "rescued", "captured", "quarantined", "released", "left_city", "slipped_out", "crossed_in", "evacuated", "arrived_beyond",
)  # fmt: skip
_READ = ("person", "name", "age", "role", "home_zone", "state", "ending", "place", "died_second")


def cast(persons: Persons, register: Register) -> list[Row]:
    """Of each of the cast, in the order of the scenario: person, name, who, fate, sentences with their evidence."""
    return [_member(persons.names[one.told["person"]], one, register) for one in stories(persons, list(persons.names))]


def _member(name: str, story: Story, register: Register) -> Row:
    told, person = story.told, story.told["person"]
    mine = f"person={person}"
    row = Source("people", (mine,), _READ)
    said = [Said(one["text"], (row, *_others(one))) for one in told["about"]]
    said += _events(told["events"], person, (_CHOSE,), MOST_CHOICES)
    said += _events(told["events"], person, _INFECTED, MOST_EVENTS)
    said += _events(told["events"], person, _WENT_ON, MOST_EVENTS)
    rests: tuple[Source, ...] = (row,)
    if told["fate"]["died"]:
        rests += (Source("events", ("kind=noticed", mine), ("second", "person", "from", "to")),)
    end = told["fate"]["text"].partition(ORDERS_BEFORE)[0].rstrip(".")
    if end != (found := end.replace(NO_BODY, "")):
        end = f"Missing, no body found; in truth {found[:1].lower()}{found[1:]}"
    fate = register.say(Said(f"{end}.", rests))
    return {"person": person, "name": name, "who": told["who"], "fate": fate, "sentences": [register.say(one) for one in said]}


def _others(one: Row) -> tuple[Source, ...]:
    return (Source("people", tuple(one["where"]), ("person", "name", "ending")),) if one["where"] else ()


def _events(events: list[Row], person: int, kinds: tuple[str, ...], most: int) -> list[Said]:
    """The first events of some kinds that happened to a person, one sentence of all."""
    mine = [one for one in events if one["kind"] in kinds and f"person={person}" in one["where"]]
    if not mine:
        return []
    text = "; ".join(f"{one['time']}: {one['text']}" for one in mine[:most])
    text += f"; and {len(mine) - most:,} more" if len(mine) > most else ""
    source = Source("events", (condition("kind", *kinds), f"person={person}"), ("second", "kind", "person", "other", "place", "from", "to", "cause"))
    return [Said(f"{text[:1].upper()}{text[1:]}.", (source,))]
