"""The rows of the lists of one Annex A workbook, as text under our own names of the columns."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from kpi_engine.extracts.annex_a_lists import LISTS, AnnexList
from kpi_engine.extracts.workbook import Sheet, cell_text, date_text, is_date, plain

LIST_NAME = re.compile(r"^list\s*0*(\d{1,2})\b", re.IGNORECASE)
HEADER_WITHIN = 10
"""The header stands in one of the first rows."""
MOSTLY_UNREADABLE = 0.2


@dataclass(frozen=True)
class Entry:
    """One row of a list. row: its number in the sheet."""

    row: int
    cells: dict[str, str]

    def __getitem__(self, name: str) -> str:
        return self.cells.get(name, "")


@dataclass
class ListRows:
    """The rows of one list that were found, and the columns it has."""

    about: AnnexList
    entries: list[Entry] = field(default_factory=list)
    columns: frozenset[str] = frozenset()


def list_rows(sheets: list[Sheet], faults: list[str], warnings: list[str]) -> dict[int, ListRows]:
    """Every list by its number; what is missing is said in `faults` (stops the load) and `warnings`."""
    out: dict[int, ListRows] = {}
    for sheet in sheets:
        named = LIST_NAME.match(sheet.name.strip())
        number = int(named[1]) if named else 0
        if number not in LISTS:
            continue
        if number in out:
            faults.append(f"{sheet.name}: List {number} is in the workbook twice; keep one sheet.")
            continue
        found = _rows(sheet, LISTS[number], faults, warnings)
        if found is not None:
            out[number] = found
    return out


def _rows(sheet: Sheet, wanted: AnnexList, faults: list[str], warnings: list[str]) -> ListRows | None:
    header, at = _header(sheet)
    if header is None:
        faults.append(
            f"{sheet.name}: no row of headings with Child Unique ID was found in the first {HEADER_WITHIN} rows."
        )
        return None
    places = {f.name: _place(header, f.headings) for f in wanted.fields}
    absent = [f for f in wanted.fields if places[f.name] is None]
    for one in absent:
        if one.needed:
            faults.append(
                f"{sheet.name}: the column {one.headings[0]!r} is missing; it is needed to read this list."
            )
        else:
            warnings.append(
                f"{sheet.name} has no column {one.headings[0]!r}; what depends on it has no data."
            )
    found = ListRows(wanted, columns=frozenset(f.name for f in wanted.fields) - {f.name for f in absent})
    for place, cells in enumerate(sheet.rows[at + 1 :], start=at + 2):
        texts = {
            f.name: (date_text if f.date else cell_text)(cells[p])
            for f in wanted.fields
            if (p := places[f.name]) is not None and p < len(cells)
        }
        if any(texts.values()):
            found.entries.append(Entry(place, texts))
    _check_dates(sheet.name, found, faults)
    return found


def _header(sheet: Sheet) -> tuple[list[str] | None, int]:
    """The plain headings and the place of their row."""
    for at, cells in enumerate(sheet.rows[:HEADER_WITHIN]):
        header = [plain(cell) for cell in cells]
        if any(re.search(r"\bchild.*\bid\b", one) for one in header):
            return header, at
    return None, 0


def _place(header: list[str], headings: tuple[str, ...]) -> int | None:
    for heading in headings:
        if plain(heading) in header:
            return header.index(plain(heading))
    return None


def _check_dates(sheet: str, found: ListRows, faults: list[str]) -> None:
    """A column in which many cells are no dates is in a format that is not ours: refused, not guessed."""
    for one in found.about.fields:
        if not one.date:
            continue
        filled = [e for e in found.entries if e[one.name]]
        bad = [e for e in filled if not is_date(e[one.name])]
        if len(bad) > MOSTLY_UNREADABLE * len(filled):
            faults.append(
                f"{sheet}, row {bad[0].row}, column {one.headings[0]!r}: {len(bad)} of {len(filled)} cells are no "
                "dates. Write them as Excel dates or as DD/MM/YYYY and load again."
            )
