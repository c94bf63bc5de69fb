"""Are the ending's figures checked, and the tree of infections rebuilt right?"""

from dataclasses import replace

import fake_run
import numpy as np
import pytest
from small_worlds import village

import hyosan
from hyosan import provenance
from hyosan.errors import RunFolderError, SelfCheckError
from hyosan.results.ending import Alive, Ending, Struck
from hyosan.results.run import Run
from hyosan.results.tree import depth, offspring, tree

ENDING = Ending(residents=10, alive=Alive(3, 1, 1), killed_in_strikes=Struck(1, 0, 1), killed_otherwise=1, turned_at_large=1, missing=1)


def _run(rows):
    """A run of infections (second, infected, infector); infector -1 = a seed."""
    events = [
        {"second": second, "kind": "seeded" if infector < 0 else "infected", "person": infected, "other": infector}
        for second, infected, infector in rows
    ]
    return Run.in_memory({}, {"events": [fake_run.columns("events", events)]})


def test_ending_adds_up_and_survives_the_manifest():
    ENDING.check()
    assert ENDING.dead == 3
    assert Ending.from_json(ENDING.to_json()) == ENDING


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (replace(ENDING, missing=2), "= 11, but there are 10 residents"),
        (replace(ENDING, missing=-1, turned_at_large=3), "missing is -1"),
        (replace(ENDING, ever_infected=11), "11 ever infected"),
    ],
)
def test_ending_that_does_not_add_up_is_a_bug(wrong, message):
    with pytest.raises(SelfCheckError, match=message):
        wrong.check()


@pytest.mark.parametrize(
    "figures",
    [None, {}, ENDING.to_json() | {"extra": 1}, ENDING.to_json() | {"alive": {"x": 1}}, ENDING.to_json() | {"missing": "1"}],
)
def test_damaged_ending_is_refused(figures):
    with pytest.raises(RunFolderError, match="ending"):
        Ending.from_json(figures)


def test_tree_of_a_known_outbreak():
    run = _run([(0, 5, -1), (0, 6, -1), (10, 7, 5), (10, 8, 7), (30, 9, 8), (40, 1, 6)])
    found = tree(run)
    assert found["generation"].to_pylist() == [0, 0, 1, 2, 3, 1]
    assert found["infector"].to_pylist() == [-1, -1, 5, 7, 8, 6]
    assert offspring(run).to_pydict() == {
        "person": [5, 6, 7, 8, 1, 9], "generation": [0, 0, 1, 2, 1, 3], "offspring": [1, 1, 1, 1, 0, 0],
    }  # fmt: skip
    assert depth(run) == 3


def test_parent_is_the_infectors_latest_infection():
    # 1 infects 2, 2 infects 1 again, who infects 3: the chain goes through the second infection of 1.
    assert tree(_run([(0, 1, -1), (5, 2, 1), (9, 1, 2), (12, 3, 1)]))["generation"].to_pylist() == [0, 1, 2, 3]


def test_generations_of_a_long_chain():
    rows = [(0, 0, -1)] + [(i, i, i - 1) for i in range(1, 5000)]
    assert np.array_equal(tree(_run(rows))["generation"].to_numpy(), np.arange(5000))


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([(0, 1, -1), (5, 2, 3)], "by 3, who was not infected before"),
        ([(0, 1, -1), (5, 2, 3), (6, 3, 1)], "by 3, who was not infected before"),
        ([(0, 1, -1), (5, 2, 2)], "by 2, who was not infected before"),
        ([(4, 1, -1), (3, 2, 1)], "stands after a later one"),
    ],
)
def test_impossible_infections_are_bugs(rows, message):
    with pytest.raises(SelfCheckError, match=message):
        tree(_run(rows))


def test_infection_without_an_infector_is_a_bug():
    events = [{"second": 1, "kind": "infected", "person": 1, "other": -1}]
    with pytest.raises(SelfCheckError, match="names no infector"):
        tree(Run.in_memory({}, {"events": [fake_run.columns("events", events)]}))


def test_empty_run_has_an_empty_tree():
    run = fake_run.nothing_happened()
    assert (tree(run).num_rows, offspring(run).num_rows, depth(run)) == (0, 0, -1)


def test_versions_and_hardware_are_named():
    versions = provenance.versions()
    assert set(versions) == {"hyosan", "results", "python", "numpy", "numba", "pyarrow"}
    assert versions["results"] == str(provenance.RESULTS_VERSION)
    assert "core" in provenance.hardware()


def test_soldiers_are_no_residents():
    ending = hyosan.run("hyosan", seed=1, overrides=village(300, **{"city.soldiers": 40, "time.end": "2 h"})).ending
    assert ending.residents == 300
