"""What produced a result: versions of everything that could change it, and the machine. Goes into each manifest."""

from __future__ import annotations

import os
import platform
from functools import cache
from importlib import metadata
from pathlib import Path

RESULTS_VERSION = 6
"""Raised when the same scenario and seed give other rows than before; a seed means the same only within one results version."""

_LIBRARIES = ("numpy", "numba", "pyarrow")


def versions() -> dict[str, str]:
    """Versions of hyosan, its results, Python and the libraries that compute or store; `not installed` where one is missing."""
    found = {"hyosan": _version("hyosan"), "results": str(RESULTS_VERSION), "python": platform.python_version()}
    return found | {name: _version(name) for name in _LIBRARIES}


def hardware() -> str:
    """The machine in one line: processor, cores, memory, system. It holds no host or user name, so that it can be published."""
    cores = os.cpu_count() or 1
    memory = _memory_bytes()
    parts = [
        f"{cores} core{'s' if cores != 1 else ''} of {_processor()}",
        f"{memory / 2**30:.0f} GiB memory" if memory else "",
        f"{platform.system()} {platform.machine()}",
    ]
    return ", ".join(part for part in parts if part)


@cache  # a library's metadata takes a millisecond to read, and many small runs ask for it
def _version(name: str) -> str:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return "not installed"


@cache
def _processor() -> str:
    """The processor's name; `platform.processor()` is empty on Linux, so the kernel's list is read there."""
    try:
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines():
            if line.startswith("model name"):
                return " ".join(line.partition(":")[2].split())
    except OSError:
        pass
    return platform.processor() or platform.machine() or "an unknown processor"


def _memory_bytes() -> int:
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):
        return 0
