"""LASER: SEIR in well-mixed patches without coupling, which keeps counts and no tree. `{people, patches, days, repeats, beta}`."""

import json
import sys
import time

import laser.core.distributions as dists
import laser.generic
import numpy as np
from laser.core import PropertySet
from laser.core.utils import grid
from laser.generic import SEIR, Model

spec = json.loads(sys.argv[1])


def once(seed: int) -> tuple[float, int]:
    """Seconds from the first to the last tick, and how many were infected."""
    patches = grid(M=spec["patches"], N=1, population_fn=lambda x, y: spec["people"] // spec["patches"])
    first = max(1, 100 // len(patches))
    patches["S"], patches["E"], patches["I"], patches["R"] = patches.population - first, 0, first, 0
    model = Model(patches, PropertySet({"nticks": spec["days"], "beta": spec["beta"], "prng_seed": seed}))
    model.network[:] = 0.0
    exposed, infectious = dists.exponential(scale=2.0), dists.exponential(scale=5.0)
    model.components = [
        SEIR.Susceptible(model), SEIR.Exposed(model, exposed, infectious), SEIR.Infectious(model, infectious), SEIR.Recovered(model),
        SEIR.Transmission(model, exposed),
    ]  # fmt: skip
    begun = time.perf_counter()
    model.run()
    return time.perf_counter() - begun, spec["people"] - int(np.sum(model.nodes.S[-1]))


once(0)  # compiles
found = [once(seed) for seed in range(1, spec["repeats"] + 1)]
print(json.dumps({"seconds": [one for one, _ in found], "infected": found[-1][1], "version": f"laser-generic {laser.generic.__version__}"}))
