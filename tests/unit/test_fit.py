"""Does a fit say what theory says, find what was planted, come to the same bytes whoever runs it, and refuse what it cannot fit?"""

from __future__ import annotations

import json
import math
from pathlib import Path
from statistics import NormalDist
from typing import Any

import numpy as np
import pytest

import hyosan
from hyosan.cli import main
from hyosan.errors import CommandError, RunFolderError, ScenarioError
from hyosan.fitting.account import recovery_told, value_at
from hyosan.fitting.data import read_targets
from hyosan.fitting.fitted import fitted_scenario
from hyosan.fitting.recovery import LEVELS, Recovered, binomial_bounds, recover
from hyosan.fitting.reference import differences
from hyosan.fitting.regression import infer, spread, weighted_quantiles
from hyosan.fitting.summaries import summaries_of
from hyosan.report.observed import comparisons
from hyosan.scenario.load import load, tree
from hyosan.scenario.positions import plain
from hyosan.scenario.reading import read
from hyosan.scenario.sources import unsourced
from hyosan.scenario.uncertain import parameters
from hyosan.studies.member import Worker, job_of, read_member
from hyosan.studies.plan import read_plan
from hyosan.world.build import build

RATE = "pathogen.routes.contact.rates.anywhere"
STAY = "pathogen.transitions.1.after"
PRIORS: dict[str, Any] = {
    RATE: {"uncertain": {"lognormal": {"mean": "0.5 per day", "sd": "0.3 per day"}}, "source": "assumed: wide"},
    STAY: {"varies": {"exponential": {"mean": {"uncertain": {"uniform": {"low": "3 days", "high": "5 days"}}}}}},
}
TOWN = {"city.well_mixed": 150, "time.end": "60 days"}
DATA = """day,quantity,value,low,high,weight,reason
10,new_infected,6,,,2,the best days
20,infected,50,40,60,,
40,infected,90,,,,
,ever_infected,100,,,,
"""
SAME = (
    "reference.parquet",
    "posterior.parquet",
    "posterior.csv",
    "fit.json",
    "fitted.yaml",
    "scenario.yaml",
    "table.json",
    "report.txt",
    "report.html",
)


def fitted(folder: Path, draws: int = 25, **more: Any) -> hyosan.Fit:
    (folder.parent / "observed.csv").write_text(DATA, encoding="utf-8")
    given: dict[str, Any] = {"to": folder.parent / "observed.csv", "overrides": TOWN | PRIORS, "accept": 0.96}
    return hyosan.fit("seir", out=folder, draws=draws, **{**given, **more})


def content(folder: Path) -> dict[str, bytes]:
    """Every file that must not depend on who ran the fit."""
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in [*(folder / name for name in SAME), *folder.glob("members/*")]}


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory, compiled: None) -> hyosan.Fit:
    return fitted(tmp_path_factory.mktemp("fits") / "here")


# the statistics ---------------------------------------------------------------------------------------------------------------------


def gaussian(draws: int, noise: list[float], seed: int = 1) -> tuple[Any, Any]:
    """A parameter with a standard normal prior, and summaries that are it plus noise."""
    rng = np.random.default_rng(seed)
    scores = rng.standard_normal((draws, 1))
    return scores, scores + rng.standard_normal((draws, len(noise))) * np.array(noise)


@pytest.mark.parametrize("value", [-1.2, 0.4, 1.8])
def test_the_posterior_of_a_gaussian_is_the_exact_one(value: float) -> None:
    """Prior N(0, 1), one summary with noise 0.5: posterior N(0.8 y, 0.2)."""
    scores, summaries = gaussian(20_000, [0.5])
    found = infer(scores, summaries, np.array([value]), np.ones(1), 2000)
    low, middle, high = found.quantiles(np.array([0.05, 0.5, 0.95]))[:, 0]
    assert middle == pytest.approx(0.8 * value, abs=0.05)
    assert (low - middle, high - middle) == pytest.approx((-1.645 * math.sqrt(0.2), 1.645 * math.sqrt(0.2)), abs=0.06)
    assert found.mean()[0] == pytest.approx(0.8 * value, abs=0.05)


def test_regression_mends_what_a_wide_acceptance_spoils() -> None:
    scores, summaries = gaussian(4000, [0.3])
    found = infer(scores, summaries, np.array([1.5]), np.ones(1), 2000)
    exact = 1.5 / 1.09
    assert abs(np.average(found.scores[:, 0], weights=found.weights) - exact) > 0.3
    assert abs(found.mean()[0] - exact) < 0.05


def test_many_noisy_summaries_are_worth_what_they_hold() -> None:
    """40 summaries of noise 2 are as good as one of noise 2 / sqrt(40): posterior variance 1 / (1 + 10)."""
    scores, summaries = gaussian(5000, [2.0] * 40)
    observed = np.full(40, 0.8) + np.tile([1.0, -1.0], 20)
    found = infer(scores, summaries, observed, np.ones(40), 100)
    assert found.reduced
    low, middle, high = found.quantiles(np.array([0.05, 0.5, 0.95]))[:, 0]
    assert middle == pytest.approx(0.8 * 10 / 11, abs=0.15)
    assert high - low == pytest.approx(2 * 1.645 / math.sqrt(11), rel=0.25)


def test_summaries_that_say_nothing_leave_the_prior() -> None:
    rng = np.random.default_rng(3)
    scores, summaries = rng.standard_normal((4000, 1)), rng.standard_normal((4000, 2))
    low, high = infer(scores, summaries, np.zeros(2), np.ones(2), 800).quantiles(np.array([0.05, 0.95]))[:, 0]
    assert (low, high) == pytest.approx((-1.645, 1.645), abs=0.2)


def test_weights_say_what_counts() -> None:
    """Two summaries that contradict each other: the one of weight 0 is as if it were not there."""
    scores, summaries = gaussian(5000, [0.3, 0.3])
    found = infer(scores, summaries, np.array([1.0, -1.0]), np.array([1.0, 0.0]), 500)
    assert found.mean()[0] == pytest.approx(1 / 1.09, abs=0.08)
    assert found.used.tolist() == [True, False]


def test_correlated_parameters_are_told_as_such() -> None:
    rng = np.random.default_rng(4)
    scores = rng.standard_normal((5000, 2))
    total = scores.sum(axis=1, keepdims=True) + 0.1 * rng.standard_normal((5000, 1))
    assert infer(scores, total, np.zeros(1), np.ones(1), 500).correlation()[0, 1] < -0.9


def test_the_spread_of_what_hardly_ever_differs_is_not_zero() -> None:
    column = np.zeros((100, 2))
    column[:5, 0] = 10
    assert spread(column)[0] == pytest.approx(column[:, 0].std())
    assert spread(column)[1] == 0
    assert spread(np.random.default_rng(0).standard_normal((20_000, 1)))[0] == pytest.approx(1, abs=0.03)


def test_quantiles_of_equal_weights_are_the_middle_ones() -> None:
    assert weighted_quantiles(np.array([3.0, 1.0, 2.0]), np.ones(3), np.array([0.5]))[0] == 2
    assert weighted_quantiles(np.array([1.0, 2.0]), np.array([0.0, 5.0]), np.array([0.3]))[0] == 2


def test_draws_that_are_all_alike_still_have_weights() -> None:
    found = infer(np.arange(30.0)[:, None], np.array([[1.0]] * 20 + [[5.0]] * 10), np.array([1.0]), np.ones(1), 20)
    assert found.distances.max() == 0
    assert (found.weights > 0).all()


def test_recovery_holds_what_its_intervals_say() -> None:
    scores, summaries = gaussian(3000, [0.5])
    told = recovery_told(recover(scores, summaries, np.ones(1), 0.1, 200), parameters_of(RATE))
    row = told["parameters"][0]
    assert row["held_90%"]["as_stated"]
    assert row["held_50%"]["as_stated"]
    assert row["shrinkage"] == pytest.approx(0.8, abs=0.05)


@pytest.mark.parametrize(
    ("noise", "draws", "truths", "reduce", "least"),
    [([3.0] * 12, 1500, 300, False, 0.87), ([8.0] * 100, 300, 100, True, 0.82)],
)
def test_intervals_allow_for_few_draws_and_many_summaries(noise: list[float], draws: int, truths: int, reduce: bool, least: float) -> None:
    """100 accepted draws. Without what is allowed for, 90 % intervals hold 84 % here, and 76 % there."""
    scores, drawn = gaussian(draws, noise, seed=5)
    found = recover(scores, drawn, np.ones(len(noise)), 100 / draws, truths, reduce)
    assert least <= found.held(1)[0] / truths <= 0.95


def test_intervals_that_are_too_narrow_are_found_out() -> None:
    scores, summaries = gaussian(3000, [0.5])
    found = recover(scores, summaries, np.ones(1), 0.1, 200)
    half = (found.lows + found.highs) / 2
    narrow: Recovered = found._replace(lows=half - (half - found.lows) / 2, highs=half + (found.highs - half) / 2)
    assert not recovery_told(narrow, parameters_of(RATE))["parameters"][0]["held_90%"]["as_stated"]
    assert LEVELS == (0.5, 0.9)


def test_bounds_are_those_of_clopper_and_pearson() -> None:
    assert binomial_bounds(0, 10) == pytest.approx((0, 0.30850), abs=1e-5)
    assert binomial_bounds(9, 10) == pytest.approx((0.55498, 0.99747), abs=1e-5)


def parameters_of(*paths: str) -> tuple[Any, ...]:
    return parameters(tree("seir", {path: PRIORS[path] for path in paths})[0])


@pytest.mark.parametrize("score", [-9.0, -3.0, 0.0, 3.0, 9.0])
def test_no_value_leaves_its_prior(score: float) -> None:
    stay, rate = parameters_of(RATE, STAY)
    assert value_at(rate, score) > 0
    assert 3 <= value_at(stay, score) <= 5
    assert value_at(stay, score) == pytest.approx(3 + 2 * NormalDist().cdf(score))


# data and summaries -----------------------------------------------------------------------------------------------------------------

SCENARIO = load("seir", overrides=TOWN)


def test_data_have_weights_reasons_and_figures(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(DATA, encoding="utf-8")
    targets, name, _ = read_targets(tmp_path / "a.csv", SCENARIO)
    assert name == "a.csv"
    assert [(one.name, one.value, one.weight) for one in targets] == [
        ("ever_infected", 100, 1), ("new_infected day 10", 6, 2), ("infected day 20", 50, 1), ("infected day 40", 90, 1),
    ]  # fmt: skip
    assert targets[1].reason == "the best days"
    assert (targets[2].low, targets[2].high) == (40, 60)
    rows = [{"quantity": "ever_infected", "value": 3}, {"quantity": "infected", "value": 2, "day": 4}]
    assert [one.name for one in read_targets(rows, SCENARIO)[0]] == ["ever_infected", "infected day 4"]
    assert [one.name for one in read_targets([{"quantity": "dead", "value": 3}], SCENARIO)[0]] == ["dead"]
    wide = tmp_path / "wide.csv"
    wide.write_text("day,infected,new_infected\n3,5,1\n", encoding="utf-8")
    assert [one.name for one in read_targets(wide, SCENARIO)[0]] == ["infected day 3", "new_infected day 3"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("day,quantity,value\n,ever_infectd,3\n", r"a\.csv:2: 'ever_infectd' is no figure of the ending; did you mean `ever_infected`"),
        ("day,quantity,value\n,infected,3\n", "'infected' is a quantity of the series: give its day"),
        ("day,quantity,value\n3,infectd,3\n", r"a\.csv:2: 'infectd' is no quantity; did you mean `infected`"),
        ("day,quantity,value\n70,infected,3\n", r"a\.csv:2: day 70 is after the end of the run, which is on day 60"),
        ("day,quantity,value,wieght\n3,infected,3,1\n", "the column `wieght` is not known; did you mean `weight`"),
        ("day,quantity,value,weight\n3,infected,3,-1\n", r"a\.csv:2: weight '-1' is not a number of 0 or more"),
        ("day,quantity,value,weight\n3,infected,3,0\n", "all weights are 0"),
        ("day,quantity,value\n,dead,3\n,dead,4\n", r"a\.csv:3: the figure `dead` is given already"),
        ("day,quantity,value,zone\n,dead,3,north\n", "figures of the ending are of the whole city"),
        ("day,infected,weight\n3,3,1\n", "needs columns `quantity` and `value`"),
        ("", r"a\.csv: is empty; the first line must name the columns"),
        ("day;quantity;value\n3;infected;3\n", r"a\.csv:1: 'day;quantity;value' is one column; separate columns by commas"),
    ],
)
def test_wrong_data_are_told_with_their_line(text: str, words: str, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(text, encoding="utf-8")
    with pytest.raises(ScenarioError, match=words):
        read_targets(tmp_path / "a.csv", SCENARIO)


def test_summaries_by_week_and_summed_up() -> None:
    rows = [{"day": day, "quantity": name, "value": day, "weight": 1 + (day == 9)} for name in ("new_infected", "ill") for day in (1, 7, 8, 9)]
    targets = read_targets(rows, SCENARIO)[0]
    values = np.array([one.value for one in targets])
    week = summaries_of(targets, "week")
    assert dict(zip(week.names, week.of(values), strict=True)) == {
        "new_infected week 1": 8, "new_infected week 2": 17, "ill week 1": 4, "ill week 2": 8.5,
    }  # fmt: skip
    assert week.weights.tolist() == [1, 1.5, 1, 1.5]
    summed = dict(zip((found := summaries_of(targets, "cumulative")).names, found.of(values), strict=True))
    assert [summed[f"new_infected day {day}, summed up"] for day in (1, 7, 8, 9)] == [1, 8, 16, 25]
    assert summed["ill day 9"] == 9
    assert found.weights[list(found.names).index("new_infected day 9, summed up")] == 2
    assert summaries_of(targets, transform="sqrt").of(values)[2] == pytest.approx(math.sqrt(8))
    assert summaries_of(targets, transform="log").of(values)[0] == pytest.approx(math.log(2))


# whole fits -------------------------------------------------------------------------------------------------------------------------


def test_a_draw_is_the_run_with_its_seed(done: hyosan.Fit, tmp_path: Path) -> None:
    (tmp_path / "observed.csv").write_text("day,quantity,value\n10,new_infected,6\n20,infected,50\n40,infected,90\n", encoding="utf-8")
    scenario = {"extends": "seir", "data": {"file": "observed.csv"}}
    (tmp_path / "town.yaml").write_text(json.dumps(scenario | {"name": "town"}), encoding="utf-8")
    run = hyosan.run(tmp_path / "town.yaml", seed=7, overrides=TOWN | PRIORS, threads=1, out=tmp_path / "run")
    row = done.reference.to_pylist()[6]
    points = {f"observed {one.quantity} day {point['day']}": point["run"] for one in comparisons(run) for point in one.points}
    points = {name: value for name, value in points.items() if value is not None}  # a run that is over has nothing to compare
    assert len(points) >= 2
    assert row["seed"] == 7
    assert {name: row[name] for name in points} == points
    assert row["observed ever_infected"] == run.ending.ever_infected
    drawn = load("seir", overrides=TOWN | PRIORS, seed=7)
    assert drawn.pathogen.routes.contact is not None
    assert row[f"parameter {RATE}"] / 86_400 == pytest.approx(drawn.pathogen.routes.contact.rates["anywhere"])


def test_counts_by_day_and_zone_are_those_of_the_report(tmp_path: Path, compiled: None) -> None:
    changes = {"city.residents": 6000, "time.end": "3 days"}
    zones = build(load("influenza", overrides=changes).city).zones[:2]
    daily = [*(("new_infected", zone) for zone in ("all", *zones)), ("infected", "all"), ("ill", zones[0]), ("reported_infected", "all")]
    job = job_of(read_plan({"scenario": "influenza", "set": changes, "seeds": [2]}))
    worker = Worker(job._replace(daily=daily))
    (tmp_path / "kept").write_bytes(worker.run(0, 2))
    kept = read_member(tmp_path / "kept")
    rows = [f"{day},{name},0,{zone}" for name, zone in daily for day in (1, 2, 3)]
    (tmp_path / "observed.csv").write_text("\n".join(["day,quantity,value,zone", *rows, ""]), encoding="utf-8")
    (tmp_path / "town.yaml").write_text("name: town\nextends: influenza\ndata: {file: observed.csv}\n", encoding="utf-8")
    run = hyosan.run(tmp_path / "town.yaml", seed=2, overrides=changes, threads=1, out=tmp_path / "run")
    assert kept.history_hash == run.history_hash
    for one in comparisons(run):
        there = kept.daily[daily.index((one.quantity, one.zone))]
        for point in one.points:
            assert point["run"] in (None, there[point["day"] - 1]), (one.quantity, one.zone, point)
    assert kept.daily[0].sum() == kept.daily[3][-1] > 0


def test_a_fit_says_what_was_found(done: hyosan.Fit) -> None:
    account, posterior = done.account, done.posterior
    assert (account["draws"], account["accepted"], posterior.num_rows) == (25, 24, 24)
    stay, rate = account["parameters"]
    assert (rate["key"], rate["unit"], rate["source"]) == (RATE, "per day", "assumed: wide")
    assert rate["posterior"] == sorted(rate["posterior"])
    assert stay["key"] == "pathogen.transitions.1.after.varies.exponential.mean"
    assert min(posterior[stay["key"]].to_pylist()) >= 3
    assert max(posterior[stay["key"]].to_pylist()) <= 5
    assert min(posterior[RATE].to_pylist()) > 0
    assert account["nearest_seed"] in posterior["seed"].to_pylist()
    assert any(row == {"choice": "weight 2 for new_infected day 10", "reason": "the best days"} for row in account["choices"])
    assert "<table>" in done._repr_html_()
    assert "observed.csv" in (done.path / "report.html").read_text(encoding="utf-8")


def test_the_fitted_scenario_runs_and_says_where_its_numbers_come_from(done: hyosan.Fit) -> None:
    scenario = load(done.fitted)
    stay, rate = (row["fitted"] for row in done.account["parameters"])
    assert scenario.status.startswith("calibrated to observed.csv")
    assert scenario.pathogen.routes.contact is not None
    assert scenario.pathogen.routes.contact.rates["anywhere"] * 86_400 == pytest.approx(rate)
    assert rate == pytest.approx(done.account["parameters"][1]["posterior"][2], rel=1e-3)
    assert scenario.pathogen.transitions[1].after.varies.law.mean / 86_400 == pytest.approx(stay)  # type: ignore[union-attr]
    assert scenario.pathogen.transitions[0].after == load("seir").pathogen.transitions[0].after
    text = done.fitted.read_text(encoding="utf-8")
    assert unsourced(done.fitted) == []
    assert "fitted to observed.csv: posterior median of the nearest 24 of 25 draws" in text
    assert "prior lognormal(mean 0.5 per day, sd 0.3 per day), assumed: wide" in text


def test_sources_of_the_other_numbers_of_a_block_are_kept() -> None:
    text = "pathogen.routes.contact"
    source = tree("seir", {f"{text}.rates": {"anywhere": PRIORS[RATE], "home": "1 per day"}})[0]
    (rate,) = parameters(source)
    written = fitted_scenario(plain(source), (rate,), {RATE: 0.4}, {RATE: "fitted"}, "uncalibrated")
    told = plain(read(written, "fitted"))["pathogen"]["routes"]["contact"]["source"]
    assert told["rates.anywhere"] == "fitted"
    assert told["rates.home"].startswith("assumed: 0.5 per day")


def test_the_nearest_draw_can_be_picked(done: hyosan.Fit, tmp_path: Path) -> None:
    hyosan_fit = copied(done, tmp_path, pick="nearest")
    seed = hyosan_fit.account["nearest_seed"]
    row = next(row for row in hyosan_fit.reference.to_pylist() if row["seed"] == seed)
    assert [one["fitted"] for one in hyosan_fit.account["parameters"]] == [row[f"parameter {one['key']}"] for one in hyosan_fit.account["parameters"]]


def copied(done: hyosan.Fit, folder: Path, **more: Any) -> hyosan.Fit:
    """The same draws, fitted again with other settings."""
    import shutil

    shutil.copytree(done.path, folder / "copy")
    return fitted(folder / "copy", **more)


def test_other_data_and_settings_need_no_new_draws(done: hyosan.Fit, tmp_path: Path) -> None:
    rows = [{"day": 30, "quantity": "ill", "value": 12}, {"day": 5, "quantity": "new_dead", "value": 0}]
    found = copied(done, tmp_path, to=rows, by="cumulative", because=["tried before"])
    assert found.manifest["timings"]["draws_run"] == 0
    assert any(row["choice"] == "tried before" for row in found.account["choices"])
    assert any("not used, since no two draws differ in it: new_dead day 5" in row["choice"] for row in found.account["choices"])


def test_recovery_is_the_same_from_the_folder(done: hyosan.Fit, tmp_path: Path) -> None:
    found = copied(done, tmp_path, recover=10)
    assert found.account["recovery"] == done.recovery(10)
    assert found.account["recovery"]["pooled"]["held_90%"]["of"] == 20
    with pytest.raises(CommandError, match="1 to 25"):
        done.recovery(26)


@pytest.mark.parametrize("count", [1, 2])
def test_the_number_of_workers_decides_nothing(done: hyosan.Fit, tmp_path: Path, count: int) -> None:
    assert content(fitted(tmp_path / "there", workers=count).path) == content(done.path)


def test_interrupted_and_gone_on_with_more_draws_it_is_the_same(done: hyosan.Fit, tmp_path: Path) -> None:
    folder = tmp_path / "there"

    def stop(now: Any) -> None:
        if now.done >= 5:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        monitored(folder, stop)
    with pytest.raises(RunFolderError, match="unfinished fit"):
        hyosan.Fit.open(folder)
    files = sorted(folder.glob("members/*"))
    assert 5 <= len(files) < 22
    files[0].write_bytes(files[0].read_bytes()[:-5])  # a damaged draw is drawn again
    assert fitted(folder, draws=22, accept=1.0).manifest["draws"] == 22
    assert content(fitted(folder).path) == content(done.path)


def monitored(folder: Path, stop: Any) -> None:
    import time

    fitted(folder, progress=lambda now: (time.sleep(0.11), stop(now)))


def test_a_table_of_another_scenario_is_refused_with_what_differs(done: hyosan.Fit, tmp_path: Path) -> None:
    with pytest.raises(RunFolderError, match=r"(?s)another scenario.*city\.well_mixed: 150 there, 160 here"):
        copied(done, tmp_path, overrides=TOWN | PRIORS | {"city.well_mixed": 160})
    assert differences({"a": [1, {"b": 2}]}, {"a": [1, {"b": 3}], "c": "x"}) == ["a.1.b: 2 there, 3 here", "c: nothing there, x here"]


@pytest.mark.parametrize(
    ("more", "error", "words"),
    [
        ({"overrides": TOWN}, ScenarioError, "no number is `uncertain`, so there is nothing to fit"),
        ({"accept": 0.1}, CommandError, r"10 % of 25 draws are 2; at least 20 accepted draws are needed for 2 parameters\. Take 200 draws"),
        ({"accept": 2.0}, CommandError, "a share above 0 and at most 1"),
        ({"by": "weak"}, CommandError, "did you mean `week`"),
        ({"draws": 1, "accept": 1.0}, CommandError, "at least 20 accepted"),
        ({"to": "none.csv"}, ScenarioError, "there is no such file"),
        ({"to": [{"day": 3, "quantity": "infected", "value": 2, "zone": "north"}]}, ScenarioError, "zone 'north' is not one of the city"),
        ({"workers": -1}, CommandError, "0 to 1024"),
        ({"recover": 26}, CommandError, "1 to 25"),
    ],
)
def test_what_cannot_be_fitted_is_told_at_the_door(more: dict[str, Any], error: type[Exception], words: str, tmp_path: Path) -> None:
    with pytest.raises(error, match=words):
        fitted(tmp_path / "there", **more)
    assert not (tmp_path / "there" / "members").exists()


def test_a_folder_of_something_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    (tmp_path / "there" / "letter.txt").write_text("dear", encoding="utf-8")
    with pytest.raises(RunFolderError, match="belong to no fit"):
        fitted(tmp_path / "there", force=True)


def test_the_command_tells_it(done: hyosan.Fit, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    import shutil

    monkeypatch.chdir(tmp_path)
    shutil.copytree(done.path, tmp_path / "fits" / "seir")
    Path("observed.csv").write_text(DATA, encoding="utf-8")
    changes = [f"--set={path}={json.dumps(value)}" for path, value in (TOWN | PRIORS).items()]
    command = ["fit", "seir", "--to", "observed.csv", "--draws", "25", "--accept", "96%", "--workers", "0", *changes]
    assert main([*command, "--recover", "10"]) == 0
    out = capsys.readouterr().out
    assert "the 24 whose summaries are nearest" in out
    assert "Recovery of 10 planted truths" in out
    assert main([*command, "--json"]) == 0
    told = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert told[-1]["parameters"][1]["key"] == RATE
    assert main(["report", "fits/seir", "--text"]) == 0
    assert "Chosen" in capsys.readouterr().out
    assert main(["report", "fits/seir"]) == 0
    assert hyosan.Fit.open("fits/seir").account["draws"] == 25
    assert main(["fit", "seir", "--to", "observed.csv", "--accept", "x"]) != 0
    assert "--accept: 'x'; write a share" in capsys.readouterr().err


@pytest.mark.long
def test_a_planted_rate_is_found_in_a_town(tmp_path: Path, compiled: None) -> None:
    """30 truths, drawn from the prior and observed with all the luck of a run: 90 % intervals hold at least 80 % of them."""
    rows = [{"day": day, "quantity": "new_infected", "value": 0} for day in range(1, 61)]
    prior = {RATE: {"uncertain": {"lognormal": {"mean": "0.5 per day", "sd": "0.2 per day"}}}}
    town = {"city.well_mixed": 500, "time.end": "60 days"}
    found = hyosan.fit("seir", to=rows, draws=600, out=tmp_path / "fit", workers=2, accept=0.15, by="week", overrides=town | prior)
    told = found.recovery(30)["parameters"][0]
    assert told["held_90%"]["share"] >= 0.8
    assert told["shrinkage"] > 0.6


def test_a_scenario_is_fitted_to_its_own_claims(tmp_path: Path, compiled: None) -> None:
    claims = {
        "claims.all": {"figure": "ending.ever_infected", "target": 120},
        "claims.early": {"figure": "infected at day 10", "at_least": 20, "at_most": 40},
        "claims.said": {"says": "open", "shows": {}},
    }
    found = hyosan.fit("seir", to="claims", draws=25, accept=0.96, out=tmp_path / "fit", overrides={**TOWN, **PRIORS, **claims})
    observed = {row["name"]: row["value"] for row in found.account["observed"]}
    assert observed == {"claim all": 120, "claim early": 30}
    reference = found.reference.to_pydict()
    assert reference["observed claim all"][0] == hyosan.run("seir", seed=1, overrides={**TOWN, **PRIORS}).ending.ever_infected
    with pytest.raises(ScenarioError, match="makes no claim of a number"):
        hyosan.fit("seir", to="claims", overrides={**TOWN, **PRIORS})
    with pytest.raises(ScenarioError, match="did you mean `claim early`"):
        hyosan.fit("seir", to=[{"quantity": "claim earli", "value": 3}], overrides={**TOWN, **PRIORS, **claims})


def test_draws_in_which_a_claimed_moment_never_came_are_left_out(tmp_path: Path, compiled: None) -> None:
    many = {
        "orders.shut": {"do": "close", "setting": "community", "when": "reported.infected >= 1", "until": "days_since_report >= 10"},
        "claims.time": {"figure": "days from shut.effective to shut.ended", "target": 20},
    }
    with pytest.raises(RunFolderError, match="every draw lacks one of the claimed figures"):
        hyosan.fit("seir", to="claims", draws=25, accept=0.96, out=tmp_path / "fit", overrides={**TOWN, **PRIORS, **many})
