"""What luck has in store for a person: which way a course goes on, how long each state lasts, when it is noticed.

All of it is a function of the seed and of whose infection it is (`people.luck`), so that it can be read ahead.
"""

from __future__ import annotations

from typing import Any

from hyosan.backend import inner
from hyosan.distributions import draw_seconds
from hyosan.luck import NOTICE, NOTICE_DELAY, bits
from hyosan.rules.exact import INSTANT_BITS
from hyosan.rules.progress import course_luck, duration_luck


@inner
def draw(b: Any, law: int, word: int) -> int:
    """Seconds drawn from a law of the rulebook."""
    row = b.laws[law]
    return draw_seconds(row.kind, row.a, row.b, b.law_values, row.offset, word)


@inner
def next_out(b: Any, g: Any, i: int, host: int, luck: int, state: int, bedless: int) -> int:
    """The transition that person i will take out of a state in the infection numbered `luck`, `bedless` 1 = without the bed they need; -1 = none."""
    start, end = b.states[state].out_start, b.states[state].out_end
    if start == end:
        return -1
    word = course_luck(b.one[0].seed, g.persons[i].id, luck, state)
    age = min(g.persons[i].age, 110)
    for k in range(start, end):
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
