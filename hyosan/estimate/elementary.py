"""Exponential, logarithm and gamma function that give the same bits on every machine.

The mathematical library of a computer may differ from the next one's in the last bit, and an order may hang on it. These use only
+ - * / and square roots of float64, which IEEE 754 fixes to the last bit, one operation at a time (numpy never fuses two of them), and
scaling by powers of two, which is exact. They take arrays of any shape, or floats, and give the same. Sums over cases are not made here: they are
made in integers, whose order cannot matter. `laws.py` builds the laws of periods on them.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

LN2: Final = 0.6931471805599453
_LN2_HIGH: Final = 0.6931471803691238  # 32 bits: times a whole number it is exact
_LN2_LOW: Final = 1.9082149292705877e-10
HALF_LN_TWO_PI: Final = 0.9189385332046728
_FACTORIALS: Final = (1.0, 1.0, 2.0, 6.0, 24.0, 120.0, 720.0, 5040.0, 40320.0, 362880.0, 3628800.0, 39916800.0, 479001600.0, 6227020800.0)


def exp(x: Floats | float) -> Floats:
    """E to the power x, within a few units of the last place for |x| up to 700; beyond, as at 700."""
    x = np.clip(np.asarray(x, dtype=np.float64), -700.0, 700.0)
    whole = np.rint(x / LN2)
    rest = (x - whole * _LN2_HIGH) - whole * _LN2_LOW
    total = np.full_like(rest, 1 / _FACTORIALS[13])
    for factorial in _FACTORIALS[12::-1]:
        total *= rest
        total += 1 / factorial
    scaled: Floats = np.ldexp(total, whole.astype(np.int32))
    return scaled


def log(x: Floats | float) -> Floats:
    """Natural logarithm of positive x, within 1e-15 of the larger of the result and 1; x of 0 or less counts as 2**-1000."""
    part, power = np.frexp(np.maximum(np.asarray(x, dtype=np.float64), 2.0**-1000))
    low = part < 0.7071067811865476
    part = np.where(low, part + part, part)
    whole = power - low.astype(np.float64)
    ratio = (part - 1.0) / (part + 1.0)
    square = ratio * ratio
    total = np.full_like(ratio, 1 / 21)
    for odd in range(19, 0, -2):
        total *= square
        total += 1 / odd
    total *= ratio
    result: Floats = whole * _LN2_HIGH + (total + total + whole * _LN2_LOW)
    return result


def log_gamma(x: Floats | float) -> Floats:
    """Logarithm of the gamma function of positive x, within 1e-13 relative or absolute.

    Source: Stirling's series, Abramowitz & Stegun 6.1.41, after x was raised by 10 with 6.1.15.
    """
    x = np.asarray(x, dtype=np.float64)
    product = np.ones_like(x)
    for step in range(10):
        product = product * (x + step)
    y = x + 10.0
    inverse = 1.0 / y
    square = inverse * inverse
    series = inverse * (1 / 12 - square * (1 / 360 - square * (1 / 1260 - square * (1 / 1680 - square * (1 / 1188)))))
    result: Floats = (y - 0.5) * log(y) - y + HALF_LN_TWO_PI + series - log(product)
    return result
