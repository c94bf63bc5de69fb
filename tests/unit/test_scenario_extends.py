"""`extends`: a scenario as another one with changes."""

from __future__ import annotations

from pathlib import Path

import pytest

from hyosan.errors import ScenarioError
from hyosan.scenario.files import resolve_file
from hyosan.scenario.load import load
from hyosan.scenario.response import Close


def write(folder: Path, **files: str) -> None:
    for name, text in files.items():
        path = folder / (name.replace("__", "/") + ".yaml")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def test_mappings_are_merged_and_the_rest_is_inherited(tmp_path: Path) -> None:
    write(tmp_path, mine="extends: seir\nname: mine\ntime: {end: 20 days}\n")
    mine, parent = load(tmp_path / "mine.yaml"), load("seir")
    assert (mine.name, mine.time.end, mine.time.tick) == ("mine", 20 * 86_400, 86_400)
    assert mine.pathogen == parent.pathogen


def test_null_removes_and_lists_are_replaced(tmp_path: Path) -> None:
    write(tmp_path, mine="""\
extends: seir
pathogen:
  states: {exposed: null}
  infected: infectious
  transitions: [{from: infectious, to: recovered, after: 3 days}]
""")  # fmt: skip
    pathogen = load(tmp_path / "mine.yaml").pathogen
    assert list(pathogen.states) == ["susceptible", "infectious", "recovered"]
    assert len(pathogen.transitions) == 1


def test_alternatives_replace_each_other(tmp_path: Path) -> None:
    write(
        tmp_path,
        low="extends: seir\norders: {a: {do: cordon, leak: 0.1}}\nbehaviour: {hide_for: {varies: {lognormal: {mean: 1 h, sd: 1 h}}}}\n",
        high="extends: low.yaml\norders: {a: {do: close, setting: school}}\nbehaviour: {hide_for: {varies: {exponential: {mean: 2 h}}}}\n",
    )
    scenario = load(tmp_path / "high.yaml")
    assert isinstance(scenario.orders["a"], Close)
    assert scenario.behaviour.hide_for.varies.kind == "exponential"  # type: ignore[union-attr]


def test_files_extend_files_below_their_folder(tmp_path: Path) -> None:
    write(
        tmp_path,
        top="extends: parts/middle.yaml\nname: top\n",
        parts__middle="extends: deep/base.yaml\n",
        parts__deep__base="extends: seir\nname: base\n",
    )
    assert load(tmp_path / "top.yaml").name == "top"
    assert load(tmp_path / "parts" / "middle.yaml").name == "base"


def test_a_parent_may_not_lead_out_of_its_own_folder(tmp_path: Path) -> None:
    write(tmp_path, top="extends: parts/middle.yaml\n", parts__middle="extends: ../base.yaml\n", base="extends: seir\n")
    with pytest.raises(ScenarioError, match=r"parts/middle\.yaml:1:10: extends: .*leads out"):
        load(tmp_path / "top.yaml")


def test_data_files_of_parents_are_found_from_the_child(tmp_path: Path) -> None:
    network = "extends: seir\ncity: {well_mixed: null, network: {people: 30, edges: edges.csv}}\n"
    write(tmp_path, top="extends: parts/net.yaml\n", parts__net=network)
    (tmp_path / "parts" / "edges.csv").write_text("from,to\n0,1\n")
    scenario = load(tmp_path / "top.yaml")
    assert scenario.city.network is not None
    assert scenario.city.network.edges == "parts/edges.csv"
    assert scenario.base == tmp_path
    assert resolve_file(scenario.base, "parts/edges.csv").read_text().startswith("from,to")


def test_circles_are_refused(tmp_path: Path) -> None:
    write(tmp_path, a="extends: b.yaml\n", b="extends: c.yaml\n", c="extends: ./a.yaml\n")
    with pytest.raises(ScenarioError, match=r"c\.yaml:1:10: extends: './a\.yaml' extends itself"):
        load(tmp_path / "a.yaml")


def test_long_chains_are_refused(tmp_path: Path) -> None:
    write(tmp_path, **{f"s{n}": f"extends: s{n + 1}.yaml\n" for n in range(30)})
    with pytest.raises(ScenarioError, match="more than 10 scenarios"):
        load(tmp_path / "s0.yaml")


def test_a_fault_in_the_parent_is_placed_in_the_parent(tmp_path: Path) -> None:
    write(tmp_path, top="extends: base.yaml\nname: top\n", base="extends: seir\ntime:\n  tick: 3\n")
    with pytest.raises(ScenarioError, match=r"^base\.yaml:3:9: time\.tick: 3 has no unit"):
        load(tmp_path / "top.yaml")


def test_two_scenarios_alike_but_for_their_folder_are_equal(tmp_path: Path) -> None:
    write(tmp_path, one__mine="extends: seir\n", two__mine="extends: seir\n")
    one, two = load(tmp_path / "one" / "mine.yaml"), load(tmp_path / "two" / "mine.yaml")
    assert one == two
    assert one.base != two.base
