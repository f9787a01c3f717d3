"""An SSD folder: one CSV per table, `ssd_<table>.csv` and `local_<table>.csv` (inputs.md 1 and 4).

All or nothing: every fault of every file is collected into one LoadError; nothing half-loaded is returned.
"""

from __future__ import annotations

import csv
import io
import json
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.csv as pacsv

from kpi_engine.errors import LoadError
from kpi_engine.extracts.columns import reach_of, sentences
from kpi_engine.extracts.raw import Extract, typed
from kpi_engine.findings import Finding
from kpi_engine.tables import contract

FIELD_LIMIT = 1 << 24


def read_folder(folder: Path, as_at: date | None = None) -> Extract:
    """Load an SSD folder.

    folder: holds `ssd_*.csv`, optionally `local_*.csv` and `extract.json` {"as_at", "authority"}.
    as_at: the extract's date; needed unless extract.json gives it.
    Raises LoadError with one sentence for each fault.
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise LoadError(
            [f"{folder} is not a folder; name the folder that holds ssd_person.csv and its fellows."]
        )
    faults: list[str] = []
    findings: list[Finding] = []
    warnings: list[str] = []
    as_at, authority = _extract_json(folder, as_at, faults)
    seen: set[str] = set()
    tables: dict[str, pa.Table] = {}
    cell_faults: list[str] = []
    for path in sorted(folder.iterdir()):
        if path.suffix.lower() != ".csv":
            continue
        name = path.stem.lower()
        if name not in contract():
            warnings.append(f"{path.name} is no table of the data contract and was left out.")
            continue
        if name in seen:
            faults.append(
                f"{path.name}: the table {name} is there twice, in different capitals; keep one file."
            )
            continue
        seen.add(name)
        raw = read_csv(path, faults)
        # Each file is typed before the next is read: its raw cells need not be held any longer.
        table = None if raw is None else typed(name, raw, path.name, cell_faults, findings)
        if table is not None:
            tables[name] = table
    faults += cell_faults
    if not any(name.startswith("ssd_") for name in seen) and not faults:
        faults.append(
            f"{folder} holds no SSD table; it should hold files such as ssd_person.csv and ssd_cin_episodes.csv."
        )
    if faults or as_at is None:
        raise LoadError(faults)
    in_order = {name: tables[name] for name in contract() if name in tables}
    reach = reach_of(in_order)
    warnings += sentences(reach)
    return Extract(as_at, authority, in_order, findings, warnings, source=folder.name, reach=reach)


def _extract_json(folder: Path, as_at: date | None, faults: list[str]) -> tuple[date | None, str]:
    path = folder / "extract.json"
    authority = ""
    if path.exists():
        try:
            told = json.loads(path.read_text("utf-8-sig"))
            authority = str(told.get("authority") or "")
            if as_at is None and told.get("as_at"):
                as_at = date.fromisoformat(str(told["as_at"]))
        except (ValueError, AttributeError, UnicodeDecodeError):
            faults.append(
                'extract.json cannot be read; it should be {"as_at": "YYYY-MM-DD", "authority": "..."}.'
            )
            return as_at, ""
    if as_at is None:
        faults.append(
            f"{folder.name}: the as-at date is not known. Give it with --as-at YYYY-MM-DD, "
            'or put {"as_at": "YYYY-MM-DD"} into extract.json.'
        )
    return as_at, authority


def read_csv(path: Path, faults: list[str]) -> pa.Table | None:
    """One CSV as text columns; None, with a sentence in `faults`, if it is not a CSV of its header's width."""
    data = path.read_bytes().removeprefix(b"\xef\xbb\xbf")
    if b"\x00" in data[:65536]:
        faults.append(
            f"{path.name} is not a CSV file (it holds binary data); export the table as CSV in UTF-8."
        )
        return None
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        faults.append(
            f"{path.name}, line {line}: not written in UTF-8; export the file as UTF-8 and load again."
        )
        return None
    csv.field_size_limit(FIELD_LIMIT)
    header = next(csv.reader(io.StringIO(text)), [])
    if not [cell for cell in header if cell.strip()]:
        faults.append(f"{path.name} is empty: the header line with the column names is missing.")
        return None
    known = {c.name for c in contract()[path.stem.lower()].columns}
    if not known & {cell.strip().lower() for cell in header}:
        faults.append(
            f"{path.name}, line 1: none of the column names is one of this table's "
            f"({', '.join(sorted(known)[:3])} ...); is this a CSV file with a header, divided by commas?"
        )
        return None
    return _arrow(path.name, data, len(header), faults)


def _arrow(source: str, data: bytes, width: int, faults: list[str]) -> pa.Table | None:
    ragged: list[tuple[int, int]] = []

    def collect(row: pacsv.InvalidRow) -> str:
        ragged.append((row.number or 0, row.actual_columns))
        return "skip"

    names = [f"c{place}" for place in range(width)]
    try:
        table = pacsv.read_csv(
            io.BytesIO(data),
            read_options=pacsv.ReadOptions(use_threads=False, column_names=names, skip_rows=0),
            parse_options=pacsv.ParseOptions(newlines_in_values=True, invalid_row_handler=collect),
            convert_options=pacsv.ConvertOptions(
                column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=False
            ),
        )
    except pa.ArrowInvalid as error:
        faults.append(f"{source} cannot be read as CSV ({str(error).split(':')[0]}); export the table again.")
        return None
    for number, cells in ragged:
        where = f"line {number}" if number else "one line"
        faults.append(
            f"{source}, {where}: {cells} cells where the header has {width}; mend the line and load again."
        )
    if ragged:
        return None
    spelt = [str(table.column(place)[0]) for place in range(width)]
    unique: dict[str, int] = {}
    keep = []
    for place, name in enumerate(spelt):
        if name not in unique:
            unique[name] = place
            keep.append(place)
    return table.slice(1).select(keep).rename_columns([spelt[place] for place in keep])
