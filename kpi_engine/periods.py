"""Weeks, months, quarters and years as seen from the as-at date (rules 1.7; asking.md, Time).

A week is Monday to Sunday. "Last week" is the last complete week ending on or before D; the year to date starts on
1 April; quarters are those of the financial year.
"""

from __future__ import annotations

import calendar
from datetime import date, timedelta

from kpi_engine.question import Period


def this_week(d: date) -> Period:
    """The Monday on or before D, to D."""
    return Period(d - timedelta(days=d.weekday()), d)


def last_week(d: date) -> Period:
    """The last complete Monday to Sunday ending on or before D."""
    sunday = d - timedelta(days=(d.weekday() + 1) % 7)
    return Period(sunday - timedelta(days=6), sunday)


def last_weeks(d: date, count: int) -> Period:
    """The `count` complete weeks ending on or before D."""
    last = last_week(d).last
    return Period(last - timedelta(days=7 * count - 1), last)


def next_week(d: date) -> Period:
    """The Monday after D to its Sunday."""
    monday = d + timedelta(days=7 - d.weekday())
    return Period(monday, monday + timedelta(days=6))


def coming_week(d: date) -> Period:
    """What "this week" means for things to come: D + 1 to the Sunday ending the week; on a Sunday the next week."""
    if d.weekday() == 6:
        return next_week(d)
    return Period(d + timedelta(days=1), d + timedelta(days=6 - d.weekday()))


def month(year: int, number: int) -> Period:
    """A calendar month."""
    return Period(date(year, number, 1), date(year, number, calendar.monthrange(year, number)[1]))


def add_months(d: date, months: int) -> date:
    """Calendar months on (or back), clipped to month end (rules 1.2)."""
    count = d.year * 12 + d.month - 1 + months
    year, number = divmod(count, 12)
    return date(year, number + 1, min(d.day, calendar.monthrange(year, number + 1)[1]))


def last_month(d: date) -> Period:
    """The last complete calendar month ending on or before D."""
    if d.day == calendar.monthrange(d.year, d.month)[1]:
        return month(d.year, d.month)
    before = add_months(d.replace(day=1), -1)
    return month(before.year, before.month)


def last_months(d: date, count: int) -> Period:
    """Rolling months ending on D: (D - n months, D]."""
    return Period(add_months(d, -count) + timedelta(days=1), d)


def year_to_date(d: date) -> Period:
    """1 April on or before D, to D."""
    first = date(d.year, 4, 1)
    return Period(first if first <= d else date(d.year - 1, 4, 1), d)


def weeks_of(period: Period) -> list[Period]:
    """The Monday-to-Sunday weeks that end inside the period."""
    sunday = period.first + timedelta(days=6 - period.first.weekday())
    out = []
    while sunday <= period.last:
        out.append(Period(sunday - timedelta(days=6), sunday))
        sunday += timedelta(days=7)
    return out


def months_of(period: Period) -> list[Period]:
    """The calendar months that touch the period, the last one cut at the period's end."""
    out = []
    cursor = period.first.replace(day=1)
    while cursor <= period.last:
        whole = month(cursor.year, cursor.month)
        out.append(Period(max(whole.first, period.first), min(whole.last, period.last)))
        cursor = add_months(cursor, 1)
    return out
