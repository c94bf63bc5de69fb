"""Conditions on what is known: what holds, what is said, what is refused."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hyosan.errors import ScenarioError
from hyosan.scenario.condition import KNOWN_NAMES, ORDER_NAMES, known_names, parse

ORDERS = ("cordon", "first wave", "re-start", "a", "a-b")


def holds(text: str, **values: int) -> bool:
    known = dict.fromkeys(known_names(ORDERS), 0) | {name.replace("__", "."): value for name, value in values.items()}
    return parse(text, orders=ORDERS, start_clock_seconds=8 * 3600).holds(known)


@pytest.mark.parametrize(
    ("text", "values", "expected"),
    [
        ("always", {}, True),
        ("never", {}, False),
        ("not never and always", {}, True),
        ("reported.turned >= 3", {"reported__turned": 3}, True),
        ("reported.turned > 3", {"reported__turned": 3}, False),
        ("reported.turned != 3 or reported.ill == 0", {"reported__turned": 3}, True),
        ("always or never and never", {}, True),
        ("(always or never) and never", {}, False),
        ("not always or always", {}, True),
        ("2 < day <= 4", {"day": 4}, True),
        ("2 < day <= 4", {"day": 2}, False),
        ("reported.zones * 2 >= zones", {"reported__zones": 5, "zones": 10}, True),
        ("reported.zones >= 50 % * zones", {"reported__zones": 4, "zones": 9}, False),
        ("reported.turned - reported.dead + 1 > -2", {"reported__dead": 2}, True),
        ("reported.turned - 1 - 1 == 0", {"reported__turned": 2}, True),
        ("2 + 2 * 3 == 8 and -(2 + 2) * 3 == -12", {}, True),
        ("0.1 * zones == 0.3", {"zones": 3}, True),
        ("days_since_report >= 7", {"days_since_report": 7}, True),
        ("days_since_report >= 1 week", {"days_since_report": 6}, False),
        ("hours_since_report >= 90 min", {"hours_since_report": 2}, True),
        ("days_since_report > hours_since_report", {"days_since_report": 1, "hours_since_report": 24}, False),
        ("time >= 'day 2 08:00'", {"time": 24}, True),
        ("time >= 'day 2 08:01'", {"time": 24}, False),
        ('time < "36 h"', {"time": 35}, True),
        ("time - 3 >= 2 days", {"time": 51}, True),
        ("hour >= 22 or hour < 6", {"hour": 3}, True),
        ("incubation_bound_days * 2 < 30", {"incubation_bound_days": 14}, True),
        ("cordon.decided and not cordon.ended", {"cordon__decided": 1}, True),
        ("cordon.hours >= 2 days", {"cordon__hours": 48}, True),
        ("cordon.count == 2", {"cordon__count": 2}, True),
        ("reported.turned >= 3and always", {"reported__turned": 3}, True),
    ],
)
def test_a_condition_holds_or_not(text: str, values: dict[str, int], expected: bool) -> None:
    assert holds(text, **values) is expected


def test_names_of_orders_may_hold_blanks_and_hyphens() -> None:
    condition = parse("first wave.decided and a-b.ended and re-start.count-a.count > 0", orders=ORDERS)
    assert condition.names == {"first wave.decided", "a-b.ended", "re-start.count", "a.count"}
    assert condition.holds({"first wave.decided": 1, "a-b.ended": 1, "re-start.count": 2, "a.count": 1})


def test_values_may_be_exact_fractions() -> None:
    assert parse("time >= 90 min").holds({"time": Fraction(3, 2)})
    assert not parse("time > 90 min").holds({"time": Fraction(3, 2)})


def test_a_missing_value_is_an_error() -> None:
    with pytest.raises(ScenarioError, match=r"reported\.turned"):
        parse("reported.turned > 1").holds({})


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("reported.turned >= 3", "the number of turned people reported so far is at least 3"),
        ("not cordon.decided", "the order `cordon` has not been decided"),
        ("days_since_report >= 7", "the time since the last report is at least 7 days"),
        ("time >= 36 h and always", "the time since the start is at least 36 h and always"),
        ("reported.zones * 2 >= zones or never", "the number of zones with a report times 2 is at least the number of zones of the city or never"),
    ],
)
def test_a_condition_is_said_in_plain_english(text: str, said: str) -> None:
    assert parse(text, orders=ORDERS).say() == said


@pytest.mark.parametrize("name", [*KNOWN_NAMES, *(f"cordon.{name}" for name in ORDER_NAMES)])
def test_every_known_name_can_be_asked_for_and_said(name: str) -> None:
    condition = parse(f"{name} >= 1", orders=ORDERS)
    assert condition.names == {name}
    assert condition.holds({name: 1})
    assert condition.say().endswith(("is at least 1", "is at least 1 days", "is at least 1 hours"))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "empty condition"), ("reported.tuned > 3", "did you mean `reported.turned`?"), ("cordn.decided", "did you mean `cordon.decided`?"),
        ("cordon", "not a name that is known"), ("zones", "is a number, not a condition"), ("cordon.count", "is a number, not a condition"),
        ("zones = 3", "write `==`"), ("zones > 3 zones", "not a unit of time"), ("zones >= 3 days", "compare like with like"),
        ("time >= 3 days - 2", "2 has no unit"), ("time >= 08:00", "':' at character 11"), ("time >= '08:00'", "on which day"),
        ("time >= 'noon'", "not a moment"), ("zones > reported.turned * zones", "bare number"), ("(zones > 3", "`)` is missing"),
        ("zones > 3)", "does not belong there"), ("zones >", "breaks off"), ("> 3", "missing before this"), ("and", "missing before this"),
        ("zones > 3 zones > 4", "not a unit"), ("(zones > 3) + 1 > 2", "not a number"), ("-(zones > 3)", "is not a number"),
        ("__import__('os').system('ls')", "'.' at character 17"), ("__import__('os') > 1", "not a name that is known"),
        ("lambda: 0", "':' at character 7"), ("zones > 3; 1", "';'"),
        ("zones ** 2 > 3", "missing before this"), ("zones / 2 > 3", "'/'"), ("'" * 3, "cannot stand"), ("\u2603", "cannot stand"),
        ("(" * 60 + "always" + ")" * 59, "too many parentheses"), ("1+" * 80 + "1 > 2", "at most 120"), ("x" * 501, "at most 500"),
        ("1" * 400 + " > 2", "is a number, not a condition"),
    ],
)  # fmt: skip
def test_anything_else_is_refused(text: str, words: str) -> None:
    with pytest.raises(ScenarioError) as caught:
        parse(text, orders=ORDERS)
    assert words in str(caught.value)


WORDS = st.sampled_from(["zones", "time", "hour", "cordon.decided", "first wave.count", "3", "2 days", "50 %", "'day 2'", "and", "or", "not",
                         "always", "(", ")", ">=", "<", "==", "+", "-", "*", "=", "x", "."])  # fmt: skip


@given(st.lists(WORDS, max_size=14).map(" ".join) | st.text(max_size=40))
def test_any_text_is_a_condition_or_a_scenario_error(text: str) -> None:
    try:
        condition = parse(text, orders=ORDERS)
    except ScenarioError:
        return
    values = dict.fromkeys(condition.names, 1)
    assert condition.holds(values) in (True, False)
    assert condition.say()
    assert parse(text, orders=ORDERS) == condition


@given(st.integers(-50, 50), st.integers(-50, 50), st.integers(0, 50), st.sampled_from(["<", "<=", ">", ">=", "==", "!="]))
def test_arithmetic_is_that_of_python(a: int, b: int, c: int, sign: str) -> None:
    text = f"zones + {abs(a)} * strikes - {c} {sign} {abs(b)} * 2 - zones"
    text = text.replace("strikes", "3")
    assert parse(text).holds({"zones": c}) == eval(text, {"zones": c})  # the language is a part of Python here
