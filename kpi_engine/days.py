"""Days as whole numbers: the engine's one way to hold a date inside its arrays.

A day is the number of days since 1 January 1970. A date that is missing, or that never comes, is NEVER: larger than
every real day, so that "empty or after D" is simply `> D`, and the earliest of several dates is their minimum.
"""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

Days = NDArray[np.int64]
Mask = NDArray[np.bool_]

NEVER = 1_000_000
EPOCH = date(1970, 1, 1)


def day(value: date) -> int:
    """The day number of a date."""
    return (value - EPOCH).days


def to_date(number: int) -> date | None:
    """The date of a day number; None for NEVER."""
    return None if number >= NEVER else EPOCH + timedelta(days=int(number))


def iso(number: int) -> str | None:
    """The ISO date of a day number; None for NEVER."""
    found = to_date(number)
    return None if found is None else found.isoformat()


def plus(start: Days, count: int) -> Days:
    """start + count calendar days; NEVER stays NEVER (rules 1.2)."""
    return np.where(start >= NEVER, NEVER, start + count)


def plus_months(start: Days, months: int | Days) -> Days:
    """start + calendar months, clipped to month end (rules 1.2); NEVER stays NEVER."""
    start = np.asarray(start, dtype=np.int64)
    never = start >= NEVER
    safe = np.where(never, 0, start).astype("datetime64[D]")
    month = safe.astype("datetime64[M]")
    place = (safe - month.astype("datetime64[D]")).astype(np.int64)
    target = month + np.asarray(months, dtype=np.int64).astype("timedelta64[M]")
    first = target.astype("datetime64[D]")
    length = ((target + np.timedelta64(1, "M")).astype("datetime64[D]") - first).astype(np.int64)
    moved = first.astype(np.int64) + np.minimum(place, length - 1)
    return np.where(never, NEVER, moved)


def birthday(born: Days, age: int) -> Days:
    """The day of the age-th birthday; one of 29 February falls on 1 March in common years (rules 1.2)."""
    born = np.asarray(born, dtype=np.int64)
    never = born >= NEVER
    safe = np.where(never, 0, born).astype("datetime64[D]")
    month = safe.astype("datetime64[M]")
    place = (safe - month.astype("datetime64[D]")).astype(np.int64)
    first = (month + np.timedelta64(12 * age, "M")).astype("datetime64[D]").astype(np.int64)
    return np.where(never, NEVER, first + place)


def age_on(born: Days, on: int) -> NDArray[np.int64]:
    """Completed years of age on a day; -1 where the date of birth is missing or later."""
    born = np.asarray(born, dtype=np.int64)
    month, place = _month_and_place(np.minimum(born, on))
    this_month, this_place = _month_and_place(np.array([on], dtype=np.int64))
    # Whole years have passed once month and day are reached; of 29 February that is 1 March in common years.
    months = this_month - month
    months -= place > this_place
    return np.where(born <= on, months // 12, -1)


def _month_and_place(days: Days) -> tuple[Days, Days]:
    """(months since January 1970, days since the first of the month) of each day."""
    month = days.astype("datetime64[D]").astype("datetime64[M]")
    return month.astype(np.int64), days - month.astype("datetime64[D]").astype(np.int64)
