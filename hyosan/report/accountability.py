"""Who answers for what: the toll of each order by age, and questions for a hearing, made of the run's tables by templates.

A question asks and never judges; each comes with the facts that raise it, and says which rows of which table they are.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from hyosan.report.counts import AGE_BANDS, Curve, Row, age_label, clock, written
from hyosan.report.evidence import INFECTIONS, Source, figures
from hyosan.results.rows import condition, named
from hyosan.results.run import Run
from hyosan.units import say_duration

LATE_SECONDS = 6 * 3600
"""Orders decided so long after the first report are asked about."""
SLOW_SECONDS = 3600
"""So are delays between a decision and its effect from this on."""
GAP_TIMES, GAP_PEOPLE = 2, 10
"""And decisions on reports of less than half of what was true, by at least so many people."""
MAX_FACTS = 12
YOUNG = 20
"""Killed people below this age are counted apart, as the age groups of the report allow."""
_ILL = ("turned", "ill", "half_turned")

NO_PEOPLE = ("supply", "research", "limit travel", "call off", "surge")
"""Measures, as the report says them, that are not there to reach people."""


class Question(NamedTuple):
    """A question that the tables raise, the facts behind it, and the rows that these rest on."""

    asks: str
    facts: list[str]
    rests: tuple[Source, ...]


class Deaths(NamedTuple):
    """Everybody killed by an order, one row each, in order of time."""

    position: NDArray[np.int64]
    """Which decision killed, as a position in the list of decisions."""
    age: NDArray[np.int64]
    group: NDArray[np.int64]
    """0 = turned or ill, 1 = infected without symptoms, 2 = not infected."""


def deaths(run: Run, decisions: list[Row]) -> Deaths:
    """Those whom an order killed: the cause of their death is its name, and the giving is the last that was in effect by then."""
    events = run.events
    names = [row["name"] for row in decisions]
    killed = events.filter(pa.array(named(events["kind"], "killed") & named(events["cause"], *names)))
    seconds, causes = killed["second"].to_numpy(), np.array(killed["cause"].cast(pa.string()).to_pylist(), dtype=object)
    position = np.zeros(len(seconds), dtype=np.int64)
    for name in dict.fromkeys(names):
        given = [at for at, row in enumerate(decisions) if row["name"] == name and row["second_effective"] >= 0]
        mine = causes == name
        if given and mine.any():
            since = np.array([decisions[at]["second_effective"] for at in given])
            position[mine] = np.array(given)[np.maximum(np.searchsorted(since, seconds[mine], side="right") - 1, 0)]
    people = run.people
    order = np.argsort(ids := people["person"].to_numpy())
    at = order[np.minimum(np.searchsorted(ids[order], killed["person"].to_numpy()), max(0, len(ids) - 1))] if len(ids) else order
    age = people["age"].to_numpy()[at].astype(np.int64) if len(ids) else np.full(len(seconds), -1)
    return Deaths(position, age, _groups(run, killed["from"].cast(pa.string()).to_pylist()))


def _groups(run: Run, states: list[str]) -> NDArray[np.int64]:
    """What the killed were: by what their state counted as, as the ending counts those killed in strikes."""
    said = (written(run).get("pathogen") or {}).get("states") or {}
    kinds = {name: (said.get(name) or {}).get("counts_as", name) for name in set(states)}
    codes = {name: 0 if kind in _ILL else 1 if kind == "symptomless" else 2 for name, kind in kinds.items()}
    return np.array([codes[name] for name in states], dtype=np.int64)


def tolls(decisions: list[Row], found: Deaths) -> list[Row]:
    """Rows (no, order, authority, killed, turned or ill, infected without symptoms, not infected, and each age group) of orders that killed."""
    rows = []
    for at in np.unique(found.position).tolist():
        mine = found.position == at
        order, age, groups = decisions[at], found.age[mine], np.bincount(found.group[mine], minlength=3).tolist()
        rows.append(
            {"no": order["no"], "order": order["order"], "authority": order["authority"], "killed": int(mine.sum())}
            | dict(zip(("turned or ill", "infected without symptoms", "not infected"), groups, strict=True))
            | {age_label(low, high): int(((age >= low) & (age <= high)).sum()) for low, high in AGE_BANDS}
        )
    return rows


def questions(run: Run, decisions: list[Row], found: Deaths, every: dict[tuple[str, str], Curve]) -> list[Question]:
    """What a hearing would ask, in the order of events: knowledge, time, toll, what was left undone."""
    parts = (
        _late(run, decisions), _gap(decisions), _slow(decisions), _killed(decisions, found), _misreported(run),
        _calls(run, decisions, every), _nobody(decisions), _never(decisions),
    )  # fmt: skip
    return [_shortened(one) for part in parts for one in part if one.facts]


def _shortened(one: Question) -> Question:
    more = len(one.facts) - MAX_FACTS
    return one._replace(facts=[*one.facts[:MAX_FACTS], f"and {more} more"]) if more > 0 else one


def _firsts(decisions: list[Row]) -> list[Row]:
    return [row for row in decisions if row["number"] == 1]


def _late(run: Run, decisions: list[Row]) -> Iterator[Question]:
    first = first_report(run)
    if first < 0:
        return
    late = [row for row in _firsts(decisions) if row["second_decided"] - first > LATE_SECONDS]
    yield Question(
        f"The first report came on {clock(run, first)}. What was waited for before these orders?",
        [f"{_order(row)} was decided on {row['decided']}, {_span(row['second_decided'] - first)} after the first report" for row in late],
        (Source("events", ("kind=noticed",), ("second",)), Source("orders", ("number=1",), ("order", "second_decided"))),
    )  # fmt: skip


def _gap(decisions: list[Row]) -> Iterator[Question]:
    told = []
    for row in _firsts(decisions):
        known, true = row["reported_infected"], row["true_infected"]
        if known is not None and true - known >= GAP_PEOPLE and true >= GAP_TIMES * known:
            told.append(f"{_order(row)}: {known:,} infected were reported, {true:,} people had been infected")
    yield Question(
        "These orders were decided when less than half of the infections were known. Would they have been other orders, had all been known?",
        told, (Source("orders", ("number=1",), ("order", "second_decided", "knowledge")), Source("events", (INFECTIONS,), ("second", "person"))),
    )  # fmt: skip


def _slow(decisions: list[Row]) -> Iterator[Question]:
    told = []
    for row in _firsts(decisions):
        took = row["second_effective"] - row["second_decided"]
        if row["second_effective"] >= 0 and took >= SLOW_SECONDS and row["infected_meanwhile"]:
            told.append(f"{_order(row)}: {_span(took)}, in which {_people(row['infected_meanwhile'])} were infected")
    yield Question(
        "What took the time from decision to effect?",
        told,
        (Source("orders", ("number=1",), ("order", "second_decided", "second_effective")), Source("events", (INFECTIONS,), ("second", "person"))),
    )  # fmt: skip


def _killed(decisions: list[Row], found: Deaths) -> Iterator[Question]:
    told = []
    for name in dict.fromkeys(row["name"] for row in decisions):
        mine = np.isin(found.position, [at for at, row in enumerate(decisions) if row["name"] == name])
        spared = mine & (found.group == 2)
        if spared.any():
            young = int((spared & (found.age >= 0) & (found.age < YOUNG)).sum())
            by = next(row["authority"] for row in decisions if row["name"] == name)
            children = f", {young:,} of them under {YOUNG}" if young else ""
            told.append(f"{name} by {by} killed {_people(int(mine.sum()))}: {int(spared.sum()):,} were not infected{children}")
    yield Question(
        "People who were not infected were killed by orders. Was this foreseen, and what would have spared them?",
        told, (Source("events", ("kind=killed", condition("cause", *dict.fromkeys(row["name"] for row in decisions))), ("person", "from", "cause")),
                   Source("people", (), ("person", "age"))),
    )  # fmt: skip


def _misreported(run: Run) -> Iterator[Question]:
    true, told = run.ending.killed_in_strikes, run.ending.reported_killed_in_strikes
    if true != told:
        parts = (("turned or ill", "turned_or_ill"), ("infected without symptoms", "symptomless"), ("not infected", "not_infected"))
        facts = [f"{name}: reported {getattr(told, field):,}, in truth {getattr(true, field):,}" for name, field in parts]
        yield Question(
            "The dead of the strikes were not what was reported. Who counted them, and who was told?",
            facts, figures("reported_killed_in_strikes", "killed_in_strikes"),
        )  # fmt: skip


def _calls(run: Run, decisions: list[Row], every: dict[tuple[str, str], Curve]) -> Iterator[Question]:
    rescues = [row for row in decisions if row["measure"] == "rescue" and row["second_effective"] >= 0]
    if not rescues:
        return
    last = max(rescues, key=lambda row: row["second_ended"] if row["second_ended"] >= 0 else 1 << 62)
    over = last["second_ended"] >= 0
    end = last["second_ended"] if over else run.manifest["end_second"]
    when = f"when {_order(last)} ended on {last['ended']}" if over else "when the run ended"
    called = _persons(run, "called", end)
    left = np.setdiff1d(called, _persons(run, "rescued", end))
    if not len(left):
        return
    people = run.people
    died = people.filter(pc.greater_equal(people["died_second"], 0))["person"].to_numpy()
    struck = people.filter(pa.array(named(people["ending"], "killed_in_strikes")))["person"].to_numpy()
    lost, hit = len(np.intersect1d(left, died)), len(np.intersect1d(left, struck))
    facts = [
        f"Of {_people(len(called))} who had called {when}, {len(left):,} had not been reached; {lost:,} of these died"
        + (f", {hit:,} of them in strikes" if hit else "")
    ]
    waiting = every.get(("known", "calls_waiting"))
    if waiting is not None and over:
        facts.append(f"{int(waiting.at(end)):,} calls were waiting then, as far as the authorities knew")
    later = len(_persons(run, "called", run.manifest["end_second"])) - len(called)
    facts += [f"{_people(later)} called for the first time after that"] if over and later > 0 else []
    yield Question(
        "Calls for rescue were never served. Who decided that no more teams would go?",
        facts,
        (Source("events", ("kind=called|rescued",), ("second", "kind", "person")), Source("people", (), ("person", "ending", "died_second")),
         Source("series", ("zone=all", "view=known", "quantity=calls_waiting", f"second<={end}"), ("second", "value"))),
    )  # fmt: skip


def _nobody(decisions: list[Row]) -> Iterator[Question]:
    people = [row for row in decisions if row["measure"] not in NO_PEOPLE]
    told = [f"{_order(row)}, in effect from {row['effective']}" for row in people if row["second_effective"] >= 0 and not row["reached"]]
    yield Question(
        "These orders took effect and reached nobody. What were they to do?",
        told,
        (Source("orders", ("second_effective>=0", "reached=0"), ("order", "second_effective")),),
    )


def _never(decisions: list[Row]) -> Iterator[Question]:
    told = [f"{_order(row)}, decided on {row['decided']}" for row in decisions if row["second_effective"] < 0]
    yield Question(
        "These orders never took effect. What became of them?", told, (Source("orders", ("second_effective=-1",), ("order", "second_decided")),)
    )


def first_report(run: Run) -> int:
    """Second at which the authorities first learn of a case; -1 = never."""
    seconds = _seconds(run, "noticed")
    return int(seconds[0]) if len(seconds) else -1


def _seconds(run: Run, kind: str) -> NDArray[np.int64]:
    events = run.events
    return np.asarray(events["second"].filter(pa.array(named(events["kind"], kind))).to_numpy(), dtype=np.int64)


def _persons(run: Run, kind: str, until: int) -> NDArray[np.int64]:
    events = run.events
    chosen = named(events["kind"], kind) & (events["second"].to_numpy() <= until)
    return np.unique(events["person"].to_numpy()[chosen])


def _order(row: Row) -> str:
    return f"{row['order']} by {row['authority']}"


def _people(number: int) -> str:
    return f"{number:,} {'person' if number == 1 else 'people'}"


def _span(seconds: int) -> str:
    """A duration to the minute; days and hours from three days on."""
    return say_duration(round(seconds / 3600) * 3600 if seconds > 3 * 86_400 else max(60, round(seconds / 60) * 60))
