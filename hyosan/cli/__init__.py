"""The command line: `hyosan run`, `study`, `fit`, `check` and the rest. Reads what is asked, calls the library, says what came of it.

A module holds the commands of one family. Nothing is computed in this room, and whatever is slow to import is imported inside the command
that needs it, so that `--help` and `check` answer at once. Results go to standard output, progress and errors to standard error. Exit
codes are those of `errors.py`.
"""

from __future__ import annotations

import sys
import warnings
from collections.abc import Sequence

from cyclopts import App, CycloptsError, Parameter

from hyosan.cli.fitting import fit
from hyosan.cli.folders import brief, export, report
from hyosan.cli.forking import fork, rerun
from hyosan.cli.kept import cache
from hyosan.cli.measuring import bench
from hyosan.cli.running import run
from hyosan.cli.scenarios import check, city, new, pathogen
from hyosan.cli.storytelling import rows, story
from hyosan.cli.studying import nearest, study
from hyosan.cli.whatif import whatif
from hyosan.errors import HyosanError, ResourceError, SelfCheckError

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
    "whatif": "one answer, no new folder: the same run without a decision, a person or a bite, or with another number",
    "study": "many seeds and variations, compared on the same luck",
    "nearest": "of a study the runs nearest to what the sources say",
    "fit": "the numbers that nobody knows, fitted to data",
    "rerun": "the same world again, to see that it is the same",
    "report": "the account of a run, a study or a fit",
    "story": "what happened to one person",
    "rows": "rows of a run's tables, as a report names its evidence",
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


app = App(
    name="hyosan", help=_HELP, help_epilogue=_EPILOGUE, version=_version, default_parameter=Parameter(negative=()), suppress_keyboard_interrupt=False
)

for command in (run, fork, whatif, rerun, study, nearest, fit, check, pathogen, city, new, report, story, rows, brief, export, bench, cache):
    app.command(command)


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
    except KeyboardInterrupt as stopped:
        print(f"\nInterrupted. {stopped}".rstrip(), file=sys.stderr)
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


def _forget_output() -> None:
    """Whoever read the output has left (`hyosan report RUN --text | head`): do not complain about it at exit."""
    import os

    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
