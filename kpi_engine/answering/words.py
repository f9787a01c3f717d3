"""Dates, counts and lists as the engine's own sentences say them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def said(when: date, year: bool = True) -> str:
    """Thu 2 Apr 2026."""
    text = f"{DAYS[when.weekday()]} {when.day} {MONTHS[when.month - 1]}"
    return f"{text} {when.year}" if year else text


def counted(number: int | float, one: str, many: str | None = None) -> str:
    """1 day, 2 days."""
    shown = int(number) if float(number).is_integer() else number
    return f"{shown:,} {one if shown == 1 else many or one + 's'}"


def listed(parts: Sequence[str]) -> str:
    """a, b and c."""
    if len(parts) < 2:
        return "".join(parts)
    return f"{', '.join(parts[:-1])} and {parts[-1]}"
