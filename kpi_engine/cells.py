"""Cells: the spellings that real extracts use, and what they mean (rules 2, rules 7, data standards).

Everything here works on whole columns of text. Empty in any spelling is null; a code may arrive bare, or as
`C1: ICO`, or as `c) C1 - ...`; flags are Y or N in any case, `Yes`, `a) Yes`.
"""

from __future__ import annotations

import json
import re
from datetime import date, time
from functools import lru_cache

import pyarrow as pa
import pyarrow.compute as pc

EMPTY = ("", "NULL", "null", "Null", "PLACEHOLDER_DATA", "#N/A", "NaN", "nan", "NaT", "None")
EMPTY_ID = (*EMPTY, "-1", "-1.0")
UNKNOWN_DISTANCE = 999.9

_DATE = re.compile(
    r"^(\d{4})-(\d{2})-(\d{2})(?:[ T](\d{2}):(\d{2})(?::(\d{2})(?:[.,]\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?)?$"
)
_MONTH = re.compile(r"^(\d{4})-(\d{2})$")
_PREFIX = re.compile(r"^[A-Za-z]\)\s*")
_EPOCH = date(1970, 1, 1).toordinal()


def trimmed(column: pa.Array, empty: tuple[str, ...] = EMPTY) -> pa.Array:
    """Text without surrounding space (also non-breaking), null where empty in any spelling."""
    text = pc.utf8_trim(column, " \t\r\n\u00a0\ufeff")
    return pc.if_else(pc.is_in(text, value_set=pa.array(empty)), pa.scalar(None, pa.string()), text)


@lru_cache(maxsize=200_000)
def read_moment(text: str) -> tuple[int, int] | str:
    """A date with or without a time -> (day number, seconds of the day, -1 without a time).

    A string back says what is wrong: "impossible date" (30 February) or "unknown date spelling" (not ISO).
    """
    found = _DATE.match(text)
    if not found:
        return "unknown date spelling"
    year, month, day, hour, minute, second = found.groups()
    try:
        number = date(int(year), int(month), int(day)).toordinal() - _EPOCH
        if hour is None:
            return number, -1
        clock = time(int(hour), int(minute), int(second or 0))
    except ValueError:
        return "impossible date"
    return number, clock.hour * 3600 + clock.minute * 60 + clock.second


@lru_cache(maxsize=10_000)
def read_month(text: str) -> tuple[int, int] | str:
    """`YYYY-MM` -> (day number of its first day, -1); a whole date is accepted too."""
    found = _MONTH.match(text)
    if not found:
        return read_moment(text)
    try:
        return date(int(found[1]), int(found[2]), 1).toordinal() - _EPOCH, -1
    except ValueError:
        return "impossible date"


@lru_cache(maxsize=10_000)
def code(text: str | None) -> str:
    """The bare code: a leading `x) ` dropped, the first word, upper case ("" for nothing)."""
    if not text:
        return ""
    words = re.split(r"[\s:,;\-–]+", _PREFIX.sub("", text.strip()), maxsplit=1)
    return words[0].upper()


@lru_cache(maxsize=1_000)
def flag(text: str | None) -> str:
    """Y, N or "" (anything else is neither)."""
    if not text:
        return ""
    word = _PREFIX.sub("", text.strip()).upper()
    return {"Y": "Y", "YES": "Y", "TRUE": "Y", "1": "Y", "N": "N", "NO": "N", "FALSE": "N", "0": "N"}.get(
        word, ""
    )


@lru_cache(maxsize=10_000)
def status_word(text: str | None) -> str:
    """Eligibility, in-touch and suitability words: no prefix, no case, without "child" and "care leaver"."""
    if not text:
        return ""
    word = _PREFIX.sub("", text.strip()).upper()
    word = re.sub(r"\b(CHILD|CARE LEAVER|LEAVER)\b", "", word)
    return " ".join(word.split())


@lru_cache(maxsize=100_000)
def json_flag(text: str | None, name: str) -> bool:
    """Whether the flag is Y in a JSON cell; a flag that is missing, empty or unreadable is not Y."""
    if not text:
        return False
    try:
        value = json.loads(text)
    except ValueError:
        return False
    return isinstance(value, dict) and flag(str(value.get(name) or "")) == "Y"
