"""The response: orders are decided on knowledge, take effect after a delay, act while they are in force, and end by their own rule.

Clear Python, a few decisions a day. `Response.take` reads `Knowledge` only; what an order does to the world goes through `Actions`
(`engine/response_actions.py`), which it never looks behind. Orders of a scenario are independent of each other but through what is known.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping
from dataclasses import asdict, dataclass, field
from fractions import Fraction
from typing import Any, Protocol

from hyosan.engine.authorities import Authorities
from hyosan.scenario.condition import Condition, parse
from hyosan.scenario.order_changes import order_as
from hyosan.scenario.response import STANDING
from hyosan.scenario.root import Scenario

MAIN = ("reported.infected", "reported.turned", "reported.dead", "calls_waiting")
"""Logged with every decision, beside what its condition asked for."""


class Actions(Protocol):
    """What orders can do. Each gives how many people (or ways) it reached; `now` is the second of the tick."""

    def begin_tick(self, now: int) -> None:
        """What comes about of itself before orders act."""
        ...

    def start(self, name: str, order: Any, number: int, now: int) -> int:
        """An order takes effect."""
        ...

    def go_on(self, name: str, order: Any, number: int, now: int) -> int:
        """An order in force acts in this tick."""
        ...

    def stop(self, name: str, order: Any, number: int, now: int) -> int:
        """An order ends."""
        ...

    def over(self, name: str, order: Any, now: int) -> str | None:
        """Why the work of an order in force is done; None = it is not."""
        ...

    def called_off(self, name: str) -> str | None:
        """The order that called this one off since last asked."""
        ...

    def used(self, name: str) -> dict[str, int]:
        """Means used by an order so far."""
        ...


@dataclass
class Given:
    """One giving of an order, as it is logged."""

    order: str
    number: int
    decided: int
    effective: int = -1
    ended: int = -1
    due: int = 0
    knowledge: str = ""
    reached: int = 0
    because: str = ""
    done: bool = False
    used: dict[str, int] = field(default_factory=dict)
    by: str = ""
    """The policy that gave it; empty: its own condition."""
    changes: dict[str, Any] = field(default_factory=dict)
    """Settings that the policy changed, in plain values."""


_TOLD: dict[str, Callable[[Given, int], int | Fraction]] = {
    "decided": lambda one, now: 1,
    "effective": lambda one, now: int(one.effective >= 0),
    "ended": lambda one, now: int(one.ended >= 0),
    "done": lambda one, now: int(one.done),
    "hours": lambda one, now: Fraction((now if one.ended < 0 else one.ended) - one.effective, 3600) if one.effective >= 0 else 0,
    "count": lambda one, now: one.number,
}
"""What conditions may ask of an order that was given (`scenario/condition_words.py`)."""


class Response:
    """All orders of a scenario: what was given, what is in force, what comes next."""

    def __init__(self, scenario: Scenario, start_clock: int) -> None:
        self.orders = scenario.orders
        self.now: dict[str, Any] = dict(scenario.orders)
        """Each order as it was given last: that of the scenario, but for what a policy changed."""
        self.start_clock, self.stocks = start_clock, tuple(scenario.stocks)
        self._read: dict[str, Condition] = {}
        self.when = {n: self.condition(o.when) for n, o in self.orders.items()}
        self.asked: set[str] = {name for one in self.when.values() for name in one.names}
        """All that conditions of orders ask for."""
        self._every = [(f"{name}.{word}", name, told) for name in self.orders for word, told in _TOLD.items()]
        self._asked_of = self._every
        for order in self.orders.values():
            self._may_ask(order)
        self.estimates = "incubation_bound_days" in self.asked or any(order.do == "quarantine" for order in self.orders.values())
        """Whether anybody goes by an estimate of the incubation period."""
        self.given: list[Given] = []
        self.current: dict[str, Given] = {}
        self._held: dict[str, int] = {}
        self._late: dict[str, int] = {}

    def condition(self, text: str) -> Condition:
        """A condition of an order, read once."""
        if text not in self._read:
            self._read[text] = parse(text, orders=tuple(self.orders), stocks=self.stocks, start_clock_seconds=self.start_clock)
        return self._read[text]

    def _may_ask(self, order: Any) -> None:
        """What an order that stands may ask for."""
        for text in (order.until, order.repeat.as_long_as if order.repeat else None):
            if text:
                self.asked |= self.condition(text).names
        self._asked_of = [row for row in self._every if row[0] in self.asked]

    def ends(self, order: Any, values: Mapping[str, Any]) -> bool:
        """Whether the condition under which an order ends holds."""
        return bool(order.until) and self.condition(order.until).holds(values)

    def standing(self, now: int, asked: bool = False) -> dict[str, int | Fraction]:
        """How each order stands, as conditions may ask; `asked`: only what conditions of this scenario ask for."""
        current = self.current
        return {text: told(current[name], now) if name in current else 0 for text, name, told in (self._asked_of if asked else self._every)}

    def take(self, authorities: Authorities, actions: Actions, now: int) -> None:
        """Decide, put into effect, carry on and end orders, in the order of the scenario. What one does, the next tick knows."""
        if not self.orders:
            return
        actions.begin_tick(now)
        standing, known = self.standing(now, asked=True), dict[int, dict[str, int | Fraction]]()
        for name, order in self.now.items():
            if self._is_past(name, order):
                continue
            knowledge = authorities.of(order.authority)
            if id(knowledge) not in known:
                known[id(knowledge)] = knowledge.values(now, self.start_clock, self.asked) | standing
            values, one = known[id(knowledge)], self.current.get(name)
            late = authorities.delay_of(order.authority)
            if now < self._held.get(name, 0):
                pass
            elif one is None:
                if self.when[name].holds(values):
                    self.give(name, 1, now, late, self.noted(values, self.when[name].names))
            elif self.may_repeat(order, one, values, now):
                self.give(name, one.number + 1, now, late, self.noted(values, self.when[name].names), by=one.by, changes=one.changes)
            self.carry_on(name, order, actions, values, now)

    def _is_past(self, name: str, order: Any) -> bool:
        """Whether an order has ended and is not to be given again by its condition."""
        one = self.current.get(name)
        return one is not None and one.ended >= 0 and (order.repeat is None or one.number >= order.repeat.times)

    def may_repeat(self, order: Any, one: Given, values: dict[str, Any], now: int) -> bool:
        """Whether an order is to be given again: its time is up, times are left, and the condition on knowledge holds."""
        repeat = order.repeat
        if repeat is None or one.effective < 0 or one.number >= repeat.times or now < one.effective + repeat.every:
            return False
        return self.condition(repeat.as_long_as).holds(values) and not self.ends(order, values)

    @staticmethod
    def noted(values: Mapping[str, Any], asked: Collection[str]) -> str:
        """What was known at a decision, as it is logged: the main figures, and what was asked for beside them unless it was 0."""
        names = {*MAIN, *(name for name in asked if name in values)}
        known = {k: (int(values[k]) if values[k] == int(values[k]) else float(values[k])) for k in sorted(names) if k in MAIN or values[k]}
        return json.dumps(known, sort_keys=True)

    def give(self, name: str, number: int, now: int, late: int, knowledge: str, by: str = "", changes: Mapping[str, Any] | None = None) -> None:
        """An order is decided; what was known is noted. `late`: seconds until it is passed on; `by`, `changes` as in `Given`."""
        one = Given(name, number, now, knowledge=knowledge, by=by, changes=dict(changes or {}))
        self._stands(one)
        one.due = now + round(self.now[name].delay) + late + self._late.pop(name, 0)
        self.given.append(one)

    def _stands(self, one: Given) -> None:
        self.current[one.order] = one
        self.now[one.order] = order_as(self.orders[one.order], one.by, one.changes) if one.by else self.orders[one.order]
        self._may_ask(self.now[one.order])

    def hold(self, name: str, until: int) -> None:
        """An order is not decided before a second."""
        self._held[name] = max(self._held.get(name, 0), until)

    def postpone(self, name: str, seconds: int) -> bool:
        """The giving of an order that is under way takes effect so much later, or else the next one; gives whether one was under way."""
        one = self.current.get(name)
        if one is not None and one.effective < 0 and one.ended < 0:
            one.due += seconds
            return True
        self._late[name] = self._late.get(name, 0) + seconds
        return False

    def carry_on(self, name: str, order: Any, actions: Actions, values: dict[str, Any], now: int) -> None:
        """Put a decided order into effect when its delay is over; let one in force act, or end."""
        one = self.current.get(name)
        if one is None or one.ended >= 0:
            return
        if one.effective < 0:
            if now >= one.due:
                one.effective = now
                one.reached += actions.start(name, order, one.number, now)
            else:
                return
        elif self.ends(order, values):
            self.end(one, order, actions, now, self.condition(order.until).say())
            return
        one.reached += actions.go_on(name, order, one.number, now)
        why = actions.over(name, order, now)
        one.used = actions.used(name)
        if why is not None:
            one.done = True
            self.end(one, order, actions, now, why)
        elif (caller := actions.called_off(name)) is not None:
            self.end(one, order, actions, now, f"called off by `{caller}`")

    def end(self, one: Given, order: Any, actions: Actions, now: int, why: str) -> None:
        """An order ends, and why is noted."""
        one.reached += actions.stop(one.order, order, one.number, now)
        one.ended = now
        one.because = why
        one.used = dict(actions.used(one.order))

    def call_off(self, one: Given, actions: Actions, now: int, why: str) -> None:
        """An order that stands ends at once; one that is not in effect yet never is."""
        if one.effective >= 0:
            self.end(one, self.now[one.order], actions, now, why)
        else:
            one.ended, one.because = now, why

    def authority_of(self, one: Given) -> str:
        """Who gave an order."""
        return one.by or str(self.orders[one.order].authority)

    def is_busy(self) -> bool:
        """Whether an order is decided or in force and has not ended; those of STANDING hold up nothing."""
        return any(one.ended < 0 and self.orders[one.order].do not in STANDING for one in self.current.values())

    def to_json(self) -> dict[str, Any]:
        """Everything given so far, for a checkpoint."""
        return {"given": [asdict(one) for one in self.given], "held": self._held, "late": self._late}

    def restore(self, kept: dict[str, Any]) -> None:
        """Take over what a checkpoint kept."""
        self.given = [Given(**row) for row in kept["given"]]
        for one in self.given:
            self._stands(one)
        self._held, self._late = dict(kept.get("held", {})), dict(kept.get("late", {}))
