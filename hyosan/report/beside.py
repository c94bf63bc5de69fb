"""A run beside a study of its scenario: where its numbers lie among those of many seeds, and what other decisions came to, seed by seed."""

from __future__ import annotations

from typing import Any

from hyosan.errors import CommandError
from hyosan.report.claims_of_study import claims_of_study, say_ensemble
from hyosan.report.counts import Facts, Row
from hyosan.report.studies import account_of_study, say_difference
from hyosan.studies.study import Study

COMPARED = ("alive", "dead", "ever_infected", "killed_in_strikes", "killed_in_strikes_not_infected", "turned_at_large")
"""Figures by which variations are compared, where they are there; the first that is orders them."""


def beside(facts: Facts, study: Study) -> Row:
    """name, runs, where (low, middle and high quantile by figure), what is said of each claim, and a row for each variation and figure that differs.

    Raises CommandError: the study is of another scenario than the run.
    """
    told = account_of_study(study)
    _check(facts, study)
    levels = told["quantiles"]
    middle = levels[len(levels) // 2] if levels else ""
    reference = [row for row in _rows(study.summary) if row["variation"] == told["reference"]]
    where = {row["figure"]: {"low": row[levels[0]], "middle": row[middle], "high": row[levels[-1]]} for row in reference if levels}
    compared = [
        {"figure": row["figure"].replace("_", " "), "variation": row["variation"], "told": _said(row), "mean": row["mean"]}
        for row in _rows(study.differences)
        if row["figure"] in COMPARED and int(row["equal"]) < int(row["pairs"])
    ]
    order = {name: at for at, name in enumerate(_ranked(compared))}
    compared.sort(key=lambda row: (order[row["variation"]], COMPARED.index(row["figure"].replace(" ", "_"))))
    return {
        "study": told["name"], "folder": told["folder"], "study_hash": told["study_hash"], "reference": told["reference"],
        "runs": max((int(row["runs"]) for row in reference), default=0), "levels": [float(levels[0][1:]), float(levels[-1][1:])] if levels else [],
        "where": where, "compared": compared,
        "claims": {row["claim"]: say_ensemble(row) for row in claims_of_study(study) if row["variation"] == told["reference"]},
    }  # fmt: skip


def _said(row: Row) -> str:
    """A difference in words: how sure it is, and in how many seeds; not what unlike seeds would have cost."""
    return say_difference({name: value for name, value in row.items() if name != "variance_reduction"} | {"told": ""})


def _ranked(compared: list[Row]) -> list[str]:
    """Variations, those first that change the first figure there is most."""
    first = next((name.replace("_", " ") for name in COMPARED if any(row["figure"] == name.replace("_", " ") for row in compared)), "")
    size = {row["variation"]: abs(row["mean"]) for row in compared if row["figure"] == first}
    return sorted(dict.fromkeys(row["variation"] for row in compared), key=lambda name: (-size.get(name, 0.0), name))


def _check(facts: Facts, study: Study) -> None:
    manifest, run = study.manifest, facts.run.manifest
    if manifest["scenario"] != run["name"]:
        raise CommandError(f"{study.path}: a study of {manifest['scenario']!r}, not of {run['name']!r}, the scenario of the run.")
    mine = facts.ending.figures(run["end_second"])
    for row in study.results.to_pylist():
        asked = row["variation"] == manifest["reference"] and (row["seed"] == run["seed"] or row["figure"] == "residents")
        if asked and row["figure"] in mine and abs(row["value"] - mine[row["figure"]]) > 1e-9 * max(1.0, abs(row["value"])):
            raise CommandError(
                f"{study.path}: not a study of this run's scenario: with seed {row['seed']} its {manifest['reference']!r} comes to "
                f"{row['value']:,.6g} {row['figure'].replace('_', ' ')}, the run to {mine[row['figure']]:,.6g}. Both need the same changes."
            )


def _rows(table: Any) -> list[Row]:
    found: dict[tuple[str, str], Row] = {}
    for row in table.to_pylist():
        one = found.setdefault((row["variation"], row["figure"]), {"variation": row["variation"], "figure": row["figure"]})
        one[row["statistic"]] = row["value"]
    return list(found.values())
