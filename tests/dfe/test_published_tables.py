"""The statistics' own definitions give back the published Hillingdon figures of 2015, table by table."""

from __future__ import annotations

import csv
import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

import kpi_engine
from kpi_engine.dfe import TABLES, dfe_figures
from kpi_engine.errors import InputError, Unknown

PUBLISHED = Path(kpi_engine.__file__).parent / "data" / "dfe_cin_hillingdon_2015"
YEAR_END = date(2015, 3, 31)


def published(table: str) -> dict[str, str]:
    (file,) = PUBLISHED.glob(f"{table.lower()}_*.csv")
    with file.open(encoding="utf-8") as lines:
        (row,) = csv.DictReader(lines)
    return row


@pytest.fixture(scope="module")
def tables(engine: kpi_engine.Engine) -> dict[str, Any]:
    found: dict[str, Any] = dfe_figures(engine, YEAR_END)["tables"]
    return found


@pytest.mark.parametrize("name", ["B4", "B5", "C2", "C4", "D5", "D7"])
def test_every_band_is_the_published_one(tables: dict[str, Any], name: str) -> None:
    row, found = published(name), tables[name]
    assert found["bands"] == {band: int(row[band]) for band in found["bands"]}
    assert sum(found["bands"].values()) == found["of"]


@pytest.mark.parametrize("name", ["B4", "B5", "D5", "D7"])
def test_percentages_of_the_bands_are_the_published_ones(tables: dict[str, Any], name: str) -> None:
    row = published(name)
    assert tables[name]["percents"] == {band: float(row[f"{band}_percent"]) for band in tables[name]["bands"]}


def test_totals_are_the_published_ones(tables: dict[str, Any]) -> None:
    for name in ("B1", "C1", "D1"):
        row = published(name)
        counted = {k: v for k, v in tables[name].items() if k in row}
        assert len(counted) >= 3
        assert counted == {k: type(v)(row[k]) for k, v in counted.items()}
    assert tables["C4"]["Section47"] == int(published("C4")["Section47"])
    assert tables["D3"]["of"] == int(published("D3")["CPP_start"])


def test_plans_never_late_are_the_published_share(tables: dict[str, Any]) -> None:
    row = published("D6")
    assert tables["D6"]["of"] == int(row["CPP_At31_3Months"])
    assert tables["D6"]["met"] == int(row["Reviewed_within_timescales"])
    assert tables["D6"]["percent"] == float(row["Reviewed_within_timescales_percent"])


def test_ours_stands_beside_and_says_where_it_differs(tables: dict[str, Any]) -> None:
    beside = {name: table["ours"] for name, table in tables.items() if "ours" in table}
    assert beside["C2"]["of"] == tables["C2"]["of"]
    assert beside["C2"]["value"] == tables["C2"]["percent"]
    # Ours counts reviews, the table plans: the numbers may not be confused.
    assert beside["D6"]["of"] != tables["D6"]["of"]
    assert "91" in beside["D6"]["differs"]
    # A conference on Christmas Day is in time in the table's band, late by its due date.
    assert beside["C4"]["value"] < tables["C4"]["percent"]


def test_the_teams_add_up_to_the_authority(engine: kpi_engine.Engine, tables: dict[str, Any]) -> None:
    services = [u.id for u in engine.units.values() if u.kind == "service" and u.parent_id == "D0"]
    parts = [dfe_figures(engine, YEAR_END, one)["tables"] for one in services]
    for name in ("C2", "C4", "D5", "D6", "D7"):
        # What nobody holds is in no service.
        assert 0.98 * tables[name]["of"] <= sum(part[name]["of"] for part in parts) <= tables[name]["of"]
    for part in parts:
        # The same rows as our own measure of that service: one cannot contradict the other.
        assert part["C2"]["of"] == part["C2"]["ours"]["of"]
        assert part["C4"]["of"] == part["C4"]["ours"]["of"]


def test_it_is_json_and_the_same_every_time(engine: kpi_engine.Engine) -> None:
    first, again = (json.dumps(dfe_figures(engine, date(2014, 12, 31))) for _ in range(2))
    assert first == again


def test_a_table_without_its_extract_tables_says_so(folder: Path, tmp_path: Path) -> None:
    for file in folder.iterdir():
        if file.name != "ssd_cp_reviews.csv":
            (tmp_path / file.name).symlink_to(file)
    found = dfe_figures(kpi_engine.open_folder(tmp_path), YEAR_END)
    assert "ssd_cp_reviews" in found["tables"]["D6"]["no_data"]
    assert "ssd_cp_reviews" in found["year_end"]["D6"]["no_data"]
    assert found["tables"]["C2"]["of"] == 3818
    assert set(found["tables"]) == set(TABLES)


def test_a_date_or_unit_that_is_not_there_is_one_sentence(engine: kpi_engine.Engine) -> None:
    with pytest.raises(InputError, match="2015-03-31"):
        dfe_figures(engine, date(2015, 4, 1))
    with pytest.raises(Unknown, match="T99"):
        dfe_figures(engine, YEAR_END, "T99")
