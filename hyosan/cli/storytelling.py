"""`hyosan story` and `hyosan rows`: one person's story, and the rows of a table that a report names as its evidence."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated, Any

from hyosan.cli.options import Json, Switch, whole
from hyosan.cli.telling import as_json_text


def story(folder: Path, person: str, /, *, as_json: Json = False) -> int:
    """Tell what happened to one person of a run: where, with whom, what they chose, who infected them, which orders reached them, and the end.

    Parameters
    ----------
    folder:
        Folder of a finished run.
    person:
        Who: an id or a name, as in the tables and the report.
    as_json:
        Tell it as one JSON object, each sentence with its rows.

    """
    from hyosan.report.story import story as tell

    found = tell(folder, person)
    print(as_json_text(found.to_json()) + "\n" if as_json else found.text(), end="")
    return 0


def rows(
    folder: Path,
    table: str,
    /,
    *conditions: str,
    columns: str = "",
    limit: Annotated[int, whole(0)] = 20,
    force: Switch = False,
    as_json: Json = False,
) -> int:
    """Show the rows of a run's table that meet conditions, and how many they are. Reports name their evidence so.

    Parameters
    ----------
    folder:
        Folder of a finished run.
    table:
        events, people, series, orders, injects; or manifest, followed by keys such as ending.alive.
    conditions:
        A column, one of = != < <= > >=, a value, for example `kind=killed 'second<=3600' 'zone=C4|C5'`. All must hold.
    columns:
        Columns to show, names separated by commas; default: all.
    limit:
        Rows to show at most.
    force:
        Read a file although its content is not that of the run; it is named.
    as_json:
        One JSON object a row.

    """
    from hyosan.results.rows import MANIFEST, manifest_part, select
    from hyosan.results.run import Run

    run = Run.open(folder, force=force)
    if table == MANIFEST:
        for path in conditions or sorted(run.manifest):
            print(f"{path}: {json.dumps(manifest_part(run, path), ensure_ascii=False)}")
        return 0
    found = select(run, table, conditions, [name.strip() for name in columns.split(",") if name.strip()])
    shown = found.slice(0, limit).to_pylist()
    for name in run.changed_files:
        print(f"{folder / name}: its content is not that of the run.", file=sys.stderr)
    if as_json:
        for row in shown:
            print(json.dumps(row, ensure_ascii=False))
    else:
        _show(shown, found.column_names)
    print(
        f"{found.num_rows:,} {'row' if found.num_rows == 1 else 'rows'} of {table}"
        + (f", the first {limit:,} shown" if found.num_rows > limit else ""),
        file=sys.stderr,
    )
    return 0


def _show(shown: list[dict[str, Any]], names: list[str]) -> None:
    """Rows as columns of text, numbers to the right."""
    text = [[str(row[name]) for name in names] for row in shown]
    widths = [max([len(name), *(len(row[at]) for row in text)]) for at, name in enumerate(names)]
    right = [bool(shown) and isinstance(shown[0][name], int) for name in names]
    for row in [names, *text]:
        print(
            "  ".join(cell.rjust(width) if to_right else cell.ljust(width) for cell, width, to_right in zip(row, widths, right, strict=True)).rstrip()
        )
