"""A run small enough to be killed at every single operation: two ticks, two checkpoints. Also a script."""

from __future__ import annotations

import builtins
import io
import os
import signal
import sys
from pathlib import Path
from typing import Any

import numpy as np

from hyosan.results import atomic, lock, store
from hyosan.results.columns import Coded
from hyosan.results.ending import Alive, Ending
from hyosan.results.store import RunWriter
from hyosan.tables import TABLES

TICKS = 2
SCENARIO = "name: story\n"


def batch(table: str, tick: int, rows: int = 5) -> dict[str, Any]:
    """Rows of a tick: numbers and names that differ from tick to tick."""
    import pyarrow as pa

    found: dict[str, Any] = {}
    for number, column in enumerate(TABLES[table]):
        if pa.types.is_dictionary(column.type):
            found[column.name] = Coded(np.arange(rows) % 3 - 1, (f"name {tick}", f"other {number}"))
        elif pa.types.is_integer(column.type):
            found[column.name] = 100 * tick + np.arange(rows)
        else:
            found[column.name] = ["{}"] * rows
    return found


def manifest() -> dict[str, Any]:
    """The figures of the story."""
    ending = Ending(residents=3, alive=Alive(human=3))
    return {"name": "story", "seed": 1, "why": "told", "ending": ending.to_json(), "self_checks": []}


def play(folder: Path, until: int = TICKS) -> dict[str, Any] | None:
    """Play the story in `folder`, going on from its last checkpoint if it has one; None if left unfinished after tick `until`."""
    with RunWriter.open(folder) as writer:
        first, total = 0, 0
        if writer.latest_checkpoint() is not None:
            tick, arrays, meta = writer.load_checkpoint()
            first, total = tick + 1, int(arrays["total"][0])
            assert meta == {"tick": tick}
            assert total == sum(range(first))
        else:
            writer.start_over()
            writer.write_text("scenario.yaml", SCENARIO)
        for tick in range(first, TICKS):
            total += tick
            for table in ("events", "series"):
                writer.append(table, batch(table, tick))
            if tick >= until:
                return None
            writer.save_checkpoint(tick, {"total": np.array([total])}, {"tick": tick})
        for table in ("people", "orders", "injects"):
            writer.append(table, batch(table, 9))
        return writer.finish(manifest())


class Killed(BaseException):
    """Stands for `kill -9`: nothing handles it, and nothing may be done after it."""


class Fault:
    """Makes the N-th operation on the disk fail (opening, writing, syncing, renaming, deleting, making a folder).

    With `error` the operation raises it (an `OSError`; deleting, which needs no space, is spared); without, the process is as
    good as dead: that operation and all after it raise `Killed`, a write having written half. With `real` the process really is
    killed.
    """

    def __init__(self, at: int, error: OSError | None = None, real: bool = False) -> None:
        self.at, self.error, self.real = at, error, real
        self.count = 0
        self.struck = False
        self._locks: list[Any] = []

    def step(self, half: Any = None) -> None:
        """Count an operation, and fail if its turn has come."""
        self.count += 1
        if self.count < self.at or (self.error and self.count > self.at):
            return
        self.struck = True
        if half:
            half()
        if self.real:
            os.kill(os.getpid(), signal.SIGKILL)
        raise self.error or Killed

    def install(self, patch: Any) -> None:
        """Put the fault in place with pytest's `monkeypatch` (or anything with its `setattr`)."""
        fault = self

        class File(io.FileIO):
            written = 0

            def write(self, data: Any) -> int:
                data = bytes(data)
                self.written += 1
                # A table takes dozens of writes, all alike: the first and every ninth stand for them.
                if self.written % 9 == 1:
                    fault.step(lambda: io.FileIO.write(self, data[: len(data) // 2]))
                return io.FileIO.write(self, data) or 0

        class Lock(lock.FolderLock):
            def __init__(self, folder: Path) -> None:
                fault._locks.append(self)
                super().__init__(folder)

        def opened(path: Any, mode: str = "r", **options: Any) -> Any:
            if "w" not in mode:
                return builtins.open(path, mode, **options)
            fault.step()
            return File(path, mode)

        patch.setattr(atomic, "open", opened, raising=False)
        patch.setattr(store, "FolderLock", Lock)
        for name in ("replace", "fsync", "mkdir", *(() if self.error else ("unlink", "rmdir"))):
            patch.setattr(os, name, self._wrapped(getattr(os, name)))

    def bury(self) -> None:
        """Give up the locks as the system does when a process dies."""
        for held in self._locks:
            inner = getattr(held, "_lock", None)
            if inner is not None:
                inner.release(force=True)

    def _wrapped(self, operation: Any) -> Any:
        def call(*arguments: Any, **options: Any) -> Any:
            # The lock library's own file is not ours to break.
            if not (arguments and str(arguments[0]).endswith(".lock")):
                self.step()
            return operation(*arguments, **options)

        return call


class _Patch:
    @staticmethod
    def setattr(target: Any, name: str, value: Any, raising: bool = True) -> None:
        setattr(target, name, value)


if __name__ == "__main__":
    if int(sys.argv[2]):
        Fault(int(sys.argv[2]), real=True).install(_Patch)
    print(play(Path(sys.argv[1]))["result_hash"])
