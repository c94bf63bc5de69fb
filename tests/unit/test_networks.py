"""Is a contact network read the same from CSV, Parquet and a NetworkX graph, and is a wrong one refused with the reason?"""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import hyosan
from hyosan.errors import ScenarioError
from hyosan.scenario.city import City
from hyosan.scenario.load import load
from hyosan.world.build import build

EDGES = [(0, 3, 1.0), (3, 1, 2.5), (2, 0, 0.5)]


def graph(edges: list[tuple[Any, ...]], nodes: tuple[Any, ...] = (), directed: bool = False, multi: bool = False) -> Any:
    """What is used of a NetworkX graph."""
    found = dict.fromkeys((*nodes, *(end for edge in edges for end in edge[:2])))
    return SimpleNamespace(
        nodes=lambda: list(found),
        edges=lambda data, default: [(*edge[:2], edge[2] if len(edge) > 2 else default) for edge in edges],
        is_directed=lambda: directed,
        is_multigraph=lambda: multi,
    )


def scenario(network: Any) -> dict[str, Any]:
    city = {"well_mixed": None, "network": network}
    contact = {"link": "1 per day"}
    return {"name": "net", "extends": "seir", "city": city, "pathogen": {"routes": {"contact": contact}}, "seeds": {"first": {"count": 1}}}


def hash_of(network: Any) -> str:
    return build(load(scenario(network)).city).content_hash


def write(folder: Path, name: str, columns: dict[str, list[Any]]) -> Path:
    path = folder / name
    table = pa.table(columns)
    if path.suffix == ".parquet":
        pq.write_table(table, path)
    else:
        rows = [",".join("" if cell is None else str(cell) for cell in row.values()) for row in table.to_pylist()]
        path.write_text("\n".join([",".join(columns), *rows]) + "\n")
    return path


@pytest.mark.parametrize("name", ["edges.csv", "edges.parquet"])
@pytest.mark.parametrize("ends", [("from", "to"), ("source", "target")])
def test_every_form_gives_the_same_world(tmp_path: Path, name: str, ends: tuple[str, str]) -> None:
    one, other, weight = (list(column) for column in zip(*EDGES, strict=True))
    write(tmp_path, name, {ends[0]: one, ends[1]: other, "weight": weight, "since": ["x", "y", "z"]})
    world = build(City.model_validate({"network": {"edges": name}}), tmp_path)
    assert world.content_hash == hash_of({"edges": [list(edge) for edge in EDGES]})
    assert world.content_hash == hash_of(graph(EDGES)) == hash_of({"edges": graph(EDGES[::-1])})
    assert world.ground.link_weight.tolist() == [512, 1024, 2560, 512, 1024, 2560]


def test_a_row_without_a_weight_has_weight_one(tmp_path: Path) -> None:
    write(tmp_path, "edges.csv", {"source": [0, 1], "target": [1, 2], "weight": [None, 2]})
    assert build(City.model_validate({"network": {"edges": "edges.csv"}}), tmp_path).ground.link_weight.tolist() == [1024, 1024, 2048, 2048]


def test_rows_of_parquet_are_named(tmp_path: Path) -> None:
    write(tmp_path, "edges.parquet", {"from": [0, 1], "to": [1, 1]})
    with pytest.raises(ScenarioError, match=r"edges.parquet: row 2: person 1 is linked to itself"):
        build(City.model_validate({"network": {"edges": "edges.parquet"}}), tmp_path)


def test_names_of_text_are_numbered_and_it_is_said(tmp_path: Path) -> None:
    write(tmp_path, "edges.csv", {"from": ["zoe", "ann"], "to": ["bob", "zoe"]})
    with pytest.warns(UserWarning, match=r"edges.csv: ids are texts"):
        world = build(City.model_validate({"network": {"edges": "edges.csv"}}), tmp_path)
    assert world.ground.link_to.tolist() == [2, 2, 0, 1]
    with pytest.warns(UserWarning, match=r"people are numbered from 0"):
        assert hash_of(graph([("zoe", "bob"), ("ann", "zoe")])) == world.content_hash


def test_nodes_without_edges_are_people_too() -> None:
    assert load(scenario(graph([(0, 1)], nodes=(5,)))).city.network == load(scenario({"people": 6, "edges": [[0, 1]]})).city.network
    assert load(scenario({"people": 9, "edges": graph([(0, 1)])})).city.network.people == 9
    with pytest.warns(UserWarning, match="not all nodes"):  # as of a grid
        found = load(scenario(graph([((0, 1), (0, 0)), ((1, 0), (0, 0))]))).city.network
    assert found.edges == ((0, 1), (0, 2))


def test_a_graph_can_be_set() -> None:
    assert load(scenario({"people": 4, "edges": []}), overrides={"city.network": graph(EDGES)}).city.network.edges[0] == (0, 2, 0.5)
    assert load(scenario({"people": 4, "edges": []}), overrides={"city.network.edges": graph(EDGES)}).city.network.people == 4


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (graph([(0, 1)], directed=True), r"the graph is directed; .*to_undirected"),
        (graph([(0, 1)], multi=True), "is a multigraph"),
        (graph([]), "has no nodes"),
        (graph([(0, 1, "near")]), "between 0 and 1 has the weight 'near', which is not a number"),
        (graph([(0, 1, 0)]), r"city.network.edges\[0\]: weight 0.0 is not between"),
        (graph([(1, 1)]), r"city.network.edges\[0\]: person 1 is linked to itself"),
    ],
)
def test_a_wrong_graph_is_refused_with_the_reason(given: Any, message: str) -> None:
    with pytest.raises(ScenarioError, match=message):
        hash_of(given)


def test_own_tables_take_links_as_networkx_writes_them(tmp_path: Path) -> None:
    (tmp_path / "people.csv").write_text("id,age\n7,30\n9,40\n")
    write(tmp_path, "links.csv", {"source": [9], "target": [7]})
    world = build(City.model_validate({"people": "people.csv", "contacts": "links.csv"}), tmp_path)
    assert world.ground.link_to.tolist() == [1, 0]


def test_networkx_itself() -> None:
    networkx = pytest.importorskip("networkx")
    made = networkx.barabasi_albert_graph(200, 3, seed=1)
    networkx.set_edge_attributes(made, dict.fromkeys(list(made.edges())[:5], 2.0), "weight")
    network = load(scenario(made)).city.network
    assert network.people == 200
    assert len(network.edges) == made.number_of_edges()
    assert sum(len(edge) == 3 for edge in network.edges) == 5
    for kind, message in ((networkx.DiGraph, "directed"), (networkx.MultiGraph, "multigraph")):
        with pytest.raises(ScenarioError, match=message):
            load(scenario(kind([(0, 1)])))
    with pytest.warns(UserWarning, match="not all nodes"):
        assert load(scenario(networkx.grid_2d_graph(3, 3))).city.network.people == 9


@pytest.mark.usefixtures("compiled")
def test_a_graph_runs_and_the_run_keeps_it() -> None:
    ring = graph([(i, (i + 1) % 30) for i in range(30)])
    run = hyosan.run(scenario(ring), seed=1, overrides=["time.end=30 days"])
    assert run.ending.residents == 30
    assert "edges:" in run.scenario_text
