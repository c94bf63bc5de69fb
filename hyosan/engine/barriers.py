"""Which ways are closed, and why: gates by orders, gates and other ways by injects. Both can be so at once; the state holds what comes of it.

Ways that an inject blocks and that have no gate get one of their own when the run is set up, open until the inject; ways of the same
injects share it. So blocking is a fact of the state, and the world stays as it was handed over.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from hyosan.engine.compile_floor import place_row
from hyosan.engine.rulebook import Floor
from hyosan.engine.state import State
from hyosan.scenario.injects import WayBlocked
from hyosan.scenario.root import Scenario
from hyosan.world.frame import World

BY_ORDER, BLOCKED = 1, 2
"""Values of `state.gates.closed`. Whoever comes to a gate closed by order may be let into the camp; a blocked way leads nowhere."""


def own_gates(scenario: Scenario, world: World, floor: Floor) -> tuple[frozenset[str], ...]:
    """Give the ways that injects block gates of their own in `floor`; for each such gate, in order of their numbers, the injects.

    Raises ScenarioError: no place of that name.
    """
    ways = floor.ways
    held: list[set[str]] = [set() for _ in range(len(ways))]
    for name, inject in scenario.injects.items():
        if isinstance(inject, WayBlocked) and inject.gate is None:
            for way in np.flatnonzero(_meant(name, inject, world, floor) & (ways["gate"] < 0)).tolist():
                held[way].add(name)
    groups = sorted({frozenset(one) for one in held if one}, key=sorted)
    number = {group: len(world.gates) + k for k, group in enumerate(groups)}
    for way, one in enumerate(held):
        if one:
            ways["gate"][way] = number[frozenset(one)]
    return tuple(groups)


def _meant(name: str, inject: WayBlocked, world: World, floor: Floor) -> NDArray[np.bool_]:
    """Which ways an inject blocks; shape [ways]. Both directions of a way are."""
    ways, grounds = floor.ways, floor.grounds
    one, other = ways["from_"], ways["to"]
    if inject.zone is not None:
        zone = world.zones.index(inject.zone)
        return np.asarray((grounds["zone"][one] == zone) != (grounds["zone"][other] == zone))
    assert inject.place is not None, "a blocked way has a gate, a zone or a place"
    place = place_row(world, inject.place, f"injects.{name}.place")
    leads_on = ((one == place) & (grounds["parent"][other] != place)) | ((other == place) & (grounds["parent"][one] != place))
    return np.asarray(leads_on)


class Barriers:
    """Closes and opens gates. `own` are the injects of the gates beyond those of the world."""

    def __init__(self, s: State, g: Floor, world: World, own: tuple[frozenset[str], ...]) -> None:
        self.s, self.g, self.world, self.own = s, g, world, own
        self._leaks: dict[int, int] = {}
        self._blocked: dict[str, str | None] = {}

    def close(self, gate: str, leak: int) -> int:
        """An order closes a gate, a share `leak` (2**-32) gets through; gives the ways that it closes."""
        if gate not in self.world.gates:
            return 0
        row = self.world.gates.index(gate)
        self._leaks[row] = leak
        self._settle()
        return int((self.g.ways["gate"] == row).sum()) // 2

    def open(self, gate: str) -> None:
        """An order that closed a gate ends."""
        if gate in self.world.gates:
            self._leaks.pop(self.world.gates.index(gate), None)
            self._settle()

    def block(self, inject: str, gate: str | None) -> int:
        """An inject blocks a gate by name, or its own ways (None); gives the ways that it blocks."""
        self._blocked[inject] = gate
        self._settle()
        ours = [k for k in range(len(self.s.gates)) if self._holds(inject, k)]
        return int(np.isin(self.g.ways["gate"], ours).sum()) // 2

    def unblock(self, inject: str) -> None:
        """What an inject blocked is free again, as far as nothing else closes it."""
        del self._blocked[inject]
        self._settle()

    def _holds(self, inject: str, row: int) -> bool:
        gates = self.world.gates
        return self._blocked[inject] == gates[row] if row < len(gates) else inject in self.own[row - len(gates)]

    def _settle(self) -> None:
        """Write into the state what comes of orders and injects."""
        for row, gate in enumerate(self.s.gates):
            if any(self._holds(inject, row) for inject in self._blocked):
                gate.closed, gate.leak = BLOCKED, 0
            else:
                gate.closed = BY_ORDER if row in self._leaks else 0
                gate.leak = self._leaks.get(row, gate.leak)

    def to_json(self) -> list[Any]:
        """What orders closed, for a checkpoint; what injects block follows from the injects."""
        return [[self.world.gates[row], leak] for row, leak in self._leaks.items()]

    def restore(self, kept: list[Any] | None) -> None:
        """Take over what a checkpoint kept; one from before there were injects (None) has it in the state alone."""
        if kept is None:
            kept = [[gate, int(self.s.gates[row].leak)] for row, gate in enumerate(self.world.gates) if self.s.gates[row].closed]
        self._leaks = {self.world.gates.index(gate): leak for gate, leak in kept}
        self._blocked = {}
        self._settle()
