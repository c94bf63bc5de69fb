"""epiworld: SEIR on a network read from a file of ends, all transmissions in its data base. `{edges, people, days, repeats, rate}`."""

import importlib.metadata
import json
import sys
import time

import numpy as np
from epiworldpy import epimodels

spec = json.loads(sys.argv[1])
ends = np.load(spec["edges"])
seconds, infected = [], 0
for repeat in range(spec["repeats"]):
    model = epimodels.ModelSEIR("a virus", 100 / spec["people"], spec["rate"], 2.0, 0.2)
    model.verbose_off()
    model.agents_from_edgelist(ends[:, 0].tolist(), ends[:, 1].tolist(), spec["people"], False)
    begun = time.perf_counter()
    model.run(spec["days"], repeat)
    seconds.append(time.perf_counter() - begun)
    infected = sum(1 for state in model.get_agents_states() if state != 0)
print(json.dumps({"seconds": seconds, "infected": infected, "version": f"epiworldpy {importlib.metadata.version('epiworldpy')}"}))
