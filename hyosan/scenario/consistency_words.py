"""What checks of consistency share: names that must be known, bands of ages, moments, places."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from hyosan.errors import UnitError
from hyosan.scenario.nearest import did_you_mean
from hyosan.scenario.positions import Path
from hyosan.scenario.root import Scenario
from hyosan.units import Moment, say_duration

Found = Iterator[tuple[Path, str]]
"""Faults: where, and what is wrong."""


def start_clock_seconds(scenario: Scenario) -> float:
    """The clock time at which the run starts, in seconds from midnight of day 1.

    Raises UnitError: no such time of day.
    """
    return Moment(scenario.time.start).seconds


def known(path: Path, name: str, names: Iterable[str], what: str) -> Found:
    """A fault where a name is none of those there are."""
    if name not in (all_names := list(names)):
        yield path, f"{name[:60]!r} is not {what}; {did_you_mean(name, all_names)}"


def first_and_last(band: str) -> tuple[int, int]:
    """The first and the last age of a band."""
    low, high = band.split("-")
    return int(low), int(high)


def ages_in_order(path: Path, ages: str | None) -> Found:
    """A fault where a band of ages ends before it begins."""
    if ages is not None and first_and_last(ages)[1] < first_and_last(ages)[0]:
        yield (*path, "ages"), f"the ages {ages} run backwards"


def moment_of_run(scenario: Scenario, path: Path, text: str, *, may_be_late: bool = False) -> Found:
    """A fault where a moment cannot be read, or lies outside the run."""
    try:
        start = start_clock_seconds(scenario)
    except UnitError:
        return  # told already
    try:
        second = Moment(text).second(start)
    except UnitError as error:
        yield path, str(error)
        return
    if second < 0:
        yield path, f"{text!r} is before the start of the run ({scenario.time.start})"
    elif second > scenario.time.end >= scenario.time.tick and not may_be_late:  # an end before the first tick is told already
        yield path, f"{text!r} is after the end of the run ({say_duration(scenario.time.end)} after its start)"


def place_of_plan(scenario: Scenario, path: Path, name: str | None) -> Found:
    """A fault where the plan has no such place."""
    if name is not None and scenario.city.rooms is not None:
        yield from known(path, name, scenario.city.rooms.places, "a place of the plan")
