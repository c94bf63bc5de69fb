"""Who is let go by a test: when their time is over a sample is taken; the negative go free, the positive stay as long again.

The books of one order are plain data in what it remembers (`Medical.memory`), so that checkpoints keep them.
"""

from __future__ import annotations

import heapq
from typing import Any, Final

BOOKS: Final = "held"


def open_books(kept: dict[str, Any]) -> None:
    """Begin the books of an order: `ends`, a queue of [second, id, row]; `until`, row -> the second that counts; `results`, a queue of
    [second, id, row, positive].
    """
    kept[BOOKS] = {"ends": [], "until": {}, "results": []}


def hold(kept: dict[str, Any], row: int, name: int, until: int) -> None:
    """Person `row` (id `name`) is to be tested at second `until`. A later moment replaces an earlier one."""
    books = kept[BOOKS]
    if until > books["until"].get(str(row), -1):
        books["until"][str(row)] = until
        heapq.heappush(books["ends"], [until, name, row])


def time_is_over(kept: dict[str, Any], now: int) -> list[int]:
    """Whose time is over (rows), in order of it, then of id; they are taken off the books."""
    books, found = kept[BOOKS], list[int]()
    while books["ends"] and books["ends"][0][0] <= now:
        until, _, row = heapq.heappop(books["ends"])
        if books["until"].get(str(row)) == until:
            del books["until"][str(row)]
            found.append(row)
    return found


def sampled(kept: dict[str, Any], row: int, name: int, at: int, positive: bool) -> None:
    """A sample of person `row` was taken; the result comes at second `at`."""
    heapq.heappush(kept[BOOKS]["results"], [at, name, row, int(positive)])


def results(kept: dict[str, Any], now: int) -> list[tuple[int, bool]]:
    """(row, positive) of results that have come."""
    books, found = kept[BOOKS], list[tuple[int, bool]]()
    while books["results"] and books["results"][0][0] <= now:
        _, _, row, positive = heapq.heappop(books["results"])
        found.append((row, bool(positive)))
    return found
