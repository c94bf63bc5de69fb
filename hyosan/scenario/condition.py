"""The little language of `when`, `until` and `as_long_as`: comparisons of what the authorities know, with `and`, `or`, `not`.

    reported.turned >= 3 and not curfew.decided
    days_since_report >= 7 or time >= 'day 4 08:00'
    reported.zones * 2 >= zones

Numbers are compared exactly. Durations have units; a bare number beside a time is in that name's own unit. A text is parsed
once, by `parse`, and then asked for many sets of values. The names that may stand in one are `KNOWN_NAMES` and, of each order N,
`N.decided`, `N.effective`, `N.ended`, `N.done`, `N.hours` and `N.count`; of each stock S, `stock.S`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Any, TypeAlias

from hyosan.errors import ScenarioError
from hyosan.scenario.condition_parser import parse_condition
from hyosan.scenario.condition_words import FLAGS, KNOWN_NAMES, ORDER_NAMES, SIGNS, Part, known_names

__all__ = ["KNOWN_NAMES", "ORDER_NAMES", "Condition", "known_names", "parse"]

Values: TypeAlias = Mapping[str, "int | Fraction"]
Reader: TypeAlias = Callable[[Values], "int | Fraction | bool"]


@dataclass(frozen=True)
class Condition:
    """A parsed condition. `names` are those it asks for."""

    text: str
    names: frozenset[str]
    tree: Part

    def holds(self, values: Values) -> bool:
        """Whether it holds, given a value for each of `names` (whole numbers or exact fractions).

        Raises ScenarioError: a value is missing.
        """
        return bool(self._asked(values))

    @cached_property
    def _asked(self) -> Reader:
        return _reader(self.tree)

    def say(self) -> str:
        """The condition in plain English, without a full stop."""
        return _say(self.tree)


def parse(text: str, *, orders: Iterable[str] = (), stocks: Iterable[str] = (), start_clock_seconds: float = 0.0) -> Condition:
    """The condition that `text` says, given the names of the scenario's orders and stocks and the clock time at which it starts.

    Raises ScenarioError: an unknown name (told with the nearest), units that do not fit, anything that is not a condition.
    """
    tree, names = parse_condition(text, known_names(orders, stocks), start_clock_seconds)
    return Condition(text, names, tree)


def _reader(part: Part) -> Reader:
    """What gives the value of a step for values of names: made once, as conditions are asked in every tick."""
    inner = tuple(_reader(one) for one in part.parts)
    value = int(part.value) if part.value.denominator == 1 else part.value
    if part.do == "name":
        return lambda values: _of(values, part.text)
    if part.do == "number":
        return lambda values: value
    if part.do == "and":
        return lambda values: all(one(values) for one in inner)
    if part.do == "or":
        return lambda values: any(one(values) for one in inner)
    if part.do == "compare":
        signs = [SIGNS[sign][0] for sign in part.text.split()]
        if len(signs) == 1:
            (sign,), (left, right) = signs, inner
            return lambda values: sign(left(values), right(values))
        return lambda values: _all_hold(signs, [one(values) for one in inner])
    return _STEPS[part.do](inner, value)


def _of(values: Values, name: str) -> int | Fraction:
    if name not in values:
        raise ScenarioError(f"no value is known for {name!r}")
    return values[name]


def _all_hold(signs: list[Callable[[Any, Any], bool]], found: list[Any]) -> bool:
    return all(sign(a, b) for sign, a, b in zip(signs, found, found[1:], strict=False))


_STEPS: dict[str, Callable[[Any, Any], Reader]] = {
    "always": lambda inner, value: lambda values: True,
    "never": lambda inner, value: lambda values: False,
    "yes": lambda inner, value: lambda values: inner[0](values) != 0,
    "not": lambda inner, value: lambda values: inner[0](values) == 0,
    "negative": lambda inner, value: lambda values: -inner[0](values),
    "scale": lambda inner, value: lambda values: value * inner[0](values),
    "+": lambda inner, value: lambda values: inner[0](values) + inner[1](values),
    "-": lambda inner, value: lambda values: inner[0](values) - inner[1](values),
    "*": lambda inner, value: lambda values: inner[0](values) * inner[1](values),
}


def _say(part: Part) -> str:
    said = [_say(inner) for inner in part.parts]
    if part.do == "name":
        return _say_name(part.text)
    if part.do == "number":
        return part.text
    if part.do in ("and", "or"):
        inner = [f"({text})" if other.do in ("and", "or") else text for text, other in zip(said, part.parts, strict=True)]
        return f" {part.do} ".join(inner)
    if part.do == "compare":
        signs = part.text.split()
        pairs = [f"{a} {SIGNS[sign][1]} {b}" for sign, a, b in zip(signs, said, said[1:], strict=False)]
        return " and ".join(pairs)
    if part.do == "not" and part.parts[0].do == "name":
        order, _, attribute = part.parts[0].text.rpartition(".")
        return f"the order `{order}` {FLAGS[attribute].replace('has', 'has not').replace('is', 'is not')}"
    templates = {
        "not": "it is not so that {0}",
        "negative": "minus {0}",
        "+": "{0} plus {1}",
        "-": "{0} minus {1}",
        "*": "{0} times {1}",
    }
    return templates.get(part.do, part.do if not said else "{0}").format(*said)


def _say_name(name: str) -> str:
    if name in KNOWN_NAMES:
        return f"the {KNOWN_NAMES[name].partition(' (')[0]}"
    order, _, attribute = name.rpartition(".")
    if order == "stock" and attribute not in ORDER_NAMES:
        return f"the stock of {attribute}"
    if attribute in FLAGS:
        return f"the order `{order}` {FLAGS[attribute]}"
    return f"the {ORDER_NAMES[attribute].partition(' (')[0]} (order `{order}`)"
