"""The command line: `hyosan run`, `study`, `fit`, `check` and the rest. Reads what is asked, calls the library, says what came of it.

Nothing is computed here, and whatever is slow to import is imported inside the command that needs it, so that `--help` and `check`
answer at once. Results go to standard output, progress and errors to standard error. Exit codes are those of `errors.py`.
"""

from __future__ import annotations

import sys
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Literal

from cyclopts import App, CycloptsError, Parameter
from cyclopts.validators import Number

from hyosan.errors import HyosanError, ResourceError, ScenarioError, SelfCheckError

__all__ = ["EXIT_CODES", "app", "main"]

EXIT_CODES = {
    0: "done",
    1: "it could not be done: the message says why",
    2: "the command or the scenario is wrong",
    3: "more memory or disk is needed than there is",
    4: "the run folder is missing, in use, unfinished or damaged",
    5: "a self-check failed: a bug in hyosan, do not use the result",
    130: "interrupted; a run goes on when the same command is given again",
}
"""What each exit code says."""
INTERRUPTED = 130
USAGE = 2
DEBUG = "--debug"

_HELP = "Simulate an outbreak person by person in a city made of places, and the response to it, and explain how it ended."
_KINDS = {
    "run": "one world",
    "fork": "the same past, another order",
    "study": "many seeds and variations, compared on the same luck",
    "fit": "the numbers that nobody knows, fitted to data",
    "rerun": "the same world again, to see that it is the same",
    "report": "the account of a run, a study or a fit",
    "brief": "what an authority knew at a moment of a run, and nothing else",
}
"""What the commands that compute are for, in a few words each."""
_EPILOGUE = "\n\n".join(
    [
        "Which command:",
        "\n".join(f"* {name} = {meaning}" for name, meaning in _KINDS.items()),
        "Every command takes `--debug`: an error then shows where in the program it arose.",
        "Exit codes:",
        "\n".join(f"* {code}: {meaning}" for code, meaning in EXIT_CODES.items()),
    ]
)


def _version() -> str:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("hyosan")
    except PackageNotFoundError:
        return "unknown (hyosan is not installed)"


app = App(name="hyosan", help=_HELP, help_epilogue=_EPILOGUE, version=_version, default_parameter=Parameter(negative=()))

Changes = Annotated[tuple[str, ...], Parameter(name="--set", show_default=False)]
Events = Annotated[Path | None, Parameter(name="--orders")]
Json = Annotated[bool, Parameter(name="--json", show_default=False)]


@app.command
def run(
    source: str,
    /,
    *,
    seed: Annotated[int, Parameter(validator=Number(gte=0, lt=2**62))] = 1,
    threads: Annotated[int | None, Parameter(validator=Number(gte=1))] = None,
    device: Literal["cpu", "cuda"] = "cpu",
    out: Path | None = None,
    force: Annotated[bool, Parameter(show_default=False)] = False,
    changes: Changes = (),
    events: Events = None,
    until: str | None = None,
    as_json: Json = False,
    verbose: Annotated[bool, Parameter(name=["--verbose", "-v"], show_default=False)] = False,
    quiet: Annotated[bool, Parameter(name=["--quiet", "-q"], show_default=False)] = False,
) -> int:
    """Run a scenario once and write its report. Interrupted, it goes on when the same command is given again.

    Parameters
    ----------
    source:
        Name of a scenario that comes with hyosan, or a YAML file.
    seed:
        The luck of the run: the same scenario and seed give the same result, on any machine.
    threads:
        Threads to use; default: one for each core. The result does not depend on it.
    device:
        Where the loops over people and places run.
    out:
        Folder for the run; default: `runs/NAME-sSEED`.
    force:
        Replace a run that is there.
    changes:
        Change the scenario, `path=value`, for example `--set orders.cordon.delay='3 h'`. Can be given several times.
    events:
        List of events (MSEL, a CSV file): its injects and orders are added to the scenario.
    until:
        Stop at this moment: `day 2 08:00` by the clock, or `36 h` after the start.
    as_json:
        Say everything as JSON, one object a line.
    verbose:
        Also say versions, hashes and each self-check.
    quiet:
        Say only where the result is.

    """
    from hyosan.cli.running import run_and_tell

    return run_and_tell(
        source, seed=seed, threads=threads, device=device, out=out, force=force, changes=changes, events=events, until=until,
        style="json" if as_json else "quiet" if quiet else "verbose" if verbose else "plain",
    )  # fmt: skip


@app.command
def fork(
    folder: Path,
    /,
    *,
    at: str,
    changes: Changes = (),
    events: Events = None,
    out: Path | None = None,
    until: str | None = None,
    threads: Annotated[int | None, Parameter(validator=Number(gte=1))] = None,
    device: Literal["cpu", "cuda"] = "cpu",
    files: Path | None = None,
    force: Annotated[bool, Parameter(show_default=False)] = False,
    as_json: Json = False,
    verbose: Annotated[bool, Parameter(name=["--verbose", "-v"], show_default=False)] = False,
    quiet: Annotated[bool, Parameter(name=["--quiet", "-q"], show_default=False)] = False,
) -> int:
    """Go on from a moment of a finished run with other orders: the same past, another future.

    Parameters
    ----------
    folder:
        Folder of the run to fork.
    at:
        The moment from which on the changes count: `day 2 14:00` by the clock, or `36 h` after the start.
    changes:
        What is decided otherwise, `path=value`: an order (`orders.strike.delay='6 h'`; a whole new one; `null` ends one or never gives it),
        an inject, a noise, `time.end`. Can be given several times.
    events:
        List of events (MSEL, a CSV file): its injects and orders are added; none may come before the moment.
    out:
        Folder for the fork; default: the run's name with `-fork1`, `-fork2`, ... after it.
    until:
        Stop at this moment; a checkpoint is kept there, so that the next fork goes on from it at once.
    threads:
        Threads to use; default: one for each core.
    device:
        Where the loops over people and places run.
    files:
        Folder of the tables that the scenario names, where they are not beside the run.
    force:
        Replace a run that is there.
    as_json:
        Say everything as JSON, one object a line.
    verbose:
        Also say versions, hashes and each self-check.
    quiet:
        Say only where the result is.

    """
    from hyosan.cli.running import fork_and_tell

    return fork_and_tell(
        folder, at=at, changes=changes, events=events, out=out, until=until, threads=threads, device=device, files=files, force=force,
        style="json" if as_json else "quiet" if quiet else "verbose" if verbose else "plain",
    )  # fmt: skip


@app.command
def rerun(
    folder: Path,
    /,
    *,
    out: Path | None = None,
    threads: Annotated[int | None, Parameter(validator=Number(gte=1))] = None,
    device: Literal["cpu", "cuda"] = "cpu",
    files: Path | None = None,
    force: Annotated[bool, Parameter(show_default=False)] = False,
    as_json: Json = False,
    quiet: Annotated[bool, Parameter(name=["--quiet", "-q"], show_default=False)] = False,
) -> int:
    """Run a finished run again from its own folder and compare the hashes: the same, or what differs first.

    Parameters
    ----------
    folder:
        Folder of the run.
    out:
        Keep the new run in this folder; default: it is not kept.
    threads:
        Threads to use; default: one for each core.
    device:
        Where the loops over people and places run.
    files:
        Folder of the tables that the scenario names, where they are not beside the run.
    force:
        Replace a run that is there.
    as_json:
        Say it as one JSON object.
    quiet:
        Say nothing; the exit code says it (0 the same, 1 not).

    """
    from hyosan.cli.running import rerun_and_tell

    return rerun_and_tell(
        folder, out=out, threads=threads, device=device, files=files, force=force, style="json" if as_json else "quiet" if quiet else "plain"
    )


@app.command
def study(
    file: Path,
    /,
    *,
    workers: Annotated[int | None, Parameter(validator=Number(gte=0, lte=1024))] = None,
    ray: str | None = None,
    out: Path | None = None,
    changes: Changes = (),
    force: Annotated[bool, Parameter(show_default=False)] = False,
    as_json: Json = False,
    quiet: Annotated[bool, Parameter(name=["--quiet", "-q"], show_default=False)] = False,
) -> int:
    """Run a scenario with many seeds and variations, and compare these on the same luck. Given again, it goes on where it was.

    Parameters
    ----------
    file:
        The study, a YAML file: a scenario, seeds, variations.
    workers:
        Processes that run members; 0 = this one alone; default: one for each core. The result does not depend on it.
    ray:
        Run members with Ray: `auto` on this machine (or the cluster that `RAY_ADDRESS` names), or a cluster's address. The same bytes.
    out:
        Folder for the study; default: `studies/NAME`.
    changes:
        Change its scenario, `path=value`. Can be given several times.
    force:
        Replace a study that is there.
    as_json:
        Say everything as JSON, one object a line.
    quiet:
        Say only where the result is.

    """
    from hyosan.cli.studying import study_and_tell

    return study_and_tell(
        file, out=out, workers=workers, ray=ray, changes=changes, force=force, style="json" if as_json else "quiet" if quiet else "plain"
    )


@app.command
def fit(
    source: str,
    /,
    *,
    to: Path,
    draws: Annotated[int, Parameter(validator=Number(gte=2, lte=1_000_000))] = 1000,
    accept: str | None = None,
    by: Literal["day", "week", "cumulative"] = "day",
    transform: Literal["none", "sqrt", "log"] = "none",
    reduce: Literal["auto", "yes", "no"] = "auto",
    pick: Literal["median", "nearest"] = "median",
    recover: Annotated[int, Parameter(validator=Number(gte=0), show_default=False)] = 0,
    because: tuple[str, ...] = (),
    workers: Annotated[int | None, Parameter(validator=Number(gte=0, lte=1024))] = None,
    ray: str | None = None,
    out: Path | None = None,
    changes: Changes = (),
    force: Annotated[bool, Parameter(show_default=False)] = False,
    as_json: Json = False,
    quiet: Annotated[bool, Parameter(name=["--quiet", "-q"], show_default=False)] = False,
) -> int:
    """Fit the numbers given as `uncertain` to observations. Given again, also with more draws or other data, it goes on from its draws.

    Parameters
    ----------
    source:
        Name of a scenario that comes with hyosan, or a YAML file.
    to:
        What was observed, a CSV file: day or date, quantity, value[, zone, low, high, weight, reason]. A row without a day is a figure of
        the ending.
    draws:
        How many draws from the priors, each one run.
    accept:
        Share of the draws that is accepted, the nearest to the data: `2%`. Default: 2 %, but at least 100 draws, at most half.
    by:
        How series are compared: day by day, by week, or summed up so far.
    transform:
        What is compared of each summary: itself, its square root, or the logarithm of 1 more.
    reduce:
        Replace summaries by linear predictions of the parameters; `auto` where there are too many for the accepted draws.
    pick:
        What `fitted.yaml` holds: the posterior medians, or the accepted draw nearest to the posterior mean.
    recover:
        Also hold out so many draws as planted truths, fit each with the others, and say how often intervals hold them.
    because:
        Why something was chosen, told in the report. Can be given several times.
    workers:
        Processes that run draws; 0 = this one alone; default: one for each core. The result does not depend on it.
    ray:
        Run draws with Ray: `auto` on this machine (or the cluster that `RAY_ADDRESS` names), or a cluster's address. The same bytes.
    out:
        Folder for the fit; default: `fits/NAME`.
    changes:
        Change the scenario, `path=value`, for example to give a prior. Can be given several times.
    force:
        Draw anew, replacing what is there.
    as_json:
        Say everything as JSON, one object a line.
    quiet:
        Say only where the result is.

    """
    from hyosan.cli.fitting import fit_and_tell

    return fit_and_tell(
        source, to=to, draws=draws, accept=accept, by=by, transform=transform, reduce={"auto": None, "yes": True, "no": False}[reduce], pick=pick,
        recover=recover, because=because, workers=workers, ray=ray, out=out, changes=changes, force=force,
        style="json" if as_json else "quiet" if quiet else "plain",
    )  # fmt: skip


@app.command
def check(source: str, /, *, changes: Changes = (), events: Events = None, as_json: Json = False) -> int:
    """Check a scenario without running it, and say in words what it is: its city, its pathogen, its orders and injects.

    Parameters
    ----------
    source:
        Name of a scenario that comes with hyosan, or a YAML file.
    changes:
        Change the scenario, `path=value`. Can be given several times.
    events:
        List of events (MSEL, a CSV file): its injects and orders are added to the scenario.
    as_json:
        Say it as one JSON object.

    """
    from hyosan.cli.checking import as_text, summary
    from hyosan.scenario.load import load, uncertain_fields

    found = summary(load(source, overrides=changes, orders=events), uncertain_fields(source, changes))
    print(_json(found) if as_json else as_text(found))
    return 0


@app.command
def pathogen(source: str, /, *, changes: Changes = (), as_json: Json = False) -> int:
    """Say what a pathogen does: its states, durations, shares and routes with their sources, R0 and generation time in its city.

    Parameters
    ----------
    source:
        Name of a scenario that comes with hyosan, or a YAML file.
    changes:
        Change the scenario, `path=value`. Can be given several times.
    as_json:
        Say it as one JSON object.

    """
    from hyosan.cli.pathogen_card import card, show
    from hyosan.scenario.load import load

    found = card(load(source, overrides=changes))
    if as_json:
        print(_json(found))
    else:
        show(found)
    return 0


@app.command
def city(
    source: str,
    /,
    *,
    picture: Path | None = None,
    survey: str | None = None,
    changes: Changes = (),
    as_json: Json = False,
) -> int:
    """Build a city and hold it against its sources, and say who meets whom by age in it, beside a survey of contacts.

    Parameters
    ----------
    source:
        Name of a scenario that comes with hyosan, or a YAML file.
    picture:
        Write both tables of contacts as a picture into this file (SVG).
    survey:
        Country of the survey, three capital letters; default: that of the city.
    changes:
        Change the scenario, `path=value`. Can be given several times.
    as_json:
        Say it as one JSON object.

    """
    from hyosan.cli.city_card import card, show
    from hyosan.scenario.load import load

    found = card(load(source, overrides=changes), survey, picture)
    if as_json:
        print(_json(found))
    else:
        show(found)
    if picture is not None:
        print(picture, file=sys.stderr if as_json else sys.stdout)
    return 0


@app.command
def new(
    kind: Literal["city", "pathogen", "scenario"],
    file: Path | None = None,
    /,
    *,
    tables: Annotated[bool, Parameter(show_default=False)] = False,
) -> int:
    """Write a commented scenario to start from.

    Parameters
    ----------
    kind:
        What the template tells first: a city, a pathogen, or a scenario with orders.
    file:
        Where to write it; default: `my-KIND.yaml`. Nothing is overwritten.
    tables:
        With `city`: a city of tables of one's own, with example tables beside it.

    """
    from hyosan.scenario.templates import new as write_template
    from hyosan.scenario.templates import new_tables

    path = file if file is not None else Path(f"my-{kind}.yaml")
    if tables and kind != "city":
        raise ScenarioError(f"--tables goes with `hyosan new city`; a {kind} has no tables of its own")
    for written in new_tables(path) if tables else [write_template(kind, path)]:
        print(written)
    print(f"Next: change it, then `hyosan check {path}` and `hyosan run {path}`.", file=sys.stderr)
    return 0


@app.command
def report(
    folder: Path,
    /,
    *,
    as_text: Annotated[bool, Parameter(name="--text", show_default=False)] = False,
    as_json: Json = False,
) -> int:
    """Write the report of a run, a study or a fit anew from its folder, or tell it here.

    Parameters
    ----------
    folder:
        Folder of a finished run, study or fit.
    as_text:
        Tell it in the terminal, of a run with the tree of its forks; nothing is written.
    as_json:
        Tell it as one JSON object; nothing is written.

    """
    from hyosan.report.page import JSON_NAME, account, text_report, write_report
    from hyosan.results.family import draw
    from hyosan.results.run import Run
    from hyosan.results.world import world_of

    if (folder / ".hyosan-study").exists():
        return _report_study(folder, as_text, as_json)
    if (folder / ".hyosan-fit").exists():
        return _report_fit(folder, as_text, as_json)
    found = Run.open(folder)
    if as_json:
        print(_json(account(found)))
    elif as_text:
        print(text_report(found), end="")
        if tree := draw(found):
            print("\nForks\n" + "\n".join(tree))
    else:
        page = write_report(found, world_of(found))
        print(page)
        print(page.with_name(JSON_NAME))
    return 0


def _report_study(folder: Path, as_text: bool, as_json: bool) -> int:
    from hyosan.report.page import JSON_NAME
    from hyosan.report.studies import account_of_study, text_of_study, write_study_report
    from hyosan.studies.study import Study

    found = Study.open(folder)
    if as_json:
        print(_json(account_of_study(found)))
    elif as_text:
        print(text_of_study(found), end="")
    else:
        page = write_study_report(found)
        print(page)
        print(page.with_name(JSON_NAME))
    return 0


def _report_fit(folder: Path, as_text: bool, as_json: bool) -> int:
    from hyosan.fitting.fit import Fit
    from hyosan.fitting.report import text_of_fit, write_pages

    found = Fit.open(folder)
    if as_json:
        print(_json(found.account))
    elif as_text:
        print(text_of_fit(found.account), end="")
    else:
        for name in write_pages(folder, found.account, found.failed):
            print(folder / name)
    return 0


@app.command
def brief(
    folder: Path,
    /,
    *,
    at: str,
    authority: Annotated[str, Parameter(name="--as")],
    page: Annotated[Path | None, Parameter(name="--html")] = None,
    files: Path | None = None,
    threads: Annotated[int | None, Parameter(validator=Number(gte=1))] = None,
    as_json: Json = False,
) -> int:
    """Tell what an authority knew at a moment of a run, its means and its choices, and nothing else.

    Parameters
    ----------
    folder:
        Folder of a finished run.
    at:
        The moment: `day 2 14:00` by the clock, or `36 h` after the start. What follows the last checkpoint before it is run again, in memory.
    authority:
        Who: an authority of the scenario.
    page:
        Write it as a page into this file.
    files:
        Folder of the tables that the scenario names, where they are not beside the run.
    threads:
        Threads to use; default: one for each core.
    as_json:
        Tell it as one JSON object.

    """
    from hyosan.cli.briefing import brief_and_tell

    return brief_and_tell(folder, at=at, authority=authority, page=page, files=files, threads=threads, as_json=as_json)


@app.command
def export(
    folder: Path,
    /,
    *,
    to: tuple[str, ...] = ("all",),
    out: Path | None = None,
    table_format: Annotated[Literal["csv", "parquet"], Parameter(name="--format")] = "csv",
    start_date: str | None = None,
    force: Annotated[bool, Parameter(show_default=False)] = False,
) -> int:
    """Write files of a run that other programs read: line lists, transmission trees, reproduction numbers, maps.

    Parameters
    ----------
    folder:
        Folder of a finished run, or of a study (`hubverse` alone).
    to:
        What to write, names separated by commas: line-list, transmissions, contacts, intervals, offspring, reproduction, attack-rates,
        growth, tree, auspice, hubverse, geojson, orders, msel. Can be given several times.
    out:
        Folder for the files; default: the run's folder with `-export` after its name.
    table_format:
        Format of tables.
    start_date:
        Date of the run's first day, `2026-03-01`: moments are then dates. Default: that of the scenario; without one, days since the start.
    force:
        Replace files that are there.

    """
    from hyosan.export import write

    for path in write(folder, to, out, format=table_format, start_date=start_date, force=force):
        print(path)
    return 0


def main(arguments: Sequence[str] | None = None) -> int:
    """Carry out a command line (default: the one this process was started with); gives the exit code. Errors become messages."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    debug = DEBUG in given
    try:
        with warnings.catch_warnings():
            warnings.showwarning = _say_note
            code = app([text for text in given if text != DEBUG], exit_on_error=False, result_action="return_value")
        return code if isinstance(code, int) else 0
    except CycloptsError:
        return USAGE  # told already, with the nearest valid word
    except KeyboardInterrupt:
        print("Interrupted.", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:
        _forget_output()
        return 0
    except Exception as error:
        if debug:
            raise
        message, code = _explain(error)
        print(f"hyosan: {message}", file=sys.stderr)
        return code


def _say_note(message: Warning | str, *_: object, **__: object) -> None:
    print(f"Note: {message}", file=sys.stderr)


def _explain(error: Exception) -> tuple[str, int]:
    """The message for an error, and the exit code."""
    if isinstance(error, HyosanError):
        return str(error), error.exit_code
    if isinstance(error, MemoryError):
        return "there is not enough memory; take fewer people, or close other programs.", ResourceError.exit_code
    if isinstance(error, OSError) and error.strerror:
        return f"{error.filename or 'a file'}: {error.strerror}.", HyosanError.exit_code
    told = f"{type(error).__name__}: {error}"
    return f"this is a bug in hyosan ({told[:300]}). Give the command again with {DEBUG} and report what it says.", SelfCheckError.exit_code


def _json(value: object) -> str:
    import json

    return json.dumps(value, indent=1, ensure_ascii=False, allow_nan=False)


def _forget_output() -> None:
    """Whoever read the output has left (`hyosan report RUN --text | head`): do not complain about it at exit."""
    import os

    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
