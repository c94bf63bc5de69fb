"""A scenario as YAML text with every value in it, defaults too.

Loading the text gives an equal scenario, also in a later version whose defaults differ.
"""

from __future__ import annotations

import re
from typing import Any

from hyosan.scenario.root import Scenario

_BARE = re.compile(r"[A-Za-z][A-Za-z0-9_./%()-]*(?: [A-Za-z0-9_./%()+*-]+)*|[0-9]+(?:\.[0-9]+)?(?:e[+-]?[0-9]+)? [A-Za-z%][A-Za-z /]*")
_WORDS = {"null", "true", "false"}
_INLINE = 100
"""Lists of values are written on one line up to so many characters."""


def dump(scenario: Scenario) -> str:
    """The scenario as YAML in block style, units in the values; `load(dump(s))` equals `s`, floats exactly.

    Only fields without a value are left out.
    """
    return as_yaml(plain(scenario))


def dump_of_run(scenario: Scenario) -> str:
    """What a run follows from: the same text without what sources claim of it, which decides nothing. Hashes of scenarios are made of it."""
    return dump(scenario if not scenario.claims else scenario.model_copy(update={"claims": {}}))


def as_yaml(values: dict[str, Any]) -> str:
    """Dicts, lists, text, numbers, true, false and null as YAML in block style; reading it gives the same values."""
    return "\n".join(_lines(values, 0)) + "\n"


def plain(scenario: Scenario) -> dict[str, Any]:
    """The scenario as dicts, lists, texts with units and numbers, as it would be written."""
    written: dict[str, Any] = scenario.model_dump(mode="json", by_alias=True, exclude_none=True)
    for name, order in written["orders"].items():
        written["orders"][name] = {"do": order["do"]} | order  # what is done reads best first
    for name, inject in written["injects"].items():
        written["injects"][name] = {"do": inject["do"]} | inject
    for name in ("objectives", "injects", "claims"):  # so that scenarios without them keep the hash they had before there were any
        if not written[name]:
            del written[name]
    if not written["city"]["cast"]:
        del written["city"]["cast"]
    return written


def _lines(value: dict[str, Any], indent: int) -> list[str]:
    lines = []
    for key, inner in value.items():
        lines += _entry(f"{' ' * indent}{_text(key)}:", inner, indent)
    return lines


def _entry(head: str, value: Any, indent: int) -> list[str]:
    if isinstance(value, dict) and value:
        return [head, *_lines(value, indent + 2)]
    if isinstance(value, list) and any(isinstance(item, dict) for item in value):
        return [head, *(line for item in value for line in _item(item, indent + 2))]
    inline = _inline(value)
    if isinstance(value, list) and len(inline) > _INLINE:
        return [head, *(f"{' ' * (indent + 2)}- {_inline(item)}" for item in value)]
    return [f"{head} {inline}"]


def _item(item: Any, indent: int) -> list[str]:
    inline = f"{' ' * indent}- {_inline(item)}"
    if not isinstance(item, dict) or not item or len(inline) <= _INLINE:
        return [inline]
    lines = _lines(item, indent + 2)
    return [f"{' ' * indent}- {lines[0].lstrip()}", *lines[1:]]


def _inline(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_text(key)}: {_inline(inner)}" for key, inner in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(_inline(item) for item in value) + "]"
    if isinstance(value, bool):
        return str(value).lower()
    if value is None:
        return "null"
    return _text(value) if isinstance(value, str) else repr(value)


def _text(text: str) -> str:
    """Text bare where nothing can misread it, else in double quotes."""
    if _BARE.fullmatch(text) and text.lower() not in _WORDS and len(text) < 200:
        return text
    return '"' + "".join(_escaped(character) for character in text) + '"'


def _escaped(character: str) -> str:
    if character in '"\\':
        return "\\" + character
    if character == "\n":
        return "\\n"
    if character.isprintable():
        return character
    code = ord(character)
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
