"""Does the run folder hold what was put in, and refuse what it must?"""

import fake_run
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from hyosan.errors import ResourceError, RunFolderError, SelfCheckError
from hyosan.results import store, tablefile
from hyosan.results.checkpoint import read_checkpoint, write_checkpoint
from hyosan.results.columns import table_schema
from hyosan.results.hashes import hash_table
from hyosan.results.run import Run
from hyosan.results.store import RunWriter
from hyosan.tables import TABLES


def _write(folder, run, cuts=()):
    with RunWriter.open(folder) as writer:
        writer.write_text("scenario.yaml", run.scenario_text)
        for table in TABLES:
            for batch in run._batches[table]:
                for part in fake_run.split(batch, list(cuts)) if table == "events" else [batch]:
                    writer.append(table, part)
        writer.finish(run.manifest)
    return Run.open(folder)


def test_what_was_written_is_read_back(tmp_path):
    memory = fake_run.lost_city(500)
    run = _write(tmp_path / "run", memory)
    for table in TABLES:
        assert run.table(table).schema.equals(table_schema(table), check_metadata=True)
        assert run.table(table).to_pylist() == memory.table(table).to_pylist()
    assert (run.ending, run.why, run.scenario_text) == (memory.ending, memory.why, "name: hyosan-small\n")
    assert (run.history_hash, run.result_hash) == (memory.history_hash, memory.result_hash)
    assert repr(run) == f"Run('hyosan-small', seed 7, {tmp_path / 'run'})"
    assert not (tmp_path / "run" / "parts").exists()


def test_equal_rows_give_equal_files_however_they_came(tmp_path, monkeypatch):
    first = _write(tmp_path / "first", fake_run.lost_city(300))
    monkeypatch.setattr(store, "MAX_BUFFERED_ROWS", 50)
    second = _write(tmp_path / "second", fake_run.lost_city(300), cuts=(1, 2, 140, 333))
    assert (first.path / "events.parquet").read_bytes() == (second.path / "events.parquet").read_bytes()


@pytest.mark.parametrize("write", [tablefile.write_part, tablefile.write_table], ids=["part", "part of an earlier version"])
def test_a_part_is_read_as_it_was_written(write, tmp_path):
    path = tmp_path / ("events.arrows" if write is tablefile.write_part else "events.parquet")
    batches = [store.to_batch("events", columns) for columns in fake_run.split(fake_run.random_columns(50), [7, 30])]
    assert write(path, "events", batches) == 50
    found = pa.Table.from_batches(batches).to_pylist()
    assert [row for batch in tablefile.read_part(path, "events") for row in batch.to_pylist()] == found
    with pytest.raises(RunFolderError, match="its columns are not those of the table series"):
        list(tablefile.read_part(path, "series"))
    path.write_bytes(path.read_bytes()[:-200])
    with pytest.raises(RunFolderError, match="missing or damaged"):
        list(tablefile.read_part(path, "events"))


def test_rows_are_hashed_as_they_stand_in_the_file(tmp_path):
    run = _write(tmp_path / "run", fake_run.lost_city(300))
    assert run.manifest["table_hashes"] == {table: hash_table(table, run.batches(table)) for table in TABLES}


def test_absent_names_are_empty_text(tmp_path):
    rows = fake_run.random_columns(3) | {"route": (np.array([-1, 0, -1]), ("bite",))}
    run = Run.in_memory({}, {"events": [rows]})
    assert run.events["route"].to_pylist() == ["", "bite", ""]


def test_checkpoints_keep_the_newest_and_fork_the_past(tmp_path):
    rows = fake_run.split(fake_run.random_columns(40), [10, 20, 30])
    with RunWriter.open(tmp_path / "run") as writer:
        for tick, part in enumerate(rows):
            writer.append("events", part)
            writer.save_checkpoint(tick, {"x": np.arange(tick)}, {"tick": tick}, keep=3)
        assert writer.checkpoints() == [1, 2, 3]
        writer.finish(fake_run.manifest(fake_run.nothing_happened().ending))
    whole = Run.open(tmp_path / "run")
    with RunWriter.open(tmp_path / "fork") as writer:
        with pytest.raises(RunFolderError, match=r"\[1, 2, 3\]"):
            writer.start_from(whole.path, 0)
        found = writer.start_from(whole.path, 1)
        assert (found.tick, found.meta, found.arrays["x"].tolist()) == (1, {"tick": 1}, [0])
        assert writer.rows("events") == 20
        for part in rows[2:]:
            writer.append("events", part)
        writer.finish(whole.manifest)
    assert Run.open(tmp_path / "fork").history_hash == whole.history_hash


def test_checkpoint_keeps_arrays_exactly_and_never_objects(tmp_path):
    path = tmp_path / "000007.checkpoint"
    arrays = {
        "a": np.array([[1, -2]], dtype=np.int16),
        "empty": np.zeros((0, 3)),
        "flag": np.array(True),
        "u": np.array([2**64 - 1], np.uint64),
    }
    write_checkpoint(path, 7, arrays, {"text": "ä"})
    found = read_checkpoint(path)
    assert (found.tick, found.meta, set(found.arrays)) == (7, {"text": "ä"}, set(arrays))
    for name, array in arrays.items():
        assert found.arrays[name].dtype == array.dtype
        assert np.array_equal(found.arrays[name], array)
    before = path.read_bytes()
    with pytest.raises(ValueError, match="Object arrays"):
        write_checkpoint(path, 8, {"a": np.array([{}])}, {})
    assert path.read_bytes() == before


def test_nothing_is_appended_before_it_is_said_where_to_begin(tmp_path):
    with RunWriter.open(tmp_path / "run") as writer:
        writer.save_checkpoint(0, {}, {})
    with RunWriter.open(tmp_path / "run") as writer:
        with pytest.raises(SelfCheckError, match="start_over"):
            writer.append("events", fake_run.random_columns(1))
        with pytest.raises(RunFolderError, match="000005"):
            writer.load_checkpoint(5)
        writer.load_checkpoint()
        writer.append("events", fake_run.random_columns(1))
        with pytest.raises(SelfCheckError, match="plain file name"):
            writer.write_text("../outside", "")


def test_parquet_bomb_is_refused_before_it_unfolds(tmp_path):
    path = tmp_path / "orders.parquet"
    bomb = "x" * 1_000_000
    rows = 150
    columns = {
        c.name: pa.array([0] * rows if pa.types.is_integer(c.type) else [bomb if c.name == "knowledge" else ""] * rows) for c in TABLES["orders"]
    }
    pq.write_table(pa.table(columns), path, compression="zstd")
    assert path.stat().st_size < 100_000
    with pytest.raises(ResourceError, match=r"orders\.parquet: unfolds to 15\d,\d{3},\d{3} bytes"):
        list(tablefile.read_batches(path, "orders", limit_bytes=100_000_000))


def test_claimed_size_is_refused_without_reading(tmp_path):
    path = tmp_path / "series.parquet"
    batch = {c.name: [""] * 100_000 if not pa.types.is_integer(c.type) else np.zeros(100_000, int) for c in TABLES["series"]}
    tablefile.write_table(path, "series", [Run.in_memory({}, {"series": [batch]}).series])
    assert path.stat().st_size < 10_000
    with pytest.raises(ResourceError, match="unfolds"):
        next(tablefile.read_batches(path, "series", limit_bytes=1_000_000))


def test_file_of_other_columns_is_refused(tmp_path):
    path = tmp_path / "events.parquet"
    pq.write_table(pa.table({"second": [1]}), path)
    with pytest.raises(RunFolderError, match=r"events\.parquet: its columns"):
        list(tablefile.read_batches(path, "events"))
