"""Annex A workbooks written for a test, clean or messy."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import xlsxwriter

from kpi_engine.extracts.annex_a_lists import LISTS

Row = Mapping[str, Any]


def headings(number: int) -> dict[str, str]:
    """{our name of a column: its heading} of a list, in the newest spelling."""
    return {one.name: one.headings[0] for one in LISTS[number].fields}


def book(
    path: Path, lists: Mapping[int, Sequence[Row]], *, spelt: Mapping[str, str] | None = None,
    without: Sequence[str] = (), local: Mapping[str, Sequence[Sequence[Any]]] | None = None,
) -> Path:  # fmt: skip
    """A workbook with these lists.

    lists: rows by our names of the columns.  spelt: {heading: how this workbook spells it}.
    without: headings that are not there.  local: {sheet: rows, the first the header}.
    """
    workbook = xlsxwriter.Workbook(str(path))
    day = workbook.add_format({"num_format": "dd/mm/yyyy"})
    for number, rows in lists.items():
        sheet = workbook.add_worksheet(f"List {number}")
        names = {n: h for n, h in headings(number).items() if h not in without}
        for column, heading in enumerate(names.values()):
            sheet.write(0, column, (spelt or {}).get(heading, heading))
        for place, row in enumerate(rows, start=1):
            for column, name in enumerate(names):
                _write(sheet, place, column, row.get(name), day)
    for name, rows in (local or {}).items():
        sheet = workbook.add_worksheet(name)
        for place, cells in enumerate(rows):
            for column, value in enumerate(cells):
                _write(sheet, place, column, value, day)
    workbook.close()
    return path


def _write(sheet: Any, row: int, column: int, value: Any, day: Any) -> None:
    if isinstance(value, date | datetime):
        moment = value if isinstance(value, datetime) else datetime.combine(value, time())
        sheet.write_datetime(row, column, moment, day)
    elif isinstance(value, str) and value.startswith("="):
        sheet.write_formula(row, column, value, None, "#N/A")
    elif value is not None:
        sheet.write(row, column, value)


def serial(value: date) -> int:
    """The day as Excel counts it."""
    return (value - date(1899, 12, 30)).days
