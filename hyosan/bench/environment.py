"""Processes that measure: this hyosan, another version of it, and other programs in a virtual environment that is thrown away after."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
import venv
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from hyosan.errors import HyosanError

HERE: Final = Path(__file__).parent
PEERS: Final = {"covasim": "covasim==4.0.1", "starsim": "starsim==3.7.2", "epiworld": "epiworldpy==0.17.0.post2", "laser": "laser-generic==1.1.0"}
"""Other programs, and the versions that targets were set against."""
LONGEST_SECONDS: Final = 3600.0
"""A process that takes longer is given up."""


def scenario(name: str) -> str:
    """Path of a scenario of the bench."""
    return str(HERE / "scenarios" / f"{name}.yaml")


class Own:
    """Runs `measure.py` with the package that lies in a folder (default: this one), one process for each measurement."""

    def __init__(self, root: Path | None = None) -> None:
        self.root = root if root is not None else HERE.parent.parent

    def __call__(self, what: str, **spec: Any) -> dict[str, Any]:
        """What one measurement gives. Raises HyosanError: it failed."""
        return _last_line([sys.executable, "-P", str(HERE / "measure.py"), json.dumps({"what": what, **spec})], self.environment())

    def first_tick(self, source: str, threads: int, cache: str | None = None) -> float:
        """Seconds from starting Python to the first tick's end; `cache` is another folder for what is kept."""
        more = {"HYOSAN_CACHE_DIR": cache} if cache else {}
        spec = {"what": "first tick", "source": source, "threads": threads, "started": time.time()}
        found = _last_line([sys.executable, "-P", str(HERE / "measure.py"), json.dumps(spec)], self.environment() | more)
        return float(found["seconds"][0])

    def building(self, source: str, override: str, cache: str) -> dict[str, Any]:
        """Building a scenario's city, with another folder for what is kept."""
        spec = {"what": "building", "source": source, "overrides": [override]}
        return _last_line([sys.executable, "-P", str(HERE / "measure.py"), json.dumps(spec)], self.environment() | {"HYOSAN_CACHE_DIR": cache})

    def command(self, *arguments: str) -> float:
        """Seconds of a command of the command line."""
        begun = time.perf_counter()
        subprocess.run([sys.executable, "-P", "-m", "hyosan.cli", *arguments], env=self.environment(), check=True, capture_output=True)
        return time.perf_counter() - begun

    def environment(self) -> dict[str, str]:
        """The environment of its processes: threads sleep while they wait, as users have it."""
        return {name: text for name, text in os.environ.items() if name != "OMP_WAIT_POLICY"} | {"PYTHONPATH": str(self.root)}


class Peers:
    """Other programs, each called by a small script of its own. What is not there is said once and left out."""

    def __init__(self, python: Path | None, say: Callable[[str], None], absent: dict[str, str] | None = None) -> None:
        self.python, self.say, self.absent = python, say, dict(absent or {})

    def __call__(self, name: str, threads: int = 1, **spec: Any) -> dict[str, Any] | None:
        """What a peer's script gives: `seconds` of each repeat, `infected`, `version`; None where it is absent or fails."""
        if self.python is None or name in self.absent:
            self.absent.setdefault(name, "not installed")
            return None
        environment = dict(os.environ) | {"NUMBA_NUM_THREADS": str(threads)}
        try:
            return _last_line([str(self.python), "-P", str(HERE / "peers" / f"{name}_run.py"), json.dumps(spec)], environment)
        except HyosanError as error:
            self.absent[name] = str(error)
            self.say(f"{name} is left out: {error}")
            return None


def _last_line(command: list[str], environment: dict[str, str]) -> dict[str, Any]:
    try:
        done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=LONGEST_SECONDS)
    except subprocess.TimeoutExpired:
        raise HyosanError(f"took longer than {LONGEST_SECONDS / 60:.0f} minutes") from None
    if done.returncode != 0:
        lines = done.stderr.strip().splitlines()
        raise HyosanError(f"failed ({done.returncode}): {lines[-1][:300] if lines else 'no message'}")
    found: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    return found


@contextmanager
def peers_installed(folder: Path | None, names: tuple[str, ...], say: Callable[[str], None]) -> Iterator[Peers]:
    """Peers in a virtual environment: in `folder`, where it stays, else in one that is thrown away. What cannot be installed is left out."""
    if not names:
        yield Peers(None, say)
        return
    with tempfile.TemporaryDirectory(prefix="hyosan-peers-") as temporary:
        where = folder if folder is not None else Path(temporary) / "environment"
        python = where / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
        if not python.exists():
            venv.create(where, with_pip=True)
        absent = {}
        for name in names:
            say(f"installing {PEERS[name]}")
            done = subprocess.run([str(python), "-m", "pip", "install", "--quiet", PEERS[name]], capture_output=True, text=True)
            if done.returncode != 0:
                lines = done.stderr.strip().splitlines()
                absent[name] = f"cannot be installed: {lines[-1][:200] if lines else 'no message'}"
                say(f"{name} is left out: {absent[name]}")
        yield Peers(python, say, absent)
