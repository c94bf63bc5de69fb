"""`hyosan cache`: what is kept between runs so that the next one starts at once, and how to be rid of it."""

from __future__ import annotations

from hyosan.cli.options import Json, Switch
from hyosan.cli.telling import as_json_text


def cache(*, clear: Switch = False, as_json: Json = False) -> int:
    """Say what is kept between runs (compiled kernels, tables of durations, built cities), where, and how much it is.

    Parameters
    ----------
    clear:
        Delete all of it. It is made anew when it is needed: the next run compiles its kernels again.
    as_json:
        Say it as one JSON object.

    """
    from hyosan.keeping import KINDS, forget, kept_bytes, kept_folder

    if clear:
        for kind in KINDS:
            forget(kind)
    told = {kind: {"folder": str(kept_folder(kind)), "bytes": kept_bytes(kind)} for kind in KINDS}
    if as_json:
        print(as_json_text(told))
        return 0
    for kind, what in KINDS.items():
        print(f"{kept_bytes(kind) / 1e6:>10,.1f} MB  {what:<20}  {kept_folder(kind)}")
    return 0
