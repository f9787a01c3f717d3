"""An SSD folder put into a database as an authority would hold it: real dates, real numbers."""

from __future__ import annotations

import csv
from datetime import datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import URL

from kpi_engine.tables import contract

KINDS = {"date": sa.DateTime, "timestamp": sa.DateTime, "number": sa.Float}


def fill(url: URL, folder: Path, *, shout: bool = False, only: tuple[str, ...] = ()) -> None:
    """The CSVs of the folder as tables.

    shout: table and column names in capitals.  only: these tables and no others.
    """
    engine = sa.create_engine(url)
    with engine.begin() as connection:
        for path in sorted(folder.glob("*.csv")):
            if not only or path.stem in only:
                _table(connection, path, shout)
    engine.dispose()


def _table(connection: sa.Connection, path: Path, shout: bool) -> None:
    with path.open(encoding="utf-8", newline="") as lines:
        header, *rows = list(csv.reader(lines))
    kinds = {c.name: c.type for c in contract()[path.stem].columns}
    spelt = [name.upper() if shout else name for name in header]
    columns = [
        sa.Column(s, KINDS.get(kinds.get(n, "text"), sa.Text)) for s, n in zip(spelt, header, strict=True)
    ]
    table = sa.Table(path.stem.upper() if shout else path.stem, sa.MetaData(), *columns)
    table.create(connection)
    values = [
        {s: _value(kinds.get(n, "text"), cell) for s, n, cell in zip(spelt, header, row, strict=True)}
        for row in rows
    ]
    if values:
        connection.execute(table.insert(), values)


def _value(kind: str, cell: str) -> Any:
    if cell == "":
        return None
    if kind in ("date", "timestamp"):
        return datetime.fromisoformat(cell)
    return float(cell) if kind == "number" else cell
