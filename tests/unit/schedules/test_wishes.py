"""Wishes from chat on top of the timetable: other times, stops, pauses; nonsense changes nothing."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bot.store import Subscription
from schedules.timetable import Slot, Timetable, Weekly
from schedules.wishes import is_wanted, with_wishes

LONDON = ZoneInfo("Europe/London")
NOW = datetime(2026, 11, 13, 12, 0, tzinfo=UTC)
TABLE = Timetable(
    LONDON, Weekly(Slot(0, time(8, 30)), time(12)), 30, units=("T1", "T2"), meetings={"T2": Slot(2, time(10))}
)


def wish(owner: str, kind: str = "briefing", **changes: Any) -> Subscription:
    wanted: Mapping[str, Any] = changes.pop("wanted", {})
    active, paused_until = changes.pop("active", True), changes.pop("paused_until", None)
    assert not changes
    return Subscription(owner, kind, "", wanted, active, paused_until, "U-T1", NOW)


def printed(*wishes: Subscription) -> list[str]:
    table = with_wishes(TABLE, wishes)
    dues = table.due_between(datetime(2026, 11, 16, tzinfo=UTC), datetime(2026, 11, 23, tzinfo=UTC))
    return [f"{due.at.astimezone(LONDON):%a %H:%M} {due.key}" for due in dues]


USUAL = ["Mon 08:30 briefing:T1", "Mon 08:30 briefing:T2", "Wed 09:30 reminder:T2"]


def test_without_wishes_nothing_changes() -> None:
    assert printed() == USUAL


def test_a_unit_gets_its_briefing_at_its_own_time() -> None:
    assert printed(wish("T1", wanted={"on": "Tuesday", "at": "9:00"})) == [
        "Mon 08:30 briefing:T2",
        "Tue 09:00 briefing:T1",
        "Wed 09:30 reminder:T2",
    ]


def test_a_late_time_has_a_cut_off_on_the_same_day() -> None:
    table = with_wishes(TABLE, [wish("T1", wanted={"on": "tuesday", "at": "22:30"})])
    (due,) = table.due_between(datetime(2026, 11, 17, tzinfo=UTC), datetime(2026, 11, 18, tzinfo=UTC))
    assert due.until == datetime(2026, 11, 17, 23, 59, 59, tzinfo=UTC)


def test_a_unit_sets_and_ends_its_meeting_and_stops_its_briefing() -> None:
    assert printed(
        wish("T1", "meeting", wanted={"on": "friday", "at": "14:00"}),
        wish("T2", "meeting", active=False),
        wish("T2", active=False),
    ) == ["Mon 08:30 briefing:T1", "Fri 13:30 reminder:T1"]


def test_a_pause_ends_what_falls_due_before_its_end_for_that_unit_alone() -> None:
    until = datetime(2026, 11, 18, 0, 0, tzinfo=UTC)
    assert printed(wish("T2", paused_until=until)) == ["Mon 08:30 briefing:T1", "Wed 09:30 reminder:T2"]


@pytest.mark.parametrize(
    "nonsense",
    [
        wish("T1", wanted={"on": "sunday", "at": "09:00"}),
        wish("T1", wanted={"on": "monday", "at": "01:30"}),
        wish("T1", wanted={"on": "monday", "at": "soon"}),
        wish("T1", wanted={"on": "monday", "at": "25:00"}),
        wish("T1", wanted={"at": "09:00"}),
        wish("T1", "meeting", wanted={"on": "monday", "at": "02:15"}),
        wish("T1", "meeting", wanted={"on": "monday", "at": "00:10"}),
        wish("T9", wanted={"on": "tuesday", "at": "09:00"}),
        wish("T1", "follow", wanted={"on": "tuesday", "at": "09:00"}),
    ],
)
def test_a_wish_that_cannot_be_followed_changes_nothing(nonsense: Subscription) -> None:
    assert printed(nonsense) == USUAL


def test_a_person_who_stopped_or_paused_is_left_out_and_nobody_else() -> None:
    due = TABLE.due_between(datetime(2026, 11, 16, tzinfo=UTC), datetime(2026, 11, 17, tzinfo=UTC))[0]
    assert is_wanted(due, "U-T1", [])
    assert not is_wanted(due, "U-T1", [wish("U-T1", active=False)])
    assert is_wanted(due, "U-T2", [wish("U-T1", active=False)])
    assert is_wanted(due, None, [wish("U-T1", active=False)])
    paused = wish("U-T1", paused_until=datetime(2026, 11, 16, 9, 0, tzinfo=UTC))
    assert not is_wanted(due, "U-T1", [paused])
    over = wish("U-T1", paused_until=datetime(2026, 11, 16, 8, 30, tzinfo=UTC))
    assert is_wanted(due, "U-T1", [over])
