"""Is anything lost when a run is killed, or the disk is full, at any operation on the disk?"""

import errno
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from store_story import Fault, Killed, play

from hyosan.errors import ResourceError
from hyosan.results.run import Run


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory):
    folder = tmp_path_factory.mktemp("undisturbed") / "run"
    done = play(folder)
    return done["history_hash"], done["result_hash"], {t: (folder / f"{t}.parquet").read_bytes() for t in done["rows"]}


def _no_half_files(folder):
    """Whatever has a final name is whole: a checkpoint is not refused, and a manifest means that the whole run verifies."""
    if (folder / "manifest.json").exists():
        Run.open(folder).verify()


def _message_of(folder):
    """What a user is told who plays the story; "" if it goes well."""
    try:
        play(folder)
    except ResourceError as error:
        return str(error)
    return ""


def test_killed_at_every_operation_resumes_to_the_same_bytes(tmp_path, undisturbed):
    history, result, files = undisturbed
    at = 0
    while True:
        at += 1
        folder = tmp_path / f"run{at}"
        fault = Fault(at)
        with pytest.MonkeyPatch.context() as patch:
            fault.install(patch)
            try:
                done = play(folder)
            except Killed:
                done = None
        fault.bury()
        if not fault.struck:
            break
        _no_half_files(folder)
        if not (folder / "manifest.json").exists():
            done = play(folder)
        run = Run.open(folder)
        assert (run.history_hash, run.result_hash) == (history, result), f"killed at operation {at}"
        run.verify()
        assert done is None or {t: (folder / f"{t}.parquet").read_bytes() for t in files} == files
        assert not list(folder.rglob("*.tmp"))
    assert at > 80


def test_disk_full_at_every_operation_says_so_and_loses_nothing(tmp_path, undisturbed):
    at = 0
    while True:
        at += 1
        folder = tmp_path / f"run{at}"
        fault = Fault(at, OSError(errno.ENOSPC if at % 2 else errno.EDQUOT, os.strerror(errno.ENOSPC)))
        with pytest.MonkeyPatch.context() as patch:
            fault.install(patch)
            said = _message_of(folder)
        fault.bury()
        if not fault.struck:
            break
        # Making a folder that is there already may fail without harm.
        assert said or (folder / "manifest.json").exists()
        assert not said or re.search(r"disk is full: .* needed, [\d,]+ are free", said), f"disk full at operation {at}: {said!r}"
        _no_half_files(folder)
        if not (folder / "manifest.json").exists():
            play(folder)
        run = Run.open(folder)
        run.verify()
        assert run.result_hash == undisturbed[1], f"disk full at operation {at}"
    assert at > 80


@pytest.mark.skipif(os.name == "nt", reason="SIGKILL")
@pytest.mark.parametrize("at", [12, 47, 90])
def test_a_process_really_killed_leaves_no_lock(tmp_path, undisturbed, at):
    folder = tmp_path / "run"
    script = [sys.executable, str(Path(__file__).with_name("store_story.py")), str(folder)]
    killed = subprocess.run([*script, str(at)], capture_output=True, env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)})
    assert killed.returncode == -9
    assert play(folder)["result_hash"] == undisturbed[1]
