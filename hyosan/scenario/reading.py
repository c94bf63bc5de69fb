"""YAML 1.2 text to a tree of nodes: the core schema without tags, merge keys, duplicate keys or values that contain themselves.

The events of ruamel.yaml are put together here and not by its own composer, because that one recurses, follows aliases without
counting, and builds objects from tags.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from hyosan.errors import ScenarioError
from hyosan.scenario.nearest import short
from hyosan.scenario.positions import MAX_DEPTH, MAX_DIGITS, Node, Place, Problem, Scalar, refused, wrong_text

MAX_NODES = 500_000
"""Values in a file, those of aliases counted each time they are used."""

_INT = re.compile(r"[-+]?[0-9]+")
_OTHER_INT = re.compile(r"0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_NOT_FINITE = re.compile(r"[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)")
_NOT_TEXT = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_WORDS: dict[str, Scalar] = dict.fromkeys(("", "~", "null", "Null", "NULL")) | {
    word: value for name, value in (("true", True), ("false", False)) for word in (name, name.capitalize(), name.upper())
}


def read(text: str, file: str) -> Node:
    """The tree of one YAML document whose top is a mapping; `file` is the name used in places.

    Raises ScenarioError: not YAML, empty, not a mapping, tags, duplicate keys, too deep, too large, numbers that are not finite.
    """
    root = _read(text, Place(file, 1, 1))
    if root is None or root.value is None:
        raise refused([Problem(Place(file, 1, 1), (), "the file is empty; a scenario needs at least `name`, `time`, `city` and `pathogen`")])
    if root.mapping is None:
        raise refused([Problem(root.place, (), f"the top of a scenario must be a mapping (`field: value`), not {short(root.value)}")])
    return root


def read_value(text: str, file: str) -> Node:
    """The tree of any YAML value on one line, as given with `--set`."""
    root = _read(text, Place(file, 1, 1))
    return root if root is not None else Node(None, Place(file))


def _read(text: str, start: Place) -> Node | None:
    from ruamel.yaml import YAML
    from ruamel.yaml.error import MarkedYAMLError

    if found := _NOT_TEXT.search(text):
        line = text.count("\n", 0, found.start()) + 1
        column = found.start() - text.rfind("\n", 0, found.start())
        raise refused([Problem(Place(start.file, line, column), (), f"character U+{ord(found[0]):04X} is not allowed in a scenario")])
    composer = _Composer(start.file)
    try:
        return composer.compose(YAML(typ="safe", pure=True).parse(text))
    except ScenarioError:
        raise
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = Place(start.file, mark.line + 1, mark.column + 1) if mark else start
        what = " ".join(part for part in (error.problem, error.context) if part) or "cannot be read"
        raise refused([Problem(place, (), f"not valid YAML: {what}; check indentation, colons, quotes and brackets")]) from None
    except Exception as error:  # ruamel.yaml lets other exceptions escape on some malformed texts
        raise refused([Problem(composer.last, (), f"not valid YAML ({type(error).__name__}) after this place")]) from None


@dataclass(slots=True)
class _Frame:
    node: Node
    anchor: str | None
    count: int
    height: int = 1
    key: str | None = None


class _Composer:
    """Puts events together without recursion."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.count = 0
        self.last = Place(file, 1, 1)
        self.stack: list[_Frame] = []
        self.anchors: dict[str, tuple[Node, int, int] | None] = {}
        self.root: Node | None = None
        self.documents = 0

    def compose(self, events: Iterable[Any]) -> Node | None:
        for event in events:
            mark = event.start_mark
            if mark is not None:
                self.last = Place(self.file, mark.line + 1, mark.column + 1)
            getattr(self, _HANDLERS.get(type(event).__name__, "ignore"))(event)
        return self.root

    def ignore(self, event: Any) -> None:
        """Ends of documents and of the stream."""

    def document(self, event: Any) -> None:
        self.documents += 1
        if self.documents > 1:
            raise self.wrong("a second document starts here; a scenario is one document")
        if event.version is not None and tuple(event.version) != (1, 2):
            raise self.wrong("only YAML 1.2 is read; remove the `%YAML` line")
        if event.tags:
            raise self.wrong("tags are not allowed; remove the `%TAG` line")

    def begin(self, event: Any) -> None:
        self.refuse_tag(event)
        if len(self.stack) >= MAX_DEPTH:
            raise self.wrong(f"nested deeper than {MAX_DEPTH} levels")
        if self.stack and self.expects_key():
            raise self.wrong("a key must be plain text, not a mapping or list")
        self.counted(1)
        mapping = type(event).__name__ == "MappingStartEvent"
        self.stack.append(_Frame(Node({} if mapping else [], self.last), event.anchor, self.count))
        if event.anchor:
            self.anchors[event.anchor] = None

    def end(self, event: Any) -> None:
        frame = self.stack.pop()
        if frame.anchor:
            self.anchors[frame.anchor] = (frame.node, self.count - frame.count + 1, frame.height)
        self.put(frame.node, frame.height)

    def alias(self, event: Any) -> None:
        if event.anchor not in self.anchors:
            raise self.wrong(f"`*{event.anchor}` refers to nothing; define it before with `&{event.anchor}`")
        known = self.anchors[event.anchor]
        if known is None:
            raise self.wrong(f"`*{event.anchor}` stands inside what it refers to: a value cannot contain itself")
        if self.stack and self.expects_key():
            raise self.wrong("a key must be plain text, not an alias")
        node, count, height = known
        self.counted(count)
        if len(self.stack) + height > MAX_DEPTH:
            raise self.wrong(f"nested deeper than {MAX_DEPTH} levels")
        self.put(Node(node.value, self.last, node.keys), height)

    def scalar(self, event: Any) -> None:
        self.refuse_tag(event)
        self.counted(1)
        if problem := wrong_text(event.value):
            raise self.wrong(problem)
        if self.stack and self.expects_key():
            self.new_key(event)
            return
        value = event.value if event.style else self.resolve(event.value)
        node = Node(value, self.last)
        if event.anchor:
            self.anchors[event.anchor] = (node, 1, 0)
        self.put(node, 0)

    def new_key(self, event: Any) -> None:
        frame, key = self.stack[-1], event.value
        if event.anchor:
            raise self.wrong("a key cannot have an anchor")
        if key == "<<" and not event.style:
            raise self.wrong("merge keys (`<<`) are not read; use `extends: NAME or FILE`")
        if not key:
            raise self.wrong("a key is empty")
        if key in frame.node.keys:
            raise self.wrong(f"`{key[:60]}` is given twice (first in line {frame.node.keys[key].line}); remove one of them")
        frame.node.keys[key] = self.last
        frame.key = key

    def put(self, node: Node, height: int) -> None:
        if not self.stack:
            self.root = node
            return
        frame = self.stack[-1]
        frame.height = max(frame.height, height + 1)
        if isinstance(frame.node.value, list):
            frame.node.value.append(node)
        elif isinstance(frame.node.value, dict) and frame.key is not None:
            frame.node.value[frame.key] = node
            frame.key = None

    def expects_key(self) -> bool:
        return isinstance(self.stack[-1].node.value, dict) and self.stack[-1].key is None

    def resolve(self, text: str) -> Scalar:
        """A plain scalar by the core schema of YAML 1.2 (so `21:30`, `NO` and `2024-01-01` are text)."""
        if text in _WORDS:
            return _WORDS[text]
        if _NOT_FINITE.fullmatch(text):
            raise self.wrong(f"{text} is not a finite number")
        if text[0] not in "+-.0123456789" or not (_FLOAT.fullmatch(text) or _OTHER_INT.fullmatch(text)):
            return text
        if len(text) > MAX_DIGITS:
            raise self.wrong(f"a number with {len(text)} characters; write at most {MAX_DIGITS}")
        if _INT.fullmatch(text):
            return int(text)
        if _OTHER_INT.fullmatch(text):
            return int(text, 0)
        if not math.isfinite(number := float(text)):
            raise self.wrong(f"{text} is not a finite number")
        return number

    def refuse_tag(self, event: Any) -> None:
        if event.tag is not None:
            raise self.wrong(f"the tag `{str(event.tag)[:60]}` is not allowed; write the value without it")

    def counted(self, more: int) -> None:
        self.count += more
        if self.count > MAX_NODES:
            raise self.wrong(f"more than {MAX_NODES} values (those of aliases counted each time); put large tables into a CSV file")

    def wrong(self, text: str) -> ScenarioError:
        path: list[str | int] = []
        for frame in self.stack:
            if isinstance(frame.node.value, list):
                path.append(len(frame.node.value))
            elif frame.key is not None:
                path.append(frame.key)
        return refused([Problem(self.last, tuple(path), text)])


_HANDLERS = {
    "DocumentStartEvent": "document",
    "MappingStartEvent": "begin",
    "SequenceStartEvent": "begin",
    "MappingEndEvent": "end",
    "SequenceEndEvent": "end",
    "AliasEvent": "alias",
    "ScalarEvent": "scalar",
}
