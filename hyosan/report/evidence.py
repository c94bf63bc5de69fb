"""What a sentence rests on: rows and columns of a table, how many they are, their fingerprint, and the command that shows them.

A fingerprint is the hash of just these rows and columns: it changes if and only if one of them does. So a reader sees which sentences
a changed row touches, also where a number rounded for reading stays the same.
"""

from __future__ import annotations

import hashlib
import json
import shlex
from typing import NamedTuple

from hyosan.report.counts import Row
from hyosan.results.hashes import hash_rows
from hyosan.results.rows import MANIFEST, condition, manifest_part, select
from hyosan.results.run import Run

FINGERPRINT = 12
"""Digits of a fingerprint that are told."""
INFECTIONS = condition("kind", "seeded", "infected")


class Source(NamedTuple):
    """Rows of a table by conditions, and the columns that are read. Of the manifest: `where` holds the keys of a part."""

    table: str
    where: tuple[str, ...]
    columns: tuple[str, ...] = ()


class Said(NamedTuple):
    """A sentence, and what it rests on."""

    text: str
    rests: tuple[Source, ...]


def figures(*keys: str) -> tuple[Source, ...]:
    """Figures of the ending, in the manifest, as one source."""
    return (Source(MANIFEST, tuple(f"ending.{key}" for key in keys)),)


class Register:
    """All evidence of a report, each numbered once, in the order in which it is first cited."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._found: dict[Source, Row] = {}

    def cite(self, sources: tuple[Source, ...]) -> list[int]:
        """The numbers of these sources."""
        for source in sources:
            if source not in self._found:
                self._found[source] = {"no": len(self._found) + 1, **look_up(self._run, source)}
        return [self._found[source]["no"] for source in sources]

    def say(self, said: Said) -> Row:
        """A sentence with the numbers of its evidence."""
        return {"text": said.text, "evidence": self.cite(said.rests)}

    def rows(self) -> list[Row]:
        """Everything cited: no, table, where, columns, rows, fingerprint, command."""
        return list(self._found.values())


def look_up(run: Run, source: Source) -> Row:
    """How many rows a source is, their fingerprint, and the command that shows them."""
    told = {"table": source.table, "where": list(source.where), "columns": list(source.columns)}
    command = shlex.join(["hyosan", "rows", run.path.name if run.path else "RUN", source.table, *source.where])
    if source.table == MANIFEST:
        parts = json.dumps([manifest_part(run, path) for path in source.where], sort_keys=True)
        found, digest = len(source.where), hashlib.blake2b(parts.encode(), digest_size=16).hexdigest()
    else:
        rows = select(run, source.table, source.where, source.columns)
        found, digest = rows.num_rows, hash_rows(rows)
        command += f" --columns {','.join(source.columns)}" if source.columns else ""
    return told | {"rows": found, "fingerprint": digest[:FINGERPRINT], "command": command}
