"""What those who carry out orders work with: the state, the world, what is known, what each order remembers. Shared by all parts of the response."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hyosan.engine.authorities import Authorities
from hyosan.engine.barriers import Barriers
from hyosan.engine.beyond import Beyond
from hyosan.engine.compile import Names
from hyosan.engine.knowledge import Knowledge
from hyosan.engine.means import Means
from hyosan.engine.rulebook import Floor, Rulebook
from hyosan.engine.state import State
from hyosan.engine.trust import Trust
from hyosan.luck import MAX_ID, bits
from hyosan.rules.exact import INSTANT_BITS
from hyosan.scenario.root import Scenario
from hyosan.units import DAY_SECONDS as DAY
from hyosan.world.frame import World

__all__ = ["DAY", "ENDLESS", "Crew", "Tools"]
ENDLESS = 1 << 40


@dataclass
class Tools:
    """All of it, and whose turn it is.

    `memory[name]` is what an order remembers: plain data, kept by checkpoints; its `used` are means used so far, and it has a `since`, the second
    it took effect, as long as it is in force. `orders` are those of `Response.now`; `knowledge` and `turn` are of the order that acts now.
    """

    s: State
    g: Floor
    b: Rulebook
    names: Names
    world: World
    authorities: Authorities
    scenario: Scenario
    trust: Trust
    beyond: Beyond
    means: Means
    barriers: Barriers
    orders: Mapping[str, Any]
    knowledge: Knowledge
    turn: int = 0
    memory: dict[str, dict[str, Any]] = field(default_factory=dict)


class Crew:
    """One part of the response's hands. One method per measure and moment: `start_`, `go_on_`, `stop_` or `over_` and its name."""

    def __init__(self, tools: Tools) -> None:
        self.tools = tools
        self.s, self.g, self.b, self.names, self.world = tools.s, tools.g, tools.b, tools.names, tools.world
        self.authorities, self.scenario, self.trust, self.memory = tools.authorities, tools.scenario, tools.trust, tools.memory
        self.beyond, self.means, self.barriers = tools.beyond, tools.means, tools.barriers
        self.works = tools.authorities.works
        self.tick_seconds, self.camp = int(tools.b.one[0].tick_seconds), int(tools.b.one[0].camp)

    @property
    def seed(self) -> int:
        """That of all luck but traits."""
        return int(self.b.one[0].seed)

    @property
    def knowledge(self) -> Knowledge:
        """What the authority knows whose order acts now."""
        return self.tools.knowledge

    def _use(self, name: str, what: str, count: int) -> None:
        if count:
            used = self.memory[name].setdefault("used", {})
            used[what] = used.get(what, 0) + count

    def _tick(self, now: int) -> int:
        return now // self.tick_seconds

    def _at(self, now: int) -> int:
        """The instant at which the order that acts now does so: one after the other, so that the log keeps their order."""
        return (now << INSTANT_BITS) + self.tools.turn

    def _cause(self, name: str) -> int:
        return self.names.seeds.index(name)

    def _id(self, row: int) -> int:
        return int(self.g.persons["id"][row])

    def _luck(self, purpose: int, row: int, other: int = 0, number: int = 0) -> int:
        """A number of 32 bits, by keyed luck."""
        return bits(self.seed, purpose, self._id(row), other, number) >> 30

    def _trait(self, purpose: int, row: int) -> int:
        """A number of 32 bits that is fixed at birth."""
        return bits(int(self.b.one[0].born), purpose, self._id(row), 0, 0) >> 30

    def _giving(self, name: str, order: Any, number: int) -> int:
        """What the luck of one giving of an order is keyed by: its name and how many times it was given, so that no two orders share it.

        An order that is named as its measure goes by the number alone.
        """
        return number if name == order.do else (number + zlib.crc32(name.encode())) & MAX_ID

    def _begins_day(self, now: int) -> bool:
        """Whether a day of the clock begins in this tick, or passed since the last."""
        clock = now + self.names.start_clock
        return now > 0 and clock // DAY > (clock - self.tick_seconds) // DAY

    def _day(self, now: int) -> int:
        return (now + self.names.start_clock) // DAY

    def _stands(self, name: str) -> bool:
        """Whether an order is in force."""
        return "since" in self.memory.get(name, {})

    def _in_force(self, *measures: str) -> list[tuple[str, Any]]:
        """Orders of some measures that are in force, in the order of the scenario."""
        return [(n, o) for n, o in self.tools.orders.items() if o.do in measures and self._stands(n)]

    def _may_set_out(self, name: str, what: str, given: int, now: int) -> bool:
        """Whether one of the teams can set out: those that were lost stay behind, once they are back."""
        if not self.means.any_lost(name, what):
            return True
        return sum(back > now for back in self.memory[name]["teams"]) < self.means(name, what, given)

    def _allow(self, name: str, per_day: float) -> int:
        """How much of what comes by the day has come since last asked, in whole units; the rest is kept."""
        kept = self.memory[name]
        kept["work"] = kept.get("work", 0) + round(per_day * 1000) * self.tick_seconds
        whole, kept["work"] = divmod(int(kept["work"]), 1000 * DAY)
        return whole

    def _people_by_id(self, rows: NDArray[np.int64]) -> NDArray[np.int64]:
        """Rows of people in the order of their ids: that of rows must decide nothing."""
        found: NDArray[np.int64] = rows[np.argsort(self.g.persons["id"][rows])]
        return found

    def _places_by_id(self, rows: NDArray[np.int64]) -> NDArray[np.int64]:
        """Rows of places in the order of their ids."""
        found: NDArray[np.int64] = rows[np.argsort(self.g.grounds["id"][rows])]
        return found
