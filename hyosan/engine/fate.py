"""What luck has in store for a person: which way a course goes on, how long each state lasts, when it is noticed.

All of it is a function of the seed and of whose infection it is (`people.luck`), so that it can be read ahead.
"""

from __future__ import annotations

from typing import Any, Final

from hyosan.backend import inner
from hyosan.distributions import draw_seconds
from hyosan.engine.feelings import anger_of, fear_of
from hyosan.luck import HOST, MASK, NOTICE, NOTICE_DELAY, bits, chance
from hyosan.rules.exact import INSTANT_BITS
from hyosan.rules.progress import course_luck, duration_luck

LAP: Final = 1 << 20
"""Added to `people.luck` by a transition that leads back, so that each time round has luck of its own (4,096 times, then those again)."""
CHANCE: Final = 0
VARIANT: Final = 1
FEELINGS: Final = 2
"""What decides about host types: birth, the virus, what one feels."""


@inner
def draw(b: Any, law: int, word: int) -> int:
    """Seconds drawn from a law of the rulebook."""
    row = b.laws[law]
    return draw_seconds(row.kind, row.a, row.b, b.law_values, row.offset, word)


@inner
def host_of(s: Any, g: Any, b: Any, i: int, by: int, tick: int) -> int:
    """The host type of person i in the infection that begins: born with it, that of the infector `by`, or by fear and anger now."""
    seed, name, episode, cause = b.one[0].seed, g.persons[i].id, infection_after(s.people[i].luck), b.one[0].cause
    if cause == CHANCE or by < 0:
        return s.people[i].host
    if cause == VARIANT and chance(seed, HOST, name, 2, episode, b.one[0].keeps):
        return s.travel[by].host if s.travel[by].arena_tick == tick else s.people[by].host
    units = fear_of(s, b, i, tick) + anger_of(s, g, i) if cause == FEELINGS else 0
    total = 0
    for k in range(len(b.host_share)):
        total += b.host_share[k] * (1024 + units * b.host_felt[k]) >> 10
    word = bits(seed, HOST, name, 1 if cause == VARIANT else 0, episode if cause == VARIANT else 0) >> 30
    word = word * (total >> 8) >> 24  # of [0, total): shares are 2**-32, so total fits 45 bits
    for k in range(len(b.host_share) - 1):
        word -= b.host_share[k] * (1024 + units * b.host_felt[k]) >> 10
        if word < 0:
            return k
    return len(b.host_share) - 1


@inner
def infection_after(luck: int) -> int:
    """The luck of the next infection of a person, after one of this luck."""
    return (luck & (LAP - 1)) + 1


@inner
def luck_after(b: Any, out: int, luck: int) -> int:
    """The luck by which a course goes on after a transition."""
    return (luck + LAP) & MASK if b.outs[out].back else luck


@inner
def next_out(b: Any, g: Any, i: int, host: int, luck: int, state: int, bedless: int) -> int:
    """The transition that person i will take out of a state in the infection numbered `luck`, `bedless` 1 = without the bed they need; -1 = none."""
    if b.states[state].out_start == b.states[state].out_end:
        return -1
    return out_by_luck(b, g, i, host, state, bedless, course_luck(b.one[0].seed, g.persons[i].id, luck, state))


@inner
def out_by_luck(b: Any, g: Any, i: int, host: int, state: int, bedless: int, word: int) -> int:
    """The transition that person i takes out of a state by 32 random bits; -1 = none."""
    age = min(g.persons[i].age, 110)
    for k in range(b.states[state].out_start, b.states[state].out_end):
        if word < b.out_cut[bedless, k, host, age]:
            return k
    return -1


@inner
def out_instants(b: Any, g: Any, i: int, luck: int, out: int) -> int:
    """How long person i waits for a transition, in instants."""
    word = duration_luck(b.one[0].seed, g.persons[i].id, luck, out)
    return draw(b, b.outs[out].law, word) << INSTANT_BITS


@inner
def notice_delay(g: Any, b: Any, i: int, state: int, luck: int) -> int:
    """Instants from entering a state until the authorities notice it, in the infection numbered `luck` of person i; -1 = never."""
    if bits(b.one[0].seed, NOTICE, g.persons[i].id, state, luck) >> 30 >= b.states[state].notice_share:
        return -1
    return draw(b, b.states[state].notice_law, bits(b.one[0].seed, NOTICE_DELAY, g.persons[i].id, state, luck)) << INSTANT_BITS
