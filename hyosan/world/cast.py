"""The cast of a scenario among the people of its city: for each a resident who fits, so that nobody is added.

Who is looked for by age, role and place is somebody who has them already; who fits as well as others is drawn by key. Those who live together
are brought together by exchanging homes: one of the cast for one of the household of equal position (head, partner, child, other adult)
and the nearest age, in the household in which the least changes. Only a place where nobody works gets one of the cast from elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple

import numpy as np

from hyosan import luck
from hyosan.errors import ScenarioError
from hyosan.scenario.cast import Member
from hyosan.scenario.city import City
from hyosan.scenario.consistency_cast import SOLDIER
from hyosan.scenario.nearest import did_you_mean, nearest_some
from hyosan.world import draws
from hyosan.world.draft import Draft
from hyosan.world.draws import Ints, Mask
from hyosan.world.finish import People
from hyosan.world.frame import KNOWS, SLOT_DAY, SLOT_HOME
from hyosan.world.households import ADULT
from hyosan.world.work import key_of

_PLAIN: Final = ("resident", "pupil")
"""Roles of somebody of whom neither role nor place is told."""
_HEAD, _PARTNER, _CHILD, _OTHER = range(4)


class Cast(NamedTuple):
    """The cast as placed: row of each by name."""

    people: People
    rows: dict[str, int]

    def names(self) -> dict[int, str]:
        """Name by person id."""
        return {int(self.people.id[row]): name for name, row in self.rows.items()}

    def knows(self, cast: dict[str, Member]) -> Ints:
        """[n] what each person knows, positions in `frame.KNOWS`."""
        found = np.zeros(len(self.people.id), dtype=np.int64)
        for name, row in self.rows.items():
            found[row] = KNOWS.index(cast[name].knows or "")
        return found


def place_cast(city: City, draft: Draft, people: People) -> Cast:
    """The cast among these people, whose homes and places of work change as little as can be.

    Raises ScenarioError: no such place or role, nobody who fits, more than a place holds, a household that there is not.
    """
    return Cast(people, {}) if not city.cast else _Casting(city, draft, people).cast()


class _Casting:
    """Who is taken already, and where each lives by now."""

    def __init__(self, city: City, draft: Draft, people: People) -> None:
        self.wanted, self.seed, self.draft = city.cast, city.population_seed, draft
        self.slots = people.slot_place.astype(np.int64)
        self.position = None if people.position is None else people.position.copy()
        self.people = people
        self.rows: dict[str, int] = {}
        self.homes: set[int] = set()
        """Homes of the cast so far: of others nobody is taken who lives there."""

    def cast(self) -> Cast:
        """All of the cast, households of several first."""
        self._not_too_many()
        groups = sorted(_groups(self.wanted), key=lambda names: len(names) == 1)
        for names in groups:
            self._settle(names)
        in_order = {name: self.rows[name] for name in self.wanted}
        placed = self.people._replace(slot_place=self.slots.astype(np.int32), position=self.position)
        return Cast(placed, in_order)

    def _place(self, name: str) -> int | None:
        """Row of the place told of one of the cast."""
        place = self.wanted[name].place
        if place is None:
            return None
        for row, known in self.draft.names.items():
            if known == place:
                return row
        raise ScenarioError(
            f"city.cast.{name}.place: this city has no place named {place!r}{nearest_some(place, self.draft.names.values())}. "
            "A smaller city may lack it: name another place, or leave the cast out (`city.cast` null)"
        )

    def _not_too_many(self) -> None:
        """Raises ScenarioError: more of the cast at a place than belong to it."""
        places = {name: row for name in self.wanted if (row := self._place(name)) is not None}
        for row in set(places.values()):
            names = [name for name, place in places.items() if place == row]
            holds = int(self._belongs(row).sum())
            if 0 < holds < len(names):
                raise ScenarioError(
                    f"city.cast: {len(names)} of the cast belong to {self.wanted[names[0]].place!r}, which holds {holds} people; "
                    f"put some of them elsewhere: {', '.join(names)}"
                )

    def _belongs(self, place: int) -> Mask:
        """[n] whose home or place of the day it is."""
        return np.asarray((self.slots[:, : SLOT_DAY + 1] == place).any(axis=1))

    def _candidates(self, name: str) -> Ints:
        """Rows of those who fit, in keyed order. Raises ScenarioError: there are none."""
        member, people = self.wanted[name], self.people
        fits = np.ones(len(people.id), dtype=np.bool_)
        place = self._place(name)
        roles = self.draft.roles.names
        what = "person"
        if member.role is not None:
            what = member.role
            if member.role not in roles:
                raise ScenarioError(f"city.cast.{name}.role: {member.role!r} is no role of this city; {did_you_mean(member.role, roles)}")
            fits &= people.role == roles.index(member.role)
            if not fits.any():
                remedy = "give it some by `city.soldiers`" if member.role == SOLDIER else "choose another role, or build the city with some"
                raise ScenarioError(f"city.cast.{name}.role: this city has no {member.role}; {remedy}")
        elif place is None and any(role in roles for role in _PLAIN):
            fits &= np.isin(people.role, [roles.index(role) for role in _PLAIN if role in roles])
        if place is not None:
            there = self._belongs(place)
            fits &= there if there.any() else self._works(member)
            what += f" of {member.place}" if there.any() else " with a place of work"
        if member.age is not None:
            ages = np.unique(people.age[fits])
            fits &= people.age == member.age
            if not fits.any():
                said = "nobody is" if not len(ages) else f"they are {_listed(ages)}"
                raise ScenarioError(f"city.cast.{name}.age: no {what} is {member.age}; {said}")
        rows = np.flatnonzero(fits)
        if len(rows) == 0:
            raise ScenarioError(f"city.cast.{name}: there is no {what} in this city; tell less of them")
        rows = rows[~np.isin(rows, list(self.rows.values())) & ~np.isin(self.slots[rows, SLOT_HOME], list(self.homes))]
        if len(rows) == 0:
            raise ScenarioError(
                f"city.cast.{name}: every {what} who fits is, or lives with, another of the cast; let them live together by `lives_with`"
            )
        return rows[draws.in_order(luck.bits_array(self.seed, draws.CAST, people.id[rows], key_of(name)))]

    def _works(self, member: Member) -> Mask:
        """[n] who could work at a place where nobody does: grown-up people with another place of the day, of no role of their own."""
        people, roles = self.people, self.draft.roles.names
        can = (people.age >= ADULT) & (self.slots[:, SLOT_DAY] >= 0)
        return can if member.role is not None or _PLAIN[0] not in roles else can & (people.role == roles.index(_PLAIN[0]))

    def _settle(self, names: list[str]) -> None:
        """Choose the people of a household of the cast, and bring them together."""
        who = {name: self._candidates(name) for name in names}
        anchor = min(names, key=lambda name: len(who[name]))
        if len(names) == 1:
            chosen = {anchor: int(who[anchor][0])}
        else:
            chosen = self._best_home(anchor, who)
        for name, row in chosen.items():
            self.rows[name] = row
            place = self._place(name)
            if place is not None and place not in self.slots[row, : SLOT_DAY + 1]:
                self.slots[row, SLOT_DAY] = place
        self.homes.add(int(self.slots[chosen[anchor], SLOT_HOME]))

    def _best_home(self, anchor: str, who: dict[str, Ints]) -> dict[str, int]:
        """The rows of a household: that of somebody who fits the anchor, in which the least has to change."""
        best: tuple[int, dict[str, tuple[int, int]]] | None = None
        for row in who[anchor].tolist():
            seats = self._seats(row, anchor, who)
            if seats is not None and (best is None or seats[0] < best[0]):
                best = seats
        if best is None:
            raise ScenarioError(
                f"city.cast.{anchor}.lives_with: no household of somebody who fits has room for {_names(name for name in who if name != anchor)}; "
                "tell other ages, or let fewer of them live together"
            )
        for seat, row in best[1].values():
            if seat != row:
                self._exchange_homes(seat, row)
        return {name: row for name, (_, row) in best[1].items()}

    def _seats(self, row: int, anchor: str, who: dict[str, Ints]) -> tuple[int, dict[str, tuple[int, int]]] | None:
        """How much changes if the household of a row becomes that of the group, and by name whose seat is taken by whom."""
        home = self.slots[row, SLOT_HOME]
        free = [other for other in np.flatnonzero(self.slots[:, SLOT_HOME] == home).tolist() if other != row]
        seats, cost = {anchor: (row, row)}, 0
        for stays in (True, False):  # those who live there already keep their seats
            for name, rows in who.items():
                if name in seats:
                    continue
                here = [other for other in free if other in rows]
                if stays and here:
                    seats[name] = (here[0], here[0])
                    free.remove(here[0])
                elif not stays:
                    taken = {row for _, row in seats.values()}
                    found = self._nearest_seat(free, rows[~np.isin(rows, list(taken))])
                    if found is None:
                        return None
                    cost += 1000 + found[0]
                    seats[name] = found[1]
                    free.remove(found[1][0])
        return cost, seats

    def _nearest_seat(self, free: list[int], rows: Ints) -> tuple[int, tuple[int, int]] | None:
        """The seat and the person whose ages differ least, both of equal position."""
        best: tuple[int, tuple[int, int]] | None = None
        rank = self._rank(rows)
        for seat in free:
            alike = rows[rank == self._rank(np.array([seat]))[0]]
            if len(alike):
                apart = np.abs(self.people.age[alike] - self.people.age[seat])
                at = int(apart.argmin())
                if best is None or apart[at] < best[0]:
                    best = int(apart[at]), (seat, int(alike[at]))
        return best

    def _rank(self, rows: Ints) -> Ints:
        """Position in the household, as far as it matters when homes are exchanged."""
        grown = self.people.age[rows] >= ADULT
        if self.position is None:
            return np.where(grown, _HEAD, _CHILD)
        return np.where(self.position[rows] < _CHILD, self.position[rows], np.where(grown, _OTHER, _CHILD))

    def _exchange_homes(self, one: int, other: int) -> None:
        self.slots[[one, other], SLOT_HOME] = self.slots[[other, one], SLOT_HOME]
        if self.position is not None:
            self.position[[one, other]] = self.position[[other, one]]


def _groups(cast: dict[str, Member]) -> Iterator[list[str]]:
    """Those who live together, in order of the scenario."""
    beside = {name: set(member.lives_with) for name, member in cast.items()}
    for name, member in cast.items():
        for other in member.lives_with:
            beside[other].add(name)
    told: set[str] = set()
    for name in cast:
        group: set[str] = set()
        waiting = [name]
        while waiting:
            one = waiting.pop()
            if one not in group | told:
                group.add(one)
                waiting += beside[one]
        told |= group
        if group:
            yield [one for one in cast if one in group]


def _listed(ages: Ints) -> str:
    if len(ages) == 1:
        return str(ages[0])
    return f"{ages[0]} to {ages[-1]}"


def _names(names: Iterator[str]) -> str:
    return ", ".join(names)
