"""SSD extracts as Mosaic, Eclipse and SystemC really write them give the ledger of the canonical one.

Differences: data standards 1.3 and 1.4; each test takes one (and the last test all of them) to the same data.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from pathlib import Path

import pytest

import kpi_engine
from kpi_engine.duties import CLOCKS
from kpi_engine.engine import Engine
from kpi_engine.extracts.columns import DEPENDS
from kpi_engine.measures import CATALOGUE
from kpi_engine.tables import contract

from .conftest import AS_AT
from .returns import Rows, table

Tables = dict[str, Rows]


@pytest.fixture(scope="module")
def tables(authority: Path) -> Tables:
    return {path.stem: table(authority, path.stem) for path in sorted(authority.glob("*.csv"))}


@pytest.fixture(scope="module")
def ledger(authority: Path, tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return written_ledger(kpi_engine.open_folder(authority, AS_AT), tmp_path_factory.mktemp("canonical"))


def written_ledger(engine: Engine, folder: Path) -> bytes:
    engine.write_ledger(folder / "ledger.csv", AS_AT)
    return (folder / "ledger.csv").read_bytes()


def write(folder: Path, tables: Tables, *, end: str = "\n", mark: str = "") -> Path:
    folder.mkdir()
    for name, rows in tables.items():
        text = io.StringIO(newline="")
        if rows:
            writer = csv.DictWriter(text, rows[0], lineterminator=end)
            writer.writeheader()
            writer.writerows(rows)
        else:
            text.write(",".join(c.name for c in contract()[name].columns) + end)
        (folder / f"{name}.csv").write_bytes((mark + text.getvalue()).encode())
    return folder


def without(tables: Tables, name: str, *columns: str) -> None:
    tables[name] = [{k: v for k, v in row.items() if k not in columns} for row in tables[name]]


def every(tables: Tables, change: Callable[[str, str, str], str]) -> None:
    """change(table, column, cell) for every cell."""
    for name, rows in tables.items():
        kinds = {c.name: c.type for c in contract()[name].columns}
        tables[name] = [{k: change(name, kinds.get(k, "text"), v) for k, v in row.items()} for row in rows]


# What deployed extracts do


def mosaic_cin_visits_name_the_plan_only(t: Tables) -> None:
    without(t, "ssd_cin_visits", "cinv_person_id")


def mosaic_cin_plans_have_another_key(t: Tables) -> None:
    t["ssd_cin_plans"] = [
        {("cin_plan_id" if k == "cinp_cin_plan_id" else k): v for k, v in row.items()}
        for row in t["ssd_cin_plans"]
    ]


def mosaic_cin_plans_name_the_referral_only(t: Tables) -> None:
    without(t, "ssd_cin_plans", "cinp_person_id")


def mosaic_involvements_name_the_referral_only(t: Tables) -> None:
    """An involvement of no referral keeps the only name it has in the invented data by a referral of its own."""
    child = {row["cine_referral_id"]: row["cine_person_id"] for row in t["ssd_cin_episodes"]}
    latest = {row["cine_person_id"]: row["cine_referral_id"] for row in t["ssd_cin_episodes"]}
    for row in t["ssd_involvements"]:
        if child.get(row["invo_referral_id"]) != row["invo_person_id"]:
            row["invo_referral_id"] = latest[row["invo_person_id"]]
    without(t, "ssd_involvements", "invo_person_id")


def mosaic_cp_visits_name_the_plan_only(t: Tables) -> None:
    without(t, "ssd_cp_visits", "cppv_person_id")


def visits_of_looked_after_children_name_the_care_period_only(t: Tables) -> None:
    without(t, "ssd_cla_visits", "clav_person_id")


def mosaic_placements_name_the_care_period_only(t: Tables) -> None:
    without(t, "ssd_cla_placement", "clap_person_id")


def reviews_name_no_child(t: Tables) -> None:
    without(t, "ssd_cla_reviews", "clar_cla_person_id")
    without(t, "ssd_cp_reviews", "cppr_person_id")


def visits_name_the_child_only(t: Tables) -> None:
    without(t, "ssd_cin_visits", "cinv_cin_plan_id")
    without(t, "ssd_cp_visits", "cppv_cp_plan_id")
    without(t, "ssd_cla_visits", "clav_cla_id")


def people_have_other_columns(t: Tables) -> None:
    without(t, "ssd_person", "pers_common_child_id", "pers_legacy_id", "pers_gender", "pers_nationality")
    extra = {"pers_upn": "X123", "pers_single_unique_id": "", "pers_forename": "", "pers_surname": ""}
    t["ssd_person"] = [row | extra for row in t["ssd_person"]]


def professionals_have_no_name(t: Tables) -> None:
    without(t, "ssd_professionals", "prof_professional_name", "prof_professional_job_title")


def columns_that_nothing_needs_are_left_out(t: Tables) -> None:
    without(
        t,
        "ssd_cin_episodes",
        "cine_referral_source_code",
        "cine_referral_source_desc",
        "cine_referral_worker_id",
    )
    without(t, "ssd_cp_visits", "cppv_cp_visit_bedroom")
    without(t, "ssd_missing", "miss_missing_rhi_offered", "miss_missing_rhi_accepted")
    without(t, "ssd_cla_placement", "clap_cla_placement_urn", "clap_cla_placement_postcode")


def tables_that_nothing_needs_are_left_out(t: Tables) -> None:
    for name in ("ssd_address", "ssd_disability", "ssd_immigration_status", "ssd_early_help_episodes",
                 "ssd_pre_proceedings", "ssd_permanence"):  # fmt: skip
        del t[name]


def placeholders_stand_in_cells(t: Tables) -> None:
    for row in t["ssd_professionals"]:
        row["prof_agency_worker_flag"] = "PLACEHOLDER_DATA"
    for row in t["ssd_sdq_scores"]:
        row["csdq_sdq_reason"] = "PLACEHOLDER_DATA"
    for row in t["ssd_cp_reviews"]:
        row["cppr_cp_review_participation"] = "PLACEHOLDER_DATA"
    t["ssd_pre_proceedings"] = [
        {c.name: "PLACEHOLDER_DATA" for c in contract()["ssd_pre_proceedings"].columns}
        | {"prep_table_id": "1"}
    ]


def nobody_is_minus_one(t: Tables) -> None:
    for name in ("ssd_involvements", "ssd_cin_assessments", "ssd_cin_plans", "ssd_care_leavers"):
        for row in t[name]:
            for column in row:
                if column.endswith(("_worker_id", "_professional_id")) and not row[column]:
                    row[column] = "-1"


def empty_is_null(t: Tables) -> None:
    every(t, lambda _table, _kind, cell: cell or "NULL")


def dates_carry_midnight(t: Tables) -> None:
    every(
        t, lambda _table, kind, cell: f"{cell} 00:00:00.000" if kind == "date" and len(cell) == 10 else cell
    )


def headers_are_in_capitals(t: Tables) -> None:
    for name, rows in t.items():
        t[name] = [{k.upper(): v for k, v in row.items()} for row in rows]


def the_allocated_worker_is_written_out(t: Tables) -> None:
    for row in t["ssd_involvements"]:
        if row["invo_professional_role_id"] == "CW":
            row["invo_professional_role_id"] = "Allocated Case Worker"


def teams_are_named_on_involvements(t: Tables) -> None:
    names = {row["dept_team_id"]: row["dept_team_name"] for row in t["ssd_department"]}
    for row in t["ssd_involvements"]:
        row["invo_professional_team"] = names.get(
            row["invo_professional_team"], row["invo_professional_team"]
        )


def flags_are_written_out(t: Tables) -> None:
    words = {"Y": "a) Yes", "N": "no"}
    every(t, lambda _table, kind, cell: words.get(cell, cell) if kind == "flag" else cell)


def codes_carry_their_text(t: Tables) -> None:
    for row in t["ssd_legal_status"]:
        row["lega_legal_status"] = f"c) {row['lega_legal_status'].lower()}: some words"
    for row in t["ssd_cla_placement"]:
        row["clap_cla_placement_type"] = f"{row['clap_cla_placement_type']} - some words"


DIFFERENCES = (
    mosaic_cin_visits_name_the_plan_only, mosaic_cin_plans_have_another_key, mosaic_cin_plans_name_the_referral_only,
    mosaic_involvements_name_the_referral_only, mosaic_cp_visits_name_the_plan_only,
    visits_of_looked_after_children_name_the_care_period_only, mosaic_placements_name_the_care_period_only,
    reviews_name_no_child, visits_name_the_child_only, people_have_other_columns, professionals_have_no_name,
    columns_that_nothing_needs_are_left_out, tables_that_nothing_needs_are_left_out, placeholders_stand_in_cells,
    nobody_is_minus_one, empty_is_null, dates_carry_midnight, headers_are_in_capitals,
    the_allocated_worker_is_written_out, teams_are_named_on_involvements, flags_are_written_out,
    codes_carry_their_text,
)  # fmt: skip
MOSAIC = [d for d in DIFFERENCES if d.__name__.startswith(("mosaic", "visits_of", "reviews"))]


def copied(tables: Tables) -> Tables:
    return {name: [dict(row) for row in rows] for name, rows in tables.items()}


@pytest.mark.parametrize("change", DIFFERENCES, ids=lambda change: change.__name__)
def test_the_ledger_is_the_same(
    change: Callable[[Tables], None], tables: Tables, ledger: bytes, tmp_path: Path
) -> None:
    other = copied(tables)
    change(other)
    assert other != tables
    engine = kpi_engine.open_folder(write(tmp_path / "ssd", other), AS_AT)
    assert written_ledger(engine, tmp_path) == ledger


def test_a_mosaic_extract_in_windows_files_is_the_same(tables: Tables, ledger: bytes, tmp_path: Path) -> None:
    other = copied(tables)
    for change in (*MOSAIC, people_have_other_columns, placeholders_stand_in_cells, nobody_is_minus_one, empty_is_null,
                   dates_carry_midnight, headers_are_in_capitals):  # fmt: skip
        change(other)
    engine = kpi_engine.open_folder(write(tmp_path / "ssd", other, end="\r\n", mark="\ufeff"), AS_AT)
    assert written_ledger(engine, tmp_path) == ledger


# Columns without which a number would be wrong


@pytest.mark.parametrize(
    ("name", "column", "lost"),
    [
        (name, column, lost)
        for name, columns in DEPENDS.items()
        for column, lost in columns.items()
    ],
)  # fmt: skip
def test_a_column_that_decides_a_number_is_missed_by_name(
    name: str, column: str, lost: tuple[str, ...], tables: Tables, tmp_path: Path
) -> None:
    other = copied(tables)
    without(other, name, column)
    kpi_engine.load(str(write(tmp_path / "ssd", other)), AS_AT, tmp_path / "home")
    engine = kpi_engine.open_current(tmp_path / "home")
    why = {m.slug: engine.figures.missing(m) for m in CATALOGUE.values()}
    expected = {s for s, m in CATALOGUE.items() if {s, *getattr(m, "clocks", ())} & set(lost)}
    assert {slug for slug, sentence in why.items() if sentence} == expected
    assert expected
    assert all(
        sentence == f"No data: {name} has no column {column}." for sentence in why.values() if sentence
    )
    assert not [clock for clock in lost if clock in CLOCKS and engine.ledger_rows(AS_AT, clock)]


def test_a_table_without_rows_lacks_no_column(tables: Tables, tmp_path: Path) -> None:
    other = copied(tables)
    folder = write(tmp_path / "ssd", other)
    (folder / "ssd_cp_visits.csv").write_text("cppv_cp_visit_id,cppv_cp_visit_date\n")
    engine = kpi_engine.open_folder(folder, AS_AT)
    assert engine.figures.missing(CATALOGUE["cp_visits_overdue"]) is None
