"""Starsim: SEIR over four random networks of as many contacts as Covasim's layers, days, infections logged. `{people, days, repeats}`."""

import json
import sys
import time

import starsim as ss

spec = json.loads(sys.argv[1])
CONTACTS = {"home": 2, "school": 4, "work": 4, "community": 10}


def once(seed: int) -> tuple[float, int]:
    """Seconds from the first to the last step, and how many were infected."""
    networks = [ss.RandomNet(name=name, n_contacts=count) for name, count in CONTACTS.items()]
    disease = ss.SEIR(
        beta={name: ss.perday(0.024) for name in CONTACTS}, init_prev=ss.bernoulli(p=min(1.0, 100 / spec["people"])), dur_exp=ss.expon(ss.days(2)),
        dur_inf=ss.expon(ss.days(5)), p_death=0,
    )  # fmt: skip
    sim = ss.Sim(
        n_agents=spec["people"], start=ss.days(0), stop=ss.days(spec["days"]), dt=ss.days(1), diseases=disease, networks=networks,
        analyzers=ss.infection_log(), rand_seed=seed, verbose=0,
    )  # fmt: skip
    sim.init()
    begun = time.perf_counter()
    sim.run()
    return time.perf_counter() - begun, spec["people"] - int(sim.diseases[0].susceptible.sum())


found = [once(seed) for seed in range(spec["repeats"])]
print(json.dumps({"seconds": [one for one, _ in found], "infected": found[-1][1], "version": f"Starsim {ss.__version__}"}))
