"""What a run records of its policies, and whether those that are given again are the same: a run with policies needs them to go on."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from hyosan.errors import PolicyError, RunFolderError
from hyosan.policy import Decide, Policy, as_policies, source_hash

Given = Mapping[str, Decide | Policy] | Sequence[Mapping[str, Decide | Policy]] | None
"""Policies by name; for a run that was forked also one mapping for each of its stages, the first one first."""
Record = dict[str, dict[str, Any]]


class Sources(NamedTuple):
    """Hashes of the texts of policies by name, those of earlier parts of a resumed run first; None = its text could not be had."""

    by_name: dict[str, list[str | None]]

    @classmethod
    def of(cls, policies: Mapping[str, Policy], kept: Mapping[str, list[str | None]] | None = None, folder: Path | None = None) -> Sources:
        """Those of `policies`, after the ones `kept` by a checkpoint. Warns where a text is not the one of before."""
        found = {}
        for name, policy in policies.items():
            before, now = list((kept or {}).get(name, [])), source_hash(policy)
            if before and before[-1] != now:
                warnings.warn(
                    f"{folder}: the policy `{name}` is not the text that decided up to the checkpoint. What was decided until then stands; "
                    "started anew with --force, the run may come out otherwise.",
                    stacklevel=2,
                )
            found[name] = before if before and before[-1] == now else [*before, now]
        return cls(found)


def described(policies: Mapping[str, Policy]) -> dict[str, int]:
    """What a checkpoint must agree with: the policies' names, and how often each is asked, in seconds."""
    return {name: policy.every_seconds for name, policy in policies.items()}


def record(policies: Mapping[str, Policy], sources: Sources | None = None) -> Record:
    """What the manifest says of policies: how often each is asked, and a hash of its text (None: it could not be had)."""
    known = (sources or Sources.of(policies)).by_name
    return {
        name: {"every_seconds": policy.every_seconds, "source_hash": known[name][-1]}
        | ({"earlier_source_hashes": known[name][:-1]} if known[name][1:] else {})
        for name, policy in policies.items()
    }


def of_stages(where: str, recorded: Sequence[Mapping[str, Any]], given: Given, verb: str) -> list[dict[str, Policy]]:
    """The policies of each stage of a run, as its manifest names them, among those `given`.

    Raises PolicyError: one is missing, or asked at other times than it was.
    """
    if given is None or isinstance(given, Mapping):
        for_each = [as_policies(given)] * len(recorded)
    elif len(given) == len(recorded):
        for_each = [as_policies(one) for one in given]
    else:
        raise PolicyError(f"policies: {len(given)} mappings are given, but {where} has {len(recorded)} stages; give one mapping, or one for each")
    missing = sorted({name for names, have in zip(recorded, for_each, strict=True) for name in names if name not in have})
    if missing:
        wanted = ", ".join(f"{name!r}: ..." for name in missing)
        raise PolicyError(
            f"{where}: was run with the policies {', '.join(sorted({name for names in recorded for name in names}))}; to {verb} it, pass policies "
            f"of the same names: hyosan.{verb}(..., policies={{{wanted}}}). They are Python functions, so this is done from Python."
        )
    found = []
    for names, have in zip(recorded, for_each, strict=True):
        for name, said in names.items():
            if said["every_seconds"] != have[name].every_seconds:
                raise PolicyError(
                    f"{where}: the policy `{name}` was asked every {said['every_seconds']:,} s, the one given every "
                    f"{have[name].every_seconds:,} s; pass hyosan.Policy(f, every='{said['every_seconds']} s')"
                )
        found.append({name: have[name] for name in names})
    return found


def of_manifest(manifest: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """What a manifest records of policies, for each stage of its run."""
    return [*(one.get("policies", {}) for one in manifest.get("earlier", [])), manifest.get("policies", {})]


def others(recorded: Mapping[str, Any], policies: Mapping[str, Policy]) -> dict[str, tuple[str, str]]:
    """Policies whose text is not the recorded one: then and now. One whose text could not be had counts as the same."""
    found = {}
    for name, said in recorded.items():
        then, now = said.get("source_hash"), source_hash(policies[name])
        if then and now and then != now:
            found[name] = (str(then), now)
    return found


def check_resumed(folder: Path, found: Mapping[str, Any], wanted: Mapping[str, Any], what: str) -> None:
    """Raises RunFolderError: a checkpoint in a folder is of another run than the one that is to go on there, or of one with other policies."""
    if found == wanted:
        return

    def bare(identity: Mapping[str, Any]) -> dict[str, Any]:
        return {key: value for key, value in identity.items() if not key.endswith("policies")}

    if bare(found) == bare(wanted):
        began, now = (_said(one.get("policies", {})) for one in (found, wanted))
        raise PolicyError(
            f"{folder}: holds an unfinished run that was begun with {began}, and is to go on with {now}. Pass policies of the same names, "
            "asked as often, as `policies` from Python, or give --force to replace it."
        )
    raise RunFolderError(f"{folder}: holds an unfinished run of another {what}. Choose another --out, or give --force to replace it.")


def _said(policies: Mapping[str, int]) -> str:
    return "the policies " + ", ".join(f"`{name}` (every {every:,} s)" for name, every in policies.items()) if policies else "no policies"
