"""Time words: "last week", "since April", "by Friday", "Q2", "3 November", as dates (spec/asking.md, Time).

Works on the normalised words of a message joined by spaces: digits for numbers, singulars, lower case.
"""

# ruff: noqa: E501 - a rule or a table row to a line reads better than one broken over many
from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta

from bot.understanding.lexicon import DAYS, MONTHS
from kpi_engine.question import Period

Events = Mapping[str, tuple[date, date]]
"""Dated events of the settings by name ("half term"): first and last day."""


@dataclass(frozen=True)
class When:
    """What a time expression means.

    past / coming: the period, looking back or ahead.  point: one as-at date.  now: the as-at date itself was said.
    ahead: it can only look ahead ("next week").  current: it runs up to the as-at date ("this month").
    since_last_week: only the comparison with last week was said.  both: two months, named one by one.
    beside: two neighbouring periods, each to be seen by itself.
    """

    past: Period | None = None
    coming: Period | None = None
    point: date | None = None
    now: bool = False
    ahead: bool = False
    current: bool = False
    since_last_week: bool = False
    both: bool = False
    beside: bool = False
    on: str = ""  # the one after it
    back: str = ""  # "week", "month" ...: the one before the period of the last answer


@dataclass(frozen=True)
class TimeSpan:
    """A time expression found: characters of the joined words, and its meaning."""

    start: int
    end: int
    when: When


def months_back(day: date, months: int) -> date:
    """The day so many months earlier (later if negative), clipped to the month's end."""
    total = day.year * 12 + day.month - 1 - months
    year, month = divmod(total, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def last_weeks(as_at: date, weeks: int) -> Period:
    """So many complete Monday-Sunday weeks ending on or before the day."""
    sunday = as_at - timedelta(days=(as_at.weekday() + 1) % 7)
    return Period(sunday - timedelta(days=7 * weeks - 1), sunday)


def month_of(year: int, month: int) -> Period:
    return Period(date(year, month, 1), date(year, month, monthrange(year, month)[1]))


def rolling_months(as_at: date, months: int) -> Period:
    return Period(months_back(as_at, months) + timedelta(days=1), as_at)


def year_start(as_at: date) -> date:
    """The first of April on or before the day."""
    return date(as_at.year if as_at.month >= 4 else as_at.year - 1, 4, 1)


def quarter_of(day: date) -> Period:
    first = date(day.year, (day.month - 1) // 3 * 3 + 1, 1)
    return Period(first, months_back(first, -3) - timedelta(days=1))


def ahead_by(as_at: date, count: int, unit: str) -> Period:
    """From the day after the as-at date for so many days, weeks or months."""
    if unit == "month":
        last = months_back(as_at, -count)
    elif unit == "year":
        last = months_back(as_at, -12 * count)
    elif unit == "quarter":
        last = months_back(as_at, -3 * count)
    else:
        last = as_at + timedelta(days=count * {"day": 1, "week": 7, "fortnight": 14}[unit])
    return Period(as_at + timedelta(days=1), last)


def back_by(as_at: date, count: int, unit: str) -> Period:
    """The n units ending on the as-at date; weeks and quarters are complete ones."""
    if unit == "day":
        return Period(as_at - timedelta(days=count - 1), as_at)
    if unit in ("week", "fortnight"):
        return last_weeks(as_at, count * (2 if unit == "fortnight" else 1))
    if unit == "quarter":
        end = quarter_of(as_at).first - timedelta(days=1)
        return Period(months_back(quarter_of(end).first, 3 * (count - 1)), end)
    return rolling_months(as_at, count * (12 if unit == "year" else 1))


_MONTH_NAMES = {name: n + 1 for n, name in enumerate(MONTHS)}
_MONTH_NAMES |= {name[:3]: n + 1 for n, name in enumerate(MONTHS)} | {"sept": 9}
_DAY_NAMES = {name: n for n, name in enumerate(DAYS)} | {name[:3]: n for n, name in enumerate(DAYS)}
_DAY_NAMES |= {"tues": 1, "thur": 3, "thurs": 3}

M = r"(?:january|february|march|april|may|june|july|august|september|october|november|december|jan|feb|mar|apr|jun|jul|aug|sept|sep|oct|nov|dec)"
W = r"(?:monday|tuesday|wednesday|thursday|friday|saturday|sunday|mon|tue|tues|wed|thu|thur|thurs|fri|sat|sun)"
U = r"(day|week|month|year|quarter|fortnight)"
N = r"(\d+|a|couple of|a couple of|few|a few)"
DATE = (
    rf"(?:(?:{W} (?:the )?)?(?:(?:the )?\d{{1,2}}(?:st|nd|rd|th)?(?: of)? {M}(?: 20\d\d)?|{M} (?:the )?\d{{1,2}}(?:st|nd|rd|th)?(?: 20\d\d)?(?!\d)"
    r"|20\d\d-\d{1,2}-\d{1,2}|\d{1,2}[/.-]\d{1,2}(?:[/.-]\d{2,4})?))"
)
_LEAD = r"(?:(?:in|over|during|for|within|across|from|on|through|throughout|of) )?"
_LEADS = frozenset(
    ["in", "over", "during", "for", "within", "across", "from", "on", "through", "throughout", "of"]
)
_LAST = r"(?:last|past|previous|preceding|latest|most recent)"
_NEXT = r"(?:next|coming|following|upcoming)"


def read_date(words: str, as_at: date, coming: bool = False) -> date | None:
    """One British date; without a year the latest on or before the as-at date, or the next one when looking ahead."""
    words = re.sub(rf"^{W} (?:the )?(?=.*\d)", "", words)
    if match := re.fullmatch(r"(20\d\d)-(\d{1,2})-(\d{1,2})", words):
        return _safe(int(match[1]), int(match[2]), int(match[3]))
    if match := re.fullmatch(r"(\d{1,2})[/.-](\d{1,2})(?:[/.-](\d{2,4}))?", words):
        day, month, year = int(match[1]), int(match[2]), match[3]
    elif match := re.fullmatch(rf"(?:the )?(\d{{1,2}})(?:st|nd|rd|th)?(?: of)? ({M})(?: (20\d\d))?", words):
        day, month, year = int(match[1]), _MONTH_NAMES[match[2]], match[3]
    elif match := re.fullmatch(rf"({M}) (?:the )?(\d{{1,2}})(?:st|nd|rd|th)?(?: (20\d\d))?", words):
        day, month, year = int(match[2]), _MONTH_NAMES[match[1]], match[3]
    else:
        return None
    if year:
        number = int(year)
        return _safe(number + 2000 if number < 100 else number, month, day)
    found = _safe(as_at.year, month, day)
    if found is None:
        return None
    if coming and found <= as_at:
        return _safe(as_at.year + 1, month, day)
    if not coming and found > as_at:
        return _safe(as_at.year - 1, month, day)
    return found


def _safe(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _count(words: str) -> int:
    return int(words) if words.isdigit() else 1 if words == "a" else 2 if "couple" in words else 3


def _month_when(month: int, year: int | None, as_at: date, step: str = "") -> When:
    if year is not None:
        period = month_of(year, month)
        return When(past=_until(period, as_at), coming=period, ahead=period.first > as_at)
    back_year = as_at.year if month <= as_at.month else as_at.year - 1
    if step == "last" and month == as_at.month:
        back_year -= 1
    past = month_of(back_year, month)
    ahead_year = as_at.year if month > as_at.month else as_at.year + 1
    coming = month_of(ahead_year, month)
    if month == as_at.month and step != "next" and past.last > as_at:
        coming = Period(as_at + timedelta(days=1), past.last)
    return When(past=_until(past, as_at), coming=coming, ahead=step == "next")


def _until(period: Period, as_at: date) -> Period:
    """A period that has begun, to the as-at date at the latest."""
    return Period(period.first, min(period.last, as_at)) if period.first <= as_at else period


def _weekday_before(as_at: date, weekday: int, strictly: bool) -> date:
    back = (as_at.weekday() - weekday) % 7
    return as_at - timedelta(days=back if back or not strictly else 7)


def _weekday_after(as_at: date, weekday: int) -> date:
    return as_at + timedelta(days=(weekday - as_at.weekday() - 1) % 7 + 1)


def _this(unit: str, as_at: date) -> When:
    tomorrow = as_at + timedelta(days=1)
    if unit == "week":
        sunday = monday(as_at) + timedelta(days=6)
        end = sunday if sunday > as_at else as_at + timedelta(days=7)
        return When(past=Period(monday(as_at), as_at), coming=Period(tomorrow, end), current=True)
    if unit == "month":
        whole = month_of(as_at.year, as_at.month)
    elif unit == "quarter":
        whole = quarter_of(as_at)
    else:
        start = year_start(as_at)
        whole = Period(start, date(start.year + 1, 3, 31))
    end = max(whole.last, tomorrow)
    return When(past=Period(whole.first, as_at), coming=Period(tomorrow, end), current=True)


def _last(unit: str, as_at: date, back: int = 1) -> When:
    if unit == "week":
        period = last_weeks(as_at, 1)
        period = Period(
            period.first - timedelta(days=7 * (back - 1)), period.last - timedelta(days=7 * (back - 1))
        )
    elif unit == "month":
        first = months_back(as_at.replace(day=1), back)
        period = month_of(first.year, first.month)
    elif unit == "quarter":
        period = quarter_of(months_back(quarter_of(as_at).first, 3 * back))
    elif unit == "fortnight":
        period = last_weeks(as_at, 2)
    elif unit == "day":
        period = Period(as_at - timedelta(days=back), as_at - timedelta(days=back))
    else:
        start = year_start(as_at)
        period = Period(date(start.year - back, 4, 1), date(start.year - back + 1, 3, 31))
    return When(past=period)


def _from_last(unit: str, as_at: date) -> When:
    """ "Since last month": from its first day to the as-at date."""
    past = _last(unit, as_at).past
    assert past is not None
    return When(past=Period(past.first, as_at), current=True)


def _next(unit: str, as_at: date, after: int = 0) -> When:
    if unit == "week":
        first = monday(as_at) + timedelta(days=7 * (1 + after))
        period = Period(first, first + timedelta(days=6))
    elif unit == "month":
        first = months_back(as_at.replace(day=1), -1 - after)
        period = month_of(first.year, first.month)
    elif unit == "quarter":
        period = quarter_of(months_back(quarter_of(as_at).first, -3 * (1 + after)))
    elif unit in ("fortnight", "day"):
        period = ahead_by(as_at, 1, unit)
    else:
        start = year_start(as_at)
        period = Period(date(start.year + 1 + after, 4, 1), date(start.year + 2 + after, 3, 31))
    return When(coming=period, ahead=True)


def _end_of(unit: str, as_at: date, following: bool = False) -> When:
    period = _next(unit, as_at).coming if following else _this(unit, as_at).coming
    assert period is not None
    return When(coming=Period(as_at + timedelta(days=1), period.last), ahead=True)


def _quarter_when(number: int, year: int | None, as_at: date) -> When:
    month = {1: 4, 2: 7, 3: 10, 4: 1}[number]
    if year is not None:
        period = quarter_of(date(year + (1 if number == 4 else 0), month, 1))
        return When(past=_until(period, as_at), coming=period, ahead=period.first > as_at)
    first = date(as_at.year, month, 1)
    if first > as_at:
        first = date(as_at.year - 1, month, 1)
    return When(past=_until(quarter_of(first), as_at), coming=quarter_of(months_back(first, -12)))


def _half_when(number: int, as_at: date) -> When:
    """A half of the financial year: April to September, October to March; the latest that has begun."""
    month = {1: 4, 2: 10}[number]
    first = date(as_at.year - (date(as_at.year, month, 1) > as_at), month, 1)
    whole = Period(first, months_back(first, -6) - timedelta(days=1))
    return When(past=_until(whole, as_at), coming=whole)


_Maker = Callable[[re.Match[str], date], "When | None"]


def _since(match: re.Match[str], as_at: date) -> When | None:
    words = match[1]
    if found := read_date(words, as_at):
        return When(past=Period(found, as_at), current=True)
    bits = words.split()
    if bits[-1] in _DAY_NAMES:
        return When(past=Period(_weekday_before(as_at, _DAY_NAMES[bits[-1]], True), as_at), current=True)
    month = next((_MONTH_NAMES[bit] for bit in bits if bit in _MONTH_NAMES), None)
    if month is None:
        return None
    year = next((int(bit) for bit in bits if bit.isdigit() and len(bit) == 4), None)
    start = (
        date(year, month, 1)
        if year
        else date(as_at.year if month <= as_at.month else as_at.year - 1, month, 1)
    )
    return When(past=Period(start, as_at), current=True) if start <= as_at else None


def _edge(words: str, as_at: date, last: bool, ahead: bool = False) -> date | None:
    """The first or last day that a date, a month or a weekday stands for."""
    words = re.sub(r"^the (?:start|beginning|end) of ", "", words)
    if found := read_date(words, as_at, ahead):
        return found
    bits = words.split()
    month = next((_MONTH_NAMES[bit] for bit in bits if bit in _MONTH_NAMES), None)
    if month is not None:
        year = next((int(bit) for bit in bits if bit.isdigit() and len(bit) == 4), None)
        when = _month_when(month, year, as_at)
        period = when.coming if ahead else when.past
        return (period.last if last else period.first) if period else None
    if ahead and bits[-1] in _DAY_NAMES:
        return _weekday_after(as_at, _DAY_NAMES[bits[-1]])
    if bits[-1] in _DAY_NAMES:
        return _weekday_before(as_at, _DAY_NAMES[bits[-1]], False)
    return as_at if words in ("now", "today", "date") else None


def _between(match: re.Match[str], as_at: date) -> When | None:
    first, last = _edge(match[1], as_at, False), _edge(match[2], as_at, True)
    if first is None or last is None:
        return None
    weekdays = match[1] in _DAY_NAMES
    if first > last:
        first = (
            first - timedelta(days=7) if weekdays else _safe(first.year - 1, first.month, first.day) or first
        )
    coming = _between_ahead(match, as_at)
    if first > last:
        return When(coming=coming, ahead=True) if coming else None
    said_year = bool(re.search(r"20\d\d", match[0]))
    ahead = first > as_at
    return When(
        past=Period(first, last), coming=Period(first, last) if said_year or ahead else coming, ahead=ahead
    )


def _between_ahead(match: re.Match[str], as_at: date) -> Period | None:
    """The next time that the span comes round; one that has begun goes on from tomorrow."""
    first, last = _edge(match[1], as_at, False, True), _edge(match[2], as_at, True, True)
    if first is None or last is None or last <= as_at:
        return None
    if first > last:
        first = as_at + timedelta(days=1)
    return Period(first, last)


def _days_of_month(match: re.Match[str], as_at: date) -> When | None:
    """ "Between 1 and 7 November"."""
    year = f" {match[4]}" if match[4] else ""
    first = read_date(f"{match[1]} {match[3]}{year}", as_at)
    last = read_date(f"{match[2]} {match[3]}{year}", as_at)
    if first is None or last is None or first > last:
        return None
    next_first = read_date(f"{match[1]} {match[3]}{year}", as_at, coming=True)
    next_last = read_date(f"{match[2]} {match[3]}{year}", as_at, coming=True)
    coming = Period(first, last)
    if first <= as_at and next_first and next_last and next_first <= next_last:
        coming = Period(next_first, next_last)
    return When(past=Period(first, last), coming=coming, ahead=first > as_at)


SPANS = {
    "month": 1,
    "quarter": 3,
    "three": 3,
    "3": 3,
    "half": 6,
    "six": 6,
    "6": 6,
    "year": 12,
    "twelve": 12,
    "12": 12,
}


def _span_ended(match: re.Match[str], as_at: date) -> When | None:
    """ "The quarter ended 30 September", "the year to March": the months that end then."""
    last = _edge(match[2], as_at, True)
    if last is None or last > as_at:
        return None
    months = SPANS[match[1].split()[0]]
    if last != month_of(last.year, last.month).last:
        return When(past=Period(months_back(last, months) + timedelta(days=1), last))
    begins = months_back(date(last.year, last.month, 1), months - 1)
    return When(past=Period(begins, last))


def _month_span(match: re.Match[str], as_at: date) -> When | None:
    return _between(match, as_at)


def _two_months(match: re.Match[str], as_at: date) -> When | None:
    """ "In September and October": one period; months apart are two questions."""
    first, second = _MONTH_NAMES[match[1]], _MONTH_NAMES[match[2]]
    when = _between(match, as_at) if second == first % 12 + 1 else None
    return replace(when, both=True) if when is not None else None


def side_by_side(one: When, other: When) -> When | None:
    """Two past periods that follow on each other ("this month" and "last month"), to be seen one by one; else None."""
    first, second = one.past, other.past
    if first is not None and other.back:
        second = shifted(first, "week" if other.back == "period" else other.back)
    if first is None or second is None or one.ahead or other.ahead or one.now or other.now:
        return None
    if first == second and one.current != other.current:
        second = shifted(first, "week")  # on a Sunday this week is the last whole one, too
    earlier, later = sorted((first, second), key=lambda p: p.first)
    if (later.first - earlier.last).days != 1:
        return None
    return When(past=Period(earlier.first, later.last), beside=True)


def _by(match: re.Match[str], as_at: date) -> When | None:
    words, before = match[2], match[1] == "before"
    bits = words.split()
    if bits[-1] in _DAY_NAMES:
        end = _weekday_after(as_at, _DAY_NAMES[bits[-1]])
        if bits[0] == "next" and end - monday(as_at) < timedelta(days=7):
            end += timedelta(days=7)
    elif found := read_date(words, as_at, coming=True):
        end = found
    else:
        return None
    if before:
        end -= timedelta(days=1)
    tomorrow = as_at + timedelta(days=1)
    return When(coming=Period(tomorrow, max(end, tomorrow)), ahead=True)


def _by_month(match: re.Match[str], as_at: date) -> When | None:
    when = _month_when(_MONTH_NAMES[match[2]], int(match[3]) if match[3] else None, as_at)
    if when.coming is None:
        return None
    tomorrow = as_at + timedelta(days=1)
    ends = match[0].find("end of") >= 0
    end = when.coming.last if ends else when.coming.first - timedelta(days=0 if match[1] == "by" else 1)
    if match[1] == "by" and not ends:
        end = when.coming.last
    return When(coming=Period(tomorrow, max(end, tomorrow)), ahead=True)


def _on(match: re.Match[str], as_at: date) -> When | None:
    found = read_date(match[1], as_at)
    if found is None:
        return None
    ahead = read_date(match[1], as_at, coming=True)
    day = Period(found, found)
    if found > as_at:
        return When(coming=day, ahead=True)
    return When(past=day, coming=Period(ahead, ahead) if ahead else None)


def _as_at(match: re.Match[str], as_at: date) -> When | None:
    found = read_date(match[1], as_at)
    return When(point=found) if found is not None else None


def _end_point(match: re.Match[str], as_at: date) -> When | None:
    words, last = match[2], match[1] == "end"
    if words.startswith(("last ", "the last ", "previous ", "the previous ")):
        period = _last(words.rsplit(" ", 1)[1], as_at).past
    else:
        bits = words.split()
        month = next((_MONTH_NAMES[bit] for bit in bits if bit in _MONTH_NAMES), None)
        if month is None:
            return None
        year = next((int(bit) for bit in bits if bit.isdigit() and len(bit) == 4), None)
        when = _month_when(month, year, as_at)
        period = when.past
        if (
            period is not None
            and last
            and period.last != month_of(period.first.year, period.first.month).last
            and year is None
        ):
            period = month_of(period.first.year - 1, month)
    if period is None:
        return None
    return When(point=period.last if last else period.first)


def _quarter_end(match: re.Match[str], as_at: date) -> When | None:
    """ "At the end of Q2": the first or last day of the latest such quarter that is over (or has begun)."""
    period = _quarter_when(int(match[2]), None, as_at).past
    if period is None:
        return None
    if match[1] != "end":
        return When(point=period.first)
    whole = quarter_of(period.first)
    return When(point=whole.last if whole.last <= as_at else months_back(whole.last, 12))


def _week_of(match: re.Match[str], as_at: date) -> When | None:
    found = read_date(match[2], as_at)
    ahead = read_date(match[2], as_at, coming=True)
    if found is None:
        return None

    def week(day: date) -> Period:
        first = monday(day)
        return Period(first, first + timedelta(days=6))

    near = ahead is not None and ahead - as_at < as_at - found
    if found > as_at or (
        near and ahead is not None and monday(ahead) > as_at and as_at - found > timedelta(days=180)
    ):
        return When(coming=week(ahead or found), ahead=True)
    return When(past=_until(week(found), as_at), coming=week(ahead) if ahead else None)


def _weekday(match: re.Match[str], as_at: date) -> When:
    step, weekday = (match[1] or "").strip(), _DAY_NAMES[match[2]]
    past = _weekday_before(as_at, weekday, step == "last")
    coming = _weekday_after(as_at, weekday)
    if step == "next":
        return When(coming=Period(coming, coming), ahead=True)
    return When(past=Period(past, past), coming=Period(coming, coming))


def _ago(match: re.Match[str], as_at: date) -> When:
    count, unit = _count(match[1]), match[2]
    return When(point=step_back(as_at, count, unit))


def step_back(day: date, count: int, unit: str) -> date:
    if unit in ("month", "quarter", "year"):
        return months_back(day, count * {"month": 1, "quarter": 3, "year": 12}[unit])
    return day - timedelta(days=count * {"day": 1, "week": 7, "fortnight": 14}[unit])


def _rolling_one(match: re.Match[str], as_at: date) -> When:
    unit = match[1]
    if unit in ("week", "quarter", "fortnight"):
        return _last(unit, as_at)
    if unit == "day":
        return When(past=Period(as_at, as_at))
    return When(past=back_by(as_at, 1, unit))


def _year(match: re.Match[str], as_at: date) -> When:
    year = int(match[1])
    period = Period(date(year, 1, 1), date(year, 12, 31))
    return When(past=_until(period, as_at), coming=period, ahead=year > as_at.year)


def _financial_year(match: re.Match[str], as_at: date) -> When:
    year = int(match[1])
    period = Period(date(year, 4, 1), date(year + 1, 3, 31))
    return When(past=_until(period, as_at), coming=period, ahead=period.first > as_at)


def _back_period(match: re.Match[str], as_at: date) -> When:
    return When(
        past=back_by(as_at, _count(match[1]), match[3] if match[3] != "day" or not match[2] else "day")
    )


_RULES: tuple[tuple[str, _Maker], ...] = (
    (rf"since (?:the )?{_LAST} week|since last time|from last week|on last week|compared (?:to|with) last week|since the last (?:one|meeting|report|briefing)|since this time last week",
     lambda m, d: When(since_last_week=True)),
    (rf"{_LEAD}(?:the |our |these )?{_LAST} {N} (working )?{U}", _back_period),
    (rf"{_LEAD}the (?:last|past) {U}", _rolling_one),
    (rf"{_LEAD}past {U}", _rolling_one),
    (r"(?:over|throughout|through|across) the year(?! (?:to|so|end))", lambda m, d: When(past=rolling_months(d, 12))),
    (rf"{_LEAD}(?:the )?(?:whole|entire) (week|month)|all (week)", lambda m, d: _this(m[1] or m[2], d)),
    (rf"(?:the )?{_LAST} financial year|the year before", lambda m, d: _last("year", d)),
    (rf"{_LEAD}(?:the )?(?:week|month|year|quarter) before last", lambda m, d: _last(re.search(r"week|month|year|quarter", m[0])[0], d, 2)),  # type: ignore[index]
    (rf"{_LEAD}(?:the |this )?(week|month) (?:just gone|gone by|that has just gone|just past)|{_LEAD}(?:the )?(week|month) that just went", lambda m, d: _last(m[1] or m[2], d)),
    (rf"{_LEAD}(?:last|(?:the )?(?:previous|preceding)) {U}(?! (?:{M}))", lambda m, d: _last(m[1], d)),
    (rf"{_LEAD}(?:so far )?(?:this|the current|current) (?:financial )?(week|month|quarter|year)(?: so far| to date)?", lambda m, d: _this(m[1], d)),
    (rf"{_LEAD}this calendar year|calendar year to date", lambda m, d: When(past=Period(date(d.year, 1, 1), d), current=True)),
    (rf"{_LEAD}(?:the )?(?:financial )?year to date|{_LEAD}ytd|{_LEAD}(?:the )?(?:financial )?year so far|since (?:the )?(?:start|beginning) of (?:the |this )?(?:financial )?year|so far this financial year|since (?:the )?new financial year",
     lambda m, d: replace(_this("year", d), coming=None)),
    (r"(?:in |over |during )?this fortnight", lambda m, d: When(past=last_weeks(d, 2), coming=ahead_by(d, 1, "fortnight"), current=True)),
    (r"since (?:the )?(?:last|previous) (month|quarter|year)", lambda m, d: _from_last(m[1], d)),
    (r"(?:the )?(week|month|quarter) to date|since (?:the )?(?:start|beginning) of (?:the |this )(week|month|quarter)", lambda m, d: replace(_this(m[1] or m[2], d), coming=None)),
    (rf"since (?:the )?(?:start of |beginning of |first of |1st of |last )?((?:{DATE})|{M}(?: 20\d\d)?|{W})(?! \d)", _since),
    (rf"from ((?:{DATE})|{M}(?: 20\d\d)?) (?:onward|onwards|on|to date|to now)", _since),
    (rf"({M}(?: 20\d\d)?) (?:onward|onwards|to date|to now)", _since),
    (rf"{_LEAD}(?:between|from) ((?:{DATE})|{M}(?: 20\d\d)?) (?:and|to|until|till|through to|up to) ((?:{DATE})|{M}(?: 20\d\d)?|now|today|date|the end of {M}(?: 20\d\d)?)", _between),
    (rf"{_LEAD}(?:between |from )?(?:the )?(\d{{1,2}})(?:st|nd|rd|th)? (?:and|to|until) (?:the )?(\d{{1,2}})(?:st|nd|rd|th)?(?: of)? ({M})(?: (20\d\d))?", _days_of_month),
    (rf"{_LEAD}({DATE}) (?:to|until|till|through to|and) ({DATE})", _between),
    (rf"{_LEAD}(?:between |from )?({W}) (?:to|until|till|through to|and) ({W})(?! \d)", _between),
    (rf"{_LEAD}({M}(?: 20\d\d)?) (?:to|until|through to) ({M}(?: 20\d\d)?)", _month_span),
    (rf"{_LEAD}({M}) (?:and|&) ({M})(?: 20\d\d)?(?! \d)", _two_months),
    (r"(?:by|before|until|up to) (?:the )?end of (?:the |this )?(?:financial )?(week|month|quarter|year)|before (?:the |this )?(week|month|quarter|year) (?:finish|finishes|ends|is over|is done)|by (?:the )?(week|month|quarter|year) end|(?:the )?(?:rest|remainder) of (?:the |this )?(?:financial )?(week|month|quarter|year)|later (?:this |in the )(week|month|quarter|year)|before this (week|month|quarter|year) is (?:out|over)|before the (week|month|quarter|year) is (?:out|over)",
     lambda m, d: _end_of(next(g for g in m.groups() if g), d)),
    (r"(?:between now and|from now (?:to|until|till)) (?:the )?end of (?:the |this )?(week|month|quarter|year)", lambda m, d: _end_of(m[1], d)),
    (r"(?:between now and|from now (?:to|until|till)|before|until|till|up to) (?:the )?(week|month|quarter|year) end", lambda m, d: _end_of(m[1], d)),
    (r"(?:by|before|until|up to) (?:the )?end of next (week|month|quarter|year)", lambda m, d: _end_of(m[1], d, True)),
    (rf"(by|before|to|until|till|up to) (?:the )?(?:end of |start of |beginning of )?({M})(?: (20\d\d))?(?! \d)", _by_month),
    (rf"(by|before|until|up to|between now and|from now until|from now to|on or before) (?:this |the |close on |close of play on |close of )?((?:next )?{W}|{DATE})", _by),
    (rf"{_LEAD}(?:the )?{_NEXT} {N} (?:working )?{U}", lambda m, d: When(coming=ahead_by(d, _count(m[1]), m[2]), ahead=True)),
    (rf"{_LEAD}{N} {U} time", lambda m, d: When(coming=ahead_by(d, _count(m[1]), m[2]), ahead=True)),
    (rf"{_LEAD}(\d+) (?:week|day|month) ahead", lambda m, d: When(coming=ahead_by(d, int(m[1]), re.search(r"week|day|month", m[0])[0]), ahead=True)),  # type: ignore[index]
    (rf"{_LEAD}the next (month|day|year)", lambda m, d: When(coming=ahead_by(d, 1, m[1]), ahead=True)),
    (rf"{_LEAD}(?:the )?week after next", lambda m, d: _next("week", d, 1)),
    (rf"{_LEAD}(?:the )?month after next", lambda m, d: _next("month", d, 1)),
    (rf"{_LEAD}(?:the |this )?{_NEXT} {U}|{_LEAD}(?:the |this )?(week|month|quarter|fortnight) ahead", lambda m, d: _next(m[1] or m[2], d)),
    (rf"(?<!change )(?<!change the ){_LEAD}(?:the )?(month|quarter|half year|six months|three months|year|twelve months|12 months|6 months|3 months) (?:ended|ending|ending on|to the end of|to|up to) (?:the )?(?:end of )?({DATE}|{M}(?: 20\d\d)?)", _span_ended),
    (rf"{_LEAD}(?:the )?quarter ({M}(?: 20\d\d)?) (?:to|until|till|through to|up to) ({M}(?: 20\d\d)?)", _month_span),
    (rf"(week ending|week end|w/e|we|week commencing|week beginning|week starting|week of|w/c|wc|w / c|w / e|week start) (?:the |on )?({DATE})", _week_of),
    (r"(?:as at|as of|at|on|by)? ?(?:the )?(end|start|beginning) of ((?:the )?(?:last|previous) (?:financial )?(?:week|month|quarter|year)|" + M + r"(?: 20\d\d)?)", _end_point),
    (r"(?:as at|as of|at|on|by)? ?(?:the )?(end|start|beginning) of (?:q|quarter )([1-4])", _quarter_end),
    (rf"(?:as at|as of|position at|position on|snapshot at|snapshot on) (?:the )?({DATE})", _as_at),
    (rf"{_LEAD}(?:the )?({DATE})", _on),
    (rf"{_LEAD}(?:the )?(?:month of )?({M}) (20\d\d)", lambda m, d: _month_when(_MONTH_NAMES[m[1]], int(m[2]), d)),
    (rf"{_LEAD}(?:the )?month of ()({M})(?! 20\d\d)", lambda m, d: _month_when(_MONTH_NAMES[m[2]], None, d)),
    (rf"{_LEAD}(last|next|this|previous)? ?({M})(?! 20\d\d)", lambda m, d: _bare_month(m, d)),
    (r"(?:as at |as of |up to |until |till )?(?:right now|just now|now|today|at the moment|at present|currently|presently|this morning|this afternoon|as it stands|as things stand|tonight|to date now|at this point|at this moment|at this time)", lambda m, d: When(now=True, past=Period(d, d), coming=Period(d, d))),
    (r"(?:the )?day before yesterday", lambda m, d: _last("day", d, 2)),
    (r"(?:since |from )?yesterday", lambda m, d: _last("day", d)),
    (r"(?:the )?day after tomorrow", lambda m, d: When(coming=Period(d + timedelta(days=2), d + timedelta(days=2)), ahead=True)),
    (r"(?:by |before |for )?tomorrow", lambda m, d: When(coming=Period(d + timedelta(days=1), d + timedelta(days=1)), ahead=True)),
    (rf"{_LEAD}(?:the )?(\d)(?:st|nd|rd|th) quarter(?: of)?(?: (20\d\d))?", lambda m, d: _quarter_when(int(m[1]), int(m[2]) if m[2] else None, d) if 1 <= int(m[1]) <= 4 else None),
    (rf"{_LEAD}(?:the )?(first|1st|second|2nd) half of (?:the |this )?(?:financial )?year|{_LEAD}(?:half year |half )(1|2|one|two)", lambda m, d: _half_when(1 if (m[1] or m[2]) in ("first", "1st", "1", "one") else 2, d)),
    (rf"{_LEAD}(?:the )?(first|second|third|fourth|last) quarter of (?:the )?(?:this )?(?:financial )?year|{_LEAD}the (first|second|third|fourth) quarter", lambda m, d: _quarter_when({"first": 1, "second": 2, "third": 3}.get(m[1] or m[2], 4), None, d)),
    (rf"{_LEAD}(?:q|quarter )([1-4]) of (this|last) (?:financial )?year", lambda m, d: _quarter_when(int(m[1]), year_start(d).year - (m[2] == "last"), d)),
    (rf"{_LEAD}(?:q|quarter )([1-4])(?: (?:of )?(20\d\d)(?:[/-]\d\d)?)?", lambda m, d: _quarter_when(int(m[1]), int(m[2]) if m[2] else None, d)),
    (rf"{_LEAD}(?:the )?(?:financial year )?(20\d\d)[/-]\d\d", _financial_year),
    (rf"{_LEAD}(?:the )?(?:year |calendar year )?(20\d\d)", _year),
    (r"(?:this time|same time|same period|same point|the same time|the same period) (?:last|a|the previous) (week|month|quarter|year)(?: ago)?", lambda m, d: When(point=step_back(d, 1, m[1]))),
    (rf"{N} {U} ago", _ago),
    (rf"{_LEAD}(?:the |a )?(?:rolling )(?:(\d+) )?(year|month|week|quarter)", lambda m, d: When(past=back_by(d, int(m[1] or 1), m[2]))),
    (rf"(\d+) month rolling|rolling (\d+) month|{_LEAD}(?:the )?rolling year", lambda m, d: When(past=rolling_months(d, int(m[1] or m[2] or 12)))),
    (rf"(?<!\ba )(?<!every )(?<!each )(?:on |for |from )?(last |next |this )?({W})(?! \d)", _weekday),
    (r"(?:over |at |this |last |during )(?:the )?weekend", lambda m, d: When(past=Period(_weekday_before(d, 6, False) - timedelta(days=1), _weekday_before(d, 6, False)))),
)  # fmt: skip


def _bare_month(match: re.Match[str], as_at: date) -> When | None:
    name = match[2]
    before = match[0][: -len(name)].strip()
    if name in ("may", "march", "mar", "sun", "sat") and not before:
        return None
    step = match[1] or ""
    return _month_when(_MONTH_NAMES[name], None, as_at, "last" if step in ("last", "previous") else step)


_COMPILED = tuple((re.compile(rf"(?<!\S)(?:{pattern})(?!\S)"), make) for pattern, make in _RULES)
_BACK = re.compile(
    r"(?<!\S)(?:and )?(?:for |in )?(?:the )?(?:previous (week|month|quarter|year)|(week|month|quarter|year) before(?: that)?|(?:one|period) before(?: that)?|previous (?:period|one))(?!\S)"
)
_THAN_LAST = re.compile(
    r"(?<!\S)this (week|month|quarter|year)(?: .*)? (?:than|vs|versus|against|or|to|with) (last)$"
)
"""The unit is said once: "more referrals this month than last"."""
_BACK_FROM_IT = re.compile(
    r"(?<!\S)(?:against|versus|vs|v|than|to|with|and|or) ((?:the )?(?:previous (?=week|month|quarter|year)|(?=\w+ before))(week|month|quarter|year)(?: before(?: that)?)?)(?!\S)"
)
"""Beside another period of the same message: "last month against the month before"."""


_ON = re.compile(
    r"(?<!\S)(?:and )?(?:for |in )?(?:the )?(?:(week|month|quarter) after(?: that)?|following (week|month|quarter))(?!\S)"
)


_THAT = re.compile(
    r"(?<!\S)(?:(?:in|for|over|during|within|across|from|of) )?(?:(?:that|the same|same|this same) (?:time )?(week|month|quarter|year|period|span|timeframe|dates?|time)|those same date)(?!\S)(?! (?:last|a|ago|the previous))"
)
_LENGTHS = {"week": (7, 7), "month": (28, 31), "quarter": (90, 92), "year": (365, 366)}


def _that_period(match: re.Match[str], over: Period, as_at: date) -> When | None:
    """ "That month" is the last answer's, where it was about a month."""
    shortest, longest = _LENGTHS.get(match[1] or "", (1, 10_000))
    days = (over.last - over.first).days + 1
    if not shortest <= days <= longest or over.first > as_at:
        return None
    return When(past=over, coming=over)


def find_times(
    joined: str, as_at: date, events: Events, *, follow_up: bool = False, over: Period | None = None
) -> Iterator[TimeSpan]:
    """Every time expression in the joined words, overlapping ones included.

    follow_up: "the week before" is then the one before the period of the last answer.
    over: the period of the last answer, which "that month" means.
    """
    if over is not None:
        for match in _THAT.finditer(joined):
            if (that := _that_period(match, over, as_at)) is not None:
                yield TimeSpan(match.start(), match.end(), that)
    if follow_up:
        for match in _BACK.finditer(joined):
            yield TimeSpan(match.start(), match.end(), When(back=match[1] or match[2] or "period"))
        for match in _ON.finditer(joined):
            yield TimeSpan(match.start(), match.end(), When(on=match[1] or match[2]))
    else:
        for match in _BACK_FROM_IT.finditer(joined):
            yield TimeSpan(match.start(1), match.end(), When(back=match[2]))
    for match in _THAN_LAST.finditer(joined):
        yield TimeSpan(match.start(2), match.end(2), _last(match[1], as_at))
    for pattern, make in _COMPILED:
        for match in pattern.finditer(joined):
            try:
                when = make(match, as_at)
            except (ValueError, OverflowError):
                when = None
            if when is not None:
                yield TimeSpan(match.start(), match.end(), when)
                lead, _, rest = match[0].partition(" ")
                if rest and lead in _LEADS:
                    yield TimeSpan(match.start() + len(lead) + 1, match.end(), when)
    for name, (first, last) in events.items():
        pattern = re.compile(
            rf"(?<!\S)(?:(by|before|until|up to|between now and|since|after|during|over|in|at) )?(?:the )?{re.escape(name)}(?:'s)?(?: holiday| break)?(?!\S)"
        )
        for match in pattern.finditer(joined):
            yield TimeSpan(match.start(), match.end(), _event(match[1] or "", first, last, as_at))


def _event(step: str, first: date, last: date, as_at: date) -> When:
    tomorrow = as_at + timedelta(days=1)
    if step in ("by", "before", "until", "up to", "between now and"):
        end = first - timedelta(days=1)
        return When(coming=Period(tomorrow, max(tomorrow, end)), ahead=True)
    if step in ("since", "after"):
        return When(past=Period(last + timedelta(days=1), as_at), current=True)
    return When(
        past=Period(first, min(last, as_at)) if first <= as_at else None,
        coming=Period(first, last),
        ahead=first > as_at,
    )


def shifted(period: Period, unit: str) -> Period:
    """The period of the same kind before this one."""
    whole_month = period.first.day == 1 and period.last == month_of(period.last.year, period.last.month).last
    if whole_month or unit in ("month", "quarter", "year"):
        months = (period.last.year - period.first.year) * 12 + period.last.month - period.first.month + 1
        months = {"month": 1, "quarter": 3, "year": 12}.get(unit, months)
        first = months_back(period.first, months)
        last = months_back(period.last + timedelta(days=1), months) - timedelta(days=1)
        return Period(first, last)
    days = (period.last - period.first).days + 1
    days = 7 if unit == "week" else days
    return Period(period.first - timedelta(days=days), period.last - timedelta(days=days))


def shifted_on(period: Period, unit: str) -> Period:
    """The week, month or quarter that follows the period."""
    first = period.last + timedelta(days=1)
    if unit == "week":
        return Period(first, first + timedelta(days=6))
    return Period(first, months_back(first, -(3 if unit == "quarter" else 1)) - timedelta(days=1))
