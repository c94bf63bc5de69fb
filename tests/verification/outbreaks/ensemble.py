"""Runs of the outbreaks under many seeds, and the eight figures that they are held against."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from hyosan.results.epidemiology.cases import texts
from hyosan.scenario.load import load

from . import data, estimate_school

SCHOOL, VILLAGE = "boarding-school-1978", "hagelloch-1861"
BEFORE_RECORD = 4
"""Days from the start of the run to the first day of the record, 22 January."""
WEEK = 7
TAKEN_OFF = 0.1
"""Share of the people who are infected in an outbreak that has taken off."""
DAY = 86400


class Figure(NamedTuple):
    """One of the figures that are judged."""

    what: str
    outbreak: str
    column: int
    size: bool
    """Whether it is a size: its interval shall lie within 30 % of its median."""


FIGURES = (
    Figure("boys ever ill", SCHOOL, 0, True),
    Figure("most boys in bed", SCHOOL, 1, True),
    Figure("day of January with most in bed", SCHOOL, 2, False),
    Figure("prodromes in the peak week", VILLAGE, 0, True),
    Figure("weeks from the first prodrome to the peak week", VILLAGE, 1, False),
    Figure("infected by a child of the family", VILLAGE, 2, True),
    Figure("mean days from prodrome to prodrome", VILLAGE, 3, False),
    Figure("infected by the most infectious child", VILLAGE, 4, True),
)


def of_bed_days(into: NDArray[Any], out: NDArray[Any]) -> tuple[int, int, int, NDArray[np.int64]]:
    """Ever in bed, most in bed at a noon, the day of January of that noon, and all noons from 22 January on; moments in days of January."""
    noons = 22.5 + np.arange(20)
    in_bed = np.array([(into <= noon).sum() - (out <= noon).sum() for noon in noons])
    return len(into), int(in_bed.max()), int(22 + in_bed.argmax()), in_bed


def of_children(prodrome: dict[int, int], infector: dict[int, int], family: dict[int, int]) -> tuple[int, int, int, float, int]:
    """The five figures of the village, from the days of prodromes and who infected whom."""
    first = min(prodrome.values())
    weeks = np.bincount([(day - first) // WEEK for day in prodrome.values()])
    pairs = [(by, who) for who, by in infector.items() if who in prodrome and by in prodrome]
    same = sum(family[by] == family[who] for by, who in pairs)
    apart = [prodrome[who] - prodrome[by] for by, who in pairs]
    most = int(np.bincount([by for by, _ in pairs]).max()) if pairs else 0
    return int(weeks.max()), int(weeks.argmax()), same, float(np.mean(apart)) if apart else 0.0, most


def observed() -> dict[str, tuple[float, ...]]:
    """The figures as the records have them."""
    rows = data.boarding_school()
    peak = max(rows, key=lambda row: row["in_bed"])
    child = data.village()
    ids = child.id.tolist()
    infector = {who: ids[by] for who, by in zip(ids, child.infector.tolist(), strict=True) if by >= 0}
    days = dict(zip(ids, child.prodrome.tolist(), strict=True))
    ever = 512  # British Medical Journal 1978; 1:587: the record of those in bed does not hold the total
    of_school = (ever, peak["in_bed"], peak["day"] - data.day("1978-01-01") + 1)
    return {SCHOOL: of_school, VILLAGE: of_children(days, infector, dict(zip(ids, child.family.tolist(), strict=True)))}


def school_run(seed: int, factor: float, drawn: tuple[estimate_school.Course, estimate_school.Estimate] | None) -> tuple[float, ...]:
    """Share infected, the three figures of the school, and the boys in bed at noon of each day."""
    import hyosan

    changes: dict[str, Any] = {}
    base = load(SCHOOL)
    rate = base.pathogen.routes.air.rates["school"] * DAY  # type: ignore[union-attr]
    if drawn is not None:
        course, found = drawn
        transitions = library_transitions(SCHOOL)
        transitions[0]["share"], transitions[1]["share"] = course.symptoms, 1 - course.symptoms
        transitions[3]["after"]["varies"]["gamma"]["mean"] = f"{found.bed:.4f} days"
        changes = {"pathogen.transitions": transitions, "seeds.first.at": f"{24 * (found.start + BEFORE_RECORD):.3f} h"}
        rate = found.rate
    run = hyosan.run(SCHOOL, seed=seed, threads=1, overrides=changes | {"pathogen.routes.air.rates.school": f"{rate * factor:.6f} per day"})
    day = run.events["second"].to_numpy() / DAY + 18
    to = texts(run.events["to"])
    ever, most, when, in_bed = of_bed_days(day[to == "in bed"], day[to == "convalescent"])
    return (run.ending.ever_infected / run.ending.residents, ever, most, when, *in_bed.tolist())


def library_transitions(name: str) -> list[dict[str, Any]]:
    """The transitions of a library scenario as they are written, without their sources."""
    from ruamel.yaml import YAML

    from hyosan.scenario.files import library_path

    def plain(node: Any) -> Any:
        if isinstance(node, dict):
            return {key: plain(value) for key, value in node.items() if key != "source"}
        return node

    rows = YAML(typ="safe").load(library_path(name).read_text(encoding="utf-8"))["pathogen"]["transitions"]
    return [plain(row) for row in rows]


def village_run(seed: int, factor: float, _: object = None) -> tuple[float, ...]:
    """Share infected, the five figures of the village, and prodromes by week."""
    import hyosan

    route = load(VILLAGE).pathogen.routes
    rates = {f"pathogen.routes.contact.rates.{name}": rate for name, rate in route.contact.rates.items()}  # type: ignore[union-attr]
    rates |= {"pathogen.routes.contact.link": route.contact.link, "pathogen.routes.air.rates.home": route.air.rates["home"]}  # type: ignore[union-attr]
    changes = {name: f"{rate * DAY * factor:.6f} per day" for name, rate in rates.items()} if factor != 1 else {}
    run = hyosan.run(VILLAGE, seed=seed, threads=1, overrides=changes)
    to, kind = texts(run.events["to"]), texts(run.events["kind"])
    who, by, second = (run.events[name].to_numpy() for name in ("person", "other", "second"))
    ill = np.isin(to, ("prodromes", "prodromes in bed"))
    prodrome = dict(zip(who[ill].tolist(), (second[ill] // DAY).tolist(), strict=True))
    passed = kind == "infected"
    child = data.village()
    family = dict(zip(child.id.tolist(), child.family.tolist(), strict=True))
    figures = of_children(prodrome, dict(zip(who[passed].tolist(), by[passed].tolist(), strict=True)), family)
    weeks = np.bincount([(day - 1) // WEEK for day in prodrome.values()], minlength=25)[:25]
    return (run.ending.ever_infected / run.ending.residents, *figures, *weeks.tolist())


def _one(job: tuple[str, int, float, Any]) -> tuple[float, ...]:
    name, seed, factor, drawn = job
    return school_run(seed, factor, drawn) if name == SCHOOL else village_run(seed, factor)


def runs(name: str, seeds: Iterable[int], factor: float = 1.0, drawn: list[Any] | None = None) -> NDArray[np.float64]:
    """[runs that took off, figures and series]. `factor` multiplies every rate of infection, and with them R0."""
    jobs = [(name, seed, factor, drawn[k % len(drawn)] if drawn else None) for k, seed in enumerate(seeds)]
    with ProcessPoolExecutor(min(os.cpu_count() or 1, 8), mp_context=multiprocessing.get_context("spawn")) as pool:
        rows = np.array(list(pool.map(_one, jobs, chunksize=5)))
    return rows[rows[:, 0] >= TAKEN_OFF][:, 1:]


class Verdict(NamedTuple):
    """A figure of the record beside those of the runs."""

    figure: Figure
    record: float
    median: float
    narrow: tuple[float, float]
    """90 % of the runs lie within."""
    wide: tuple[float, float]
    """99 % of the runs lie within."""

    @property
    def within_90(self) -> bool:
        return self.narrow[0] <= self.record <= self.narrow[1]

    @property
    def within_99(self) -> bool:
        return self.wide[0] <= self.record <= self.wide[1]

    @property
    def sharp(self) -> bool:
        """Whether the interval of a size lies within 30 % of its median."""
        return not self.figure.size or max(self.median - self.narrow[0], self.narrow[1] - self.median) <= 0.3 * self.median


def verdicts(found: dict[str, NDArray[np.float64]]) -> list[Verdict]:
    """All figures, given the runs of both outbreaks."""
    record = observed()
    rows = []
    for figure in FIGURES:
        values = found[figure.outbreak][:, figure.column]
        q = [float(x) for x in np.quantile(values, [0.005, 0.05, 0.5, 0.95, 0.995], method="inverted_cdf")]
        rows.append(Verdict(figure, float(record[figure.outbreak][figure.column]), q[2], (q[1], q[3]), (q[0], q[4])))
    return rows
