"""`RunWriter`: the only writer of a run folder. Rows go into parts at each checkpoint and become the final tables at the end.

A checkpoint names the parts (with their hashes) that hold all rows up to it. To resume is to load a checkpoint and drop later
parts, so that a run killed at any instant ends with the same tables as one never disturbed. `manifest.json` is written last: a
folder with a manifest is complete. The finished folder is read by `results/run.py`.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Self

from numpy.typing import NDArray

from hyosan.errors import ResourceError, RunFolderError, SelfCheckError
from hyosan.results import atomic
from hyosan.results.checkpoint import Checkpoint, read_checkpoint, write_checkpoint
from hyosan.results.columns import Columns, to_batch
from hyosan.results.hashes import TableHash, history_hash, result_hash
from hyosan.results.lock import FolderLock, refuse_strangers
from hyosan.results.manifest import MARK, is_started, listed_files, read_manifest, verify_file, write_manifest
from hyosan.results.manifest import NAME as MANIFEST
from hyosan.results.tablefile import read_batches, read_part, write_part, write_table
from hyosan.tables import TABLES

MAX_BUFFERED_ROWS = 1_000_000
"""Rows of a table held in memory before they are written out as a part, checkpoint or not."""
_CHECKPOINT_SUFFIX = ".checkpoint"


class RunWriter:
    """Writes one run into one folder, alone. Use as a context manager, or call `close`.

    After `open`, say where to begin: `load_checkpoint` (resume), `start_from` (fork another run) or, in a folder where a run was
    begun, `start_over`. A fresh folder needs none of these. Then `append` and `save_checkpoint` in turns, and `finish` once.
    """

    def __init__(self, folder: Path, lock: FolderLock) -> None:
        self.folder = folder
        self._lock = lock
        self._ready = False
        self._forget()

    @classmethod
    def open(cls, folder: Path | str, force: bool = False) -> RunWriter:
        """A writer for `folder`, which is made if need be. `force` deletes the run that is there (only files of hyosan's own).

        Raises RunFolderError: another process writes into it, it holds a finished run, or files that are no run's.
        """
        folder = Path(folder)
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise atomic.explain_write_error(error, folder, 0) from error
        refuse_strangers(folder, is_started(folder), "run")
        lock = FolderLock(folder)
        try:
            atomic.remove_temporary_files(folder)
            finished = (folder / MANIFEST).exists()
            if finished and not force:
                raise RunFolderError(f"{folder}: holds a finished run. Choose another --out, or give --force to replace it.")
            refuse_strangers(folder, is_started(folder), "run")
            writer = cls(folder, lock)
            writer._ready = force or not is_started(folder)
            if not is_started(folder):
                atomic.write_bytes(folder / MARK, b"")
            if force:
                writer._clear()
            return writer
        except BaseException:
            lock.release()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Give the folder free. Rows appended since the last checkpoint of an unfinished run are dropped. Safe to call twice."""
        self._lock.release()

    def write_bytes(self, name: str, data: bytes) -> None:
        """Write a file of the run, all or nothing; it is listed and hashed in the manifest. Raises ResourceError: disk full."""
        self._must_be_ready()
        if "/" in name or "\\" in name or name.startswith("."):
            raise SelfCheckError(f"{name!r} is no plain file name")
        atomic.write_bytes(self.folder / name, data)
        self._files.add(name)

    def write_text(self, name: str, text: str) -> None:
        """Write a text file in UTF-8; see `write_bytes`."""
        self.write_bytes(name, text.encode())

    def write_start(self, name: str, start: Checkpoint) -> None:
        """Write what the run begins with, where it goes on from another, as a file of the run. Raises ResourceError: disk full."""
        self._must_be_ready()
        write_checkpoint(self.folder / name, start.tick, start.arrays, start.meta)
        self._files.add(name)

    def append(self, table: str, columns: Columns) -> None:
        """Add rows to a table of `hyosan.tables.TABLES`, in canonical order. Raises SelfCheckError as `to_batch`."""
        self._must_be_ready()
        batch = to_batch(table, columns)
        self._buffers[table].append(batch)
        self._buffered[table] += len(batch)
        if self._buffered[table] >= MAX_BUFFERED_ROWS:
            self._flush(table)

    def batches(self, table: str) -> Iterator[Any]:
        """The rows of a table so far, as record batches: those in parts, then those held in memory."""
        self._must_be_ready()
        for name, _, _ in self._parts[table]:
            yield from read_part(self.folder / "parts" / name, table)
        yield from self._buffers[table]

    def rows(self, table: str) -> int:
        """Rows of a table so far, buffered ones included."""
        return sum(rows for _, rows, _ in self._parts[table]) + self._buffered[table]

    def save_checkpoint(self, tick: int, arrays: Mapping[str, NDArray[Any]], meta: Mapping[str, Any], keep: int = 2) -> Path:
        """Write all rows so far and the state after `tick`; of older checkpoints the newest `keep` in all stay (0 = keep all).

        Raises ResourceError: the disk is full (earlier checkpoints are whole).
        """
        self._must_be_ready()
        for table in TABLES:
            self._flush(table)
        note = {
            "caller": dict(meta),
            "parts": self._parts,
            "files": {name: atomic.hash_file(self.folder / name) for name in sorted(self._files)},
        }
        path = self._checkpoint_path(tick)
        self._make_folder(path.parent)
        write_checkpoint(path, tick, arrays, note)
        for old in self.checkpoints()[:-keep] if keep else []:
            self._checkpoint_path(old).unlink(missing_ok=True)
        return path

    def checkpoints(self) -> list[int]:
        """Ticks of the checkpoints in the folder, ascending."""
        return list_checkpoints(self.folder)

    def latest_checkpoint(self) -> int | None:
        """Tick of the newest checkpoint; None if there is none."""
        return max(self.checkpoints(), default=None)

    def load_checkpoint(self, tick: int | None = None) -> Checkpoint:
        """The checkpoint of `tick` (default: the newest), and the folder put back to that moment: later rows and checkpoints go.

        Raises RunFolderError: no such checkpoint, or it or a part of the tables is damaged (the file named).
        """
        tick = self.latest_checkpoint() if tick is None else tick
        if tick is None:
            raise RunFolderError(f"{self.folder}: has no checkpoint to go on from. Start anew with --force.")
        checkpoint = self._verified_checkpoint(tick)
        note = checkpoint.meta
        self._forget()
        self._parts |= {table: [(str(n), int(r), str(h)) for n, r, h in note["parts"].get(table, ())] for table in TABLES}
        self._files |= set(note["files"])
        kept = {name for parts in self._parts.values() for name, _, _ in parts}
        (self.folder / MANIFEST).unlink(missing_ok=True)
        for path in (self.folder / "parts").glob("*"):
            if path.name not in kept:
                path.unlink()
        for later in self.checkpoints():
            if later > tick:
                self._checkpoint_path(later).unlink()
        self._ready = True
        return Checkpoint(tick, checkpoint.arrays, note["caller"])

    def start_over(self) -> None:
        """Forget an unfinished run in the folder and begin again."""
        self._clear()
        self._ready = True

    def start_from(self, source: Path | str, tick: int) -> Checkpoint:
        """The checkpoint of another, finished run in `source`, its rows up to then copied here: the past of a fork.

        Raises RunFolderError: `source` is no finished run, is damaged, or has no checkpoint of that tick.
        """
        source = Path(source)
        manifest = read_manifest(source)
        checkpoint = _checkpoint_of(source, tick, manifest)
        self.start_over()
        for table in TABLES:
            rows = sum(int(part[1]) for part in checkpoint.meta["parts"].get(table, ()))
            if rows:
                verify_file(source, f"{table}.parquet", manifest)
                self._write_part(table, _first_rows(read_batches(source / f"{table}.parquet", table), rows), rows * 64)
        return Checkpoint(tick, checkpoint.arrays, checkpoint.meta["caller"])

    def finish(self, manifest: Mapping[str, Any]) -> dict[str, Any]:
        """Merge the parts into the final tables, write the manifest with all hashes, and give it back. Nothing is written after.

        Raises ResourceError: not enough disk (the run can be finished from its last checkpoint once there is).
        """
        self._must_be_ready()
        needed = sum((self.folder / "parts" / name).stat().st_size for parts in self._parts.values() for name, _, _ in parts)
        needed += sum(batch.nbytes for batches in self._buffers.values() for batch in batches)
        if 0 < atomic.free_bytes(self.folder) < needed:
            free = atomic.free_bytes(self.folder)
            raise ResourceError(f"{self.folder}: {needed:,} bytes are needed to finish the tables, {free:,} are free. Free some space.")
        hashes = {}
        for table in TABLES:
            path = self.folder / f"{table}.parquet"
            running = TableHash(table)
            write_table(path, table, running.fed(self.batches(table)), needed)
            hashes[table] = running.digest()
            self._files.add(path.name)
        names = sorted(self._files) + [f"checkpoints/{self._checkpoint_path(tick).name}" for tick in self.checkpoints()]
        whole = dict(manifest) | {
            "rows": {table: self.rows(table) for table in TABLES},
            "table_hashes": hashes,
            "history_hash": history_hash(hashes),
            "result_hash": result_hash(hashes, manifest),
            "files": {name: self._entry(name) for name in names},
        }
        write_manifest(self.folder, whole)
        self._ready = False
        shutil.rmtree(self.folder / "parts", ignore_errors=True)
        # As a reader will see it: JSON has no tuples.
        return dict(json.loads(json.dumps(whole)))

    def _forget(self) -> None:
        self._buffers: dict[str, list[Any]] = {table: [] for table in TABLES}
        self._buffered = dict.fromkeys(TABLES, 0)
        self._parts: dict[str, list[tuple[str, int, str]]] = {table: [] for table in TABLES}
        self._files: set[str] = set()

    def _clear(self) -> None:
        """Delete the run that is there, the manifest first, so that no reader takes a half-deleted run for a whole one."""
        self._forget()
        names = {f"{table}.parquet" for table in TABLES} | {"scenario.yaml", "report.html", "report.json"} | listed_files(self.folder)
        names |= {path.name for path in self.folder.glob("scenario-*.yaml")}  # of a fork: what was in force before it
        names |= {path.name for path in self.folder.glob("*.state")}  # of a run that goes on from another: what it began with
        for name in [MANIFEST, *sorted(names)]:
            (self.folder / name).unlink(missing_ok=True)
        for name in ("parts", "checkpoints"):
            if (self.folder / name).is_symlink():
                raise RunFolderError(f"{self.folder / name}: is a link; it is not followed. Choose another --out.")
            shutil.rmtree(self.folder / name, ignore_errors=True)

    def _must_be_ready(self) -> None:
        if not self._ready:
            raise SelfCheckError(f"{self.folder}: begin with load_checkpoint, start_from or start_over; after finish nothing is written")

    def _flush(self, table: str) -> None:
        if self._buffered[table]:
            batches = self._buffers[table]
            self._write_part(table, batches, sum(batch.nbytes for batch in batches))
            self._buffers[table], self._buffered[table] = [], 0

    def _write_part(self, table: str, batches: Iterable[Any], bytes_needed: int) -> None:
        folder = self.folder / "parts"
        self._make_folder(folder)
        path = folder / f"{table}-{len(self._parts[table]) + 1:06d}.arrows"
        rows = write_part(path, table, batches, bytes_needed)
        self._parts[table].append((path.name, rows, atomic.hash_file(path)))

    def _verified_checkpoint(self, tick: int) -> Checkpoint:
        checkpoint = read_checkpoint(self._checkpoint_path(tick))
        if checkpoint.tick != tick:
            raise RunFolderError(f"{self._checkpoint_path(tick)}: holds tick {checkpoint.tick}. The file was renamed; put it back.")
        parts = [(f"parts/{name}", digest) for table in TABLES for name, _, digest in checkpoint.meta["parts"].get(table, ())]
        for name, digest in [*parts, *checkpoint.meta["files"].items()]:
            try:
                found = atomic.hash_file(self.folder / name)
            except OSError as error:
                raise RunFolderError(f"{self.folder / name}: missing or unreadable. Start anew with --force.") from error
            if found != digest:
                raise RunFolderError(f"{self.folder / name}: damaged: it has changed since the checkpoint. Start anew with --force.")
        return checkpoint

    def _checkpoint_path(self, tick: int) -> Path:
        return self.folder / "checkpoints" / f"{tick:06d}{_CHECKPOINT_SUFFIX}"

    def _make_folder(self, folder: Path) -> None:
        try:
            folder.mkdir(exist_ok=True)
            atomic.remove_temporary_files(folder)
        except OSError as error:
            raise atomic.explain_write_error(error, folder, 0) from error

    def _entry(self, name: str) -> dict[str, Any]:
        path = self.folder / name
        return {"hash": atomic.hash_file(path), "bytes": path.stat().st_size}


def list_checkpoints(folder: Path) -> list[int]:
    """Ticks of the checkpoints of a run folder, ascending."""
    found = (folder / "checkpoints").glob(f"*{_CHECKPOINT_SUFFIX}")
    return sorted(int(path.stem) for path in found if path.stem.isdecimal())


def open_checkpoint(folder: Path, tick: int) -> Checkpoint:
    """The checkpoint of a tick in a finished run's folder, as it was saved. Raises RunFolderError: there is none, or it is damaged."""
    found = _checkpoint_of(folder, tick, read_manifest(folder))
    return Checkpoint(tick, found.arrays, found.meta["caller"])


def rows_until(folder: Path, tick: int) -> dict[str, int]:
    """How many rows of each table a finished run had sent off by the checkpoint of a tick. Raises as `open_checkpoint`."""
    parts = _checkpoint_of(folder, tick, read_manifest(folder)).meta["parts"]
    return {table: sum(int(part[1]) for part in parts.get(table, ())) for table in TABLES}


def _checkpoint_of(folder: Path, tick: int, manifest: Mapping[str, Any]) -> Checkpoint:
    if tick not in list_checkpoints(folder):
        raise RunFolderError(f"{folder}: has no checkpoint of tick {tick}; there are: {list_checkpoints(folder) or 'none'}.")
    return read_checkpoint(verify_file(folder, f"checkpoints/{tick:06d}{_CHECKPOINT_SUFFIX}", manifest))


def _first_rows(batches: Iterable[Any], rows: int) -> Iterator[Any]:
    for batch in batches:
        if rows <= 0:
            return
        yield batch.slice(0, rows)
        rows -= len(batch)
