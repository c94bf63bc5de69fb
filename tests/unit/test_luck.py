"""Is luck what it is said to be: Philox to the bit, uniform, independent between keys, and its logarithm exact?"""

import itertools
import random

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from mpmath import mp, mpf
from scipy import stats

from hyosan import luck
from hyosan.luck import BITS, ONE, bits, bits_array, chance, neg_log, philox, threshold

WORD = st.integers(0, 2**32 - 1)
SEED = st.integers(0, 2**62 - 1)


def plain(rule):
    """The Python text of a rule."""
    return getattr(rule, "py_func", rule)


# Random123 1.09, tests/kat_vectors: philox4x32, 10 rounds.
VECTORS = [
    ((0, 0), (0, 0, 0, 0), "6627e8d5 e169c58d bc57ac4c 9b00dbd8"),
    ((0xFFFFFFFF,) * 2, (0xFFFFFFFF,) * 4, "408f276d 41c83b0e a20bc7c6 6d5451fd"),
    ((0xA4093822, 0x299F31D0), (0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344), "d16cfe09 94fdcceb 5001e420 24126ea1"),
]


@pytest.mark.parametrize(("key", "counter", "expected"), VECTORS)
def test_philox_gives_the_published_vectors(key, counter, expected):
    for form in (philox, plain(philox)):
        assert " ".join(f"{int(word):08x}" for word in form(*key, *counter)) == expected
    columns = [np.array([word, 0], dtype=np.int64) for word in (*key, *counter)]
    whole = plain(philox)(*columns)
    assert " ".join(f"{int(word[0]):08x}" for word in whole) == expected


def reference_philox(key, counter):
    """Philox4x32-10 in Python's big integers, from the paper."""
    k0, k1 = key
    c0, c1, c2, c3 = counter
    for _ in range(10):
        p0, p1 = 0xD2511F53 * c0, 0xCD9E8D57 * c2
        c0, c1, c2, c3 = (p1 >> 32) ^ c1 ^ k0, p1 & 0xFFFFFFFF, (p0 >> 32) ^ c3 ^ k1, p0 & 0xFFFFFFFF
        k0, k1 = (k0 + 0x9E3779B9) % 2**32, (k1 + 0xBB67AE85) % 2**32
    return c0, c1, c2, c3


@given(st.tuples(WORD, WORD), st.tuples(WORD, WORD, WORD, WORD))
def test_philox_is_that_of_the_paper(key, counter):
    expected = reference_philox(key, counter)
    assert tuple(int(x) for x in philox(*key, *counter)) == expected
    assert tuple(int(x) for x in plain(philox)(*key, *counter)) == expected


@given(SEED, WORD, WORD, WORD, WORD)
def test_a_key_has_one_number_however_it_is_asked(seed, purpose, a, b, n):
    word = int(bits(seed, purpose, a, b, n))
    assert 0 <= word < 2**BITS
    first, second, _, _ = reference_philox((seed & 0xFFFFFFFF, seed >> 32), (a, b, purpose, n))
    assert word == first << 30 | second >> 2
    assert int(bits_array(seed, purpose, np.array([a]), n)[0]) == int(bits(seed, purpose, a, 0, n))


def test_array_of_ids_is_the_same_as_one_by_one():
    ids = np.array([0, 1, 2, 7, 10**6, 2**31 - 1, 2**32 - 1])
    ns = np.arange(len(ids))
    found = bits_array(2**61 + 12345, luck.HOST, ids, ns)
    assert found.tolist() == [int(bits(2**61 + 12345, luck.HOST, int(i), 0, int(n))) for i, n in zip(ids, ns, strict=True)]


def exact_neg_log(word):
    with mp.workdps(60):
        return -mp.log((2 * mpf(word) + 1) / mpf(2) ** 63) * mpf(2) ** 44


EDGES = [0, 1, 2, 3, 2**61 - 1, 2**61, 2**61 + 1, 2**62 - 1, 2**62 - 2]


@settings(max_examples=2000, deadline=None)
@given(
    st.one_of(
        st.integers(0, 2**62 - 1), st.integers(0, 61).map(lambda k: 2**k), st.integers(0, 2**20), st.integers(1, 2**40).map(lambda d: 2**62 - d)
    )
)
@example(0)
@example(2**62 - 1)
def test_logarithm_is_within_a_unit_of_the_exact_one(word):
    found = int(neg_log(word))
    exact = exact_neg_log(word)
    assert abs(found - max(exact, 1)) <= 1
    assert found == plain(neg_log)(word)


def test_logarithm_rises_nowhere_with_the_word_but_by_its_one_unit():
    draw = random.Random(4)
    words = EDGES + [draw.randrange(2**62) for _ in range(3000)]
    words += [i * 2**53 + d for i in draw.sample(range(512), 60) for d in (-1, 0, 1) if i * 2**53 + d >= 0]  # steps of the table
    words += [2**k * m + d for k in range(40, 61) for m in (2, 3) for d in (-1, 0, 1) if 2**k * m + d < 2**62]
    found = [int(neg_log(word)) for word in sorted(words)]
    rises = [other - one for one, other in itertools.pairwise(found)]
    assert max(rises) <= 1  # where one entry of the table ends and the next begins, each within half a unit
    assert sum(rise > 0 for rise in rises) < 10
    assert found[-1] == 1
    assert found[0] == round(exact_neg_log(0))


def uniform(count, start=0, step=1, purpose=luck.RESERVE, n=0, seed=11):
    """Numbers in (0, 1) by ids start, start + step, ..."""
    return (bits_array(seed, purpose, start + step * np.arange(count), n) + 0.5) / 2.0**BITS


SLICES = {
    "ids": {},
    "ids of an array with a stride": {"step": 1024},
    "large ids": {"start": 2**32 - 200_000},
    "another purpose": {"purpose": luck.POPULATION + 3},
    "the n-th time": {"n": 77},
    "seed 0": {"seed": 0},
    "the largest seed": {"seed": 2**62 - 1},
}


@pytest.mark.parametrize("name", SLICES)
def test_numbers_are_uniform_in_all_their_bits(name):
    numbers = uniform(100_000, **SLICES[name])
    for fold in (1, 2**8, 2**20, 2**38):  # high bits, and lower ones brought up
        counts = np.histogram(numbers * fold % 1.0 if fold > 1 else numbers, bins=256, range=(0, 1))[0]
        assert stats.chisquare(counts).pvalue > 1e-4


def test_neighbouring_keys_are_independent():
    base = uniform(200_000)
    others = {
        "next id": uniform(200_000, start=1),
        "id apart by a power of two": uniform(200_000, start=65_536),
        "next purpose": uniform(200_000, purpose=luck.RESERVE + 1),
        "next n": uniform(200_000, n=1),
        "next seed": uniform(200_000, seed=12),
        "seed apart in its high word": uniform(200_000, seed=11 + 2**32),
        "purpose and n exchanged": uniform(200_000, purpose=0, n=luck.RESERVE),
    }
    for name, other in others.items():
        z = np.corrcoef(base, other)[0, 1] * np.sqrt(len(base))
        assert abs(z) < 4.5, name
        table = np.histogram2d(base, other, bins=16, range=((0, 1), (0, 1)))[0]
        assert stats.chisquare(table.ravel()).pvalue > 1e-5, name


@pytest.mark.parametrize("product", ["parity", "sign"])
def test_keys_of_pairs_are_independent_around_a_square(product):
    """A generator that merely adds or xors what it makes of a and of b fails here: four corners would cancel each other."""
    corners = 40_000
    a, b, c, d = (np.arange(corners) * 4 + k for k in range(4))
    pairs = ((a, b), (b, c), (c, d), (d, a))
    words = [[int(bits(5, luck.WHO, int(i), int(j), 1)) for i, j in zip(one, other, strict=True)] for one, other in pairs]
    sides = np.array(words)
    if product == "parity":
        for bit in (0, 17, 31, 45, 61):
            odd = ((sides >> bit) & 1).sum(axis=0) % 2
            assert abs(odd.mean() - 0.5) * 2 * np.sqrt(corners) < 4.5
    else:
        signs = np.sign(sides - 2**61).prod(axis=0)
        assert abs(signs.mean()) * np.sqrt(corners) < 4.5
        centred = (sides / 2**61 - 1).prod(axis=0)
        assert abs(centred.mean()) / (centred.std() / np.sqrt(corners)) < 4.5


def test_order_of_a_pair_matters():
    same = sum(int(bits(1, luck.WHO, i, j, 0)) == int(bits(1, luck.WHO, j, i, 0)) for i in range(30) for j in range(i))
    assert same == 0


def test_thresholds_are_exponential():
    numbers = [int(threshold(3, luck.RESERVE, i, 0, 0)) / ONE for i in range(50_000)]
    assert stats.kstest(numbers, "expon").pvalue > 1e-3


def test_chances_come_as_often_as_they_should():
    for share in (0, 1 << 20, 1 << 30, 3 << 30, 1 << 32):
        hits = sum(bool(chance(9, luck.CAPTURE, i, 0, 0, share)) for i in range(20_000))
        p = share / 2**32
        assert abs(hits - 20_000 * p) <= 4.5 * np.sqrt(20_000 * p * (1 - p)) + 1e-9


def test_purposes_are_distinct():
    purposes = [value for name, value in vars(luck).items() if name.isupper() and isinstance(value, int) and not name.startswith("_")]
    named = [value for value in purposes if value < luck.POPULATION and value not in (BITS,)]
    assert len(set(named)) == len(named) >= 26
