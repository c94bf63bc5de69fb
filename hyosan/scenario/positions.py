"""A scenario as a tree that remembers where each value and each key was written, so that an error can say so.

The tree is made from YAML by `reading.py` or from Python values by `from_python`; `extends`, `--set` and `uncertain` change it;
`plain` turns it into the dicts and lists that the models check.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from numbers import Integral, Real
from typing import Any, NamedTuple, TypeAlias

from hyosan.errors import ScenarioError

MAX_DEPTH = 40
"""Mappings and lists within one another."""
MAX_PYTHON_NODES = 5_000_000
MAX_DIGITS = 60
MAX_ERRORS = 20
"""Errors told at once."""
SET = "--set "
"""What the file of a place begins with when the value was given with `--set`."""

Scalar: TypeAlias = str | int | float | bool | None
Path: TypeAlias = tuple[str | int, ...]
"""A field path: names and positions in lists."""

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")


class Place(NamedTuple):
    """Where something was written. `line` and `column` count from 1; line 0 means that there is only a name."""

    file: str
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}" if self.line else self.file


@dataclass(slots=True)
class Node:
    """A value with its place; of a mapping also the places of its keys."""

    value: Scalar | dict[str, Node] | list[Node]
    place: Place
    keys: dict[str, Place] = field(default_factory=dict)

    @property
    def mapping(self) -> dict[str, Node] | None:
        """Its entries if it is a mapping."""
        return self.value if isinstance(self.value, dict) else None


class Problem(NamedTuple):
    """One thing that is wrong: where, in which field, and what."""

    place: Place
    path: Path
    text: str

    def __str__(self) -> str:
        path = dotted(self.path)
        if not path or self.place.file == SET + path:
            return f"{self.place}: {self.text}"
        return f"{self.place}: {path}: {self.text}"


def dotted(path: Path) -> str:
    """A field path as text, as `--set` takes it: `pathogen.transitions.2.after`."""
    return ".".join(str(part)[:80] for part in path)


def refused(problems: Iterable[Problem]) -> ScenarioError:
    """A ScenarioError that tells up to 20 problems, one per line, the first of each field."""
    first: dict[tuple[Place, Path], Problem] = {}
    for problem in problems:
        first.setdefault((problem.place, problem.path), problem)
    lines = [str(problem) for problem in first.values()]
    more = [f"... and {len(lines) - MAX_ERRORS} more"] if len(lines) > MAX_ERRORS else []
    return ScenarioError("\n".join(lines[:MAX_ERRORS] + more))


def wrong_text(text: str) -> str | None:
    """What is wrong with a piece of text itself (lone surrogates, control characters), or None."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return "holds half of a character (a lone surrogate); write the character itself"
    if _CONTROL.search(text):
        return "holds a control character; only line breaks and tabs are allowed"
    return None


def plain(node: Node) -> Any:
    """The value without places: dicts, lists and scalars."""
    if isinstance(node.value, dict):
        return {key: plain(child) for key, child in node.value.items()}
    if isinstance(node.value, list):
        return [plain(child) for child in node.value]
    return node.value


def from_python(value: Any, file: str = "<python>", path: Path = ()) -> Node:
    """The tree of a Python value made of mappings, lists or tuples, text, numbers, True, False and None.

    Raises ScenarioError: any other type, a key that is not text or a whole number, more than 40 levels (or a value that contains
    itself), numbers that are not finite or too long.
    """
    return _FromPython(Place(file)).node(value, path)


class _FromPython:
    def __init__(self, place: Place) -> None:
        self.place, self.count = place, 0

    def node(self, value: Any, path: Path) -> Node:
        self.count += 1
        if len(path) > MAX_DEPTH:
            raise self.wrong(path[:4], f"is nested deeper than {MAX_DEPTH} levels, or contains itself")
        if self.count > MAX_PYTHON_NODES:
            raise self.wrong(path[:4], f"holds more than {MAX_PYTHON_NODES} values")
        if isinstance(value, Mapping):
            entries = {self.key(key, path): child for key, child in value.items()}
            children = {key: self.node(child, (*path, key)) for key, child in entries.items()}
            return Node(children, self.place, dict.fromkeys(children, self.place))
        if isinstance(value, list | tuple):
            return Node([self.node(child, (*path, index)) for index, child in enumerate(value)], self.place)
        return Node(self.scalar(value, path), self.place)

    def key(self, key: Any, path: Path) -> str:
        if isinstance(key, bool) or not isinstance(key, str | Integral):
            raise self.wrong(path, f"has a key that is a {type(key).__name__}; keys must be text")
        text = str(key) if isinstance(key, str) or abs(int(key)) < 10**MAX_DIGITS else ""
        if not text or wrong_text(text):
            raise self.wrong(path, "has a key that is empty or cannot be written")
        return text

    def scalar(self, value: Any, path: Path) -> Scalar:
        if value is None or isinstance(value, bool):
            return value
        if isinstance(value, str):
            if problem := wrong_text(value):
                raise self.wrong(path, problem)
            return str(value)
        if isinstance(value, Integral):
            if abs(int(value)) >= 10**MAX_DIGITS:
                raise self.wrong(path, f"is a number with more than {MAX_DIGITS} digits")
            return int(value)
        if isinstance(value, Real):
            if not math.isfinite(number := float(value)):
                raise self.wrong(path, f"{number} is not a finite number")
            return number
        raise self.wrong(path, f"is a {type(value).__name__}, which cannot stand in a scenario; use text, numbers, dicts and lists")

    def wrong(self, path: Path, text: str) -> ScenarioError:
        return refused([Problem(self.place, path, text)])


def scalars(node: Node, path: Path = ()) -> Iterator[tuple[Path, Node]]:
    """Every value of a tree that is neither mapping nor list, with its path."""
    children: Iterable[tuple[str | int, Node]] = ()
    if isinstance(node.value, dict):
        children = node.value.items()
    elif isinstance(node.value, list):
        children = enumerate(node.value)
    else:
        yield path, node
    for key, child in children:
        yield from scalars(child, (*path, key))


def find(root: Node, path: Path) -> Node | None:
    """The node at a path, or None."""
    node = root
    for part in path:
        if isinstance(node.value, dict) and str(part) in node.value:
            node = node.value[str(part)]
        elif isinstance(node.value, list) and isinstance(part, int) and 0 <= part < len(node.value):
            node = node.value[part]
        else:
            return None
    return node


def place_of(root: Node, path: Path) -> Place:
    """Where the value at a path was written; of a field left out, where the mapping around it was."""
    for length in range(len(path), -1, -1):
        node = find(root, path[:length])
        if node is not None:
            return node.place
    return root.place
