"""Files that scenarios are read from and files that they name: the library, the folder rule, the size limit.

A file named in a scenario lies in the scenario's folder or below it. Absolute paths, `..` and links that lead out are refused, so
that a scenario from a stranger reads nothing else of the machine.
"""

from __future__ import annotations

import re
from pathlib import Path, PurePosixPath, PureWindowsPath

from hyosan.errors import ScenarioError
from hyosan.scenario.nearest import did_you_mean

MAX_BYTES = 2_000_000
"""Size of a scenario file at most."""
LIBRARY = Path(__file__).parent / "library"

_LIBRARY_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_ -]*")
_CONTROL = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")


def library_names() -> tuple[str, ...]:
    """Names of the scenarios that come with hyosan, in alphabetical order."""
    return tuple(sorted(path.stem for path in LIBRARY.glob("*.yaml")))


def is_library_name(text: str) -> bool:
    """Whether `text` is written like the name of a library scenario and not like a path."""
    return _LIBRARY_NAME.fullmatch(text) is not None


def library_path(name: str) -> Path:
    """The file of a library scenario.

    Raises ScenarioError: no scenario of this name (told with the nearest).
    """
    names = library_names()
    if name not in names:
        near = did_you_mean(name, names)
        raise ScenarioError(f"no scenario is named {name[:60]!r}; {near} (a file is given with its ending: `{name[:60]}.yaml`)")
    return LIBRARY / f"{name}.yaml"


def wrong_name(name: str) -> str | None:
    """Why a scenario may not name this file, or None if it may; the file itself is not looked at."""
    if not name or len(name) > 1000 or _CONTROL.search(name):
        return "is not the name of a file"
    if "\\" in name or PureWindowsPath(name).drive:
        return f"{name[:60]!r} is not a portable path; write it with `/`, below the folder of the scenario"
    if PurePosixPath(name).is_absolute() or name.startswith("~"):
        return f"{name[:60]!r} is an absolute path; name a file in the folder of the scenario or below it"
    if ".." in PurePosixPath(name).parts:
        return f"{name[:60]!r} leads out of the folder of the scenario; name a file in that folder or below it"
    return None


def resolve_file(folder: Path, name: str) -> Path:
    """The existing file `name` below `folder`, links followed; of a library scenario, in the current folder if the library has none.

    A file that is not there but comes with the library is that one, so that a scenario can extend one of the library that has tables.

    Raises ScenarioError: an absolute path, `..`, a link that leads out of the folder, no such file, not a regular file.
    """
    if problem := wrong_name(name):
        raise ScenarioError(problem)
    if folder == LIBRARY and not (folder / name).exists():
        folder = Path.cwd()
    elif not (folder / name).exists() and (LIBRARY / name).is_file():
        folder = LIBRARY
    try:
        path = (folder / name).resolve()
        inside = path.is_relative_to(folder.resolve())
        exists, regular = path.exists(), path.is_file()
    except (OSError, RuntimeError, ValueError) as error:
        raise ScenarioError(f"{name[:60]!r} cannot be found: {type(error).__name__}") from None
    if not inside:
        raise ScenarioError(f"{name[:60]!r} is a link that leads out of the folder of the scenario; copy the file into the folder")
    if not exists:
        raise ScenarioError(f"there is no file {name[:60]!r} in the folder of the scenario")
    if not regular:
        raise ScenarioError(f"{name[:60]!r} is not a regular file")
    return path


def read_text(path: Path, shown: str) -> str:
    """The text of a scenario file (UTF-8, at most 2 MB); `shown` is its name for messages.

    Raises ScenarioError: no such file, a folder, not a regular file, too large, not UTF-8, not readable.
    """
    shown = shown[:300]
    try:
        if path.is_dir():
            raise ScenarioError(f"{shown}: is a folder; name the scenario file in it")
        if path.exists() and not path.is_file():
            raise ScenarioError(f"{shown}: is not a regular file")
        with path.open("rb") as stream:
            content = stream.read(MAX_BYTES + 1)
    except FileNotFoundError:
        raise ScenarioError(f"{shown}: there is no such file; {_similar(path)}") from None
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else "not a path"
        raise ScenarioError(f"{shown!r}: cannot be read: {reason}") from None
    if len(content) > MAX_BYTES:
        raise ScenarioError(f"{shown}: is larger than {MAX_BYTES // 1_000_000} MB; put large tables into a CSV file")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        column = error.start - content.rfind(b"\n", 0, error.start)
        raise ScenarioError(f"{shown}:{line}:{column}: is not UTF-8 text (byte 0x{content[error.start]:02x}); save it as UTF-8") from None


def _similar(path: Path) -> str:
    try:
        kinds, what = ((".csv",), "CSV") if path.suffix.lower() == ".csv" else ((".yaml", ".yml"), "scenario")
        names = [entry.name for entry in list(path.parent.iterdir())[:1000] if entry.suffix in kinds]
    except OSError:
        return "the folder does not exist either"
    return did_you_mean(path.name, sorted(names)) if names else f"there are no {what} files in that folder"
