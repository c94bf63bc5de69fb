"""Quantities with units: text such as `3 h`, `0.2 per day` or `35 %` to a number in base units, and back.

Base units: seconds, metres, per second, metres per second, decibels, shares of one. Data goes on to `scenario/`, whose fields
name the dimension they hold (`Duration`, `Rate`, ...), so that a wrong unit is refused at the door.
"""

from __future__ import annotations

import math
import re
from typing import Annotated, Any

from pydantic import BeforeValidator, PlainSerializer, WithJsonSchema

from hyosan.errors import UnitError

DAY_SECONDS = 86_400
"""Seconds in a day (the engine's clock has no leap seconds and no daylight saving)."""

_SCALES: dict[str, dict[str, float]] = {
    "duration": {
        "s": 1, "second": 1, "seconds": 1, "min": 60, "minute": 60, "minutes": 60, "h": 3600, "hour": 3600, "hours": 3600,
        "d": DAY_SECONDS, "day": DAY_SECONDS, "days": DAY_SECONDS, "week": 7 * DAY_SECONDS, "weeks": 7 * DAY_SECONDS,
    },
    "length": {"m": 1, "metre": 1, "metres": 1, "km": 1000, "cm": 0.01},
    "speed": {"m/s": 1, "km/h": 1 / 3.6},
    "loudness": {"dB": 1},
}  # fmt: skip
_EXAMPLE = {
    "duration": '"3 h" or "5.2 days"',
    "rate": '"0.2 per day" or "6 per hour"',
    "share": '0.35 or "35 %"',
    "length": '"250 m"',
    "speed": '"1.3 m/s"',
    "loudness": '"90 dB"',
    "clock": '"day 1 10:00", "+36 h" or "36 h"',
}
_NUMBER = re.compile(r"^\s*([+-]?(?:\d{1,18}(?:_\d{3})*(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d{1,3})?)\s*(.*?)\s*$")
_DATE = re.compile(r"^\s*\d{4}-\d{1,2}-\d{1,2}")
_CLOCK = re.compile(r"^\s*day\s+(\d{1,6})(?:\s+(\d{1,2}):(\d{2})(?::(\d{2}))?)?\s*$")


def _split(text: str, dimension: str) -> tuple[float, str]:
    found = _NUMBER.match(text) if len(text) < 80 else None
    if not found:
        shown = text if len(text) < 40 else text[:37] + "..."
        raise UnitError(f"{shown!r} is not a {dimension}; write {_EXAMPLE[dimension]}")
    value = float(found[1].replace("_", ""))
    if not math.isfinite(value):
        raise UnitError(f"{text!r} is not a finite number; write {_EXAMPLE[dimension]}")
    return value, found[2]


def parse(value: Any, dimension: str) -> float:
    """`value` in base units. Text needs a unit (a share may go without); a bare number is refused for all but shares.

    Raises UnitError: no unit, a unit of another dimension, not a finite number, negative, a share above 1.
    """
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise UnitError(f"{_short(value)} is not a {dimension}; write {_EXAMPLE[dimension]}")
    if isinstance(value, int | float):
        if dimension != "share" and value != 0:
            raise UnitError(f"{_short(value)} has no unit; write {_EXAMPLE[dimension]}")
        number, unit = _finite(value, dimension), ""
    else:
        number, unit = _split(value, dimension)
    if dimension == "share":
        if unit not in ("", "%"):
            raise UnitError(f"unit {unit!r} does not fit a share; write {_EXAMPLE['share']}")
        number = number / 100 if unit == "%" else number
        if not 0 <= number <= 1:
            raise UnitError(f"{_short(value)} is not a share: it must lie between 0 and 1 (0 % and 100 %)")
        return number
    if dimension == "rate":
        scale = _rate_scale(unit, value)
    else:
        table = _SCALES[dimension]
        if unit not in table and not (number == 0 and unit == ""):
            allowed = ", ".join(table)
            raise UnitError(f"{_short(value)}: unit {unit!r} is not one of a {dimension}; allowed: {allowed}; for example {_EXAMPLE[dimension]}")
        scale = table.get(unit, 1)
    if number < 0:
        raise UnitError(f"{_short(value)} is negative; a {dimension} must be 0 or more")
    return number * scale


def _rate_scale(unit: str, value: Any) -> float:
    per = unit.removeprefix("per").strip() if unit.startswith("per") else unit.removeprefix("/").strip()
    if (unit.startswith(("per", "/")) or unit == "") and per in _SCALES["duration"]:
        return 1 / _SCALES["duration"][per]
    if unit == "" and value in (0, "0"):
        return 1.0
    raise UnitError(f"{_short(value)}: unit {unit!r} is not one of a rate; write {_EXAMPLE['rate']}")


def _finite(value: float, dimension: str) -> float:
    try:
        number = float(value)
    except OverflowError:
        raise UnitError(f"a number with {len(str(value)) if abs(value) < 10**4000 else 'thousands of'} digits is not a {dimension}") from None
    if not math.isfinite(number):
        raise UnitError(f"{value} is not a finite number; write {_EXAMPLE[dimension]}")
    return number


def _short(value: Any) -> str:
    text = repr(value) if not isinstance(value, int) or abs(value) < 10**30 else "a number with more than 30 digits"
    return text if len(text) <= 60 else text[:57] + "..."


def parse_clock(value: Any) -> tuple[bool, float]:
    """A moment: (True, seconds from midnight of day 1) for `day 2 14:00`, (False, seconds from the start) for `36 h` or `+36 h`.

    Raises UnitError: neither form, day 0, hour above 23, minute above 59. `21:30` alone is refused: it does not say which day.
    """
    if isinstance(value, str):
        found = _CLOCK.match(value)
        if found:
            day, hour, minute, second = (int(part or 0) for part in found.groups())
            if day < 1 or hour > 23 or minute > 59 or second > 59:
                raise UnitError(f"{value!r} is no moment: days count from 1, hours 0-23, minutes 0-59")
            return True, (day - 1) * DAY_SECONDS + hour * 3600 + minute * 60 + second
        if re.match(r"^\s*\d{1,2}:\d{2}\s*$", value):
            raise UnitError(f"{value!r} does not say on which day; write {_EXAMPLE['clock']}")
        try:
            return False, parse(value.strip().removeprefix("+"), "duration")
        except UnitError as error:
            raise error if _NUMBER.match(value) and not _DATE.match(value) else UnitError(_no_moment(value)) from None
    raise UnitError(_no_moment(value))


def _no_moment(value: Any) -> str:
    said = "is a date, not a moment of the run" if isinstance(value, str) and _DATE.match(value) else "is not a moment"
    return f"{_short(value)} {said}; write {_EXAMPLE['clock']}"


def write_duration(seconds: float) -> str:
    """`seconds` as text that `parse` reads back to the same number, in the largest unit that keeps it short."""
    for unit, scale in (("days", DAY_SECONDS), ("h", 3600), ("min", 60)):
        if seconds and seconds % scale == 0 and seconds / scale < 1e6:
            return f"{seconds / scale:g} {unit}"
    return f"{seconds!r} s"


def write_rate(per_second: float) -> str:
    """A rate as text that `parse` reads back to the same number, per day or hour where that loses nothing."""
    for unit, scale in (("day", DAY_SECONDS), ("h", 3600)):
        if parse(text := f"{float(f'{per_second * scale:.12g}')!r} per {unit}", "rate") == per_second:
            return text
    return f"{per_second!r} per s"


def say_duration(seconds: float) -> str:
    """`seconds` for people to read: `3 h 20 min`, `12 days`."""
    seconds = int(round(seconds))
    days, rest = divmod(seconds, DAY_SECONDS)
    hours, rest = divmod(rest, 3600)
    minutes, secs = divmod(rest, 60)
    parts = [(days, "day" if days == 1 else "days"), (hours, "h"), (minutes, "min"), (secs, "s")]
    shown = [f"{n} {unit}" for n, unit in parts if n]
    return " ".join(shown[:2]) if shown else "0 s"


def say_clock(second: float, start_clock_seconds: float) -> str:
    """A second of a run as `day 2 14:10`, given the clock time (seconds from midnight of day 1) at which the run starts."""
    total = int(second + start_clock_seconds)
    day, rest = divmod(total, DAY_SECONDS)
    return f"day {day + 1} {rest // 3600:02d}:{rest % 3600 // 60:02d}"


def _quantity(dimension: str, write: Any) -> Any:
    return (
        BeforeValidator(lambda value: parse(value, dimension)),
        PlainSerializer(write, return_type=Any),
        WithJsonSchema({"type": ["string", "number"], "description": f"a {dimension}, for example {_EXAMPLE[dimension]}"}),
    )


Duration = Annotated[float, *_quantity("duration", write_duration)]
"""Seconds, 0 or more; written `3 h`."""
Rate = Annotated[float, *_quantity("rate", write_rate)]
"""Events per second, 0 or more; written `0.2 per day`."""
Share = Annotated[float, *_quantity("share", lambda v: v)]
"""A share of one, 0 to 1; written 0.35 or `35 %`."""
Length = Annotated[float, *_quantity("length", lambda v: f"{v!r} m")]
"""Metres, 0 or more."""
Speed = Annotated[float, *_quantity("speed", lambda v: f"{v!r} m/s")]
"""Metres per second, 0 or more."""
Loudness = Annotated[float, *_quantity("loudness", lambda v: f"{v!r} dB")]
"""Decibels at the source, 0 or more."""


class Moment:
    """A moment as written: by the clock (`by_clock`, from midnight of day 1) or from the start of the run, in `seconds`."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.by_clock, self.seconds = parse_clock(text)

    def second(self, start_clock_seconds: float) -> int:
        """The second of the run that this moment is, given the clock time at which the run starts (may be negative)."""
        return int(round(self.seconds - start_clock_seconds if self.by_clock else self.seconds))

    def __repr__(self) -> str:
        return f"Moment({self.text!r})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Moment) and self.text == other.text

    def __hash__(self) -> int:
        return hash(self.text)
