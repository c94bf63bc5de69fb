"""Head beside another commit: the same small set of workloads, by turns, so that both see the same machine."""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from hyosan.bench.environment import HERE, Own, scenario
from hyosan.bench.row import median
from hyosan.errors import CommandError, HyosanError

COMPARED: dict[str, dict[str, Any]] = {
    "four slots, 20,000 people": {"source": scenario("four-slots"), "overrides": ["city.residents=20000"]},
    "four slots, 170,000 people": {"source": scenario("four-slots")},
    "patches of 10,000, 170,000 people": {"source": scenario("patches")},
    "fights, mixed": {"source": scenario("fights-mixed")},
    "fights, lattice": {"source": scenario("fights-lattice")},
    "hyosan, 36 hours": {"source": "hyosan", "until": "36 h", "warm": "3 h"},
}
"""What is run with both: a name, and what `measure.py` takes."""


def compare(
    base: str, *, threads: int, repeats: int, quick: bool = False, tell: Callable[[dict[str, Any]], None] = lambda row: None
) -> list[dict[str, Any]]:
    """Rows of name, seconds of base and head (medians by turns), and base over head: above 1 head is faster.

    Raises CommandError: no such commit, or no repository. HyosanError: a run fails.
    """
    rows = []
    with checked_out(base) as root:
        sides = {"base": Own(root), "head": Own()}
        for name, spec in list(COMPARED.items())[: 1 if quick else None]:
            seconds: dict[str, list[float]] = {side: [] for side in sides}
            came_out: dict[str, Any] = {}
            for _ in range(repeats):
                for side, own in sides.items():
                    found = own("run", **{"threads": threads, "repeats": 1} | spec)
                    seconds[side] += found["seconds"]
                    came_out[side] = found["infected"]
            base_seconds, head_seconds = median(seconds["base"]), median(seconds["head"])
            ratio = float(f"{base_seconds / max(head_seconds, 1e-3):.3g}")
            row = {
                "name": name, "base": base_seconds, "head": head_seconds, "unit": "s", "ratio": ratio, "same": came_out["base"] == came_out["head"],
            }  # fmt: skip
            tell(row)
            rows.append(row)
    return rows


@contextmanager
def checked_out(base: str) -> Iterator[Path]:
    """A commit's files in a folder that is removed after."""
    with tempfile.TemporaryDirectory(prefix="hyosan-base-") as folder:
        root = Path(folder) / "base"
        done = _git("worktree", "add", "--detach", str(root), base)
        if done.returncode != 0:
            lines = done.stderr.strip().splitlines()
            raise CommandError(f"--base: {base!r} cannot be checked out ({lines[-1] if lines else 'no message'}); name a commit, a branch or a tag")
        try:
            yield root
        finally:
            _git("worktree", "remove", "--force", str(root))


def _git(*arguments: str) -> subprocess.CompletedProcess[str]:
    try:
        return subprocess.run(["git", *arguments], cwd=HERE, capture_output=True, text=True)
    except OSError:
        raise HyosanError("git is not there, and without it no other commit can be measured") from None
