"""Contact networks made with NetworkX, or a library whose graphs look like its: taken as they are, from Python.

NetworkX itself is not needed: what has `nodes`, `edges`, `is_directed` and `is_multigraph` is a graph here.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from numbers import Integral, Real
from typing import Any, Final

from hyosan.errors import ScenarioError
from hyosan.scenario.nearest import short

MOST_ID: Final = 2**31 - 1
_FIELD: Final = "city.network"


def is_graph(value: Any) -> bool:
    """Whether a value is a graph."""
    return all(callable(getattr(value, name, None)) for name in ("nodes", "edges", "is_directed", "is_multigraph"))


def network_of(graph: Any) -> dict[str, Any]:
    """A graph as `people` and `edges` of a scenario; weights are those of the attribute `weight`, 1 where there is none.

    Nodes that are whole numbers from 0 are the ids of people. Others are numbered from 0: sorted if they can be, else in the graph's order.

    Raises ScenarioError: a directed graph or multigraph, no nodes, a weight that is not a number.
    """
    if graph.is_directed():
        raise ScenarioError(f"{_FIELD}: the graph is directed; links go both ways: give `graph.to_undirected()`")
    if graph.is_multigraph():
        raise ScenarioError(f"{_FIELD}: the graph is a multigraph; give each pair one link: `networkx.Graph(graph)`, weights added up")
    nodes = list(graph.nodes())
    if not nodes:
        raise ScenarioError(f"{_FIELD}: the graph has no nodes; give it at least one")
    ids = {node: int(node) for node in nodes if isinstance(node, Integral) and not isinstance(node, bool) and 0 <= int(node) <= MOST_ID}
    if len(ids) < len(nodes):
        warnings.warn(f"{_FIELD}: not all nodes are whole numbers from 0 to {MOST_ID}; people are numbered from 0 in their order", stacklevel=2)
        ids = {node: number for number, node in enumerate(_in_order(nodes))}
    edges = [_edge(ids, one, other, weight) for one, other, weight in graph.edges(data="weight", default=1)]
    return {"people": max(ids.values()) + 1, "edges": sorted(edges)}


def _in_order(nodes: list[Any]) -> list[Any]:
    try:
        return sorted(nodes)
    except TypeError:
        return nodes


def _edge(ids: dict[Any, int], one: Any, other: Any, weight: Any) -> list[Any]:
    if isinstance(weight, bool) or not isinstance(weight, Real):
        raise ScenarioError(f"{_FIELD}: the edge between {short(one)} and {short(other)} has the weight {short(weight)}, which is not a number")
    ends: list[Any] = sorted((ids[one], ids[other]))
    return ends if weight == 1 else [*ends, float(weight)]


def with_graphs(value: Any, path: tuple[str, ...] = ()) -> Any:
    """A Python value that stands at `path` of a scenario, with a graph at `city.network` or `city.network.edges` as plain lists."""
    if path == ("city", "network") and is_graph(value):
        return network_of(value)
    if path == ("city", "network", "edges") and is_graph(value):
        return network_of(value)["edges"]
    if isinstance(value, Mapping) and path == ("city", "network") and is_graph(value.get("edges")):
        return {**network_of(value["edges"]), **{key: inner for key, inner in value.items() if key != "edges"}}
    if isinstance(value, Mapping) and path in ((), ("city",)):
        inner = ("city", "network")[len(path)]
        return {**value, inner: with_graphs(value[inner], (*path, inner))} if inner in value else value
    return value
