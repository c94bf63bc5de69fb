"""`manifest.json`: written last, so that its presence says the run is complete; it holds the hash of every file, and its own.

Its own hash runs over the file's bytes with the hash itself written as zeros.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from hyosan.errors import RunFolderError
from hyosan.results.atomic import HASH_BYTES, hash_file, write_bytes

NAME = "manifest.json"
MARK = ".hyosan-run"
"""An empty file that marks a folder as hyosan's from the first moment on: nothing is ever deleted in a folder without it."""
FORMAT = 1
_ZEROS = "0" * (2 * HASH_BYTES)
_MAX_BYTES = 64 * 2**20
_SAFE = re.compile(r"^(?:checkpoints/)?[A-Za-z0-9_][A-Za-z0-9_.-]{0,99}$")


def write_manifest(folder: Path, manifest: Mapping[str, Any]) -> None:
    """Write the manifest, all or nothing. Raises as `atomic_file`, and ValueError for what JSON cannot hold."""
    # The hash goes first, so that the first run of zeros in the text is its own place.
    own = {"manifest_hash": _ZEROS, "format": FORMAT}
    whole = own | {key: value for key, value in manifest.items() if key not in own}
    text = json.dumps(whole, indent=1, ensure_ascii=True, allow_nan=False) + "\n"
    write_bytes(folder / NAME, text.replace(_ZEROS, _hash(text.encode()), 1).encode())


def read_manifest(folder: Path, force: bool = False) -> dict[str, Any]:
    """The manifest of a finished run, itself verified, and every file it lists present with its size (`force`: with any).

    Raises RunFolderError: no run, an unfinished one, a damaged manifest, a file missing, of another size, or outside the folder.
    """
    path = folder / NAME
    try:
        if path.stat().st_size > _MAX_BYTES:
            raise ValueError("far too big")
        data = path.read_bytes()
        manifest = json.loads(data)
        if not isinstance(manifest, dict) or not isinstance(manifest.get("manifest_hash"), str):
            raise ValueError("it is not the manifest of a run")
        stated = manifest["manifest_hash"].encode()
        if len(stated) != len(_ZEROS) or _hash(data.replace(stated, _ZEROS.encode(), 1)) != stated.decode():
            raise ValueError("its hash does not fit its content")
        if manifest["format"] != FORMAT:
            raise ValueError(f"its format is {manifest['format']}, this hyosan reads {FORMAT}")
        files = {str(name): (str(entry["hash"]), int(entry["bytes"])) for name, entry in manifest["files"].items()}
    except (FileNotFoundError, NotADirectoryError):
        state = "holds an unfinished run: give the same command again to go on" if is_started(folder) else "holds no run"
        raise RunFolderError(f"{folder}: {state} (there is no {NAME}).") from None
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise RunFolderError(f"{path}: damaged: {error}. Run the scenario again with --force.") from error
    for name, (_, size) in files.items():
        _check_present(folder, name, None if force else size)
    return dict(manifest)


def verify_file(folder: Path, name: str, manifest: Mapping[str, Any]) -> Path:
    """The path of a file of the run, its content verified. Raises RunFolderError: not listed, missing or damaged."""
    entry = manifest["files"].get(name)
    if entry is None:
        raise RunFolderError(f"{folder / name}: not listed in {NAME}; this run has no such file.")
    _check_present(folder, name, int(entry["bytes"]))
    try:
        found = hash_file(folder / name)
    except OSError as error:
        raise RunFolderError(f"{folder / name}: cannot be read: {error.strerror or error}.") from error
    if found != entry["hash"]:
        raise RunFolderError(f"{folder / name}: damaged: its content has changed since the run ended. Run the scenario again with --force.")
    return folder / name


def listed_files(folder: Path) -> set[str]:
    """Names of the files that a manifest lists, as far as it can be read and they are plain: for clearing away a run, damaged or not."""
    try:
        files = json.loads((folder / NAME).read_bytes())["files"]
        return {name for name in files if _SAFE.match(name)}
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return set()


def is_started(folder: Path) -> bool:
    """Whether a run was begun in `folder` (finished or not)."""
    return (folder / MARK).exists() or (folder / NAME).exists()


def _check_present(folder: Path, name: str, size: int | None) -> None:
    path = folder / name
    if not _SAFE.match(name) or path.is_symlink() or (path.parent != folder and path.parent.is_symlink()):
        raise RunFolderError(f"{folder / NAME}: lists {name!r}, which is not a plain file of the run folder. Do not trust this folder.")
    try:
        found = path.stat().st_size
    except OSError:
        raise RunFolderError(f"{path}: missing, though {NAME} lists it. Run the scenario again with --force.") from None
    if size is not None and found != size:
        raise RunFolderError(f"{path}: damaged: {found:,} bytes long instead of {size:,}. Run the scenario again with --force.")


def _hash(data: bytes) -> str:
    return hashlib.blake2b(data, digest_size=HASH_BYTES).hexdigest()
