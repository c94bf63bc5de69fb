"""`--set path=value`: changes to a scenario before it is checked.

A value is YAML (`3 h`, `null`, `{do: lure, ...}`) and replaces what stands at the path; `null` removes it
(and switches an order off). In a mapping with
names of the user's own (orders, seeds, states, ...) a new name is created if the value is a whole entry.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import TypeAdapter
from pydantic_core import PydanticUndefined

from hyosan.errors import ScenarioError
from hyosan.scenario.extends import ORDERS, replaced, switched_off
from hyosan.scenario.graphs import with_graphs
from hyosan.scenario.nearest import did_you_mean
from hyosan.scenario.positions import SET, Node, Path, Place, Problem, dotted, find, from_python, refused, wrong_text
from hyosan.scenario.reading import read_value
from hyosan.scenario.shape import ROOT, Shape, field_names, field_of, is_free, models, step

MAX_SET_CHARACTERS = 100_000


def apply(root: Node, overrides: Sequence[str] | Mapping[str, Any]) -> Node:
    """`root` with all changes made, in order. A sequence holds texts `path=value`, a mapping path -> value from Python.

    Raises ScenarioError: no `=`, an unknown path (told with the nearest name), a value that is not YAML.
    """
    if isinstance(overrides, str):
        raise ScenarioError(f"overrides must be a list of `path=value`, not one text; write [{overrides[:60]!r}]")
    if isinstance(overrides, Mapping):
        pairs = [
            (str(path), from_python(with_graphs(value, tuple(str(path).split("."))), SET + str(path)[:200])) for path, value in overrides.items()
        ]
    else:
        pairs = [_pair(text) for text in overrides]
    for path, value in pairs:
        root = _set(root, path, value)
    return root


def _pair(text: str) -> tuple[str, Node]:
    path, equals, value = str(text).partition("=")
    path = path.strip()
    if equals and not path:
        raise ScenarioError(
            f"{SET}{str(text)[:60]}: names no field before the `=`; write `--set path=value`, for example `--set orders.cordon.delay='3 h'`"
        )
    if not equals:
        raise ScenarioError(f"{SET}{path[:200]}: has no `=`; write `--set path=value`, for example `--set orders.cordon.delay='3 h'`")
    if len(value) > MAX_SET_CHARACTERS or wrong_text(path) or wrong_text(value):
        raise ScenarioError(f"{SET}{path[:80]!a}: the value is too long, or holds characters that are not allowed")
    place = Place(SET + path)
    return path, placed(read_value(value.strip(), place.file), place)


def placed(node: Node, place: Place) -> Node:
    """The same values, all at one place (a line within a `--set`, or within a cell of a table, says nothing)."""
    if isinstance(node.value, dict):
        return Node({key: placed(child, place) for key, child in node.value.items()}, place, dict.fromkeys(node.keys, place))
    return Node([placed(child, place) for child in node.value] if isinstance(node.value, list) else node.value, place)


def _set(root: Node, text: str, value: Node) -> Node:
    place = Place(SET + text)
    path: Path = ()
    shape: Shape = ROOT
    for part in (parts := text.split(".")):
        node = find(root, path)
        assert node is not None
        last = len(path) == len(parts) - 1
        key = _key(node, shape, part, (*path, part), place, value if last else None)
        inner = step(shape, key, node)
        path = (*path, key)
        found = find(root, path)
        if not last and (found is None or found.value is None):
            root = replaced(root, path, _default(shape, str(key), node, place), place)
        shape = inner
    if value.value is None and path[:-1] == ORDERS and (order := find(root, path)) is not None and order.mapping is not None:
        return replaced(root, path, switched_off(order, place), place)
    return replaced(root, path, None if value.value is None else value, place)


def _key(node: Node, shape: Shape, part: str, path: Path, place: Place, value: Node | None) -> str | int:
    """`part` as a key of `node`, refused if it is not valid there; `value` is what is set, None on the way to it."""

    def wrong(what: str) -> ScenarioError:
        return refused([Problem(place, path, what)])

    if isinstance(node.value, list):
        if not part.isascii() or not part.isdigit() or len(part) > 9 or int(part) >= len(node.value):
            raise wrong(f"`{dotted(path[:-1])}` is a list; its entries are numbered 0 to {len(node.value) - 1}")
        return int(part)
    if node.mapping is None:
        if not (models(shape) or is_free(shape)):
            raise wrong(f"`{dotted(path[:-1])}` is a single value, it has no fields")
        raise wrong(f"`{dotted(path[:-1])}` is written as a single value here; set the whole of it")
    entries, names = node.mapping, field_names(shape, node)
    if part in entries or part in names:
        if value is not None and value.value is None and part not in entries:
            raise wrong("nothing is set there, so nothing can be removed")
        return part
    if is_free(shape):
        whole = value is not None and value.mapping is not None
        scalar = value is not None and value.value is not None and not models(step(shape, part, node))
        if whole or scalar:
            return part
        raise wrong(f"there is no `{part[:60]}`; {did_you_mean(part, entries)}")
    raise wrong(f"unknown field `{part[:60]}`; {did_you_mean(part, names)}")


def _default(shape: Shape, key: str, node: Node, place: Place) -> Node:
    """What stands at a field that was left out, so that one entry of it can be set without losing the others."""
    field = field_of(shape, key, node)
    default = field.get_default(call_default_factory=True) if field is not None else PydanticUndefined
    if field is None or field.annotation is None or default is PydanticUndefined or not isinstance(default, dict):
        return Node({}, place)
    written = TypeAdapter(field.annotation).dump_python(default, mode="json", by_alias=True, exclude_none=True)
    return from_python(written, place.file)
