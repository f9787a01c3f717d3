"""Which way in a source is: an SSD folder, a database URL, an Annex A workbook."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from kpi_engine.errors import LoadError
from kpi_engine.extracts.raw import Extract
from kpi_engine.extracts.ssd_folder import read_folder


def read(source: str, as_at: date | None) -> Extract:
    """The extract behind a path or URL. Raises LoadError with one sentence for each fault."""
    if "://" in source:
        from kpi_engine.extracts.ssd_database import read_database  # SQLAlchemy: only when asked for

        return read_database(source, as_at)
    path = Path(source)
    if path.is_dir() or not path.exists():
        return read_folder(path, as_at)
    raise LoadError(
        [f"{path.name} is neither an SSD folder, nor a database URL, nor an Annex A workbook (.xlsx)."]
    )
