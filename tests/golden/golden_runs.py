"""The runs whose answers are kept, and how an answer is written down. Used by the test and by `python -m tests.golden.make`."""

import csv
import io
import json
from pathlib import Path

from hyosan.provenance import RESULTS_VERSION
from hyosan.simulate import run

HERE = Path(__file__).parent
SEED = 1
KEPT_EVENTS = 200
"""How many of a run's first events are kept, to say where an answer began to differ."""
COLUMNS = ("second", "kind", "person", "other", "place", "route", "from", "to", "cause")

TOWN = {
    "city.cast": {},
    "seeds.mouse.person": None,
    "city.residents": 3000,
    "city.police": 20,
    "city.school.pupils": 120,
    "seeds.mouse.place": "Hyosan High / class 2-1",
    "time.end": "2 days",
}
RUNS = {
    "szr": ("szr", {}),
    "classroom": ("classroom", {}),
    "seir": ("seir", {}),
    "measles-school": ("measles-school", {}),
    "town": ("hyosan", TOWN),
}
"""Name -> scenario and changes to it."""


def run_golden(name):
    """The run of that name."""
    source, overrides = RUNS[name]
    return run(source, overrides=overrides, seed=SEED, threads=1)


def answer(done):
    """What is kept of a run, but for its events."""
    return {
        "results_version": RESULTS_VERSION,
        "seed": SEED,
        "history_hash": done.history_hash,
        "result_hash": done.result_hash,
        "why": done.why,
        "events": len(done.events),
        "orders": len(done.orders),
        "ending": done.ending.to_json(),
    }


def first_events(done):
    """The first events as lines of CSV, without the line of names."""
    table = done.events.slice(0, KEPT_EVENTS).select(COLUMNS)
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(zip(*(table[name].to_pylist() for name in COLUMNS), strict=True))
    return text.getvalue().splitlines()


def read(name):
    """The answer kept, and the events kept."""
    kept = json.loads((HERE / f"{name}.json").read_text(encoding="utf-8"))
    return kept, (HERE / f"{name}.csv").read_text(encoding="utf-8").splitlines()[1:]


def write(name, done):
    """Keep the answer of a run."""
    (HERE / f"{name}.json").write_text(json.dumps(answer(done), indent=1) + "\n", encoding="utf-8")
    (HERE / f"{name}.csv").write_text("\n".join([",".join(COLUMNS), *first_events(done)]) + "\n", encoding="utf-8")
