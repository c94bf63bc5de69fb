"""Worlds on disk: one folder per world, named after its content, shared by all runs that use it, every file with its hash.

`worlds/<hash>/` holds a `.npy` file per array of `Ground`, `names.json` (roles, kinds, zones, ... ) and `meta.json` (hash of
each file). The folder is written under another name, brought to disk, and renamed: it is either whole or not there.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from hyosan.errors import RunFolderError
from hyosan.world.finish import content_hash, little_endian, names_text
from hyosan.world.frame import Ground, World

FORMAT: Final = 2
"""Version of this layout; raised when a reader of the old one would misread the new one."""


def save(world: World, folder: Path) -> Path:
    """Write a world into `folder/worlds/<hash>` unless it is there, whole, already; gives that path.

    Raises RunFolderError: it cannot be written (disk full, no permission).
    """
    target = folder / "worlds" / world.content_hash
    try:
        if target.is_dir() and _is_whole(target):
            return target
        target.parent.mkdir(parents=True, exist_ok=True)
        draft = Path(tempfile.mkdtemp(prefix=f".{world.content_hash[:8]}-", dir=target.parent))
        try:
            _write_all(world, draft)
            if target.exists():  # damaged: what is right replaces it
                shutil.rmtree(target)
            os.replace(draft, target)
        except BaseException:
            shutil.rmtree(draft, ignore_errors=True)
            if not (target.is_dir() and _is_whole(target)):  # another process may have written the same world meanwhile
                raise
        _sync_folder(target.parent)
    except OSError as error:
        raise RunFolderError(f"{target}: the world cannot be written ({error}); free disk space or choose another folder") from None
    return target


def _write_all(world: World, folder: Path) -> None:
    hashes = {}
    for name, array in little_endian(world.ground):
        path = folder / f"{name}.npy"
        with path.open("wb") as file:
            np.lib.format.write_array(file, array, allow_pickle=False)
        hashes[path.name] = _settle(path)
    (folder / "names.json").write_text(names_text(world), encoding="utf-8", newline="\n")
    hashes["names.json"] = _settle(folder / "names.json")
    meta: dict[str, Any] = {"format": FORMAT, "content_hash": world.content_hash, "people": world.people, "places": world.places, "files": hashes}
    meta["meta_hash"] = _meta_hash(meta)
    (folder / "meta.json").write_text(json.dumps(meta, indent=1) + "\n", encoding="utf-8", newline="\n")
    _settle(folder / "meta.json")
    _sync_folder(folder)


def _meta_hash(meta: dict[str, Any]) -> str:
    """Hash of all that `meta.json` says but this hash, which it holds too: so it is guarded as the other files are."""
    rest = {key: value for key, value in meta.items() if key != "meta_hash"}
    return hashlib.blake2b(json.dumps(rest, sort_keys=True).encode(), digest_size=16).hexdigest()


def _settle(path: Path) -> str:
    """Bring a file to disk; gives its hash."""
    with path.open("rb+") as file:
        os.fsync(file.fileno())
        return hashlib.file_digest(file, lambda: hashlib.blake2b(digest_size=16)).hexdigest()


def _sync_folder(folder: Path) -> None:
    if os.name == "posix":  # elsewhere a folder cannot be opened, and renames are brought to disk by the system
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _meta(path: Path) -> dict[str, Any]:
    file = path / "meta.json"
    try:
        meta = json.loads(file.read_text(encoding="utf-8"))
        if meta["format"] != FORMAT:
            raise RunFolderError(f"{file}: this world has format {meta['format']}, this hyosan reads {FORMAT}; build the world anew")
        if meta["meta_hash"] != _meta_hash(meta):
            raise RunFolderError(f"{file}: is damaged (its hash does not fit); delete {path} and build the world anew")
        expected = {f"{name}.npy" for name in Ground._fields} | {"names.json"}
        if set(meta["files"]) != expected:
            raise RunFolderError(f"{file}: does not list the files of a world; delete {path} and build the world anew")
    except FileNotFoundError:
        raise RunFolderError(f"{file}: there is no such file; name a folder worlds/<hash>") from None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise RunFolderError(f"{file}: is damaged ({type(error).__name__}); delete {path} and build the world anew") from None
    return dict(meta)


def _verified(path: Path, name: str, expected: str) -> Path:
    file = path / name
    try:
        with file.open("rb") as handle:
            found = hashlib.file_digest(handle, lambda: hashlib.blake2b(digest_size=16)).hexdigest()
    except OSError as error:
        raise RunFolderError(f"{file}: cannot be read ({error.strerror}); delete {path} and build the world anew") from None
    if found != expected:
        raise RunFolderError(f"{file}: is damaged (hash {found}, written as {expected}); delete {path} and build the world anew")
    return file


def _is_whole(path: Path) -> bool:
    try:
        load_world(path)
    except RunFolderError:
        return False
    return True


def load_world(path: Path, *, mapped: bool = False) -> World:
    """The world saved in the folder `path`, its arrays read-only. Raises RunFolderError: a file is missing or damaged.

    `mapped`: arrays stay on disk and are read when they are looked at; the hashes of files, which the names file's hash guards, are trusted
    for the hash of the whole.
    """
    meta = _meta(path)
    arrays: dict[str, NDArray[Any]] = {}
    for name in Ground._fields:
        file = _verified(path, f"{name}.npy", meta["files"][f"{name}.npy"])
        try:
            array = np.load(file, mmap_mode="r" if mapped else None, allow_pickle=False)
        except ValueError:
            raise RunFolderError(f"{file}: is not an array; delete {path} and build the world anew") from None
        arrays[name] = np.asarray(array).astype(array.dtype.newbyteorder("="), copy=False)
        arrays[name].flags.writeable = False
    names = json.loads(_verified(path, "names.json", meta["files"]["names.json"]).read_text(encoding="utf-8"))
    world = World(
        ground=Ground(**arrays),
        **{part: tuple(names[part]) for part in ("roles", "kinds", "settings", "zones", "gates")},
        place_names={int(row): name for row, name in names["place_names"].items()},
        zone_geojson=names["zone_geojson"],
        checks=tuple((str(row[0]), str(row[1]), float(row[2]), float(row[3]), float(row[4])) for row in names["checks"]),
        person_names={int(person): name for person, name in names.get("person_names", {}).items()},
        content_hash=meta["content_hash"],
    )
    if not mapped and content_hash(world) != world.content_hash:
        raise RunFolderError(f"{path / 'meta.json'}: names another world than the files hold; delete {path} and build the world anew")
    return world
