"""Is every flipped bit and every cut in every kind of file refused, and the file named?"""

import random
import shutil

import pytest
from store_story import SCENARIO, play

from hyosan.errors import RunFolderError
from hyosan.results.run import Run
from hyosan.results.store import RunWriter

DAMAGES = 300


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    folder = tmp_path_factory.mktemp("damage") / "finished"
    play(folder)
    return folder


@pytest.fixture(scope="module")
def unfinished(tmp_path_factory):
    folder = tmp_path_factory.mktemp("damage") / "unfinished"
    play(folder, until=1)
    return folder


def _files(folder):
    return sorted(path for path in folder.rglob("*") if path.is_file() and not path.name.startswith("."))


def _damage(path, rng):
    """Flip one bit or cut the file; gives back what undoes it."""
    data = path.read_bytes()
    if rng.random() < 0.75:
        place = rng.randrange(len(data) * 8)
        changed = bytearray(data)
        changed[place // 8] ^= 1 << place % 8
        path.write_bytes(changed)
    else:
        path.write_bytes(data[: rng.randrange(len(data))])
    return lambda: path.write_bytes(data)


def _read(folder, path):
    """Read as a user would who needs this one file."""
    run = Run.open(folder)
    if path.suffix == ".parquet":
        assert run.table(path.stem).num_rows
    elif path.name == "scenario.yaml":
        assert run.scenario_text == SCENARIO
    elif path.suffix == ".checkpoint":
        with RunWriter.open(folder.parent / "fork") as writer:
            writer.start_from(folder, int(path.stem))


def test_damage_to_a_finished_run_is_refused_and_named(finished):
    rng = random.Random(1)
    files = _files(finished)
    assert {path.suffix for path in files} == {".json", ".yaml", ".parquet", ".checkpoint"}
    for path in files:
        _read(finished, path)
    for number in range(DAMAGES):
        path = files[number % len(files)]
        undo = _damage(path, rng)
        for look in (lambda path=path: _read(finished, path), lambda: Run.open(finished).verify()):
            with pytest.raises(RunFolderError, match=path.name):
                look()
        undo()
    Run.open(finished).verify()


def test_damage_to_an_unfinished_run_is_refused_on_resume(unfinished, tmp_path):
    rng = random.Random(2)
    files = _files(unfinished)
    assert {path.suffix for path in files} == {".yaml", ".arrows", ".checkpoint"}
    for number in range(DAMAGES // 3):
        path = files[number % len(files)]
        undo = _damage(path, rng)
        with RunWriter.open(unfinished) as writer, pytest.raises(RunFolderError, match=path.name):
            writer.load_checkpoint()
        undo()
    whole = shutil.copytree(unfinished, tmp_path / "whole")
    assert play(whole)["rows"]["events"] == 10


def test_a_missing_file_is_named(finished, tmp_path):
    for path in _files(finished):
        copy = shutil.copytree(finished, tmp_path / path.name)
        (copy / path.relative_to(finished)).unlink()
        with pytest.raises(RunFolderError, match=path.name):
            Run.open(copy)


def test_a_link_in_the_run_folder_is_not_followed(finished, tmp_path):
    copy = shutil.copytree(finished, tmp_path / "run")
    (copy / "events.parquet").unlink()
    (copy / "events.parquet").symlink_to(finished / "events.parquet")
    with pytest.raises(RunFolderError, match=r"events\.parquet"):
        Run.open(copy)
