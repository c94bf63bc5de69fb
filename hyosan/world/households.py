"""Who lives with whom: household sizes as published, filled so that no child lives without an adult.

The algorithm, in words (all its rules are assumed unless a source is named; sizes follow the law of the place's figures):
1. As many households of each size as the law says, so that everybody has a home; never more households than adults.
2. A tenth of the pairs are a parent and a child; larger ones are couples with children; half of those of 5 and more have a
   grandparent.
3. Children's places go to everyone under 19, then to the young adults under 40 (the younger the likelier) who still live at
   home, at most 60 % of them; what is left goes to other relatives. Siblings are within some six years of each other.
4. Parents are the adults nearest to 25-35 years above the eldest child, matched in order of age; grandparents 28-33 years above
   parents.
5. Of the adults left, those under 30 first and then any live alone; the rest are couples of about the same age. So the elderly
   live alone or in pairs.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np

from hyosan.errors import ScenarioError, SelfCheckError
from hyosan.world import draws
from hyosan.world.draws import Ints, Mask
from hyosan.world.figures import SizeLaw

ADULT: Final = 19
"""Age of majority in Korea, years; taken everywhere (assumed: about when school is over)."""
_HEAD, _PARTNER, _FIRST_CHILD = 0, 1, 2
_LONE_PARENT_SHARE: Final = 0.1
_THREE_GENERATION_SHARE: Final = 0.5
_YOUNG_ADULT_LIMIT: Final = 40
_STAY_HOME_PERCENT: Final = 60


class Households(NamedTuple):
    """Households as formed. Members are rows of the ages given; a missing one is -1."""

    members: Ints  # [H, largest + 1] head, partner, then children, then others
    children: Ints  # [H] how many of them are children of the head (of any age)


class _Plan(NamedTuple):
    size: Ints  # [H]
    couple: Mask  # [H] whether the head has a partner
    children: Ints  # [H]
    elder: Ints  # [H] a grandparent
    relative: Ints  # [H] other adults
    young_adults: int  # children who are adults, in all


def size_counts(law: SizeLaw, people: int) -> Ints:
    """[K] how many households of 1 to K people house exactly `people`, by a law of sizes."""
    largest = len(law.weights)
    count = int(people / law.mean)
    counts = draws.apportion(law.weights, count) if count else np.zeros(largest, dtype=np.int64)
    sizes = np.arange(1, largest + 1)
    while int(counts @ sizes) > people:  # a handful at most: a large household becomes one of a person less
        largest = int(np.flatnonzero(counts)[-1])
        counts[largest] -= 1
        if largest:
            counts[largest - 1] += 1
    missing = people - int(counts @ sizes)
    growing = largest - 1 if count > 3 else 1  # with three households or fewer no law is told
    for smaller in range(growing):  # the smallest households grow by a person: singles become pairs, then pairs ...
        grown = min(missing, int(counts[smaller]))
        counts[smaller] -= grown
        counts[smaller + 1] += grown
        missing -= grown
    counts[0] += missing  # too few people for the law: each lives alone
    return counts


def form_households(ages: Ints, law: SizeLaw, seed: int) -> Households:
    """Households of all people; `ages` ascend. Raises ScenarioError: there are only children."""
    size = np.repeat(np.arange(1, len(law.weights) + 1), size_counts(law, len(ages)))
    minors = int(np.searchsorted(ages, ADULT))
    adults = len(ages) - minors
    if adults == 0:
        raise ScenarioError(f"city.residents: all of {len(ages)} residents would be children, with nobody to live with; take more residents")
    if adults < len(size):  # a handful of residents: everybody grown up heads a household, and these are larger
        size = np.sort(draws.apportion(np.ones(adults, np.int64), len(ages)))
    plan = _plan(size, minors, int(np.searchsorted(ages, _YOUNG_ADULT_LIMIT)) - minors, seed)
    members = np.full((len(size), max(len(law.weights), int(size.max())) + 1), -1, dtype=np.int64)
    children = _children(ages, minors, plan.young_adults, seed)
    eldest, youngest = _place_children(members, plan, children, ages, seed)
    free = np.ones(len(ages), dtype=np.bool_)
    free[:minors] = False
    free[children] = False
    _place_parents(members, plan, free, ages, eldest, youngest, seed)
    _place_others(members, plan, np.flatnonzero(free), ages, seed)
    return Households(members, plan.children)


def _plan(size: Ints, minors: int, young_adults: int, seed: int) -> _Plan:
    ids = np.arange(len(size))
    couple = (size >= 2) & ~((size == 2) & draws.happens(seed, draws.LONE_PARENT, ids, _LONE_PARENT_SHARE))
    elder = ((size >= 5) & draws.happens(seed, draws.THREE_GENERATIONS, ids, _THREE_GENERATION_SHARE)).astype(np.int64)
    children = size - 1 - couple - elder
    order = draws.shuffled(seed, draws.CHILD_SLOT, ids)
    short = minors - int(children.sum())
    if short > 0:  # a young town: grandparents, then partners, make room for children
        for no_elder, candidates in (
            (True, elder[order] > 0),
            (False, couple[order] & (size[order] == 2)),
            (False, couple[order] & (size[order] > 2)),
        ):
            gives = order[candidates][: max(short, 0)]
            if no_elder:
                elder[gives] = 0
            else:
                couple[gives] = False
            children[gives] += 1
            short -= len(gives)
        return _Plan(size, couple, children, elder, np.zeros_like(size), 0)
    staying = min(-short, young_adults * _STAY_HOME_PERCENT // 100)
    slots = np.repeat(order, children[order])
    unfilled = np.bincount(slots[minors + staying :], minlength=len(size))
    alone = ~couple & (unfilled > 0)
    couple |= alone
    children = children - unfilled
    relative = unfilled - alone + np.where(children == 0, elder, 0)
    return _Plan(size, couple, children, np.where(children == 0, 0, elder), relative, staying)


def _children(ages: Ints, minors: int, young_adults: int, seed: int) -> Ints:
    adults = np.arange(minors, int(np.searchsorted(ages, _YOUNG_ADULT_LIMIT)))
    late = ages[adults] * 10 + draws.uniform(seed, draws.ADULT_CHILD, adults, 250)
    rows = np.concatenate([np.arange(minors), adults[np.argsort(late, kind="stable")[:young_adults]]])
    rows.sort()
    spread = ages[rows] * 10 + draws.uniform(seed, draws.CHILD_ORDER, rows, 60)
    return rows[np.argsort(spread, kind="stable")]


def _place_children(members: Ints, plan: _Plan, children: Ints, ages: Ints, seed: int) -> tuple[Ints, Ints]:
    order = draws.shuffled(seed, draws.HOUSEHOLD_ORDER, np.arange(len(plan.size)))
    household = np.repeat(order, plan.children[order])
    members[household, _FIRST_CHILD + draws.rank_in_group(household)] = children
    eldest = np.full(len(plan.size), -1, dtype=np.int64)
    youngest = np.full(len(plan.size), 999, dtype=np.int64)
    np.maximum.at(eldest, household, ages[children])
    np.minimum.at(youngest, household, ages[children])
    return eldest, youngest


def _place_parents(members: Ints, plan: _Plan, free: Mask, ages: Ints, eldest: Ints, youngest: Ints, seed: int) -> None:
    """Heads, partners and grandparents of households with children; those placed are no longer `free`."""
    heads = np.flatnonzero(plan.children > 0)
    gap = 25 + draws.uniform(seed, draws.PARENT_GAP, heads, 6) + draws.uniform(seed, draws.PARENT_GAP, heads, 6, 1)
    head_age = eldest[heads] + gap
    other_age = head_age + draws.uniform(seed, draws.PARTNER_GAP, heads, 7) - 3
    other_age = np.minimum(np.maximum(other_age, eldest[heads] + 21), youngest[heads] + 44)
    elder_age = head_age + 28 + draws.uniform(seed, draws.ELDER_GAP, heads, 6)
    has_partner, has_elder = plan.couple[heads], plan.elder[heads] > 0
    household = np.concatenate([heads, heads[has_partner], heads[has_elder]])
    column = np.concatenate([
        np.full(len(heads), _HEAD), np.full(int(has_partner.sum()), _PARTNER), _FIRST_CHILD + plan.children[heads[has_elder]],
    ])  # fmt: skip
    wanted = np.concatenate([head_age, other_age[has_partner], elder_age[has_elder]])
    order = np.argsort(wanted, kind="stable")
    rows = np.flatnonzero(free)
    taken = rows[match_in_order(ages[rows], wanted[order])]
    members[household[order], column[order]] = taken
    free[taken] = False


def match_in_order(supply: Ints, wanted: Ints) -> Ints:
    """Distinct positions in `supply` for each of `wanted` (both ascend): the first free one that is no smaller, if any."""
    rank = np.arange(len(wanted))
    at = np.maximum.accumulate(np.searchsorted(supply, wanted) - rank) + rank
    return np.minimum(at, len(supply) - len(wanted) + rank).astype(np.int64)


def _place_others(members: Ints, plan: _Plan, rows: Ints, ages: Ints, seed: int) -> None:
    """The adults left: alone, as relatives, and as couples without children."""
    single = np.flatnonzero(plan.size == 1)
    hosts = np.repeat(np.arange(len(plan.size)), plan.relative)
    couples = np.flatnonzero((plan.size >= 2) & (plan.children == 0))
    if len(rows) != len(single) + len(hosts) + 2 * len(couples):
        raise SelfCheckError(f"world: {len(rows)} adults are left for {len(single) + len(hosts) + 2 * len(couples)} places in households")
    order = draws.shuffled(seed, draws.ALONE, rows)
    order = order[np.argsort(ages[rows[order]] >= 30, kind="stable")]
    members[single, _HEAD] = rows[order[: len(single)]]
    rest = rows[np.sort(order[len(single) :])]
    order = draws.shuffled(seed, draws.ALONE, rest, 1)
    relatives, paired = rest[order[: len(hosts)]], np.sort(rest[order[len(hosts) :]])
    members[hosts, _FIRST_CHILD + plan.children[hosts] + plan.elder[hosts] + draws.rank_in_group(hosts)] = relatives
    spread = ages[paired] * 10 + draws.uniform(seed, draws.COUPLE, paired, 50)
    members[couples[draws.shuffled(seed, draws.COUPLE, couples, 1)], : _PARTNER + 1] = paired[np.argsort(spread, kind="stable")].reshape(-1, 2)
