"""Values of an answer's JSON, read strictly: what is of another kind is told and not converted."""

from __future__ import annotations

import math
from typing import Any


def text(value: Any) -> str:
    """A text. Raises ValueError: anything else."""
    if not isinstance(value, str):
        raise ValueError(f"{str(value)[:60]!r} is no text")
    return value


def whole(value: Any) -> int:
    """A whole number. Raises ValueError: anything else."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise ValueError(f"{str(value)[:60]!r} is no whole number")
    return value


def number(value: Any) -> float:
    """A finite number. Raises ValueError: anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise ValueError(f"{str(value)[:60]!r} is no number")
    return float(value)


def yes(value: Any) -> bool:
    """True or false. Raises ValueError: anything else."""
    if not isinstance(value, bool):
        raise ValueError(f"{str(value)[:60]!r} is neither true nor false")
    return value
