"""The frame of every page that is written: head, style, footer, the libraries that draw pictures. One environment with its filters.

A page is a template that extends `frame.html`; it loads nothing from a network, and all text in it is escaped.
"""

from __future__ import annotations

import json
import shlex
from collections.abc import Callable, Mapping, Sequence
from importlib import resources
from typing import Any

HTML_NAME, JSON_NAME = "report.html", "report.json"
_LIBRARIES = ("vega.min.js", "vega-lite.min.js", "vega-embed.min.js")
Filter = Callable[..., Any]


def page(template: str, pictures: Sequence[Mapping[str, Any]] | None, filters: Mapping[str, Filter] | None = None, **values: Any) -> str:
    """A page from a template, named `ROOM/FILE` ("report/study.html"). `pictures` have an id, a title, a caption and a Vega-Lite specification;
    None = a page on which no script may run.
    """
    from jinja2 import Environment, FunctionLoader, StrictUndefined

    environment = Environment(loader=FunctionLoader(_source), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    environment.filters |= {
        "commas": commas,
        "quoted": shlex.quote,
        "number": number,
        "signed": signed,
        "share": lambda part: share(part, 1),
        **(filters or {}),
    }
    return environment.get_template(template).render(
        pictures=pictures,
        style=_source("report/page.css"),
        libraries=[_library(name) for name in _LIBRARIES] if pictures else [],
        specs=script_json({picture["id"]: picture["spec"] for picture in pictures or ()}),
        **values,
    )


def commas(value: float) -> str:
    """A number with its thousands set apart."""
    return f"{value:,}"


def number(value: float) -> str:
    """Four digits of a number, and all of those before the point."""
    return f"{value:,.4g}" if abs(value) < 9999.5 else f"{value:,.0f}"


def signed(value: float, digits: int = 0) -> str:
    """A number with its sign, and thousands set apart; nothing is 0, whatever was rounded away."""
    text = f"{abs(value):,.{digits}f}"
    return "0" if not any(digit in "123456789" for digit in text) else f"{'+' if value > 0 else '−'}{text}"


def share(part: float, whole: float) -> str:
    """`part` of `whole` in per cent, fit to read: never `0.0 %` for something."""
    if not whole:
        return "0 %"
    percent = 100 * part / whole
    if 0 < percent < 0.1:
        return "under 0.1 %"
    return "over 99.9 %" if 99.9 < percent < 100 else f"{percent:.1f} %"


def script_json(data: Any) -> str:
    """JSON that cannot end the script element it stands in, whatever text it holds."""
    text = json.dumps(data, ensure_ascii=True, allow_nan=False, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def json_bytes(data: Any) -> bytes:
    """An account as it is written beside its page."""
    return (json.dumps(data, indent=1, ensure_ascii=False, allow_nan=False) + "\n").encode()


def _source(name: str) -> str:
    room, _, file = name.partition("/")
    return resources.files(f"hyosan.{room}").joinpath(file).read_text(encoding="utf-8")


def _library(name: str) -> str:
    """A library's text without the note that would make a browser's tools look for its source map."""
    text = _source(f"report/static/{name}")
    return "\n".join(line for line in text.splitlines() if not line.startswith("//# sourceMappingURL"))
