"""What may stand at a field path: the models' own annotations, walked along a tree of values.

Serves `--set` (which names are valid here?), `uncertain` (is a whole number wanted?), error messages and the check of sources,
so that none of them repeats what the models say.
"""

from __future__ import annotations

import types
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from hyosan.scenario.positions import Node
from hyosan.scenario.root import Scenario

Shape = tuple[Any, ...]
"""The types that may stand at a place, unions taken apart: models, `dict[...]`, `tuple[...]`, `Literal[...]`, scalars."""

ROOT: Shape = (Scenario,)


def parts(annotation: Any) -> Shape:
    """An annotation taken apart: unions and `Annotated` opened, None left out."""
    origin = _origin(annotation)
    if origin is Annotated:
        return parts(get_args(annotation)[0])
    if origin is Union or origin is types.UnionType:
        return tuple(inner for option in get_args(annotation) for inner in parts(option))
    return () if annotation is type(None) else (annotation,)


def models(shape: Shape, node: Node | None = None) -> list[type[BaseModel]]:
    """The models in a shape; of orders only the one whose `do` the node names, if it names one."""
    found = [option for option in shape if isinstance(option, type) and issubclass(option, BaseModel)]
    do = (node.mapping or {}).get("do") if node is not None else None
    fitting = [model for model in found if do is not None and do.value in _literals(model.model_fields.get("do"))]
    return fitting or found


def field_names(shape: Shape, node: Node | None = None) -> list[str]:
    """Names of the fields that may stand in a mapping of this shape, as written in YAML."""
    names = [field.alias or name for model in models(shape, node) for name, field in model.model_fields.items()]
    return list(dict.fromkeys(names))


def is_free(shape: Shape) -> bool:
    """Whether a mapping of this shape takes any name (`orders`, `seeds`, `rates`, ...)."""
    return any(_origin(option) is dict for option in shape)


def field_of(shape: Shape, key: str, node: Node | None = None) -> FieldInfo | None:
    """The declaration of a field in a mapping of this shape."""
    for model in models(shape, node):
        for name, field in model.model_fields.items():
            if key == (field.alias or name):
                return field
    return None


def step(shape: Shape, key: str | int, node: Node | None = None) -> Shape:
    """The shape one step down; empty if nothing may stand there. `node` is the mapping or list stepped into."""
    found: list[Any] = []
    for model in models(shape, node):
        field = field_of((model,), str(key))
        found += parts(field.annotation) if field is not None else ()
    for option in shape:
        arguments = get_args(option)
        if _origin(option) is dict:
            found += parts(arguments[1])
        elif _origin(option) is tuple and isinstance(key, int):
            inner = arguments[:1] if arguments[-1] is Ellipsis else arguments[key : key + 1]
            found += [part for argument in inner for part in parts(argument)]
    return tuple(dict.fromkeys(found))


def options(shape: Shape) -> list[str]:
    """The texts that a choice allows, empty if it is not a choice."""
    return [str(value) for option in shape if _origin(option) is Literal for value in get_args(option)]


def _origin(annotation: Any) -> Any:
    return get_origin(annotation)


def _literals(field: FieldInfo | None) -> tuple[Any, ...]:
    return get_args(field.annotation) if field is not None and _origin(field.annotation) is Literal else ()
