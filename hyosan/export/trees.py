"""The transmission tree as Newick and Nexus: nodes are cases, a branch leads from infector to infected, its length is days.

Each seed is the root of a tree of its own (its branch has no length): one tree to a line of the Newick file, one TREE to each in the
Nexus file. Whoever infected somebody is an inner node with a name, as is allowed in both.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from hyosan.export.given import Export, Given, Product
from hyosan.results.epidemiology.cases import Cases
from hyosan.units import DAY_SECONDS


def tree(given: Given) -> Iterator[Product]:
    """`tree.nwk` and `tree.nex`."""
    found = given.cases
    trees = newick(found)
    yield Product("tree.nwk", "".join(f"{text}\n" for text in trees).encode())
    yield Product("tree.nex", nexus(found, trees).encode())


TREE = Export("tree", "the transmission tree as Newick and Nexus, one tree per seed, branch lengths in days", ("tree.nwk", "tree.nex"), tree)


def newick(found: Cases) -> list[str]:
    """One Newick tree per seed, in order of time, children in order of time."""
    below = children(found)
    return [_newick(found, seed, below) for seed in np.flatnonzero(found.seeds).tolist()]


def nexus(found: Cases, trees: list[str]) -> str:
    """The same trees in one Nexus file (Maddison et al. 1997, doi:10.1093/sysbio/46.4.590); taxa are all cases."""
    taxa = "\n".join(f"    {quoted(name)}" for name in found.ids)
    roots = [found.ids[row] for row in np.flatnonzero(found.seeds)]
    lines = "\n".join(f"  TREE {quoted(f'seed {name}')} = [&R] {text}" for name, text in zip(roots, trees, strict=True))
    taxon_block = f"BEGIN TAXA;\n  DIMENSIONS NTAX={len(found)};\n  TAXLABELS\n{taxa}\n  ;\nEND;\n" if len(found) else ""
    return f"#NEXUS\n[transmission trees; branch lengths in days]\n{taxon_block}BEGIN TREES;\n{lines}\nEND;\n"


def quoted(name: str) -> str:
    """A name as both formats take any: in single quotes, a quote within doubled. Bare, `17_2` would be read as `17 2`."""
    return "'" + name.replace("'", "''") + "'"


def children(found: Cases) -> list[list[int]]:
    """Of each case the rows of those it infected, in order of time."""
    below: list[list[int]] = [[] for _ in range(len(found))]
    for row, parent in enumerate(found.parent.tolist()):
        if parent >= 0:
            below[parent].append(row)
    return below


def _newick(found: Cases, seed: int, below: list[list[int]]) -> str:
    """A tree written from a stack of its own: chains of transmission can be longer than Python's."""
    parts: list[str] = []
    waiting: list[tuple[int, bool]] = [(seed, False)]  # a case, and whether those below it are written
    while waiting:
        row, done = waiting.pop()
        if parts and not done and parts[-1] != "(":
            parts.append(",")
        if below[row] and not done:
            parts.append("(")
            waiting.append((row, True))
            waiting += [(child, False) for child in reversed(below[row])]
            continue
        length = "" if row == seed else f":{(found.second[row] - found.second[found.parent[row]]) / DAY_SECONDS:.7g}"
        parts.append(f"{')' if done else ''}{quoted(found.ids[row])}{length}")
    return "".join(parts) + ";"
