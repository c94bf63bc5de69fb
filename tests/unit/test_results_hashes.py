"""Do hashes depend on the rows, and on nothing else?"""

import fake_run
import numpy as np
import pytest

from hyosan.errors import SelfCheckError
from hyosan.results.columns import Coded, to_batch
from hyosan.results.hashes import CHUNK_ROWS, TableHash, hash_table, history_hash, result_hash
from hyosan.results.run import Run
from hyosan.results.store import RunWriter
from hyosan.tables import EVENTS, TABLES

ROWS = CHUNK_ROWS * 2 + 3


def _hash(batches):
    running = TableHash("events")
    for batch in batches:
        running.update(batch)
    return running.digest()


@pytest.fixture(scope="module")
def rows():
    return fake_run.random_columns(ROWS)


@pytest.mark.parametrize("cuts", [[1], [CHUNK_ROWS], [CHUNK_ROWS - 1, CHUNK_ROWS + 1], [5, 5, 70_000, 2 * CHUNK_ROWS]])
def test_hash_does_not_depend_on_batches(rows, cuts):
    assert _hash(fake_run.split(rows, cuts)) == _hash([rows])


def test_hash_does_not_depend_on_codes(rows):
    assert _hash([fake_run.random_columns(ROWS, shuffle_names=True)]) == _hash([rows])


def test_hash_of_a_file_is_that_of_its_rows(rows, tmp_path):
    with RunWriter.open(tmp_path / "run") as writer:
        for part in fake_run.split(rows, [10, 100_000]):
            writer.append("events", part)
        done = writer.finish(fake_run.manifest(fake_run.nothing_happened().ending))
    assert done["table_hashes"]["events"] == _hash([rows])
    assert Run.open(tmp_path / "run").history_hash == Run.in_memory({}, {"events": [rows]}).history_hash


def test_digest_may_be_asked_for_on_the_way(rows):
    running = TableHash("events")
    first, second = fake_run.split(rows, [70_001])
    running.update(first)
    assert running.digest() == _hash([first])
    running.update(second)
    assert running.digest() == _hash([rows])


@pytest.mark.parametrize("column", [column.name for column in EVENTS])
def test_any_changed_value_changes_the_hash(column):
    rows = fake_run.random_columns(50)
    changed = dict(rows)
    if isinstance(rows[column], Coded):
        codes = rows[column].codes.copy()
        codes[17] = (codes[17] + 1) % len(rows[column].names)
        changed[column] = Coded(codes, rows[column].names)
    else:
        changed[column] = rows[column].copy()
        changed[column][17] += 1
    assert _hash([changed]) != _hash([rows])


def test_order_and_number_of_rows_change_the_hash():
    first, second = fake_run.split(fake_run.random_columns(50), [20])
    assert len({_hash(batches) for batches in ([first, second], [second, first], [first], [])}) == 4


def test_hash_is_the_same_on_every_machine():
    """A change here is a change of the definition: every published hash would lose its meaning."""
    rows = {
        "second": np.array([60, 120, -1]), "zone": (np.array([0, 1, -1]), ("all", "Ward ä")), "view": ["truth", "known", "truth"],
        "quantity": ["ill"] * 3, "value": np.array([1, 2**40, -7]),
    }  # fmt: skip
    assert hash_table("series", [to_batch("series", rows)]) == "b758b5bce6a607bc9b5375ada85e16d7"


def test_result_hash_covers_figures_but_not_times_and_versions():
    hashes = dict.fromkeys(TABLES, "00")
    ending = fake_run.nothing_happened().ending
    same = fake_run.manifest(ending)
    first = result_hash(hashes, same)
    free = {"timings": {}, "versions": {}, "hardware": "", "threads": 8, "title": "another"}
    assert result_hash(hashes, same | free) == first
    for key in ("name", "seed", "scenario_hash", "world_hash", "end_second", "why"):
        assert result_hash(hashes, same | {key: "other"}) != first
    assert result_hash(hashes | {"orders": "11"}, same) != first
    assert history_hash(hashes | {"orders": "11"}) == history_hash(hashes)
    assert history_hash(hashes | {"people": "11"}) != history_hash(hashes)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"extra": np.arange(3)}, "extra"),
        ({"value": np.arange(4)}, "different lengths"),
        ({"value": np.array([0.5, 1, 2])}, "integers"),
        ({"zone": (np.array([0, 1, 2]), ("a", "b"))}, "outside its 2 names"),
        ({"zone": (np.array([0, 0, 0]), tuple(f"n{i}" for i in range(40_000)))}, "40,000 names"),
    ],
)
def test_wrong_columns_are_refused(change, message):
    rows = {"second": np.arange(3), "zone": ["all"] * 3, "view": ["truth"] * 3, "quantity": ["ill"] * 3, "value": np.arange(3)}
    with pytest.raises(SelfCheckError, match=message):
        to_batch("series", rows | change)
