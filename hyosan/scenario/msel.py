"""A master scenario events list (MSEL) in a scenario: its rows become injects, or give orders at their moments.

The column `action` is for the machine:

    inject: false report zone="C2" count=20
    order: strike delay=6 h

A row without an action is a message. Whatever is wrong is told as `file:line: column: ...`. The files: `scenario/msel_file.py`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path as FilePath
from typing import Any, NamedTuple

from hyosan.errors import ScenarioError, UnitError
from hyosan.scenario.injects import KINDS, Inject
from hyosan.scenario.msel_file import MAX_ROWS, Row, read_rows
from hyosan.scenario.nearest import did_you_mean
from hyosan.scenario.overrides import placed
from hyosan.scenario.positions import Node, find
from hyosan.scenario.reading import read_value
from hyosan.units import DAY_SECONDS, Moment, say_clock

_SETTING = re.compile(r"(?:^|\s)([A-Za-z_][A-Za-z0-9_]*)=(?!=)")
_TOLD = ("from", "to", "means", "text", "expected")
_OWN_COLUMNS = ("at", "notes", *_TOLD)
"""Fields of an inject that are no settings of its action: they have columns of their own."""


class Action(NamedTuple):
    """What a row does: `inject`, `order` or `message`; of which kind, or which order; and its settings as text."""

    what: str
    name: str
    settings: dict[str, str]


def apply(root: Node, file: str | FilePath, begins: int = 0) -> Node:
    """The tree of a scenario with the rows of a list in it. `begins` is the second of the run from which on rows may come (of a fork).

    Raises ScenarioError, with file, line and column: no moment, one that is past, an unknown action, kind or order, one given twice.
    """
    start, date = _start_of(root)
    orders, injects = _entries(root, "orders"), _entries(root, "injects")
    known, given, named = dict(orders), dict[str, int](), dict[str, int]()
    for row in read_rows(file):
        moment = _moment(row, start, date, begins)
        action = parse_action(row)
        if action.what == "order":
            if action.settings.get("number", "1") != "1":
                continue  # given again by its own `repeat`: a record of what came of it
            name = _unquoted(action.settings.get("as", action.name))
            _once(row, name, given, "order")
            if "as" in action.settings and name in known:
                raise row.wrong("action", f"there is an order `{name}` already; choose another name after `as=`")
            orders[name] = _order(row, action, known, moment)
            if not _has_text(row, name):
                continue
            action = Action("message", "message", {"order": json.dumps(name)})
        name = _unquoted(action.settings.pop("name")) if "name" in action.settings else _unnamed(row, injects if begins else {})
        _once(row, name, named, "inject")
        injects[name] = _inject(row, action, moment)
    for part, entries in (("orders", orders), ("injects", injects)):
        if entries:
            root = _with_entries(root, part, entries)
    return root


def _with_entries(root: Node, part: str, entries: dict[str, Node]) -> Node:
    """The tree with these orders or injects; those that were there keep their places."""
    before = find(root, (part,))
    keys = {name: node.place for name, node in entries.items()} | (before.keys if before is not None else {})
    inner = Node(entries, before.place if before is not None else root.place, keys)
    return Node({**(root.mapping or {}), part: inner}, root.place, {**root.keys, part: root.keys.get(part, inner.place)})


def clock(second: int, start_clock_seconds: float) -> str:
    """A second of a run as a moment that is read back to the same second: `day 2 14:10`, with seconds if there are any."""
    seconds = int(second + start_clock_seconds) % DAY_SECONDS % 60
    return say_clock(second, start_clock_seconds) + (f":{seconds:02d}" if seconds else "")


def parse_action(row: Row) -> Action:
    """What the action of a row says. Raises ScenarioError: it is none, or names a kind that does not exist."""
    text = row.cells["action"]
    if not text:
        return Action("message", "message", {})
    what, colon, rest = (part.strip() for part in text.partition(":"))
    if what.lower() not in ("inject", "order") or not colon:
        hint = "begins with `inject:` or `order:`, or is left empty for a message"
        raise row.wrong("action", f"{text[:60]!r} is no action; it {hint}")
    name, settings = _settings(row, rest)
    if what.lower() == "order":
        return Action("order", _unquoted(name), settings)
    kind = "_".join(name.lower().split()).replace("-", "_")
    if kind not in KINDS:
        raise row.wrong("action", f"{name[:60]!r} is no kind of inject; {did_you_mean(kind, KINDS)}")
    return Action("inject", kind, settings)


def action_of(name: str, inject: Inject) -> str:
    """The action that a row of an inject has: `inject: false report name="rumour" count=20 zone="C2"`."""
    written = inject.model_dump(mode="json", by_alias=True, exclude_defaults=True, exclude_none=True)
    kind = str(getattr(inject, "do")).replace("_", " ")  # noqa: B009 - `do` is a field of each kind
    return " ".join(
        [f"inject: {kind}", *_written({"name": name} | {key: value for key, value in written.items() if key not in (*_OWN_COLUMNS, "do", "source")})]
    )


def action_of_order(name: str, order: Any, number: int) -> str:
    """The action of a row that gives an order: all of its settings, so that it says the whole order; `when` is the moment of the row."""
    if number > 1:
        return f"order: {name} number={number}"
    written = order.model_dump(mode="json", by_alias=True, exclude_defaults=True, exclude_none=True)
    return " ".join(
        [f"order: {name}", *_written({"do": order.do} | {key: value for key, value in written.items() if key not in ("when", "source", "do")})]
    )


def _written(settings: dict[str, Any]) -> Iterator[str]:
    """JSON is YAML, and its text has quotes: nothing can be misread."""
    for key, value in settings.items():
        yield f"{key}={json.dumps(value, ensure_ascii=False)}"


def _settings(row: Row, text: str) -> tuple[str, dict[str, str]]:
    """The words before the first setting, and each setting's value as text. A value ends where the next `name=` begins."""
    bare = _hidden(row, text)
    found = list(_SETTING.finditer(bare))
    settings: dict[str, str] = {}
    for number, one in enumerate(found):
        end = found[number + 1].start() if number + 1 < len(found) else len(text)
        if one[1] in settings:
            raise row.wrong("action", f"`{one[1]}` is given twice; remove one")
        settings[one[1]] = text[one.end() : end].strip()
    return text[: found[0].start() if found else len(text)].strip(), settings


def _hidden(row: Row, text: str) -> str:
    """The text with all that stands in quotes or brackets blanked out. Raises ScenarioError: one is not closed."""
    found, depth, quote, skip = list[str](), 0, "", False
    for letter in text:
        inside = bool(quote) or depth > 0
        if skip:
            skip = False
        elif quote:
            skip = letter == "\\" and quote == '"'
            quote = "" if letter == quote else quote
        elif letter in "\"'" and (not found or not found[-1].isalnum()):
            quote = letter
        elif letter in "{[":
            depth += 1
        elif letter in "}]":
            depth -= 1
        found.append("." if inside or quote or depth > 0 else letter)
    if quote or depth:
        raise row.wrong("action", f"a quote or bracket is not closed: {text[:60]!r}")
    return "".join(found)


def _unquoted(text: str) -> str:
    if len(text) > 1 and text[0] == text[-1] == '"':
        try:
            return str(json.loads(text))
        except ValueError:
            return text
    return text[1:-1] if len(text) > 1 and text[0] == text[-1] == "'" else text


def _start_of(root: Node) -> tuple[float, datetime | None]:
    """The clock time at the start and the date of day 1, as far as the scenario says them; what is wrong with them is told later."""
    start, date = find(root, ("time", "start")), find(root, ("time", "date"))
    try:
        clock = Moment(str(start.value)).seconds if start is not None else 0.0
        return clock, datetime.fromisoformat(str(date.value)) if date is not None and date.value else None
    except (UnitError, ValueError):
        return 0.0, None


def _moment(row: Row, start: float, date: datetime | None, begins: int) -> str:
    """The moment of a row in the words of a scenario."""
    text = row.cells["time"]
    if not text:
        raise row.wrong("time", 'is empty; write "day 2 14:00", or "36 h" after the start')
    if re.match(r"\d{4}-\d{2}-\d{2}", text):
        try:
            if date is None:
                raise row.wrong("time", f"{text[:40]!r} is a date, and the scenario has none of day 1 (`time.date`); write it as `day 2 14:00`")
            seconds = int((datetime.fromisoformat(text) - date).total_seconds())
        except (ValueError, TypeError):
            raise row.wrong("time", f"{text[:40]!r} is no date with a time of day, such as `2026-03-02 14:00`") from None
        if seconds < 0:
            raise row.wrong("time", f"{text[:40]!r} is before day 1")
        text = clock(seconds, 0)
    try:
        second = Moment(text).second(start)
    except UnitError as error:
        raise row.wrong("time", str(error)) from None
    if second < begins:
        told = f"the fork ({say_clock(begins, start)})" if begins else f"the start of the run ({say_clock(0, start)})"
        raise row.wrong("time", f"{text!r} is before {told}; remove the row, or give it a later moment")
    return text


def _unnamed(row: Row, taken: dict[str, Node]) -> str:
    """The name of an inject whose row gives none: `row 3`; in a fork `row 3-2` where a list before had such a row."""
    names = (row.name, *(f"{row.name}-{number}" for number in range(2, MAX_ROWS)))
    return next(name for name in names if name not in taken)


def _once(row: Row, name: str, lines: dict[str, int], what: str) -> None:
    if name in lines:
        hint = "; name the second one with `as=`, or let it `repeat`" if what == "order" else "; give one of them another `name=`"
        raise row.wrong("action", f"the {what} `{name[:60]}` is given twice, first in line {lines[name]}{hint}")
    lines[name] = row.line


def _has_text(row: Row, name: str) -> bool:
    """Whether a row that gives an order tells more than the order itself."""
    return bool(row.cells["to"] or row.cells["expected"] or row.notes or row.cells["text"] not in ("", name))


def _order(row: Row, action: Action, known: dict[str, Node], moment: str) -> Node:
    """The order of a row: the scenario's with settings changed, or (with `do=`) a whole one; given at the row's moment."""
    place = row.at("action")
    settings = {key: _value(row, value) for key, value in action.settings.items() if key not in ("as", "number")}
    if "when" in settings:
        raise row.wrong("action", "`when` is the moment of the row; leave it out")
    before = known[action.name].mapping if action.name in known else None
    if before is None and "do" not in settings:
        raise row.wrong("action", f"there is no order `{action.name[:60]}`; {did_you_mean(action.name, known)}")
    kept = {key: node for key, node in (before or {}).items() if "do" not in settings or key == "source"}
    entries = kept | settings | {"when": Node(f"time >= '{moment}'", row.at("time"))}
    return Node(entries, place, {key: node.place for key, node in entries.items()})


def _inject(row: Row, action: Action, moment: str) -> Node:
    entries = {"do": Node(action.name, row.at("action")), "at": Node(moment, row.at("time"))}
    entries |= {key: _value(row, value) for key, value in action.settings.items()}
    for key in action.settings:
        if key in (*_OWN_COLUMNS, "do"):
            raise row.wrong("action", f"`{key}` is no setting of an inject: the row says it elsewhere")
    entries |= {column: Node(row.cells[column], row.at(column)) for column in _TOLD if row.cells[column]}
    if row.notes:
        notes = {name: Node(text, row.at(name)) for name, text in row.notes.items()}
        entries["notes"] = Node(notes, row.at("notes"), {name: row.at(name) for name in notes})
    return Node(entries, row.at("action"), {key: node.place for key, node in entries.items()})


def _value(row: Row, text: str) -> Node:
    """A setting's value, read as YAML."""
    try:
        return placed(read_value(text, "action"), row.at("action"))
    except ScenarioError as error:
        raise row.wrong("action", f"{text[:60]!r}: {str(error).split(': ', 1)[-1]}") from None


def _entries(root: Node, part: str) -> dict[str, Node]:
    found = find(root, (part,))
    return dict(found.mapping or {}) if found is not None else {}
