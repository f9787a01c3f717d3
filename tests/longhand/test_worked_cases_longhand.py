"""Every worked case, worked out by hand: the cases and the longhand calculation check each other."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from tests.longhand.figures import measure
from tests.longhand.ledger import ledger
from tests.worked_cases.loader import Case, load_cases

CASES = load_cases()


def _ids(case: Case) -> str:
    return f"{case.file}: {case.name}"


@pytest.mark.parametrize("case", [case for case in CASES if case.clocks], ids=_ids)
def test_ledger(case: Case) -> None:
    rows = {
        (row["clock"], row["subject_id"], row["sequence"]): row
        for row in ledger(case.tables, case.as_at, case.clocks)
    }
    expected = {
        (row["clock"], str(row["subject_id"]), row["sequence"]): row for row in case.expect_ledger or []
    }
    assert rows.keys() == expected.keys(), case.because
    for key, wanted in expected.items():
        wanted = {"done_date": None, "days_overdue": 0, **wanted}
        got = {name: rows[key][name] for name in wanted}
        assert got == {name: _plain(value) for name, value in wanted.items()}, case.because


def _plain(value: Any) -> Any:
    return value.date() if isinstance(value, dt.datetime) else value


@pytest.mark.parametrize("case", [case for case in CASES if case.expect_measures], ids=_ids)
def test_measures(case: Case) -> None:
    for slug, questions in case.expect_measures.items():
        for question in questions:
            period = tuple(question["period"]) if "period" in question else None
            answer = measure(case.tables, slug, case.as_at, question.get("unit", "ALL"), period)
            if question["value"] == "no_data":
                assert answer == "no_data", (slug, case.because)
                continue
            assert isinstance(answer, dict), slug
            for name in ("value", "of"):
                if name in question:
                    assert answer[name] == question[name], (slug, name, question, case.because)
