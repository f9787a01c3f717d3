"""Working days in England: not Saturday, Sunday or a bank holiday (rules 1.1).

Source of the holidays: the `holidays` library, England, which knows the one-offs of 1995, 1999, 2002, 2011, 2012,
2020, 2022 and 2023. Day 0 is the day of the start event; `+ n WD` is the n-th working day after it. A start outside
the calendar (1995 to 2040) gives NEVER, and the caller makes a finding of it.
"""

from __future__ import annotations

from datetime import date
from functools import cache

import holidays
import numpy as np
from numpy.typing import NDArray

from kpi_engine.days import NEVER, Days, day

FIRST_YEAR, LAST_YEAR = 1995, 2040
FIRST, LAST = day(date(FIRST_YEAR, 1, 1)), day(date(LAST_YEAR, 12, 31))


@cache
def bank_holidays() -> dict[date, str]:
    """England's bank holidays by date, with their names."""
    found = holidays.country_holidays("GB", subdiv="ENG", years=range(FIRST_YEAR, LAST_YEAR + 1))
    return dict(sorted(found.items()))


@cache
def _calendar() -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Every working day in order, and for each calendar day the number of working days up to and including it."""
    every = np.arange(FIRST, LAST + 1)
    weekday = (every + 3) % 7  # 1 January 1970 was a Thursday; Monday = 0
    working = weekday < 5
    closed = np.array([day(d) for d in bank_holidays()]) - FIRST
    working[closed] = False
    return every[working], np.cumsum(working)


def inside(days: Days) -> NDArray[np.bool_]:
    """Whether each day lies inside the calendar."""
    return (days >= FIRST) & (days <= LAST)


def add(start: Days, count: int) -> Days:
    """The count-th working day after each start; NEVER where start or result is outside the calendar."""
    start = np.asarray(start, dtype=np.int64)
    working, upto = _calendar()
    known = inside(start)
    place = upto[np.where(known, start - FIRST, 0)] + count - 1
    known &= place < len(working)
    return np.where(known, working[np.where(known, place, 0)], NEVER)


def between(after: Days, upto: Days | int) -> NDArray[np.int64]:
    """Working days in (after, upto]; days outside the calendar are drawn to its edge."""
    _, count = _calendar()
    last = np.clip(np.asarray(upto, dtype=np.int64), FIRST, LAST) - FIRST
    first = np.clip(np.asarray(after, dtype=np.int64), FIRST, LAST) - FIRST
    over: NDArray[np.int64] = np.maximum(count[last] - count[first], 0)
    return over


def is_working(on: date) -> bool:
    """Whether one date is a working day."""
    return on.weekday() < 5 and on not in bank_holidays()


def holidays_between(after: date, upto: date) -> list[tuple[date, str]]:
    """The bank holidays that fall on a weekday in (after, upto], for explanations."""
    return [(d, n) for d, n in bank_holidays().items() if after < d <= upto and d.weekday() < 5]
