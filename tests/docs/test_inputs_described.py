"""What the README says of inputs is so: the local tables' columns, and what a fault looks like."""

from __future__ import annotations

import csv
import re
from datetime import date
from pathlib import Path

import pytest

import kpi_engine
from kpi_engine.errors import LoadError
from kpi_engine.tables import contract

from .pages import ROOT

README = (ROOT / "README.md").read_text("utf-8")
LOCAL = sorted(name for name in contract() if name.startswith("local_"))


def described(table: str) -> list[str]:
    """The columns that the README names for a local table, in its order."""
    found = re.findall(rf"^\| {table} \| (.+) \|$", README, flags=re.MULTILINE)
    assert len(found) == 1, table
    without_notes = re.sub(r"\([^)]*\)", "", found[0].partition(";")[0])
    return [column.strip() for column in without_notes.split(",")]


def test_every_local_table_is_described() -> None:
    assert sorted(re.findall(r"^\| (local_\w+) \|", README, flags=re.MULTILINE)) == LOCAL


@pytest.mark.parametrize("table", LOCAL)
def test_the_columns_of_a_local_table_are_those_of_the_data_contract(table: str) -> None:
    assert described(table) == [column.name for column in contract()[table].columns]


def test_faults_look_as_they_are_shown(tmp_path: Path) -> None:
    kpi_engine.make_authority(tmp_path / "ssd", children=40, as_at=date(2026, 11, 15))
    _drop_column(tmp_path / "ssd" / "ssd_cp_visits.csv", "cppv_cp_visit_id")
    _turn_dates_round(tmp_path / "ssd" / "ssd_cin_visits.csv", "cinv_cin_visit_date")
    (tmp_path / "ssd" / "local_court.csv").write_bytes(b"\x00\x01PK\xff\xfe")
    with pytest.raises(LoadError) as caught:
        kpi_engine.load(str(tmp_path / "ssd"), None, tmp_path / "home")
    shown = re.findall(r"```text\n((?:[^`\n].*\n)+)Nothing was loaded\.\n```", README)[0]
    assert sorted(map(_general, shown.splitlines())) == sorted(map(_general, caught.value.faults))
    assert not (tmp_path / "home").exists()


def _general(sentence: str) -> str:
    """The sentence without this extract's own numbers and columns."""
    return re.sub(r"columns found: .*?\)", "columns found: ...)", re.sub(r"\d+ of \d+", "n of n", sentence))


def _rows(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


def _write(path: Path, rows: list[list[str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)


def _drop_column(path: Path, column: str) -> None:
    rows = _rows(path)
    place = rows[0].index(column)
    _write(path, [row[:place] + row[place + 1 :] for row in rows])


def _turn_dates_round(path: Path, column: str) -> None:
    """Every date written day first."""
    rows = _rows(path)
    place = rows[0].index(column)
    for row in rows[1:]:
        row[place] = "/".join(reversed(row[place][:10].split("-")))
    _write(path, rows)
