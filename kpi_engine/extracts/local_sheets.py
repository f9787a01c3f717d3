"""Local tables as extra sheets of a workbook, named as the tables are (local_staff, local_meetings ...)."""

from __future__ import annotations

import pyarrow as pa

from kpi_engine.extracts.raw import ROW_SUFFIX
from kpi_engine.extracts.workbook import Sheet, cell_text, date_text
from kpi_engine.tables import contract


def local_tables(
    sheets: list[Sheet], faults: list[str], warnings: list[str]
) -> dict[str, tuple[str, pa.Table]]:
    """{table: (its sheet, its rows as text)}; the first row of a sheet holds the names of the columns."""
    out: dict[str, tuple[str, pa.Table]] = {}
    for sheet in sheets:
        name = sheet.name.strip().lower()
        if not name.startswith("local_"):
            continue
        if name not in contract():
            warnings.append(f"The sheet {sheet.name} is no table of the data contract and was left out.")
        elif name in out:
            faults.append(f"The sheet {name} is there twice, in different capitals; keep one.")
        else:
            out[name] = (f"sheet {sheet.name}", _table(name, sheet))
    return out


def _table(name: str, sheet: Sheet) -> pa.Table:
    kinds = {c.name: c.type for c in contract()[name].columns}
    header = [cell_text(cell).lower() for cell in sheet.rows[0]] if sheet.rows else []
    lines = [(place, row) for place, row in enumerate(sheet.rows[1:], start=2) if any(map(cell_text, row))]
    columns: dict[str, pa.Array] = {}
    for place, column in enumerate(header):
        if column in kinds and column not in columns:
            read = date_text if kinds[column] in ("date", "timestamp", "month") else cell_text
            texts = [read(row[place]) if place < len(row) else "" for _, row in lines]
            columns[column] = pa.array(texts, pa.string())
    columns[ROW_SUFFIX] = pa.array([line for line, _ in lines], pa.int32())
    return pa.table(columns)
