"""Who infected whom, rebuilt from the events of a run. Rows are infections, not people.

People can be infected more than once: the parent of an infection is the infector's own latest infection before it. The result
must be a forest whose roots are seeds.
"""

from __future__ import annotations

from typing import Any
from weakref import WeakKeyDictionary

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from hyosan.errors import RunFolderError, SelfCheckError
from hyosan.results.rows import named
from hyosan.results.run import Run

KINDS = ("seeded", "infected")
"""Kinds of events that are infections."""
_TREES: WeakKeyDictionary[Run, Any] = WeakKeyDictionary()
"""Trees that were made, as long as their runs are there: a report asks for one many times."""


def infections(run: Run) -> Any:
    """The infections among a run's events, seeds included, in order (`pyarrow.Table`, columns of the events)."""
    return run.events.filter(pa.array(named(run.events["kind"], *KINDS)))


def tree(run: Run) -> Any:
    """Who infected whom, one row per infection in order of time, as a `pyarrow.Table`.

    Columns: infector (-1 = a seed, or somebody infected before a run that goes on from another began), infected, second, place, place_kind,
    zone, route, generation (0 = a seed), parent (row of the
    infector's own infection, -1 = a seed).
    Raises SelfCheckError: an infection without an infector, or by somebody who was not infected before it. RunFolderError: so it is in a
    file that was changed since the run ended.
    """
    if run not in _TREES:
        try:
            _TREES[run] = _tree(run)
        except SelfCheckError as error:
            if "events.parquet" in run.changed_files:
                why = str(error).removesuffix(" This is a bug in hyosan.")
                raise RunFolderError(f"{run.path}/events.parquet: was changed, and who infected whom is no tree any more. {why}") from None
            raise
    return _TREES[run]


def _tree(run: Run) -> Any:
    rows = infections(run)
    infected = rows["person"].to_numpy()
    infector = rows["other"].to_numpy()
    seconds = rows["second"].to_numpy()
    seeded = pc.equal(rows["kind"].cast(pa.string()), "seeded").to_numpy(zero_copy_only=False)
    if "follows" in run.manifest:  # whoever was infected before it began stands in the run that it goes on from
        seeded = seeded | ~_earlier(infected, infector)
    parents = _parents(infected, np.where(seeded, -1, infector), seconds, seeded)
    return pa.table(
        {
            "infector": np.where(seeded, -1, infector),
            "infected": infected,
            "second": seconds,
            "place": rows["place"],
            "place_kind": rows["place_kind"],
            "zone": rows["zone"],
            "route": rows["route"],
            "generation": _generations(parents),
            "parent": parents,
        }
    )


def offspring(run: Run) -> Any:
    """How many each one infected, most first: a `pyarrow.Table` (person, generation of the first infection, offspring)."""
    found = tree(run)
    people, first = np.unique(found["infected"].to_numpy(), return_index=True)
    infectors = found["infector"].to_numpy()
    counts = np.bincount(np.searchsorted(people, infectors[infectors >= 0]), minlength=len(people))
    order = np.lexsort((people, -counts))
    generation = found["generation"].to_numpy()[first]
    return pa.table({"person": people[order], "generation": generation[order], "offspring": counts[order].astype(np.int64)})


def descendants(run: Run, person: int, second: int | None = None) -> set[int]:
    """Ids of all whom a person infected, directly or through others; of the infection that began at a second alone, if one is given.

    The person is not among them, even if infected again by one of them.
    """
    found = tree(run)
    rows = list(zip(found["infector"].to_pylist(), found["infected"].to_pylist(), found["second"].to_pylist(), strict=True))
    below: dict[int, bool] = {}
    reached: set[int] = set()
    for infector, infected, at in rows:  # in order of time: whoever infects has had their own latest infection
        below[infected] = (infected == person and second in (None, at)) or below.get(infector, False)
        if below[infected]:
            reached.add(infected)
    return reached - {person}


def descendant_counts(run: Run) -> dict[int, int]:
    """How many people each infected person infected, directly or through others."""
    found = tree(run)
    infectors, infected = found["infector"].to_pylist(), found["infected"].to_pylist()
    counts = dict.fromkeys(infected, 0)
    if len(counts) < len(infected):  # some were infected more than once: their trees overlap
        return {person: len(descendants(run, person)) for person in counts}
    for infector, person in zip(reversed(infectors), reversed(infected), strict=True):
        if infector >= 0:
            counts[infector] += counts[person] + 1
    return counts


def depth(run: Run) -> int:
    """Length of the longest chain of infections after its seed; 0 if nobody was infected by another, -1 without any infection."""
    generations = tree(run)["generation"].to_numpy()
    return int(generations.max()) if len(generations) else -1


def _parents(infected: NDArray[np.int64], infector: NDArray[np.int64], seconds: NDArray[np.int64], seeded: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Row of each infection's parent, -1 for seeds. Rows stand in order of time, so a parent's row is smaller."""
    rows = len(infected)
    row = np.arange(rows, dtype=np.int64)
    if rows and (np.diff(seconds) < 0).any():
        bad = int(np.argmax(np.diff(seconds) < 0)) + 1
        raise SelfCheckError(f"events: the infection of {infected[bad]} stands after a later one. This is a bug in hyosan.")
    people = np.unique(infected)
    by_person = np.lexsort((row, infected))
    # One sortable number per (person, row): the parent is the last of the infector's below this row.
    keys = np.searchsorted(people, infected[by_person]) * (rows + 1) + by_person
    position = np.searchsorted(people, infector)
    known = (position < len(people)) & (people[np.minimum(position, len(people) - 1)] == infector) if rows else seeded
    found = np.searchsorted(keys, position * (rows + 1) + row) - 1
    candidate = by_person[np.maximum(found, 0)] if rows else found
    good = known & (found >= 0) & (infected[candidate] == infector) if rows else seeded
    if (~good & ~seeded).any():
        bad = int(np.argmax(~good & ~seeded))
        reason = "names no infector" if infector[bad] < 0 else f"was by {infector[bad]}, who was not infected before"
        raise SelfCheckError(f"events: the infection of {infected[bad]} at second {seconds[bad]} {reason}. This is a bug in hyosan.")
    return np.where(seeded, -1, candidate)


def _earlier(infected: NDArray[np.int64], infector: NDArray[np.int64]) -> NDArray[np.bool_]:
    """For each infection whether its infector was infected by an earlier row."""
    people, first = np.unique(infected, return_index=True)
    at = np.minimum(np.searchsorted(people, infector), max(0, len(people) - 1))
    found: NDArray[np.bool_] = (people[at] == infector) & (first[at] < np.arange(len(infected))) if len(people) else np.empty(0, dtype=bool)
    return found


def _generations(parents: NDArray[np.int64]) -> NDArray[np.int64]:
    """Steps from each row to its seed, by pointer doubling: log2 of the depth passes over all rows."""
    steps = (parents >= 0).astype(np.int64)
    pointer = parents.copy()
    while (pointer >= 0).any():
        on = np.flatnonzero(pointer >= 0)
        steps[on], pointer[on] = steps[on] + steps[pointer[on]], pointer[pointer[on]]
    return steps
