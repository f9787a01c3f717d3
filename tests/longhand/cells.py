"""What a cell of a CSV means: empty in its spellings, dates, times, flags, codes, JSON flags, ids."""

from __future__ import annotations

import datetime as dt
import json
import re

EMPTY = {"", "NULL", "PLACEHOLDER_DATA", "-1", "#N/A"}
DATE = re.compile(r"(\d{4})-(\d{2})-(\d{2})(?:[ T](\d{2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?)?")


def text(value: str | None) -> str | None:
    """Without spaces around it; None where the cell says nothing."""
    value = (value or "").strip()
    return None if value.upper() in EMPTY else value


def moment(value: str | None) -> tuple[dt.date, dt.time | None] | None:
    """The day and, if written, the time to the minute. None: empty or impossible."""
    found = DATE.fullmatch(text(value) or "")
    if not found:
        return None
    year, month, day, hour, minute, _ = found.groups()
    try:
        date = dt.date(int(year), int(month), int(day))
        return date, dt.time(int(hour), int(minute)) if hour else None
    except ValueError:
        return None


def date(value: str | None) -> dt.date | None:
    found = moment(value)
    return found[0] if found else None


def without_prefix(value: str | None) -> str:
    """`c) C1 - x` -> `C1 - x`."""
    return re.sub(r"^[A-Za-z]\)\s*", "", text(value) or "")


def flag(value: str | None) -> str | None:
    """Y or N, however it is written; None: neither."""
    word = without_prefix(value).upper()
    return "Y" if word in ("Y", "YES") else "N" if word in ("N", "NO") else None


def yes(value: str | None) -> bool:
    return flag(value) == "Y"


def code(value: str | None) -> str | None:
    """The first word after a leading `x) `, upper case: `c) C1 - ICO`, `C1: ICO` and `C1` are C1."""
    words = re.findall(r"[A-Za-z0-9]+", without_prefix(value))
    return words[0].upper() if words else None


def status_words(value: str | None) -> str:
    """Eligibility and in-touch: no case, no prefix, not the words child or care leaver."""
    words = without_prefix(value).lower()
    for needless in ("care leaver", "child"):
        words = words.replace(needless, " ")
    return " ".join(words.split())


def json_yes(value: str | None, name: str) -> bool:
    """Is that flag of a JSON cell Y? Missing, empty or unreadable is not."""
    try:
        found = json.loads(text(value) or "{}")
    except ValueError:
        return False
    entry = found.get(name) if isinstance(found, dict) else None
    return isinstance(entry, str) and yes(entry)


def number(value: str | None) -> float | None:
    try:
        return float(text(value) or "")
    except ValueError:
        return None


def id_order(value: str | None) -> tuple[int, int, str]:
    """Orders ids: digits as numbers, else as text. An empty id is the least."""
    value = value or ""
    return (0, int(value), "") if value.isdigit() else (1 if value else -1, 0, value)
