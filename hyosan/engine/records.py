"""Tables of the engine: arrays of records of int64, packed, or so laid out that a record costs as few lines of the cache as it can."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

import numpy as np

LINE: Final = 64
"""Bytes that a processor fetches at once."""


def records(columns: Iterable[str], count: int) -> Any:
    """An array of `count` records of int64 with these columns, all 0. Memory that is never touched is never really taken."""
    return np.zeros(count, dtype=np.dtype((np.record, [(name, np.int64) for name in columns])))


def lines(columns: Iterable[str], count: int, **values: Any) -> Any:
    """As `records`, each record in whole lines of its own: for records that are met one by one, in any order. `values` fill columns by name."""
    names = list(columns)
    size = -(-8 * len(names) // LINE) * LINE
    layout = {"names": names, "formats": [np.int64] * len(names), "offsets": [8 * k for k in range(len(names))], "itemsize": size}
    raw = np.zeros(count * size + LINE, dtype=np.uint8)
    start = -raw.ctypes.data % LINE
    made = raw[start : start + count * size].view(np.dtype((np.record, layout)))
    for name, value in values.items():
        made[name] = value
    return made
