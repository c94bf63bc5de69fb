"""Is work done behind the ticks in order, are its errors heard of, and does nothing stay when nobody waits for it?"""

from __future__ import annotations

import gc
import threading
import time
import weakref

import pytest

from hyosan.engine import behind
from hyosan.engine.behind import PENDING, Behind


class Something:
    """Held by a piece of work."""


def threads() -> int:
    return sum(thread.name == "hyosan rows" for thread in threading.enumerate())


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(behind, "IDLE_SECONDS", 0.02)


def test_work_is_done_in_order_however_often_the_thread_ended_in_between() -> None:
    before, done, work = threads(), [], Behind()
    for number in range(60):
        work.do(lambda number=number: done.append(number))  # type: ignore[misc]
        if number % 20 == 19:
            time.sleep(0.1)
    work.wait()
    assert done == list(range(60))
    assert threads() == before


def test_a_thread_without_work_ends_and_holds_nothing() -> None:
    before, work, held = threads(), Behind(), Something()
    gone = weakref.ref(held)
    work.do(lambda held=held: None)  # type: ignore[misc]
    del held
    for _ in range(200):
        if threads() == before:
            break
        time.sleep(0.02)
    gc.collect()
    assert threads() == before
    assert gone() is None
    work.wait()


def test_errors_are_heard_of() -> None:
    def fail() -> None:
        raise OSError("the disk is full")

    work = Behind()
    work.do(fail)
    with pytest.raises(OSError, match="disk"):
        work.wait()
    work.do(lambda: None)
    work.wait()


def test_who_gives_too_much_waits() -> None:
    go, done, work = threading.Event(), [], Behind()
    work.do(lambda: done.append(go.wait(5)))
    for number in range(PENDING):
        work.do(lambda number=number: done.append(number))  # type: ignore[misc]
    late = threading.Thread(target=lambda: work.do(lambda: done.append("late")))
    late.start()
    time.sleep(0.05)
    assert done == []
    go.set()
    late.join(5)
    work.wait()
    assert done == [True, *range(PENDING), "late"]
