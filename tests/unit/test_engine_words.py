"""Is a pathogen or a measure data? Then the engine's loops and rules do not know their names."""

import re
from pathlib import Path

import hyosan

WORDS = re.compile(r"jonas|zombie|measles|cordon|\bstrike", re.IGNORECASE)
TRANSLATORS = re.compile(r"response.*\.py|compile\.py|knowledge\.py|tally\.py")
"""Where orders and figures of the ending have names."""


def test_no_pathogen_and_no_measure_is_named_in_the_engine():
    root = Path(hyosan.__file__).parent
    files = [file for part in ("engine", "rules", "world") for file in sorted((root / part).glob("*.py"))]
    assert len(files) > 30
    named = {}
    for file in files:
        if file.parent.name != "engine" or not TRANSLATORS.fullmatch(file.name):
            found = [line for line in file.read_text(encoding="utf-8").splitlines() if WORDS.search(line)]
            if found:
                named[file.name] = found
    assert named == {}
