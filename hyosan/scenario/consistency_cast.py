"""Whether the cast of a city fits together: names once, ties and households among the cast, nobody in two minds."""

from __future__ import annotations

from hyosan.scenario.consistency_words import Found, known
from hyosan.scenario.root import Scenario

SOLDIER = "soldier"


def cast(scenario: Scenario) -> Found:
    """Faults of the cast."""
    people = scenario.city.cast
    names: dict[str, str] = {}
    for name, member in people.items():
        before = names.setdefault(" ".join(name.casefold().split()), name)
        if before != name:
            yield ("city", "cast", name), f"has the same name as {before!r}; give each of the cast a name of their own"
        lists = [("lives_with", None, member.lives_with)] + [("ties", kind, others) for kind, others in member.ties.items()]
        for field, kind, others in lists:
            path = ("city", "cast", name, field) if kind is None else ("city", "cast", name, field, kind)
            for other in others:
                if other == name:
                    yield path, f"{name!r} cannot be tied to themselves; leave the name out"
                else:
                    yield from known(path, other, people, "one of the cast")
    yield from _friends(scenario)
    yield from _households(scenario)
    for name, seed in scenario.seeds.items():
        if seed.person is not None:
            yield from known(("seeds", name, "person"), seed.person, people, "one of the cast (see `city.cast`)")


def _friends(scenario: Scenario) -> Found:
    people = scenario.city.cast
    for name, member in people.items():
        for other in member.ties.get("friend", ()):
            if other in people and people[other].ties.get("friend") == ():
                yield ("city", "cast", name, "ties", "friend"), f"{other!r} is told to have no friends; leave one of the two out"


def _households(scenario: Scenario) -> Found:
    people = scenario.city.cast
    for name, member in people.items():
        for other in member.lives_with:
            if other in people and (member.role == SOLDIER) != (people[other].role == SOLDIER):
                yield ("city", "cast", name, "lives_with"), f"{name!r} cannot live with {other!r}: soldiers live in barracks"
