"""Who may meet whom in a tick: people by the places of their routine and by links. Too many rather than too few: it only says whom to look at."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from hyosan.counterfactual.sets import NOBODY, Ints, only, union
from hyosan.engine.run import Simulation


class Near:
    """Places and links of the people of a simulation. Hours are ticks of the week."""

    def __init__(self, sim: Simulation) -> None:
        self.g = sim.floor
        self.seconds: Ints = (sim.book.slot_seconds > 0).astype(np.int64)
        if (sim.book.states["does"] > 0).any() or sim.response.orders:
            # who lies still where they were, or is sent home, may be at any of their places
            self.seconds = np.ones_like(self.seconds)
        self.places: Ints = np.where(self.g.slots < 0, self.g.persons["home"][:, None], self.g.slots)
        """[person, slot]"""
        rates = sim.book.settings["contact"] + sim.book.settings["air"]
        self.exposes: NDArray[np.bool_] = rates[self.g.grounds["setting"]] > 0
        """[place] whether anybody is exposed there."""
        self.linked = bool(sim.book.one[0].contact_link > 0)
        self._wanted = np.zeros(len(self.g.grounds), dtype=bool)

    def visitors(self, places: Ints, hour: int) -> Ints:
        """Rows of all who are at one of these places by routine in some part of a tick."""
        if len(places) == 0:
            return NOBODY
        start, member, grounds = self.g.member_start, self.g.member_person, len(self.g.grounds)
        at = (places[:, None] + grounds * np.arange(self.places.shape[1])).ravel()
        who = union(*(member[one:other] for one, other in zip(start[at].tolist(), start[at + 1].tolist(), strict=True)))
        found: Ints = who[(self._at(who, places) & self._spends(who, hour)).any(axis=1)]
        return found

    def places_of(self, who: Ints, hour: int) -> Ints:
        """Places where people are by routine in a tick."""
        return only(self.places[who][self._spends(who, hour)])

    def belong(self, who: Ints, places: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Whether people belong to any of some places, [place]."""
        return np.asarray(places[self.places[who]].any(axis=1))

    def at_any(self, who: Ints, places: Ints) -> NDArray[np.bool_]:
        """Whether people belong to any of these places."""
        return np.asarray(self._at(who, places).any(axis=1))

    def among(self, some: Ints, places: Ints) -> NDArray[np.bool_]:
        """Whether places (-1 = through links) are among others."""
        self._wanted[places] = True
        found: NDArray[np.bool_] = self._wanted[some] & (some >= 0)
        self._wanted[places] = False
        return found

    def linked_to(self, who: Ints) -> Ints:
        """Who is linked to somebody of these."""
        if not self.linked or len(who) == 0:
            return NOBODY
        start, to = self.g.link_start, self.g.link_to
        return union(*(to[start[i] : start[i + 1]] for i in who.tolist())).astype(np.int64)

    def _at(self, who: Ints, places: Ints) -> NDArray[np.bool_]:
        self._wanted[places] = True
        found = self._wanted[self.places[who]]
        self._wanted[places] = False
        return found

    def _spends(self, who: Ints, hour: int) -> NDArray[np.bool_]:
        """[person, slot] whether people spend time in a slot of a tick."""
        found: NDArray[np.bool_] = self.seconds[self.g.persons["schedule"][who], hour] > 0
        return found
