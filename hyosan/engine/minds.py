"""What the awake decide: people who noticed danger, people on their way, and those who pursue.

`choose_one` is the loop's body: it reads places and doors as they stand at the start of the tick and writes only the one person's row
and their `travel`; `engine/moving.py` commits it. Luck: per person, decision number and named option.
"""

from __future__ import annotations

from typing import Any, Final

from hyosan.backend import inner
from hyosan.engine.companions import bitten_beside, dearest_of, leader_of, scorns
from hyosan.engine.fate import draw
from hyosan.engine.feelings import mood_of, tired_of
from hyosan.engine.moving import can_pass, next_way, root
from hyosan.engine.presence import has_target, where
from hyosan.engine.rulebook import HALF_TURNED
from hyosan.engine.sound import heard_at, is_masked
from hyosan.engine.state import (
    C_CAMP,
    DEED_CALL,
    DEED_EXPEL,
    DEED_KILL,
    DEED_LURE,
    DEED_TELL,
    DEED_WARN,
    FLEE,
    HELD,
    HIDE,
    PURSUE,
    ROUTINE,
)
from hyosan.luck import AIM, PURSUIT, WAKE, bits, threshold
from hyosan.luck import HIDE as HIDE_LUCK
from hyosan.rules.behave import (
    BARRICADE,
    BESIDE,
    BITTEN,
    CARRY_ON,
    EXPEL,
    FLEE_HOME,
    FLEE_OUT,
    FOLLOW,
    GATHER,
    HALF,
    HEARS,
    HELP,
    HIDDEN,
    KILL,
    LURE,
    SEEK,
    SEES,
    WARN,
    choose_option,
)
from hyosan.rules.exact import INSTANT_BITS, first_of
from hyosan.rules.move import travel_instants

HOPS: Final = 16
"""Places that one person passes in a tick, at most."""
PRESSING_QUIETER: Final = 10
"""dB by which pressing a door is quieter than a fight."""
DRAWN_BY: Final = 20
"""dB by which a sound may be quieter than a fight to draw them off a door (assumed: a fight one street on does, other doors do not)."""
SAMPLES: Final = 4
"""Doors that one who pursues tries at a place with many."""


@inner
def choose_one(s: Any, g: Any, b: Any, i: int, tick: int) -> None:
    """What person i does in this tick."""
    t = s.travel[i]
    t.place = t.activity = t.wake = t.option = -1
    t.barricade = t.camp = t.deed = 0
    activity = s.people[i].activity
    if activity >= HELD or b.one[0].has_ways == 0 or g.persons[i].needs:
        return
    if activity == PURSUE:
        pursue(s, g, b, i, tick)
        return
    if b.states[s.people[i].health].chained:
        return
    here = where(s, g, b, i, tick)
    danger = s.places[here].hostiles > 0
    if s.people[i].goal < 0 or activity == ROUTINE or activity == HIDE:
        decide(s, g, b, i, here, danger, tick)
    if s.people[i].goal >= 0 and not danger:
        walk(s, g, b, i, here, tick)
    elif s.people[i].goal >= 0:
        t.wake = tick + 1
    if s.people[i].goal >= 0 and t.activity < 0 and activity != FLEE:
        t.activity = FLEE


@inner
def decide(s: Any, g: Any, b: Any, i: int, here: int, danger: bool, tick: int) -> None:
    """Person i chooses an option by what they saw, heard or were told, what they feel and know, and who is with them."""
    p, t = s.people[i], s.travel[i]
    situation = SEES if danger else p.alarm
    if situation == HIDDEN and p.activity == ROUTINE:
        return
    beside = -1
    if b.one[0].beside_bitten and not danger and s.places[here].bitten > 0 and p.health != b.one[0].infected:
        beside = bitten_beside(s, g, b, i, here)
    leader = leader_of(s, g, b, i, here, tick) if b.one[0].minds else -1
    row = situation
    if p.health == b.one[0].infected and b.one[0].bitten_choose and situation > HIDDEN:
        row = BITTEN
    elif b.states[p.health].kind == HALF_TURNED and b.one[0].half_choose:
        row = HALF
    elif beside >= 0:
        row = BESIDE
    factors = g.persons[i].knows
    if leader >= 0 and g.persons[leader].knows:
        factors = 1
    if beside >= 0 and scorns(g, i, beside):
        factors += 2
    mood = mood_of(s, g, b, i, tick)
    option = choose_option(b.one[0].seed, g.persons[i].id, p.decision, b.choice[row], b.factors[factors], mood, b.feelings)
    p.decision += 1
    p.alarm = 0
    t.option = option
    if p.activity == ROUTINE and situation > HIDDEN and b.one[0].minds:
        t.deed |= DEED_TELL
    p.ready = max(p.ready, (tick * b.one[0].tick_seconds) << INSTANT_BITS)
    act(s, g, b, i, here, danger, situation, option, leader, beside, tick)


@inner
def act(s: Any, g: Any, b: Any, i: int, here: int, danger: bool, situation: int, option: int, leader: int, beside: int, tick: int) -> None:
    """What the option that person i chose comes to: a goal, or hiding, and deeds."""
    p, t = s.people[i], s.travel[i]
    home, goal = g.persons[i].home, -1
    if option == CARRY_ON:
        if p.activity == ROUTINE:
            return
        if here == home and not danger:
            t.activity = ROUTINE
            return
        option = FLEE_HOME
    if option == FLEE_OUT or option == LURE:
        goal = g.grounds[root(g, here)].out
        if goal >= 0 and option == LURE:
            t.deed |= DEED_LURE
        if goal < 0:
            option = FLEE_HOME
    elif option == HELP and not danger:
        _, heard = heard_at(s, g, here, tick)
        if heard >= 0:
            goal = g.ways[heard].to
    elif option == SEEK:
        goal = dearest_of(s, g, b, i, here, tick)
    elif option == GATHER and b.one[0].meeting != here:
        goal = b.one[0].meeting
    elif option == FOLLOW and leader >= 0 and s.people[leader].activity == FLEE and s.people[leader].heading != here:
        goal = s.people[leader].heading
    if option == FLEE_HOME and here != home:
        goal = home
    if goal >= 0:
        p.goal = goal
        return
    stay_hidden(s, g, b, i, here, option == BARRICADE, situation, tick)
    if option == FOLLOW and leader >= 0 and p.goal < 0:
        t.wake = max(tick + 1, s.people[leader].wake_tick)
    elif option == WARN:
        t.deed |= DEED_WARN
    elif (option == EXPEL or option == KILL) and beside >= 0:
        t.harmed, t.wake = beside, tick + 1
        t.deed |= DEED_EXPEL if option == EXPEL else DEED_KILL


@inner
def stay_hidden(s: Any, g: Any, b: Any, i: int, here: int, barricade: bool, situation: int, tick: int) -> None:
    """Person i hides where they are, in the open makes for home, for as long as they mean to."""
    p, t = s.people[i], s.travel[i]
    if g.grounds[here].parent < 0 and g.grounds[here].way_end > g.grounds[here].way_start and g.persons[i].home != here and situation != HIDDEN:
        p.goal = g.persons[i].home
        return
    t.activity = HIDE
    t.deed |= DEED_CALL if situation >= HEARS else 0
    p.goal = -1
    if barricade and g.grounds[here].parent >= 0:
        t.barricade = 1
    rest_for(b, g, t, i, p.decision, tick)


@inner
def rest_for(b: Any, g: Any, t: Any, i: int, decision: int, tick: int) -> None:
    """Wake again after as long as one means to hide."""
    seconds = draw(b, b.one[0].hide_law, bits(b.one[0].seed, HIDE_LUCK, g.persons[i].id, 0, decision))
    t.wake = tick + 1 + seconds // b.one[0].tick_seconds


@inner
def walk(s: Any, g: Any, b: Any, i: int, here: int, tick: int) -> None:
    """Person i goes towards their goal as far as this tick lets them, and stops before danger: as places stand at its start."""
    p, t = s.people[i], s.travel[i]
    length = b.one[0].tick_seconds << INSTANT_BITS
    now = tick * length
    pace = pace_of(s, b, i)
    t.wake = tick + 1
    t.ready = p.ready
    for _ in range(HOPS):
        way = next_way(g, here, p.goal)
        if way < 0:
            p.goal = -1
            break
        if not can_pass(s, g, b, i, way):
            blocked(s, g, b, i, here, way, tick)
            break
        there = g.ways[way].to
        if s.places[there].hostiles > 0 and there != g.persons[i].home:
            p.alarm = 3
            aside(s, g, b, i, here, pace, max(now, t.ready), now + length)
            break
        arrival = max(now, t.ready + travel_instants(g.ways[way].seconds, pace))
        if arrival > now + length:
            break
        here = there
        t.ready = arrival
        t.place = here
        if g.grounds[here].outside:
            break
        if here == p.goal:
            p.goal = -1
            t.activity = HIDE
            rest_for(b, g, t, i, p.decision, tick)
            break
        if s.places[here].hostiles > 0:
            break
    if t.place >= 0:
        p.ready = t.ready
        if t.activity < 0:
            t.activity = FLEE


@inner
def pace_of(s: Any, b: Any, i: int) -> int:
    """The pace at which person i flees, in 1/1024 of walking time: the tired are slower."""
    return b.one[0].run_pace * (1024 + b.one[0].tired_slows * tired_of(s, b, i)) >> 10


@inner
def blocked(s: Any, g: Any, b: Any, i: int, here: int, way: int, tick: int) -> None:
    """The way is closed: at a gate closed by order with a camp one is let in there, else one waits."""
    p, t = s.people[i], s.travel[i]
    if g.ways[way].gate >= 0 and s.gates[g.ways[way].gate].closed == 1 and s.count[C_CAMP] > 0:
        t.camp = 1
        return
    p.goal = -1
    t.activity = HIDE
    rest_for(b, g, t, i, p.decision, tick)


@inner
def aside(s: Any, g: Any, b: Any, i: int, here: int, pace: int, now: int, end: int) -> None:
    """Danger ahead: indoors one waits and decides anew, in the open one steps aside where nobody is seen who bites, by the end of the tick."""
    p, t = s.people[i], s.travel[i]
    p.goal = -1
    if g.grounds[here].parent >= 0:
        return
    best, best_luck, best_weight = -1, 1, 0
    for k in range(g.grounds[here].main_start, g.grounds[here].main_end):
        way = g.main_way[k]
        there = g.ways[way].to
        if s.places[there].hostiles > 0 or not can_pass(s, g, b, i, way) or g.grounds[there].outside:
            continue
        luck = threshold(b.one[0].seed, AIM, g.persons[i].id, g.grounds[there].id, p.decision)
        if first_of(luck, 1, best_luck, best_weight):
            best, best_luck, best_weight = way, luck, 1
    p.decision += 1
    if best < 0:
        return
    t.ready = min(end, now + travel_instants(g.ways[best].seconds, pace))
    t.place = g.ways[best].to


@inner
def pursue(s: Any, g: Any, b: Any, i: int, tick: int) -> None:
    """One who pursues: stays with prey, presses a door, follows sound, sight and smell, roams, or rests."""
    p, t = s.people[i], s.travel[i]
    length = b.one[0].tick_seconds << INSTANT_BITS
    now = tick * length
    if p.press < 0:
        p.ready = now
    here = p.place
    pace = b.states[p.health].pace
    t.wake = tick + 1
    for _ in range(HOPS):
        if has_target(s, g, b, here, tick):
            p.press = -1
            break
        way = p.press
        if way < 0:
            way = next_of_pursuit(s, g, b, i, here, tick)
            p.decision += 1
            if way < 0:
                if sounds_here(s, here, tick) > 0:
                    break
                law = b.states[p.health].wakes_law
                seconds = draw(b, law, bits(b.one[0].seed, WAKE, g.persons[i].id, 0, p.decision))
                t.wake = tick + 1 + seconds // b.one[0].tick_seconds
                break
            p.press = way
        door = g.ways[way].door
        there = g.ways[way].to
        if door >= 0 and s.doors[door].state != 0:
            level, heard = heard_at(s, g, here, tick)
            drawn_away = heard >= 0 and way != heard and level > b.one[0].fight_noise - DRAWN_BY  # nobody is drawn to where they are
            if s.doors[door].state == 2 or drawn_away or not (way == heard or has_target(s, g, b, there, tick)):
                p.press = -1
            break
        if gate_shut(s, g, way):
            p.press = -1
            break
        arrival = max(now, p.ready + travel_instants(g.ways[way].seconds, pace))
        if arrival > now + length:
            break
        here = there
        p.ready = arrival
        p.press = -1
        t.place, t.ready = here, arrival
        if g.grounds[here].outside:
            break
    if t.place >= 0:
        t.activity = PURSUE


@inner
def sounds_here(s: Any, here: int, tick: int) -> int:
    """How loud the last sound was that arose where one is: who followed a sound stays at its source."""
    row = s.places[here]
    return row.heard if row.heard_tick >= tick - 1 and row.heard_way < 0 else 0


@inner
def gate_shut(s: Any, g: Any, way: int) -> bool:
    """Whether a way is closed by order to those who pursue."""
    gate = g.ways[way].gate
    return gate >= 0 and s.gates[gate].closed != 0


@inner
def next_of_pursuit(s: Any, g: Any, b: Any, i: int, here: int, tick: int) -> int:
    """The way that one who pursues takes; -1 = rests. Options are the ways out, a few doors, and the way to what is heard."""
    p = s.people[i]
    senses = b.states[p.health]
    stay = min(senses.rest + (senses.sound * sounds_here(s, here, tick) >> 6), (1 << 24) - 1)
    best, best_luck, best_weight = -1, threshold(b.one[0].seed, PURSUIT, g.persons[i].id, 0, p.decision), stay
    loudness, heard = heard_at(s, g, here, tick)
    row = g.grounds[here]
    children = row.child_end - row.child_start
    few = min(children, SAMPLES) if children > 12 else children
    for k in range(row.main_end - row.main_start + few + 1):
        if k < row.main_end - row.main_start:
            way = g.main_way[row.main_start + k]
        elif k < row.main_end - row.main_start + few:
            at = k - (row.main_end - row.main_start)
            if children > 12:
                at = ((bits(b.one[0].seed, AIM, g.persons[i].id, at, p.decision) >> 30) * children) >> 32
            way = g.child_way[row.child_start + at]
        else:
            way = heard
        if way < 0 or (way == heard and k < row.main_end - row.main_start + few):
            continue
        weight = attraction(s, g, b, p.health, way, loudness if way == heard else 0, tick)
        if weight > 0:
            luck = threshold(b.one[0].seed, PURSUIT, g.persons[i].id, g.ways[way].to_id + 1, p.decision)
            if first_of(luck, weight, best_luck, best_weight):
                best, best_luck, best_weight = way, luck, weight
    return best


@inner
def attraction(s: Any, g: Any, b: Any, health: int, way: int, heard: int, tick: int) -> int:
    """Weight of a way for one who pursues: roaming and sight need an open way, smell and sound go through doors."""
    row, senses = g.ways[way], b.states[health]
    if gate_shut(s, g, way):
        return 0
    shut = row.door >= 0 and s.doors[row.door].state != 0
    if row.door >= 0 and s.doors[row.door].state == 2:
        return 0
    weight = 0 if shut else senses.wander
    weight += senses.sound * heard >> 6
    smell = 0 if is_masked(s, row.to, tick) or is_masked(s, row.from_, tick) else senses.smell
    if (smell > 0 or (senses.sight > 0 and not shut)) and has_target(s, g, b, row.to, tick):
        weight += smell
        if not shut:
            weight += senses.sight
    return min(weight, (1 << 24) - 1)
