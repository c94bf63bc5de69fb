"""What the authorities believe after a strike: as many of those reported turned are dead as there are bodies, no more."""

from __future__ import annotations

from typing import Any

import pytest
from small_worlds import built, simulation, village


@pytest.mark.parametrize(("kills", "some_die"), [(0, False), (1, True)])
def test_only_bodies_are_believed_dead(kills: float, some_die: bool) -> None:
    order: dict[str, Any] = {"do": "strike", "points": 1, "radius": "2 km", "kills": kills, "when": "reported.turned >= 1"}
    scenario, world = built("hyosan", village(400, orders=None, **{"orders.it": order}) | {"claims": {}, "objectives": {}})
    sim = simulation(scenario, world)
    sim.begin()
    known = sim.authorities.main
    while sim.advance() and not any(one.effective >= 0 for one in sim.response.given):
        pass
    bodies = sim.response.given[0].reached
    assert (bodies > 0) == some_die
    assert (known.removed_turned > 0) == some_die
    assert known.removed_turned <= bodies
    assert sum(1 for gone in known.removed_by_zone if gone) == int(some_die), "one point was struck"
    assert known.values(0, 0)["reported.turned_active"] == known.reported["turned"] - known.removed_turned
