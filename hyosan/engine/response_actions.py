"""The hands of the response: finds who carries out each measure, lets orders start, go on, end, and says what they used.

Civil measures are in `response_civil.py`, those about the camp, stocks and research in `response_camp.py`, force in `response_force.py`, cases
and contacts in `response_medical.py`, vaccines, treatment and beds in `response_care.py`. Choices use knowledge; effects go to the state.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from hyosan.engine.authorities import Authorities
from hyosan.engine.barriers import Barriers
from hyosan.engine.beyond import Beyond
from hyosan.engine.compile import Names
from hyosan.engine.crews import Tools
from hyosan.engine.means import Means
from hyosan.engine.response_camp import Camp
from hyosan.engine.response_care import Care
from hyosan.engine.response_civil import Civil
from hyosan.engine.response_force import Force
from hyosan.engine.response_medical import Medical
from hyosan.engine.rulebook import Floor, Rulebook
from hyosan.engine.state import State
from hyosan.engine.trust import Trust
from hyosan.scenario.root import Scenario
from hyosan.world.frame import World


class Hands:
    """Carries out orders of a run. One method per measure and moment, by name: `start_strike`, `go_on_rescue`, `over_sweep` ..."""

    def __init__(
        self,
        s: State,
        g: Floor,
        b: Rulebook,
        names: Names,
        world: World,
        authorities: Authorities,
        scenario: Scenario,
        barriers: Barriers,
    ) -> None:
        self.means, self.barriers = Means(), barriers
        self.authorities, self.scenario = authorities, scenario
        self.trust = Trust(scenario.trust, s, g)
        self.beyond = Beyond(scenario.beyond, s, g, b, names, authorities.works)
        tools = Tools(s, g, b, names, world, authorities, scenario, self.trust, self.beyond, self.means, barriers, scenario.orders, authorities.main)
        self.tools, self.memory = tools, tools.memory
        self.civil, self.camp, self.force, self.medical = Civil(tools), Camp(tools), Force(tools), Medical(tools)
        self.care = Care(tools, self.medical.meetings)
        self.turns = {name: 1 + turn for turn, name in enumerate(scenario.orders)}
        self.parts = (self.civil, self.camp, self.force, self.medical, self.care)
        self._acts: dict[tuple[str, str], Any] = {}

    def go_by(self, orders: Mapping[str, Any]) -> None:
        """Orders as they were given last, which a policy may have changed."""
        self.tools.orders = orders

    def begin_tick(self, now: int) -> None:
        """What comes about of itself before orders act."""
        changed = self.trust.advance(self.authorities.works, now)
        self.medical.begin_tick(now)
        self.civil.begin_tick(now, changed)
        self.camp.begin_tick(now)

    def hear(self, rows: Any, now: int, end: int) -> list[tuple[int, ...]]:
        """Take the events of a tick from `now` to `end` (seconds; None = there were none); gives rows of events that come of them."""
        self.camp.hear(rows, now)
        return self.beyond.hear(rows, now, end)

    def start(self, name: str, order: Any, number: int, now: int) -> int:
        """An order takes effect."""
        self.medical.forget(name)
        self.care.forget(name)
        kept = self.memory.setdefault(name, {})
        kept["used"], kept["since"] = {}, now
        return self._do("start", name, order, number, now)

    def go_on(self, name: str, order: Any, number: int, now: int) -> int:
        """An order in force acts in this tick."""
        return self._do("go_on", name, order, number, now)

    def stop(self, name: str, order: Any, number: int, now: int) -> int:
        """An order ends, and is in force no more."""
        self.memory[name].pop("since", None)
        return self._do("stop", name, order, number, now)

    def _find(self, what: str, name: str, order: Any) -> Any:
        self.tools.knowledge, self.tools.turn = self.authorities.of(order.authority), self.turns[name]
        if (what, order.do) not in self._acts:
            found = (getattr(part, f"{what}_{order.do}", None) for part in self.parts)
            self._acts[what, order.do] = next((act for act in found if act is not None), None)
        return self._acts[what, order.do]

    def _do(self, moment: str, name: str, order: Any, number: int, now: int) -> int:
        act = self._find(moment, name, order)
        return int(act(name, order, number, now)) if act else 0

    def over(self, name: str, order: Any, now: int) -> str | None:
        """Why the work of an order in force is done; None = it is not."""
        act = self._find("over", name, order)
        return act(name, order, now) if act else None

    def called_off(self, name: str) -> str | None:
        """The order that called this one off since last asked."""
        caller: str | None = self.memory.get(name, {}).pop("called_off", None)
        return caller

    def used(self, name: str) -> dict[str, int]:
        """Means used by an order so far (they grow while it is in force), and what they cost where that is told."""
        used: dict[str, int] = self.memory.get(name, {}).get("used", {})
        if costs := self.scenario.orders[name].costs:
            used = used | {"cost": round(sum(Fraction(str(one)) * used.get(what, 0) for what, one in costs.items()))}
        return used

    def to_json(self) -> dict[str, Any]:
        """What orders remember, for a checkpoint."""
        return {
            "memory": self.memory, "lured": self.force.lured, "confinement": self.medical.confinement.to_json(), "trust": self.trust.to_json(),
            "beyond": self.beyond.to_json(), "hour": self.civil.hour, "closed": self.barriers.to_json(),
        }  # fmt: skip

    def restore(self, kept: dict[str, Any]) -> None:
        """Take over what a checkpoint kept."""
        self.memory.clear()
        self.memory.update(kept["memory"])
        self.force.lured = kept["lured"]
        self.medical.confinement.restore(kept["confinement"])
        self.trust.restore(kept["trust"])
        self.beyond.restore(kept["beyond"])
        self.civil.hour = kept["hour"]
        self.barriers.restore(kept["closed"])
