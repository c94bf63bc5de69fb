"""Who keeps at home, or apart from everybody, by order, and until when. The flags themselves are read by kernels (`people.notes`)."""

from __future__ import annotations

import heapq
from typing import Any

from hyosan.engine.rulebook import Floor
from hyosan.engine.state import ASK, C_NEW_WAYS, F_APART, F_HOME, State


class Confinement:
    """People under orders to keep to themselves. Longer orders prevail over shorter ones, apart over at home."""

    def __init__(self, s: State, g: Floor) -> None:
        self.s, self.g = s, g
        self.until: dict[int, list[int]] = {}
        self._ends: list[tuple[int, int, int]] = []

    def __len__(self) -> int:
        return len(self.until)

    def confine(self, row: int, now: int, until: int, apart: bool) -> None:
        """Person `row` keeps at home, or apart from everybody, up to second `until`."""
        ends = self.until.setdefault(row, [0, 0])
        ends[int(apart)] = max(ends[int(apart)], until)
        heapq.heappush(self._ends, (until, int(self.g.persons["id"][row]), row))
        self._flag(row, now)

    def let_go(self, now: int) -> None:
        """Whose time is over is free again."""
        while self._ends and self._ends[0][0] <= now:
            row = heapq.heappop(self._ends)[2]
            if row in self.until:
                self._flag(row, now)

    def _flag(self, row: int, now: int) -> None:
        home, apart = self.until[row]
        notes = int(self.s.people["notes"][row]) & ~(F_HOME | F_APART)
        self.s.people["notes"][row] = notes | (F_APART if apart > now else F_HOME if home > now else 0)
        self.s.ease[row], self.s.count[C_NEW_WAYS] = ASK, 1
        if max(home, apart) <= now:
            del self.until[row]

    def to_json(self) -> dict[str, Any]:
        """Everything, for a checkpoint; the flags are kept with the state."""
        return {"until": [[row, *ends] for row, ends in self.until.items()], "ends": self._ends}

    def restore(self, kept: dict[str, Any]) -> None:
        """Take over what a checkpoint kept."""
        self.until = {row: [home, apart] for row, home, apart in kept["until"]}
        self._ends = [(end, name, row) for end, name, row in kept["ends"]]
