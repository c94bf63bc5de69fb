"""Did a result change? A failure names the first event that differs. `make.py` tells how results may change on purpose."""

import pytest
from golden_runs import COLUMNS, RUNS, answer, first_events, read, run_golden

REMEDY = (
    "\nIf this change is meant: raise RESULTS_VERSION in hyosan/provenance.py, tell what changed and by how much under 'Results change' in "
    "CHANGELOG.md, and keep the new answers with `python -m tests.golden.make`. If it is not, this is a bug."
)


def what_differs(name, kept, kept_events, now, events):
    """Words for the first difference: an event, else the figures that moved."""
    for number, (before, after) in enumerate(zip(kept_events, events, strict=False)):
        if before != after:
            return f"{name}: event {number} is the first that differs ({', '.join(COLUMNS)}):\n  before {before}\n  now    {after}"
    if len(kept_events) != len(events):
        longer, which = (kept_events, "before") if len(kept_events) > len(events) else (events, "now")
        shared = min(len(kept_events), len(events))
        return f"{name}: event {shared} is there only {which}:\n  {longer[shared]}"
    moved = [f"  {key}: before {kept.get(key)}, now {now[key]}" for key in now if kept.get(key) != now[key]]
    return f"{name}: the first {len(events)} events are the same; what differs:\n" + "\n".join(moved)


@pytest.mark.usefixtures("compiled")
@pytest.mark.parametrize("name", RUNS)
def test_answer_is_the_one_kept(name):
    kept, kept_events = read(name)
    done = run_golden(name)
    now = answer(done)
    same = {key: value for key, value in now.items() if key != "results_version"} == {k: v for k, v in kept.items() if k != "results_version"}
    assert same, what_differs(name, kept, kept_events, now, first_events(done)) + REMEDY
    assert now["results_version"] == kept["results_version"], "RESULTS_VERSION was raised though no result changed" + REMEDY


def test_failure_names_the_first_event_that_differs():
    kept, now = {"history_hash": "a", "events": 3}, {"history_hash": "b", "events": 3}
    said = what_differs("x", kept, ["1,seeded", "2,infected", "3,killed"], now, ["1,seeded", "2,killed", "3,killed"])
    assert "event 1 " in said
    assert "before 2,infected" in said
    assert "now    2,killed" in said
    assert "event 2 is there only now" in what_differs("x", kept, ["1", "2"], now, ["1", "2", "3"])
    assert "history_hash: before a, now b" in what_differs("x", kept, ["1"], now, ["1"])
