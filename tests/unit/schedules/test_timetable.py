"""What goes out when: both clock changes, bank holidays, closure days, any split of time."""

from __future__ import annotations

import itertools
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kpi_engine.errors import InputError
from kpi_engine.working_days import is_working
from schedules.timetable import BRIEFING, REMINDER, Slot, Timetable, Weekly

LONDON = ZoneInfo("Europe/London")
MONDAY_0830 = Weekly(Slot(0, time(8, 30)), time(12))


def timetable(**changes: object) -> Timetable:
    parts: dict[str, object] = {"units": ("T11",), "minutes_before_meeting": 30}
    return Timetable(LONDON, MONDAY_0830, **(parts | changes))  # type: ignore[arg-type]


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=LONDON)


def printed(table: Timetable, first: str, last: str) -> list[str]:
    return [
        f"{due.at.astimezone(LONDON):%a %Y-%m-%d %H:%M %Z} {due.key} {due.period}"
        for due in table.due_between(local(first), local(last))
    ]


def test_the_briefing_is_at_half_past_eight_on_both_sides_of_the_spring_clock_change() -> None:
    assert printed(timetable(), "2026-03-23", "2026-04-01") == [
        "Mon 2026-03-23 08:30 GMT briefing:T11 2026-W13",
        "Mon 2026-03-30 08:30 BST briefing:T11 2026-W14",
    ]
    spring = timetable().due_between(local("2026-03-30"), local("2026-03-31"))
    assert spring[0].at == datetime(2026, 3, 30, 7, 30, tzinfo=UTC)
    assert spring[0].until == datetime(2026, 3, 30, 11, 0, tzinfo=UTC)


def test_the_briefing_is_at_half_past_eight_on_both_sides_of_the_autumn_clock_change() -> None:
    assert printed(timetable(), "2026-10-19", "2026-10-27") == [
        "Mon 2026-10-19 08:30 BST briefing:T11 2026-W43",
        "Mon 2026-10-26 08:30 GMT briefing:T11 2026-W44",
    ]
    autumn = timetable().due_between(local("2026-10-26"), local("2026-10-27"))
    assert autumn[0].at == datetime(2026, 10, 26, 8, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("monday", "moved_to"),
    [
        ("2026-04-06", "2026-04-07"),  # Easter Monday
        ("2026-05-04", "2026-05-05"),
        ("2026-05-25", "2026-05-26"),
        ("2026-08-31", "2026-09-01"),
        ("2026-12-28", "2026-12-29"),  # Boxing Day, which is a Saturday
        ("2022-09-19", "2022-09-20"),  # the State Funeral
        ("2026-11-23", "2026-11-23"),  # a Monday like any other
    ],
)
def test_a_bank_holiday_monday_moves_to_tuesday_and_keeps_its_week(monday: str, moved_to: str) -> None:
    start = date.fromisoformat(monday)
    dues = timetable().due_between(local(monday), local((start + timedelta(days=5)).isoformat()))
    assert [due.at.astimezone(LONDON).isoformat()[:16] for due in dues] == [f"{moved_to}T08:30"]
    year, week, _ = start.isocalendar()
    assert dues[0].period == f"{year}-W{week:02d}"


def test_closure_days_move_the_briefing_on_within_its_week() -> None:
    closed = frozenset({date(2026, 12, 29), date(2026, 12, 30)})
    assert printed(timetable(closed=closed), "2026-12-28", "2027-01-04") == [
        "Thu 2026-12-31 08:30 GMT briefing:T11 2026-W53"
    ]


def test_a_week_without_a_working_day_has_no_briefing_and_the_next_one_has_only_its_own() -> None:
    closed = frozenset({date(2026, 12, 29), date(2026, 12, 30), date(2026, 12, 31)})
    assert printed(timetable(closed=closed), "2026-12-28", "2027-01-05") == [
        "Mon 2027-01-04 08:30 GMT briefing:T11 2027-W01"
    ]


def test_a_friday_post_on_good_friday_goes_out_on_thursday() -> None:
    own = {"T11": Weekly(Slot(4, time(9)), time(12))}
    assert printed(timetable(own=own), "2026-03-30", "2026-04-06") == [
        "Thu 2026-04-02 09:00 BST briefing:T11 2026-W14"
    ]


def test_a_reminder_goes_out_thirty_minutes_before_the_teams_own_meeting() -> None:
    table = timetable(units=("T11", "T12"), meetings={"T11": Slot(1, time(10))})
    assert printed(table, "2026-11-16", "2026-11-20") == [
        "Mon 2026-11-16 08:30 GMT briefing:T11 2026-W47",
        "Mon 2026-11-16 08:30 GMT briefing:T12 2026-W47",
        "Tue 2026-11-17 09:30 GMT reminder:T11 2026-W47",
    ]
    reminder = table.due_between(local("2026-11-17"), local("2026-11-18"))[0]
    assert reminder.until == local("2026-11-17T10:00")


def test_a_meeting_half_an_hour_after_the_briefing_has_no_second_post() -> None:
    table = timetable(meetings={"T11": Slot(0, time(9))})
    assert printed(table, "2026-11-16", "2026-11-20") == ["Mon 2026-11-16 08:30 GMT briefing:T11 2026-W47"]


def test_a_unit_may_have_its_own_time_or_no_briefing() -> None:
    own = {"T11": Weekly(Slot(1, time(9)), time(12)), "T12": None}
    table = timetable(units=("T11", "T12", "T13"), own=own)
    assert printed(table, "2026-11-16", "2026-11-23") == [
        "Mon 2026-11-16 08:30 GMT briefing:T13 2026-W47",
        "Tue 2026-11-17 09:00 GMT briefing:T11 2026-W47",
    ]


def test_the_next_fourteen_days_across_the_autumn_change_end_at_the_same_time_of_day() -> None:
    dues = timetable().next_days(local("2026-10-19T08:30"), 14)
    assert [due.period for due in dues] == ["2026-W43", "2026-W44"]


@pytest.mark.parametrize("at", [time(1), time(1, 30), time(2)])
def test_the_hour_of_the_clock_changes_cannot_be_used(at: time) -> None:
    with pytest.raises(InputError, match="01:00 to 02:00"):
        Slot(0, at)


@pytest.mark.parametrize("meeting", [time(2, 15), time(2, 30)])
def test_a_reminder_may_not_fall_into_the_hour_of_the_clock_changes(meeting: time) -> None:
    with pytest.raises(InputError, match="01:00 to 02:00"):
        timetable(meetings={"T11": Slot(0, meeting)})


def test_a_reminder_may_not_fall_on_the_day_before() -> None:
    with pytest.raises(InputError, match="too early"):
        timetable(meetings={"T11": Slot(0, time(0, 10))})


slots = st.builds(
    Slot,
    st.integers(0, 4),
    st.one_of(st.times(time(2, 31), time(23, 0)), st.times(time(0, 30), time(0, 59))).map(
        lambda at: at.replace(second=0, microsecond=0)
    ),
)
days = st.dates(date(2020, 1, 1), date(2034, 12, 1))


@st.composite
def timetables(draw: st.DrawFn) -> Timetable:
    units = ("T1", "T2", "S1")
    own = draw(
        st.dictionaries(
            st.sampled_from(units), st.one_of(st.none(), slots.map(lambda slot: Weekly(slot, time(23, 30))))
        )
    )
    meetings = draw(st.dictionaries(st.sampled_from(units), slots))
    closed = draw(st.frozensets(days, max_size=5))
    return timetable(units=units, own=own, meetings=meetings, closed=closed)


@settings(deadline=None)
@given(timetables(), days, st.integers(1, 60), st.lists(st.integers(0, 60 * 24 * 60), max_size=6))
def test_any_split_of_time_gives_the_same_posts_each_once(
    table: Timetable, first: date, length: int, cuts: list[int]
) -> None:
    start = datetime.combine(first, time(), LONDON).astimezone(UTC)
    end = start + timedelta(days=length)
    whole = table.due_between(start, end)
    edges = sorted({start, end, *(at for c in cuts if (at := start + timedelta(minutes=c)) < end)})
    pieces = [due for a, b in itertools.pairwise(edges) for due in table.due_between(a, b)]
    assert pieces == whole
    assert len({(due.key, due.period) for due in whole}) == len(whole)


@settings(deadline=None)
@given(timetables(), days)
def test_every_post_is_on_a_working_day_at_its_own_wall_time_outside_the_forbidden_hour(
    table: Timetable, first: date
) -> None:
    start = datetime.combine(first, time(), LONDON)
    for due in table.due_between(start, start + timedelta(days=21)):
        at = due.at.astimezone(LONDON)
        assert is_working(at.date())
        assert at.date() not in table.closed
        assert not time(1) <= at.time() <= time(2)
        assert due.at < due.until <= due.at + timedelta(days=1)
        if due.post == BRIEFING:
            weekly = table.own.get(due.unit_id, table.briefing)
            assert weekly is not None
            assert at.time() == weekly.slot.at
        else:
            assert due.post == REMINDER
            meeting = datetime.combine(at.date(), table.meetings[due.unit_id].at)
            assert at.replace(tzinfo=None) == meeting - timedelta(minutes=30)


@settings(deadline=None)
@given(st.dates(date(2020, 1, 1), date(2034, 12, 1)))
def test_every_week_with_a_working_day_has_exactly_one_briefing(day: date) -> None:
    monday = day - timedelta(days=day.weekday())
    dues = timetable().due_between(
        datetime.combine(monday, time(), LONDON), datetime.combine(monday + timedelta(days=7), time(), LONDON)
    )
    open_days = [d for n in range(5) if is_working(d := monday + timedelta(days=n))]
    assert [due.at.astimezone(LONDON).date() for due in dues] == open_days[:1]


@pytest.mark.parametrize(
    ("as_at", "fresh"), [("2026-11-16", True), ("2026-11-10", True), ("2026-11-09", False)]
)
def test_a_briefing_is_not_made_from_old_data(as_at: str, fresh: bool) -> None:
    reason = timetable().stale(date.fromisoformat(as_at), local("2026-11-16T08:30"))
    assert (reason is None) == fresh
    if reason:
        assert reason.startswith("The newest data is as at 09 November 2026, 7 days ago")
