"""Strengths, areas for improvement and an empty plan, from a run's data by fixed rules. They say what the tables hold; why, people must say.

A strength or an area is a heading with facts, each resting on rows. The questions of `accountability.py` are areas too: they ask what the
facts alone cannot answer.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from hyosan.report.accountability import GAP_TIMES, LATE_SECONDS, SLOW_SECONDS, Question, first_report
from hyosan.report.counts import Facts, Row, clock
from hyosan.report.evidence import INFECTIONS, Said, Source, figures
from hyosan.report.explain import count
from hyosan.results.rows import condition
from hyosan.results.verdicts import MET, MISSED
from hyosan.units import say_duration
from hyosan.world.frame import SLOT_HOME

MOST_FACTS = 12
KNEW = 100 // GAP_TIMES
"""Per cent of the infections so far: to know at least so many is told as a strength."""
_SPENT = ("lost", "used up", "no more", "ran out", "run out")
"""Words with which orders say that they ended for want of means."""
_ORDERS = ("order", "second_decided", "second_effective", "knowledge", "reached", "ended_because", "used")


class Lesson(NamedTuple):
    """Something that went well, or did not: a heading, the facts, what they rest on."""

    title: str
    facts: list[str]
    rests: tuple[Source, ...]


def strengths(facts: Facts, objectives: list[Row]) -> list[Lesson]:
    """What went well, by the rules that areas for improvement are found by."""
    return [one for one in (_met(objectives, MET), _soon(facts), _quick(facts), _knew(facts), _contained(facts)) if one.facts]


def areas(facts: Facts, objectives: list[Row], asked: list[Question]) -> list[Lesson]:
    """What fell short: objectives missed, means that ran out, and the questions that the tables raise."""
    found = [_met(objectives, MISSED), *_spent(facts)]
    found += [Lesson(one.asks, one.facts, one.rests) for one in asked]
    return [one for one in found if one.facts]


def still_open(facts: Facts) -> list[Said]:
    """What the run leaves open: orders that go on, people who are held, turned, missing or waiting, infections that nobody knows of."""
    ending = facts.ending
    found: list[Said] = []
    going = [row["order"] for row in facts.decisions if row["second_effective"] >= 0 and row["second_ended"] < 0]
    if going:
        in_force = (Source("orders", ("second_effective>=0", "second_ended=-1"), ("order", "number")),)
        found.append(Said(f"{count(len(going), 'order')} {'goes' if len(going) == 1 else 'go'} on: {', '.join(going[:MOST_FACTS])}.", in_force))
    for number, what, field in (
        (ending.in_quarantine, "held in the quarantine", "in_quarantine"),
        (ending.held_infected, "held infected", "held_infected"),
        (ending.turned_at_large, "turned and at large", "turned_at_large"),
        (ending.missing, "missing, and no body was found", "missing"),
    ):
        if number:
            found.append(Said(f"{count(number, 'person is', 'people are')} {what}.", figures(field)))
    known = facts.curves.get(("known", "reported_infected"))
    if known is not None and 0 < (told := int(known.at(facts.run.manifest["end_second"]))) < ending.ever_infected:
        rests = (*figures("ever_infected"), Source("series", ("zone=all", "view=known", "quantity=reported_infected"), ("second", "value")))
        found.append(Said(f"Of {ending.ever_infected:,} people ever infected the authorities know of {told:,}.", rests))
    return found


def plan(found: list[Lesson]) -> list[Row]:
    """A row for each area, to be filled in by people: no, area, action, owner, by."""
    return [{"no": no, "area": one.title, "action": "", "owner": "", "by": ""} for no, one in enumerate(found, 1)]


def plan_csv(rows: list[Row]) -> str:
    """The plan as CSV, with a line of headings; text that a spreadsheet would take for a formula is quoted as text."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(["no", "area for improvement", "corrective action", "owner", "start", "completed by", "done"])
    for row in rows:
        area = f"'{row['area']}" if row["area"][:1] in "=+-@" else row["area"]
        writer.writerow([row["no"], area, "", "", "", "", ""])
    return out.getvalue()


def _met(objectives: list[Row], verdict: str) -> Lesson:
    mine = [row for row in objectives if row["verdict"] == verdict]
    told = [f"{row['objective']}: {row['wanted']}; {row['told']}" for row in mine]
    rests = tuple(dict.fromkeys(row["rests"] for row in mine))
    return Lesson("Objectives were met" if verdict == MET else "Objectives were missed. What would have met them?", _cut(told), rests)


def _firsts(facts: Facts) -> list[Row]:
    return [row for row in facts.decisions if row["number"] == 1]


def _soon(facts: Facts) -> Lesson:
    """Orders decided within hours of the first report."""
    noticed = first_report(facts.run)
    told = [
        f"{row['order']} by {row['authority']}: {_span(row['second_decided'] - noticed)} after the first report"
        for row in _firsts(facts)
        if noticed >= 0 and 0 <= row["second_decided"] - noticed <= LATE_SECONDS
    ]
    rests = (Source("orders", ("number=1",), ("order", "second_decided")), Source("events", ("kind=noticed",), ("second",)))
    return Lesson(f"Orders were decided within {_span(LATE_SECONDS)} of the first report", _cut(told), rests)


def _quick(facts: Facts) -> Lesson:
    told = [
        f"{row['order']} by {row['authority']}: {_span(row['second_effective'] - row['second_decided'])}"
        for row in _firsts(facts)
        if 0 <= row["second_effective"] - row["second_decided"] < SLOW_SECONDS and row["second_effective"] >= 0
    ]
    rests = (Source("orders", ("number=1",), ("order", "second_decided", "second_effective")),)
    return Lesson(f"Orders took effect in less than {_span(SLOW_SECONDS)}", _cut(told), rests)


def _knew(facts: Facts) -> Lesson:
    told = [
        f"{row['order']} by {row['authority']}: {row['reported_infected']:,} of {row['true_infected']:,} infections were known"
        for row in _firsts(facts)
        if row["reported_infected"] is not None and row["true_infected"] and 100 * row["reported_infected"] >= KNEW * row["true_infected"]
    ]
    rests = (
        Source("orders", ("number=1",), ("order", "second_decided", "knowledge")),
        Source("events", (INFECTIONS,), ("second", "person")),
    )
    return Lesson(f"Orders were decided when at least {KNEW} % of the infections were known", _cut(told), rests)


def _contained(facts: Facts) -> Lesson:
    """Zones with homes, of several, in which nobody was infected."""
    named: set[str] = set()
    if facts.world is not None:
        ground = facts.world.ground
        homes = ground.person_slot_place[:, SLOT_HOME]
        named = {facts.world.zones[zone] for zone in np.unique(ground.place_zone[homes[ground.place_outside[homes] == 0]])}
    spared = sorted(named - {row["zone"] for row in facts.zones if row["infections"]})
    rests = (Source("events", (INFECTIONS,), ("zone",)),)
    some = facts.spread.infections and len(named) > 1 and spared
    told = [f"In {len(spared):,} of {count(len(named), 'zone')} nobody was infected: {', '.join(spared[:20])}"] if some else []
    return Lesson("It did not reach all zones", told, rests)


def _spent(facts: Facts) -> Iterator[Lesson]:
    told = []
    for row in facts.decisions:
        if any(word in row["because"] for word in _SPENT):
            told.append(
                f"{row['order']} by {row['authority']} ended on {row['ended']}: {row['because']}" + (f" (used: {row['used']})" if row["used"] else "")
            )
    yield Lesson("Means ran out. How many would have been enough, and from where?", _cut(told), (Source("orders", (), _ORDERS),))
    waiting = [(name, curve) for (view, name), curve in facts.curves.items() if view == "known" and name.endswith("_waiting") and curve.peak[0]]
    rows = [f"{name.replace('_', ' ')}: {curve.peak[0]:,} at most, on {clock(facts.run, curve.peak[1])}" for name, curve in waiting]
    rests = (Source("series", ("zone=all", "view=known", condition("quantity", *(name for name, _ in waiting))), ("second", "value")),)
    yield Lesson("People waited in line for means. What would have shortened the line?", rows, rests if waiting else ())


def _cut(told: list[str]) -> list[str]:
    more = len(told) - MOST_FACTS
    return [*told[:MOST_FACTS], f"and {more:,} more"] if more > 0 else told


def _span(seconds: int) -> str:
    return say_duration(round(seconds / 3600) * 3600 if seconds > 3 * 86_400 else max(60, round(seconds / 60) * 60))
