"""What authorities know: who is news, and where it comes from."""

from __future__ import annotations

import json

import pytest

from hyosan.engine.knowledge import Knowledge, Works
from hyosan.scenario.authority import Beliefs

DAY = 86_400
ZONES = ("A1", "A2", "camp")


def knowledge() -> Knowledge:
    return Knowledge(ZONES, 2, Works(len(ZONES)), Beliefs())


def days(known: Knowledge, second: int) -> tuple[int, int]:
    values = known.values(second, 0)
    return int(values["days_since_report"]), int(values["days_since_city_report"])


def test_a_report_from_the_quarantine_is_none_from_the_city() -> None:
    known = knowledge()
    known.notice(2 * DAY, 1, "turned", -1, 0, 7, 1)
    assert days(known, 10 * DAY) == (8, 8)
    known.notice(6 * DAY, 2, "half_turned", -1, 0, 8, 1)
    assert days(known, 10 * DAY) == (4, 8)
    known.positive(9 * DAY, 2, 9, 1)
    assert days(known, 10 * DAY) == (1, 8)
    known.positive(9 * DAY, 0, 10, 1)
    assert days(known, 10 * DAY) == (1, 1)


@pytest.mark.parametrize("zone", [0, 2])
def test_who_is_found_again_is_no_news(zone: int) -> None:
    known = knowledge()
    known.notice(DAY, zone, "half_turned", -1, 0, 7, 1)
    known.notice(5 * DAY, 0, "half_turned", -1, 0, 7, 1)
    assert days(known, 6 * DAY)[0] == 5
    known.notice(5 * DAY, 0, "turned", -1, 0, 7, 1)  # in another class they are
    assert days(known, 6 * DAY) == (1, 1)


def test_before_any_report_no_time_has_passed_since_one() -> None:
    assert days(knowledge(), 9 * DAY) == (0, 0)


def test_the_last_reports_are_kept_by_checkpoints() -> None:
    known, again = knowledge(), knowledge()
    known.notice(2 * DAY, 1, "turned", -1, 0, 7, 1)
    known.notice(3 * DAY, 2, "turned", -1, 0, 8, 1)
    again.restore(json.loads(json.dumps(known.to_json())))
    assert days(again, 9 * DAY) == days(known, 9 * DAY) == (6, 7)
