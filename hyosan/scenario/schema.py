"""The JSON Schema of scenario files, for editors: completion, hints, and unknown fields underlined while one types.

It is a little more generous than `load`: with `extends` any field may be left out, and `null` removes an entry.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from hyosan.scenario.root import Scenario

SCHEMA_FILE = Path(__file__).parent / "scenario.schema.json"
"""Where the schema is kept; `write_schema` renews it."""

_UNCERTAIN = {
    "type": "object",
    "description": "a number that nobody knows: a distribution; drawn once for each run of a study, its median elsewhere",
    "properties": {"uncertain": {"type": "object", "minProperties": 1}, "as": {"type": "string"}, "source": {"type": "string"}},
    "required": ["uncertain"],
    "additionalProperties": False,
}
_NUMBERS = ({"type": "number"}, {"type": "integer"}, {"type": ["string", "number"]})


def json_schema() -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of a scenario file."""
    required = [name for name, field in Scenario.model_fields.items() if field.is_required()]
    schema: dict[str, Any] = _generous(Scenario.model_json_schema(by_alias=True))
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    schema["title"] = "hyosan scenario"
    schema["$defs"]["Uncertain"] = _UNCERTAIN
    schema["properties"]["extends"] = {"type": "string", "description": "a library scenario, or a file below this one's folder"}
    schema["anyOf"] = [{"required": required}, {"required": ["extends"]}]
    return schema


def write_schema(path: Path = SCHEMA_FILE) -> Path:
    """Write the schema to `path` as text that is the same each time."""
    path.write_text(schema_text(), encoding="utf-8")
    return path


def schema_text() -> str:
    """The schema as JSON text."""
    return json.dumps(json_schema(), indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def _generous(node: Any) -> Any:
    """A copy that also takes `uncertain` for each number, `null` for each named entry, and fields left out."""
    if isinstance(node, list):
        return [_generous(item) for item in node]
    if not isinstance(node, dict):
        return node
    copy = {key: _generous(value) for key, value in node.items() if key not in ("required", "minProperties")}
    for name in ("additionalProperties", "patternProperties"):
        if isinstance(copy.get(name), dict):
            copy[name] = _or_null(copy[name]) if name == "additionalProperties" else {k: _or_null(v) for k, v in copy[name].items()}
    if {"type": copy.get("type")} in _NUMBERS:
        number = {key: copy.pop(key) for key in list(copy) if key not in ("title", "description", "default")}
        copy["anyOf"] = [number, {"$ref": "#/$defs/Uncertain"}]
    return copy


def _or_null(schema: dict[str, Any]) -> dict[str, Any]:
    return {"anyOf": [schema, {"type": "null"}]}
