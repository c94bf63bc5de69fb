"""Writing exports: which are asked for, into which folder, as CSV or Parquet; each file whole or not there.

Beside tables goes `columns.csv`, the dictionary of their columns, made of the tables' own metadata.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet as pq

from hyosan.errors import CommandError, HyosanError, RunFolderError
from hyosan.export.catalogue import EXPORTS
from hyosan.export.dates import dated, read_date
from hyosan.export.given import Export, Given, Product
from hyosan.export.study import study_hubverse
from hyosan.results.atomic import atomic_file
from hyosan.results.run import Run
from hyosan.scenario.nearest import did_you_mean
from hyosan.studies.study import MARK, Study

ALL = "all"
FORMATS = ("csv", "parquet")
DICTIONARY = "columns.csv"
_FORMULA = "^[=+\\-@\t\r]"


def write(
    run: Run | Study | str | Path,
    to: str | Sequence[str] = ALL,
    out: str | Path | None = None,
    *,
    format: str = "csv",
    start_date: str | None = None,
    force: bool = False,
) -> list[Path]:
    """Write exports of a finished run and give the paths of the files.

    Main arguments: `run`, or its folder (or a study, of which `hubverse` alone can be made);
    `to`, names of EXPORTS, as a list or separated by commas, or "all"; `out`, the folder
    (default: the run's folder with `-export` after its name).
    Other arguments: `format` of tables, "csv" or "parquet"; `start_date`, the date of the run's first day, "2026-03-01" (default: that of
    the scenario, if it has one), which turns moments into dates; `force` replaces files that are there.

    Raises CommandError: an unknown export, format or date. HyosanError: files are there already, or an export asked for by name can
    not be made of this run. RunFolderError: no run, a damaged one, or the folder cannot be written. ResourceError: the disk is full.
    """
    chosen = choose(to)
    if format not in FORMATS:
        raise CommandError(f"--format: {format!r} is no format of tables; {did_you_mean(format, FORMATS)}")
    if isinstance(run, Study) or (isinstance(run, str | Path) and (Path(run) / MARK).exists()):
        return _of_study(run if isinstance(run, Study) else Study.open(run), to, out, format, start_date, force)
    found = run if isinstance(run, Run) else Run.open(run)
    told = start_date if start_date is not None else found.manifest.get("date")
    started = read_date(told) if told is not None else None
    folder = _folder(found, out)
    given = Given(found, started)
    clock = int(found.manifest["start_clock_seconds"])
    files, tables = [], []
    for product in _products(chosen, given, asked=_asked(to)):
        if product.columns is not None:
            tables.append((product.name, product.columns.empty_table()))
        if isinstance(product.content, pa.Table):
            files.append((f"{product.name}.{format}", dated(product.content, clock, started)))
            tables.append(files[-1])
        else:
            files.append((product.name, product.content))
    _check_free(folder, [name for name, _ in files], force)
    if tables:
        files.append((DICTIONARY, _with_earlier(folder, dictionary(tables))))
    return [_put(folder / name, content) for name, content in files]


def _of_study(study: Study, to: str | Sequence[str], out: str | Path | None, format: str, start_date: str | None, force: bool) -> list[Path]:
    for name in _asked(to):
        if name not in ("hubverse", ALL):
            raise CommandError(f"--to: {name!r} cannot be made of a study, only of a run; of a study there is hubverse")
    told = start_date if start_date is not None else study.manifest.get("date")
    product = study_hubverse(study, read_date(told) if told is not None else None)
    path = study.path.resolve()
    folder = Path(out) if out is not None else path.with_name(f"{path.name}-export")
    name = f"{product.name}.{format}"
    _check_free(folder, [name], force)
    whole = [(name, product.content), (DICTIONARY, _with_earlier(folder, dictionary([(name, product.content)])))]
    return [_put(folder / one, content) for one, content in whole]


def choose(to: str | Sequence[str]) -> list[Export]:
    """The exports of these names, in order of the catalogue. Raises CommandError: there is none of a name, or no name."""
    names = _asked(to)
    known = {export.name: export for export in EXPORTS}
    for name in names:
        if name not in known and name != ALL:
            raise CommandError(f"--to: {name!r} is no export; {did_you_mean(name, [*known, ALL])}")
    if not names:
        raise CommandError(f"--to: no export is named; allowed: {', '.join([*known, ALL])}")
    return [export for export in EXPORTS if ALL in names or export.name in names]


def dictionary(tables: Iterable[tuple[str, Any]]) -> Any:
    """The column dictionary: file, column, type, unit and meaning of every column of tables, from their own metadata."""
    rows = [
        {
            "file": file,
            "column": field.name,
            "type": str(field.type),
            "unit": (field.metadata or {}).get(b"unit", b"").decode(),
            "meaning": (field.metadata or {}).get(b"meaning", b"").decode(),
        }
        for file, table in tables
        for field in table.schema
    ]
    return pa.Table.from_pylist(rows)


def _with_earlier(folder: Path, fresh: Any) -> Any:
    """A dictionary with the rows of an earlier one in the folder for tables that are still there and not written anew."""
    try:
        earlier = pa.csv.read_csv(folder / DICTIONARY, convert_options=pa.csv.ConvertOptions(column_types=fresh.schema)).select(fresh.schema.names)
    except (OSError, KeyError, pa.ArrowException):
        return fresh
    written = set(fresh["file"].to_pylist())
    kept = [name not in written and (folder / name).is_file() for name in earlier["file"].to_pylist()]
    return pa.concat_tables([earlier.filter(pa.array(kept, pa.bool_())), fresh])


def as_csv(table: Any) -> bytes:
    """A table as CSV in UTF-8. Text that a spreadsheet would take for a formula gets a `'` before it; null is an empty cell."""
    for index, field in enumerate(table.schema):
        if pa.types.is_string(field.type):
            column = table.column(index)
            harmful = pc.match_substring_regex(column, _FORMULA)
            table = table.set_column(index, field, pc.if_else(harmful, pc.binary_join_element_wise("'", column, ""), column))
    stream = io.BytesIO()
    pa.csv.write_csv(table, stream, pa.csv.WriteOptions(quoting_style="needed"))
    return stream.getvalue()


def _asked(to: str | Sequence[str]) -> list[str]:
    given = [to] if isinstance(to, str) else list(to)
    return [name.strip() for text in given for name in text.split(",") if name.strip()]


def _folder(run: Run, out: str | Path | None) -> Path:
    if out is not None:
        return Path(out)
    if run.path is None:
        raise RunFolderError("A run in memory has no folder to export to. Give one: write(run, out=...).")
    path = run.path.resolve()
    return run.path.parent / f"{path.name}-export" if run.path.name else path.parent / f"{path.name}-export"


def _products(chosen: list[Export], given: Given, asked: list[str]) -> list[Product]:
    found: list[Product] = []
    for export in chosen:
        products = list(export.make(given))
        if not products and export.name in asked:
            raise HyosanError(f"{export.name}: cannot be made of this run: the world that it took place in is not known or has no map.")
        found += products
    return found


def _check_free(folder: Path, names: list[str], force: bool) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise RunFolderError(f"{folder}: cannot be made: {error.strerror or error}. Choose another --out.") from error
    there = [name for name in names if (folder / name).exists()]
    if there and not force:
        raise HyosanError(f"{folder / there[0]}: exists already. Choose another --out, or give --force to replace it.")


def _put(path: Path, content: Any) -> Path:
    data = content if isinstance(content, bytes) else as_csv(content) if path.suffix == ".csv" else None
    with atomic_file(path, len(data) if data is not None else 0) as handle:
        if data is not None:
            handle.write(data)
        else:
            pq.write_table(content, handle, compression="zstd")
    return path
