"""The tree of forks that a run belongs to: read from the manifests of the run folders beside it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from hyosan.errors import RunFolderError
from hyosan.results.manifest import NAME, read_manifest
from hyosan.results.run import Run

MAX_FOLDERS = 10_000


@dataclass(frozen=True)
class Member:
    """A run of the tree: the name of its folder, the hash of its result, its manifest (None: its folder is gone)."""

    name: str
    result_hash: str
    manifest: dict[str, Any] | None = field(compare=False)

    @property
    def fork(self) -> dict[str, Any]:
        """What its manifest says of the run it was forked from; empty for one that was not."""
        return dict((self.manifest or {}).get("fork") or {})


def draw(run: Run) -> list[str]:
    """The tree as lines of text, the run itself marked; none if nothing was forked."""
    if run.path is None:
        return []
    members = _members(run)
    me = next((one for one in members if one.name == run.path.resolve().name), None)
    if me is None:
        return []
    children: dict[Member, list[Member]] = {}
    parents: dict[Member, Member] = {}
    for one in members:
        parent = _parent(one, members)
        if parent is not None:
            children.setdefault(parent, []).append(one)
            parents[one] = parent
    root, seen = me, {me}
    while root in parents and parents[root] not in seen:
        root = parents[root]
        seen.add(root)
    if root == me and me not in children:
        return []
    lines: list[str] = []
    _draw(root, children, me, "", "", lines)
    return lines


def _draw(one: Member, children: dict[Member, list[Member]], me: Member, head: str, indent: str, lines: list[str]) -> None:
    fork = one.fork
    told = one.name
    if fork:
        told += f"  from {fork['clock']}: {'; '.join(fork['changes']) or 'no change'}"
        first = fork.get("first_difference")
        told += f"  ({'the same logs' if first is None else 'differs from ' + first['clock']})"
    if one.manifest is None:
        told += "  (not here)"
    lines.append(f"{head}{told}{'  <- this run' if one == me else ''}")
    below = sorted(children.get(one, ()), key=lambda child: (child.fork["second"], child.name))
    for number, child in enumerate(below):
        last = number == len(below) - 1
        _draw(child, children, me, indent + ("└─ " if last else "├─ "), indent + ("   " if last else "│  "), lines)


def _parent(one: Member, members: list[Member]) -> Member | None:
    """The run that `one` was forked from: of those with its hash, the one of its name; a stand-in if there is none."""
    fork = one.fork
    if not fork:
        return None
    same = [other for other in members if other.result_hash == fork["result_hash"] and other != one]
    named = [other for other in same if other.name == fork["parent"]]
    found = [*named, *same]
    return found[0] if found else Member(str(fork["parent"]) or "a run in memory", str(fork["result_hash"]), None)


def _members(run: Run) -> list[Member]:
    assert run.path is not None
    here = run.path.resolve()
    folders = [here]
    fork = run.manifest.get("fork") or {}
    for around in dict.fromkeys([here.parent, (here / fork["folder"]).resolve().parent if fork.get("folder") else here.parent]):
        folders += sorted(path for path in around.iterdir() if (path / NAME).is_file())[:MAX_FOLDERS] if around.is_dir() else []
    found = []
    for folder in dict.fromkeys(folders):
        try:
            manifest = read_manifest(folder)
        except RunFolderError:
            continue  # a damaged neighbour is told when it is opened itself
        if "result_hash" in manifest and "ending" in manifest:
            found.append(Member(folder.name, str(manifest["result_hash"]), manifest))
    return found
