"""The ledger as a file: the rows of the contract, as CSV and as Parquet, whole or one clock."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from kpi_engine import Engine
from kpi_engine.errors import InputError, Unknown
from kpi_engine.ledger import COLUMNS
from tests.unit.engine.hand_authority import AS_AT


def as_text(rows: list[dict[str, Any]]) -> list[dict[str, str]]:
    return [{name: "" if row[name] is None else str(row[name]) for name in COLUMNS} for row in rows]


@pytest.mark.parametrize("clock", [None, "cp_visit", "audit"])
def test_a_csv_holds_the_rows_in_order(by_hand: Engine, tmp_path: Path, clock: str | None) -> None:
    target = tmp_path / "ledger.csv"
    count = by_hand.write_ledger(target, AS_AT, clock)
    with target.open(encoding="utf-8", newline="") as file:
        assert file.readline() == ",".join(COLUMNS) + "\n"
        rows = list(csv.DictReader(file, COLUMNS))
    assert rows == as_text(by_hand.ledger_rows(AS_AT, clock))
    assert count == len(rows)


@pytest.mark.parametrize("clock", [None, "cp_visit", "audit"])
def test_parquet_holds_the_same(by_hand: Engine, tmp_path: Path, clock: str | None) -> None:
    target = tmp_path / "ledger.parquet"
    count = by_hand.write_ledger(target, AS_AT, clock, "parquet")
    table = pq.read_table(target)
    assert table.column_names == list(COLUMNS)
    assert table.to_pylist() == [
        {name: row[name] for name in COLUMNS} for row in by_hand.ledger_rows(AS_AT, clock)
    ]
    assert count == table.num_rows


def test_what_cannot_be_written_is_said_in_a_sentence(by_hand: Engine, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be written"):
        by_hand.write_ledger(tmp_path / "nowhere" / "ledger.csv", AS_AT)
    with pytest.raises(Unknown, match="cp_vist"):
        by_hand.write_ledger(tmp_path / "ledger.csv", AS_AT, "cp_vist")
