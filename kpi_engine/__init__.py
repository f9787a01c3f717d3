"""The KPI engine: open an extract, ask, explain. The one door; everything else is private to the package."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from kpi_engine import targets
from kpi_engine.engine import Engine
from kpi_engine.errors import InputError, LoadError
from kpi_engine.extracts import store
from kpi_engine.extracts.raw import Extract
from kpi_engine.extracts.sources import read
from kpi_engine.extracts.ssd_folder import read_folder
from kpi_engine.extracts.volumes import lost_rows
from kpi_engine.targets.checked import CheckedTargets, checked
from kpi_engine.yaml_file import read_text

__all__ = [
    "CheckedTargets", "Engine", "InputError", "LoadError", "LoadReport", "check_targets", "load", "make_authority",
    "open_current", "open_folder", "open_known",
]  # fmt: skip


@dataclass(frozen=True)
class LoadReport:
    """What a load did. extract: its id.  rows: by table.  findings: JSON-ready.  warnings: sentences.
    newest: whether it is now the current extract (False: an older one, kept as history)."""

    extract: str
    as_at: date
    rows: dict[str, int]
    findings: list[dict[str, Any]]
    warnings: list[str] = field(default_factory=list)
    newest: bool = True


def open_folder(folder: Path, as_at: date | None = None, home: Path | None = None) -> Engine:
    """An SSD folder as an engine, without keeping it. Raises LoadError with one sentence for each fault."""
    return Engine(read_folder(Path(folder), as_at), home=home)


def load(
    source: str, as_at: date | None, home: Path, loaded_at: str = "", *, compare_volumes: bool = False
) -> LoadReport:
    """Load an SSD folder, a database URL or an Annex A workbook and keep it under home/extracts. All or nothing.

    loaded_at: an ISO time, from the caller (the engine reads no clock).
    compare_volumes: refuse an extract of which a table has lost 30% of its rows since the current one.
    Raises LoadError with one sentence for each fault; nothing is kept then.
    """
    extract = read(source, as_at)
    if compare_volumes and (before := store.rows_of_current(home)):
        now = {name: table.num_rows for name, table in extract.tables.items()}
        if lost := lost_rows(before, now):
            raise LoadError([*lost, "Nothing was loaded; perfbot load takes it if that is right."])
    engine = Engine(extract, home=home)
    findings = engine.all_findings
    kept = store.keep(home, extract, findings, loaded_at)
    newest = store.current(home).id == kept.id
    warnings = list(extract.warnings)
    if not newest:
        warnings.append(
            f"This extract is older than the current one ({store.current(home).as_at.isoformat()}): it is kept as "
            "history and does not replace it."
        )
    rows = {name: table.num_rows for name, table in extract.tables.items()}
    return LoadReport(kept.id, extract.as_at, rows, [f.to_json() for f in findings], warnings, newest)


def open_current(home: Path) -> Engine:
    """The current extract. Raises InputError if none has been loaded."""
    return _opened(home, store.current(home))


def open_known(home: Path, known: date) -> Engine:
    """The extract that was current on a day. Raises InputError if none was."""
    return _opened(home, store.known_on(home, known))


def open_kept(home: Path, extract_id: str) -> Engine | None:
    """The kept extract of that id; None where it is no longer kept."""
    found = next((one for one in store.kept(home) if one.id == extract_id), None)
    return _opened(home, found) if found else None


def _opened(home: Path, kept: store.Kept) -> Engine:
    extract: Extract
    extract, findings = store.opened(kept)
    return Engine(extract, findings=findings, home=home)


def check_targets(home: Path, file: Path | None, as_at: date | None, today: date) -> CheckedTargets:
    """What is wrong with a targets file, or what it sets on a day: as_at, else the current extract's date, else today.

    file None: the one that counts now, the authority's own or else the plan's. Ids of teams are checked against the
    current extract, if there is one. Raises InputError for a file that cannot be read.
    """
    every = store.kept(home)
    units = tuple(Engine(store.opened(every[-1])[0]).units) if every else None
    when = as_at or (every[-1].as_at if every else today)
    own = file or home / targets.FILE_NAME
    if file is None and not own.exists():
        return checked(targets.shipped_text(), targets.SHIPPED, when, units)
    return checked(read_text(own), own.name, when, units)


def make_authority(
    folder: Path, *, children: int | None = None, as_at: date | None = None, seed: int = 1
) -> None:
    """Write an invented authority as an SSD folder with local tables."""
    from kpi_engine.invented import make_authority as make  # numpy-heavy: only when asked for

    told = {name: value for name, value in (("children", children), ("as_at", as_at)) if value is not None}
    make(folder, seed=seed, **told)  # type: ignore[arg-type]
