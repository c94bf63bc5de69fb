"""`fit`: fit the uncertain numbers of a scenario to observations; `Fit` reads what came of it.

The folder: `scenario.yaml` and `table.json`, what is fitted; `members/`, a file for each draw that is done; the data; then
`reference.parquet`, `posterior.parquet` (and `.csv`), `fitted.yaml`, `fit.json`, the report; and `manifest.json`, written last.
Killed at any instant a fit goes on where it was, and with more draws or other data it goes on from the draws that are there.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from hyosan import provenance
from hyosan.errors import CommandError, RunFolderError
from hyosan.fitting import writing
from hyosan.fitting.account import Choices, choices_told, data_told, parameters_told, recovery_told, told, value_at
from hyosan.fitting.data import Target, read_targets
from hyosan.fitting.fitted import fitted_scenario
from hyosan.fitting.recovery import recover
from hyosan.fitting.reference import MANIFEST, MARK, OWN_FILES, SCENARIO_NAME, ReferenceFolder, Table, subject_of
from hyosan.fitting.regression import Posterior, infer, least_accepted
from hyosan.fitting.summaries import TAKEN, TRANSFORMS, Summaries, summaries_of
from hyosan.results.atomic import hash_file, write_bytes
from hyosan.results.manifest import read_manifest, verify_file, write_manifest
from hyosan.scenario.load import Source
from hyosan.scenario.nearest import did_you_mean
from hyosan.scenario.uncertain import Parameter
from hyosan.studies.gathering import StudyProgress, gather
from hyosan.studies.study import MAX_WORKERS

__all__ = ["Fit", "fit"]

PICKS = ("median", "nearest")
DRAWS, ACCEPT, ACCEPTED = 1000, 0.02, 100
"""Draws, the share of them that is accepted, and how many at least are, where nobody says."""
FIT_NAME, DATA_NAME, FITTED_NAME = "fit.json", "observed.csv", "fitted.yaml"
FITTED_DIGITS = 4


class _Told(NamedTuple):
    """All that a fit rests on."""

    parameters: tuple[Parameter, ...]
    targets: tuple[Target, ...]
    summaries: Summaries
    table: Table
    choices: Choices


class Fit:
    """A finished fit, read only. Make one with `Fit.open(folder)`."""

    def __init__(self, folder: Path, manifest: dict[str, Any]) -> None:
        self.path, self._manifest = folder, manifest
        self._account: dict[str, Any] | None = None

    @classmethod
    def open(cls, path: Path | str) -> Fit:
        """The fit in a folder. Raises RunFolderError: no fit, an unfinished one, or a damaged one."""
        folder = Path(path)
        if (folder / MARK).exists() and not (folder / MANIFEST).exists():
            raise RunFolderError(f"{folder}: holds an unfinished fit: give the same command again to go on.")
        manifest = read_manifest(folder)
        if manifest.get("kind") != "fit":
            raise RunFolderError(f"{folder}: holds no fit.")
        return cls(folder, manifest)

    def __repr__(self) -> str:
        return f"Fit({self._manifest['name']!r}, {self._manifest['draws']} draws, {self.path})"

    def _repr_html_(self) -> str:
        from hyosan.fitting.report import parameters_html

        return parameters_html(self.account)

    @property
    def manifest(self) -> dict[str, Any]:
        """A copy of the manifest."""
        return dict(self._manifest)

    @property
    def account(self) -> dict[str, Any]:
        """Everything that is told of the fit, as plain data (`fit.json`)."""
        if self._account is None:
            self._account = json.loads(verify_file(self.path, FIT_NAME, self._manifest).read_text(encoding="utf-8"))
        return self._account

    @property
    def failed(self) -> list[dict[str, Any]]:
        """Draws that failed: seed and why."""
        return list(self._manifest["failed"])

    @property
    def posterior(self) -> Any:
        """The accepted draws (`pyarrow.Table`: seed, distance, weight, each parameter adjusted, and `KEY as drawn`)."""
        return writing.read_table(verify_file(self.path, "posterior.parquet", self._manifest))

    @property
    def reference(self) -> Any:
        """Every draw (`pyarrow.Table`: seed, `parameter KEY`, `observed NAME`)."""
        return writing.read_table(verify_file(self.path, "reference.parquet", self._manifest))

    @property
    def fitted(self) -> Path:
        """The file of the fitted scenario, to load or run."""
        return verify_file(self.path, FITTED_NAME, self._manifest)

    def recovery(self, truths: int) -> dict[str, Any]:
        """Hold out so many draws as planted truths and fit each with the rest: see `recovery` of `fit.json`. Nothing is written.

        Raises CommandError: fewer than one, or more than there are draws.
        """
        subject = subject_of(self.path / SCENARIO_NAME)
        targets = read_targets(verify_file(self.path, DATA_NAME, self._manifest), subject.scenario)[0]
        said = self.account["settings"]
        choices = Choices(said["accept"], said["by"], said["transform"], said["reduce"], said["pick"])
        table = writing.table_of(self.reference, subject.parameters, targets)
        summaries = summaries_of(targets, choices.taken, choices.transform)
        return _recovered(_Told(subject.parameters, targets, summaries, table, choices), truths)


def fit(
    source: Source,
    *,
    to: Path | str | Sequence[Mapping[str, Any]],
    draws: int = DRAWS,
    out: Path | str | None = None,
    workers: int = 0,
    accept: float | None = None,
    by: str = "day",
    transform: str = "none",
    reduce: bool | None = None,
    pick: str = "median",
    recover: int = 0,
    because: Sequence[str] = (),
    overrides: Sequence[str] | Mapping[str, Any] = (),
    ray: str | None = None,
    force: bool = False,
    progress: Callable[[StudyProgress], None] | None = None,
) -> Fit:
    """Fit the numbers given as `uncertain` to observations, by approximate Bayesian computation with regression adjustment.

    Main arguments: `source`, a scenario; `to`, a CSV file of observations (day or date, quantity, value[, zone, low, high, weight,
    reason]; a row without a day is a figure of the ending), or such rows as mappings; `draws`, how many runs, each with the seed 1, 2, ...
    and the unknown numbers that it draws; `out`, the folder (default: `fits/NAME`); `workers`, how many processes run draws (0 = this one).
    Other arguments: `accept`, the share of draws that is accepted (default: 2 %, but at least 100 of them, at most half); `by`, how series
    are compared (`day`, `week`, `cumulative`); `transform` of summaries (`none`, `sqrt`, `log`); `reduce`, replace summaries by predictions
    of the parameters (None: where there are too many of them); `pick`, what `fitted.yaml` holds (`median`, or the accepted draw `nearest`
    to the posterior mean); `recover`, how many planted truths are looked for; `because`, reasons for what was chosen, told in the report;
    `overrides` as of `--set`; `ray` as of a study; `force` draws anew; `progress` is told how far it is.
    A folder with draws of the same scenario is gone on with; other data need no new draws.

    Raises ScenarioError: the scenario or the data are wrong, or nothing is uncertain. RunFolderError: the folder is in use or holds
    something else. CommandError: a setting is wrong, or there are too few draws.
    """
    if isinstance(workers, bool) or not 0 <= workers <= MAX_WORKERS:
        raise CommandError(f"workers: {workers!r}; a whole number from 0 to {MAX_WORKERS} is needed")
    for name, value, allowed in (("by", by, TAKEN), ("transform", transform, TRANSFORMS), ("pick", pick, PICKS)):
        if value not in allowed:
            raise CommandError(f"{name}: {value!r} is not possible; {did_you_mean(str(value), allowed)}")
    subject = subject_of(source, overrides)
    targets, data_name, data_text = read_targets(to, subject.scenario)
    summaries = summaries_of(targets, by, transform)
    share = _share(accept, draws, int((summaries.weights > 0).sum()), len(subject.parameters), reduce)
    if recover and not 1 <= recover <= draws:
        raise CommandError(f"recover: {recover}; 1 to {draws:,}, the number of draws, are possible")
    choices = Choices(share, by, transform, reduce, pick, tuple(because), accept is not None)
    folder = Path(out) if out is not None else Path("fits") / subject.scenario.name
    kept = ReferenceFolder(folder, subject, targets, draws, force)
    try:
        (folder / MANIFEST).unlink(missing_ok=True)
        failed, seconds, ran = gather(kept.members, workers, ray, progress)
        table = kept.table(targets)
        _share(share, len(table.seeds), int((summaries.weights > 0).sum()), len(subject.parameters), reduce)
        of = _Told(subject.parameters, targets, summaries, table, choices)
        write_bytes(folder / DATA_NAME, data_text.encode())
        account = _write(folder, of, subject.tree, data_name, recover)
        failures = [{"seed": one["seed"], "message": one["message"]} for one in failed]
        _finish(folder, subject.tree, account, failures, {"elapsed_seconds": round(seconds, 3), "draws_run": ran})
        return Fit.open(folder)
    finally:
        kept.release()


def _share(accept: float | None, draws: int, summaries: int, parameters: int, reduce: bool | None) -> float:
    """The share of draws to accept. Raises CommandError: it is none, or too few draws are accepted."""
    share = min(0.5, max(ACCEPT, ACCEPTED / max(draws, 1))) if accept is None else accept
    if isinstance(share, bool) or not 0 < share <= 1:
        raise CommandError(f"accept: {share!r}; a share above 0 and at most 1 is needed, for example 2% or 0.02")
    least = least_accepted(summaries, parameters, reduce)
    if (accepted := round(share * draws)) < least:
        percent = math.ceil(100 * least / max(draws, 1))
        enough = f", or accept {percent} %{' or more' if percent < 100 else ''}" if percent <= 100 else ""
        told_share = f"{100 * share:.3g} % of {draws:,} draws are {accepted:,}"
        raise CommandError(
            f"{told_share}; at least {least} accepted draws are needed for {parameters} parameter{'s' * (parameters != 1)}. "
            f"Take {math.ceil(least / share):,} draws or more{enough}."
        )
    return share


def _write(folder: Path, of: _Told, tree: dict[str, Any], data_name: str, recover_truths: int) -> dict[str, Any]:
    """Write what the draws say; gives the account."""
    observed = of.summaries.of(np.array([one.value for one in of.targets]))
    drawn = of.summaries.of(of.table.observed)
    accepted = round(of.choices.accept * len(of.table.seeds))
    posterior = infer(of.table.scores, drawn, observed, of.summaries.weights, accepted, of.choices.reduce)
    names = writing.short_names(of.parameters)
    near = _nearest(posterior)
    nearest = int(of.table.seeds[posterior.rows[near]])
    parameters = parameters_told(of.parameters, posterior, names)
    values = {}
    for number, one in enumerate(of.parameters):
        at_nearest = float(of.table.values[posterior.rows[near], number])
        parameters[number]["nearest"] = told(at_nearest)
        value = at_nearest if of.choices.pick == "nearest" else float(f"{parameters[number]['posterior'][2]:.{FITTED_DIGITS}g}")
        values[one.key] = int(round(value)) if one.whole else value
        parameters[number]["fitted"] = values[one.key]
    account = {
        "name": tree["name"], "title": tree.get("title") or tree["name"], "data": data_name, "observations": len(of.targets),
        "draws": len(of.table.seeds), "accepted": len(posterior.rows), "effective": told(posterior.effective),
        "summaries": len(of.summaries.names), "reduced": posterior.reduced,
        "settings": {"accept": of.choices.accept, "by": of.choices.taken, "transform": of.choices.transform, "reduce": of.choices.reduce,
                     "pick": of.choices.pick},
        "choices": choices_told(of.choices, of.targets, of.summaries, posterior, len(of.table.seeds), of.table.left_out),
        "parameters": parameters, "correlation": [[round(float(one), 3) + 0.0 for one in row] for row in posterior.correlation()],
        "nearest_seed": nearest, "observed": data_told(of.targets, of.table, posterior),
        "recovery": _recovered(of, recover_truths) if recover_truths else None,
    }  # fmt: skip
    writing.write_reference(folder, of.table, of.parameters, of.targets)
    adjusted = np.array([[value_at(one, posterior.adjusted[row, k]) for k, one in enumerate(of.parameters)] for row in range(len(posterior.rows))])
    writing.write_posterior(folder, of.table, of.parameters, posterior, adjusted)
    sources = {one.key: _source(one, row, account, of.choices.pick) for one, row in zip(of.parameters, parameters, strict=True)}
    status = f"calibrated to {data_name[:60]}: {len(of.targets):,} observed numbers, {len(of.table.seeds):,} draws"
    write_bytes(folder / FITTED_NAME, fitted_scenario(tree, of.parameters, values, sources, status).encode())
    write_bytes(folder / FIT_NAME, (json.dumps(account, indent=1, ensure_ascii=False, allow_nan=False) + "\n").encode())
    return account


def _nearest(posterior: Posterior) -> int:
    """Which accepted draw lies nearest to the posterior mean, in posterior standard deviations."""
    mean = posterior.mean()
    size = np.sqrt(np.average((posterior.adjusted - mean) ** 2, axis=0, weights=posterior.weights))
    size[size == 0] = 1
    return int((((posterior.scores - mean) / size) ** 2).sum(axis=1).argmin())


def _source(one: Parameter, row: dict[str, Any], account: dict[str, Any], pick: str) -> str:
    what = "posterior median" if pick == "median" else f"value of draw {account['nearest_seed']}, the accepted one nearest to the posterior mean"
    low, high = row["posterior"][0], row["posterior"][-1]
    unit = f" {one.unit}" if one.unit else ""
    text = f"fitted to {account['data']}: {what} of the nearest {account['accepted']:,} of {account['draws']:,} draws, adjusted by regression"
    prior = f"prior {one.said()}" + (f", {one.source}" if one.source else "")
    return f"{text}; 90 % interval {low:.4g} to {high:.4g}{unit}; {row['verdict']}; {prior}"


def _recovered(of: _Told, truths: int) -> dict[str, Any]:
    if isinstance(truths, bool) or not 1 <= truths <= len(of.table.seeds):
        raise CommandError(f"recover: {truths!r}; 1 to {len(of.table.seeds):,}, the number of draws, are possible")
    drawn = of.summaries.of(of.table.observed)
    found = recover(of.table.scores, drawn, of.summaries.weights, of.choices.accept, truths, of.choices.reduce)
    return recovery_told(found, of.parameters)


def _finish(folder: Path, tree: dict[str, Any], account: dict[str, Any], failed: list[dict[str, Any]], timings: dict[str, Any]) -> None:
    from hyosan.fitting.report import write_pages

    write_pages(folder, account, failed)
    names = [name for name in OWN_FILES if name != MANIFEST]
    files = {name: {"hash": hash_file(folder / name), "bytes": (folder / name).stat().st_size} for name in names}
    manifest = {
        "kind": "fit", "name": account["name"], "title": account["title"], "status": tree.get("status", "uncalibrated"),
        "draws": account["draws"], "failed": failed, "files": files, "timings": timings,
        "versions": provenance.versions(), "hardware": provenance.hardware(),
    }  # fmt: skip
    write_manifest(folder, manifest)
