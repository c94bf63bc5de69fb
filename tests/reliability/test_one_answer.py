"""Does a scenario with a seed have one answer, whatever runs it: threads, plain Python, a device, an interruption, the order of storage?"""

import json
import os
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from small_worlds import TOWN, Kept, built, house, rows, run_in, shuffled, simulation, village

from hyosan.engine import cpu
from hyosan.engine.compile import compile_scenario
from hyosan.results.hashes import hash_table
from hyosan.results.run import Run
from hyosan.simulate import replicate, run
from hyosan.world.store import load_world, save

RUN_ONE = Path(__file__).with_name("run_one.py")
pytestmark = pytest.mark.usefixtures("compiled")


def elsewhere(environment, **wanted):
    """Run in another process, with these environment variables too."""
    path = os.pathsep.join([str(Path(__file__).parents[2]), *sys.path])
    command = [sys.executable, str(RUN_ONE), json.dumps(wanted)]
    return subprocess.run(command, env=os.environ | {"PYTHONPATH": path} | environment, capture_output=True, text=True, timeout=550)


def answer(done):
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(done.stdout)


HALLS = {
    "places": {f"hall {k}": {"people": 30, "x": 10 * k, "y": 0} for k in range(20)} | {"away": {"kind": "outside", "x": 300, "y": 0}},
    "ways": [{"between": [f"hall {k}", f"hall {k + 1}"], "takes": "20 s", "door": "wooden"} for k in range(19)]
    + [{"between": ["hall 19", "away"], "takes": "1 min"}],
}
"""Many fights at a time."""
HALF_IMMUNE = {"pathogen.hosts.ordinary.share": 0.5, "pathogen.hosts.immune.share": 0.5}
PROTECTED = {
    "city": {"korea": "Dangjin-si", "residents": 3000, "kinds": {"hospital": {"setting": "hospital", "slot": "work", "per_1000": 1}}},
    "time.end": "60 days",
    "pathogen.states.recovered.susceptibility": 0.5,
    "pathogen.states.infectious": {"counts_as": "ill", "at": "hospital", "bed": "ward", "infectious": {"contact": 1}},
    "pathogen.routes.contact.rates": {"anywhere": "1 per day"},
    "pathogen.strains": {"old": {}, "new": {"transmission": 1.5, "immunity_from": {"old": "40 %"}}},
    "pathogen.vaccines": {"jab": {"works": "leaky", "doses": [{"effect": "50 %", "delay": "5 days"}], "passes_on": 0.5}},
    "vaccination": {"all": {"vaccine": "jab", "share": 0.5, "takes": "20 days"}},
    "care": {"ward": {"per_1000": 5, "staff": "resident", "patients_each": 0.01}},
    "seeds": {"a": {"count": 30}, "b": {"count": 10, "strain": "new", "at": "10 days", "over": "5 days"}},
}
"""Strains, doses, beds and wards all at once."""
THREADED = {
    "town": ("hyosan", TOWN | {"time.end": "16 h"}, ("choose_many",)),
    "halls": (house(HALLS, 0.5, 30, seeds={"first": {"share": 0.1, "state": "turned"}}), {}, ("choose_many", "resolve_many")),
    "measles": ("measles-school", {"time.end": "20 days", **HALF_IMMUNE}, ("expose_many",)),
    **{
        name: (name, {"city.residents": 3000, "seeds.travellers.count": 60, "time.end": "20 days"}, ("expose_many",))
        for name in ("measles", "influenza", "sars-cov-2", "ebola", "mers")
    },
    "protected": ("seir", PROTECTED, ("expose_many",)),
    "textbook": ("seir", {"city.well_mixed": 3000, "time.end": "150 days"}, ("expose_many",)),
}


@pytest.mark.parametrize("name", THREADED)
def test_number_of_threads_decides_nothing(name, monkeypatch):
    source, overrides, loops = THREADED[name]
    monkeypatch.setattr(cpu, "FEW", 20)  # so that the loops over threads run, though one thread would be faster
    ran = set()
    for loop in loops:
        original = getattr(cpu, loop)
        monkeypatch.setattr(cpu, loop, lambda *a, loop=loop, original=original: (ran.add(loop), original(*a)))
    hashes = {threads: run(source, overrides=overrides, seed=2, threads=threads).result_hash for threads in (1, 2, 3, 4, 8)}
    assert len(set(hashes.values())) == 1, hashes
    assert ran == set(loops), "the loops over threads did not run: the scenario is too small to show anything"


@pytest.mark.parametrize(
    ("source", "overrides"),
    [
        ("hyosan", village(500, **{"time.end": "10 h"})),
        (house(), {}),
        ("measles-school", {"city.school.pupils": 60, "time.end": "20 days", **HALF_IMMUNE}),
    ],
    ids=["village", "house", "measles"],
)
def test_plain_python_gives_the_bytes_of_compiled_code(source, overrides):
    compiled = run(source, overrides=overrides, seed=3, threads=1)
    plain = answer(elsewhere({"HYOSAN_PLAIN": "1"}, source=source, overrides=overrides, seed=3))
    assert plain == {"result": compiled.result_hash, "history": compiled.history_hash, "events": len(compiled.events)}
    assert plain["events"] > 20


@pytest.mark.long
def test_plain_python_gives_the_bytes_of_compiled_code_for_a_whole_day():
    overrides = village(500)
    plain = answer(elsewhere({"HYOSAN_PLAIN": "1"}, source="hyosan", overrides=overrides, seed=3))
    assert plain["result"] == run("hyosan", overrides=overrides, seed=3, threads=1).result_hash


SIMULATED = {"HYOSAN_PLAIN": "1", "NUMBA_ENABLE_CUDASIM": "1"}
AGAIN = {
    "city.well_mixed": 12,
    "time.tick": "1 day",
    "time.end": "20 days",
    "pathogen.routes.contact.rates.anywhere": "1.5 per day",
    "seeds.first.count": 4,
    "pathogen.transitions": [
        {"from": "exposed", "to": "infectious", "after": {"varies": {"exponential": {"mean": "6 h"}}}},
        {"from": "infectious", "to": "susceptible", "after": {"varies": {"exponential": {"mean": "1 day"}}}},
    ],
}
"""People are infected, ill and susceptible again within a tick."""


@pytest.mark.parametrize(
    ("source", "overrides"),
    [("hyosan", village(60, **{"time.end": "8 h"})), ("seir", {"city.well_mixed": 60, "time.end": "48 days"}), ("seir", AGAIN)],
    ids=["village", "textbook", "again"],
)
def test_cuda_kernels_give_the_bytes_of_the_processor(source, overrides):
    here = run(source, overrides=overrides, seed=3, threads=1)
    there = answer(elsewhere(SIMULATED, source=source, overrides=overrides, seed=3, device="cuda"))
    assert there["result"] == here.result_hash
    assert there["events"] > 20


def test_missing_device_is_told_with_a_remedy():
    for environment in ({}, {"NUMBA_ENABLE_CUDASIM": "1"}, {"HYOSAN_PLAIN": "1"}):
        done = elsewhere({"CUDA_VISIBLE_DEVICES": "-1"} | environment, source="classroom", device="cuda")
        assert done.returncode == 1
        assert "ResourceError: --device cuda: " in done.stderr
        assert "--device cpu" in done.stderr or "unset" in done.stderr


def finish(sim, sink):
    """Run to the end; gives hashes of all tables but people, which `sim` still holds."""
    while sim.advance():
        pass
    sim.finish()
    return {table: hash_table(table, map_batches(table, sink)) for table in ("events", "series")}, final_rows(sim)


def map_batches(table, sink):
    from hyosan.results.columns import to_batch

    return [to_batch(table, columns) for columns in sink.tables[table]]


def final_rows(sim):
    """All that is left in the end: every array of the state, the orders, what is known."""
    from hyosan.engine.response_tally import figures, order_rows

    people = sim.state.people
    people = people[["health", "episode", "kill_reserve", "activity", "place", "decision", "infector", "infected_at", "died_at", "death"]]
    return (
        people.tobytes() + sim.state.reserves.tobytes(),
        repr(figures(sim)),
        repr({k: list(map(str, v)) for k, v in order_rows(sim).items()}),
        sim.why,
    )


@pytest.mark.parametrize(
    ("source", "overrides"),
    [("hyosan", village(200, **{"time.end": "10 h"})), (house(minutes=60), {}), ("measles-school", {"city.school.pupils": 60, "time.end": "40 h"})],
    ids=["village", "house", "measles"],
)
def test_run_resumed_at_any_tick_is_the_run_uninterrupted(source, overrides, monkeypatch):
    scenario, world = built(source, overrides)
    numbers = compile_scenario(scenario, world, 1)  # runs only read it, and making it takes longest
    monkeypatch.setattr("hyosan.engine.run.compile_scenario", lambda scenario, world, seed: numbers)
    sink = Kept()
    whole = simulation(scenario, world, sink=sink)
    whole.begin()
    saved = []
    while whole.advance():
        arrays, notes = whole.save()
        written = {table: len(batches) for table, batches in sink.tables.items()}
        saved.append((whole.tick, {name: array.copy() for name, array in arrays.items()}, json.loads(json.dumps(notes)), written))
    expected = finish(whole, sink)
    assert len(saved) >= 30
    for tick, arrays, notes, written in saved:
        rest = Kept()
        resumed = simulation(scenario, world, sink=rest)
        resumed.load(tick, arrays, notes)
        for table, batches in sink.tables.items():
            rest.tables[table] = batches[: written[table]]
        assert finish(resumed, rest) == expected, f"resumed after tick {tick - 1}"


def test_saving_changes_nothing():
    scenario, world = built("hyosan", village(200, **{"time.end": "10 h"}))
    results = []
    for saving in (False, True):
        sink = Kept()
        sim = simulation(scenario, world, sink=sink)
        sim.begin()
        while sim.advance():
            if saving:
                sim.save()
        results.append(finish(sim, sink))
    assert results[0] == results[1]


@pytest.mark.parametrize("kill_after", [2, 29, 43])
def test_killed_run_goes_on_in_its_folder_to_the_same_bytes(kill_after, tmp_path):
    wanted = {"source": "hyosan", "overrides": village(200, **{"time.end": "10 h", "checkpoints.every": "1 h"}), "seed": 1, "threads": 1}
    died = elsewhere({}, **wanted, out=str(tmp_path / "run"), kill_after=kill_after)
    assert died.returncode == -signal.SIGKILL, died.stderr[-2000:]
    resumed = run(**wanted, out=tmp_path / "run")
    assert resumed.result_hash == run(**wanted).result_hash
    resumed.verify()
    assert Run.open(tmp_path / "run").result_hash == resumed.result_hash


def test_folder_and_memory_hold_the_same(tmp_path):
    wanted = {"source": "hyosan", "overrides": village(200, **{"time.end": "10 h"}), "threads": 1}
    told = []
    written = run(**wanted, out=tmp_path / "run", progress=told.append, checks_each_tick=True)
    kept = run(**wanted)
    assert (written.result_hash, written.history_hash) == (kept.result_hash, kept.history_hash)
    assert told[-1].done_share == 1.0
    again = run(tmp_path / "run" / "scenario.yaml", threads=1)
    assert again.history_hash == kept.history_hash


@pytest.mark.parametrize(("source", "overrides"), [("hyosan", village(200, **{"time.end": "10 h"})), ("measles-school", {"time.end": "30 days"})])
def test_world_loaded_is_the_world_built(source, overrides, tmp_path):
    scenario, world = built(source, overrides)
    loaded = load_world(save(world, tmp_path))
    assert loaded.content_hash == world.content_hash
    assert run_in(scenario, loaded).result_hash == run_in(scenario, world).result_hash


def test_measure_that_reaches_nobody_changes_nothing():
    overrides = village(200, **{"time.end": "10 h"})
    without = run("hyosan", overrides=overrides, threads=1)
    for extra in (
        {"do": "alert", "when": "never"},
        {"do": "cordon", "authority": "nobody", "when": "reported.turned >= 1000000", "delay": "1 h"},
        {"do": "strike", "when": "never", "points": 3, "radius": "200 m"},
    ):
        with_it = run("hyosan", overrides=overrides | {"orders.unused": extra}, threads=1)
        assert with_it.history_hash == without.history_hash


def test_one_isolated_person_more_changes_only_their_own_rows():
    few = house()
    places = few["city"]["rooms"]["places"]
    island = {"people": 1, "zone": "island", "x": 500, "y": 500}
    more = house({**few["city"]["rooms"], "places": {**places, "island": island}})
    for seed in (1, 2, 3):
        one, other = run(few, seed=seed, threads=1), run(more, seed=seed, threads=1)
        assert rows(one.events) == rows(other.events)
        assert rows(one.people) == rows(other.people)
        series = {row[:4]: row[4] for row in rows(one.series)}
        for (second, zone, view, quantity), value in [(row[:4], row[4]) for row in rows(other.series) if row[1] != "island"]:
            more_of_it = 1 if (zone, view, quantity) == ("all", "truth", "susceptible") else 0
            assert value == series.pop((second, zone, view, quantity)) + more_of_it
        assert not series


LINKED = {
    "name": "linked",
    "time": {"tick": "30 min", "end": "2 days"},
    "city": {"lattice": {"rows": 12, "columns": 12}},
    "pathogen": {
        "name": "linked",
        "infected": "bitten",
        "killed": "dead",
        "states": {
            "susceptible": {"counts_as": "susceptible"},
            "bitten": {"counts_as": "symptomless", "infectious": {"contact": 0.5}},
            "turned": {"counts_as": "turned", "does": "still", "infectious": {"bite": 1, "contact": 1}},
            "dead": {"counts_as": "dead"},
        },
        "transitions": [{"from": "bitten", "to": "turned", "after": {"varies": {"exponential": {"mean": "1 h"}}}}],
        "routes": {
            "bite": {"mixing": "pair", "link": "pair", "fights": [{"bite": "0.2 per h", "kills_per_bite": 0.5}]},
            "contact": {"link": "0.05 per h"},
        },
    },
    "seeds": {"first": {"count": 5, "state": "turned"}},
}
DEEDS = {
    **{f"behaviour.{name}": {"hide": 2, "follow": 6, "seek": 6, "flee_out": 3, "lure": 3} for name in ("sees", "hears", "told", "hidden", "bitten")},
    "behaviour.beside_bitten": {"expel": 10, "kill": 3, "hide": 1},
    "behaviour.half_turned": {"warn": 6, "gather": 6, "seek": 6},
    "behaviour.bite_seen": 1,
    "behaviour.hide_for": "20 min",
    "behaviour.dependants.up_to_age": 9,
    "behaviour.dependants.alone_for": "3 h",
    "pathogen.transitions.0.after": "9 h",
}
"""People who rarely go alone, and do much to each other."""
ORDERED = {
    "deeds": ("hyosan", village(400, **DEEDS)),
    "village": ("hyosan", village(300, **{"time.end": "12 h"})),
    "house": (house(), {}),
    "classroom": ("classroom", {}),
    "measles": ("measles-school", {"time.end": "30 days", **HALF_IMMUNE}),
    "textbook": ("seir", {"city.well_mixed": 1000}),
    "fight": ("szr", {}),
    "links": (LINKED, {}),
}


@pytest.mark.parametrize("name", [*ORDERED])
def test_order_of_storage_decides_nothing(name):
    source, overrides = ORDERED[name]
    scenario, world = built(source, overrides)
    first = run_in(scenario, world)
    assert len(first.events) >= 10
    for seed in (1, 2):
        other = run_in(scenario, shuffled(world, seed))
        assert rows(other.events) == rows(first.events)
        assert other.result_hash == first.result_hash


@pytest.mark.parametrize("name", [*ORDERED])
def test_same_seed_same_answer_and_another_seed_another(name):
    source, overrides = ORDERED[name]
    one, again, other = (run(source, overrides=overrides, seed=seed, threads=1).history_hash for seed in (5, 5, 6))
    assert one == again != other


def test_order_taken_away_leaves_all_before_its_first_effect():
    overrides = village(300, **{"time.end": "12 h"})
    with_it = run("hyosan", overrides=overrides, threads=1)
    without = run("hyosan", overrides=overrides | {"orders.cordon.when": "never"}, threads=1)
    effects = [row["second_effective"] for row in with_it.orders.to_pylist() if row["order"] == "cordon"]
    assert effects, "the cordon never stood: the scenario shows nothing"
    before = [row for row in rows(with_it.events) if row[0] < effects[0]]
    assert before == [row for row in rows(without.events) if row[0] < effects[0]]
    assert len(before) > 100
    assert with_it.history_hash != without.history_hash


def test_many_runs_in_memory_are_the_runs_one_by_one():
    quantities = ("susceptible", "infected", "dead")
    for source, overrides in (("szr", {}), ("classroom", {}), ("seir", {"city.well_mixed": 500}), (house(), {})):
        table = replicate(source, seeds=range(1, 7), quantities=quantities, overrides=overrides, threads=2).to_pylist()
        for row in table:
            done = run(source, seed=row["seed"], overrides=overrides, threads=1)
            last = {r[3]: r[4] for r in rows(done.series) if r[1] == "all" and r[2] == "truth"}
            assert {name: row[name] for name in quantities} == {name: last.get(name, 0) for name in quantities}, (source, row)


def test_hash_sees_each_row_of_people():
    done = run(house(), threads=1)
    manifest = done.manifest
    table = done.people
    cut = Run.in_memory(manifest, {"events": [done.events], "people": [table.slice(1)], "series": [done.series], "orders": [done.orders]})
    assert cut.history_hash != done.history_hash


def test_world_is_never_written_by_a_run():
    scenario, world = built(house())
    before = {name: array.copy() for name, array in world.ground._asdict().items()}
    for array in world.ground:
        assert not array.flags.writeable
    run_in(scenario, replace(world))
    assert all(np.array_equal(before[name], array) for name, array in world.ground._asdict().items())
