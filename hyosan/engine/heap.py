"""Binary heaps of people inside one segment of a scratch row, ordered by a mark and, for equal marks, by person id."""

from __future__ import annotations

from typing import Any

from hyosan.backend import inner


@inner
def _before(marks: Any, ids: Any, i: int, j: int) -> bool:
    if marks[i] != marks[j]:
        return bool(marks[i] < marks[j])
    return bool(ids[i] < ids[j])


@inner
def sift_down(heap: Any, start: int, size: int, at: int, marks: Any, ids: Any) -> None:
    """Restore the order below position `at` of heap[start : start + size]."""
    while True:
        child = 2 * at + 1
        if child >= size:
            return
        if child + 1 < size and _before(marks, ids, heap[start + child + 1], heap[start + child]):
            child += 1
        if not _before(marks, ids, heap[start + child], heap[start + at]):
            return
        heap[start + at], heap[start + child] = heap[start + child], heap[start + at]
        at = child


@inner
def push(heap: Any, start: int, size: int, person: int, marks: Any, ids: Any) -> int:
    """Add a person; gives the new size."""
    at = size
    heap[start + at] = person
    while at > 0:
        up = (at - 1) // 2
        if not _before(marks, ids, heap[start + at], heap[start + up]):
            break
        heap[start + at], heap[start + up] = heap[start + up], heap[start + at]
        at = up
    return size + 1


@inner
def pop(heap: Any, start: int, size: int, marks: Any, ids: Any) -> int:
    """Take the first person off; gives the new size."""
    heap[start] = heap[start + size - 1]
    sift_down(heap, start, size - 1, 0, marks, ids)
    return size - 1


@inner
def remove(heap: Any, start: int, size: int, person: int, marks: Any, ids: Any) -> int:
    """Take a person out of heap[start : start + size], wherever they are; gives the new size."""
    at = 0
    while at < size and heap[start + at] != person:
        at += 1
    if at == size:
        return size
    heap[start + at] = heap[start + size - 1]
    if at < size - 1:
        push(heap, start, at, heap[start + at], marks, ids)
        sift_down(heap, start, size - 1, at, marks, ids)
    return size - 1
