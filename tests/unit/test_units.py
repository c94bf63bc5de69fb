"""Quantities with units: what is read, what is refused, and that writing loses nothing."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hyosan.errors import ScenarioError, UnitError
from hyosan.units import Moment, parse, parse_clock, say_clock, say_duration, write_duration, write_rate

NUMBERS = st.floats(min_value=0, max_value=1e12, allow_nan=False)


@pytest.mark.parametrize(
    ("text", "dimension", "value"),
    [
        ("3 h", "duration", 10_800), ("5.2 days", "duration", 449_280), ("90min", "duration", 5400), ("2 weeks", "duration", 1_209_600),
        ("1.5e3 s", "duration", 1500), (".5 h", "duration", 1800), (0, "duration", 0), ("0", "duration", 0),
        ("1 per s", "rate", 1), ("6 per hour", "rate", 1 / 600), ("2 / min", "rate", 1 / 30), ("1/h", "rate", 1 / 3600), ("0", "rate", 0),
        (0.35, "share", 0.35), ("35 %", "share", 0.35), ("0.35", "share", 0.35), (1, "share", 1),
        ("250 m", "length", 250), ("1.2 km", "length", 1200), ("3.6 km/h", "speed", 1), ("90 dB", "loudness", 90),
    ],
)  # fmt: skip
def test_quantities_are_read_in_base_units(text: object, dimension: str, value: float) -> None:
    assert parse(text, dimension) == pytest.approx(value, rel=1e-15)


@pytest.mark.parametrize(
    ("value", "dimension", "words"),
    [
        (3, "duration", "has no unit"), ("3", "duration", "unit ''"), ("3 m", "duration", "unit 'm'"), ("3 h", "length", "unit 'h'"),
        ("3 per h", "duration", "unit 'per h'"), ("3 h", "rate", "not one of a rate"), (0.2, "rate", "has no unit"),
        ("-3 h", "duration", "negative"), (1.01, "share", "between 0 and 1"), ("101 %", "share", "between 0 and 1"),
        (-0.1, "share", "between 0 and 1"), ("1 h", "share", "unit 'h'"), (True, "share", "not a share"), (None, "duration", "None"),
        ("nan h", "duration", "not a duration"), ("1e999 h", "duration", "not a finite"), (float("inf"), "share", "not a finite"),
        (10**400, "share", "digits"), ("", "duration", "not a duration"), ("h", "duration", "not a duration"), ([3], "duration", "[3]"),
        ("9" * 5000 + " h", "duration", "not a duration"),
    ],
)  # fmt: skip
def test_anything_else_is_refused_with_the_value(value: object, dimension: str, words: str) -> None:
    with pytest.raises(UnitError) as caught:
        parse(value, dimension)
    assert words in str(caught.value)
    assert isinstance(caught.value, ScenarioError)


@given(NUMBERS)
def test_a_written_duration_is_read_back_exactly(seconds: float) -> None:
    assert parse(write_duration(seconds), "duration") == seconds


@given(st.integers(0, 10**9))
def test_whole_seconds_are_read_back_exactly(seconds: int) -> None:
    assert parse(write_duration(float(seconds)), "duration") == seconds


@given(NUMBERS, st.sampled_from(["day", "h", "min", "s"]))
def test_a_written_rate_is_read_back_exactly(number: float, unit: str) -> None:
    rate = parse(f"{number!r} per {unit}", "rate")
    assert parse(write_rate(rate), "rate") == rate


def test_rates_are_written_as_people_write_them() -> None:
    assert write_rate(parse("0.5 per day", "rate")) == "0.5 per day"
    assert write_duration(9000.0) == "150 min"


def test_moments_by_the_clock_count_from_the_start_of_the_run() -> None:
    assert Moment("day 2 08:30").second(8 * 3600) == 86_400 + 1800
    assert Moment("day 1").second(3600) == -3600
    assert Moment("+36 h").second(8 * 3600) == Moment("36 h").second(0) == 36 * 3600


@pytest.mark.parametrize("text", ["21:30", "day 0", "day 2 24:00", "day 2 08:60", "noon", "-3 h", "36", ""])
def test_other_moments_are_refused(text: str) -> None:
    with pytest.raises(UnitError):
        Moment(text)


def test_durations_and_clocks_are_said_in_words() -> None:
    assert say_duration(12_000) == "3 h 20 min"
    assert say_duration(86_400) == "1 day"
    assert say_duration(0) == "0 s"
    assert say_clock(3600, 23.5 * 3600) == "day 2 00:30"


@pytest.mark.parametrize("text", ["noon", "day2 14:00", "Day 2, 14:00", "", "yesterday"])
def test_what_is_no_moment_is_told_how_to_write_one(text: str) -> None:
    with pytest.raises(UnitError, match=r'is not a moment; write "day 1 10:00"'):
        parse_clock(text)
    with pytest.raises(UnitError, match=r'is a date, not a moment of the run; write "day 1 10:00"'):
        parse_clock("2026-03-01 10:00")
