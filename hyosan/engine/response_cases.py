"""What medical measures share: whom an order means, who complies, how much a day allows, new cases and whose turn it is."""

from __future__ import annotations

import heapq
from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hyosan.engine import effects
from hyosan.engine.compile_laws import share
from hyosan.engine.crews import DAY, ENDLESS, Crew, Tools
from hyosan.engine.fading import faded
from hyosan.engine.knowledge import Case
from hyosan.rules.exact import INSTANT_BITS
from hyosan.rules.transmit import OPEN_BITS
from hyosan.scenario.who import Who


class CaseCrew(Crew):
    """A part of the response that goes by known cases and by groups of people."""

    def __init__(self, tools: Tools) -> None:
        super().__init__(tools)
        self._meant: dict[str, NDArray[np.bool_]] = {}

    def forget(self, name: str) -> None:
        """An order is given anew: whom it means may be others."""
        self._meant.pop(name, None)

    def fits(self, who: Who) -> NDArray[np.bool_]:
        """Which people are meant; shape [n]."""
        low, high = who.age_range
        persons, ground = self.g.persons, self.world.ground

        def codes(names: Iterable[str], known: tuple[str, ...]) -> list[int]:
            return [known.index(name) for name in names if name in known]

        found: NDArray[np.bool_] = (persons["age"] >= low) & (persons["age"] <= high)
        if who.roles is not None:
            found &= np.isin(ground.person_role, codes(who.roles, self.world.roles))
        if who.zones is not None:
            found &= np.isin(persons["zone"], codes(who.zones, self.world.zones))
        if who.kinds is not None:
            wanted = np.isin(self.g.grounds["kind"], codes(who.kinds, self.world.kinds))
            found &= (wanted[np.maximum(self.g.slots, 0)] & (self.g.slots >= 0)).any(axis=1)
        return found

    def _all_meant(self, name: str, *groups: Who) -> NDArray[np.bool_]:
        """Which people an order means, in any of its groups; shape [n]."""
        if name not in self._meant:
            self._meant[name] = np.logical_or.reduce([self.fits(who) for who in groups])
        return self._meant[name]

    def _is_meant(self, name: str, who: Who, row: int) -> bool:
        return bool(self._all_meant(name, who)[row])

    def _complies(self, name: str, order: Any, row: int, now: int) -> bool:
        asked = faded(share(order.compliance), order.fades, now - self.memory[name]["since"])
        return int(self.s.people["obeys"][row]) < asked * self.trust.of(row) >> OPEN_BITS

    def _per_day(self, name: str, order: Any) -> int:
        """How many of what an order counts by the day can be done in this tick."""
        return self._room(name, None if order.per_day is None else self.means(name, "per_day", order.per_day))

    def _room(self, name: str, per_day: float | None) -> int:
        """How many can be done in this tick at so many a day. What a day leaves unused is lost."""
        if per_day is None:
            return ENDLESS
        kept, rate = self.memory[name], round(per_day * 1000)
        kept["work"] = min(kept.get("work", 0) + rate * self.tick_seconds, max(rate * self.tick_seconds, rate * DAY, 1000 * DAY if rate else 0))
        return int(kept["work"]) // (1000 * DAY)

    def _done(self, name: str, what: str, count: int) -> None:
        """So many were done: they count against what a day allows, and are noted."""
        if "work" in self.memory[name]:
            self.memory[name]["work"] -= count * 1000 * DAY
        self._use(name, what, count)

    def _new_cases(self, name: str) -> list[Case]:
        """Cases that became known since this order last looked."""
        kept = self.memory[name]
        found = self.knowledge.cases[kept["next"] :]
        kept["next"] = len(self.knowledge.cases)
        return found

    def _queue(self, name: str, second: int, row: int) -> None:
        heapq.heappush(self.memory[name]["queue"], [second, self._id(row), row])

    def _next(self, name: str, now: int, room: int) -> list[tuple[int, int]]:
        """Takes those whose turn it is from an order's queue: (second, row), at most `room`."""
        queue, found = self.memory[name]["queue"], list[tuple[int, int]]()
        while queue and queue[0][0] <= now and len(found) < room:
            second, _, row = heapq.heappop(queue)
            found.append((second, row))
        return found

    def _log(self, name: str, kind: int, row: int, now: int) -> None:
        effects.log(self.s, self.g, self.b, row, kind, -1, self._cause(name), now << INSTANT_BITS, self._tick(now))
