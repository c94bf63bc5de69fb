"""What the models refuse, in plain words and at the place where it was written."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from hyosan.errors import UnitError
from hyosan.scenario.nearest import did_you_mean, listed, short
from hyosan.scenario.positions import Node, Path, Place, Problem, find, scalars
from hyosan.scenario.shape import ROOT, Shape, field_names, field_of, options, step
from hyosan.units import parse, write_duration

_PATTERNS = {
    r"^[A-Za-z][A-Za-z0-9_ -]*$": "must begin with a letter and hold only letters, digits, blanks, `_` and `-`",
    r"^\d{1,3}-\d{1,3}$": "must be a range of ages such as `15-18`",
    r"^[a-z0-9][a-z0-9-]{0,59}$": "must hold only small letters, digits and `-` (at most 60), such as `my-scenario`",
    r"^(fiction|uncalibrated|calibrated to .{1,200})$": "must be `fiction`, `uncalibrated` or `calibrated to ...`",
    r"^\d{4}-\d{2}-\d{2}$": "must be a date such as `2026-03-01`",
    r"^\s*day\s+1(\s+\d{1,2}:\d{2})?\s*$": "must be a time of day 1, such as `day 1 08:00`",
}
_UNIONS = {
    "edges": "must be pairs of person ids such as `[0, 1]` or `[0, 1, 2.5]` (with a weight), or the name of a CSV or Parquet file",
    "source": "must be text, or a mapping from field to text",
}
_BOUNDS = {
    "greater_than": ("gt", "more than"),
    "greater_than_equal": ("ge", "at least"),
    "less_than": ("lt", "less than"),
    "less_than_equal": ("le", "at most"),
}


def problems(error: ValidationError, root: Node) -> list[Problem]:
    """Everything that pydantic found, at the place of the value (unknown fields: of the key; missing ones: of the mapping)."""
    found: dict[Path, Problem] = {}
    unions: dict[Path, tuple[int, Problem]] = {}
    for details in error.errors(include_url=False):
        path, union, node = _located(details["loc"], root)
        if union is not None:
            length, problem = len(path), Problem(node.place, path, _UNIONS.get(str(union[-1]), _say(details, path, node, root)))
            if union not in unions or length > unions[union][0]:
                unions[union] = (length, problem)
            continue
        problem = _problem(details, path, node, root)
        found.setdefault(problem.path, problem)
    return [*found.values(), *(problem for _, problem in unions.values())]


def booleans(root: Node) -> list[Problem]:
    """`true` and `false` where a number or text is wanted (the models would take them for 1 and 0)."""
    found = []
    for path, node in scalars(root):
        if isinstance(node.value, bool) and (shape := _shape(path, root)) and bool not in shape:
            found.append(Problem(node.place, path, f"must not be {short(node.value)}; {_instead(options(shape))}"))
    return found


def _instead(allowed: list[str]) -> str:
    return f"allowed: {listed(allowed)}" if allowed else "write a number or text"


def _located(loc: tuple[int | str, ...], root: Node) -> tuple[Path, Path | None, Node]:
    """The field path of an error without the tags of unions, the path of a plain union in it, and the deepest node reached."""
    path: Path = ()
    union: Path | None = None
    node = root
    for index, part in enumerate(loc):
        inner = find(node, (part,))
        if inner is not None:
            path, node = (*path, part), inner
        elif index < len(loc) - 1 or (isinstance(part, str) and (("[" in part and part != "[key]") or part in ("str", "int", "float"))):
            plain_union = isinstance(part, str) and part != "[key]" and ("[" in part or part == "str")
            union = path if plain_union and union is None else union
    return path, union, node


def _problem(details: ErrorDetails, path: Path, node: Node, root: Node) -> Problem:
    kind, last = details["type"], details["loc"][-1] if details["loc"] else ""
    if kind == "missing":
        field = field_of(_shape(path, root), str(last), node)
        about = f" ({field.description})" if field is not None and field.description else ""
        return Problem(node.place, (*path, last), f"is missing; it must be given{about}")
    if kind == "extra_forbidden":
        parent = path[:-1]
        return Problem(_key_place(root, path), path, f"unknown field; {did_you_mean(str(last), _names(parent, root))}")
    if kind in ("union_tag_invalid", "union_tag_not_found"):
        field_path, allowed = _discriminator(details, path, root)
        given = find(root, field_path)
        if given is None:
            return Problem(node.place, field_path, f"is missing; allowed: {listed(allowed)}")
        hint = did_you_mean(str(given.value), allowed) if isinstance(given.value, str) else f"allowed: {listed(allowed)}"
        return Problem(given.place, field_path, f"{short(given.value)} is not allowed; {hint}")
    if last == "[key]":
        place = _key_place(root, path)
        if kind == "literal_error":
            return Problem(place, path, f"unknown name; {did_you_mean(str(path[-1]), _expected(details))}")
        return Problem(place, path, f"as a name {_say(details, path, node, root)}")
    return Problem(node.place, path, _say(details, path, node, root))


def _say(details: ErrorDetails, path: Path, node: Node, root: Node) -> str:
    kind, context = details["type"], details.get("ctx", {})
    if kind == "value_error":
        return str(context.get("error", details["msg"].removeprefix("Value error, ")))
    if node.value is None and kind not in ("too_short", "too_long"):
        return "has no value; give one, or remove the line"
    if kind == "literal_error":
        allowed = options(_shape(path, root)) or _expected(details)
        return f"{short(node.value)} is not allowed; {did_you_mean(node.value if isinstance(node.value, str) else '', allowed)}"
    if kind in _BOUNDS:
        name, words = _BOUNDS[kind]
        return f"{short(node.value)} is not allowed; must be {words} {_limit(context[name], node)}"
    if kind == "string_pattern_mismatch":
        shown = "" if details["loc"][-1] == "[key]" else f"{short(node.value)} is not allowed; "
        return shown + _PATTERNS.get(str(context["pattern"]), f"must match {context['pattern']}")
    if kind in _PHRASES:
        return _PHRASES[kind](node, context)
    message = details["msg"].removeprefix("Value error, ").replace("Input should be", "must be")
    return message[:1].lower() + message[1:]


def _quotes(node: Node) -> str:
    return "; put it in quotes" if isinstance(node.value, int | float) else ""


def _entries(node: Node, context: Mapping[str, Any], name: str, words: str) -> str:
    limit, found = context.get(name), context.get("actual_length")
    return f"must have {words} {limit} entr{'y' if limit == 1 else 'ies'}; it has {found if found is not None else 'more'}"


_PHRASES: dict[str, Callable[[Node, Mapping[str, Any]], str]] = {
    "string_type": lambda node, _: f"must be text, not {short(node.value)}{_quotes(node)}",
    "string_too_short": lambda node, _: "must not be empty",
    "string_too_long": lambda node, context: f"must be at most {context['max_length']} characters long",
    "string_unicode": lambda node, _: "must be text",
    "model_type": lambda node, _: f"must be a mapping (`field: value`), not {short(node.value)}",
    "model_attributes_type": lambda node, _: f"must be a mapping (`field: value`), not {short(node.value)}",
    "dict_type": lambda node, _: f"must be a mapping (`name: value`), not {short(node.value)}",
    "tuple_type": lambda node, _: f"must be a list, not {short(node.value)}",
    "list_type": lambda node, _: f"must be a list, not {short(node.value)}",
    "float_type": lambda node, _: f"must be a number, not {short(node.value)}",
    "float_parsing": lambda node, _: f"must be a number, not {short(node.value)}",
    "finite_number": lambda node, _: f"must be a finite number, not {short(node.value)}",
    "int_type": lambda node, _: f"must be a whole number, not {short(node.value)}",
    "int_parsing": lambda node, _: f"must be a whole number, not {short(node.value)}",
    "int_from_float": lambda node, _: f"must be a whole number, not {short(node.value)}",
    "int_parsing_size": lambda node, _: "must be a whole number of fewer digits",
    "bool_type": lambda node, _: f"must be true or false, not {short(node.value)}",
    "bool_parsing": lambda node, _: f"must be true or false, not {short(node.value)}",
    "too_short": lambda node, context: _entries(node, context, "min_length", "at least"),
    "too_long": lambda node, context: _entries(node, context, "max_length", "at most"),
    "missing": lambda node, _: "has too few entries",
}  # fmt: skip


def _limit(limit: Any, node: Node) -> str:
    """A bound as the user would write it: of durations with a unit."""
    if isinstance(node.value, str):
        try:
            parse(node.value, "duration")
            return write_duration(float(limit)) if limit >= 60 else f"{limit:g} s"
        except UnitError:
            pass
    return f"{limit:g}" if isinstance(limit, float) else str(limit)


def _expected(details: ErrorDetails) -> list[str]:
    text = str(details.get("ctx", {}).get("expected", ""))
    return [part.strip().strip("'") for part in text.replace(" or ", ", ").split(",") if part.strip()]


def _discriminator(details: ErrorDetails, path: Path, root: Node) -> tuple[Path, list[str]]:
    name = str(details["ctx"]["discriminator"]).strip("'") if details.get("ctx") else "do"
    node = find(root, path)
    bare = Node({}, node.place) if node is not None else None
    return (*path, name), options(step(_shape(path, root), name, bare))


def _shape(path: Path, root: Node) -> Shape:
    shape = ROOT
    for index, part in enumerate(path):
        shape = step(shape, part, find(root, path[:index]))
    return shape


def _names(path: Path, root: Node) -> list[str]:
    return field_names(_shape(path, root), find(root, path))


def _key_place(root: Node, path: Path) -> Place:
    parent = find(root, path[:-1])
    return parent.keys.get(str(path[-1]), parent.place) if parent is not None and path else root.place
