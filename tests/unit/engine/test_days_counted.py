"""Days, working days, months, birthdays and periods, each against the plainest way to count them."""

from __future__ import annotations

import calendar
import itertools
from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpi_engine import periods, working_days
from kpi_engine.days import EPOCH, NEVER, age_on, birthday, day, iso, plus, plus_months, to_date
from kpi_engine.question import Period
from kpi_engine.timescales import Timescale

DAY = timedelta(days=1)
# Bank holidays by hand, from the proclamations: the years in which something was moved or added.
SPECIAL = {
    1995: ["01-02", "04-14", "04-17", "05-08", "05-29", "08-28", "12-25", "12-26"],
    1999: ["01-01", "04-02", "04-05", "05-03", "05-31", "08-30", "12-27", "12-28", "12-31"],
    2002: ["01-01", "03-29", "04-01", "05-06", "06-03", "06-04", "08-26", "12-25", "12-26"],
    2011: ["01-03", "04-22", "04-25", "04-29", "05-02", "05-30", "08-29", "12-26", "12-27"],
    2012: ["01-02", "04-06", "04-09", "05-07", "06-04", "06-05", "08-27", "12-25", "12-26"],
    2020: ["01-01", "04-10", "04-13", "05-08", "05-25", "08-31", "12-25", "12-28"],
    2022: ["01-03", "04-15", "04-18", "05-02", "06-02", "06-03", "08-29", "09-19", "12-26", "12-27"],
    2023: ["01-02", "04-07", "04-10", "05-01", "05-08", "05-29", "08-28", "12-25", "12-26"],
    2026: ["01-01", "04-03", "04-06", "05-04", "05-25", "08-31", "12-25", "12-28"],
}  # fmt: skip

dates = st.dates(date(1995, 1, 1), date(2039, 6, 30))
known_dates = st.sampled_from(sorted(SPECIAL)).flatmap(
    lambda year: st.dates(date(year, 1, 1), date(year, 12, 31))
)


@pytest.mark.parametrize("year", SPECIAL)
def test_the_bank_holidays_of_years_that_were_out_of_the_ordinary(year: int) -> None:
    closed = [d for d in working_days.bank_holidays() if d.year == year and d.weekday() < 5]
    assert [d.isoformat()[5:] for d in closed] == SPECIAL[year]


@given(known_dates, st.integers(0, 60))
def test_working_days_are_counted_one_by_one(start: date, count: int) -> None:
    holidays = {date.fromisoformat(f"{year}-{text}") for year, days in SPECIAL.items() for text in days}
    found, left = start, count
    while left and found.year in SPECIAL:
        found += DAY
        left -= found.weekday() < 5 and found not in holidays
    if left or found.year != start.year or count == 0:
        return  # ran into a year whose holidays are not written out here
    assert to_date(int(working_days.add(np.array([day(start)]), count)[0])) == found


@given(dates, st.integers(1, 200))
def test_due_date_and_working_days_between_undo_each_other(start: date, count: int) -> None:
    due = working_days.add(np.array([day(start)]), count)
    assert int(working_days.between(np.array([day(start)]), due)[0]) == count
    assert working_days.is_working(to_date(int(due[0])) or EPOCH)


@given(dates, st.integers(0, 400))
def test_working_days_between_two_days_are_counted_one_by_one(after: date, length: int) -> None:
    upto = after + length * DAY
    counted = sum(working_days.is_working(after + n * DAY) for n in range(1, length + 1))
    assert int(working_days.between(np.array([day(after)]), day(upto))[0]) == counted


@pytest.mark.parametrize("start", [date(1994, 12, 31), date(2041, 1, 1), date(1, 1, 1)])
def test_a_start_outside_the_calendar_has_no_due_date(start: date) -> None:
    assert working_days.add(np.array([day(start), NEVER]), 10).tolist() == [NEVER, NEVER]


def test_a_due_date_beyond_the_calendar_is_none() -> None:
    assert working_days.add(np.array([working_days.LAST]), 1).tolist() == [NEVER]


@given(st.dates(date(1900, 1, 1), date(2100, 1, 1)), st.integers(0, 300))
def test_months_are_added_to_the_same_day_or_the_months_end(start: date, months: int) -> None:
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    expected = date(year, month + 1, min(start.day, calendar.monthrange(year, month + 1)[1]))
    assert to_date(int(plus_months(np.array([day(start)]), months)[0])) == expected
    assert periods.add_months(start, months) == expected


@given(st.dates(date(1990, 1, 1), date(2030, 1, 1)), st.integers(0, 25))
def test_a_birthday_is_the_same_day_and_that_of_29_february_is_1_march(born: date, age: int) -> None:
    try:
        expected = born.replace(year=born.year + age)
    except ValueError:
        expected = date(born.year + age, 3, 1)
    reached = int(birthday(np.array([day(born)]), age)[0])
    assert to_date(reached) == expected
    assert age_on(np.array([day(born)]), reached).tolist() == [age]
    assert age_on(np.array([day(born)]), reached - 1).tolist() == [age - 1]


def test_the_unborn_and_those_without_a_date_of_birth_have_no_age() -> None:
    assert age_on(np.array([NEVER, 101, 100]), 100).tolist() == [-1, -1, 0]


def test_never_stays_never() -> None:
    never = np.array([NEVER])
    for found in (plus(never, 10), plus_months(never, 3), birthday(never, 18), working_days.add(never, 5)):
        assert found.tolist() == [NEVER]
    assert iso(NEVER) is None
    assert to_date(NEVER) is None


@given(st.dates(date(2000, 1, 1), date(2035, 1, 1)))
def test_weeks_run_from_monday_to_sunday(d: date) -> None:
    last, this, following = periods.last_week(d), periods.this_week(d), periods.next_week(d)
    assert (last.first.weekday(), last.last.weekday(), (last.last - last.first).days) == (0, 6, 6)
    assert last.last <= d < last.last + timedelta(days=7)
    assert this == Period(d - timedelta(days=d.weekday()), d)
    assert following.first > d >= following.first - timedelta(days=7)
    coming = periods.coming_week(d)
    assert coming.first == d + DAY
    assert coming.last.weekday() == 6


@given(st.dates(date(2000, 1, 1), date(2035, 1, 1)), st.integers(1, 60))
def test_the_last_weeks_are_so_many_whole_weeks(d: date, count: int) -> None:
    found = periods.weeks_of(periods.last_weeks(d, count))
    assert len(found) == count
    assert found[-1] == periods.last_week(d)
    assert all(b.first - a.last == DAY for a, b in itertools.pairwise(found))


@given(st.dates(date(2000, 1, 1), date(2035, 1, 1)), st.integers(1, 30))
def test_months_of_a_period_cover_it_without_a_gap(first: date, months: int) -> None:
    whole = Period(first, periods.add_months(first, months))
    found = periods.months_of(whole)
    assert (found[0].first, found[-1].last) == (whole.first, whole.last)
    assert all(b.first - a.last == DAY for a, b in itertools.pairwise(found))
    assert all(part.first.month == part.last.month for part in found)


@pytest.mark.parametrize(
    ("d", "first"),
    [("2026-04-01", "2026-04-01"), ("2026-03-31", "2025-04-01"), ("2026-11-15", "2026-04-01")],
)
def test_the_year_to_date_begins_on_1_april(d: str, first: str) -> None:
    assert periods.year_to_date(date.fromisoformat(d)).first.isoformat() == first


@pytest.mark.parametrize(
    ("d", "first", "last"),
    [
        ("2026-11-15", "2026-10-01", "2026-10-31"),
        ("2026-11-30", "2026-11-01", "2026-11-30"),
        ("2026-01-31", "2026-01-01", "2026-01-31"),
        ("2026-01-30", "2025-12-01", "2025-12-31"),
    ],
)
def test_the_last_complete_month(d: str, first: str, last: str) -> None:
    found = periods.last_month(date.fromisoformat(d))
    assert (found.first.isoformat(), found.last.isoformat()) == (first, last)


def test_a_limit_in_force_when_the_clock_started_is_used() -> None:
    """Rules 6: a new value applies to clocks that start on or after its date."""
    limit = Timescale(
        "visit",
        "Visits",
        ((date(1995, 1, 1), 10), (date(2026, 4, 1), 20)),
        "calendar_day",
        "local standard",
        "test",
    )
    starts = [date(2026, 3, 31), date(2026, 4, 1)]
    due = limit.due(np.array([day(d) for d in starts]))
    assert [to_date(int(d)) for d in due] == [date(2026, 4, 10), date(2026, 4, 21)]
    assert [limit.words(d) for d in starts] == ["10 calendar days", "20 calendar days"]
