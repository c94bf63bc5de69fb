"""The course of an infection: which transition out of a state, and when. Numbers in, numbers out."""

from __future__ import annotations

from hyosan.backend import rule
from hyosan.luck import COURSE, DURATION, bits


@rule
def course_luck(seed: int, person: int, episode: int, state: int) -> int:
    """32 bits that decide which transition `person` takes out of `state` in this episode."""
    return bits(seed, COURSE, person, state, episode) >> 30


@rule
def duration_luck(seed: int, person: int, episode: int, transition: int) -> int:
    """62 bits that decide how long `person` waits for `transition` in this episode."""
    return bits(seed, DURATION, person, transition, episode)
