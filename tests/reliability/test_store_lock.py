"""Is a second writer refused within a second, naming the first, and a dead one's lock recovered?"""

import os
import subprocess
import sys
import time

import pytest
from store_story import play

from hyosan.errors import RunFolderError
from hyosan.results.run import Run
from hyosan.results.store import RunWriter

HOLD = """
import sys, time
from hyosan.results.store import RunWriter
writer = RunWriter.open(sys.argv[1])
print("held", flush=True)
time.sleep(60)
"""


@pytest.fixture
def other_process(tmp_path):
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    script = [sys.executable, "-c", HOLD, str(tmp_path / "run")]
    with subprocess.Popen(script, stdout=subprocess.PIPE, text=True, env=environment) as process:
        assert process.stdout.readline() == "held\n"
        yield process
        process.kill()


def test_second_process_is_refused_at_once_and_a_dead_one_forgotten(other_process, tmp_path):
    start = time.monotonic()
    for force in (False, True):
        with pytest.raises(RunFolderError, match=f"process {other_process.pid} on .* is writing into it"):
            RunWriter.open(tmp_path / "run", force=force)
    assert time.monotonic() - start < 1
    other_process.kill()
    other_process.wait()
    assert play(tmp_path / "run") is not None


def test_second_writer_in_the_same_process_is_refused(tmp_path):
    with RunWriter.open(tmp_path / "run"), pytest.raises(RunFolderError, match=f"process {os.getpid()}"):
        RunWriter.open(tmp_path / "run")
    with RunWriter.open(tmp_path / "run"):
        pass


def test_finished_run_is_replaced_only_by_force(tmp_path):
    folder = tmp_path / "run"
    first = play(folder)
    with pytest.raises(RunFolderError, match="--force"):
        RunWriter.open(folder)
    assert Run.open(folder).result_hash == first["result_hash"]
    (folder / "notes.txt").write_text("mine")
    with RunWriter.open(folder, force=True) as writer:
        assert writer.latest_checkpoint() is None
        assert writer.rows("events") == 0
    with pytest.raises(RunFolderError, match="unfinished"):
        Run.open(folder)
    assert (folder / "notes.txt").read_text() == "mine"


def test_nothing_is_left_in_a_folder_of_other_files(tmp_path):
    (tmp_path / "diary.txt").write_text("mine")
    (tmp_path / ".draft.tmp").write_text("mine too")
    for force in (False, True):
        with pytest.raises(RunFolderError, match="belong to no run"):
            RunWriter.open(tmp_path, force=force)
        assert sorted(path.name for path in tmp_path.iterdir()) == [".draft.tmp", "diary.txt"]


def test_folder_of_other_files_is_not_taken(tmp_path):
    (tmp_path / "thesis.tex").write_text("years of work")
    (tmp_path / "scenario.yaml").write_text("the user's own")
    with pytest.raises(RunFolderError, match="belong to no run"):
        RunWriter.open(tmp_path)
    with pytest.raises(RunFolderError, match="cannot be written"):
        RunWriter.open(tmp_path / "thesis.tex" / "run")
    assert (tmp_path / "scenario.yaml").read_text() == "the user's own"
    # The refusal gave the lock back.
    (tmp_path / "thesis.tex").unlink()
    (tmp_path / "scenario.yaml").unlink()
    with RunWriter.open(tmp_path):
        pass


def test_unfinished_run_is_said_to_be_one(tmp_path):
    play(tmp_path / "run", until=1)
    with pytest.raises(RunFolderError, match="unfinished"):
        Run.open(tmp_path / "run")
