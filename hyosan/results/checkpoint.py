"""Checkpoints: named NumPy arrays and a little JSON in one file that carries its own hash. No pickle; a flipped bit is refused.

A file is one line of text (`hyosan checkpoint 1 HASH`) and then a plain `.npz` archive without compression; the hash is the
archive's.
"""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

import numpy as np
from numpy.typing import NDArray

from hyosan.errors import RunFolderError
from hyosan.results.atomic import HASH_BYTES, atomic_file

_MAGIC = b"hyosan checkpoint 1 "
_HEADER_BYTES = len(_MAGIC) + 2 * HASH_BYTES + 1
_META = "__meta__"
_BLOCK_BYTES = 1 << 20


class Checkpoint(NamedTuple):
    """A state to go on from: the tick after which it was taken, arrays by name, and the caller's JSON."""

    tick: int
    arrays: dict[str, NDArray[Any]]
    meta: dict[str, Any]


class _HashingFile:
    """A write-only stream that hashes what passes. Unseekable, so that the archive is written in one go."""

    def __init__(self, handle: BinaryIO) -> None:
        self._handle = handle
        self.digest = hashlib.blake2b(digest_size=HASH_BYTES)

    def write(self, data: Any) -> int:
        self.digest.update(data)
        return self._handle.write(data)

    def flush(self) -> None:
        self._handle.flush()


def write_checkpoint(path: Path, tick: int, arrays: Mapping[str, NDArray[Any]], meta: Mapping[str, Any]) -> None:
    """Write a checkpoint, all or nothing. Raises as `atomic_file`, and ValueError for arrays of objects or a name in use."""
    if _META in arrays:
        raise ValueError(f"an array may not be called {_META}")
    text = json.dumps({"tick": int(tick), "meta": dict(meta)}, allow_nan=False).encode()
    with atomic_file(path, sum(array.nbytes for array in arrays.values()) + len(text)) as handle:
        handle.write(_MAGIC + b"0" * (2 * HASH_BYTES) + b"\n")
        stream = _HashingFile(handle)
        with zipfile.ZipFile(stream, "w", zipfile.ZIP_STORED) as archive:  # type: ignore[call-overload]
            for name, array in {**arrays, _META: np.frombuffer(text, dtype=np.uint8)}.items():
                with archive.open(f"{name}.npy", "w", force_zip64=True) as member:
                    np.lib.format.write_array(member, np.asarray(array), allow_pickle=False)
        handle.seek(len(_MAGIC))
        handle.write(stream.digest.hexdigest().encode())


def read_checkpoint(path: Path) -> Checkpoint:
    """The checkpoint in `path`. Raises RunFolderError: missing, damaged or not a checkpoint, the file named."""
    try:
        with open(path, "rb") as handle:
            _verify(path, handle)
            with zipfile.ZipFile(handle) as archive:
                if any(entry.compress_type != zipfile.ZIP_STORED or entry.file_size != entry.compress_size for entry in archive.infolist()):
                    raise ValueError("it holds compressed members")
                arrays = {entry.filename.removesuffix(".npy"): _array(archive, entry) for entry in archive.infolist()}
        note = json.loads(arrays.pop(_META).tobytes())
        return Checkpoint(int(note["tick"]), arrays, note["meta"])
    except (OSError, ValueError, KeyError, TypeError, EOFError, zipfile.BadZipFile, NotImplementedError) as error:
        raise RunFolderError(
            f"{path}: damaged or no checkpoint: {error}. Delete it to go on from an earlier one, or start anew with --force."
        ) from error


def _verify(path: Path, handle: BinaryIO) -> None:
    header = handle.read(_HEADER_BYTES)
    if len(header) != _HEADER_BYTES or not header.startswith(_MAGIC) or not header.endswith(b"\n"):
        raise ValueError("its first line is wrong")
    digest = hashlib.blake2b(digest_size=HASH_BYTES)
    while block := handle.read(_BLOCK_BYTES):
        digest.update(block)
    if digest.hexdigest().encode() != header[len(_MAGIC) : -1]:
        raise ValueError("its hash does not fit its content")
    handle.seek(0)


def _array(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> NDArray[Any]:
    with archive.open(entry) as member:
        return np.asarray(np.lib.format.read_array(member, allow_pickle=False))
