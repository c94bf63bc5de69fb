"""`Device` runs the loops over people and places: the processor, on so many threads, or a graphics card."""

from __future__ import annotations

from typing import Any, NamedTuple, Self

from hyosan.backend import default_threads, use_threads
from hyosan.engine.cpu import Processor
from hyosan.errors import ScenarioError


class Device(NamedTuple):
    """What runs the loops of a tick, and on how many threads of the processor the rest runs."""

    loops: Any
    threads: int

    @classmethod
    def of(cls, name: str = "cpu", threads: int | None = None) -> Self:
        """The device of a name; `threads` None = all cores. Raises ScenarioError: there is no such device, or no such number."""
        use = use_threads(threads_of(threads))
        if name == "cpu":
            return cls(Processor(use), use)
        if name == "cuda":
            from hyosan.engine.cuda import Cuda

            return cls(Cuda(), use)
        raise ScenarioError(f"--device: {name!r} is no device; allowed: cpu, cuda")


def threads_of(given: int | None) -> int:
    """A number of threads; None = all cores. Raises ScenarioError: not a whole number from 1 on."""
    if given is None:
        return default_threads()
    if isinstance(given, bool) or not isinstance(given, int) or given < 1:
        raise ScenarioError(f"threads: {given!r} is not a number of threads; a whole number from 1 on is needed, or None for all cores")
    return given
