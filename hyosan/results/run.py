"""`Run`: a finished run, read only. A folder, or tables still in memory: the same class, the same answers.

Nothing is read before it is asked for, and nothing is read unverified: the manifest at once, each file at its first use.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from hyosan.errors import RunFolderError
from hyosan.results.card import card
from hyosan.results.checkpoint import Checkpoint
from hyosan.results.columns import Columns, as_table, to_batch
from hyosan.results.ending import Ending
from hyosan.results.hashes import hash_table, history_hash, result_hash
from hyosan.results.manifest import read_manifest, verify_file
from hyosan.results.tablefile import read_batches
from hyosan.tables import TABLES
from hyosan.units import DAY_SECONDS

SCENARIO_NAME = "scenario.yaml"


class Run:
    """A finished run. Make one with `Run.open(folder)` or `Run.in_memory(manifest, tables)`."""

    def __init__(self, manifest: Mapping[str, Any], path: Path | None, batches: Mapping[str, Sequence[Any]], texts: Mapping[str, str]) -> None:
        self._manifest = dict(manifest)
        self._path = path
        self._batches = batches
        self._texts = dict(texts)
        self._verified: set[str] = set()
        self._tables: dict[str, Any] = {}
        self._hashes: dict[str, str] = {}
        self._force = False
        self._changed: list[str] = []
        self.start: Checkpoint | None = None
        """Of a run in memory that goes on from another, what it began with."""

    @classmethod
    def open(cls, path: Path | str, *, force: bool = False) -> Run:
        """The run in a folder. With `force` files whose hash is not the manifest's are read all the same, and named in `changed_files`.

        Raises RunFolderError: no run, an unfinished one, a damaged manifest, a file missing or cut.
        """
        manifest = read_manifest(Path(path), force)
        if manifest.get("kind") == "study":
            raise RunFolderError(f"{path}: holds a study, not a run; `hyosan report` tells it, hyosan.Study.open reads it.")
        run = cls(manifest, Path(path), {}, {})
        run._force = force
        return run

    @classmethod
    def in_memory(
        cls,
        manifest: Mapping[str, Any],
        tables: Mapping[str, Sequence[Columns | Any]],
        scenario_text: str = "",
        texts: Mapping[str, str] | None = None,
        start: Checkpoint | None = None,
    ) -> Run:
        """A run without a folder: for each table its batches, as for `RunWriter.append` or Arrow. Tables left out are empty.

        `texts` are other files that the run keeps, by name; `start` is what it began with, if it goes on from another run.
        """
        run = cls(manifest, None, {table: list(tables.get(table, ())) for table in TABLES}, {**(texts or {}), SCENARIO_NAME: scenario_text})
        run.start = start
        return run

    def __repr__(self) -> str:
        where = str(self._path) if self._path else "in memory"
        return f"Run({self._manifest.get('name', '?')!r}, seed {self._manifest.get('seed', '?')}, {where})"

    def _repr_html_(self) -> str:
        told, ending = self._manifest, self.ending
        rows = [("residents", ending.residents), ("came out alive", ending.alive.total), ("ever infected", ending.ever_infected)]
        rows += [("killed in strikes", ending.killed_in_strikes.total)] if ending.strikes else []
        rows += [("died otherwise" if ending.strikes else "died", ending.killed_otherwise)]
        notes = [
            f"{told['end_second'] / DAY_SECONDS:,.4g} days; it ended because {self.why}; {told['status']}",
            f"{self._path or 'in memory'} · result {self.result_hash}",
        ]
        return card(f"{told.get('title') or told['name']}, seed {told['seed']}", notes, (), [(name, f"{value:,}") for name, value in rows])

    @property
    def path(self) -> Path | None:
        """The run folder; None for a run in memory."""
        return self._path

    @property
    def changed_files(self) -> list[str]:
        """Files read so far whose content is not that of the run; only a run opened with `force` reads such files at all."""
        return list(self._changed)

    @property
    def manifest(self) -> dict[str, Any]:
        """A copy of the manifest."""
        return dict(self._manifest)

    @property
    def ending(self) -> Ending:
        """How the run ended, in numbers."""
        return Ending.from_json(self._manifest["ending"])

    @property
    def why(self) -> str:
        """Why the run ended."""
        return str(self._manifest["why"])

    @property
    def history_hash(self) -> str:
        """Hash of events, people and series: equal if and only if the same happened."""
        return str(self._manifest["history_hash"]) if self._path else history_hash(self._table_hashes())

    @property
    def result_hash(self) -> str:
        """Hash of the history, the orders and the ending: equal if and only if the result is the same."""
        return str(self._manifest["result_hash"]) if self._path else result_hash(self._table_hashes(), self._manifest)

    @property
    def scenario_text(self) -> str:
        """The scenario as resolved, in YAML: running it gives the same run."""
        return self.text(SCENARIO_NAME)

    def text(self, name: str) -> str:
        """A text file that the run keeps. Raises RunFolderError: there is none of this name, or it is damaged."""
        if self._path is None:
            if name not in self._texts:
                raise RunFolderError(f"{name}: this run keeps no such file.")
            return self._texts[name]
        return self._verified_path(name).read_bytes().decode("utf-8-sig")

    @property
    def events(self) -> Any:
        """What happened (`pyarrow.Table`, columns in `hyosan.tables.EVENTS`)."""
        return self.table("events")

    @property
    def people(self) -> Any:
        """Those something happened to (`pyarrow.Table`, columns in `hyosan.tables.PEOPLE`)."""
        return self.table("people")

    @property
    def series(self) -> Any:
        """Counts over time, truth and known (`pyarrow.Table`, columns in `hyosan.tables.SERIES`)."""
        return self.table("series")

    @property
    def orders(self) -> Any:
        """Orders given (`pyarrow.Table`, columns in `hyosan.tables.ORDERS`)."""
        return self.table("orders")

    @property
    def injects(self) -> Any:
        """What controllers put in (`pyarrow.Table`, columns in `hyosan.tables.INJECTS`)."""
        return self.table("injects")

    def table(self, name: str) -> Any:
        """A whole table. Raises RunFolderError: the file is damaged. ResourceError: it unfolds to too many bytes."""
        if name not in self._tables:
            self._tables[name] = as_table(name, self.batches(name))
        return self._tables[name]

    def batches(self, name: str) -> Iterator[Any]:
        """A table as record batches, for tables larger than memory. Raises as `table`."""
        if self._path is None:
            for batch in self._batches[name]:
                yield to_batch(name, batch) if isinstance(batch, Mapping) else batch
        elif name in self._manifest["table_hashes"]:  # runs made before there were injects have no table of them
            yield from read_batches(self._verified_path(f"{name}.parquet"), name)

    def verify(self) -> None:
        """Read every file and compare all hashes. Raises RunFolderError: one is damaged (it is named)."""
        if self._path is None:
            return
        for name in self._manifest["files"]:
            verify_file(self._path, name, self._manifest)
        self._hashes = {}
        found = self._table_hashes()
        for name, digest in found.items():
            if digest != self._manifest["table_hashes"].get(name, digest):
                raise RunFolderError(f"{self._path / name}.parquet: its rows are not those that the manifest's hash was made of.")
        if (self.history_hash, self.result_hash) != (history_hash(found), result_hash(found, self._manifest)):
            raise RunFolderError(f"{self._path / 'manifest.json'}: its hashes are not those of the tables.")

    def table_hashes(self) -> dict[str, str]:
        """The hash of each table; of a folder as its manifest says."""
        return dict(self._manifest["table_hashes"]) if self._path is not None else dict(self._table_hashes())

    def _table_hashes(self) -> dict[str, str]:
        if not self._hashes:
            self._hashes = {table: hash_table(table, self.batches(table)) for table in TABLES}
        return self._hashes

    def file(self, name: str) -> Path:
        """The path of a file of the run's folder, its hash compared. Raises RunFolderError: there is none of this name, or it is damaged."""
        return self._verified_path(name)

    def _verified_path(self, name: str) -> Path:
        assert self._path is not None
        if name not in self._verified:
            try:
                verify_file(self._path, name, self._manifest)
            except RunFolderError:
                if not self._force or name not in self._manifest["files"]:
                    raise
                self._changed.append(name)
            self._verified.add(name)
        return self._path / name
