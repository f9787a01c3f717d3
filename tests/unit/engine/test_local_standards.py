"""Local standards: the file a manager edits changes what is due, from its date on."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from kpi_engine import open_folder
from kpi_engine.errors import InputError
from kpi_engine.timescales import shipped, timescales
from tests.worked_cases.loader import COLUMNS, write_folder

OWN = """
cp_visit:
  description: "Every child on a plan is seen."
  values: {2010-03-01: 10, 2026-06-01: 15}
  unit: working_day
  kind: local standard
  source: "Our own standard, June 2026"
"""


def test_an_own_standard_takes_the_shipped_ones_place(tmp_path: Path) -> None:
    (tmp_path / "local_standards.yaml").write_text(OWN)
    found = timescales(tmp_path)
    assert found["cp_visit"].values == ((date(2010, 3, 1), 10), (date(2026, 6, 1), 15))
    assert {name: one for name, one in found.items() if name != "cp_visit"} == {
        name: one for name, one in shipped().items() if name != "cp_visit"
    }


def test_what_is_due_follows_the_standard_in_force_when_the_clock_started(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    (home / "local_standards.yaml").write_text(OWN)
    tables = {
        "ssd_person": [{"pers_person_id": "C1", "pers_dob": "2018-01-01"}],
        "ssd_cp_plans": [
            {"cppl_cp_plan_id": "A", "cppl_person_id": "C1", "cppl_cp_plan_start_date": "2026-05-29"},
            {"cppl_cp_plan_id": "B", "cppl_person_id": "C1", "cppl_cp_plan_start_date": "2026-06-01"},
        ],
        "ssd_cp_visits": [],
    }  # fmt: skip
    folder = write_folder(
        {name: [dict.fromkeys(COLUMNS[name], "") | row for row in rows] for name, rows in tables.items()},
        tmp_path / "ssd",
    )
    rows = open_folder(folder, date(2026, 6, 2), home).ledger_rows(date(2026, 6, 2), "cp_visit")
    assert {row["subject_id"]: row["due_date"] for row in rows} == {"A": "2026-06-12", "B": "2026-06-22"}


WRONG = {
    OWN.replace("10, ", "ten, "): "line 2: the timescale cp_visit needs",
    OWN.replace("10, ", "0, "): "line 2: the timescale cp_visit needs",
    OWN.replace("working_day", "fortnight"): "line 2: the timescale cp_visit needs",
    OWN.replace("2026-06-01", "June"): "line 2: the timescale cp_visit needs",
    OWN.replace("  unit: working_day\n", ""): "line 2: the timescale cp_visit needs",
    OWN.replace("cp_visit:", "cp_visits:"): "line 2: there is no timescale cp_visits",
    OWN.replace("2026-06-01", "2026-06-31"): "line 4: 2026-06-31 is no date that exists",
    OWN + OWN: "line 9: cp_visit is there twice",
}


@pytest.mark.parametrize("text", WRONG)
def test_a_wrong_file_is_answered_with_its_line(text: str, tmp_path: Path) -> None:
    (tmp_path / "local_standards.yaml").write_text(text)
    with pytest.raises(InputError) as caught:
        timescales(tmp_path)
    assert str(caught.value).startswith(f"local_standards.yaml, {WRONG[text]}"), caught.value
