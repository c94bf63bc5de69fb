"""Do the lists, calendars, heaps and sorts of the engine do their job, against Python's own? Their order of entry must decide nothing."""

import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hyosan.backend import rule
from hyosan.engine import heap as heaps
from hyosan.engine import lists
from hyosan.engine.gather import merge_rows, sort_rows
from hyosan.engine.state import C_FOLLOWED, C_HOT, C_INFECTIOUS, C_NEXT, C_NOISES, C_SOON, C_TRACKED, RING, new_state

PEOPLE, PLACES = 12, 4
FEW = settings(max_examples=150, deadline=None)


# Pieces of kernels have no door to Python of their own; these give them one.
@rule
def enter(s, i, place):
    lists.enter_place(s, i, place)


@rule
def leave(s, i, place):
    lists.leave_place(s, i, place)


@rule
def wake(s, i, tick):
    lists.wake_in(s, i, tick)


@rule
def sleep(s, i):
    lists.drop_wake(s, i)


@rule
def due(s, i, tick):
    lists.due_in(s, i, tick)


@rule
def undue(s, i):
    lists.drop_due(s, i)


@rule
def infectious(s, i, yes):
    lists.set_infectious(s, i, yes)


@rule
def tracked(s, i, yes):
    lists.set_tracked(s, i, yes)


@rule
def hostile(s, place, change):
    lists.add_hostile(s, place, change)


@rule
def noise(s, place, loudness):
    lists.make_noise(s, place, loudness)


@rule
def heap_push(heap, start, size, person, marks, ids):
    return heaps.push(heap, start, size, person, marks, ids)


@rule
def heap_pop(heap, start, size, marks, ids):
    return heaps.pop(heap, start, size, marks, ids)


@rule
def sort(rows, start, end, ids):
    sort_rows(rows, start, end, ids)


@rule
def merge(rows, start, middle, end, ids, spare):
    merge_rows(rows, start, middle, end, ids, spare)


@pytest.fixture
def s():
    """An empty state: nobody is on any list."""
    return empty()


def empty():
    state = new_state(PEOPLE, PLACES, 1, 1, 1, (1, 1), 1, 2 * PEOPLE, 0, 10, 1, False, 0, 1)
    for name in ("occ_next", "occ_prev", "wake_next", "wake_prev", "wake_tick", "due_next", "due_prev", "due_tick", "infectious_at", "tracked_at"):
        state.people[name] = -1
    state.places["occ_head"] = state.places["hot_at"] = -1
    state.wake_head[:] = state.due_head[:] = -1
    return state


def walk(first, after):
    """A linked list, from its head on."""
    found = []
    while first >= 0:
        found.append(int(first))
        assert len(found) <= PEOPLE, "the list runs in a circle"
        first = after[first]
    return found


def linked_both_ways(found, before):
    return all(before[one] == (found[k - 1] if k else -1) for k, one in enumerate(found))


@FEW
@given(st.lists(st.tuples(st.integers(0, PEOPLE - 1), st.integers(0, PLACES - 1)), max_size=60))
def test_each_person_is_on_the_list_of_the_place_where_they_are(moves):
    s, at = empty(), {}
    for person, place in moves:
        if person in at:
            leave(s, person, at.pop(person))
        else:
            enter(s, person, place)
            at[person] = place
        for m in range(PLACES):
            found = walk(s.places[m].occ_head, s.people["occ_next"])
            assert sorted(found) == sorted(i for i, where in at.items() if where == m)
            assert linked_both_ways(found, s.people["occ_prev"])


@FEW
@given(st.lists(st.tuples(st.integers(0, PEOPLE - 1), st.sampled_from([0, 1, 5, RING - 1, RING, RING + 5, 3 * RING + 1, -1])), max_size=60))
def test_calendar_wakes_each_person_at_the_earliest_tick_asked_for(asked):
    s, at = empty(), {}
    for person, tick in asked:
        if tick < 0:
            sleep(s, person)
            at.pop(person, None)
        else:
            wake(s, person, tick)
            at[person] = min(tick, at.get(person, tick))
        assert {i: t for i, t in enumerate(s.people["wake_tick"].tolist()) if t >= 0} == at
    for slot in {tick % RING for tick in at.values()} | {0, 5}:
        found = walk(s.wake_head[slot], s.people["wake_next"])
        assert sorted(found) == sorted(i for i, tick in at.items() if tick % RING == slot and tick != s.count[C_NEXT])
        assert linked_both_ways(found, s.people["wake_prev"])
    soon = s.soon[: s.count[C_SOON]]
    assert sorted(soon) == sorted(i for i, tick in at.items() if tick == s.count[C_NEXT])
    assert (s.people["wake_prev"][soon] == range(len(soon))).all()


@FEW
@given(st.lists(st.tuples(st.integers(0, PEOPLE - 1), st.sampled_from([0, 1, 5, RING, RING + 5, -1])), max_size=60))
def test_calendar_of_changes_holds_the_last_tick_asked_for(asked):
    s, at = empty(), {}
    for person, tick in asked:
        if tick < 0:
            undue(s, person)
            at.pop(person, None)
        else:
            due(s, person, tick)
            at[person] = tick
    for slot in (0, 1, 5):
        found = walk(s.due_head[slot], s.people["due_next"])
        assert sorted(found) == sorted(i for i, tick in at.items() if tick % RING == slot)
        assert linked_both_ways(found, s.people["due_prev"])


@pytest.mark.parametrize(
    ("change", "counter", "rows", "column"),
    [(infectious, C_INFECTIOUS, "infectious", "infectious_at"), (tracked, C_TRACKED, "tracked", "tracked_at")],
)
def test_dense_lists_hold_those_who_are_on_them(change, counter, rows, column, s):
    draw, on = random.Random(2), set()
    for _ in range(300):
        person, yes = draw.randrange(PEOPLE), draw.random() < 0.5
        change(s, person, yes)
        on = on | {person} if yes else on - {person}
        listed = getattr(s, rows)[: s.count[counter]].tolist()
        assert sorted(listed) == sorted(on)
        assert all(s.people[i][column] == (listed.index(i) if i in on else -1) for i in range(PEOPLE))


def test_those_whose_way_was_followed_before_stay_in_front(s):
    draw, on, followed = random.Random(4), set(), set()
    for turn in range(600):
        person, yes = draw.randrange(PEOPLE), draw.random() < 0.5
        tracked(s, person, yes)
        on, followed = (on | {person}, followed) if yes else (on - {person}, followed - {person})
        listed = s.tracked[: s.count[C_TRACKED]].tolist()
        assert sorted(listed) == sorted(on)
        assert set(listed[: s.count[C_FOLLOWED]]) == followed
        assert all(s.people[i].tracked_at == (listed.index(i) if i in on else -1) for i in range(PEOPLE))
        if turn % 5 == 0:
            s.count[C_FOLLOWED], followed = s.count[C_TRACKED], set(on)


def test_places_with_people_who_bite_are_listed(s):
    draw, many = random.Random(3), [0] * PLACES
    for _ in range(300):
        place = draw.randrange(PLACES)
        change = 1 if many[place] == 0 or draw.random() < 0.5 else -1
        hostile(s, place, change)
        many[place] += change
        listed = s.hot[: s.count[C_HOT]].tolist()
        assert sorted(listed) == [m for m in range(PLACES) if many[m]]
        assert s.places["hostiles"].tolist() == many
        assert all(s.places[m].hot_at == (listed.index(m) if many[m] else -1) for m in range(PLACES))


def test_loudest_noise_of_a_tick_counts(s):
    for place, loudness in ((1, 60), (1, 80), (1, 70), (2, 0), (3, 5)):
        noise(s, place, loudness)
    assert s.places["noise"].tolist() == [0, 80, 0, 5]
    assert s.noises[: s.count[C_NOISES]].tolist() == [1, 3]


marks = st.lists(st.integers(0, 5) | st.integers(0, 2**60), min_size=1, max_size=40)


def ids_for(count, seed):
    """Ids that are in another order than rows."""
    return np.array(random.Random(seed).sample(range(10 * count), count), dtype=np.int64)


@FEW
@given(marks, st.integers(0, 99), st.integers(0, 3))
def test_heap_gives_people_by_mark_and_then_by_id(values, seed, start):
    size = len(values)
    mark, ids = np.array(values, dtype=np.int64), ids_for(size, seed)
    expected = sorted(range(size), key=lambda i: (mark[i], ids[i]))
    pushed = np.full(start + size + 2, -7, dtype=np.int64)
    full = 0
    for i in np.random.default_rng(seed + 1).permutation(size):
        full = heap_push(pushed, start, full, int(i), mark, ids)
    assert full == size
    left, order = size, []
    while left:
        order.append(int(pushed[start]))
        left = heap_pop(pushed, start, left, mark, ids)
    assert order == expected
    assert (pushed[:start] == -7).all()
    assert (pushed[start + size :] == -7).all()


@FEW
@given(st.integers(0, 80), st.integers(0, 99), st.integers(0, 5))
def test_sort_is_by_id_and_stays_within_its_part(size, seed, start):
    ids = ids_for(size + start + 5, seed)
    rows = np.random.default_rng(seed).permutation(size + start + 5).astype(np.int64)
    before = rows.copy()
    sort(rows, start, start + size, ids)
    assert ids[rows[start : start + size]].tolist() == sorted(ids[before[start : start + size]].tolist())
    assert rows[:start].tolist() == before[:start].tolist()
    assert rows[start + size :].tolist() == before[start + size :].tolist()


@FEW
@given(st.integers(0, 30), st.integers(0, 30), st.integers(0, 99), st.integers(0, 4))
def test_merge_of_two_sorted_parts_is_sorted(left, right, seed, start):
    size = start + left + right
    ids = ids_for(size + 1, seed)
    rows = np.random.default_rng(seed).permutation(size).astype(np.int64)
    sort(rows, start, start + left, ids)
    sort(rows, start + left, size, ids)
    before = rows.copy()
    merge(rows, start, start + left, size, ids, np.zeros(size + 1, dtype=np.int64))
    assert ids[rows[start:]].tolist() == sorted(ids[before[start:]].tolist())
    assert rows[:start].tolist() == before[:start].tolist()
