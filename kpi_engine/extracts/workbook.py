"""A workbook's sheets as rows of text: what Excel does to ids, dates and names, undone.

Whole numbers lose their .0, dates become YYYY-MM-DD, non-breaking spaces become spaces, #N/A becomes empty.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zipfile import is_zipfile

from python_calamine import CalamineError, CalamineWorkbook, PasswordError

from kpi_engine.errors import LoadError

EXCEL_DAY_0 = datetime.fromisoformat("1899-12-30")
LAST_SERIAL = 2_958_465
"""31 December 9999, the last day Excel knows."""
ERRORS = frozenset({"#N/A", "#NAME?", "#REF!", "#VALUE!", "#DIV/0!", "#NULL!", "#NUM!", "#GETTING_DATA"})
_DAY_FIRST = re.compile(r"^(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})(?:[ T](\d{1,2}):(\d{2})(?::(\d{2}))?)?$")
_ISO = re.compile(r"^\d{4}-\d{2}-\d{2}(?:[ T]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?)?$")
OLE = b"\xd0\xcf\x11\xe0"
"""How an encrypted workbook, and one of Excel 97, begins."""


@dataclass(frozen=True)
class Sheet:
    """One sheet: its name and its rows as they come, the first row being row 1 of the sheet."""

    name: str
    rows: list[list[Any]]


def read_sheets(path: Path) -> list[Sheet]:
    """Every sheet of an .xlsx workbook. Raises LoadError, in one sentence, for what is none or is locked."""
    with path.open("rb") as file:
        begins = file.read(4)
    if begins == OLE:
        raise LoadError(
            [
                f"{path.name} is protected by a password, or saved by an old Excel; save it as .xlsx without one."
            ]
        )
    if not is_zipfile(path):
        raise LoadError(
            [f"{path.name} is not an Excel workbook (.xlsx); export it again and load that file."]
        )
    try:
        with CalamineWorkbook.from_path(str(path)) as book:
            return [
                Sheet(name, book.get_sheet_by_name(name).to_python(skip_empty_area=False))
                for name in book.sheet_names
            ]
    except PasswordError:
        raise LoadError(
            [f"{path.name} is protected by a password; save it without one and load again."]
        ) from None
    except (CalamineError, OSError):
        raise LoadError(
            [f"{path.name} cannot be read as an Excel workbook; save it again as .xlsx."]
        ) from None


def plain(header: Any) -> str:
    """A header without case, punctuation and odd spaces: curly quotes and doubled brackets do not matter."""
    return " ".join(re.findall(r"[a-z0-9]+", str(header).casefold().replace("’", "'").replace("'s", "s")))


def cell_text(value: Any) -> str:
    """A cell as text; "" for an empty cell and for Excel's error values."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if isinstance(value, float | int):
        return str(int(value)) if float(value).is_integer() else repr(value)
    if isinstance(value, datetime | date | time | timedelta):
        return date_text(value)
    text = " ".join(str(value).replace("\u00a0", " ").split())
    return "" if text.upper() in ERRORS else text


def date_text(value: Any) -> str:
    """A date cell as YYYY-MM-DD, or YYYY-MM-DD HH:MM:SS where it has a time of day; text that is no date stays.

    Excel's own dates, serial numbers that lost their format, DD/MM/YYYY and YYYY-MM-DD are read. The order of
    day and month is never guessed: DD/MM/YYYY with a month above 12 is an impossible date.
    """
    if isinstance(value, datetime):
        return _moment(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float | int) and not isinstance(value, bool):
        if not 1 <= value <= LAST_SERIAL:
            return cell_text(value)
        return _moment(EXCEL_DAY_0 + timedelta(seconds=round(float(value) * 86_400)))
    if isinstance(value, time | timedelta):
        return str(value)
    text = cell_text(value)
    found = _DAY_FIRST.match(text)
    if found is None:
        return text
    day, month, year, hour, minute, second = found.groups()
    clock = f" {int(hour):02}:{minute}:{second or '00'}" if hour else ""
    return f"{year}-{int(month):02}-{int(day):02}{clock}"


def is_date(text: str) -> bool:
    """Whether `date_text` made a date of it (30 February included: that is another fault)."""
    return _ISO.match(text) is not None


def _moment(value: datetime) -> str:
    value = value.replace(microsecond=0)
    return value.date().isoformat() if value.time() == time() else value.isoformat(" ")
