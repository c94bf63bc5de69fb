"""`fitted.yaml`: the scenario with fitted numbers in place of the uncertain ones, each saying what it was fitted to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hyosan.scenario.dump import as_yaml
from hyosan.scenario.positions import Node, find, from_python, plain
from hyosan.scenario.shape import ROOT, Shape, field_names, is_free, models, step
from hyosan.scenario.uncertain import Parameter

Steps = tuple[str | int, ...]


def fitted_scenario(
    tree: Mapping[str, Any], parameters: tuple[Parameter, ...], values: Mapping[str, float], sources: Mapping[str, str], status: str
) -> str:
    """The text of a scenario that extends `scenario.yaml`: for each parameter its value (in the unit of its prior) and source, by key.

    A list on the way to a number is written whole, since lists are replaced when a scenario extends another.
    """
    root = from_python(dict(tree))
    written: dict[str, Any] = {
        "name": f"{str(tree['name'])[:53].rstrip('-')}-fitted",
        "extends": "scenario.yaml",
        "title": f"{tree.get('title') or tree['name']}, fitted",
        "status": status,
    }
    for one in parameters:
        for path in one.paths:
            steps = _steps(root, path)
            lists = [number for number, part in enumerate(steps) if isinstance(part, int)]
            whole = steps[: lists[0]] if lists else ()
            if whole and _at(written, whole) is None:
                found = find(root, whole)
                assert found is not None
                _put(written, whole, plain(found))
            _put(written, steps, one.written(values[one.key]))
            block, field = _block(root, steps)
            _put_source(written, root, block, field, sources[one.key])
    return as_yaml(written)


def _steps(root: Node, path: str) -> Steps:
    """A dotted path with the positions in lists as numbers; names may hold dots of their own, so it is walked along the tree."""
    found: list[str | int] = []
    node, rest = root, path
    while rest:
        if isinstance(node.value, list):
            head, _, rest = rest.partition(".")
            found.append(int(head))
            node = node.value[int(head)]
            continue
        entries = node.mapping or {}
        fitting = [name for name in entries if rest == name or rest.startswith(f"{name}.")]
        head = max(fitting, key=len)
        found.append(head)
        node, rest = entries[head], rest[len(head) + 1 :]
    return tuple(found)


def _block(root: Node, steps: Steps) -> tuple[Steps, str]:
    """The innermost block around a number that can say its `source`, and the name of the number in it."""
    shape: Shape = ROOT
    node: Node = root
    best = 0
    for depth, part in enumerate(steps):
        if models(shape, node) and not is_free(shape) and "source" in field_names(shape, node) and node.mapping is not None:
            best = depth
        shape = step(shape, part, node)
        inner = find(node, (part,))
        assert inner is not None
        node = inner
    return steps[:best], ".".join(str(part) for part in steps[best:])


def _put_source(written: dict[str, Any], root: Node, block: Steps, field: str, text: str) -> None:
    """Add the source of one number to those of its block. What was one text for the block becomes one for each other number in it."""
    before = _at(written, (*block, "source"))
    if before is None and (there := find(root, (*block, "source"))) is not None:
        before = plain(there)
    if isinstance(before, str):
        here = find(root, block)
        names: list[str] = []
        parts = field.split(".")
        for depth, part in enumerate(parts):  # beside the number, and beside each part of the way to it
            beside = (here.mapping or {}) if here is not None else {}
            names += [".".join([*parts[:depth], name]) for name in beside if name not in ("source", part)]
            here = beside.get(part)
        before = dict.fromkeys(names, before)
    _put(written, (*block, "source"), {**(before or {}), field: text})


def _at(tree: Any, steps: Steps) -> Any:
    for part in steps:
        try:
            tree = tree[part]
        except (KeyError, IndexError, TypeError):
            return None
    return tree


def _put(tree: Any, steps: Steps, value: Any) -> None:
    for part in steps[:-1]:
        if isinstance(part, str) and part not in tree:
            tree[part] = {}
        tree = tree[part]
    tree[steps[-1]] = value
