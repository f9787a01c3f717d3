"""An earlier date asked of today's extract gives what an extract of that day would have given.

Random authorities: every cell dated after D is emptied, as if the extract had been taken on D.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from kpi_engine import Engine, open_folder
from kpi_engine.question import EVERYTHING, Question
from kpi_engine.tables import contract
from tests.generative.random_authority import extract_date, random_authority, write_ssd_folder
from tests.worked_cases.loader import Tables

LIMITS = {
    ("local_court", "extension_to_date"),
    ("local_staff", "appraisal_due_date"),
    ("local_audits", "due_date"),
}
"""Limits, not events: they may lie after D (rules 4)."""
LABELS = {("ssd_person", "pers_dob"), ("local_audits", "audit_month")}
"""What a record is about, known before its day comes."""
BEGINS = {"local_staff": "start_date", "local_placements_in_house": "as_at"}
"""Tables whose rows mean something without a date: a row of a later day is not there at all."""


def cut_off(tables: Tables, as_at: dt.date) -> Tables:
    """The tables with every date after as_at emptied."""
    last = as_at.isoformat()
    out: Tables = {}
    for name, rows in tables.items():
        dated = {
            c.name
            for c in contract()[name].columns
            if c.type in ("date", "timestamp", "month") and (name, c.name) not in LIMITS | LABELS
        }
        there = [row for row in rows if name not in BEGINS or row[BEGINS[name]][:10] <= last]
        out[name] = [{k: "" if k in dated and v[:10] > last else v for k, v in row.items()} for row in there]
    return out


@pytest.fixture(scope="module", params=range(8))
def pair(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[Engine, Engine]:
    """The engine of a whole extract, and that of the same extract cut off months before."""
    seed: int = request.param
    tables, today = random_authority(seed, 40), extract_date(seed)
    before = today - dt.timedelta(days=60 + 37 * seed)
    folder = tmp_path_factory.mktemp("extracts")
    whole = open_folder(write_ssd_folder(tables, folder / "whole"), today)
    return whole, open_folder(write_ssd_folder(cut_off(tables, before), folder / "cut"), before)


def test_the_ledger_of_an_earlier_day(pair: tuple[Engine, Engine]) -> None:
    whole, cut = pair
    rows = cut.ledger_rows(cut.as_at)
    assert rows
    assert whole.ledger_rows(cut.as_at) == rows


def _numbers(engine: Engine, as_at: dt.date, unit: str) -> list[dict[str, Any]]:
    return [{k: v for k, v in one.items() if k != "bounds"} for one in engine.measures(as_at, unit)]


@pytest.mark.parametrize("unit", ["ALL", "T11", "S2"])
def test_every_number_of_an_earlier_day(pair: tuple[Engine, Engine], unit: str) -> None:
    whole, cut = pair
    assert _numbers(whole, cut.as_at, unit) == _numbers(cut, cut.as_at, unit)


def test_every_list_of_an_earlier_day(pair: tuple[Engine, Engine]) -> None:
    whole, cut = pair
    for slug in whole.slugs:
        question = Question("list", (slug,), as_at=cut.as_at)
        assert [a.rows for a in whole.ask(question, EVERYTHING).answers] == [
            a.rows for a in cut.ask(question, EVERYTHING).answers
        ], slug
