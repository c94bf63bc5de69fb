"""What is written is read back the same, floats exactly."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hyosan.scenario.dump import dump, plain
from hyosan.scenario.load import library_names, load
from hyosan.scenario.root import Scenario
from hyosan.scenario.schema import SCHEMA_FILE, json_schema, schema_text


def again(scenario: Scenario, folder: Path) -> Scenario:
    path = folder / "again.yaml"
    path.write_text(dump(scenario), encoding="utf-8")
    return load(path)


@pytest.mark.parametrize("name", library_names())
def test_library_scenarios_come_back(name: str, tmp_path: Path) -> None:
    scenario = load(name)
    assert again(scenario, tmp_path) == scenario
    assert dump(again(scenario, tmp_path)) == dump(scenario)


def test_defaults_are_written_so_that_a_later_version_cannot_change_them() -> None:
    written = plain(load("seir"))
    assert written["behaviour"]["walk"] == "1.3 m/s"
    assert written["pathogen"]["hosts"] == {"ordinary": {"share": 1.0, "susceptibility": 1.0}}


def test_the_text_is_for_people() -> None:
    text = dump(load("seir"))
    assert "anywhere: 0.5 per day" in text
    assert "tick: 1 days" in text
    assert "null" not in text
    assert max(len(line) for line in text.splitlines()) < 300


number = st.floats(min_value=0, max_value=1e15, allow_nan=False)
share = st.floats(min_value=0, max_value=1)
positive = st.floats(min_value=1e-6, max_value=1e12, exclude_min=True)
laws = st.one_of(
    st.fixed_dictionaries({"exponential": st.fixed_dictionaries({"mean": number.map("{!r} s".format)})}),
    st.fixed_dictionaries({"lognormal": st.fixed_dictionaries({"mean": positive.map("{!r} days".format), "sd": positive.map("{!r} h".format)})}),
    st.fixed_dictionaries({"empirical": st.fixed_dictionaries({"values": st.lists(number.map("{!r} s".format), min_size=1, max_size=4)})}),
)
texts = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), max_size=40)
awkward = st.sampled_from(["", "null", "NO", "21:30", "3 h", "- a", "a: b", "#", "'", '"', "\\", "{", "&a", "*a", "!x", "yes", "1e3", "\n\t",
                           "a\u2028b", "\u0085", "\U0001f9df", "%", "@x", "`", "? x", "| x", " lead", "trail "])  # fmt: skip
changes = st.fixed_dictionaries(
    {},
    optional={
        "title": texts | awkward,
        "about": texts | awkward,
        "source": st.dictionaries(awkward.filter(bool), texts, max_size=3) | awkward,
        "time.tick": st.sampled_from(["1 s", "10 min", "1 day", "1 week"]),
        "behaviour.leave": number.map("{!r} per min".format),
        "behaviour.shut_door": share,
        "behaviour.walk": number.map("{!r} km/h".format),
        "behaviour.doors.steel": number.map("{!r} h".format) | laws.map(lambda law: {"varies": law}),
        "behaviour.sees": st.dictionaries(st.sampled_from(["flee_home", "hide", "help"]), st.floats(0, 1000), max_size=3),
        "pathogen.routes.contact.rates": st.dictionaries(texts.filter(bool) | awkward.filter(bool), number.map("{!r} per day".format), max_size=3),
        "pathogen.transitions.0.after": laws.map(lambda law: {"varies": law}),
        "seeds.first.cause": texts | awkward,
        "orders.x-1": st.fixed_dictionaries({"do": st.just("strike"), "points": st.integers(1, 1000), "radius": number.map("{!r} m".format),
                                             "error": number.map("{!r} km".format), "kills": share}),
    },
)  # fmt: skip


@settings(max_examples=250, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(changes)
def test_any_scenario_comes_back_exactly(tmp_path: Path, changes: dict[str, Any]) -> None:
    base = {"extends": "seir", "time": {"end": "60 weeks"}, "pathogen": {"killed": "dead", "states": {"dead": {"counts_as": "dead"}}}}
    scenario = load(base, overrides=changes)
    assert again(scenario, tmp_path) == scenario
    assert load(plain(scenario)) == scenario


def test_the_schema_in_the_repository_is_current() -> None:
    assert SCHEMA_FILE.read_text(encoding="utf-8") == schema_text(), "renew it: hyosan.scenario.schema.write_schema()"


def test_the_schema_describes_what_can_be_written() -> None:
    schema = json_schema()
    assert "extends" in schema["properties"]
    assert {"required": ["name", "time", "city", "pathogen"]} in schema["anyOf"]
    assert schema["additionalProperties"] is False
    rate = schema["$defs"]["Behaviour"]["properties"]["leave"]
    assert {"$ref": "#/$defs/Uncertain"} in rate["anyOf"]
    assert json.loads(schema_text()) == schema
