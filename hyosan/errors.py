"""Every error a user can meet. All derive from `HyosanError`; the command line turns each into one message and an exit code.

A message has four parts: what was wrong (with the value), where, why, and what to do.
"""

from __future__ import annotations


class HyosanError(Exception):
    """Base of every error raised on purpose. `exit_code` is what the command line ends with."""

    exit_code = 1


class ScenarioError(HyosanError):
    """A scenario, or a value given with `--set`, is wrong. Text: `file:line:col: field.path: what, what is allowed`."""

    exit_code = 2


class UnitError(ScenarioError, ValueError):
    """A quantity without a unit, with an unknown one, or with one of another dimension."""


class CommandError(HyosanError):
    """What was asked for does not exist or cannot be read: a name of an export, a date, a format of files."""

    exit_code = 2


class PolicyError(HyosanError):
    """A policy or a watcher failed, or answered what is no order. The run ends there; one in a folder can go on from its last checkpoint."""


class ResourceError(HyosanError):
    """More memory or disk is needed than there is; raised before either is taken."""

    exit_code = 3


class RunFolderError(HyosanError):
    """A run folder is missing, locked by another process, incomplete or damaged (the file is named)."""

    exit_code = 4


class SelfCheckError(HyosanError):
    """An invariant of the engine does not hold: a bug in hyosan, never the user's fault."""

    exit_code = 5
