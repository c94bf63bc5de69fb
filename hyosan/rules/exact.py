"""Exact arithmetic on 62-bit integers that stand for real numbers: products, quotients and the moment a clock reaches a mark.

Instants are times in units of 2**-20 s; thresholds and clocks in units of 2**-44; rates in units of 2**-(44 + f) per second, where f
(`rate_bits` of a rulebook) is chosen so that the largest rate of the scenario stays below 2**58.
"""

from __future__ import annotations

from typing import Final

from hyosan.backend import rule

INSTANT_BITS: Final = 20
"""An instant is 2**-20 s."""
INSTANT: Final = 1 << INSTANT_BITS
"""Instants in a second."""
NEVER: Final = 1 << 60
"""An instant after every run."""
FULL: Final = 1 << 62
"""Where products saturate: more than any threshold."""
TOP_RATE: Final = (1 << 58) - 1
"""Rates stay below this, so that a division has bits to spare."""
_HALF: Final = (1 << 31) - 1


@rule
def mul_shift(a: int, b: int, shift: int) -> int:
    """floor(a * b / 2**shift) up to two units, for 0 <= a, b < 2**62 and 1 <= shift <= 61; saturates at 2**62."""
    a1, a0, b1, b0 = a >> 31, a & _HALF, b >> 31, b & _HALF
    high, mid, low = a1 * b1, a1 * b0 + a0 * b1, (a0 * b0) >> shift
    if high > 0 and (high >> shift) > 0:
        return FULL
    up = 62 - shift
    if high > 0:
        if high >= (1 << min(shift, 61)) or (up > 0 and high >= (FULL >> up)):
            return FULL
        high = high << up
    if shift >= 31:
        mid = mid >> (shift - 31)
    else:
        if mid >= (FULL >> (31 - shift)):
            return FULL
        mid = mid << (31 - shift)
    total = high + mid
    if total >= FULL or total + low >= FULL:
        return FULL
    return total + low


@rule
def time_to_spend(amount: int, rate: int, rate_bits: int, limit: int) -> int:
    """Instants until a clock of `rate` > 0 has spent `amount`; `limit` + 1 when that is later than `limit` instants.

    `amount` in 2**-44, `rate` in 2**-(44 + rate_bits) per second and below 2**58: long division, a few bits at a time.
    """
    quotient = amount // rate
    rest = amount - quotient * rate
    left = INSTANT_BITS + rate_bits
    if quotient > limit >> left:  # so quotient << left is beyond the limit
        return limit + 1
    length = 1
    y = rate
    for shift in (32, 16, 8, 4, 2, 1):
        if y >> shift:
            y >>= shift
            length += shift
    chunk = 62 - length
    while left > 0:
        step = min(chunk, left)
        rest <<= step
        part = rest // rate
        rest -= part * rate
        quotient = (quotient << step) + part
        left -= step
        if quotient > limit:
            return limit + 1
    return quotient


@rule
def spent(rate: int, instants: int, rate_bits: int) -> int:
    """What a clock of `rate` spends in so many instants, in 2**-44; saturates."""
    return mul_shift(rate, instants, INSTANT_BITS + rate_bits)


@rule
def first_of(threshold_a: int, weight_a: int, threshold_b: int, weight_b: int) -> bool:
    """Whether option a wins over b: threshold / weight is less (cross-multiplied; weights below 2**24, 0 never wins)."""
    if weight_a <= 0:
        return False
    if weight_b <= 0:
        return True
    return (threshold_a >> 12) * weight_b < (threshold_b >> 12) * weight_a


@rule
def scale_of(top: int) -> int:
    """Bits to drop so that weights of at most `top` fit the 23 bits that `first_of` takes."""
    shift = 0
    while top >> shift >= 1 << 23:
        shift += 1
    return shift
