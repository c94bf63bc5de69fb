"""From the text of a condition to its parsed form: recursive descent over words and signs, nothing evaluated as Python."""

from __future__ import annotations

import re
from collections.abc import Callable
from fractions import Fraction
from typing import NamedTuple

from hyosan.errors import ScenarioError, UnitError
from hyosan.scenario.condition_words import FLAGS, KNOWN_NAMES, SIGNS, TIME_NAMES, Part
from hyosan.scenario.nearest import did_you_mean
from hyosan.units import Moment
from hyosan.units import parse as parse_quantity

MAX_CHARACTERS = 500
MAX_WORDS = 120
MAX_PARENTHESES = 20

_SECONDS = {"hours": 3600, "days": 86_400, "seconds": 1}
_TOKEN = re.compile(
    r"\s*(?:(?P<number>\d{1,15}(?:\.\d{1,15})?|\.\d{1,15})(?:\s*(?P<unit>%|[a-z]+(?![\w.])))?"
    r"|(?P<quote>'[^']*'|\"[^\"]*\")|(?P<sign>>=|<=|==|!=|[-+*()<>])|(?P<name>[A-Za-z_]\w*(?:-[A-Za-z]\w*)*(?:\.\w+)*))"
)
_KEYWORDS = ("and", "or", "not", "always", "never")
_TIME_UNITS = ("s", "second", "seconds", "min", "minute", "minutes", "h", "hour", "hours", "d", "day", "days", "week", "weeks")


def parse_condition(text: str, known: dict[str, str], start_clock_seconds: float) -> tuple[Part, frozenset[str]]:
    """The parsed form of `text`, and the names in it; `known` are the names that may stand in it.

    Raises ScenarioError: not a condition, an unknown name, units that do not fit, too long.
    """
    if len(text) > MAX_CHARACTERS:
        raise ScenarioError(f"a condition of {len(text)} characters; write at most {MAX_CHARACTERS}")
    parser = _Parser(text, known, start_clock_seconds)
    return parser.whole(), frozenset(parser.names)


class _Token(NamedTuple):
    kind: str
    text: str
    at: int
    unit: str = ""


class _Parser:
    """Reads one condition, loosest first: or, and, not, comparison, sum, product, single. `names` are those it met."""

    def __init__(self, text: str, known: dict[str, str], start: float) -> None:
        self.known, self.start, self.names = known, start, set[str]()
        self.tokens = _tokens(text, known)
        self.position = self.depth = 0
        if len(self.tokens) > MAX_WORDS:
            raise ScenarioError(f"a condition of {len(self.tokens)} words and signs; write at most {MAX_WORDS}")

    def whole(self) -> Part:
        """The whole condition; raises ScenarioError if anything is left over."""
        if not self.tokens:
            raise ScenarioError("an empty condition; write `always` or `never`, or compare a name: `reported.turned >= 1`")
        part = self.truth(self.either())
        if self.position < len(self.tokens):
            raise self.wrong("does not belong there; join two conditions with `and` or `or`")
        return part

    def either(self) -> Part:
        return self.joined("or", lambda: self.joined("and", self.negation))

    def joined(self, word: str, inner: Callable[[], Part]) -> Part:
        parts = [inner()]
        while self.take(word):
            parts.append(inner())
        return parts[0] if len(parts) == 1 else Part(word, tuple(self.truth(part) for part in parts))

    def negation(self) -> Part:
        count = 0
        while self.take("not"):
            count += 1
        inner = self.comparison()
        return inner if count == 0 else Part("not" if count % 2 else "yes", (self.truth(inner),))

    def comparison(self) -> Part:
        parts, signs = [self.sum()], list[str]()
        while self.peek() in SIGNS:
            signs.append(self.next().text)
            parts.append(self.sum())
        if not signs:
            return parts[0]
        unit = self.common([part.unit for part in parts])
        return Part("compare", tuple(_in_unit(part, unit) for part in parts), text=" ".join(signs))

    def sum(self) -> Part:
        result = self.product()
        while self.peek() in ("+", "-"):
            sign = self.next().text
            other = self.product()
            unit = self.common([result.unit, other.unit])
            result = Part(sign, (_in_unit(result, unit), _in_unit(other, unit)), unit=unit)
        return result

    def product(self) -> Part:
        result = self.single()
        while self.take("*"):
            other = self.single()
            if "truth" in (result.unit, other.unit) or "number" not in (result.unit, other.unit):
                raise self.wrong("multiplies two names; one side of `*` must be a bare number", back=1)
            unit = other.unit if result.unit == "number" else result.unit
            result = Part("*", (result, other), unit=unit)
        return result

    def single(self) -> Part:
        token = self.next()
        if token.kind == "number":
            return _number(token)
        if token.kind == "quote":
            return self.moment(token)
        if token.text == "-":
            inner = self.single()
            if inner.unit == "truth":
                raise self.wrong("is not a number", back=1)
            return Part("negative", (inner,), unit=inner.unit)
        if token.text == "(":
            self.depth += 1
            if self.depth > MAX_PARENTHESES:
                raise self.wrong("too many parentheses", back=1)
            inner = self.either()
            if not self.take(")"):
                raise self.wrong("a `)` is missing")
            self.depth -= 1
            return inner
        if token.text in ("always", "never"):
            return Part(token.text)
        if token.kind != "name" or token.text in _KEYWORDS:
            raise self.wrong("a name or a number is missing before this", back=1)
        return self.name(token)

    def name(self, token: _Token) -> Part:
        if token.text not in self.known:
            raise self.wrong(f"is not a name that is known; {did_you_mean(token.text, self.known)}", back=1)
        self.names.add(token.text)
        attribute = token.text.rpartition(".")[2] if token.text not in KNOWN_NAMES else ""
        unit = "hours" if attribute == "hours" else TIME_NAMES.get(token.text, "count")
        return Part("name", text=token.text, unit="number" if token.text in ("day", "hour") else unit)

    def moment(self, token: _Token) -> Part:
        try:
            seconds = Moment(token.text[1:-1]).second(self.start)
        except UnitError as error:
            raise ScenarioError(f"{error} (character {token.at + 1} of the condition)") from None
        return Part("number", value=Fraction(seconds), text=token.text[1:-1], unit="seconds")

    def common(self, units: list[str]) -> str:
        found = set(units) - {"number"}
        if "truth" in found:
            raise self.wrong("compares or adds a condition, not a number; use `and`, `or`, `not`", back=1)
        if "count" in found and len(found) > 1:
            raise self.wrong("mixes a time with a number of something; compare like with like", back=1)
        if len(found) > 1:
            return "seconds"
        return next(iter(found), "number")

    def truth(self, part: Part) -> Part:
        flag = part.do == "name" and part.text not in KNOWN_NAMES and part.text.rpartition(".")[2] in FLAGS
        if part.unit == "truth" or flag:
            return part
        raise self.wrong("is a number, not a condition; compare it, for example `>= 1`", back=1)

    def peek(self) -> str:
        return self.tokens[self.position].text if self.position < len(self.tokens) else ""

    def take(self, text: str) -> bool:
        found = self.peek() == text
        self.position += found
        return found

    def next(self) -> _Token:
        if self.position >= len(self.tokens):
            raise ScenarioError("the condition breaks off; a name or a number is missing at its end")
        self.position += 1
        return self.tokens[self.position - 1]

    def wrong(self, what: str, back: int = 0) -> ScenarioError:
        token = self.tokens[max(0, min(self.position - back, len(self.tokens) - 1))]
        return ScenarioError(f"{token.text[:60]!r} {what} (character {token.at + 1} of the condition)")


def _tokens(text: str, known: dict[str, str]) -> list[_Token]:
    """Words and signs. Known names go first, longest first, since names of orders may hold blanks and `-`."""
    spaced = [name for name in known if name not in KNOWN_NAMES and not name.replace(".", "_").isidentifier()]
    special = re.compile("|".join(re.escape(name) + r"(?![\w.])" for name in sorted(spaced, key=len, reverse=True)) or r"(?!)")
    tokens, at = list[_Token](), 0
    while at < len(text.rstrip()):
        at += len(text[at:]) - len(text[at:].lstrip())
        if found := special.match(text, at):
            tokens.append(_Token("name", found[0], at))
        elif found := _TOKEN.match(text, at):
            kind = next(name for name in ("number", "quote", "sign", "name") if found[name] is not None)
            unit = found["unit"] or ""
            if unit in _KEYWORDS:  # `3 and ...`: the word is not a unit
                tokens.append(_Token("number", found["number"], at))
                at = found.start("unit")
                continue
            tokens.append(_Token(kind, found[kind], at, unit))
        elif text[at] == "=":
            raise ScenarioError(f"`=` at character {at + 1} of the condition; to compare write `==`")
        else:
            raise ScenarioError(f"{text[at]!r} at character {at + 1} cannot stand in a condition; see the names and signs in the documentation")
        at = found.end()
    return tokens


def _number(token: _Token) -> Part:
    value = Fraction(token.text)
    if not token.unit:
        return Part("number", value=value, text=token.text, unit="number")
    if token.unit == "%":
        return Part("number", value=value / 100, text=f"{token.text} %", unit="number")
    if token.unit not in _TIME_UNITS:
        where = f"(character {token.at + 1} of the condition)"
        raise ScenarioError(f"{token.unit!r} is not a unit of time {where}; {did_you_mean(token.unit, _TIME_UNITS)}")
    scale = Fraction(int(parse_quantity(f"1 {token.unit}", "duration")))
    return Part("number", value=value * scale, text=f"{token.text} {token.unit}", unit="seconds")


def _in_unit(part: Part, unit: str) -> Part:
    """`part` in the unit of the whole; a bare number takes it, and says so."""
    if part.unit == "number" and part.do == "number" and unit in ("hours", "days"):
        return part._replace(text=f"{part.text} {unit}", unit=unit)
    if unit == "seconds" and part.unit == "number" and part.value != 0:
        raise ScenarioError(f"{part.text or 'a number'} has no unit beside times in other units; write one, for example `3 days`")
    if unit == "seconds" and part.unit in ("hours", "days"):
        return Part("scale", (part,), value=Fraction(_SECONDS[part.unit]), unit="seconds")
    return part
