"""Turning points of an outbreak, by fixed rules: first cases, how fast it grew, when it was known, when most were ill, the last infection."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from hyosan.report.counts import Facts, Row, clock
from hyosan.report.evidence import INFECTIONS, Source
from hyosan.report.frame import share
from hyosan.results.rows import named

_PARTS = ((0.01, "1 % of all infections"), (0.1, "10 % of all infections"), (0.5, "half of all infections"), (0.9, "90 % of all infections"))
FEW = 100
"""With fewer infections their parts are not told."""
_FIRSTS = {
    "noticed": "the first report reaches the authorities",
    "killed": "the first death",
    "rescued": "the first person is reached by a rescue team",
    "quarantined": "the first arrival in the quarantine",
    "left_city": "the first person gets out of the city",
    "arrived_beyond": "the first infected person arrives beyond the city",
    "began_beyond": "the first outbreak beyond the city",
}


class Point(NamedTuple):
    """A moment at which the outbreak took a turn, and the rows that say so."""

    second: int
    text: str
    rests: tuple[Source, ...]


def turning_points(facts: Facts) -> list[Point]:
    """Turning points in order of time; those of one second in the order of the rules."""
    found = [*_infections(facts), *_firsts(facts), *_peaks(facts)]
    return sorted(found, key=lambda point: point.second)


def turning_rows(facts: Facts, points: list[Point]) -> list[Row]:
    """The same as rows of a timeline."""
    return [
        {
            "second": point.second,
            "time": clock(facts.run, point.second),
            "event": "turning point",
            "name": point.text,
            "by": "",
            "what": "",
            "text": "",
        }
        for point in points
    ]


def _infections(facts: Facts) -> list[Point]:
    seconds, spread = facts.spread.seconds, facts.spread
    if not len(seconds):
        return []
    rests = (Source("events", (INFECTIONS,), ("second",)),)
    found = [Point(spread.first_second, "the first infection", rests)]
    passed = facts.run.events["second"].to_numpy()[named(facts.run.events["kind"], "infected")]
    if len(passed):
        found.append(Point(int(passed[0]), "the first infection by another person", (Source("events", ("kind=infected",), ("second",)),)))
        found.append(Point(spread.last_second, "the last infection", rests))
    if len(seconds) >= FEW:
        found += [Point(int(seconds[int(np.ceil(part * len(seconds))) - 1]), f"{name} so far", rests) for part, name in _PARTS]
    return found


def _firsts(facts: Facts) -> list[Point]:
    events = facts.run.events
    seconds = events["second"].to_numpy()
    return [
        Point(int(second), text, (Source("events", (f"kind={kind}",), ("second",)),))
        for kind, text in _FIRSTS.items()
        for second in seconds[named(events["kind"], kind)][:1]
    ]


def _peaks(facts: Facts) -> list[Point]:
    """When most were ill, and most turned; when half of what was true was known, after it had not been."""
    found = []
    for quantity in ("ill", "turned"):
        curve = facts.curves.get(("truth", quantity))
        if curve is not None and curve.peak[0]:
            rests = (Source("series", ("zone=all", "view=truth", f"quantity={quantity}"), ("second", "value")),)
            most = f"{curve.peak[0]:,} ({share(curve.peak[0], facts.ending.residents)} of all)"
            found.append(Point(curve.peak[1], f"most {quantity} at one time: {most}", rests))
    return found
