"""An SSDA903 return (CSV files header, episodes, reviews) as records. Dates are DD/MM/YYYY; CHILD is the id.

Source: DfE, SSDA903 collection, file layouts 2017 to 2026.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from pathlib import Path

from kpi_engine.errors import InputError
from kpi_engine.reconcile.records import CARE_KINDS, END, EPISODE, LAC_REVIEW, Record, Return, year_before

FILE_NAME = re.compile(r"^(?P<year>.*?)[-_ ]?(?P<file>header|episodes|reviews)$", re.IGNORECASE)
NEEDED = {"header": ("CHILD", "DOB"), "episodes": ("CHILD", "DECOM", "DEC"), "reviews": ("CHILD", "REVIEW")}
YEAR_END = (3, 31)


def read_ssda903(path: Path, year_ending: date | None = None) -> Return:
    """The return in a folder (or beside a file). Raises InputError, in one sentence, for a folder that holds none."""
    files, notes = _files(path)
    dates = _Dates()
    rows = {name: list(_rows(file, NEEDED[name])) for name, file in files.items()}
    records = [_episode(row, dates) for row in rows["episodes"]]
    last = year_ending or _year_end(records, path)
    out = Return(f"SSDA903 {files['episodes'].name}", year_before(last), last, CARE_KINDS, notes=notes)
    if year_ending is None:
        out.notes.append(f"The return does not say its year; it is taken to end on {last.isoformat()}.")
    records += [Record(LAC_REVIEW, row["CHILD"], dates.day(row["REVIEW"])) for row in rows.get("reviews", [])]
    out.records = records
    out.children = {row["CHILD"]: dates.iso(row["DOB"]) for row in rows.get("header", []) if row["CHILD"]}
    for record in records:
        out.children.setdefault(record.child, "")
    if dates.bad:
        out.notes.append(
            f"{dates.bad} dates of the return are not written DD/MM/YYYY; they were taken as empty."
        )
    return out


def _files(path: Path) -> tuple[dict[str, Path], list[str]]:
    """The files of one year: that of the file named, else the newest in the folder."""
    folder = path if path.is_dir() else path.parent
    years: dict[str, dict[str, Path]] = {}
    for file in sorted(folder.iterdir()):
        found = FILE_NAME.match(file.stem) if file.suffix.lower() == ".csv" else None
        if found:
            years.setdefault(found["year"], {})[found["file"].lower()] = file
    years = {year: files for year, files in years.items() if "episodes" in files}
    if not path.is_dir():
        years = {year: files for year, files in years.items() if path in files.values()}
    if not years:
        raise InputError(
            f"{path.name} holds no SSDA903 return: episodes.csv (and header.csv, reviews.csv) should be there."
        )
    newest = max(years)
    notes = (
        [] if len(years) == 1 else [f"The folder holds {len(years)} returns; the newest, {newest}, was read."]
    )
    return years[newest], notes


def _rows(file: Path, needed: tuple[str, ...]) -> Iterator[dict[str, str]]:
    try:
        with file.open(encoding="utf-8-sig", newline="") as lines:
            reader = csv.DictReader(lines)
            header = [name.strip().upper() for name in reader.fieldnames or ()]
            missing = [name for name in needed if name not in header]
            if missing:
                raise InputError(f"{file.name}: the column {missing[0]} is missing; is this an SSDA903 file?")
            reader.fieldnames = header
            for row in reader:
                yield {name: (row.get(name) or "").strip() for name in header}
    except UnicodeDecodeError:
        raise InputError(f"{file.name} is not written in UTF-8; export the return again.") from None
    except csv.Error as error:
        raise InputError(f"{file.name} cannot be read as CSV ({error}); export the return again.") from None


class _Dates:
    """Reads DD/MM/YYYY and counts the dates that are none."""

    def __init__(self) -> None:
        self.bad = 0

    def day(self, text: str) -> date | None:
        if not text:
            return None
        try:
            return datetime.strptime(text[:10], "%d/%m/%Y").date()  # noqa: DTZ007 (a day has no time zone)
        except ValueError:
            self.bad += 1
            return None

    def iso(self, text: str) -> str:
        found = self.day(text)
        return found.isoformat() if found else ""


def _episode(row: Mapping[str, str], dates: _Dates) -> Record:
    values = {END: dates.iso(row["DEC"])}
    named = {
        "RNE": "reason for start",
        "REC": "reason for end",
        "LS": "legal status",
        "PLACE": "placement type",
    }
    values |= {name: row[column].upper() for column, name in named.items() if row.get(column)}
    return Record(EPISODE, row["CHILD"], dates.day(row["DECOM"]), values)


def _year_end(records: list[Record], path: Path) -> date:
    """The 31 March on or after the newest start or end of an episode."""
    days = [r.start for r in records if r.start] + [
        date.fromisoformat(r.values[END]) for r in records if r.values[END]
    ]
    if not days:
        raise InputError(f"{path.name} holds no episode with a date; say --year-ending YYYY-MM-DD.")
    newest = max(days)
    end = date(newest.year, *YEAR_END)
    return end if newest <= end else date(newest.year + 1, *YEAR_END)
