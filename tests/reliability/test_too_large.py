"""Is what no machine can hold refused within a second, before anything is allocated, with what it would need and what is free?"""

import time
import tracemalloc
from contextlib import contextmanager

import pytest
from small_worlds import built, house, simulation

from hyosan.errors import HyosanError, ResourceError, ScenarioError
from hyosan.scenario.load import load
from hyosan.simulate import run
from hyosan.world import memory

TOO_MANY = {
    "well mixed": ("seir", {"city.well_mixed": 10**12}),
    "residents": ("hyosan", {"city.residents": 10**12}),
    "country": ("seir", {"city.well_mixed": None, "city.country": "KEN", "city.residents": 10**12}),
    "lattice": ("seir", {"city.well_mixed": None, "city.lattice": {"rows": 10_000, "columns": 10_000}}),
    "households": ("seir", {"city.well_mixed": None, "city.households": {"sizes": {10_000: 100_000_000}}}),
    "rooms": (house({"places": {f"r{k}": {"people": 1_000_000} for k in range(200)}, "ways": []}, seeds={}), {}),
}


@contextmanager
def cheaply():
    """Fails when what is done takes more than a second of the processor or 200 MiB."""
    load("seir")  # imports and the schema are made once, by whatever comes first
    tracemalloc.start()
    begun = time.process_time()
    yield
    took, (_, peak) = time.process_time() - begun, tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert took < 3, f"took {took:.1f} s"  # a second, and what tracing costs
    assert peak < 200 * 2**20


@pytest.mark.parametrize("name", TOO_MANY)
def test_too_many_people_are_refused(name, monkeypatch):
    monkeypatch.setattr(memory, "free_bytes", lambda: 8 * 2**30)
    source, overrides = TOO_MANY[name]
    with cheaply(), pytest.raises(ResourceError, match=r"people.*(memory|take fewer people)"):
        run(source, overrides=overrides, threads=1)


def test_more_memory_than_is_free_is_refused_with_both_figures(monkeypatch):
    monkeypatch.setattr(memory, "free_bytes", lambda: 300 * 2**20)
    with cheaply(), pytest.raises(ResourceError, match=r"2,000,000 people need .*iB of memory, free is 300 MiB"):
        run("hyosan", overrides={"city.residents": 2_000_000}, threads=1)


@pytest.mark.parametrize(
    "overrides",
    [{"time.tick": "1 s", "time.end": "1e9 s"}, {"time.tick": "1 day", "time.end": "1e9 days"}, {"time.tick": "1e-9 s"}],
)
def test_too_many_ticks_are_refused(overrides):
    with cheaply(), pytest.raises(ScenarioError, match=r"time\.(end|tick)"):
        run("seir", overrides=overrides, threads=1)


def test_too_many_orders_are_refused_from_python():
    order = {"do": "alert"}
    with cheaply(), pytest.raises(HyosanError, match=r"orders|values"):
        run("seir", overrides={"orders": {f"o{k}": order for k in range(5000)}}, threads=1)


def test_a_million_orders_are_refused_from_a_file(tmp_path):
    text = "name: many\norders:\n" + "".join(f"  o{k}: {{do: alert}}\n" for k in range(1_000_000))
    path = tmp_path / "many.yaml"
    path.write_text(text)
    with cheaply(), pytest.raises(ScenarioError, match="larger than 2 MB"):
        run(path, threads=1)


def test_too_many_for_the_keys_of_luck_is_refused():
    with cheaply(), pytest.raises(HyosanError):
        run("seir", overrides={"city.well_mixed": 2**32 + 1}, threads=1)


def needed(sim):
    """Bytes of all that a run holds in arrays, the world included."""
    parts = (sim.state, sim.floor, sim.book, sim.world.ground)
    return sum(array.nbytes for part in parts for array in part)


ABROAD = {"city.korea": None, "city.landmarks": False, "city.residents": 100_000, "seeds": {}, "noises": {}, "orders.seizure": None}
SIZES = {
    "well mixed": ("seir", {"city.well_mixed": 100_000}),
    "fight": ("szr", {"city.well_mixed": 100_000}),
    "korea": ("hyosan", {"city.residents": 30_000}),
    "country": ("hyosan", {**ABROAD, "city.country": "DEU"}),
    "country of small households": ("hyosan", {**ABROAD, "city.country": "DEU", "city.household_size": 1.2}),
    "school": ("measles-school", {"city.school.pupils": 3000}),
}


@pytest.mark.long
@pytest.mark.parametrize("name", SIZES)
def test_estimate_covers_what_a_run_allocates(name):
    scenario, world = built(*SIZES[name])
    estimated, taken = memory.estimate_bytes(scenario.city), needed(simulation(scenario, world))
    assert estimated >= taken, f"{estimated / world.people:.0f} bytes a person estimated, {taken / world.people:.0f} taken"
