"""The worked cases once more, from folders that hold only the columns each case gives: the rest may be absent."""

from __future__ import annotations

import csv
import sys
from pathlib import Path

import pytest

import kpi_engine
from kpi_engine.tables import contract

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.worked_cases.loader import Case, load_cases
from tests.worked_cases.test_worked_cases import ledger_differences, measure_differences

CASES = load_cases()


def write(case: Case, folder: Path) -> Path:
    folder.mkdir()
    for name, rows in case.tables.items():
        needed = [c.name for c in contract()[name].columns if c.needed]
        columns = list(dict.fromkeys([*needed, *(k for row in rows for k, v in row.items() if v)]))
        with (folder / f"{name}.csv").open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, columns, extrasaction="ignore")
            writer.writeheader()
            writer.writerows(rows)
    return folder


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_only_the_columns_that_matter_are_there(case: Case, tmp_path: Path) -> None:
    engine = kpi_engine.open_folder(write(case, tmp_path / "ssd"), case.as_at)
    assert ledger_differences(case, engine) == [] or not case.clocks
    for slug, expected in (case.expect_measures or {}).items():
        for one in expected if isinstance(expected, list) else [expected]:
            assert measure_differences(slug, one, case, engine) == []
