"""What is kept between processes because it is costly to make: compiled kernels, tables of durations, worlds. Any of it may be deleted.

A kept array lies beside its hash: what is damaged or half written is made anew. Where the folder cannot be written, nothing is kept.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

KINDS = {"kernels": "compiled kernels", "laws": "tables of durations", "worlds": "built cities"}
"""What is kept, in words, by the name of its folder."""
_HASH_BYTES = 16


def kept_folder(kind: str) -> Path:
    """Folder for one kind of what is kept: in `HYOSAN_CACHE_DIR`, else in the user's cache folder. It may not exist yet."""
    given = os.environ.get("HYOSAN_CACHE_DIR") or os.environ.get("LOCALAPPDATA") or os.environ.get("XDG_CACHE_HOME")
    base = Path(given) if given else Path.home() / ".cache"
    return base / "hyosan" / kind


def kept_bytes(kind: str) -> int:
    """How much is kept of one kind."""
    return sum(file.stat().st_size for file in kept_folder(kind).rglob("*") if file.is_file())


def forget(kind: str) -> None:
    """Delete what is kept of one kind, as far as it can be deleted; it is made anew when it is needed."""
    shutil.rmtree(kept_folder(kind), ignore_errors=True)


def kept_numbers(kind: str, name: str, make: Callable[[], NDArray[np.int64]]) -> NDArray[np.int64]:
    """The int64 array of this name if it was kept before, else made and kept. The name says all that the array depends on."""
    digest = hashlib.blake2b(name.encode(), digest_size=_HASH_BYTES).hexdigest()
    try:
        file = kept_folder(kind) / f"{digest}.numbers"
        found = _read(file)
    except (OSError, RuntimeError):  # RuntimeError: there is no home folder
        return make()
    if found is None:
        found = make()
        _write(file, found)
    return found


def _read(file: Path) -> NDArray[np.int64] | None:
    try:
        text = file.read_bytes()
    except FileNotFoundError:
        return None
    content = text[_HASH_BYTES:]
    if len(content) % 8 or hashlib.blake2b(content, digest_size=_HASH_BYTES).digest() != text[:_HASH_BYTES]:
        return None
    return np.frombuffer(content, dtype="<i8").astype(np.int64)


def _write(file: Path, numbers: NDArray[np.int64]) -> None:
    """Whole or not at all: another process may read it, or write the same, meanwhile."""
    content = numbers.astype("<i8").tobytes()
    whole = hashlib.blake2b(content, digest_size=_HASH_BYTES).digest() + content
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        handle, draft = tempfile.mkstemp(dir=file.parent)
        with os.fdopen(handle, "wb") as out:
            out.write(whole)
        os.replace(draft, file)
    except OSError:  # a full disk, or a folder that cannot be written: it is made anew each time
        return
