"""Is the first difference of two runs the same, whether rows are compared at the end or as they come?"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

import hyosan
from hyosan.results import compare
from hyosan.results.compare import LOGS, Beside, first_difference
from hyosan.results.run import Run

pytestmark = pytest.mark.usefixtures("compiled")
TOWN: dict[str, Any] = {"city.residents": 200, "time.end": "30 days", "orders.shut": {"do": "close", "setting": "school", "when": "time >= 4 d"}}
CHANGES: list[dict[str, Any]] = [
    {},
    {"time.end": "20 days"},
    {"orders.shut.when": "time >= 6 d"},
    {"orders.shut.when": "never"},
    {"pathogen.routes.air.rates.school": "0.5 per day"},
    {"pathogen.transitions.2.after": "25 h"},
    {"seeds.travellers.count": 1},
]


def pieces(run: Run, table: str, rows: int) -> Iterator[Any]:
    """The rows of a table as columns, a few at a time."""
    whole = run.table(table)
    for start in range(0, len(whole), rows):
        part = whole.slice(start, rows)
        yield {name: part[name].to_pylist() for name in part.column_names}


@pytest.mark.parametrize("changes", CHANGES)
@pytest.mark.parametrize("rows", [1, 5, 1000])
def test_rows_compared_as_they_come(changes: dict[str, Any], rows: int, monkeypatch: pytest.MonkeyPatch) -> None:
    one = hyosan.run("influenza", seed=3, overrides=TOWN, threads=1)
    other = hyosan.run("influenza", seed=3, overrides=TOWN | changes, threads=1)
    ends = [int(run.manifest["end_second"]) for run in (one, other)]
    before = min(ends) if ends[0] != ends[1] else None
    wanted = first_difference(one.batches, other.batches, before)
    monkeypatch.setattr(compare, "CHUNK_ROWS", 7)
    beside = Beside(one.batches)
    for table in LOGS:
        for columns in pieces(other, table, rows):
            beside.append(table, columns)
    found = beside.difference(before)
    assert found == wanted
    assert (found is None) == (not changes)


def test_no_more_rows_are_kept_than_are_compared_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    run = hyosan.run("influenza", seed=3, overrides=TOWN, threads=1)
    monkeypatch.setattr(compare, "CHUNK_ROWS", 50)
    beside, most = Beside(run.batches), 0
    for columns in pieces(run, "events", 7):
        beside.append("events", columns)
        most = max(most, sum(map(len, beside._held["events"])))
    assert len(run.events) > 200
    assert most < 50
