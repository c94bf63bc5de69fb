"""Who infected a person, where and when: one of those who exerted where they were, by their part of the hazard.

The luck is that of a pair or of an id, never of a position in a list: whoever else comes or goes, the choice among the others stays.
Among few, everybody runs a race under the luck of the pair; among many, ids are drawn until one of them was there and is accepted by their
part, which needs few draws just when a race would need many (`engine/opponents.py` does the same for bites).
"""

from __future__ import annotations

from typing import Any, Final

from hyosan.backend import inner
from hyosan.engine.immunity import openness
from hyosan.engine.presence import goes_to, guarded
from hyosan.engine.state import ROUTINE
from hyosan.luck import INFECTOR, WHO, bits, threshold
from hyosan.rules.exact import first_of, mul_shift, scale_of
from hyosan.rules.transmit import exposure, moment_within

AIR_KEYS: Final = 1 << 31
"""Added to ids in keys of luck, so that the same person by another route is another competitor."""
MOST: Final = (1 << 23) - 1
"""The greatest weight in a race."""


@inner
def age_group(g: Any, i: int) -> int:
    """The group of 5 years of a person's age; the last is 75 and over."""
    return min(g.persons[i].age // 5, 15)


@inner
def matrix_of(g: Any, b: Any, place: int, route: int) -> int:
    """The contact matrix of a place for a route; -1 = everybody meets everybody alike."""
    row = b.settings[g.grounds[place].setting]
    return row.contact_ages if route == 0 else row.air_ages


@inner
def coefficient(s: Any, g: Any, b: Any, place: int, route: int) -> int:
    """What one unit of a place's field spends, 20 bits finer than thresholds."""
    row = b.settings[g.grounds[place].setting]
    rate, frequency = (row.contact, b.one[0].contact_frequency) if route == 0 else (row.air, b.one[0].air_frequency)
    return rate // max(1, s.places[place].members) if frequency else rate


@inner
def find_infector(s: Any, g: Any, b: Any, i: int, tick: int, total: int) -> None:
    """Note who infected person i, whose reserve is spent by `total` in this tick: by what, where, and when within their share."""
    t, off = s.travel[i], scale_of(total)
    linked = t.link_turn == tick and b.one[0].contact_link > 0
    best = -1
    if not linked and len(g.row_of) > 0:
        best = by_id(s, g, b, i, tick, off, total)
    if best < 0:
        best = by_race(s, g, b, i, tick, off, linked)
    row = s.entries[best]
    t.exposed_by, t.exposed_route, t.exposed_strain, t.exposed_place = row.person, row.route, row.strain, row.place
    t.exposed_at = max(s.people[i].since, moment_within(s.reserves[i], total, row.start, row.end))


@inner
def part(s: Any, g: Any, b: Any, i: int, entry: int, factor: int, off: int) -> int:
    """The weight of an entry at a place where person i is, who is open to its strain by `factor`: what it spends, `off` bits less; 1 .. MOST."""
    row = s.entries[entry]
    amount, matrix = row.amount, matrix_of(g, b, row.place, row.route)
    if matrix >= 0:
        amount = mul_shift(amount, b.age_mix[matrix, age_group(g, i), age_group(g, row.person)], 16)
    factor = guarded(s, g, i, row.place, factor)
    return max(1, min(MOST, exposure(coefficient(s, g, b, row.place, row.route), amount, factor) >> off))


@inner
def by_race(s: Any, g: Any, b: Any, i: int, tick: int, off: int, linked: bool) -> int:
    """The entry that wins the race among all that person i is exposed to."""
    best, best_luck, best_weight = -1, 1, 0
    if s.people[i].activity != ROUTINE:
        best, best_luck, best_weight = best_at(s, g, b, i, s.people[i].place, tick, off, best, best_luck, best_weight)
    else:
        for slot in range(b.one[0].slots):
            place = goes_to(s, g, b, i, slot, tick)
            if place >= 0:
                best, best_luck, best_weight = best_at(s, g, b, i, place, tick, off, best, best_luck, best_weight)
    if linked:
        for k in range(g.link_start[i], g.link_start[i + 1]):
            j = g.link_to[k]
            if s.travel[j].link_amount == 0:
                continue
            entry = s.travel[j].link_entry
            factor = openness(s, g, b, i, s.entries[entry].strain, tick)
            amount = s.travel[j].link_amount * g.link_weight[k] >> 10
            weight = min(MOST, exposure(b.one[0].contact_link, amount, factor) >> off)
            if amount > 0 and factor > 0:
                luck = threshold(b.one[0].seed, WHO, g.persons[i].id, g.persons[j].id, s.people[i].luck)
                if first_of(luck, max(1, weight), best_luck, best_weight):
                    best, best_luck, best_weight = entry, luck, max(1, weight)
    return best


@inner
def best_at(s: Any, g: Any, b: Any, i: int, place: int, tick: int, off: int, best: int, best_luck: int, best_weight: int) -> tuple[int, int, int]:
    """The winner of the race between the best so far and all who exert at a place."""
    k = s.places[place].field_entry
    factor, strain = 0, -1
    while k >= 0:
        row = s.entries[k]
        if row.strain != strain:
            strain = row.strain
            factor = openness(s, g, b, i, strain, tick)
        if factor > 0 and row.person != i:
            weight = part(s, g, b, i, k, factor, off)
            luck = threshold(b.one[0].seed, WHO, g.persons[i].id, g.persons[row.person].id + row.route * AIR_KEYS, s.people[i].luck)
            if first_of(luck, weight, best_luck, best_weight):
                best, best_luck, best_weight = k, luck, weight
        k = row.next
    return best, best_luck, best_weight


@inner
def by_id(s: Any, g: Any, b: Any, i: int, tick: int, off: int, total: int) -> int:
    """The entry of the first drawn person (and number of theirs) that is where person i is and is accepted; -1 = a race is shorter.

    With `space` bits of ids and of numbers, and `top` the greatest weight an entry may have here, about 2**space top / total draws are needed.
    All of them are of the places where the person is, so that who is elsewhere makes no difference.
    """
    count, top, last, chain = among(s, g, b, i, tick, off)
    space, numbers = 0, 0
    while last >> space:
        space += 1
    while (chain - 1) >> numbers:
        numbers += 1
    if (top << (space + numbers)) // max(1, total >> off) >= count:
        return -1
    for trial in range(64 * count):
        word = bits(b.one[0].seed, INFECTOR, g.persons[i].id, trial, s.people[i].luck)
        name, number = word >> (62 - space), word >> (62 - space - numbers) & ((1 << numbers) - 1)
        if name >= len(g.row_of):
            continue
        j = g.row_of[name]
        if j < 0 or j == i or s.travel[j].entry_tick != tick or number >= s.travel[j].entry_count:
            continue
        entry = s.travel[j].entry_last
        for _ in range(number):
            entry = s.entries[entry].before
        if not is_near(s, g, b, i, s.entries[entry].place, tick):
            continue
        factor = openness(s, g, b, i, s.entries[entry].strain, tick)
        if factor > 0 and (word & ((1 << 24) - 1)) * top < part(s, g, b, i, entry, factor, off) << 24:
            return entry
    return -1


@inner
def is_near(s: Any, g: Any, b: Any, i: int, place: int, tick: int) -> bool:
    """Whether person i is at a place in some part of this tick; no place (-1) is none."""
    if place < 0 or s.people[i].activity != ROUTINE:
        return place >= 0 and s.people[i].place == place
    for slot in range(b.one[0].slots):
        if goes_to(s, g, b, i, slot, tick) == place:
            return True
    return False


@inner
def among(s: Any, g: Any, b: Any, i: int, tick: int, off: int) -> tuple[int, int, int, int]:
    """How many entries person i is exposed to, a bound on the weight of each, the highest id of who makes them, and most entries of one of those."""
    count, top, factor, last, chain = 0, 1, 0, 0, 1
    for strain in range(b.one[0].strains):
        factor = max(factor, openness(s, g, b, i, strain, tick))
    if s.people[i].activity != ROUTINE:
        here = s.places[s.people[i].place]
        return here.field_count, top_at(s, g, b, i, s.people[i].place, factor, off), here.field_last, max(1, here.field_chain)
    for slot in range(b.one[0].slots):
        place = goes_to(s, g, b, i, slot, tick)
        if place >= 0 and s.places[place].field_entry >= 0:
            here = s.places[place]
            count, top = count + here.field_count, max(top, top_at(s, g, b, i, place, factor, off))
            last, chain = max(last, here.field_last), max(chain, here.field_chain)
    return count, top, last, chain


@inner
def top_at(s: Any, g: Any, b: Any, i: int, place: int, factor: int, off: int) -> int:
    """A bound on the weight of an entry at a place where somebody exerts."""
    top = 1
    if s.places[place].field_entry < 0:
        return top
    for route in range(2):
        amount, matrix = s.places[place].field_top, matrix_of(g, b, place, route)
        if matrix >= 0:
            mix = 0
            for group in range(16):
                mix = max(mix, b.age_mix[matrix, age_group(g, i), group])
            amount = mul_shift(amount, mix, 16) + 2
        top = max(top, min(MOST, (exposure(coefficient(s, g, b, place, route), amount, factor) >> off) + 1))
    return top
