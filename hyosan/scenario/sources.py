"""Whether every number of a scenario file says where it comes from."""

from __future__ import annotations

import re
from pathlib import Path as FilePath

from hyosan.scenario.files import read_text
from hyosan.scenario.positions import Node, Path, dotted
from hyosan.scenario.reading import read
from hyosan.scenario.shape import ROOT, Shape, step

_NUMERIC_TEXT = ("at", "start", "when", "until", "as_long_as", "ages")
"""Fields of text that can hold numbers."""


def unsourced(path: str | FilePath) -> list[str]:
    """Field paths of the numbers in a scenario file that no `source` covers, in the order of the file.

    A `source` text covers every number of its block and of the blocks in it; a mapping field -> text covers these fields and what
    is in them. Numbers that the file takes over with `extends` are not looked at.

    Raises ScenarioError: the file cannot be read.
    """
    root = read(read_text(FilePath(path), str(path)), str(path))
    return [dotted(found) for found in _numbers_without(root, ROOT, (), covered=False)]


def _numbers_without(node: Node, shape: Shape, path: Path, *, covered: bool) -> list[Path]:
    if isinstance(node.value, list):
        children: list[tuple[str | int, Node, bool]] = [(index, child, covered) for index, child in enumerate(node.value)]
    elif node.mapping is not None:
        source = node.mapping.get("source")
        fields = set(source.mapping) if source is not None and source.mapping is not None else set[str]()
        covered = covered or (source is not None and isinstance(source.value, str) and bool(source.value.strip()))
        children = [(key, child, covered or key in fields) for key, child in node.mapping.items() if key != "source"]
    else:
        return [] if covered or not _is_number(node, shape, path) else [path]
    found: list[Path] = []
    for key, child, known in children:
        found += _numbers_without(child, step(shape, key, node), (*path, key), covered=known)
    return found


def _is_number(node: Node, shape: Shape, path: Path) -> bool:
    if isinstance(node.value, bool) or node.value is None:
        return False
    if isinstance(node.value, int | float):
        return True
    if path and path[-1] in _NUMERIC_TEXT:
        return re.search(r"\d", str(node.value)) is not None
    quantity = float in shape or int in shape or "uncertain" in path
    return quantity and re.search(r"\d", str(node.value)) is not None
