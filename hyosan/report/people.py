"""How people and places of a run are named in a report: by name, or role, age and number; by kind, name and zone."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from hyosan.report.counts import Row, say, written
from hyosan.results.names import names_of
from hyosan.results.run import Run

if TYPE_CHECKING:
    from hyosan.world.frame import World


class Persons:
    """Names of people, places and states of a run."""

    def __init__(self, run: Run, world: World | None) -> None:
        self.run, self.world = run, world

    def row(self, person: int) -> Row | None:
        """The row of a person in `people.parquet`; None for one to whom nothing happened."""
        at = int(np.searchsorted(self._ids, person))
        if at == len(self._ids) or self._ids[at] != person:
            return None
        found: list[Row] = self.run.people.slice(int(self._order[at]), 1).to_pylist()
        return found[0]

    def world_row(self, person: int) -> int | None:
        """Row of a person in the world; None without a world, or for one who is not of it."""
        if self.world is None:
            return None
        found = np.flatnonzero(self.world.ground.person_id == person)
        return int(found[0]) if len(found) else None

    def say(self, person: int) -> str:
        """`pupil of 17 (no. 123)`, or `Choi Nam-ra (no. 123)`."""
        if name := self.names.get(person):
            return f"{name} (no. {person})"
        return self.describe(person)

    def introduce(self, person: int) -> str:
        """`Choi Nam-ra, pupil of 17 (no. 123)`; of somebody without a name as `say`."""
        name = self.names.get(person)
        return f"{name}, {self.describe(person)}" if name else self.describe(person)

    def describe(self, person: int) -> str:
        """`pupil of 17 (no. 123)`."""
        if row := self.row(person):
            return f"{row['role'] or 'person'} of {row['age']} (no. {person})"
        if (at := self.world_row(person)) is not None and self.world is not None:
            ground = self.world.ground
            return f"{self.world.roles[ground.person_role[at]]} of {ground.person_age[at]} (no. {person})"
        return f"person no. {person}"

    def place(self, place: int, kind: str = "", zone: str = "") -> str:
        """`Hyosan High / class 2-5, zone C4`, or `a home, zone C4` where it has no name."""
        where = f", zone {zone}" if zone else ""
        name = self._names.get(place, "")
        return f"{name or self._article(say(kind)) or 'a place'}{where}"

    def state(self, name: str) -> str:
        """A state as the scenario labels it: `bitten, not yet turned`."""
        said = self._states.get(name) or {}
        return str(said.get("label") or say(name))

    def is_noticed(self, state: str) -> bool:
        """Whether the authorities may learn of people in a state, as the scenario says."""
        return bool((self._states.get(state) or {}).get("noticed"))

    @staticmethod
    def _article(kind: str) -> str:
        return f"{'an' if kind[:1].lower() in 'aeiou' else 'a'} {kind}" if kind else ""

    @cached_property
    def _states(self) -> Row:
        return dict((written(self.run).get("pathogen") or {}).get("states") or {})

    @cached_property
    def names(self) -> dict[int, str]:
        """Names of people, by id, in the order in which the scenario names them."""
        found = names_of(self.run)
        order = list((written(self.run).get("city") or {}).get("cast") or {})
        return dict(sorted(found.items(), key=lambda one: order.index(one[1]) if one[1] in order else len(order)))

    @cached_property
    def _names(self) -> dict[int, str]:
        """Names of places by id."""
        if self.world is None:
            return {}
        return {int(self.world.ground.place_id[row]): name for row, name in self.world.place_names.items()}

    @cached_property
    def _order(self) -> NDArray[np.int64]:
        return np.argsort(self.run.people["person"].to_numpy())

    @cached_property
    def _ids(self) -> NDArray[np.int64]:
        return np.asarray(self.run.people["person"].to_numpy()[self._order], dtype=np.int64)

    def endings(self, persons: NDArray[np.int64]) -> list[str]:
        """Class of the ending of each of these; who is not in the table is alive."""
        at = np.searchsorted(self._ids, persons)
        classes = self.run.people["ending"].cast(pa.string())
        return [
            classes[int(self._order[position])].as_py() if position < len(self._ids) and self._ids[position] == person else "alive_human"
            for person, position in zip(persons.tolist(), at.tolist(), strict=True)
        ]
