"""The tables of a study, made from its members one after another: what each came to, quantiles by variation, paired differences.

Everything is in the order of variations and seeds, whoever ran the members and in whatever order they came: the same members give the
same bytes. In memory are at most the figures of two variations (some 100 bytes a member) and the counters of one.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from hyosan.results.atomic import atomic_file
from hyosan.studies import statistics
from hyosan.studies.member import Job, Member
from hyosan.studies.plan import Plan

_NAME = pa.dictionary(pa.int16(), pa.string())


def _field(name: str, kind: Any, meaning: str) -> Any:
    return pa.field(name, kind, nullable=False, metadata={"meaning": meaning})


RESULTS = pa.schema(
    [
        _field("variation", _NAME, "name of the variation"),
        _field("seed", pa.int64(), "seed of the run"),
        _field(
            "figure",
            _NAME,
            "see the figures of a study; `met: NAME` is 1 if an objective was met, `claim: NAME` if a claim is true, else 0",
        ),
        _field("value", pa.float64(), "the number, in people or as named"),
    ]
)
"""`results.parquet`: one row per member and figure."""
SERIES = pa.schema(
    [
        _field("variation", _NAME, "name of the variation"),
        _field("quantity", _NAME, "what is counted, a quantity of the series"),
        _field("second", pa.int64(), "moment, in seconds since the start"),
        _field("quantile", pa.float64(), "share of the runs that do not exceed the value"),
        _field("value", pa.int64(), "the count"),
    ]
)
"""`quantiles.parquet`: the series of a variation's runs, quantile by quantile."""
SUMMARY = pa.schema(
    [
        _field("variation", _NAME, "name of the variation"),
        _field("figure", _NAME, "a figure of the study"),
        _field("statistic", _NAME, "`runs`, `mean`, `mc_error` (of the mean), or a quantile such as `q0.05`"),
        _field("value", pa.float64(), "its value"),
    ]
)
"""`summary.parquet`: the figures of a variation's runs."""
DIFFERENCES = pa.schema(
    [
        _field("variation", _NAME, "name of the variation"),
        _field("reference", _NAME, "the variation that it is compared with, seed by seed"),
        _field(
            "figure",
            _NAME,
            "a figure as in `results`, or `infected_only_here`, `infected_only_there` (in the reference)",
        ),
        _field("statistic", _NAME, "see the statistics of differences"),
        _field("value", pa.float64(), "its value"),
    ]
)
"""`differences.parquet`: variation minus reference, paired by seed."""
TABLES = {"results": RESULTS, "quantiles": SERIES, "summary": SUMMARY, "differences": DIFFERENCES}
ONLY = ("infected_only_here", "infected_only_there")
_GROUP_ROWS = 131_072
Rows = Iterable[dict[str, Any]]
Members = Callable[[int], Iterator[Member]]
"""The members of a variation, by its number, in order of seeds; those that failed are left out."""


def write_tables(folder: Path, plan: Plan, job: Job, members: Members) -> None:
    """Write the four tables of a study into its folder. Raises ResourceError: the disk is full."""
    _write(folder / "results.parquet", RESULTS, _results(job, members))
    _write(folder / "quantiles.parquet", SERIES, _quantiles(plan, job, members))
    _write(folder / "summary.parquet", SUMMARY, _summary(plan, job, members))
    _write(folder / "differences.parquet", DIFFERENCES, _differences(plan, job, members))


def _write(path: Path, schema: Any, batches: Rows) -> None:
    names = [field.name for field in schema if pa.types.is_dictionary(field.type)]
    with atomic_file(path) as handle, pq.ParquetWriter(handle, schema, compression="zstd", use_dictionary=names, write_page_checksum=True) as writer:
        held, rows = [], 0
        for columns in batches:
            held.append(pa.table({field.name: pa.array(columns[field.name], _plain(field.type)) for field in schema}))
            rows += held[-1].num_rows
            if rows >= _GROUP_ROWS:
                writer.write_table(pa.concat_tables(held).cast(schema))
                held, rows = [], 0
        if held:
            writer.write_table(pa.concat_tables(held).cast(schema))


def _plain(kind: Any) -> Any:
    return pa.string() if pa.types.is_dictionary(kind) else kind


def _results(job: Job, members: Members) -> Rows:
    for number, name in enumerate(job.names):
        for one in members(number):
            there = [figure for figure in job.figures if figure in one.figures]
            yield {
                "variation": [name] * len(there), "seed": [one.seed] * len(there), "figure": there,
                "value": [float(one.figures[figure]) for figure in there],
            }  # fmt: skip


def _quantiles(plan: Plan, job: Job, members: Members) -> Rows:
    for number, name in enumerate(job.names):
        cells = len(job.quantities) * len(job.seconds)
        counted = statistics.Quantiles(cells, len(plan.seeds))
        for one in members(number):
            counted.add(one.series.reshape(-1))
        if not counted.rows:
            continue
        found = np.stack([counted.at(share).reshape(len(job.quantities), -1) for share in plan.quantiles], axis=-1)
        for row, quantity in enumerate(job.quantities):
            size = len(job.seconds) * len(plan.quantiles)
            yield {
                "variation": [name] * size, "quantity": [quantity] * size, "second": np.repeat(job.seconds, len(plan.quantiles)),
                "quantile": np.tile(plan.quantiles, len(job.seconds)), "value": found[row].reshape(-1),
            }  # fmt: skip


def _summary(plan: Plan, job: Job, members: Members) -> Rows:
    for number, name in enumerate(job.names):
        figures = _figures(members(number))
        for figure in job.figures:
            values = [row[figure] for row in figures.values() if figure in row]
            if not values:
                continue
            told = {"runs": len(values), "mean": statistics.mean(values), "mc_error": statistics.error(values), **_shares(plan, values)}
            yield _rows({"variation": name, "figure": figure}, told)


def _differences(plan: Plan, job: Job, members: Members) -> Rows:
    against = job.names.index(plan.reference)
    base = _figures(members(against))
    for number, name in enumerate(job.names):
        if number == against:
            continue
        here: dict[int, dict[str, float]] = {}
        only: dict[int, tuple[float, float]] = {}
        there = _by_seed(members(against))
        for one in members(number):
            here[one.seed] = one.figures
            other = there(one.seed)
            if other is not None:
                only[one.seed] = (
                    len(np.setdiff1d(one.infected, other.infected, assume_unique=True)),
                    len(np.setdiff1d(other.infected, one.infected, assume_unique=True)),
                )
        seeds = [seed for seed in here if seed in base]
        if not seeds:
            continue
        for figure in job.figures:
            both = [seed for seed in seeds if figure in here[seed] and figure in base[seed]]
            if not both:
                continue
            ours, theirs = [here[seed][figure] for seed in both], [base[seed][figure] for seed in both]
            yield _rows({"variation": name, "reference": plan.reference, "figure": figure}, _paired(plan, ours, theirs, figure))
        for k, figure in enumerate(ONLY):
            values = [only[seed][k] for seed in seeds]
            told = {"pairs": len(values), "mean": statistics.mean(values), "mc_error": statistics.error(values), **_shares(plan, values)}
            yield _rows({"variation": name, "reference": plan.reference, "figure": figure}, told)


def _paired(plan: Plan, ours: list[float], theirs: list[float], figure: str) -> dict[str, float]:
    """The statistics of differences. `variance_reduction`: how many times more pairs of unlike seeds would be needed for the same error."""
    differences = [one - other for one, other in zip(ours, theirs, strict=True)]
    pairs = len(differences)
    told: dict[str, float] = {"pairs": pairs, "mean": statistics.mean(differences)}
    if pairs > 1:
        error = statistics.error(differences)
        reach = statistics.student(statistics.LEVEL, pairs - 1) * error
        unpaired = math.sqrt((statistics.variance(ours) + statistics.variance(theirs)) / pairs)
        told |= {"mc_error": error, "low": told["mean"] - reach, "high": told["mean"] + reach, "unpaired_error": unpaired}
        if error > 0:
            told["variance_reduction"] = (unpaired / error) ** 2
        if figure in plan.objectives:
            better = -1 if plan.objectives[figure] == "less" else 1
            told["verdict"] = 0 if told["low"] <= 0 <= told["high"] else better if told["mean"] > 0 else -better
    told |= {"lower": sum(d < 0 for d in differences), "equal": sum(d == 0 for d in differences), "higher": sum(d > 0 for d in differences)}
    return told | _shares(plan, differences)


def _shares(plan: Plan, values: list[float]) -> dict[str, float]:
    ordered = sorted(values)
    return {f"q{share:g}": statistics.quantile(ordered, share) for share in plan.quantiles}


def _figures(members: Iterator[Member]) -> dict[int, dict[str, float]]:
    return {one.seed: one.figures for one in members}


def _by_seed(members: Iterator[Member]) -> Callable[[int], Member | None]:
    """Looks up members by ascending seeds, reading each once."""
    held = next(members, None)

    def at(seed: int) -> Member | None:
        nonlocal held
        while held is not None and held.seed < seed:
            held = next(members, None)
        return held if held is not None and held.seed == seed else None

    return at


def _rows(keys: dict[str, str], told: dict[str, float]) -> dict[str, list[Any]]:
    count = len(told)
    return {name: [value] * count for name, value in keys.items()} | {"statistic": list(told), "value": [float(value) for value in told.values()]}
