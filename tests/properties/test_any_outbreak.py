"""Whoever infected whom and whenever, second infections included: do the cases and the tree keep every one of them?"""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from hyosan.export.trees import newick
from hyosan.results.epidemiology import offspring, reproduction, transmissions
from hyosan.results.epidemiology.cases import cases

sys.path.append(str(Path(__file__).parents[1] / "unit"))
import outbreak

STEPS = st.lists(st.tuples(st.integers(0, 9), st.integers(-1, 30), st.floats(0, 2)), max_size=40)
"""Infections: who, by which of those infected so far (-1 = a seed), days after the one before."""


def events_of(steps: list[tuple[int, int, float]]) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    day, infected = 0.0, []
    for person, by, later in steps:
        day = min(day + later, 19.9)
        if by < 0 or not infected:
            rows.append(outbreak.event(day, "seeded", person, to="exposed"))
        else:
            rows.append(outbreak.infected(day, person, by=infected[by % len(infected)]))
        infected.append(person)
    return rows


@settings(max_examples=100, deadline=None)
@given(STEPS)
def test_no_infection_is_lost_or_made_up(steps: list[tuple[int, int, float]]) -> None:
    rows = events_of(steps)
    found = cases(outbreak.by_hand(rows))
    assert len(found) == len(set(found.ids)) == len(rows)
    latest: dict[int, int] = {}
    for row, event in enumerate(rows):
        assert found.parent[row] == (-1 if event["kind"] == "seeded" else latest[event["other"]]), "the infector's latest infection before"
        latest[event["person"]] = row
    table = transmissions.transmissions(found)
    assert all(interval is None or interval >= 0 for interval in table["generation_interval"].to_pylist())
    caused = Counter(name for name in table["infector"].to_pylist() if name is not None)
    assert offspring.counts(found).tolist() == [caused[name] for name in found.ids]
    counted = reproduction.case_numbers(found)
    assert sum(counted["offspring"].to_pylist()) == sum(caused.values())
    trees = newick(found)
    assert len(trees) == sum(event["kind"] == "seeded" for event in rows)
    assert sum(text.count("'") for text in trees) == 2 * len(rows), "each case stands in one tree, once"
