"""Line lists, importations, courses that began in the past, and those who lie in a ward."""

from pathlib import Path

import numpy as np
import pytest

import hyosan
from hyosan.errors import ScenarioError

TOWN = {"city.well_mixed": 2000, "time.end": "60 days"}
LIST = "onset,age,zone,reported\n3,,,5\n4.5,,,\n9,30-49,,12\n12,,,12\n"


def written(folder: Path, text: str, name: str = "cases.csv") -> hyosan.Scenario:
    (folder / name).write_text(text)
    scenario = hyosan.load("seir", overrides={**TOWN, "seeds": {}, "line_list": {"file": name}})
    return scenario.with_base(folder)


def onsets(run, cause=None):
    """Day of falling ill by person, of those infected by a cause."""
    rows = run.events.to_pylist()
    chosen = {row["person"] for row in rows if row["kind"] in ("seeded", "infected") and (cause is None or row["cause"] == cause)}
    return {row["person"]: row["second"] / 86_400 + 1 for row in rows if row["to"] == "infectious" and row["person"] in chosen}


def test_cases_of_a_line_list_fall_ill_when_it_says(tmp_path):
    run = hyosan.run(written(tmp_path, LIST), seed=5, checks_each_tick=True)
    ill = sorted(onsets(run, "line list").values())
    assert np.allclose(ill, [3, 4.5, 9, 12], atol=1e-4)
    assert len([row for row in run.events.to_pylist() if row["cause"] == "line list"]) == 4


def test_the_list_is_complete_until_its_end(tmp_path):
    """Up to the end of the list nobody falls ill who is not on it; after it the outbreak goes on."""
    later = 0
    for seed in range(8):
        run = hyosan.run(written(tmp_path, LIST), seed=seed)
        others = onsets(run, "")
        assert all(day > 13 for day in others.values()), "the list ends with day 12"
        later += len(others)
    assert later > 100


def test_the_same_cases_on_threads_after_a_stop_and_many_at_once(tmp_path):
    scenario = written(tmp_path, LIST)
    one, two = (hyosan.run(scenario, seed=3, threads=n, out=tmp_path / f"run{n}") for n in (1, 2))
    assert one.manifest["result_hash"] == two.manifest["result_hash"]
    many = hyosan.replicate(scenario, seeds=[3, 4], quantities=["infected", "last_second"])
    assert many["infected"].to_pylist()[0] == one.ending.ever_infected


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("onset\n3\nsoon\n", r"cases.csv:3: onset 'soon' is not a day"),
        ("onset,age\n3,old\n", r"cases.csv:2: age 'old' is no age; write `34`"),
        ("onset,zone\n3,nowhere\n", r"cases.csv:2: 'nowhere' is no zone of this city"),
        ("onset,reported\n3,2\n", r"cases.csv:2: reported on day 2, before the onset on day 3"),
        ("day\n3\n", r"cases.csv:1: there is no column `onset`"),
        ("onset\n0\n", r"cases.csv:2: onset '0' is before day 1"),
        ("onset,age\n3,115-120\n", r"cases.csv:2: nobody of that age and zone is left whose course can lead to this case"),
        ("onset\n2026-03-01\n", r"cases.csv:2: onset '2026-03-01' is a date, and the scenario does not say"),
        ("onset\n70\n", r"line_list.until: the list ends at second"),
    ],
)
def test_a_wrong_line_list_is_refused_by_row(tmp_path, text, message):
    with pytest.raises(ScenarioError, match=message):
        hyosan.run(written(tmp_path, text))


def test_importations_come_on_their_days(tmp_path):
    (tmp_path / "arrivals.csv").write_text("day,count,ages\n2,3,\n5,0,\n9,4,20-40\n")
    scenario = hyosan.load("seir", overrides={**TOWN, "seeds": {}, "importations": {"flights": {"file": "arrivals.csv"}}}).with_base(tmp_path)
    run = hyosan.run(scenario)
    days = [row["second"] // 86_400 + 1 for row in run.events.to_pylist() if row["cause"] == "flights"]
    assert days == [2] * 3 + [9] * 4


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("day,count\n2,-1\n", r"arrivals.csv:2: count '-1' is not from 0"),
        ("day,count,strain\n2,1,new\n", r"arrivals.csv:2: strain 'new' is none of this pathogen's"),
        ("day,count,zone\n2,1,moon\n", r"arrivals.csv:2: 'moon' is no zone"),
        ("day,count\n2,5000\n", r"arrivals.csv:2: 5000 people are to come, but only 2000 residents fit"),
    ],
)
def test_wrong_importations_are_refused_by_row(tmp_path, text, message):
    (tmp_path / "arrivals.csv").write_text(text)
    scenario = hyosan.load("seir", overrides={**TOWN, "importations": {"flights": {"file": "arrivals.csv"}}}).with_base(tmp_path)
    with pytest.raises(ScenarioError, match=message):
        hyosan.run(scenario)


def test_an_exported_line_list_is_taken_as_it_is(tmp_path):
    """Of another run's true list, what was reported by then; onsets are those of that run."""
    reporting = {"pathogen.states.infectious.noticed": {"share": 0.5, "after": "1 day"}, "seeds.first.count": 40}
    first = hyosan.run("seir", overrides={**TOWN, **reporting, "time.end": "20 days"}, out=tmp_path / "first")
    hyosan.export.write(first, ["line-list"], tmp_path)
    told = {row["person"] for row in first.events.to_pylist() if row["kind"] == "noticed" and row["second"] < 10 * 86_400}
    changed = {**TOWN, **reporting, "seeds": {}, "line_list": {"file": "line-list-true.csv", "until": "10 days"}}
    again = hyosan.run(hyosan.load("seir", overrides=changed).with_base(tmp_path))
    assert len(told) > 10
    assert np.allclose(sorted(onsets(again, "line list").values()), sorted(onsets(first)[i] for i in told), atol=1e-4)


def test_a_file_that_is_not_there_is_named():
    with pytest.raises(ScenarioError, match=r"line_list\.file: .*nothing\.csv"):
        hyosan.run("seir", overrides={**TOWN, "line_list": {"file": "nothing.csv"}})


def test_infections_spread_over_the_past_are_as_far_on_as_they_would_be():
    """Exponential course of 2 days, then 4 days; infected evenly over the last 12 days: shares by state are those of the integrals."""
    changed = {"city.well_mixed": 20_000, "time.end": "1 day", "time.tick": "1 h", "seeds.first": {"count": 10_000, "over": "12 days"}}
    changed["pathogen.routes.contact.rates.anywhere"] = "0 per day"
    run = hyosan.run("seir", overrides=changed)
    first = {row["person"]: row["to"] for row in run.events.to_pylist() if row["kind"] == "seeded"}
    shares = {state: sum(value == state for value in first.values()) / 10_000 for state in ("exposed", "infectious", "recovered")}
    t = (np.arange(120_000) + 0.5) / 10_000
    exposed = np.exp(-t / 2).mean()
    infectious = ((np.exp(-t / 4) - np.exp(-t / 2)) / (1 / 2 - 1 / 4) / 2).mean()
    for state, expected in (("exposed", exposed), ("infectious", infectious), ("recovered", 1 - exposed - infectious)):
        assert abs(shares[state] - expected) < 4 * (expected * (1 - expected) / 10_000) ** 0.5


def test_those_of_a_state_lie_in_the_ward_and_infect_there():
    """In a town with hospitals, who is in hospital is exposed to and exposes those who are there, and goes home when well."""
    changed = {
        "city": {
            "korea": "Dangjin-si",
            "residents": 2000,
            "kinds": {"hospital": {"setting": "hospital", "slot": "work", "per_1000": 1, "share": 0.05}},
        },
        "pathogen.states.infectious": {"counts_as": "ill", "at": "hospital", "infectious": {"contact": 1}},
        "pathogen.routes.contact.rates": {"hospital": "5 per day"},
        "time": {"tick": "6 h", "end": "30 days"},
        "seeds.first.count": 20,
    }
    run = hyosan.run("seir", overrides=changed, checks_each_tick=True)
    rows = [row for row in run.events.to_pylist() if row["kind"] == "infected"]
    assert len(rows) > 5
    assert {row["place_kind"] for row in rows} == {"hospital"}
    with pytest.raises(ScenarioError, match=r"pathogen\.states\.infectious\.at: this city has no place of kind 'hospitl' .*did you mean `hospital`"):
        hyosan.run("seir", overrides={**changed, "pathogen.states.infectious.at": "hospitl"})
