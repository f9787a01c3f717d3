"""Which way in a source is: an SSD folder, a database URL, an Annex A workbook."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from kpi_engine.errors import LoadError
from kpi_engine.extracts.raw import Extract
from kpi_engine.extracts.ssd_folder import read_folder

# The readers of databases and workbooks are imported when one is asked for: they bring libraries of their own.


def read(source: str, as_at: date | None) -> Extract:
    """The extract behind a path or URL. Raises LoadError with one sentence for each fault."""
    if "://" in source:
        from kpi_engine.extracts.ssd_database import read_database

        return read_database(source, as_at)
    path = Path(source)
    if path.is_dir():
        return read_folder(path, as_at)
    if not path.exists():
        raise LoadError(
            [f"{source} does not exist; name an SSD folder, a database URL or an Annex A workbook."]
        )
    if path.suffix.lower() == ".csv":
        raise LoadError([f"{path.name} is one table; name the folder that holds it with its fellows."])
    from kpi_engine.extracts.annex_a import read_annex_a

    return read_annex_a(path, as_at)
