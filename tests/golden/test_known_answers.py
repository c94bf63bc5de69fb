"""Did a result change? A failure names the first event that differs."""

from __future__ import annotations

import importlib.util
import json
from itertools import zip_longest
from pathlib import Path

import pytest

_spec = importlib.util.spec_from_file_location("golden_make", Path(__file__).with_name("make.py"))
assert _spec is not None
assert _spec.loader is not None
make = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(make)


@pytest.mark.parametrize("name", list(make.SCENARIOS))
def test_results_are_as_known(name: str) -> None:
    known = json.loads(make.FILE.read_text(encoding="utf-8"))[name]
    found = make.answer(name, known["seed"])
    for number, (was, is_now) in enumerate(zip_longest(known["events"], found["events"])):
        assert was == is_now, f"{name}: event {number} differs. If results were meant to change: see {make.FILE.name} and make.py"
    assert found["ending"] == known["ending"]
    assert found["history_hash"] == known["history_hash"], f"{name}: an event after the first {make.FIRST}, or the series, differs"
    assert found["result_hash"] == known["result_hash"], f"{name}: the orders or the manifest differ"
