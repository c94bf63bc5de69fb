"""The little language of conditions on the columns of a table: `kind=killed`, `second<=3600`, `zone=C4|C5`. `results/rows.py` picks rows by it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

from hyosan.errors import CommandError
from hyosan.scenario.nearest import did_you_mean

ORDERING = ("<", ">", "<=", ">=")
"""Signs that compare numbers."""
_CONDITION = re.compile(r"([a-z_]+)\s*(<=|>=|!=|=|<|>)\s*(.*)", re.DOTALL)
_SPLIT = re.compile(r"(?<!\\)\|")


class RowCondition(NamedTuple):
    """A condition: a column, a sign, and its values (several only after `=` and `!=`), as numbers too where the column holds such."""

    column: str
    sign: str
    values: tuple[str, ...]
    numbers: tuple[int, ...] = ()


def row_condition(table: str, text: str, numeric: Mapping[str, bool]) -> RowCondition:
    r"""A condition on rows of a table, given its columns and which of them hold numbers; `\|` is a `|` within a value.

    Raises CommandError: it is none, there is no such column or kind of event, or names are compared by size.
    """
    parts = _CONDITION.fullmatch(text.strip())
    if parts is None:
        raise CommandError(f"{text!r} is no condition; write one as kind=killed, second<=3600 or zone=C4|C5.")
    column, sign, value = parts.groups()
    if column not in numeric:
        raise CommandError(f"{column!r} is no column of {table}; {did_you_mean(column, numeric)}")
    if sign in ORDERING and not numeric[column]:
        raise CommandError(f"{text!r}: {column} holds names; these are only compared by = and !=.")
    values = (value,) if sign in ORDERING else tuple(re.sub(r"\\(.)", r"\1", one) for one in _SPLIT.split(value))
    if numeric[column]:
        return RowCondition(column, sign, values, tuple(_whole(one, text) for one in values))
    if (table, column) == ("events", "kind"):
        from hyosan.tables import EVENT_KINDS  # reads Arrow, which most scenarios are checked without

        if (unknown := next((one for one in values if one not in EVENT_KINDS), None)) is not None:
            raise CommandError(f"{text!r}: {unknown!r} is no kind of event; {did_you_mean(unknown, EVENT_KINDS)}")
    return RowCondition(column, sign, values)


def _whole(value: str, text: str) -> int:
    try:
        number = int(value.replace(",", "").replace("_", ""))
    except ValueError:
        number = 1 << 63
    if not -(1 << 63) <= number < 1 << 63:
        raise CommandError(f"{text!r}: {value!r} is no whole number; this column holds whole numbers.")
    return number
