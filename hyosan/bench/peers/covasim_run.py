"""Covasim: four layers (households, schools, work, community), days, the log of infections in memory. `{people, days, repeats, runs}`."""

import json
import sys
import time

import covasim

spec = json.loads(sys.argv[1])
pars = {
    "pop_size": spec["people"], "pop_type": "hybrid", "n_days": spec["days"], "pop_infected": 100, "beta": 0.016, "use_waning": False,
    "verbose": 0,
}  # fmt: skip
seconds, infected = [], 0.0
for repeat in range(spec["repeats"]):
    sim = covasim.Sim(pars, rand_seed=repeat)
    if spec.get("runs"):
        many = covasim.MultiSim([covasim.Sim(pars, rand_seed=seed) for seed in range(spec["runs"])])
        begun = time.perf_counter()
        many.run(reseed=False, verbose=0)
        seconds.append(time.perf_counter() - begun)
        sim = many.sims[0]
    else:
        sim.initialize()
        begun = time.perf_counter()
        sim.run()
        seconds.append(time.perf_counter() - begun)
    infected = float(sim.results["cum_infections"].values[-1])  # nobody is infected twice
print(json.dumps({"seconds": seconds, "infected": infected, "version": f"Covasim {covasim.__version__}"}))
