"""What a policy sees and what it answers: a policy is any Python function `(knowledge, now) -> orders`.

It gets a snapshot of what one authority knows, made of plain numbers and text, and answers with orders of the scenario. Nothing here leads
back to the engine: what a policy keeps or changes of a snapshot changes nothing. How policies are asked: `engine/policies.py`.
"""

from __future__ import annotations

import hashlib
import inspect
import re
import textwrap
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from hyosan.errors import PolicyError, UnitError
from hyosan.scenario.nearest import did_you_mean
from hyosan.units import parse

_NAME: Final = re.compile(r"[A-Za-z][A-Za-z0-9_ -]{0,79}")
_PLAIN: Final = (int, float, str, bytes, bool, Fraction, type(None))


class Now(NamedTuple):
    """The moment at which a policy is asked."""

    second: int
    """Seconds since the start of the run."""
    day: int
    """Day by the clock, from 1."""
    hour: int
    minute: int


class ZoneKnown(NamedTuple):
    """What is known of a zone."""

    cases: int
    """People known as infected, rightly or not, each counted once, where they were first reported."""
    reported: int
    """Reports of turned and of ill people."""
    active: int
    """Of them, not yet reported dead or captured."""
    marked: bool
    """Whether a sweep has marked the zone."""


class KnownCase(NamedTuple):
    """Somebody who became known as infected, rightly or not; `tested`: by a test. A case that is tested later stands in the list again."""

    second: int
    zone: str
    tested: bool


class OrderStanding(NamedTuple):
    """How the last giving of an order stands. All but `measure` and `used` is what conditions may ask of an order."""

    measure: str
    decided: bool
    effective: bool
    """Whether it took effect."""
    ended: bool
    done: bool
    """Whether it ended because its work was done."""
    hours: Fraction
    """Hours it has been in force."""
    times: int
    """Times given."""
    used: Mapping[str, int]
    """Means used, as in the log."""

    @property
    def stands(self) -> bool:
        """Whether it is decided and has not ended."""
        return self.decided and not self.ended


class Known(Mapping[str, "int | Fraction"]):
    """What an authority knows at a moment: `knowledge["reported.infected"]`, by the names that conditions use. It cannot be changed.

    Beside the names: `by_zone` (zone -> ZoneKnown), `cases` (KnownCase, in order of becoming known), `orders` (order -> OrderStanding).
    """

    __slots__ = ("_asked", "_values", "by_zone", "cases", "orders")
    by_zone: Mapping[str, ZoneKnown]
    cases: tuple[KnownCase, ...]
    orders: Mapping[str, OrderStanding]

    def __init__(
        self,
        values: Mapping[str, int | Fraction],
        by_zone: Mapping[str, ZoneKnown],
        cases: tuple[KnownCase, ...],
        orders: Mapping[str, OrderStanding],
    ) -> None:
        put = object.__setattr__
        put(self, "_values", MappingProxyType(dict(values)))
        put(self, "by_zone", MappingProxyType(dict(by_zone)))
        put(self, "cases", cases)
        put(self, "orders", MappingProxyType(dict(orders)))
        put(self, "_asked", set[str]())

    def __getitem__(self, name: str) -> int | Fraction:
        if name not in self._values:  # type: ignore[attr-defined]
            raise KeyError(f"{name!r} is nothing that is known; {did_you_mean(str(name), self._values)}")  # type: ignore[attr-defined]
        self._asked.add(name)  # type: ignore[attr-defined]
        value: int | Fraction = self._values[name]  # type: ignore[attr-defined]
        return value

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)  # type: ignore[attr-defined]

    def __len__(self) -> int:
        return len(self._values)  # type: ignore[attr-defined]

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"what is known cannot be changed ({name!r})")

    def __delattr__(self, name: str) -> None:
        raise AttributeError(f"what is known cannot be changed ({name!r})")

    def __repr__(self) -> str:
        return f"Known({dict(self._values)!r})"  # type: ignore[attr-defined]


def asked_of(known: Known) -> set[str]:
    """The names whose values were looked up so far, for the log."""
    return set(known._asked)  # type: ignore[attr-defined]


class GiveOrder:
    """Give an order of the scenario now, its condition aside, with some of its settings changed: `GiveOrder("masks", compliance="80 %")`."""

    __slots__ = ("changes", "name")
    name: str
    changes: Mapping[str, Any]

    def __init__(self, name: str, /, **changes: Any) -> None:
        object.__setattr__(self, "name", name)
        object.__setattr__(self, "changes", MappingProxyType(dict(changes)))

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"an order cannot be changed once it is made ({name!r})")

    def __repr__(self) -> str:
        return f"GiveOrder({', '.join([repr(self.name), *(f'{key}={value!r}' for key, value in self.changes.items())])})"


@dataclass(frozen=True)
class EndOrder:
    """End an order that stands; one that is decided and not in effect yet is called off."""

    name: str


Decide = Callable[[Known, Now], Any]
Answer = GiveOrder | EndOrder


@dataclass(frozen=True)
class Policy:
    """A policy and how often it is asked: at the start of the run, and at the first tick that begins `every` so long, or later, after it."""

    decide: Decide
    every: str = "1 h"

    @property
    def every_seconds(self) -> int:
        """`every` in whole seconds. Raises PolicyError: it is no duration, or less than a second."""
        try:
            seconds = round(parse(self.every, "duration"))
        except UnitError as error:
            raise PolicyError(f"Policy(every={self.every!r}): {error}") from None
        if seconds < 1:
            raise PolicyError(f"Policy(every={self.every!r}): a policy is asked once in a second at most")
        return seconds

    def is_due(self, now: int, tick_seconds: int) -> bool:
        """Whether it is asked in the tick that begins at second `now`."""
        every = self.every_seconds
        return now < tick_seconds or now // every > (now - tick_seconds) // every


def as_policies(given: Mapping[str, Decide | Policy] | None) -> dict[str, Policy]:
    """Policies by name, in order of name. Raises PolicyError: a name that no authority could have, something that is no function."""
    if given is None:
        return {}
    if not isinstance(given, Mapping):
        raise PolicyError(f"policies: a mapping from name to function is needed, for example policies={{'mayor': f}}, not {type(given).__name__}")
    found = {}
    for name in sorted(given, key=str):
        one = given[name]
        if not isinstance(name, str) or not _NAME.fullmatch(name):
            raise PolicyError(f"policies: {name!r} is no name; it begins with a letter and holds only letters, digits, blanks, `_` and `-`")
        policy = one if isinstance(one, Policy) else Policy(one)
        if not callable(policy.decide):
            raise PolicyError(f"policies: {name!r} is {type(policy.decide).__name__}; a function (knowledge, now) -> orders is needed")
        _ = policy.every_seconds
        found[name] = policy
    return found


def answers(given: Any) -> list[Answer]:
    """What a policy answered, one by one: names, `GiveOrder`, `EndOrder`, mappings name -> changes (None = end it), or nothing.

    Raises PolicyError: something else.
    """
    if given is None:
        return []
    if isinstance(given, str | GiveOrder | EndOrder | Mapping):
        given = [given]
    if not isinstance(given, Iterable):
        raise PolicyError(f"answered {given!r:.80}; an iterable of orders is needed")
    found: list[Answer] = []
    for one in given:
        if isinstance(one, GiveOrder | EndOrder):
            found.append(one)
        elif isinstance(one, str):
            found.append(GiveOrder(one))
        elif isinstance(one, Mapping):
            found += [_of_mapping(name, changes) for name, changes in one.items()]
        else:
            raise PolicyError(f"answered {one!r:.80}; an order is a name, GiveOrder(name, ...), EndOrder(name) or a mapping from name to changes")
    return found


def _of_mapping(name: Any, changes: Any) -> Answer:
    if changes is None:
        return EndOrder(name)
    if not isinstance(changes, Mapping):
        raise PolicyError(f"answered {changes!r:.80} for the order {name!r}; its changes are a mapping from setting to value")
    return GiveOrder(name, **changes)


def source_hash(policy: Policy) -> str | None:
    """A hash of the text of a policy's function and of the plain values bound to it; None where the text cannot be had.

    Two functions of equal hash can still differ in what they call.
    """
    function: Any = policy.decide
    bound: list[Any] = []
    while isinstance(function, partial):
        bound += [function.args, tuple(sorted(function.keywords.items()))]
        function = function.func
    if not (inspect.isfunction(function) or inspect.ismethod(function)):
        function = getattr(type(function), "__call__", function)  # noqa: B004 - the text of the method is wanted, not whether it can be called
    try:
        text = textwrap.dedent(inspect.getsource(function))
        variables = dict(inspect.getclosurevars(inspect.unwrap(function)).nonlocals)
    except (OSError, TypeError, ValueError):
        return None
    bound += [getattr(function, "__defaults__", None), tuple(sorted(variables.items()))]
    told = repr(_plain(tuple(bound)))
    return hashlib.blake2b(f"{text}\0{told}".encode(), digest_size=16).hexdigest()


def _plain(value: Any) -> Any:
    """A value whose text is always the same; of others only the type."""
    if isinstance(value, tuple):
        return [_plain(one) for one in value]
    return value if isinstance(value, _PLAIN) else type(value).__name__
