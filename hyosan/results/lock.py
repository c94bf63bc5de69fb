"""One writer per run folder. The operating system holds the lock, so a killed process loses it.

A note beside the lock says who holds it, for the message that a second process gets.
"""

from __future__ import annotations

import contextlib
import json
import os
import socket
import time
from pathlib import Path
from typing import Any

from hyosan.errors import RunFolderError
from hyosan.results.atomic import write_bytes

LOCK_NAME = ".lock"
OWNER_NAME = ".lock-owner.json"
_OWNER_PATIENCE_SECONDS = 0.3


class FolderLock:
    """The right to write into a folder, from `__init__` until `release` or the end of the process.

    Raises RunFolderError: another process holds it (named by pid and host), within a second.
    """

    def __init__(self, folder: Path) -> None:
        from filelock import FileLock, Timeout

        self._owner = folder / OWNER_NAME
        # Not per thread: the writer may be closed by another thread than the one that opened it.
        self._lock: Any = FileLock(str(folder / LOCK_NAME), timeout=0, thread_local=False)
        try:
            self._lock.acquire()
        except Timeout:
            raise RunFolderError(f"{folder}: {_who(self._owner)} is writing into it. Wait until it ends, or choose another --out.") from None
        except OSError as error:
            raise RunFolderError(f"{folder}: cannot be locked: {error.strerror or error}. Choose another --out.") from error
        note = {"pid": os.getpid(), "host": socket.gethostname(), "since": time.strftime("%Y-%m-%d %H:%M:%S")}
        try:
            write_bytes(self._owner, json.dumps(note).encode())
        except BaseException:
            self._lock.release()
            raise

    def release(self) -> None:
        """Give the folder free. Safe to call twice."""
        if self._lock.is_locked:
            with contextlib.suppress(OSError):
                self._owner.unlink()
            self._lock.release()


def refuse_strangers(folder: Path, own: bool, what: str) -> None:
    """Raises RunFolderError: a folder that is not our own (as far as marked) and holds files; `what` it is to hold, `run` or `study`.

    Asked before the lock is taken too, so that nothing is left in somebody else's folder. Files half written by another process do not count.
    """
    if own or not folder.exists():
        return
    for path in folder.iterdir():
        if path.name not in (LOCK_NAME, OWNER_NAME) and not (path.name.startswith(".") and path.name.endswith(".tmp")):
            raise RunFolderError(f"{folder}: holds files that belong to no {what}. Choose an empty or new folder with --out.")


def _who(owner: Path) -> str:
    """Who wrote the note; waits a moment for it, since the lock is taken just before the note is written."""
    deadline = time.monotonic() + _OWNER_PATIENCE_SECONDS
    while True:
        try:
            note = json.loads(owner.read_text(encoding="utf-8"))
            return f"process {int(note['pid'])} on {note['host']} (since {note['since']})"
        except (OSError, ValueError, KeyError, TypeError):
            if time.monotonic() > deadline:
                return "another process"
            time.sleep(0.02)
