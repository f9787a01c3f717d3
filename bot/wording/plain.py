"""Plain English for numbers, dates and lists. Knows nothing of measures."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta

from kpi_engine.question import Period

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_LONG_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
    "November", "December",
)  # fmt: skip
_SINGULARS = {
    "children": "child", "people": "person", "enquiries": "enquiry", "duties": "duty",
    "proceedings": "proceedings",
}  # fmt: skip


def number(value: float) -> str:
    """1234 -> "1,234"; 92.34 -> "92.3"; 95.0 -> "95". One decimal at most, halves away from zero."""
    tenths = int(abs(value) * 10 + 0.5 + 1e-9)
    whole, tenth = divmod(tenths, 10)
    sign = "-" if value < 0 and tenths else ""
    return f"{sign}{whole:,}.{tenth}" if tenth else f"{sign}{whole:,}"


def singular(words: str) -> str:
    """The last word of a phrase in the singular: "CP visits" -> "CP visit", "children" -> "child"."""
    head, _, last = words.rpartition(" ")
    if last.lower() in _SINGULARS:
        one = _SINGULARS[last.lower()]
    else:
        one = last[:-1] if last.endswith("s") and not last.endswith("ss") else last
    return f"{head} {one}".strip()


def counted(value: float, words: str) -> str:
    """A number with its noun: "1 child", "2 children", "1,204 children". No noun: the number alone."""
    return f"{number(value)} {singular(words) if abs(value) == 1 else words}".strip()


def inside(title: str) -> str:
    """A title as it stands inside a sentence: "Core groups" -> "core groups", "CP visits" stays."""
    first, rest = title[:1], title[1:]
    return title if rest[:1].isupper() else first.lower() + rest


def upper(text: str) -> str:
    """The text with its first letter as a capital; the rest as it is."""
    return text[:1].upper() + text[1:]


def listed(items: Iterable[str], joint: str = "and") -> str:
    """ "a", "a and b", "a, b and c"."""
    parts = list(items)
    if len(parts) < 2:
        return "".join(parts)
    return f"{', '.join(parts[:-1])} {joint} {parts[-1]}"


def day(when: date, near: date | None = None) -> str:
    """ "Mon 16 Nov"; with the year when it is not the year of `near`, or when `near` is not given."""
    short = f"{_DAYS[when.weekday()]} {when.day} {_MONTHS[when.month - 1]}"
    return short if near is not None and near.year == when.year else f"{short} {when.year}"


def short_day(when: date) -> str:
    """ "16 Nov", for the axis of a chart and narrow columns."""
    return f"{when.day} {_MONTHS[when.month - 1]}"


def iso_day(text: object, near: date | None = None) -> str:
    """An ISO date of a row as `day`; "" when there is none."""
    return day(date.fromisoformat(str(text)[:10]), near) if text else ""


def moment(text: str) -> str:
    """An ISO date and time as "Mon 16 Nov 2026, 07:05"; text that is no ISO time is given back as it is."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return text
    return f"{day(at.date())}, {at:%H:%M}"


def span(period: Period) -> str:
    """A period in words: "the week to Sun 15 Nov 2026", "October 2026", "1 Apr to 15 Nov 2026"."""
    first, last = period.first, period.last
    if first == last:
        return day(first)
    if _is_a_year(period):
        return f"the 12 months to {day(last)}"
    if last - first == timedelta(days=6) and first.weekday() == 0:
        return f"the week {day(first, last)} to {day(last)}"
    if (
        first.day == 1
        and (last + timedelta(days=1)).day == 1
        and (first.year, first.month) == (last.year, last.month)
    ):
        return f"{_LONG_MONTHS[first.month - 1]} {first.year}"
    return f"{day(first, last)} to {day(last)}"


def _is_a_year(period: Period) -> bool:
    following = period.last + timedelta(days=1)
    return (following.month, following.day, following.year - 1) == (
        period.first.month, period.first.day, period.first.year,
    )  # fmt: skip


def day_of(period: Period) -> str:
    """How long a period is, in words that follow "the": "week", "month", "4 weeks", "92 days"."""
    days = (period.last - period.first).days + 1
    if days <= 31 and period.first.day == 1 and (period.last + timedelta(days=1)).day == 1:
        return "month"
    if _is_a_year(period):
        return "12 months"
    if days == 7:
        return "week"
    return f"{days // 7} weeks" if days % 7 == 0 else counted(days, "days")


def shorten(text: str, most: int) -> str:
    """The text, cut at a word to at most `most` characters, with an ellipsis when cut."""
    if len(text) <= most:
        return text
    cut = text[: most - 1]
    return f"{cut.rsplit(' ', 1)[0] if ' ' in cut else cut}…"


def lines(parts: Sequence[str]) -> str:
    """Non-empty parts, one a line."""
    return "\n".join(part for part in parts if part)
