"""The nearest valid name to a mistyped one, for the last words of an error message."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

LONGEST_WORD = 60
"""Longer words are cut before they are compared: the comparison takes time in the square of the length."""


def short(value: object) -> str:
    """`value` as text for a message: quoted if it is text, at most 60 characters."""
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, list | tuple):
        return "a list"
    if value is None:
        return "nothing"
    text = repr(value[:100]) if isinstance(value, str) else repr(value)
    if isinstance(value, bool):
        text = text.lower()
    return text if len(text) <= LONGEST_WORD else text[: LONGEST_WORD - 3] + "..."


def nearest(word: str, allowed: Iterable[str]) -> str | None:
    """The allowed name most like `word`, or None if none is near; upper and lower case count as near."""
    names = list(allowed)
    cut = word[:LONGEST_WORD]
    found = difflib.get_close_matches(cut, names, n=1, cutoff=0.6)
    if found:
        return found[0]
    lower = {name.lower(): name for name in names}
    found = difflib.get_close_matches(cut.lower(), list(lower), n=1, cutoff=0.6)
    return lower[found[0]] if found else None


def did_you_mean(word: str, allowed: Iterable[str]) -> str:
    """`did you mean `x`?` if a name is near, else the list of allowed names (at most 25)."""
    names = list(allowed)
    near = nearest(word, names)
    if near is not None:
        return f"did you mean `{near}`?"
    if not names:
        return "there are none to choose from"
    return f"allowed: {listed(names)}"


def nearest_some(word: str, allowed: Iterable[str]) -> str:
    """`; nearest: a, b, c`, the three of many names that are most like a word, even from afar; nothing if none is."""
    found = difflib.get_close_matches(word[:LONGEST_WORD], list(allowed), n=3, cutoff=0.3)
    return f"; nearest: {', '.join(found)}" if found else ""


def listed(names: Iterable[str]) -> str:
    """Names separated by commas, at most 25 of them."""
    all_names = list(names)
    return ", ".join(all_names[:25]) + (f", ... ({len(all_names)} in all)" if len(all_names) > 25 else "")
