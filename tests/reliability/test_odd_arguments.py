"""Is what Python is given in place of a number refused with words, and never taken for another number?"""

import numpy as np
import pytest

import hyosan
from hyosan.errors import ScenarioError

QUICK = {"city.well_mixed": 20, "time.end": "2 days"}


@pytest.mark.parametrize("seed", ["3", 1.5, 2.0, -1, 2**62, True, [1], float("nan"), "x"])
def test_a_seed_that_is_no_whole_number_is_refused(seed):
    with pytest.raises(ScenarioError, match="a whole number from 0 to 4611686018427387903 is needed"):
        hyosan.run("seir", seed=seed, overrides=QUICK)
    with pytest.raises(ScenarioError, match="a whole number from 0 to 4611686018427387903 is needed"):
        hyosan.replicate("seir", seeds=[1, seed], quantities=["infected"], overrides=QUICK)


def test_a_whole_number_of_another_library_is_a_seed():
    one, other = (hyosan.run("seir", seed=seed, overrides=QUICK, threads=1) for seed in (np.int32(7), 7))
    assert one.history_hash == other.history_hash
    assert one.manifest["seed"] == 7


@pytest.mark.parametrize("threads", [0, -1, 1.5, "2", True])
def test_threads_that_are_no_number_are_refused(threads):
    with pytest.raises(ScenarioError, match="is not a number of threads"):
        hyosan.run("seir", overrides=QUICK, threads=threads)
    with pytest.raises(ScenarioError, match="is not a number of threads"):
        hyosan.replicate("seir", seeds=[1], quantities=["infected"], overrides=QUICK, threads=threads)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"seeds": "1-3"}, r"seeds: '1-3' is not a list; write for example range\(100\)"),
        ({"seeds": 3}, "seeds: 3 is not a list"),
        ({"quantities": "infected"}, "quantities: 'infected' is not a list"),
    ],
)
def test_a_list_is_a_list(given, message):
    with pytest.raises(ScenarioError, match=message):
        hyosan.replicate("seir", **({"seeds": [1], "quantities": ["infected"], "overrides": QUICK} | given))
