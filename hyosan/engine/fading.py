"""Shares that fade by halves, in integers."""

from __future__ import annotations


def faded(part: int, halves_in: float | None, seconds: int) -> int:
    """A share (any unit) that halves every so long, after so many seconds; straight between halvings."""
    if halves_in is None:
        return part
    half = max(1, round(halves_in))
    whole, rest = divmod(max(0, seconds), half)
    part >>= min(whole, 62)
    return part - part * rest // (2 * half)
