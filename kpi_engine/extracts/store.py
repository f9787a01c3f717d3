"""Extracts kept: one folder each, tables as Parquet, by as-at date.

    home/extracts/<as-at>_<number>/  manifest.json  <table>.parquet  findings.json

The current extract is the newest as-at date, and of several for one date the one loaded last. An extract is written
into a folder that does not count until its manifest is in place: all or nothing.
"""

from __future__ import annotations

import json
import os
import re
import shutil
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from kpi_engine.errors import InputError
from kpi_engine.extracts.raw import Extract, Reach
from kpi_engine.findings import Finding

MANIFEST, FINDINGS = "manifest.json", "findings.json"
NAME = re.compile(r"\d{4}-\d{2}-\d{2}_\d{6}$")


@dataclass(frozen=True)
class Kept:
    """One kept extract."""

    id: str
    as_at: date
    number: int
    path: Path
    loaded_at: str


def keep(home: Path, extract: Extract, findings: list[Finding], loaded_at: str) -> Kept:
    """Write an extract under home/extracts. loaded_at: an ISO time, from the caller (the engine reads no clock)."""
    root = home / "extracts"
    root.mkdir(parents=True, exist_ok=True)
    # Every folder counts here, also one that somebody left half-made: no name is given twice.
    number = max((int(path.name[-6:]) for path in root.iterdir() if NAME.match(path.name)), default=0) + 1
    name = f"{extract.as_at.isoformat()}_{number:06d}"
    part = root / f".{name}.{os.getpid()}.part"
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir()
    try:
        for table, data in extract.tables.items():
            pq.write_table(data, part / f"{table}.parquet", compression="zstd")
        (part / FINDINGS).write_text(json.dumps([f.to_json() for f in findings]), "utf-8")
        manifest = {
            "as_at": extract.as_at.isoformat(), "authority": extract.authority, "source": extract.source,
            "loaded_at": loaded_at, "rows": {t: d.num_rows for t, d in extract.tables.items()},
            "findings": len(findings), "reach": extract.reach.to_json(),
        }  # fmt: skip
        (part / MANIFEST).write_text(json.dumps(manifest, indent=1), "utf-8")
        os.replace(part, root / name)
    except OSError as error:
        shutil.rmtree(part, ignore_errors=True)
        raise InputError(
            f"The extract could not be kept in {root}: {error.strerror}. Nothing was changed."
        ) from None
    return Kept(name, extract.as_at, number, root / name, loaded_at)


def kept(home: Path) -> list[Kept]:
    """Every kept extract, oldest as-at date first, then in order of loading."""
    root = home / "extracts"
    out = []
    for path in sorted(root.iterdir()) if root.is_dir() else []:
        if not NAME.match(path.name) or not (path / MANIFEST).exists():
            continue
        manifest = json.loads((path / MANIFEST).read_text("utf-8"))
        out.append(Kept(path.name, date.fromisoformat(manifest["as_at"]), int(path.name.rsplit("_", 1)[1]), path,
                        manifest["loaded_at"]))  # fmt: skip
    return sorted(out, key=lambda k: (k.as_at, k.number))


def current(home: Path) -> Kept:
    """The extract that is served. Raises InputError if none has been loaded."""
    every = kept(home)
    if not every:
        raise InputError("No extract has been loaded yet: run `perfbot load SOURCE --as-at DATE` first.")
    return every[-1]


def rows_of_current(home: Path) -> dict[str, int]:
    """Rows by table of the extract that is served; empty when none has been loaded."""
    every = kept(home)
    if not every:
        return {}
    manifest = json.loads((every[-1].path / MANIFEST).read_text("utf-8"))
    return {str(table): int(rows) for table, rows in manifest["rows"].items()}


def known_on(home: Path, when: date) -> Kept:
    """The extract that was current on a day: the newest as-at date on or before it."""
    every = [k for k in kept(home) if k.as_at <= when]
    if not every:
        raise InputError(f"No extract was known on {when.isoformat()}: the oldest kept is of a later date.")
    return every[-1]


def opened(found: Kept) -> tuple[Extract, list[Finding]]:
    """A kept extract, read back, with its findings."""
    manifest = json.loads((found.path / MANIFEST).read_text("utf-8"))
    tables = {name: _table(found.path / f"{name}.parquet") for name in manifest["rows"]}
    told = json.loads((found.path / FINDINGS).read_text("utf-8"))
    findings = [Finding(f["rule"], f["table"], f["key"], f["detail"], f["child_id"], f["team_id"], f["row"] or 0)
                for f in told]  # fmt: skip
    reach = Reach.from_json(manifest["reach"]) if "reach" in manifest else Reach()
    extract = Extract(found.as_at, manifest["authority"], tables, findings, [], manifest["source"],
                      manifest["loaded_at"], found.id, reach)  # fmt: skip
    return extract, findings


def _table(path: Path) -> pa.Table:
    with pq.ParquetFile(path, pre_buffer=False) as file:
        return file.read(use_threads=False)
