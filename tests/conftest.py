"""What tests share: kernels compiled once, before the first test that runs the engine, so that no test waits for them unawares."""

import os

os.environ.setdefault("OMP_WAIT_POLICY", "passive")
# Threads that wait for each other sleep. Spinning takes the processor from other jobs: a small run on 2 threads took 9.4 s of it, now 3.4 s.

import hyosan.backend  # noqa: F401, I001 - first, as it says how many threads Numba may use (more than this machine's cores, for tests)

import pytest
from small_worlds import TOWN

from hyosan.simulate import replicate, run


def pytest_addoption(parser):
    parser.addoption("--verification", metavar="PAGE", help="write the table of laws, expected and observed, as an HTML page")


@pytest.fixture(scope="session", autouse=True)
def no_waiting_for_the_disk():
    """Nobody cuts the power of a test: what it writes need not reach the disk. (Faults of the disk are counted and injected all the same.)"""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fsync", lambda descriptor: None)
        yield


@pytest.fixture(scope="session")
def compiled():
    """Compiles every kernel (about a minute after an edit of the engine; from the cache otherwise)."""
    run("hyosan", overrides=TOWN, threads=2, until="14 h")
    run("seir", threads=2, until="60 days")
    replicate("szr", seeds=[1])
