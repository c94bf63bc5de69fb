"""Ties between people: family, couples, friends, bullies and contempt, each directed and of a kind (`frame.TIE_KINDS`).

What is assumed: people of one home are family (homes of more than 20 are institutions, and nobody is). The numbers of friends follow a
binomial law of 50 draws; the friends of the same class or workplace are any of it who are as grown-up, the others live in the same street
cell and are within some three years of age; children below three have none. Who is bullied is so by one to three of their class, who
despises does so to one to three of another class of their year; pupils are those of 6 to 18 years with a place of the day.
"""

from __future__ import annotations

from fractions import Fraction
from math import comb
from typing import Final, NamedTuple, get_args

import numpy as np

from hyosan.scenario.cast import Member, Told
from hyosan.scenario.ties import Ties
from hyosan.world import draws
from hyosan.world.draft import Draft
from hyosan.world.draws import Ints, Mask
from hyosan.world.finish import People, TieRows
from hyosan.world.frame import SLOT_DAY, SLOT_HOME, TIE_BULLY, TIE_CONTEMPT, TIE_COUPLE, TIE_FAMILY, TIE_FRIEND, TIE_KINDS
from hyosan.world.households import ADULT

LARGEST_FAMILY: Final = 20
"""People of a home who are still family (assumed: larger homes are institutions)."""
_COUPLE_YEARS: Final = 15
"""Most years between the two adults of a home who are taken for a couple where nothing tells who is (assumed)."""
_TRIES: Final = 50
_ROUNDS: Final = 4
"""How often those whose friend fell through (oneself, the family, twice the same) are paired again."""
_AGES_APART: Final = 25
"""Jitter of ages in which neighbours are set side by side, quarters of a year: some three years each way."""
_FIRST_SCHOOL_AGE: Final = 6
_FIRST_FRIENDS_AGE: Final = 3
"""Age from which children have friends (assumed: from nursery school on)."""
_MOST_TOLD: Final = 3


class _Pairs(NamedTuple):
    one: Ints
    other: Ints


class ToldTies(NamedTuple):
    """Ties that the scenario tells of its cast, and of whom it tells them: theirs of that kind are not drawn."""

    pairs: dict[int, _Pairs]
    told_of: dict[int, Ints]


def told_ties(cast: dict[str, Member], rows: dict[str, int]) -> ToldTies:
    """The ties of the cast, by kind."""
    pairs: dict[int, _Pairs] = {}
    told_of: dict[int, Ints] = {}
    for word in get_args(Told):
        ends = [(rows[name], rows[other]) for name, member in cast.items() for other in member.ties.get(word, ())]
        both = np.array(ends, dtype=np.int64).reshape(-1, 2)
        kind = TIE_KINDS.index(word)
        pairs[kind] = _Pairs(both[:, 0], both[:, 1])
        told_of[kind] = np.array([rows[name] for name, member in cast.items() if word in member.ties], dtype=np.int64)
    return ToldTies(pairs, told_of)


def tie_people(ties: Ties | None, seed: int, draft: Draft, people: People, told: ToldTies) -> TieRows | None:
    """The ties of all people by the scenario's block, those told in place of those drawn. Without a block only the told; None = no ties."""
    n = len(people.id)
    if ties is None:
        some = any(len(pairs.one) for pairs in told.pairs.values())
        return sort_ties(n, [(kind, pairs, kind == TIE_FRIEND) for kind, pairs in told.pairs.items()]) if some else None
    kind, _, zone, parent, *_ = draft.place_columns()
    home = people.slot_place[:, SLOT_HOME].astype(np.int64)
    family, couples = _families(people, home, kind[home] == draft.kinds["home"])
    day = _day(people, home)
    near = np.where(parent[home] >= 0, parent[home], len(parent) + zone[home])
    ill_will = [_code(_Pairs(*ends), n) for pairs in (told.pairs[TIE_BULLY], told.pairs[TIE_CONTEMPT]) for ends in (pairs, pairs[::-1])]
    friends = _without(_friends(ties, seed, people, home, day, near), np.concatenate(ill_will), n)
    friends = _but_of(told.told_of[TIE_FRIEND], _but_of(told.told_of[TIE_FRIEND], friends)[::-1])
    friends = _joined(friends, told.pairs[TIE_FRIEND])
    liked = np.concatenate([_code(friends, n), _code(_Pairs(friends.other, friends.one), n)])
    bullies, contempt = _drawn_ill_will(ties, seed, people, day, np.where(parent[day] >= 0, parent[day], len(parent) + zone[day]))
    unkind = [
        (kind, _joined(_but_of(told.told_of[kind], _without(drawn, liked, n)), told.pairs[kind]), False)
        for kind, drawn in ((TIE_BULLY, bullies), (TIE_CONTEMPT, contempt))
    ]
    return sort_ties(n, [(TIE_FAMILY, family, True), (TIE_COUPLE, couples, True), (TIE_FRIEND, friends, True), *unkind])


def _drawn_ill_will(ties: Ties, seed: int, people: People, day: Ints, school: Ints) -> tuple[_Pairs, _Pairs]:
    """Pairs of who bullies whom, and of who despises whom."""
    pupil = np.flatnonzero((people.age >= _FIRST_SCHOOL_AGE) & (people.age < ADULT) & (day >= 0))
    bullied = pupil[draws.happens(seed, draws.BULLIED, people.id[pupil], ties.bullied)]
    by = _picked(seed, (draws.BULLIES, draws.BULLY_PICK), people, bullied, pupil, day[pupil])
    despising = pupil[draws.happens(seed, draws.CONTEMPT, people.id[pupil], ties.contempt)]
    year = school[pupil] * (ADULT + 1) + people.age[pupil]
    return _Pairs(by.other, by.one), _picked(seed, (draws.DESPISED, draws.DESPISED_PICK), people, despising, pupil, year, day)


def _but_of(rows: Ints, pairs: tuple[Ints, Ints]) -> _Pairs:
    """The pairs that do not start from any of some rows."""
    keep = ~np.isin(pairs[0], rows)
    return _Pairs(pairs[0][keep], pairs[1][keep])


def _joined(some: _Pairs, more: _Pairs) -> _Pairs:
    return _Pairs(np.concatenate([some.one, more.one]), np.concatenate([some.other, more.other]))


def sort_ties(n: int, told: list[tuple[int, tuple[Ints, Ints], bool]]) -> TieRows:
    """Ties as the world keeps them, from (kind, (rows from, rows to), whether both ways); rows ascend by id."""
    kinds = len(TIE_KINDS)
    codes = []
    for kind, (one, other), both in told:
        codes.append((one * kinds + kind) * n + other)
        if both:
            codes.append((other * kinds + kind) * n + one)
    code = _distinct(np.concatenate(codes))
    start, to = np.divmod(code, n)
    return TieRows(np.searchsorted(start, np.arange(n + 1) * kinds).astype(np.int64), to.astype(np.int32), (start % kinds).astype(np.int8))


def _distinct(codes: Ints) -> Ints:
    """Each once, ascending: a sort, since the hash table of `np.unique` took five times as long."""
    found = np.sort(codes)
    fresh = np.ones(len(found), dtype=np.bool_)
    fresh[1:] = found[1:] != found[:-1]
    return found[fresh]


def _among(codes: Ints, ascending: Ints) -> Mask:
    """Which codes are among others."""
    if len(ascending) == 0:
        return np.zeros(len(codes), dtype=np.bool_)
    return np.asarray(ascending[np.minimum(np.searchsorted(ascending, codes), len(ascending) - 1)] == codes)


def _code(pairs: _Pairs, n: int) -> Ints:
    return pairs.one * n + pairs.other


def _without(pairs: _Pairs, codes: Ints, n: int) -> _Pairs:
    keep = ~_among(_code(pairs, n), np.sort(codes))
    return _Pairs(pairs.one[keep], pairs.other[keep])


def _families(people: People, home: Ints, is_home: Mask) -> tuple[_Pairs, _Pairs]:
    """Pairs (one row before the other) of one home, and those of them who are a couple."""
    rows = np.flatnonzero(is_home)
    rows = rows[np.argsort(home[rows], kind="stable")]
    small = np.bincount(home[rows], minlength=1)[home[rows]] <= LARGEST_FAMILY
    rows = rows[small]
    at = home[rows]
    ones, others = [], []
    for step in range(1, LARGEST_FAMILY):
        together = np.flatnonzero(at[step:] == at[:-step]) if step < len(at) else np.empty(0, np.int64)
        if len(together) == 0:
            break
        ones.append(rows[together])
        others.append(rows[together + step])
    one, other = (np.concatenate([np.empty(0, np.int64), *part]) for part in (ones, others))
    if people.position is not None:
        couple = (people.position[one] == 0) & (people.position[other] == 1)
    else:
        adult = people.age >= ADULT
        adults = np.bincount(home[adult], minlength=int(home.max(initial=0)) + 1)
        near = np.abs(people.age[one] - people.age[other]) <= _COUPLE_YEARS
        couple = adult[one] & adult[other] & (adults[home[one]] == 2) & near
    return _Pairs(one[~couple], other[~couple]), _Pairs(one[couple], other[couple])


def _day(people: People, home: Ints) -> Ints:
    """[n] the place of the day, -1 = at home."""
    if people.slot_place.shape[1] <= SLOT_DAY:
        return np.full(len(home), -1, dtype=np.int64)
    day = people.slot_place[:, SLOT_DAY].astype(np.int64)
    return np.where(day == home, -1, day)


def _friends(ties: Ties, seed: int, people: People, home: Ints, day: Ints, near: Ints) -> _Pairs:
    """Pairs of friends: of a class or workplace, and of neighbours."""
    n, adult = len(people.id), people.age >= ADULT
    group = np.where(day >= 0, 2 * day + adult, -1)
    company = np.bincount(group[group >= 0], minlength=1)
    close = (group >= 0) & (company[np.maximum(group, 0)] > 2)
    mean = Fraction(ties.friends)
    share = Fraction(ties.close)
    old = people.age >= _FIRST_FRIENDS_AGE
    at_day = _numbers(seed, people.id, mean * share, 0) * (close & old)
    nearby = (_numbers(seed, people.id, mean * (1 - share), 1) + _numbers(seed, people.id, mean * share, 2) * ~close) * old
    taken, unmet = np.empty(0, dtype=np.int64), np.zeros(n, dtype=np.int64)
    for purpose, number in ((0, at_day), (1, nearby)):
        stubs = np.repeat(np.arange(n), number + unmet)
        which = draws.rank_in_group(stubs)
        for turn in range(_ROUNDS):
            key = (which << 4) + (turn << 1) + purpose
            block, like = (group if purpose == 0 else near)[stubs], np.zeros(len(stubs), dtype=np.int64)
            if purpose:
                like = 4 * people.age[stubs] + draws.uniform(seed, draws.FRIEND_AGE, people.id[stubs], _AGES_APART, key)
            luck = draws.uniform(seed, draws.FRIEND_PAIR, people.id[stubs], 1 << 24, key)
            order = draws.in_order((((block << 10) + like) << 24) + luck)
            block = block[order]
            taken, left = _pair_up(stubs[order], block, home, taken, n)
            stubs, which = stubs[order[left]], which[order[left]]
            if len(stubs) < 2:
                break
        unmet = np.bincount(stubs, minlength=n)  # whom a class leaves without a friend finds one nearby
    return _Pairs(*np.divmod(taken, n))


def _numbers(seed: int, ids: Ints, mean: Fraction, which: int) -> Ints:
    """Numbers of friends by a binomial law, integers throughout."""
    chance = mean / _TRIES
    weights = [int(comb(_TRIES, k) * chance**k * (1 - chance) ** (_TRIES - k) * (1 << 30)) for k in range(_TRIES + 1)]
    return draws.by_weight(seed, draws.FRIENDS, ids, np.array(weights, dtype=np.int64), which)


def _pair_up(stubs: Ints, block: Ints, home: Ints, taken: Ints, n: int) -> tuple[Ints, Mask]:
    """Pair neighbours in the order given within each block; gives all pairs (coded, ascending) so far, and who is left over."""
    first = np.flatnonzero((draws.rank_in_group(block) % 2 == 0)[:-1] & (block[1:] == block[:-1]))
    a, b = stubs[first], stubs[first + 1]
    code = np.minimum(a, b) * n + np.maximum(a, b)
    fits = np.flatnonzero((home[a] != home[b]) & ~_among(code, taken))
    fits = fits[np.argsort(code[fits], kind="stable")]
    fits = fits[np.append(True, code[fits][1:] != code[fits][:-1])] if len(fits) else fits
    left = np.ones(len(stubs), dtype=np.bool_)
    left[first[fits]] = left[first[fits] + 1] = False
    return np.sort(np.concatenate([taken, code[fits]])), left


def _picked(seed: int, purposes: tuple[int, int], people: People, who: Ints, pupil: Ints, group: Ints, apart: Ints | None = None) -> _Pairs:
    """One to three others of the same group (as of `pupil`) for each of `who`; of another place in `apart`, if given."""
    order = np.argsort(group, kind="stable")
    sorted_group = group[order]
    at = np.searchsorted(pupil, who)
    begin, end = (np.searchsorted(sorted_group, group[at], side=side) for side in ("left", "right"))
    number = 1 + draws.uniform(seed, purposes[0], people.id[who], _MOST_TOLD)
    ones, others = [], []
    for k in range(_MOST_TOLD):
        some = np.flatnonzero((number > k) & (end - begin > 1))
        spot = draws.uniform(seed, purposes[1], people.id[who[some]], 1 << 30, k) * (end - begin)[some] >> 30
        picked = pupil[order[begin[some] + spot]]
        fits = picked != who[some]
        if apart is not None:
            fits &= apart[picked] != apart[who[some]]
        ones.append(who[some][fits])
        others.append(picked[fits])
    return _Pairs(np.concatenate(ones), np.concatenate(others))
