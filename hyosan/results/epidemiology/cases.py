"""The cases of a run: one row per infection, with onset, report and outcome, as every epidemiological table needs them.

A row is an infection, not a person: somebody infected twice has two, and what happens to a person belongs to the latest infection
before it. Whether a state counts as ill, turned, dead ... is read from the scenario that the run keeps.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from hyosan.results.run import Run
from hyosan.results.tree import KINDS, tree

ONSET = ("ill", "half_turned", "turned")
"""Classes of states in which an infection shows."""
OVER = {"dead": "died", "recovered": "recovered", "human": "recovered", "susceptible": "recovered"}
"""Classes of states that end the course of an infection, and the outcome that each is."""
LASTING = ("half_turned", "turned")
"""Classes of states that are an outcome as long as no other follows."""
CLASSES = ("susceptible", "human", "symptomless", "ill", "half_turned", "turned", "recovered", "dead")
_COURSE = (*KINDS, "progressed", "killed")
Ints = NDArray[np.int64]


class Cases(NamedTuple):
    """Infections in order of time. Moments are seconds since the start; -1 = never by the end of the run, or nobody."""

    ids: NDArray[np.object_]
    """Names: the person's id as text, `17_2` for the second infection of person 17."""
    person: Ints
    parent: Ints
    """Row of the infection that this one came from; -1 = a seed."""
    second: Ints
    onset: Ints
    reported: Ints
    outcome: NDArray[np.object_]
    """`died`, `recovered`, `turned`, `half_turned` or None."""
    outcome_second: Ints
    over: NDArray[np.bool_]
    """Whether the course was over at the end of the run: died or recovered, or infected anew."""
    age: Ints
    generation: Ints
    place: Ints
    setting: NDArray[np.object_]
    zone: NDArray[np.object_]
    route: NDArray[np.object_]
    strain: Ints
    parent_state: NDArray[np.object_]
    """State of the infector at the moment of infection; None for seeds."""
    start_clock: int
    """Seconds from midnight to the start of the run."""
    end: int
    """End of the run."""
    residents: int

    def __len__(self) -> int:
        return len(self.person)

    @property
    def seeds(self) -> NDArray[np.bool_]:
        """Which rows are seeds."""
        return self.parent < 0

    def step(self, seconds: Any, length: int) -> Ints:
        """Number of the interval of `length` seconds, counted from midnight of the first day, in which moments lie."""
        return (np.asarray(seconds, dtype=np.int64) + self.start_clock) // length


def cases(run: Run) -> Cases:
    """The cases of a run. Raises SelfCheckError: an infection without a possible infector. RunFolderError: damaged files."""
    events = run.events
    kinds = texts(events["kind"])
    links = tree(run)  # checks that it is a forest
    rows = np.flatnonzero(np.isin(kinds, KINDS))
    person = links["infected"].to_numpy()
    infector = links["infector"].to_numpy()
    parent = np.where(infector < 0, -1, latest(person, rows, infector, rows - 1))

    course = np.flatnonzero(np.isin(kinds, _COURSE))
    who, seconds = events["person"].to_numpy(), events["second"].to_numpy()
    to = texts(events["to"])
    groups = classes(run)
    group = np.array([groups.get(name, "") for name in to[course]], dtype=object)
    case = latest(person, rows, who[course], course)
    onset = _first(len(rows), case, np.isin(group, ONSET), seconds[course])
    noticed = np.flatnonzero(kinds == "noticed")
    reported = _first(len(rows), latest(person, rows, who[noticed], noticed), np.ones(len(noticed), dtype=bool), seconds[noticed])
    outcome, outcome_second, over = _outcomes(len(rows), case, group, seconds[course])
    again = latest(person, np.arange(len(rows)), person, np.arange(len(rows)) - 1)
    over[again[again >= 0]] = True

    state = latest(who[course], course, infector, rows)
    parent_state = np.full(len(rows), None, dtype=object)
    held = (infector >= 0) & (state >= 0)
    parent_state[held] = to[course][state[held]]
    number = _numbers(again)
    names = [str(one) if n == 1 else f"{one}_{n}" for one, n in zip(person.tolist(), number.tolist(), strict=True)]
    of_events = events.take(rows)
    return Cases(
        ids=np.array(names, dtype=object),
        person=person,
        parent=parent,
        second=links["second"].to_numpy(),
        onset=onset,
        reported=reported,
        outcome=outcome,
        outcome_second=outcome_second,
        over=over,
        age=ages_of(run, person),
        generation=links["generation"].to_numpy(),
        place=links["place"].to_numpy(),
        setting=texts(links["place_kind"]),
        zone=texts(links["zone"]),
        route=texts(links["route"]),
        strain=of_events["strain"].to_numpy().astype(np.int64),
        parent_state=parent_state,
        start_clock=int(run.manifest["start_clock_seconds"]),
        end=int(run.manifest["end_second"]),
        residents=run.ending.residents,
    )


def classes(run: Run) -> dict[str, str]:
    """What each state counts as, from the scenario that the run keeps. A state named like a class, and not declared, counts as it."""
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError

    found = {name: name for name in CLASSES}
    try:
        scenario = YAML(typ="safe").load(run.scenario_text)
        states = scenario["pathogen"]["states"]
        found |= {str(name): str(state["counts_as"]) for name, state in states.items()}
    except (YAMLError, KeyError, TypeError, AttributeError):
        pass  # a run without its scenario: names are all there is
    return found


def texts(column: Any) -> NDArray[np.object_]:
    """A column of names as an array of text."""
    column = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    if isinstance(column, pa.ChunkedArray):
        column = pa.concat_arrays(column.chunks) if column.num_chunks else pa.array([], pa.string())
    if pa.types.is_dictionary(column.type):
        names = np.array([*column.dictionary.to_pylist(), ""], dtype=object)
        found: NDArray[np.object_] = names[column.indices.to_numpy(zero_copy_only=False).astype(np.int64)]
        return found
    return np.array(column.to_pylist(), dtype=object)


def ages_of(run: Run, persons: Ints) -> Ints:
    """Ages of people in years; -1 for who is not in the table of people."""
    people = run.people.sort_by("person")
    ids = people["person"].to_numpy()
    if not len(ids):
        return np.full(len(persons), -1, dtype=np.int64)
    position = np.minimum(np.searchsorted(ids, persons), len(ids) - 1)
    return np.where(ids[position] == persons, people["age"].to_numpy()[position], -1).astype(np.int64)


def latest(who: Ints, rows: Ints, asked: Ints, upto: Ints) -> Ints:
    """For each `asked` person the position in (`who`, `rows`) of their last row that is not above `upto`; -1 = there is none."""
    if not len(who) or not len(asked):
        return np.full(len(asked), -1, dtype=np.int64)
    _, code = np.unique(np.concatenate([who, asked]), return_inverse=True)
    span = int(max(rows.max(), upto.max())) + 2
    order = np.lexsort((rows, who))
    keys = code[: len(who)][order] * span + rows[order]
    found = np.searchsorted(keys, code[len(who) :] * span + upto, side="right") - 1
    candidate = order[np.maximum(found, 0)]
    return np.where((found >= 0) & (who[candidate] == asked), candidate, -1).astype(np.int64)


def _first(count: int, case: Ints, chosen: NDArray[np.bool_], seconds: Ints) -> Ints:
    """Of each case the second of the first chosen event; -1 = none."""
    found = np.full(count, -1, dtype=np.int64)
    rows = np.flatnonzero(chosen & (case >= 0))
    which, index = np.unique(case[rows], return_index=True)
    found[which] = seconds[rows[index]]
    return found


def _outcomes(count: int, case: Ints, group: NDArray[np.object_], seconds: Ints) -> tuple[NDArray[np.object_], Ints, NDArray[np.bool_]]:
    """Of each case its outcome, when it came about, and whether it ended the course: the first that does, else the last that lasts."""
    outcome = np.full(count, None, dtype=object)
    when = np.full(count, -1, dtype=np.int64)
    for name in LASTING:
        rows = np.flatnonzero((group == name) & (case >= 0))
        later = rows[seconds[rows] >= when[case[rows]]] if len(rows) else rows
        outcome[case[later]], when[case[later]] = name, seconds[later]
    rows = np.flatnonzero(np.isin(group, list(OVER)) & (case >= 0))
    which, index = np.unique(case[rows], return_index=True)
    outcome[which] = [OVER[name] for name in group[rows[index]]]
    when[which] = seconds[rows[index]]
    over = np.zeros(count, dtype=bool)
    over[which] = True
    return outcome, when, over


def _numbers(before: Ints) -> Ints:
    """1 for a person's first infection, 2 for the second ...; `before` is the row of the same person's infection before, or -1."""
    number = np.ones(len(before), dtype=np.int64)
    for row in np.flatnonzero(before >= 0):  # in order of time, so that the row before is done; infections anew are few
        number[row] = number[before[row]] + 1
    return number


def count_by(values: NDArray[np.object_]) -> list[tuple[str, int]]:
    """Names and how often each occurs, most first, then by name."""
    counted = pc.value_counts(pa.array(values, pa.string())).to_pylist()
    return sorted(((row["values"], row["counts"]) for row in counted), key=lambda pair: (-pair[1], pair[0]))
