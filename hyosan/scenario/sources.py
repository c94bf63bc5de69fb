"""Whether every number of a scenario file says where it comes from."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path as FilePath
from typing import NamedTuple

from hyosan.scenario.files import read_text
from hyosan.scenario.positions import Node, Path, dotted
from hyosan.scenario.reading import read
from hyosan.scenario.shape import ROOT, Shape, step

_NUMERIC_TEXT = ("at", "by", "start", "when", "until", "as_long_as", "ages")
"""Fields of text that can hold numbers."""


class Number(NamedTuple):
    """A number as written, the place it stands at, and the `source` that covers it (None = none does)."""

    path: Path
    written: str
    source: str | None


def unsourced(path: str | FilePath) -> list[str]:
    """Field paths of the numbers in a scenario file that no `source` covers, in the order of the file.

    A `source` text covers every number of its block and of the blocks in it; a mapping field -> text covers these fields and what
    is in them; `rates.home` names a field of a field. Numbers that the file takes over with `extends` are not looked at.

    Raises ScenarioError: the file cannot be read.
    """
    return [dotted(found.path) for found in numbers(path) if found.source is None]


def numbers(path: str | FilePath) -> list[Number]:
    """All numbers in a scenario file with the `source` nearest to each, in the order of the file.

    Raises ScenarioError: the file cannot be read.
    """
    return list(_numbers(read(read_text(FilePath(path), str(path)), str(path)), ROOT, (), None, {}))


def _numbers(node: Node, shape: Shape, path: Path, covered: str | None, named: dict[str, str]) -> Iterator[Number]:
    """`named` are texts for fields of this mapping that the source of the block around it gives as `rates.home`."""
    if isinstance(node.value, list):
        children: list[tuple[str | int, Node, str | None, dict[str, str]]] = [(index, child, covered, {}) for index, child in enumerate(node.value)]
    elif node.mapping is not None:
        source = node.mapping.get("source")
        fields = named | {key: text for key, child in (source.mapping or {}).items() if (text := _text(child))} if source is not None else named
        covered = (_text(source) if source is not None else None) or covered
        children = [
            (key, child, fields.get(key) or covered, {name[len(key) + 1 :]: text for name, text in fields.items() if name.startswith(f"{key}.")})
            for key, child in node.mapping.items()
            if key != "source"
        ]
    else:
        if _is_number(node, shape, path):
            yield Number(path, str(node.value), covered)
        return
    for key, child, known, inner in children:
        yield from _numbers(child, step(shape, key, node), (*path, key), known, inner)


def _text(source: Node) -> str | None:
    return source.value if isinstance(source.value, str) and source.value.strip() else None


def _is_number(node: Node, shape: Shape, path: Path) -> bool:
    if isinstance(node.value, bool) or node.value is None:
        return False
    if isinstance(node.value, int | float):
        return True
    if path and path[-1] in _NUMERIC_TEXT:
        return re.search(r"\d", str(node.value)) is not None
    quantity = float in shape or int in shape or "uncertain" in path
    return quantity and re.search(r"\d", str(node.value)) is not None
