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
        """The device of a name; `threads` None = all cores. Raises ScenarioError: there is no such device."""
        use = use_threads(threads or default_threads())
        if name == "cpu":
            return cls(Processor(use), use)
        if name == "cuda":
            from hyosan.engine.cuda import Cuda

            return cls(Cuda(), use)
        raise ScenarioError(f"--device: {name!r} is no device; allowed: cpu, cuda")
