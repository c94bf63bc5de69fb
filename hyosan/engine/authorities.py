"""Who hears what, and when: each authority has knowledge of its own, filled by what reaches it, late and from where it has ears.

What teams report of their own work (`Works`) is known to all at once. Authorities that a scenario does not describe hear everything at once.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Mapping
from typing import Any

from hyosan.engine.knowledge import Knowledge, Works
from hyosan.scenario.authority import Authority, Beliefs


class Authorities:
    """The knowledge of every authority of a run. `main` is that of one who hears everything at once."""

    def __init__(
        self, zones: tuple[str, ...], city_zones: int, described: Mapping[str, Authority], beliefs: Beliefs, stocks: dict[str, int] | None = None
    ) -> None:
        self.works = Works(len(zones), stocks)
        self.main = Knowledge(zones, city_zones, self.works, beliefs)
        self.described = dict(described)
        self._own = {name: Knowledge(zones, city_zones, self.works, beliefs) for name in described}
        self._ears = {
            name: (round(one.hears_after), None if one.zones is None else {zones.index(z) for z in one.zones if z in zones})
            for name, one in described.items()
        }
        self._coming: list[tuple[int, int, str, str, tuple[Any, ...]]] = []
        self._number = 0
        self.is_lost: Callable[[str, int, tuple[Any, ...]], bool] = lambda how, zone, what: False
        """Whether a report reaches nobody, by what it is (`notice`, `positive`), its zone, and `what` as there."""

    def of(self, name: str) -> Knowledge:
        """What an authority knows."""
        return self._own.get(name, self.main)

    def delay_of(self, name: str) -> int:
        """Seconds that an authority takes from a decision to giving the order."""
        return round(self.described[name].decides_in) if name in self.described else 0

    def notice(self, second: int, zone: int, *what: Any) -> bool:
        """A person was noticed; `what` as in `Knowledge.notice`. False = the report was lost."""
        return self._hear("notice", second, zone, what)

    def positive(self, second: int, zone: int, *what: Any) -> bool:
        """A test was positive; `what` as in `Knowledge.positive`. False = the report was lost."""
        return self._hear("positive", second, zone, what)

    def _hear(self, how: str, second: int, zone: int, what: tuple[Any, ...]) -> bool:
        if self.is_lost(how, zone, what):
            return False
        getattr(self.main, how)(second, zone, *what)
        for name, (late, zones) in self._ears.items():
            if zones is None or zone in zones:
                self._number += 1
                heapq.heappush(self._coming, (second + late, self._number, name, how, (zone, *what)))
        return True

    def advance(self, now: int) -> None:
        """What is on its way arrives."""
        while self._coming and self._coming[0][0] <= now:
            second, _, name, how, what = heapq.heappop(self._coming)
            getattr(self._own[name], how)(second, *what)

    def remove(self, zone: int, count: int) -> None:
        """So many reported turned of a zone are known to be dead or captured; all are told."""
        for knowledge in (self.main, *self._own.values()):
            knowledge.remove(zone, count)

    def to_json(self) -> dict[str, Any]:
        """Everything, for a checkpoint."""
        own = {name: one.to_json() for name, one in self._own.items()}
        return {"main": self.main.to_json(), "own": own, "works": self.works.to_json(), "coming": self._coming, "number": self._number}

    def restore(self, kept: dict[str, Any]) -> None:
        """Take over what a checkpoint kept."""
        self.main.restore(kept["main"])
        for name, one in kept["own"].items():
            self._own[name].restore(one)
        self.works.restore(kept["works"])
        self._coming = [(second, number, name, how, tuple(what)) for second, number, name, how, what in kept["coming"]]
        self._number = kept["number"]
