"""Days, working days, months, birthdays, weeks, rounding: rules 1, written out by hand.

England's bank holidays are a rule and a list of one-offs here, on purpose not a library: the engine uses one.
"""

from __future__ import annotations

import datetime as dt
from fractions import Fraction
from functools import lru_cache

FIRST_YEAR, LAST_YEAR = 1995, 2037
ONE_DAY = dt.timedelta(days=1)

# Years in which a fixed Monday was moved: taken away -> given instead (gov.uk and the royal proclamations).
MOVED = {
    dt.date(1995, 5, 1): dt.date(1995, 5, 8),  # fifty years after the war
    dt.date(2020, 5, 4): dt.date(2020, 5, 8),  # seventy-five years after the war
    dt.date(2002, 5, 27): dt.date(2002, 6, 4),  # Golden Jubilee: spring holiday to Tuesday 4 June
    dt.date(2012, 5, 28): dt.date(2012, 6, 4),  # Diamond Jubilee
    dt.date(2022, 5, 30): dt.date(2022, 6, 2),  # Platinum Jubilee
}
# Days given besides.
EXTRA = (
    dt.date(1999, 12, 31),  # millennium
    dt.date(2002, 6, 3),  # Golden Jubilee
    dt.date(2011, 4, 29),  # royal wedding
    dt.date(2012, 6, 5),  # Diamond Jubilee
    dt.date(2022, 6, 3),  # Platinum Jubilee
    dt.date(2022, 9, 19),  # State Funeral
    dt.date(2023, 5, 8),  # Coronation
)


def easter_sunday(year: int) -> dt.date:
    """Gauss's rule in the Gregorian calendar, as printed in almanacs."""
    golden = year % 19
    century, rest = divmod(year, 100)
    moon = (19 * golden + century - century // 4 - (century - (century + 8) // 25 + 1) // 3 + 15) % 30
    sunday = (32 + 2 * (century % 4) + 2 * (rest // 4) - moon - rest % 4) % 7
    correction = (golden + 11 * moon + 22 * sunday) // 451
    month, day = divmod(moon + sunday - 7 * correction + 114, 31)
    return dt.date(year, month, day + 1)


def _first_monday(year: int, month: int) -> dt.date:
    day = dt.date(year, month, 1)
    while day.weekday() != 0:
        day += ONE_DAY
    return day


def _last_monday(year: int, month: int) -> dt.date:
    day = dt.date(year, month, 31)
    while day.weekday() != 0:
        day -= ONE_DAY
    return day


@lru_cache
def bank_holidays(year: int) -> frozenset[dt.date]:
    """England's bank holidays of one year, substitutes and one-offs included."""
    days = set()
    new_year = dt.date(year, 1, 1)
    while new_year.weekday() >= 5:
        new_year += ONE_DAY
    days.add(new_year)
    easter = easter_sunday(year)
    days.add(easter - 2 * ONE_DAY)
    days.add(easter + ONE_DAY)
    for monday in (_first_monday(year, 5), _last_monday(year, 5), _last_monday(year, 8)):
        days.add(MOVED.get(monday, monday))
    for fixed in (dt.date(year, 12, 25), dt.date(year, 12, 26)):
        day = fixed
        # Each that falls on a weekend, or on a day the other one has taken, moves to the next free weekday.
        while day.weekday() >= 5 or day in days:
            day += ONE_DAY
        days.add(day)
    days.update(day for day in EXTRA if day.year == year)
    return frozenset(days)


def is_working_day(day: dt.date) -> bool:
    return day.weekday() < 5 and day not in bank_holidays(day.year)


def in_calendar(day: dt.date) -> bool:
    """Is the start of a working-day limit inside the calendar (rules 1.1)?"""
    return FIRST_YEAR <= day.year <= LAST_YEAR


def add_working_days(day: dt.date, number: int) -> dt.date:
    """The number-th working day after the day. Day 0 is the day itself."""
    while number > 0:
        day += ONE_DAY
        if is_working_day(day):
            number -= 1
    return day


def working_days_between(after: dt.date, until: dt.date) -> int:
    """Working days in (after, until]."""
    count = 0
    while after < until:
        after += ONE_DAY
        if is_working_day(after):
            count += 1
    return count


def add_months(day: dt.date, months: int) -> dt.date:
    """Calendar months on (or back), clipped to the month's end."""
    index = day.year * 12 + day.month - 1 + months
    year, month = index // 12, index % 12 + 1
    last = (dt.date(year + month // 12, month % 12 + 1, 1) - ONE_DAY).day
    return dt.date(year, month, min(day.day, last))


def birthday(born: dt.date, age: int) -> dt.date:
    """The day somebody turns that age; 29 February becomes 1 March in common years."""
    try:
        return born.replace(year=born.year + age)
    except ValueError:
        return dt.date(born.year + age, 3, 1)


def last_week(as_at: dt.date) -> tuple[dt.date, dt.date]:
    """The last complete Monday to Sunday that ends on or before D."""
    sunday = as_at
    while sunday.weekday() != 6:
        sunday -= ONE_DAY
    return sunday - 6 * ONE_DAY, sunday


def last_month(as_at: dt.date) -> tuple[dt.date, dt.date]:
    """The last complete calendar month that ends on or before D."""
    end = as_at
    while (end + ONE_DAY).day != 1:
        end -= ONE_DAY
    return end.replace(day=1), end


def last_twelve_months(as_at: dt.date) -> tuple[dt.date, dt.date]:
    return add_months(as_at, -12) + ONE_DAY, as_at


def one_decimal(value: Fraction) -> float:
    """Rounded to one decimal, a half away from nought."""
    tenths = value * 10
    whole = int(abs(tenths) + Fraction(1, 2))
    return (whole if tenths >= 0 else -whole) / 10


def percentage(part: int, whole: int) -> float | None:
    return one_decimal(Fraction(100 * part, whole)) if whole else None
