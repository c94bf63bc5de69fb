"""Files that are whole or absent: written under a temporary name, synced, renamed, the folder synced.

Every write of a run goes through here. Killed at any instant, a process leaves the old file or the new one under the final
name, never a half. Temporary names start with a dot and end with `.tmp`; whoever holds the folder's lock may delete them.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from hyosan.errors import ResourceError, RunFolderError

HASH_BYTES = 16
"""Length of every hash in a run folder: 128 bits of BLAKE2b, 32 characters when printed."""
_FULL = {errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC)}
_BLOCK_BYTES = 1 << 20


@contextmanager
def atomic_file(path: Path, bytes_needed: int = 0) -> Iterator[BinaryIO]:
    """A binary file that appears under `path` only when the block ends without an error.

    `bytes_needed` is the expected size, told to the user if the disk is full.
    Raises ResourceError: the disk (or the quota) is full. RunFolderError: the file cannot be written for another reason.
    """
    temporary = path.with_name(f".{path.name}.tmp")
    try:
        with open(temporary, "wb") as handle:
            yield handle
            handle.flush()
            os.fsync(handle.fileno())
        _replace(temporary, path)
        sync_folder(path.parent)
    except OSError as error:
        with contextlib.suppress(OSError):
            temporary.unlink()
        raise explain_write_error(error, path, bytes_needed) from error


def write_bytes(path: Path, data: bytes) -> None:
    """Write `data` to `path`, all or nothing. Raises as `atomic_file`."""
    with atomic_file(path, len(data)) as handle:
        handle.write(data)


def explain_write_error(error: OSError, path: Path, bytes_needed: int) -> ResourceError | RunFolderError:
    """The error that a user meets for an `OSError` while writing `path`: a full disk is told apart from the rest."""
    if error.errno in _FULL:
        needed = f"{bytes_needed:,} bytes are needed" if bytes_needed else "more space is needed"
        return ResourceError(
            f"{path}: the disk is full: {needed}, {free_bytes(path.parent):,} are free. Earlier files are whole. "
            "Free some space and give the same command again: the run goes on from its last checkpoint."
        )
    return RunFolderError(f"{path}: cannot be written: {error.strerror or error}. Check the permissions or choose another place.")


def free_bytes(folder: Path) -> int:
    """Bytes free on the disk of `folder`; 0 if the system does not say."""
    try:
        return shutil.disk_usage(folder).free
    except OSError:
        return 0


def sync_folder(folder: Path) -> None:
    """Make renames in `folder` survive a power cut. Windows has no such call and needs none."""
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def remove_temporary_files(folder: Path) -> None:
    """Delete what a killed process left behind half written. Only the holder of the folder's lock may call it."""
    for leftover in folder.glob(".*.tmp"):
        leftover.unlink(missing_ok=True)


def hash_file(path: Path) -> str:
    """Hash of a file's bytes, read in blocks. Raises OSError as `open` does."""
    digest = hashlib.blake2b(digest_size=HASH_BYTES)
    with open(path, "rb") as handle:
        while block := handle.read(_BLOCK_BYTES):
            digest.update(block)
    return digest.hexdigest()


def _replace(temporary: Path, path: Path) -> None:
    """Rename over `path`. On Windows a virus scanner may hold the target for a moment, so a refusal is tried again there."""
    for patience in (0.05, 0.2, 1.0):
        try:
            os.replace(temporary, path)
            return
        except PermissionError:
            if os.name != "nt":
                raise
            time.sleep(patience)
    os.replace(temporary, path)
