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
from typing import TypeAlias

from hyosan.errors import ScenarioError
from hyosan.scenario.condition_parser import parse_condition
from hyosan.scenario.condition_words import FLAGS, KNOWN_NAMES, ORDER_NAMES, SIGNS, Part, known_names

__all__ = ["KNOWN_NAMES", "ORDER_NAMES", "Condition", "known_names", "parse"]

Values: TypeAlias = Mapping[str, "int | Fraction"]


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
        return bool(_value(self.tree, values))

    def say(self) -> str:
        """The condition in plain English, without a full stop."""
        return _say(self.tree)


def parse(text: str, *, orders: Iterable[str] = (), stocks: Iterable[str] = (), start_clock_seconds: float = 0.0) -> Condition:
    """The condition that `text` says, given the names of the scenario's orders and stocks and the clock time at which it starts.

    Raises ScenarioError: an unknown name (told with the nearest), units that do not fit, anything that is not a condition.
    """
    tree, names = parse_condition(text, known_names(orders, stocks), start_clock_seconds)
    return Condition(text, names, tree)


def _value(part: Part, values: Values) -> Fraction | bool:
    if part.do == "name":
        if part.text not in values:
            raise ScenarioError(f"no value is known for {part.text!r}")
        return Fraction(values[part.text])
    if part.do == "number":
        return part.value
    if part.do == "and":
        return all(_value(inner, values) for inner in part.parts)
    if part.do == "or":
        return any(_value(inner, values) for inner in part.parts)
    found = [Fraction(_value(inner, values)) for inner in part.parts]
    if part.do == "compare":
        return all(SIGNS[sign][0](a, b) for sign, a, b in zip(part.text.split(), found, found[1:], strict=False))
    return _STEPS[part.do](found, part.value)


_STEPS: dict[str, Callable[[list[Fraction], Fraction], Fraction | bool]] = {
    "always": lambda found, value: True,
    "never": lambda found, value: False,
    "yes": lambda found, value: found[0] != 0,
    "not": lambda found, value: found[0] == 0,
    "negative": lambda found, value: -found[0],
    "scale": lambda found, value: value * found[0],
    "+": lambda found, value: found[0] + found[1],
    "-": lambda found, value: found[0] - found[1],
    "*": lambda found, value: found[0] * found[1],
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
