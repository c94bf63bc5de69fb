"""The tables of a fit: `reference.parquet`, every draw; `posterior.parquet` and `posterior.csv`, those accepted. Numbers are rounded alike."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.csv as pacsv
import pyarrow.parquet as pq

from hyosan.errors import RunFolderError
from hyosan.fitting.account import told
from hyosan.fitting.data import Target
from hyosan.fitting.reference import Table, score
from hyosan.fitting.regression import Floats, Posterior
from hyosan.results.atomic import atomic_file
from hyosan.scenario.uncertain import Parameter


def write_reference(folder: Path, table: Table, parameters: Sequence[Parameter], targets: Sequence[Target]) -> None:
    """Write `reference.parquet`: a row for each draw, in order of seeds."""
    columns: dict[str, Any] = {"seed": table.seeds}
    columns |= {f"parameter {one.key}": table.values[:, number] for number, one in enumerate(parameters)}
    columns |= {f"observed {one.name}": table.observed[:, number] for number, one in enumerate(targets)}
    _write(folder / "reference.parquet", pa.table(columns))


def table_of(reference: Any, parameters: Sequence[Parameter], targets: Sequence[Target]) -> Table:
    """The table of draws as it was written."""
    seeds = reference["seed"].to_numpy()
    values = np.stack([reference[f"parameter {one.key}"].to_numpy() for one in parameters], axis=1)
    observed = np.stack([reference[f"observed {one.name}"].to_numpy() for one in targets], axis=1)
    scores = np.array([[score(one.key, int(seed)) for one in parameters] for seed in seeds])
    return Table(seeds, values, scores, observed)


def write_posterior(folder: Path, table: Table, parameters: Sequence[Parameter], posterior: Posterior, adjusted: Floats) -> None:
    """Write `posterior.parquet` and `posterior.csv`: a row for each accepted draw, the nearest first; `adjusted` are values."""
    columns: dict[str, Any] = {"seed": table.seeds[posterior.rows], "distance": _rounded(posterior.distances), "weight": _rounded(posterior.weights)}
    columns |= {one.key: _rounded(adjusted[:, number]) for number, one in enumerate(parameters)}
    columns |= {f"{one.key} as drawn": _rounded(table.values[posterior.rows, number]) for number, one in enumerate(parameters)}
    whole = pa.table(columns)
    _write(folder / "posterior.parquet", whole)
    with atomic_file(folder / "posterior.csv") as handle:
        pacsv.write_csv(whole, handle)


def read_table(path: Path) -> Any:
    """A table of a fit. Raises RunFolderError: it cannot be read."""
    try:
        return pq.read_table(path)
    except (pa.ArrowException, OSError, ValueError) as error:
        raise RunFolderError(f"{path}: cannot be read: {error}.") from error


def short_names(parameters: Sequence[Parameter]) -> list[str]:
    """As few of the last parts of each path as tell the parameters apart; names given with `as` are whole."""
    keys = [one.key.split(".") for one in parameters]
    found = []
    for number, parts in enumerate(keys):
        others = [other for k, other in enumerate(keys) if k != number]
        count = next(n for n in range(1, len(parts) + 1) if n == len(parts) or all(other[-n:] != parts[-n:] for other in others))
        if parts[-count] in ("uncertain", "mean", "sd", "after") and count < len(parts):
            count = min(len(parts), count + 1)
        found.append(".".join(parts[-count:]))
    return found


def _rounded(values: Floats) -> Floats:
    return np.array([told(float(value)) for value in values])


def _write(path: Path, table: Any) -> None:
    with atomic_file(path) as handle:
        pq.write_table(table, handle, compression="zstd")
