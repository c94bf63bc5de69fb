"""Where people are: by the hour for those who follow their routine, by `people.place` for those who left it."""

from __future__ import annotations

from typing import Any

from hyosan.backend import inner
from hyosan.engine.lists import add_hostile, enter_place, leave_place, stir
from hyosan.engine.state import ASK, C_DAY, C_HELD, F_HOME, GONE, HELD, ROUTINE
from hyosan.luck import SLIP, bits


@inner
def week_tick(b: Any, tick: int) -> int:
    """The tick of the week since the start of the run, for routines."""
    return tick % b.one[0].week_ticks


@inner
def slot_place(s: Any, g: Any, b: Any, i: int, slot: int) -> int:
    """Where person i spends a slot: their place of it, or home where it is closed or an order keeps them; for good where no way leads out."""
    if g.persons[i].kept >= 0:
        return g.persons[i].kept
    home = g.persons[i].home
    place = g.slots[i, slot]
    if place < 0 or place == home:
        return home
    if s.places[place].closed or s.people[i].notes & F_HOME:
        return home
    order = s.zones[g.persons[i].zone]
    if order.curfew > 0 and s.people[i].obeys < order.curfew and not slips_out(s, g, b, i, order.slips):
        return home
    return place


@inner
def any_curfew(s: Any) -> bool:
    """Whether a curfew is in force in some zone."""
    for zone in range(len(s.zones)):
        if s.zones[zone].curfew > 0:
            return True
    return False


@inner
def slips_out(s: Any, g: Any, b: Any, i: int, share: int) -> bool:
    """Whether person i, who keeps to a curfew, slips out on this day."""
    seed = b.one[0].seed if s.count[C_DAY] > b.one[0].redrawn_day else b.one[0].born
    return share > 0 and bits(seed, SLIP, g.persons[i].id, 0, s.count[C_DAY]) >> 30 < share


@inner
def goes_to(s: Any, g: Any, b: Any, i: int, slot: int, tick: int) -> int:
    """Where person i, who follows the routine, is in a slot of a tick; -1 = the slot does not come up in it, or an earlier one led there too."""
    hour, schedule = week_tick(b, tick), g.persons[i].schedule
    if b.slot_seconds[schedule, hour, slot] == 0:
        return -1
    place = slot_place(s, g, b, i, slot)
    plain = place != g.persons[i].home and g.persons[i].kept < 0  # then only a slot that names this place leads there
    for other in range(slot):
        if b.slot_seconds[schedule, hour, other] > 0:
            there = g.slots[i, other] if plain else slot_place(s, g, b, i, other)
            if there == place:
                return -1
    return place


@inner
def guarded(s: Any, g: Any, i: int, place: int, amount: int) -> int:
    """What of an amount that person i exerts, or takes in, at a place is left where an order reduces contacts and they keep to it."""
    cut = s.cuts[g.grounds[place].setting]
    if cut.share > 0 and s.people[i].obeys < cut.share * s.zones[g.persons[i].zone].trust >> 20:
        return (amount >> 20) * cut.left + ((amount & 0xFFFFF) * cut.left >> 20)
    return amount


@inner
def routine_place(s: Any, g: Any, b: Any, i: int, tick: int) -> int:
    """Where a person who follows the routine is for most of a tick."""
    return slot_place(s, g, b, i, b.main_slot[g.persons[i].schedule, week_tick(b, tick)])


@inner
def where(s: Any, g: Any, b: Any, i: int, tick: int) -> int:
    """Where person i is in a tick; -1 = out of the play."""
    if s.people[i].activity == ROUTINE:
        return routine_place(s, g, b, i, tick)
    return s.people[i].place


@inner
def is_target(s: Any, b: Any, i: int) -> bool:
    """Whether person i can be bitten: in the state everybody starts in, and neither held nor gone."""
    return s.people[i].health == b.one[0].susceptible and s.people[i].activity < HELD


@inner
def count_in(s: Any, b: Any, i: int, place: int, change: int) -> None:
    """Count person i (who left the routine) among those of a place who bite, can be bitten, or were."""
    if s.people[i].activity == HELD:
        return
    if b.states[s.people[i].health].hostile >= 0:
        add_hostile(s, place, change)
    elif s.people[i].health == b.one[0].susceptible:
        s.places[place].targets += change
    if s.people[i].health == b.one[0].infected:
        s.places[place].bitten += change


@inner
def count_routine(s: Any, g: Any, b: Any, i: int, change: int) -> None:
    """Count person i (who follows the routine and can be bitten) at all places they belong to."""
    for slot in range(b.one[0].slots):
        if g.slots[i, slot] >= 0:
            s.places[g.slots[i, slot]].routine += change


@inner
def set_place(s: Any, g: Any, b: Any, i: int, place: int, activity: int) -> None:
    """Person i leaves the routine, or where they were, and is at a place doing something; GONE takes them out, ROUTINE back."""
    stir(s, i)
    if s.people[i].activity != ROUTINE and s.people[i].activity != GONE:
        count_in(s, b, i, s.people[i].place, -1)
        leave_place(s, i, s.people[i].place)
    if (activity == ROUTINE) != (s.people[i].activity == ROUTINE) and s.people[i].health == b.one[0].susceptible:
        count_routine(s, g, b, i, 1 if activity == ROUTINE else -1)
    if activity == HELD:
        s.count[C_HELD] += 1
    if s.people[i].activity == HELD:
        s.count[C_HELD] -= 1
    s.people[i].activity = activity
    s.ease[i] = ASK
    s.people[i].leave_reserve = 0
    if activity == ROUTINE or activity == GONE:
        if activity == ROUTINE:
            s.people[i].place = -1
        else:
            s.people[i].place = place
        return
    s.people[i].place = place
    enter_place(s, i, place)
    count_in(s, b, i, place, 1)


@inner
def is_present(s: Any, g: Any, b: Any, i: int, slot: int, place: int, tick: int) -> bool:
    """Whether person i, a member of (slot, place), spends some of the tick there by routine."""
    if s.people[i].activity != ROUTINE:
        return False
    if b.slot_seconds[g.persons[i].schedule, week_tick(b, tick), slot] == 0:
        return False
    return slot_place(s, g, b, i, slot) == place


@inner
def sent_home(s: Any, g: Any, b: Any, i: int, place: int, tick: int) -> bool:
    """Whether person i, at home by membership, is there in a slot that is not the home slot (closed, curfew, or no place of their own)."""
    if s.people[i].activity != ROUTINE:
        return False
    hour, schedule = week_tick(b, tick), g.persons[i].schedule
    for slot in range(b.one[0].slots):
        if b.slot_seconds[schedule, hour, slot] > 0 and slot_place(s, g, b, i, slot) == place:
            return True
    return False


@inner
def has_target(s: Any, g: Any, b: Any, place: int, tick: int) -> bool:
    """Whether somebody at a place can be bitten."""
    if s.places[place].targets > 0 or s.places[place].routine == 0:
        return s.places[place].targets > 0
    for slot in range(b.one[0].slots):
        first, last = members_of(s, g, b, slot, place, tick)
        for k in range(first, last):
            i = g.member_person[k]
            if s.people[i].health == b.one[0].susceptible and member_there(s, g, b, i, slot, place, tick):
                return True
    return False


@inner
def members_of(s: Any, g: Any, b: Any, slot: int, place: int, tick: int) -> tuple[int, int]:
    """First and last + 1 of `member_person` that may be at a (slot, place) in this tick; none where no schedule of theirs comes to the slot."""
    at = slot * len(s.places) + place
    if slot > 0 and g.member_schedules[at] & b.slot_open[week_tick(b, tick), slot] == 0:
        return 0, 0
    return g.member_start[at], g.member_start[at + 1]


@inner
def member_there(s: Any, g: Any, b: Any, i: int, slot: int, place: int, tick: int) -> bool:
    """Whether a member of (slot, place) is there by routine in this tick; homes also hold those who were sent home."""
    if slot == 0:
        return sent_home(s, g, b, i, place, tick)
    if g.persons[i].home == place:
        return False
    return is_present(s, g, b, i, slot, place, tick)
