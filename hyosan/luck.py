"""Luck: random numbers by key, never in sequence (Philox4x32-10, Salmon et al. 2011, doi:10.1145/2063384.2063405).

A key is (seed; purpose, a, b, n): what the luck is for, whose it is (`a`, and `b` where two are concerned or an option is named), and
the n-th time on that person's own clock. It holds only what exists identically in every world in which the event can happen, so two
runs that differ by one decision share all other luck. Everything is int64 arithmetic that never overflows: plain Python, compiled code
and CUDA give the same bits. `neg_log` turns bits into exponential thresholds by an integer algorithm.
"""

from __future__ import annotations

import decimal
from typing import Final

import numpy as np
from numpy.typing import NDArray

from hyosan.backend import rule

MASK: Final = 0xFFFFFFFF
BITS: Final = 62
"""Random numbers are integers in [0, 2**62)."""
ONE: Final = 1 << 44
"""A threshold of 1 (one expected event) in fixed-point units of 2**-44."""
MAX_ID: Final = MASK
"""Largest id of a person or place, and largest n, that a key can hold."""

# Purposes: what a number is for. Each is a domain of its own; never renumber (results version).
HOST, RESERVE, COURSE, DURATION, WHO, KILL_RESERVE, LEAVE, SHUT = 1, 2, 3, 4, 5, 6, 7, 8
DECISION, PURSUIT, WAKE, NOTICE, NOTICE_DELAY, MISREAD, DOOR, LEAK = 9, 10, 11, 12, 13, 14, 15, 16
BLAST, BLAST_AIM, FOUND, CAPTURE, REACHED, SEED, HIDE, COMPLY, TELL, AIM = 17, 18, 19, 20, 21, 22, 23, 24, 25, 26
INFECTIOUSNESS, VACCINE, VACCINATED, CASE, INFECTOR = 27, 28, 29, 30, 31
APP, NAMED, SWAB, COURSES, UPTAKE = 32, 33, 34, 35, 36
SLIP, BREAK_OUT, CROSS, TEAM, MISTAKEN, QUESTION, BOUND_FOR, STOPPED, STARTS, TRIP, SEEN = 37, 38, 39, 40, 41, 42, 43, 44, 45, 46, 47
REDRAWN, REDRAWN_DOOR, REDRAWN_WORLD = 48, 49, 50
_PIECE: Final = 1 << 14
"""Numbers that `bits_array` makes at a time: 7 arrays of 128 KiB."""
POPULATION: Final = 1000
"""Purposes from here on belong to the synthetic population."""

_M0: Final = 0xD2511F53
_M1: Final = 0xCD9E8D57
_W0: Final = 0x9E3779B9
_W1: Final = 0xBB67AE85


@rule
def philox(k0: int, k1: int, c0: int, c1: int, c2: int, c3: int) -> tuple[int, int, int, int]:
    """Philox4x32-10: four 32-bit words from a 2-word key and a 4-word counter."""
    for _ in range(10):
        first, second = _M0 * c0, _M1 * c2  # 64 bits each: where int64 wraps, the bits are the same
        c0, c1, c2, c3 = (second >> 32) & MASK ^ c1 ^ k0, second & MASK, (first >> 32) & MASK ^ c3 ^ k1, first & MASK
        k0 = (k0 + _W0) & MASK
        k1 = (k1 + _W1) & MASK
    return c0, c1, c2, c3


@rule
def bits(seed: int, purpose: int, a: int, b: int, n: int) -> int:
    """62 random bits for a key; `seed` is 62 bits or fewer, the others 0 .. 2**32 - 1."""
    x0, x1, _, _ = philox(int(seed) & MASK, int(seed) >> 32, int(a), int(b), int(purpose), int(n))
    return (x0 << 30) | (x1 >> 2)


def bits_array(seed: int, purpose: int, ids: NDArray[np.int64], n: NDArray[np.int64] | int = 0) -> NDArray[np.int64]:
    """`bits(seed, purpose, ids[i], 0, n[i])` for whole arrays (int64, shape of `ids`); ids and n are 0 .. 2**32 - 1.

    In pieces that stay in the processor's cache: 16 ns a number where whole arrays took 300.
    """
    ids = np.asarray(ids, dtype=np.int64)
    numbers = np.broadcast_to(np.asarray(n, dtype=np.int64), ids.shape)
    result = np.empty(ids.shape, dtype=np.int64)
    for start in range(0, len(ids), _PIECE):
        part = slice(start, start + _PIECE)
        result[part] = _bits_of(seed, purpose, ids[part], numbers[part])
    return result


def _bits_of(seed: int, purpose: int, ids: NDArray[np.int64], n: NDArray[np.int64]) -> NDArray[np.int64]:
    """`philox` in uint64, whose products of two 32-bit words do not overflow, and the words as `bits` joins them."""
    c0, c1, c2, c3 = ids.astype(np.uint64), np.zeros(len(ids), np.uint64), np.full(len(ids), purpose, np.uint64), n.astype(np.uint64)
    product0, product1 = np.empty_like(c0), np.empty_like(c0)
    k0, k1 = seed & MASK, seed >> 32
    for _ in range(10):
        np.multiply(c0, np.uint64(_M0), out=product0)
        np.multiply(c2, np.uint64(_M1), out=product1)
        np.right_shift(product1, np.uint64(32), out=c0)
        c0 ^= c1
        c0 ^= np.uint64(k0)
        np.right_shift(product0, np.uint64(32), out=c2)
        c2 ^= c3
        c2 ^= np.uint64(k1)
        np.bitwise_and(product1, np.uint64(MASK), out=c1)
        np.bitwise_and(product0, np.uint64(MASK), out=c3)
        k0 = (k0 + _W0) & MASK
        k1 = (k1 + _W1) & MASK
    joined: NDArray[np.int64] = ((c0 << np.uint64(30)) | (c1 >> np.uint64(2))).view(np.int64)
    return joined


def _logs() -> NDArray[np.int64]:
    with decimal.localcontext() as context:
        context.prec = 40
        scale = decimal.Decimal(2) ** 54
        return np.array([int(((1 + decimal.Decimal(i) / 256).ln() * scale).to_integral_value()) for i in range(256)], dtype=np.int64)


_LN: Final = _logs()
_LN2: Final = 12_486_629_536_330_718
"""ln 2 in units of 2**-54."""


@rule
def neg_log(word: int) -> int:
    """-ln U in units of 2**-44 for U = (2 word + 1) / 2**63; at least 1. Within one unit of the exact value.

    Table of ln(1 + i/256) and a fifth-order series, all in integers: the same on every machine, which `log` of a library is not.
    """
    x = 2 * word + 1
    length = 0
    y = x
    for shift in (32, 16, 8, 4, 2, 1):
        if y >> shift:
            y >>= shift
            length += shift
    length += 1
    x <<= 63 - length
    i = (x >> 54) & 255
    f = (x & ((1 << 54) - 1)) // (256 + i)
    g = f >> 15
    f2 = (g * g) >> 24
    f3 = ((f2 >> 15) * g) >> 24
    f4 = ((f3 >> 15) * g) >> 24
    f5 = ((f4 >> 15) * g) >> 24
    series = f - f2 // 2 + f3 // 3 - f4 // 4 + f5 // 5
    value = ((64 - length) * _LN2 - _LN[i] - series + 512) >> 10
    return max(value, 1)


@rule
def threshold(seed: int, purpose: int, a: int, b: int, n: int) -> int:
    """An exponential threshold of mean 1 (int64, units of 2**-44) for a key."""
    return neg_log(bits(seed, purpose, a, b, n))


@rule
def chance(seed: int, purpose: int, a: int, b: int, n: int, share: int) -> bool:
    """Whether an event of probability `share` / 2**32 happens, for a key."""
    return (bits(seed, purpose, a, b, n) >> 30) < share
