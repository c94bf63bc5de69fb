"""Large worlds kept between processes, so that the second run of a city of millions need not build it again.

A world lies in the folder of `keeping.kept_folder("worlds")` as `store.save` writes it, named by its content; a small file beside it,
named by the city and by the text and data that build it, says which one it is. Arrays are mapped, not read: what is not looked at takes
no memory. Only the newest worlds stay, `LIMIT_BYTES` of them together.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Final

from hyosan.errors import RunFolderError
from hyosan.keeping import kept_folder
from hyosan.scenario.city import City
from hyosan.world.frame import World
from hyosan.world.store import load_world, save

KEEP_FROM: Final = 100_000
"""People from which on a town is kept: building a smaller one takes less than a second."""
LIMIT_BYTES: Final = 4 << 30
"""How much worlds may take together; the world of ten million people takes 1.1 GB."""
_PACKAGE = Path(__file__).parent.parent
_BUILDERS: Final = ("world/*.py", "world/data/*", "luck.py", "scenario/city.py", "scenario/ties.py", "scenario/cast.py")
"""What a town is built by and from."""


def kept_or_built(city: City, build: Callable[[], World]) -> World:
    """The world of a city that depends on no file of the user's: as it was kept, else built and kept."""
    try:
        folder = kept_folder("worlds")
    except RuntimeError:  # there is no home folder
        return build()
    note = folder / f"{_key(city)}.city"
    found = _find(folder, note)
    if found is None:
        found = build()
        _keep(found, folder, note)
    return found


def _key(city: City) -> str:
    return hashlib.blake2b(f"{_builders_hash()} {city.model_dump_json()}".encode(), digest_size=16).hexdigest()


@lru_cache(maxsize=1)
def _builders_hash() -> str:
    digest = hashlib.blake2b(digest_size=16)
    for file in sorted(file for pattern in _BUILDERS for file in _PACKAGE.glob(pattern) if file.is_file()):
        digest.update(file.relative_to(_PACKAGE).as_posix().encode())
        digest.update(file.read_bytes())
    return digest.hexdigest()


def _find(folder: Path, note: Path) -> World | None:
    try:
        path = folder / "worlds" / note.read_text(encoding="ascii").strip()
        world = load_world(path, mapped=True)
        os.utime(path)  # used last now
    except (OSError, UnicodeDecodeError, RunFolderError):  # not kept, damaged, or just deleted: it is built
        return None
    return world


def _keep(world: World, folder: Path, note: Path) -> None:
    if sum(array.nbytes for array in world.ground) > LIMIT_BYTES:
        return
    try:
        path = save(world, folder)
        os.utime(path)
        note.write_text(world.content_hash, encoding="ascii")
        _forget_oldest(folder / "worlds")
    except (OSError, RunFolderError):  # a full disk, or a folder that cannot be written: it is built each time
        return


def _forget_oldest(folder: Path) -> None:
    """Delete the worlds that were used longest ago until the rest keeps to the limit."""
    newest_first = sorted(
        (path for path in folder.iterdir() if path.is_dir() and not path.name.startswith(".")), key=lambda path: path.stat().st_mtime, reverse=True
    )
    total = 0
    for path in newest_first:
        total += sum(file.stat().st_size for file in path.iterdir())
        if total > LIMIT_BYTES:
            shutil.rmtree(path, ignore_errors=True)
