"""What the machine can do at all: how fast memory is copied, and how fast single words are gathered from all over it."""

from __future__ import annotations

import time

import numba
import numpy as np
from numpy.typing import NDArray

from hyosan.backend import loop, use_threads

WORDS = 1 << 26
"""Words of 8 bytes that are copied: half a GB, far beyond any cache."""


@loop
def copy(source: NDArray[np.int64], target: NDArray[np.int64]) -> None:
    """Copy words in order."""
    for i in numba.prange(len(source)):
        target[i] = source[i]


@loop
def gather(source: NDArray[np.int64], at: NDArray[np.int32], target: NDArray[np.int64]) -> None:
    """Copy words from where `at` says."""
    for i in numba.prange(len(at)):
        target[i] = source[at[i]]


def limits(threads: int, repeats: int, words: int = WORDS) -> dict[str, float]:
    """GB/s that are copied (read and written), and millions of words a second that are gathered at random; medians."""
    use_threads(threads)
    source, target = np.arange(words, dtype=np.int64), np.zeros(words, dtype=np.int64)
    at = np.random.default_rng(1).permutation(words).astype(np.int32)
    copied, gathered = [], []
    copy(source[:8], target[:8])
    gather(source[:8], at[:8] % 8, target[:8])
    for _ in range(repeats):
        begun = time.perf_counter()
        copy(source, target)
        copied.append(time.perf_counter() - begun)
        begun = time.perf_counter()
        gather(source, at, target)
        gathered.append(time.perf_counter() - begun)
    return {"copy_gb_per_s": 16 * words / float(np.median(copied)) / 1e9, "gather_million_per_s": words / float(np.median(gathered)) / 1e6}
