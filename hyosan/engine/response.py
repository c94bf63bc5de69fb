"""The response: orders are decided on knowledge, take effect after a delay, act while they are in force, and end by their own rule.

Clear Python, a few decisions a day. `Response.take` reads `Knowledge` only; what an order does to the world goes through `Actions`
(`engine/response_actions.py`), which it never looks behind. Orders of a scenario are independent of each other but through what is known.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from fractions import Fraction
from typing import Any, Protocol

from hyosan.engine.authorities import Authorities
from hyosan.scenario.condition import Condition, parse
from hyosan.scenario.response import MEDICAL
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

    def finished(self, name: str, order: Any, number: int, now: int) -> str | None:
        """Why an order in force is over of itself; None = it is not."""
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
    used: dict[str, int] = field(default_factory=dict)


class Response:
    """All orders of a scenario: what was given, what is in force, what comes next."""

    def __init__(self, scenario: Scenario, start_clock: int) -> None:
        self.orders = scenario.orders
        self.start_clock = start_clock
        names = tuple(scenario.orders)

        def compiled(text: str) -> Condition:
            return parse(text, orders=names, start_clock_seconds=start_clock)

        self.when = {n: compiled(o.when) for n, o in self.orders.items()}
        self.until = {n: compiled(o.until) for n, o in self.orders.items() if o.until}
        self.again = {n: compiled(o.repeat.as_long_as) for n, o in self.orders.items() if o.repeat}
        self.asked = {name for told in (self.when, self.until, self.again) for one in told.values() for name in one.names}
        self.estimates = "incubation_bound_days" in self.asked or any(order.do == "quarantine" for order in self.orders.values())
        """Whether anybody goes by an estimate of the incubation period."""
        self.given: list[Given] = []
        self.current: dict[str, Given] = {}
        self._held: dict[str, int] = {}
        self._late: dict[str, int] = {}

    def standing(self, now: int) -> dict[str, int | Fraction]:
        """How each order stands, as conditions may ask."""
        values: dict[str, int | Fraction] = {}
        for name in self.orders:
            one = self.current.get(name)
            effective = one is not None and one.effective >= 0
            values[f"{name}.decided"] = int(one is not None)
            values[f"{name}.effective"] = int(effective)
            values[f"{name}.ended"] = int(one is not None and one.ended >= 0)
            until = now if one is None or one.ended < 0 else one.ended
            values[f"{name}.hours"] = Fraction(until - one.effective, 3600) if one is not None and effective else 0
            values[f"{name}.count"] = one.number if one is not None else 0
        return values

    def take(self, authorities: Authorities, actions: Actions, now: int) -> None:
        """Decide, put into effect, carry on and end orders, in the order of the scenario. What one does, the next tick knows."""
        if not self.orders:
            return
        actions.begin_tick(now)
        standing, known = self.standing(now), dict[int, dict[str, int | Fraction]]()
        for name, order in self.orders.items():
            knowledge = authorities.of(order.authority)
            if id(knowledge) not in known:
                known[id(knowledge)] = knowledge.values(now, self.start_clock, self.asked) | standing
            values, one = known[id(knowledge)], self.current.get(name)
            late = authorities.delay_of(order.authority)
            if now < self._held.get(name, 0):
                pass
            elif one is None:
                if self.when[name].holds(values):
                    self.decide(name, 1, order, values, now, late)
            elif self.may_repeat(name, order, one, values, now):
                self.decide(name, one.number + 1, order, values, now, late)
            self.carry_on(name, order, actions, values, now)

    def may_repeat(self, name: str, order: Any, one: Given, values: dict[str, Any], now: int) -> bool:
        """Whether an order is to be given again: its time is up, times are left, and the condition on knowledge holds."""
        repeat = order.repeat
        if repeat is None or one.effective < 0 or one.number >= repeat.times or now < one.effective + repeat.every:
            return False
        return self.again[name].holds(values) and not (name in self.until and self.until[name].holds(values))

    def decide(self, name: str, number: int, order: Any, values: dict[str, Any], now: int, late: int) -> None:
        """An order is decided; what was known is noted."""
        asked = {*MAIN, *(k for k in self.when[name].names if k in values)}
        known = {k: (int(values[k]) if values[k] == int(values[k]) else float(values[k])) for k in sorted(asked) if k in MAIN or values[k]}
        late += self._late.pop(name, 0)
        one = Given(name, number, now, due=now + round(order.delay) + late, knowledge=json.dumps(known, sort_keys=True))
        self.given.append(one)
        self.current[name] = one

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
        elif name in self.until and self.until[name].holds(values):
            self.end(one, order, actions, now, f"{self.until[name].say()}")
            return
        one.reached += actions.go_on(name, order, one.number, now)
        why = actions.finished(name, order, one.number, now)
        one.used = actions.used(name)
        if why is not None:
            self.end(one, order, actions, now, why)

    def end(self, one: Given, order: Any, actions: Actions, now: int, why: str) -> None:
        """An order ends, and why is noted."""
        one.reached += actions.stop(one.order, order, one.number, now)
        one.ended = now
        one.because = why
        one.used = actions.used(one.order)

    def is_busy(self) -> bool:
        """Whether an order is decided or in force and has not ended; medical ones stand as long as there are cases, and hold up nothing."""
        return any(one.ended < 0 and self.orders[one.order].do not in MEDICAL for one in self.current.values())

    def to_json(self) -> dict[str, Any]:
        """Everything given so far, for a checkpoint."""
        return {"given": [asdict(one) for one in self.given], "held": self._held, "late": self._late}

    def restore(self, kept: dict[str, Any]) -> None:
        """Take over what a checkpoint kept."""
        self.given = [Given(**row) for row in kept["given"]]
        self.current = {one.order: one for one in self.given}
        self._held, self._late = dict(kept.get("held", {})), dict(kept.get("late", {}))
