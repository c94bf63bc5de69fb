"""Is the arithmetic that decides everything the arithmetic of whole numbers without limit?"""

from fractions import Fraction

from hypothesis import example, given, settings
from hypothesis import strategies as st

from hyosan.luck import ONE, neg_log
from hyosan.rules.behave import OPTIONS, choose_option
from hyosan.rules.exact import FULL, INSTANT_BITS, NEVER, TOP_RATE, first_of, mul_shift, spent, time_to_spend
from hyosan.rules.move import squared_distance, travel_instants
from hyosan.rules.transmit import exerted, exposure, moment_within

MANY = settings(max_examples=1500, deadline=None)
sizes = st.integers(0, 62).flatmap(lambda k: st.integers(0, 2**k - 1))  # small and large numbers as often


@MANY
@given(sizes, sizes, st.integers(1, 61))
@example(2**62 - 1, 2**62 - 1, 61)
@example(2**62 - 1, 2**62 - 1, 1)
@example(2**31, 2**31, 1)
@example(2**31 - 1, 2**31 + 1, 30)
@example(2**61, 2, 1)
def test_product_is_exact_to_two_units_and_never_above(a, b, shift):
    exact = a * b >> shift
    found = int(mul_shift(a, b, shift))
    assert found <= FULL
    if exact >= FULL:
        assert found >= FULL - 2
    else:
        assert exact - 2 <= found <= exact


@MANY
@given(sizes, st.integers(1, TOP_RATE), st.integers(0, 20), st.integers(0, 2**52))
@example(0, 1, 0, 0)
@example(2**62 - 1, 1, 20, 2**52)
@example(2**62 - 1, TOP_RATE, 20, 2**52)
@example(1, TOP_RATE, 0, 2**40)
def test_time_to_spend_is_exact(amount, rate, rate_bits, limit):
    exact = (amount << (INSTANT_BITS + rate_bits)) // rate
    found = int(time_to_spend(amount, rate, rate_bits, limit))
    assert found == (exact if exact <= limit else limit + 1)


@MANY
@given(st.integers(1, 50 * ONE), st.integers(1, TOP_RATE), st.integers(0, 20))
def test_clock_reaches_its_mark_and_not_before(amount, rate, rate_bits):
    limit = 7 * 86_400 << INSTANT_BITS
    time = int(time_to_spend(amount, rate, rate_bits, limit))
    if time <= limit:
        assert int(spent(rate, time, rate_bits)) <= amount
        assert Fraction(rate * (time + 1), 1 << (INSTANT_BITS + rate_bits)) > amount


@MANY
@given(sizes.filter(lambda x: x > 0), st.integers(-3, 2**24 - 1), sizes.filter(lambda x: x > 0), st.integers(-3, 2**24 - 1))
def test_first_is_the_one_with_the_least_quotient(one, weight, other, other_weight):
    one, other = one % (51 * ONE), other % (51 * ONE)
    found = bool(first_of(one, weight, other, other_weight))
    if weight <= 0:
        assert not found
    elif other_weight <= 0:
        assert found
    else:
        assert found == ((one >> 12) * other_weight < (other >> 12) * weight)
        assert not (found and bool(first_of(other, other_weight, one, weight)))


def test_largest_threshold_fits_where_options_are_compared():
    assert (int(neg_log(0)) >> 12) * (2**24 - 1) < 2**63


def test_choice_follows_the_weights_and_keeps_to_its_luck():
    import numpy as np

    weights = np.array([4, 1, 0, 3, 2, 1] + [0] * (OPTIONS - 6), dtype=np.int64) * 1024
    plain = (np.full(OPTIONS, 1024, dtype=np.int64), (0, 0, 0), np.zeros((3, OPTIONS), dtype=np.int64))
    chosen = [int(choose_option(1, person, 0, weights, *plain)) for person in range(22_000)]
    counts = np.bincount(chosen, minlength=OPTIONS)
    assert counts[2] == 0
    expected = 22_000 * weights / weights.sum()
    assert float((((counts - expected) ** 2)[weights > 0] / expected[weights > 0]).sum()) < 23.5  # chi-square, 4 degrees, 1e-4
    less = weights.copy()
    less[3] = 0  # one option fewer: whoever had not taken it does the same as before
    again = [int(choose_option(1, person, 0, less, *plain)) for person in range(2000)]
    assert all(one == other for one, other in zip(chosen, again, strict=False) if one != 3)
    assert int(choose_option(1, 5, 0, np.zeros(OPTIONS, dtype=np.int64), *plain)) == 0


@MANY
@given(st.integers(0, 2**44), st.integers(0, 2**44), st.integers(1, 7 * 86_400 << 20))
def test_moment_of_infection_lies_within_its_interval(reserve, total, length):
    start = 5 << INSTANT_BITS
    at = int(moment_within(min(reserve, total), total, start, start + length))
    assert start <= at < start + length
    if total >> 12 > 0:
        exact = Fraction(min(reserve, total) * length, total)
        assert abs(at - start - exact) <= max(2, length >> 18) + length / Fraction(total >> 12)


@MANY
@given(st.integers(0, 2**40), st.integers(0, 2**40), st.integers(0, 2**22))
def test_exposure_is_a_product_rounded_down(coefficient, field, openness):
    exact = coefficient * field * openness >> 40
    found = int(exposure(coefficient, field, openness))
    assert found <= exact or exact >= FULL
    if exact < FULL:
        assert exact - found <= 3 + 3 * (openness >> 20)


def test_parts_of_a_tick_add_up():
    hour = 3600 << INSTANT_BITS
    whole = int(exerted(1024, hour, 1, 1))
    assert whole == 1024 * 3600 * 16
    assert sum(int(exerted(1024, hour, part, 3600)) for part in (1200, 600, 1800)) == whole


def test_ways_take_the_time_of_their_walk():
    assert int(travel_instants(60, 1024)) == 60 << INSTANT_BITS
    assert int(travel_instants(60, 512)) == 30 << INSTANT_BITS
    assert int(squared_distance(-3, 4, 0, 0)) == 25
    assert NEVER > 10_000 * 86_400 << INSTANT_BITS
