"""How rules and loops become machine code: `@rule`, `@loop`, the thread count, and the kernel cache.

One text serves three ways of running: compiled for the processor (default), plain Python (`HYOSAN_PLAIN=1`, slow, for checking),
and CUDA (the same `@rule` functions called from `engine/cuda.py`). Only this module knows about the cache: Numba keeps an old result
after a rule in *another* file is edited, so the cache lies in a folder named after the hash of all files with rules and of what they import.
"""

from __future__ import annotations

import hashlib
import os
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

if "numba" not in sys.modules:  # once it is imported, its number of workers must not change any more
    os.environ.setdefault("NUMBA_NUM_THREADS", str(max(8, os.cpu_count() or 1)))
# Workers beyond the mask of `use_threads` sleep; without this, asking for more threads than cores (to check results) would fail.
os.environ.setdefault("OMP_WAIT_POLICY", "passive")
# OpenMP's threads otherwise spin between two loops, and take the processor from whatever else runs.

import numba
from numba.core.event import TimingListener, install_listener

from hyosan.keeping import kept_folder

_njit: Any = numba.njit
_config: Any = numba.config

F = TypeVar("F", bound=Callable[..., Any])

PLAIN = bool(os.environ.get("HYOSAN_PLAIN"))
"""Whether rules run as plain Python."""
_PACKAGE = Path(__file__).parent
_KERNEL_SOURCES = ("luck.py", "distributions.py", "rules", "engine")
"""Where rules are; files there without one count only where a file with one imports them."""
_HAS_RULES = re.compile(rb"^@(?:rule|inner|loop)\b", re.MULTILINE)
_IMPORTS = re.compile(rb"^from hyosan\.(luck|distributions|world\.frame|rules\.\w+|engine\.\w+) import ", re.MULTILINE)


def kernel_sources() -> dict[str, bytes]:
    """Every file whose text, or constants, end up in a kernel, by its path in the package: those with rules, and what they import."""
    found: dict[str, bytes] = {name: (_PACKAGE / name).read_bytes() for name in ("backend.py", "handles.py")}
    files = [file for name in _KERNEL_SOURCES for file in ([_PACKAGE / name] if name.endswith(".py") else (_PACKAGE / name).glob("*.py"))]
    waiting = [file for file in files if _HAS_RULES.search(file.read_bytes())]
    while waiting:
        file = waiting.pop()
        name = file.relative_to(_PACKAGE).as_posix()
        if name not in found and file.is_file():
            found[name] = text = file.read_bytes()
            waiting += [_PACKAGE / f"{module.decode().replace('.', '/')}.py" for module in _IMPORTS.findall(text)]
    return found


def source_hash() -> str:
    """Hash of every file whose text ends up in a kernel, of Numba's version and of Python's."""
    digest = hashlib.blake2b(digest_size=10)
    for _, text in sorted(kernel_sources().items()):
        digest.update(text)
    digest.update(f"{numba.__version__} {sys.version_info[:2]}".encode())
    return digest.hexdigest()


def cache_folder() -> Path:
    """Where compiled kernels of these sources are kept."""
    return kept_folder("kernels") / source_hash()


def _prepare_cache() -> bool:
    try:
        folder = cache_folder()
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:  # a read-only home: compile each time rather than fail
        return False
    if not os.access(folder, os.W_OK):
        return False
    _config.CACHE_DIR = str(folder)
    return True


_CACHE = not PLAIN and _prepare_cache()


def kernels_are_cached() -> bool:
    """Whether some kernels of exactly these sources were compiled before on this machine."""
    return PLAIN or (_CACHE and any(cache_folder().rglob("*.nbi")))


def rule(function: F) -> F:
    """A scalar rule (numbers in, numbers out) or a piece of a kernel: the same text on processor, CUDA and in plain Python."""
    if PLAIN:
        return function
    compiled: F = _njit(cache=_CACHE, nogil=True, error_model="numpy")(function)
    return compiled


def inner(function: F) -> F:
    """A piece of a kernel that only kernels call: compiled without a door to Python and without counting references.

    With tables of records as arguments those two cost most of the time of compiling (measured: 195 s with, 80 s without).
    """
    if PLAIN:
        return function
    compiled: F = _njit(cache=_CACHE, nogil=True, error_model="numpy", no_cpython_wrapper=True, no_cfunc_wrapper=True, _nrt=False)(function)
    return compiled


def loop(function: F) -> F:
    """A kernel whose `numba.prange` runs over threads. What iterations share is read-only; each writes only what it owns."""
    if PLAIN:
        return function
    compiled: F = _njit(cache=_CACHE, nogil=True, error_model="numpy", parallel=True)(function)
    return compiled


def compile_clock() -> Any:
    """A context that measures the seconds spent compiling kernels in it, read with `compiled_seconds`."""
    listener: Any = TimingListener
    return install_listener("numba:compile", listener())


def compiled_seconds(clock: Any) -> float:
    """What a `compile_clock` has measured so far."""
    return float(clock.duration) if clock.done else 0.0


def use_threads(count: int) -> int:
    """Let loops run on `count` threads (at least 1, at most what was prepared at start); gives the number in force."""
    if PLAIN:
        return 1
    count = max(1, min(count, _config.NUMBA_NUM_THREADS))
    numba.set_num_threads(count)
    return count


def default_threads() -> int:
    """Threads used when nobody says: the cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
