"""`extends: NAME or FILE`: a scenario as another one with changes.

Mappings are merged key by key, lists and values are replaced, and a key set to `null` is removed (an order is switched off instead).
Where two mappings are alternatives (another measure under the same order name, another distribution, `by_age` for `by_host`) the later one replaces
the earlier one.
"""

from __future__ import annotations

from pathlib import Path, PurePosixPath
from typing import NamedTuple

from hyosan.errors import ScenarioError
from hyosan.scenario import positions
from hyosan.scenario.block import DISTRIBUTIONS
from hyosan.scenario.files import LIBRARY, is_library_name, library_path, read_text, resolve_file
from hyosan.scenario.positions import Node, Place, Problem, find, refused
from hyosan.scenario.reading import read

MAX_PARENTS = 10
"""Scenarios that extend one another in a row."""
DATA_FILES = (
    ("city", "network", "edges"), ("city", "households", "file"),
    ("city", "people"), ("city", "places"), ("city", "membership"), ("city", "contacts"), ("line_list", "file"),
)  # fmt: skip
"""Fields that name a data file, relative to the scenario's folder; `data` and `importations` name more."""
ORDERS = ("orders",)
"""Where the orders stand."""

_ALTERNATIVES = frozenset((*DISTRIBUTIONS, "varies", "uncertain", "by_age", "by_host"))


class _Where(NamedTuple):
    """Where a file lies: `below` the folder `root` that everything is named from."""

    root: Path
    below: PurePosixPath = PurePosixPath(".")


def with_parents(node: Node, folder: Path, origin: Path | None = None) -> Node:
    """`node` merged into the scenario that it extends, and so on up; the field `extends` is gone.

    `folder` is where files named by `node` lie, `origin` the file that it was read from. Data files that parents name are renamed
    as seen from `folder`.
    Raises ScenarioError: no such scenario, a path out of the folder, a circle, more than 10 in a row.
    """
    return _extended(node, _Where(folder), frozenset({origin.resolve()} if origin is not None else ()))


def _extended(node: Node, where: _Where, chain: frozenset[Path]) -> Node:
    entries = node.mapping or {}
    if "extends" not in entries:
        return node
    named = entries["extends"]
    rest = replaced(node, ("extends",), None, node.place)
    if named.value is None:
        return rest
    if not isinstance(named.value, str):
        raise refused([Problem(named.place, ("extends",), "must be the name of a library scenario or of a file")])
    try:
        path, shown, inner = _find_parent(named.value, where)
        if path in chain:
            raise ScenarioError(f"{named.value[:60]!r} extends itself, directly or through others; a circle has no beginning")
        if len(chain) > MAX_PARENTS:
            raise ScenarioError(f"more than {MAX_PARENTS} scenarios extend one another")
    except ScenarioError as error:
        raise refused([Problem(named.place, ("extends",), str(error))]) from None
    parent = _rebased(read(read_text(path, shown), shown), inner.below)
    return merge(_extended(parent, inner, chain | {path}), rest)


def _find_parent(name: str, where: _Where) -> tuple[Path, str, _Where]:
    """The parent's file, its name for messages, and where it lies."""
    if is_library_name(name):
        return library_path(name).resolve(), f"library/{name}.yaml", _Where(LIBRARY)
    path = resolve_file(where.root / where.below, name)
    relative = where.below / name
    return path, str(relative), _Where(where.root, relative.parent)


def _rebased(node: Node, below: PurePosixPath) -> Node:
    if str(below) == ".":
        return node
    named = [(block, name, "file") for block in ("importations", "data") if (found := find(node, (block,))) for name in found.mapping or {}]
    for path in (*DATA_FILES, ("data", "file"), *named):
        found = find(node, path)
        if found is not None and isinstance(found.value, str):
            node = replaced(node, path, Node(str(below / found.value), found.place), found.place)
    return node


def replaced(node: Node, path: tuple[str | int, ...], new: Node | None, place: Place) -> Node:
    """A copy of `node` with the value at `path` replaced, or removed if `new` is None; the way to it must exist."""
    if not path:
        assert new is not None
        return new
    head, rest = path[0], path[1:]
    if isinstance(node.value, list):
        items, index = list(node.value), int(head)
        if rest or new is not None:
            items[index] = replaced(items[index], rest, new, place) if rest else (new or items[index])
        else:
            del items[index]
        return Node(items, node.place, node.keys)
    entries, keys, name = dict(node.mapping or {}), dict(node.keys), str(head)
    if not rest and new is None:
        entries.pop(name, None)
        keys.pop(name, None)
    elif not rest and new is not None:
        entries[name], keys[name] = new, place
    else:
        entries[name] = replaced(entries[name], rest, new, place)
    return Node(entries, node.place, keys)


def merge(below: Node, above: Node, path: positions.Path = ()) -> Node:
    """`above` laid over `below`, where both stand at `path` of a scenario."""
    if below.mapping is None or above.mapping is None or _alternatives(below.mapping, above.mapping):
        return above
    entries, keys = dict(below.mapping), dict(below.keys)
    for key, child in above.mapping.items():
        if child.value is None and key in entries and path == ORDERS and entries[key].mapping is not None:
            entries[key] = switched_off(entries[key], child.place)
        elif child.value is None and key in entries:
            del entries[key], keys[key]
        else:
            entries[key] = merge(entries[key], child, (*path, key)) if key in entries else child
            keys[key] = above.keys[key]
    return Node(entries, above.place, keys)


def switched_off(order: Node, place: Place) -> Node:
    """The same order, never given. It is not removed: conditions of other orders may name it."""
    return replaced(order, ("when",), Node("never", place), place)


def _alternatives(below: dict[str, Node], above: dict[str, Node]) -> bool:
    if "do" in below and "do" in above:
        return below["do"].value != above["do"].value
    ours, theirs = above.keys() - {"source", "as"}, below.keys() & _ALTERNATIVES
    return bool(ours and theirs and ours <= _ALTERNATIVES and not ours & theirs)
