"""Whom a person met, as they would tell an interviewer: who shares their small places, who is linked to them, whom they infected in a crowd.

A case's contacts are a fact of the world, not of the outbreak: nothing here says who of them is infected. Only where more people belong to a
place than anybody could name (a city's street, a well-mixed town) are contacts those through whom it spread there.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
from numpy.typing import NDArray

from hyosan.engine.rulebook import Floor
from hyosan.engine.state import State
from hyosan.world.frame import World

LINKS = "links"
"""Stands for the links of a network among the settings of contacts."""

REST = "anywhere"
"""Stands for all settings that are not named."""


def by_setting(given: Mapping[str, float], settings: Iterable[str]) -> dict[str, float]:
    """What an order gives for each setting of the city: by its name, else as for `anywhere`."""
    return {setting: given.get(setting, given.get(REST, 0.0)) for setting in settings if setting in given or REST in given}


class Meetings:
    """Contacts of people, by setting."""

    def __init__(self, s: State, g: Floor, world: World) -> None:
        self.s, self.g, self.world = s, g, world
        self._order: NDArray[np.int64] | None = None
        self._infector: NDArray[np.int64] = np.zeros(0, dtype=np.int64)

    def of(self, row: int, shares: Mapping[str, int], most: int) -> dict[int, int]:
        """Whom a person met in the settings of `shares`: row -> the greatest share of such contacts. Places of more than `most` people are crowds."""
        met: dict[int, int] = {}
        crowd = 0
        for members, setting in self._places(row):
            part = shares.get(setting, 0)
            if part == 0:
                continue
            if len(members) > most:
                crowd = max(crowd, part)
                continue
            for j in members.tolist():
                met[j] = max(met.get(j, 0), part)
        if shares.get(LINKS, 0):
            for j in self.linked(row):
                met[j] = max(met.get(j, 0), shares[LINKS])
        if crowd:
            for j in [*self.infected_by(row), *self._infector_of(row)]:
                met[j] = max(met.get(j, 0), crowd)
        met.pop(row, None)
        return met

    def _places(self, row: int) -> list[tuple[NDArray[np.int64], str]]:
        """Members and setting of each place that a person belongs to."""
        found = []
        places = len(self.s.places)
        for slot, place in enumerate(self.g.slots[row].tolist()):
            if place >= 0:
                at = slot * places + place
                members = self.g.member_person[self.g.member_start[at] : self.g.member_start[at + 1]]
                found.append((members, self.world.settings[int(self.g.grounds["setting"][place])]))
        return found

    def linked(self, row: int) -> list[int]:
        """Who is linked to a person."""
        linked: list[int] = self.g.link_to[self.g.link_start[row] : self.g.link_start[row + 1]].tolist() if len(self.g.link_start) > row + 1 else []
        return linked

    def forget(self) -> None:
        """Look anew who infected whom when next asked: to be called in each tick."""
        self._order = None

    def infected_by(self, row: int) -> list[int]:
        """Whom a person infected (as the last who did)."""
        if self._order is None:
            infector = self.s.people["infector"]
            rows = np.flatnonzero(infector >= 0)
            self._order = rows[np.argsort(infector[rows], kind="stable")]
            self._infector = infector[self._order]
        low, high = np.searchsorted(self._infector, [row, row + 1])
        found: list[int] = self._order[low:high].tolist()
        return found

    def _infector_of(self, row: int) -> list[int]:
        by = int(self.s.people["infector"][row])
        return [by] if by >= 0 else []

    def near(self, rows: Iterable[int], metres: int) -> list[int]:
        """People whose homes are within so many metres of the home of one of some people, these included, by id."""
        home, grounds = self.g.persons["home"], self.g.grounds
        x, y = grounds["x"][home], grounds["y"][home]
        found = np.zeros(len(home), dtype=bool)
        for i in set(rows):
            found |= (x - x[i]) ** 2 + (y - y[i]) ** 2 <= metres * metres
        near = np.flatnonzero(found)
        listed: list[int] = near[np.argsort(self.g.persons["id"][near])].tolist()
        return listed

    def ring(self, rows: Iterable[int], radius: int) -> list[int]:
        """People within so many steps (one home, or one link) of some people, the nearest first, then by id."""
        ids, home = self.g.persons["id"], self.g.persons["home"]
        last = sorted(set(rows), key=lambda i: ids[i])
        seen, found = set(last), list(last)
        for _ in range(radius):
            near = set()
            for i in last:
                at = int(home[i])
                members = self.g.member_person[self.g.member_start[at] : self.g.member_start[at + 1]]
                if self.world.settings[int(self.g.grounds["setting"][at])] == "home":
                    near |= set(members.tolist())
                near |= set(self.linked(i))
            last = sorted(near - seen, key=lambda i: ids[i])
            seen |= near
            found += last
        return found
