"""Columns typed spelling by spelling say what each cell says."""

from __future__ import annotations

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from kpi_engine import cells
from kpi_engine.extracts.raw import typed
from kpi_engine.extracts.spellings import Spellings
from kpi_engine.facts import Frame
from kpi_engine.findings import Finding
from kpi_engine.tables import Column, contract

texts = st.sampled_from(
    ["C1", " C1 ", "C2", "", "NULL", "-1", "PLACEHOLDER_DATA", "#N/A", "\u00a0C2", "c1", "nan", "0"]
)
moments = st.sampled_from(
    [
        "2026-04-02",
        "2026-04-02 09:30:00",
        "2026-04-02T09:30:00.123",
        "2026-02-30",
        "2 April",
        "",
        "NULL",
        " 2026-04-02 ",
    ]
)
flags = st.sampled_from(["Y", "y", "Yes", "a) Yes", "N", "no", "b) No", "", "maybe", "1", "0", "TRUE"])


def plain(text: str, kind: str = "text") -> str | None:
    """A cell, trimmed; None where empty."""
    text = text.strip(" \t\r\n\u00a0\ufeff")
    return None if text in (cells.EMPTY_ID if kind == "id" else cells.EMPTY) else text


@given(st.lists(texts, max_size=12), st.sampled_from(["id", "text"]))
def test_each_row_holds_its_cell(rows: list[str], kind: str) -> None:
    column = Column("x", kind, False, False, "", "")  # type: ignore[arg-type]
    told = Spellings.of(column, pa.chunked_array([rows], pa.string()))
    expected = [plain(row, kind) for row in rows]
    assert [told[row] for row in range(len(rows))] == expected
    assert told.to_arrow().to_pylist() == expected
    assert told.empty.tolist() == [one is None for one in expected]
    frame = Frame("ssd_person", pa.table({"x": told.to_arrow()}))
    assert frame.text("x").tolist() == [one or "" for one in expected]
    assert frame.made("x", cells.code).tolist() == [cells.code(one) for one in expected]


VISITS = contract()["ssd_cp_visits"]


@given(st.lists(st.tuples(texts, moments, flags), min_size=1, max_size=12))
def test_a_table_is_typed_cell_by_cell(rows: list[tuple[str, str, str]]) -> None:
    names = ("cppv_cp_visit_id", "cppv_cp_visit_date", "cppv_cp_visit_seen")
    raw = pa.table({name: [row[n] for row in rows] for n, name in enumerate(names)})
    faults: list[str] = []
    findings: list[Finding] = []
    table = typed("ssd_cp_visits", raw, "ssd_cp_visits.csv", faults, findings)
    assert table is not None
    frame = Frame("ssd_cp_visits", table)
    kept = dict(zip(frame.line().tolist(), range(frame.rows), strict=True))
    seen: set[str] = set()
    for line, (key, moment, flag) in enumerate(rows, 2):
        one = plain(key, "id")
        if one is not None and one in seen:
            assert line not in kept
            assert any(f.rule == "duplicate key" and f.row == line and f.key == one for f in findings)
            continue
        if one is None:
            assert any(f.rule == "missing key" and f.row == line for f in findings)
        seen.add(one or "")
        row = kept[line]
        read = cells.read_moment(plain(moment) or "") if plain(moment) else None
        if isinstance(read, tuple):
            assert frame.day(names[1])[row] == read[0]
        else:
            assert frame.day(names[1])[row] == 1_000_000
        assert frame.bad(names[1])[row] == isinstance(read, str)
        assert any(f.row == line and f.rule == read for f in findings) == isinstance(read, str)
        assert frame.flag(names[2])[row] == (cells.flag(flag) == "Y")
        assert frame.refused(names[2])[row] == (cells.flag(flag) == "N")


def test_a_repeated_row_leaves_no_trace_of_its_cells() -> None:
    raw = pa.table(
        {"pers_person_id": ["C1", "C1"], "pers_dob": ["2020-01-01", "2021-01-01"], "pers_sex": ["M", "F"]}
    )
    table = typed("ssd_person", raw, "ssd_person.csv", [], [])
    assert table is not None
    assert Frame("ssd_person", table).text("pers_sex").tolist() == ["M"]


def test_no_rows_are_no_rows() -> None:
    raw = pa.table({name: pa.array([], pa.string()) for name in ("cppv_cp_visit_id", "cppv_cp_visit_date")})
    table = typed("ssd_cp_visits", raw, "ssd_cp_visits.csv", [], [])
    assert table is not None
    assert table.num_rows == 0
    assert Frame("ssd_cp_visits", table).day("cppv_cp_visit_date").tolist() == []
