"""The specification by example: every case through the engine's own loader and ledger, on every way in and back."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import kpi_engine
from kpi_engine import Engine
from kpi_engine.measures import measure
from kpi_engine.question import Period
from kpi_engine.tables import contract
from tests.worked_cases.loader import Case, load_cases

CASES = load_cases()
NAMES = [case.name for case in CASES]


def write_folder(case: Case, folder: Path) -> Path:
    """The case's tables as an SSD folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, rows in case.tables.items():
        columns = list(
            dict.fromkeys([c.name for c in contract()[name].columns] + [k for row in rows for k in row])
        )
        with (folder / f"{name}.csv").open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, columns)
            writer.writeheader()
            writer.writerows(rows)
    return folder


@pytest.fixture(params=["folder", "kept"])
def engine(request: pytest.FixtureRequest, case: Case, tmp_path: Path) -> Iterator[Engine]:
    """The case opened straight from its folder, and loaded, kept as Parquet and opened again."""
    folder = write_folder(case, tmp_path / "ssd")
    if request.param == "folder":
        yield kpi_engine.open_folder(folder, case.as_at)
    else:
        kpi_engine.load(str(folder), case.as_at, tmp_path / "home")
        yield kpi_engine.open_current(tmp_path / "home")


@pytest.mark.parametrize("case", CASES, ids=NAMES)
def test_worked_case(case: Case, engine: Engine) -> None:
    if case.clocks:
        assert ledger_differences(case, engine) == []
    for slug, expected in (case.expect_measures or {}).items():
        for one in expected if isinstance(expected, list) else [expected]:
            assert measure_differences(slug, one, case, engine) == []
    findings = engine.findings()
    for wanted in case.expect_quality or []:
        keys = wanted["key"] if isinstance(wanted["key"], list) else [wanted["key"]]
        told = [(f["table"], f["key"]) for f in findings]
        assert any((wanted["table"], str(key)) in told for key in keys), wanted


def ledger_differences(case: Case, engine: Engine) -> list[str]:
    """Rows too many, rows missing, cells that differ."""
    got = {
        (r["clock"], r["subject_id"], r["sequence"]): r
        for clock in case.clocks
        for r in engine.ledger_rows(case.as_at, clock)
    }
    want = {(r["clock"], str(r["subject_id"]), r["sequence"]): r for r in case.expect_ledger or []}
    out = [f"extra {key}" for key in got.keys() - want.keys()] + [
        f"missing {key}" for key in want.keys() - got.keys()
    ]
    for key in got.keys() & want.keys():
        for name, value in ({"done_date": None, "days_overdue": 0} | want[key]).items():
            value = value.isoformat() if hasattr(value, "isoformat") else value
            if got[key][name] != value:
                out.append(f"{key} {name}: {got[key][name]} instead of {value}")
    return out


def measure_differences(slug: str, expected: dict[str, Any], case: Case, engine: Engine) -> list[str]:
    """What differs between one expected number and the engine's."""
    period = Period(*expected["period"]) if "period" in expected else None
    found = engine.figure(slug, case.as_at, expected.get("unit", "ALL"), period)
    if expected["value"] == "no_data":
        return [] if found is None else [f"{slug}: a number where there is no data"]
    if found is None:
        return [f"{slug}: no data"]
    out = (
        [] if found.value == expected["value"] else [f"{slug}: {found.value} instead of {expected['value']}"]
    )
    if "of" in expected and found.of != expected["of"]:
        out.append(f"{slug}: of {found.of} instead of {expected['of']}")
    if "bounds" in expected:
        wanted = measure(slug)
        rows = engine.figures.rows(wanted, case.as_at, period)
        bounds = engine.figures.bounds(wanted, rows, found)
        if bounds is None or list(bounds) != list(expected["bounds"]):
            out.append(f"{slug}: bounds {bounds} instead of {expected['bounds']}")
    return out
