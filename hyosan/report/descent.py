"""The time-tree of transmission: from the first case on, those who led to most, with everybody else under them counted together.

Time runs to the right. Children stand above each other, the latest on top, so that no line crosses a label. Drawn as SVG on the page
itself: it needs no script.
"""

from __future__ import annotations

import heapq
import math
from html import escape
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from hyosan.report.counts import Facts, Row, clock
from hyosan.report.people import Persons
from hyosan.results.tree import tree

DRAWN = 24
"""Infections that are drawn one by one."""
WIDTH, LEFT, RIGHT, ROW, TOP = 1000, 14, 300, 21, 34
Whole = NDArray[np.int64]
_STEPS = (600, 1800, 3600, 7200, 10_800, 21_600, 43_200, *(86_400 * n for n in (1, 2, 3, 4, 5, 7, 10, 14, 21, 28, 42, 56, 100, 200, 365, 730)))


class Branch(NamedTuple):
    """An infection of the tree, or (`person` = -1) all others by the same infector, drawn as one."""

    parent: int
    """Position of the infector in the list of branches; -1 = the first case."""
    person: int
    second: int
    last: int
    """Second of the last infection that it led to, itself included."""
    children: int
    descendants: int
    infections: int
    """1, or how many the infector made that are counted together here."""


def branches(facts: Facts) -> list[Branch]:
    """The tree of the seed that led to most, as it is drawn, from the top row down; empty where nobody passed it on."""
    rows = tree(facts.run)
    parents, seconds = rows["parent"].to_numpy(), rows["second"].to_numpy()
    if not (parents >= 0).any():
        return []
    sizes, last = _totals(parents, seconds, rows["generation"].to_numpy())
    seeds = np.flatnonzero(parents < 0)
    root = int(seeds[np.argmax(sizes[seeds])])
    order = np.argsort(parents, kind="stable")
    starts = np.searchsorted(parents[order], np.arange(len(parents) + 1))

    def kids(row: int) -> list[int]:
        found: list[int] = order[starts[row] : starts[row + 1]].tolist()
        return found

    open_, drawn = [(-int(sizes[root]), root)], set[int]()
    while open_ and len(drawn) < DRAWN:
        _, row = heapq.heappop(open_)
        drawn.add(row)
        for kid in kids(row):
            heapq.heappush(open_, (-int(sizes[kid]), kid))
    people = rows["infected"].to_numpy()
    found: list[Branch] = []

    def lay(row: int, parent: int) -> None:
        mine = len(found)
        found.append(Branch(parent, int(people[row]), int(seconds[row]), int(last[row]), len(kids(row)), int(sizes[row]), 1))
        rest = [kid for kid in kids(row) if kid not in drawn]
        own = sorted((kid for kid in kids(row) if kid in drawn), key=lambda kid: (-int(seconds[kid]), kid))
        together = _together(rest, mine, seconds, last, sizes)
        for kid in own:
            if together and int(seconds[kid]) < together.second:
                found.append(together)
                together = None
            lay(kid, mine)
        if together:
            found.append(together)

    lay(root, -1)
    return found


def _together(rest: list[int], parent: int, seconds: Whole, last: Whole, sizes: Whole) -> Branch | None:
    if not rest:
        return None
    below = int(sizes[rest].sum())
    return Branch(parent, -1, int(seconds[rest].min()), int(last[rest].max()), 0, below, len(rest))


def _totals(parents: Whole, seconds: Whole, generations: Whole) -> tuple[Whole, Whole]:
    """Of each infection: how many followed from it, and the second of the last; added up from the last generation to the first."""
    sizes, last = np.zeros(len(parents), dtype=np.int64), seconds.copy()
    by_generation = np.argsort(generations, kind="stable")
    bounds = np.searchsorted(generations[by_generation], np.arange(generations.max() + 2))
    for generation in range(int(generations.max()), 0, -1):
        mine = by_generation[bounds[generation] : bounds[generation + 1]]
        np.add.at(sizes, parents[mine], sizes[mine] + 1)
        np.maximum.at(last, parents[mine], last[mine])
    return sizes, last


def descent_rows(facts: Facts, found: list[Branch], persons: Persons) -> list[Row]:
    """The same as a table: no, by (no of the infector), person, when, infected, led to."""
    return [
        {
            "no": no, "by": one.parent + 1 if one.parent >= 0 else "",
            "person": persons.say(one.person) if one.person >= 0 else f"{one.infections:,} others",
            "when": clock(facts.run, one.second), "infected": one.children if one.person >= 0 else "", "led_to": one.descendants,
        }
        for no, one in enumerate(found, 1)
    ]  # fmt: skip


def descent_svg(facts: Facts, found: list[Branch], persons: Persons, linked: set[int]) -> str:
    """The picture. Persons in `linked` are links to their stories on the page."""
    if not found:
        return ""
    scale = scale_of(found)
    height = TOP + ROW * len(found) + 8
    parts = [
        f'<svg class="descent" viewBox="0 0 {WIDTH} {height}" role="img" aria-label="Who infected whom, from the first case on, over time">',
        *_axis(facts, scale, height),
    ]
    below: dict[int, list[int]] = {}
    for position, one in enumerate(found):
        below.setdefault(one.parent, []).append(position)
    reach = [max((found[kid].second for kid in below.get(position, ())), default=_edge(one)) for position, one in enumerate(found)]
    for position in below:
        if position >= 0:
            y = _y(position)
            parts.append(f'<path class="line" d="M{scale.x(found[position].second):.1f} {y}H{scale.x(reach[position]):.1f}"/>')
            parts += [f'<path class="line" d="M{scale.x(found[kid].second):.1f} {y}V{_y(kid)}"/>' for kid in below[position]]
    for position, one in enumerate(found):
        parts += _mark(facts, one, scale, _y(position), scale.x(reach[position]) + 9, persons, linked)
    return "".join([*parts, "</svg>"])


class Scale(NamedTuple):
    """Where a second stands on the picture."""

    first: int
    last: int
    bend: float
    """Power of the time since the first case: 1 = even; less gives the first hours more room."""

    def x(self, second: int) -> float:
        """Pixels from the left."""
        return LEFT + (WIDTH - LEFT - RIGHT) * float(((second - self.first) / max(1, self.last - self.first)) ** self.bend)


def scale_of(found: list[Branch]) -> Scale:
    """The scale of time of a picture, bent so that half of those drawn stand right of a third of it."""
    first, end = found[0].second, max(_edge(one) for one in found)
    middle, whole = sorted(one.second - first for one in found if one.person >= 0)[sum(one.person >= 0 for one in found) // 2], end - first
    if not 0 < middle < whole:
        return Scale(first, end, 1.0)
    return Scale(first, end, min(1.0, max(0.15, math.log(0.35) / math.log(middle / whole))))


def _axis(facts: Facts, scale: Scale, height: int) -> list[str]:
    """Ticks at round times after the first case, those that have room."""
    parts, right = [], 0.0
    for step in (0, *_STEPS):
        at, label = scale.first + step, clock(facts.run, scale.first + step)
        x, wide, anchor = scale.x(at), 7.0 * len(label), "middle" if step else "start"
        if at > scale.last or (step and x - wide / 2 < right):
            continue
        right = x + (wide / 2 if step else wide)
        parts.append(
            f'<path class="tick" d="M{x:.1f} {TOP - 8}V{height}"/><text class="when" x="{x:.1f}" y="14" text-anchor="{anchor}">{label}</text>'
        )
    return parts


def _mark(facts: Facts, one: Branch, scale: Scale, y: int, label_x: float, persons: Persons, linked: set[int]) -> list[str]:
    x = scale.x(one.second)
    if one.person < 0:
        text = f"{one.infections:,} more by the same" + (f", who led to {one.descendants:,}" if one.descendants else "")
        right, span = max(scale.x(one.last), x + 5), f"{clock(facts.run, one.second)} to {clock(facts.run, one.last)}"
        shape = f'<path class="wedge" d="M{x:.1f} {y}L{right:.1f} {y - 6}V{y + 6}Z"><title>{span}</title></path>'
        return [shape, f'<text class="soft" x="{max(label_x, right + 9):.1f}" y="{y + 4}">{text}</text>']
    who = f"{persons.say(one.person)}"
    led = f": infected {one.children:,}, led to {one.descendants:,}" if one.children else ""
    text = f"{escape(who)}{led}"
    if one.person in linked:
        text = f'<a href="#person-{one.person}">{text}</a>'
    return [
        f'<circle cx="{x:.1f}" cy="{y}" r="4.5"><title>{clock(facts.run, one.second)}</title></circle>',
        f'<text x="{label_x:.1f}" y="{y + 4}">{text}</text>',
    ]


def _edge(one: Branch) -> int:
    return one.second if one.person >= 0 else one.last


def _y(position: int) -> int:
    return TOP + ROW * position + ROW // 2
