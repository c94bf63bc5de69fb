"""Loops of a tick on a CUDA device: the same bodies as `engine/cpu.py`, one thread per item, so the same bytes.

The state stays on the host, where orders, moves and settling happen. Around each kernel what it reads goes to the device, and what it
writes (rows of people and of `travel`, and who was infected) comes back; the world, the rulebook and scratch stay there. So this is right
before it is fast: a device pays off where one tick has very many who are awake, fight or are exposed. Under Numba's CUDA simulator
(`NUMBA_ENABLE_CUDASIM=1`) the same kernels run without a device; bodies must then be plain Python (`HYOSAN_PLAIN=1`).
"""

from __future__ import annotations

import importlib
import importlib.util
from typing import Any, Final

import numba

from hyosan.backend import PLAIN
from hyosan.engine.arena import resolve_arena
from hyosan.engine.cpu import add_up_few, exert_few, follow_few
from hyosan.engine.exposure import expose_one
from hyosan.engine.minds import choose_one
from hyosan.engine.rulebook import Floor, Rulebook
from hyosan.engine.state import C_ARENAS, C_AWAKE, C_CANDIDATES, State
from hyosan.errors import ResourceError
from hyosan.handles import plain

cuda: Any
try:
    cuda = importlib.import_module("numba.cuda")
except ImportError:  # a Numba without CUDA of its own, and no numba-cuda
    cuda = None

BLOCK: Final = 64
"""Threads of a block (assumed: bodies use many registers, so blocks are small)."""
SCRATCH: Final = ("heaps", "lists", "words")
"""Parts of the state that only kernels use: they are never copied."""
WRITTEN: Final = ("people", "travel", "candidates", "reserves", "ease")
"""Parts of the state that the kernels write for the host."""


class Cuda:
    """The loops of a tick, on a CUDA device. Raises ResourceError: numba-cuda, a device or its driver is missing."""

    def __init__(self) -> None:
        _require_device()
        self._choose, self._resolve, self._expose = (cuda.jit(kernel) for kernel in (choose_kernel, resolve_kernel, expose_kernel))
        self._constants: tuple[Any, Any] | None = None
        self._copies: tuple[Any, Any] = (None, None)
        self._scratch: dict[str, Any] = {}

    def choose(self, s: Any, g: Any, b: Any, tick: int) -> None:
        """Everybody awake chooses."""
        self._launch(self._choose, s, g, b, tick, int(s.count[C_AWAKE]))

    def resolve(self, s: Any, g: Any, b: Any, tick: int) -> None:
        """All arenas are resolved. Fights across links were resolved before, in one queue."""
        if not b.one[0].bite_links:
            self._launch(self._resolve, s, g, b, tick, int(s.count[C_ARENAS]))

    def follow(self, s: Any, g: Any, b: Any, tick: int) -> None:
        """Infected people are looked for where their routine leads: on the host."""
        follow_few(s, g, b, tick)

    def exert(self, s: Any, g: Any, b: Any, tick: int) -> None:
        """Everybody infectious exposes: on the host."""
        exert_few(s, g, b, tick)

    def add_up(self, s: Any, g: Any, b: Any) -> None:
        """What is exerted makes fields of places: on the host."""
        add_up_few(s, g, b)

    def expose(self, s: Any, g: Any, b: Any, tick: int) -> None:
        """Everybody exposed spends their reserve."""
        self._launch(self._expose, s, g, b, tick, int(s.count[C_CANDIDATES]))

    def _launch(self, kernel: Any, s: State, g: Floor, b: Rulebook, tick: int, items: int) -> None:
        """Run a kernel over `items` items: copy there, run, copy back."""
        if items == 0:
            return
        floor, book = self._fixed(g, b)
        there = plain(State)(**{name: self._sent(name, part) for name, part in zip(State._fields, s, strict=True)})
        kernel[-(-items // BLOCK), BLOCK](there, floor, book, tick, items)
        for name in WRITTEN:
            getattr(there, name).copy_to_host(getattr(s, name))

    def _sent(self, name: str, part: Any) -> Any:
        """A part of the state on the device."""
        if name not in SCRATCH:
            return cuda.to_device(part)
        if name not in self._scratch or self._scratch[name].shape != part.shape:
            self._scratch[name] = cuda.to_device(part)
        return self._scratch[name]

    def _fixed(self, g: Floor, b: Rulebook) -> tuple[Floor, Rulebook]:
        """The world and the rulebook on the device; sent once per run."""
        if self._constants is None or self._constants[0] is not g or self._constants[1] is not b:
            self._constants = (g, b)
            self._copies = (plain(Floor)(*map(cuda.to_device, g)), plain(Rulebook)(*map(cuda.to_device, b)))
        return self._copies


def _require_device() -> None:
    """Raises ResourceError: numba-cuda, a device or its driver is missing."""
    if cuda is None or importlib.util.find_spec("numba_cuda") is None:
        raise ResourceError(
            "--device cuda: the package numba-cuda is not installed; install it with `pip install 'hyosan[cuda]'`, or use --device cpu"
        )
    if getattr(numba.config, "ENABLE_CUDASIM", 0):
        if not PLAIN:
            raise ResourceError(
                "--device cuda: Numba's CUDA simulator calls plain Python only; set HYOSAN_PLAIN=1 too, or unset NUMBA_ENABLE_CUDASIM"
            )
        return
    if PLAIN:
        raise ResourceError("--device cuda: with HYOSAN_PLAIN=1 nothing is compiled, so nothing can run on a device; unset it, or use --device cpu")
    if not cuda.is_available():
        raise ResourceError("--device cuda: no CUDA device and driver were found on this machine; use --device cpu (the result is the same)")


def choose_kernel(s: Any, g: Any, b: Any, tick: int, items: int) -> None:
    """Item k: what the k-th who is awake chooses."""
    k = cuda.grid(1)
    if k < items:
        choose_one(s, g, b, s.awake[k], tick)


def resolve_kernel(s: Any, g: Any, b: Any, tick: int, items: int) -> None:
    """Item k: the k-th arena."""
    k = cuda.grid(1)
    if k < items:
        resolve_arena(s, g, b, k, tick)


def expose_kernel(s: Any, g: Any, b: Any, tick: int, items: int) -> None:
    """Item k: the k-th who is exposed."""
    k = cuda.grid(1)
    if k < items:
        s.candidates[k] = expose_one(s, g, b, s.candidates[k], tick)
