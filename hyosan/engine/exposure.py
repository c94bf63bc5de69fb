"""Infection by contact: fields of places and links are integer sums of what is exerted; each who is exposed spends their reserve.

`carry_over` and `exert_one` note who exerts what where in this tick, `line_up` puts it in line by place and person, `add_up` makes fields of
it, place by place, `list_exposed` lists who is near; `expose_one` spends one person's reserve and writes only that person. The same answer in
any order. Who it was that infected somebody is found in `engine/infectors.py`.
"""

from __future__ import annotations

from typing import Any, Final

from hyosan.backend import inner, rule
from hyosan.engine.course import own, weight_of
from hyosan.engine.glance import ease_of, forget_dose, glance, led_there, may_glance, note_dose
from hyosan.engine.immunity import openness
from hyosan.engine.infectors import age_group, coefficient, find_infector, matrix_of
from hyosan.engine.presence import goes_to, guarded, member_there, members_of, slot_place, week_tick
from hyosan.engine.state import (
    ASK,
    C_CANDIDATES,
    C_CARRIED,
    C_ENTRIES,
    C_GLANCE,
    C_INFECTIOUS,
    C_LINKED,
    C_OVERFLOW,
    F_APART,
    F_OPENED,
    HELD,
    ROUTINE,
)
from hyosan.rules.exact import FULL, INSTANT_BITS, mul_shift
from hyosan.rules.transmit import exerted, exposure

LISTING: Final = 6
"""How many people can be looked at in the time of listing one who belongs to a place with a field (measured at a million people). Where listing
costs more, all are looked at. The answer is the same."""


@inner
def carry_over(s: Any, b: Any, tick: int) -> None:
    """Begin the list of who exerts what where by what was carried over from the last tick."""
    s.count[C_ENTRIES] = s.count[C_CANDIDATES] = s.count[C_LINKED] = 0
    begin = (tick * b.one[0].tick_seconds) << INSTANT_BITS
    end = begin + (b.one[0].tick_seconds << INSTANT_BITS)
    for k in range(s.count[C_CARRIED]):
        row = s.carried[k]
        # Dated into the tick before at the earliest, however late its own source was, so that the log can be sent off.
        start, stop = max(row.start, 2 * begin - end), max(row.end, 2 * begin - end)
        add_entry(s, row.person, row.route, row.strain, row.place, row.amount, start, stop, tick)
    s.count[C_CARRIED] = 0
    may_glance(s, b)


@inner
def list_exposed(s: Any, g: Any, b: Any, tick: int) -> None:
    """List everybody who is near somebody who exerts, or linked to them."""
    everybody = reaches_many(s)
    for k in range(s.count[C_ENTRIES]):
        place = s.entries[k].place
        if place < 0:
            push_links(s, g, b, s.entries[k].person, s.entries[k].strain, s.entries[k].amount, tick)
        elif s.places[place].field_entry == k and not everybody:
            expose_place(s, g, b, place, tick)
    if everybody:
        for i in range(len(s.people)):
            s.candidates[i] = i
        s.count[C_CANDIDATES] = len(s.people)


@inner
def reaches_many(s: Any) -> bool:
    """Whether so many belong to places with a field that all may as well be looked at."""
    reached = 0
    for k in range(s.count[C_ENTRIES]):
        place = s.entries[k].place
        if place >= 0 and s.places[place].field_entry == k:
            reached += s.places[place].members
    return reached * LISTING > len(s.people)


@inner
def exert_one(s: Any, g: Any, b: Any, k: int, tick: int) -> None:
    """Note what the k-th infectious person exerts, until their state changes or the tick is over, in rows of their own behind the list."""
    i, at = s.infectious[k], s.count[C_ENTRIES] + k * b.one[0].exerts
    last = at + b.one[0].exerts
    begin = (tick * b.one[0].tick_seconds) << INSTANT_BITS
    end = begin + (b.one[0].tick_seconds << INSTANT_BITS)
    start, stop = max(begin, s.people[i].since), min(end, s.people[i].next_at)
    if stop > start and s.people[i].activity != HELD and s.people[i].notes & F_APART == 0:
        for route in range(2):
            weight = weight_of(b, s.people[i].health, route)
            if weight > 0:
                at = exert_route(s, g, b, i, route, weight, start, stop, at, tick)
    if at < last:
        s.entries[at].person = -1


@inner
def exert_route(s: Any, g: Any, b: Any, i: int, route: int, weight: int, start: int, stop: int, at: int, tick: int) -> int:
    """`exert_one` by one route, at each place of the tick and through links, in rows from `at` on; gives the row behind them."""
    if s.people[i].activity != ROUTINE:
        place = s.people[i].place
        amount = guarded(s, g, i, place, own(s, i, exerted(weight, stop - start, 1, 1)))
        at = note_entry(s, at, i, route, place, amount, start, stop)
    else:
        hour, schedule = week_tick(b, tick), g.persons[i].schedule
        for slot in range(b.one[0].slots):
            seconds = b.slot_seconds[schedule, hour, slot]
            if seconds > 0:
                there = slot_place(s, g, b, i, slot)
                amount = guarded(s, g, i, there, own(s, i, exerted(weight, stop - start, seconds, b.one[0].tick_seconds)))
                at = note_entry(s, at, i, route, there, amount, start, stop)
    if route == 0 and b.one[0].contact_link > 0 and g.link_start[i + 1] > g.link_start[i]:
        at = note_entry(s, at, i, route, -1, own(s, i, exerted(weight, stop - start, 1, 1)), start, stop)
    return at


@inner
def note_entry(s: Any, at: int, person: int, route: int, place: int, amount: int, start: int, end: int) -> int:
    """Write what somebody exerts into a row that is theirs; gives the next one."""
    row = s.entries[at]
    row.person, row.route, row.strain, row.place, row.amount, row.start, row.end = person, route, s.people[person].strain, place, amount, start, end
    return at + 1


@rule
def line_up(s: Any, b: Any, tick: int) -> None:
    """Put what was noted in line, without gaps: each row goes where it was, or further to the front."""
    first, each = s.count[C_ENTRIES], b.one[0].exerts
    for k in range(s.count[C_INFECTIOUS]):
        for at in range(first + k * each, first + (k + 1) * each):
            row = s.entries[at]
            if row.person < 0:
                break
            add_entry(s, row.person, row.route, row.strain, row.place, row.amount, row.start, row.end, tick)


@inner
def add_entry(s: Any, person: int, route: int, strain: int, place: int, amount: int, start: int, end: int, tick: int) -> None:
    """One person exerts `amount` of a strain by a route at a place (-1 = through links) during an interval."""
    k = s.count[C_ENTRIES]
    if k >= len(s.entries):
        s.count[C_OVERFLOW] += 1
        return
    row, t = s.entries[k], s.travel[person]
    row.person, row.route, row.strain, row.place, row.amount, row.start, row.end, row.next = person, route, strain, place, amount, start, end, -1
    s.count[C_ENTRIES] = k + 1
    if t.entry_tick != tick:
        t.entry_tick, t.entry_last, t.entry_count = tick, -1, 0
    row.before, t.entry_last, t.entry_count = t.entry_last, k, t.entry_count + 1
    if place < 0:
        t.link_amount += amount
        t.link_entry = k
    elif s.places[place].field_entry < 0:
        s.places[place].field_entry = k
    else:
        first = s.places[place].field_entry
        row.next = s.entries[first].next
        s.entries[first].next = k


@inner
def add_up(s: Any, g: Any, b: Any, k: int) -> None:
    """Fill the fields of a place, if entry `k` is its first, by all that is exerted there."""
    place = s.entries[k].place
    if place < 0 or s.places[place].field_entry != k:
        return
    entry, count, top, last, chain = s.places[place].field_entry, 0, 0, 0, 0
    while entry >= 0:
        row = s.entries[entry]
        last, chain = max(last, g.persons[row.person].id), max(chain, s.travel[row.person].entry_count)
        add_field(s, g, b, row.person, 2 * row.strain + row.route, place, row.amount)
        entry, count, top = row.next, count + 1, max(top, row.amount)
    s.places[place].field_count, s.places[place].field_top = count, top
    s.places[place].field_last, s.places[place].field_chain = last, chain
    note_dose(s, g, b, place)


@inner
def add_field(s: Any, g: Any, b: Any, person: int, column: int, place: int, amount: int) -> None:
    """Add to a field of a place (`column` 2 strain + route), by the age of those exposed where a contact matrix says who meets whom."""
    matrix = matrix_of(g, b, place, column & 1)
    if matrix >= 0:
        row, group = g.grounds[place].ages_row * 2 * b.one[0].strains + column, age_group(g, person)
        for other in range(16):
            s.age_fields[row, other] += mul_shift(amount, b.age_mix[matrix, other, group], 16)
    else:
        s.fields[place, column] += amount


@inner
def field_on(s: Any, g: Any, b: Any, i: int, place: int, column: int) -> int:
    """The field that person i is exposed to at a place (`column` 2 strain + route)."""
    if matrix_of(g, b, place, column & 1) >= 0:
        return s.age_fields[g.grounds[place].ages_row * 2 * b.one[0].strains + column, age_group(g, i)]
    return s.fields[place, column]


@inner
def add_candidate(s: Any, b: Any, i: int, tick: int) -> None:
    """List a person as exposed, once."""
    if b.states[s.people[i].health].open > 0 and s.travel[i].candidate_tick != tick and s.people[i].activity < HELD:
        s.travel[i].candidate_tick = tick
        s.candidates[s.count[C_CANDIDATES]] = i
        s.count[C_CANDIDATES] += 1


@inner
def expose_place(s: Any, g: Any, b: Any, place: int, tick: int) -> None:
    """List everybody at a place with a field."""
    for slot in range(b.one[0].slots):
        first, last = members_of(s, g, b, slot, place, tick)
        for k in range(first, last):
            i = g.member_person[k]
            if s.ease[i] > 0 and s.count[C_GLANCE]:
                if led_there(s, g, b, i, place, tick):
                    add_candidate(s, b, i, tick)
            elif s.ease[i] != 0 and b.states[s.people[i].health].open > 0 and member_there(s, g, b, i, slot, place, tick):
                add_candidate(s, b, i, tick)
    i = s.places[place].occ_head
    while i >= 0:
        add_candidate(s, b, i, tick)
        i = s.people[i].occ_next


@inner
def push_links(s: Any, g: Any, b: Any, i: int, strain: int, amount: int, tick: int) -> None:
    """List everybody linked to a person who exerts."""
    for k in range(g.link_start[i], g.link_start[i + 1]):
        j = g.link_to[k]
        if s.travel[j].link_turn != tick:
            s.travel[j].link_turn = tick
            for other in range(b.one[0].strains):
                s.link_fields[j, other] = 0
        s.link_fields[j, strain] += amount * g.link_weight[k] >> 10
        add_candidate(s, b, j, tick)


@inner
def own_on(s: Any, g: Any, b: Any, i: int, place: int, column: int, tick: int) -> int:
    """What of the field that person i is exposed to they exert themselves: carried from before they became open."""
    if s.travel[i].entry_tick != tick:
        return 0
    matrix, amount, k = matrix_of(g, b, place, column & 1), 0, s.travel[i].entry_last
    while k >= 0:
        row = s.entries[k]
        if row.place == place and 2 * row.strain + row.route == column:
            amount += row.amount if matrix < 0 else mul_shift(row.amount, b.age_mix[matrix, age_group(g, i), age_group(g, i)], 16)
        k = row.before
    return amount


@inner
def spent_at(s: Any, g: Any, b: Any, i: int, place: int, strain: int, factor: int, total: int, tick: int) -> int:
    """`total` and what the fields of a strain at a place spend of person i's reserve, all but what they exert themselves; saturates."""
    if s.places[place].field_entry < 0:
        return total
    factor = guarded(s, g, i, place, factor)
    for route in range(2):
        field = field_on(s, g, b, i, place, 2 * strain + route) - own_on(s, g, b, i, place, 2 * strain + route, tick)
        if field > 0:
            total = min(FULL, total + exposure(coefficient(s, g, b, place, route), field, factor))
    return total


@inner
def expose_one(s: Any, g: Any, b: Any, i: int, tick: int) -> int:
    """Spend the reserve of one exposed person. When it is gone, note when, with what and by whom they are infected, and give i, else -1."""
    total = glance(s, g, b, i, tick)
    if total == ASK:
        total = spent_in_full(s, g, b, i, tick)
    if total == 0:
        return -1
    if total < s.reserves[i]:
        s.reserves[i] -= total
        return -1
    find_infector(s, g, b, i, tick, total)
    return i


@inner
def spent_in_full(s: Any, g: Any, b: Any, i: int, tick: int) -> int:
    """What a tick spends of the reserve of person i, whatever orders, strains and vaccines there are; and whether a glance will do from now on."""
    s.ease[i] = ease_of(s, g, b, i)
    if b.states[s.people[i].health].open == 0 or s.people[i].activity >= HELD or s.people[i].notes & F_APART:
        return 0
    total = 0
    for strain in range(b.one[0].strains):
        factor = openness(s, g, b, i, strain, tick)
        if factor > 0:
            total = spent_by(s, g, b, i, strain, factor, total, tick)
    return with_rest(s, b, i, total, tick)


@inner
def with_rest(s: Any, b: Any, i: int, total: int, tick: int) -> int:
    """What a tick spends of the reserve of person i, and as much for the rest of the tick before, if they became open within it.

    Exposure looks at who is open when a tick begins. What arises in the rest of a tick acts in the next, here as for those who become infectious.
    """
    if s.people[i].notes & F_OPENED == 0:
        return total
    length = b.one[0].tick_seconds << INSTANT_BITS
    rest = tick * length - s.people[i].since
    return total if rest <= 0 or rest >= length else min(FULL, total + mul_shift(total, (rest << 20) // length, 20))


@inner
def spent_by(s: Any, g: Any, b: Any, i: int, strain: int, factor: int, total: int, tick: int) -> int:
    """`total` and what a strain spends of the reserve of person i in a tick, wherever they are, being open to it by `factor`."""
    if s.travel[i].link_turn == tick and b.one[0].contact_link > 0:
        total = min(FULL, total + exposure(b.one[0].contact_link, s.link_fields[i, strain], factor))
    if s.people[i].activity != ROUTINE:
        return spent_at(s, g, b, i, s.people[i].place, strain, factor, total, tick)
    for slot in range(b.one[0].slots):
        place = goes_to(s, g, b, i, slot, tick)
        if place >= 0:
            total = spent_at(s, g, b, i, place, strain, factor, total, tick)
    return total


@inner
def clear_fields(s: Any, g: Any) -> None:
    """Set the fields that this tick used back to 0."""
    columns = s.fields.shape[1]
    for k in range(s.count[C_ENTRIES]):
        place = s.entries[k].place
        if place < 0:
            s.travel[s.entries[k].person].link_amount = 0
        elif s.places[place].field_entry >= 0:
            s.places[place].field_entry = -1
            forget_dose(s, place)
            for column in range(columns):
                s.fields[place, column] = 0
                if g.grounds[place].ages_row >= 0:
                    for group in range(16):
                        s.age_fields[g.grounds[place].ages_row * columns + column, group] = 0
