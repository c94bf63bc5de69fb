"""Whether the numbers of a scenario are those of the rows that their sources name.

A source cites rows so that a program can open them: `data FILE COLUMN=VALUE ...: EXPRESSION UNIT`, up to a `;` or the end of the text,
for example `data epiparameter.csv index=64: mean days`. The files are excerpts in `library/data`. The expression is arithmetic over the
columns of the row. `{key}` in a value stands for the name of the field that is checked (an age band, a setting). Several files are given
as `FILE COLUMN=VALUE as NAME, FILE ...`, their columns then as `NAME.column`. Where several rows match, columns are lists, to be summed
up by `mean`, `sd`, `share(column, 'value')`. A number agrees if the cited one, rounded to as many digits as are written, is the same.
"""

from __future__ import annotations

import ast
import csv
import math
import operator
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path as FilePath
from typing import Any, Literal

from hyosan.errors import ScenarioError, UnitError
from hyosan.scenario.files import LIBRARY
from hyosan.scenario.positions import dotted
from hyosan.scenario.sources import Number, numbers
from hyosan.units import parse

DATA = LIBRARY / "data"
"""Excerpts of the data that library scenarios cite."""
Verdict = Literal["agrees", "DIFFERS", "CANNOT BE OPENED", "assumed", "chosen", "by definition", "not opened", "NO SOURCE"]
WRONG: tuple[Verdict, ...] = ("DIFFERS", "CANNOT BE OPENED", "NO SOURCE")
"""Verdicts that a library scenario may not have."""
_ROWS = r"[\w-]+\.csv(?: [\w-]+=(?:'[^']*'|[^\s:;,]+))*(?: as \w+)?"
_CITATION = re.compile(rf"\bdata (?P<rows>{_ROWS}(?:, {_ROWS})*): (?P<what>[^;]+?)\s*(?:;|$)")
_PAIR = re.compile(r"([\w-]+)=('[^']*'|[^\s:;,]+)")
_QUANTITY = re.compile(r"\s*(\d*\.?\d+(?:[eE][-+]?\d+)?)\s*(.*?)\s*")
_UNIT = re.compile(r"^(.*?)\s+(%|per [a-z]+|[a-z]+s|h|min)$")


@dataclass(frozen=True)
class Finding:
    """One number of a scenario held against its source."""

    field: str
    written: str
    cited: str
    """The rows cited, or the source where no row is."""
    value: str
    """What the rows say, in the unit of the number."""
    verdict: Verdict


def findings(path: str | FilePath) -> list[Finding]:
    """Each number of a scenario file with a verdict. Raises ScenarioError: the file cannot be read."""
    return [_judged(number) for number in numbers(path)]


def assumed_share(found: list[Finding]) -> tuple[int, int]:
    """How many numbers are assumed, and of how many that say something about the world.

    What is chosen for a run (its tick, its city, who is seeded) and what holds by definition says nothing about the world.
    """
    claims = [one for one in found if one.verdict not in ("chosen", "by definition")]
    return sum(one.verdict == "assumed" for one in claims), len(claims)


def _judged(number: Number) -> Finding:
    source, field = number.source or "", dotted(number.path)
    found = _CITATION.search(source)
    if found is None:
        kinds: tuple[Verdict, ...] = ("assumed", "chosen", "by definition")
        kind = next((kind for kind in kinds if source.startswith(kind)), "not opened" if source else "NO SOURCE")
        return Finding(field, number.written, source, "", kind)
    key = str(number.path[-1])
    rows = found["rows"].replace("{key}", key)
    try:
        value, unit = _cited(rows, found["what"].replace("{key}", key))
        same, text = _compare(number.written, value, unit)
    except (ScenarioError, UnitError, ValueError, ArithmeticError) as error:
        return Finding(field, number.written, rows, str(error), "CANNOT BE OPENED")
    return Finding(field, number.written, rows, text, "agrees" if same else "DIFFERS")


def _cited(rows: str, what: str) -> tuple[float, str]:
    """What an expression over cited rows gives, and its unit."""
    split = _UNIT.match(what)
    expression, unit = (split[1], split[2]) if split else (what, "")
    names: dict[str, Any] = {}
    for part in re.findall(_ROWS, rows):
        alias = part.rsplit(" as ", 1)[1] if " as " in part else None
        columns = _columns(part.split(" ")[0], dict(_PAIR.findall(part)))
        if alias:
            names[alias] = columns
        else:
            names |= columns
    value = _Arithmetic(names).number(expression)
    return value, unit


@lru_cache(maxsize=32)
def _table(name: str) -> tuple[dict[str, str], ...]:
    try:
        with (DATA / name).open(encoding="utf-8", newline="") as stream:
            return tuple(csv.DictReader(stream))
    except OSError as error:
        raise ScenarioError(f"library/data/{name}: {error.strerror}") from None


def _columns(name: str, wanted: dict[str, str]) -> dict[str, Any]:
    """Columns of the rows of a file that have all wanted values; single values if one row does."""
    table = _table(name)
    plain = {column: value.strip("'") for column, value in wanted.items()}
    if unknown := [column for column in plain if column not in table[0]]:
        raise ScenarioError(f"{name} has no column {unknown[0]!r}; it has {', '.join(table[0])}")
    rows = [row for row in table if all(row[column] == value for column, value in plain.items())]
    if not rows:
        raise ScenarioError(f"{name} has no row with {', '.join(f'{column}={value}' for column, value in plain.items())}")
    columns = {column: [_value(row[column]) for row in rows] for column in table[0]}
    return {column: values[0] for column, values in columns.items()} if len(rows) == 1 else columns


def _value(text: str) -> float | str | None:
    """A cell: a number, a date as days, nothing, or text."""
    if not text:
        return None
    try:
        return float(text)
    except ValueError:
        pass
    try:
        return float(date.fromisoformat(text).toordinal())
    except ValueError:
        return text


_OPERATORS: dict[type, Callable[[float, float], float]] = {
    ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv, ast.Pow: operator.pow,
}  # fmt: skip


def _mean(values: list[float | None]) -> float:
    known = [value for value in values if value is not None]
    return math.fsum(known) / len(known)


def _sd(values: list[float | None]) -> float:
    known = [value for value in values if value is not None]
    middle = math.fsum(known) / len(known)
    return math.sqrt(math.fsum((value - middle) ** 2 for value in known) / (len(known) - 1))


def _quantile(text: str, percent: float) -> float:
    """One of `5:2.2|95:12.4`."""
    return float(dict(pair.split(":") for pair in text.split("|"))[f"{percent:g}"])


_FUNCTIONS: dict[str, Callable[..., float]] = {
    "exp": math.exp, "log": math.log, "sqrt": math.sqrt, "gamma": math.gamma, "mean": _mean, "sd": _sd, "quantile": _quantile,
    "share": lambda column, value: sum(one == value for one in column) / len(column),
}  # fmt: skip


class _Arithmetic:
    """Evaluates an expression of numbers, columns, `+ - * / **` and a few functions; nothing else of Python."""

    def __init__(self, names: dict[str, Any]) -> None:
        self.names = names

    def number(self, text: str) -> float:
        """The value of an expression. Raises ScenarioError: not such an expression, or not a number."""
        try:
            value = self._of(ast.parse(text.strip(), mode="eval").body)
        except (SyntaxError, TypeError, KeyError) as error:
            raise ScenarioError(f"{text!r} cannot be computed: {error}") from None
        if not isinstance(value, float | int):
            raise ScenarioError(f"{text!r} is no number")
        return float(value)

    def _of(self, node: ast.expr) -> Any:
        match node:
            case ast.Constant(value=float() | int() | str()):
                return node.value
            case ast.Name(id=name):
                return self._named(self.names, name)
            case ast.Attribute(value=ast.Name(id=rows), attr=column):
                return self._named(self._named(self.names, rows), column)
            case ast.UnaryOp(op=ast.USub()):
                return -self._of(node.operand)
            case ast.BinOp() if type(node.op) in _OPERATORS:
                return self._both(_OPERATORS[type(node.op)], self._of(node.left), self._of(node.right))
            case ast.Call(func=ast.Name(id=name), keywords=[]) if name in _FUNCTIONS:
                return _FUNCTIONS[name](*(self._of(one) for one in node.args))
        raise ScenarioError(f"{ast.unparse(node)!r} is not allowed in a citation")

    @staticmethod
    def _named(names: dict[str, Any], name: str) -> Any:
        if name not in names:
            raise ScenarioError(f"the rows cited have no column {name!r}; they have {', '.join(names)}")
        if names[name] is None:
            raise ScenarioError(f"the column {name!r} is empty in the row cited")
        return names[name]

    def _both(self, what: Callable[[float, float], float], left: Any, right: Any) -> Any:
        if isinstance(left, list) or isinstance(right, list):
            length = len(left) if isinstance(left, list) else len(right)
            a, b = (value if isinstance(value, list) else [value] * length for value in (left, right))
            return [None if x is None or y is None else what(x, y) for x, y in zip(a, b, strict=True)]
        return what(left, right)


def _compare(written: str, value: float, unit: str) -> tuple[bool, str]:
    """Whether a number as written is a cited value rounded to as many digits; and that value in the unit of the number."""
    found = _QUANTITY.fullmatch(written)
    if found is None:
        raise ScenarioError(f"{written!r} is not one number")
    own_unit = found[2]
    scaled = value * _scale(unit) / _scale(own_unit)
    digits = found[1]
    mantissa, _, power = digits.lower().partition("e")
    places = len(mantissa.partition(".")[2]) - int(power or 0)
    own = float(digits)
    same = abs(own - scaled) <= 0.5000001 * 10.0**-places
    return same, f"{scaled:.6g} {own_unit}".strip()


def _scale(unit: str) -> float:
    """How much one of a unit is in base units; `` is 1."""
    if unit in ("", "%"):
        return 0.01 if unit == "%" else 1.0
    return parse(f"1 {unit}", "rate" if unit.startswith("per") else "duration")
