"""Trust in authorities, zone by zone: it falls where they abandon people, comes back slowly, and compliance goes with it. All integers."""

from __future__ import annotations

from typing import Any

from hyosan.engine.compile_laws import share
from hyosan.engine.fading import faded
from hyosan.engine.knowledge import Works
from hyosan.engine.rulebook import Floor
from hyosan.engine.state import State
from hyosan.rules.transmit import OPEN_BITS
from hyosan.scenario import beyond

FULL = 1 << OPEN_BITS
"""Trust of 1, as `zones.trust` holds it."""


class Trust:
    """What was lost in each zone, and when. The level stands in the state, where kernels read it."""

    def __init__(self, rules: beyond.Trust, s: State, g: Floor) -> None:
        self.rules, self.s, self.g = rules, s, g
        self.lost: list[list[int]] = [[0, 0] for _ in range(len(s.zones))]
        self.hour = -1

    def advance(self, works: Works, now: int) -> bool:
        """Once an hour: calls that waited too long cost trust, time brings it back. Whether levels may have changed."""
        if now // 3600 == self.hour:
            return False
        self.hour = now // 3600
        if self.rules.unanswered:
            for row in works.unanswered(now - round(self.rules.answered_within)):
                self.lose(int(self.g.persons["zone"][row]), self.rules.unanswered, now)
        self._show(now)
        return True

    def lose(self, zone: int, part: float, now: int) -> None:
        """A share of the trust there is in a zone is lost."""
        gone = self._gone(zone, now)
        self.lost[zone] = [gone + ((FULL - gone) * share(part) >> 32), now]

    def lose_everywhere(self, part: float, now: int) -> None:
        """A share of the trust there is in each zone is lost."""
        if part:
            for zone in range(len(self.lost)):
                self.lose(zone, part, now)
            self._show(now)

    def of(self, row: int) -> int:
        """Trust of a person, by the zone they live in, in 2**-20."""
        return int(self.s.zones["trust"][self.g.persons["zone"][row]])

    def _gone(self, zone: int, now: int) -> int:
        lost, since = self.lost[zone]
        return faded(lost, self.rules.regained, now - since)

    def _show(self, now: int) -> None:
        levels = self.s.zones["trust"]
        for zone, (lost, _) in enumerate(self.lost):
            if lost:
                levels[zone] = FULL - self._gone(zone, now)

    def to_json(self) -> dict[str, Any]:
        """Everything, for a checkpoint; the levels are kept with the state."""
        return {"lost": self.lost, "hour": self.hour}

    def restore(self, kept: dict[str, Any]) -> None:
        """Take over what a checkpoint kept."""
        self.lost, self.hour = kept["lost"], kept["hour"]
