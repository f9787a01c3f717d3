"""Sibling groups: a caution where what may be one family moved a small number, in numbers only."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path

import pytest

import kpi_engine
from kpi_engine.answer import MeasureAnswer
from kpi_engine.question import EVERYTHING, Question, UnitRef
from kpi_engine.signals import family_sizes

ON = date(2015, 3, 29)


def table(folder: Path, name: str, rows: list[dict[str, str]]) -> None:
    with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as lines:
        writer = csv.DictWriter(lines, list(dict.fromkeys(k for row in rows for k in row)))
        writer.writeheader()
        writer.writerows(rows)


@pytest.fixture
def engine(tmp_path: Path) -> kpi_engine.Engine:
    """Three children of one referral day and worker whose visits fall due together, and one child alone."""
    children = {"C1": "2015-01-05", "C2": "2015-01-05", "C3": "2015-01-05", "C4": "2015-01-19"}
    table(tmp_path, "ssd_department", [{"dept_team_id": "T1", "dept_team_name": "Team One"}])
    table(
        tmp_path,
        "ssd_professionals",
        [
            {"prof_professional_id": "P1", "prof_professional_name": "Ann Archer"},
            {"prof_professional_id": "P2", "prof_professional_name": "Ben Baker"},
        ],
    )
    table(tmp_path, "ssd_person", [{"pers_person_id": c, "pers_dob": "2008-01-01"} for c in children])
    table(
        tmp_path,
        "ssd_cin_episodes",
        [
            {
                "cine_referral_id": f"R{c}",
                "cine_person_id": c,
                "cine_referral_date": day,
                "cine_close_date": "",
                "cine_referral_team": "T1",
            }
            for c, day in children.items()
        ],
    )
    table(
        tmp_path,
        "ssd_involvements",
        [
            {
                "invo_involvements_id": f"I{c}",
                "invo_person_id": c,
                "invo_professional_id": "P2" if c == "C4" else "P1",
                "invo_professional_role_id": "CW",
                "invo_professional_team": "T1",
                "invo_involvement_start_date": day,
                "invo_involvement_end_date": "",
            }
            for c, day in children.items()
        ],
    )
    table(
        tmp_path,
        "ssd_cp_plans",
        [
            {
                "cppl_cp_plan_id": f"CP{c}",
                "cppl_person_id": c,
                "cppl_cp_plan_start_date": "2015-03-09" if c != "C4" else "2015-03-10",
                "cppl_cp_plan_end_date": "",
                "cppl_cp_plan_ola": "N",
            }
            for c in children
        ],
    )
    table(
        tmp_path,
        "ssd_cp_visits",
        [
            {
                "cppv_cp_visit_id": "V1",
                "cppv_person_id": "C1",
                "cppv_cp_plan_id": "CPC1",
                "cppv_cp_visit_date": "2015-03-01",
                "cppv_cp_visit_seen": "Y",
            }
        ],
    )
    return kpi_engine.open_folder(tmp_path, ON)


def why(engine: kpi_engine.Engine, slug: str, as_at: date = ON) -> MeasureAnswer:
    (found,) = engine.ask(Question("why", (slug,), UnitRef("team", "T1"), as_at), EVERYTHING).answers
    return found


def test_a_family_is_a_shared_day_team_worker_and_plan(engine: kpi_engine.Engine) -> None:
    from kpi_engine.measures import measure

    rows = engine.figures.rows(measure("cp_visits_overdue"), ON, None)
    assert family_sizes(engine.figures.view(ON), rows.parts) == [3]


def test_it_is_said_where_it_moved_the_number(engine: kpi_engine.Engine) -> None:
    # Plans of Mon 9 Mar + 10 working days = Mon 23 Mar: overdue from Tue 24; all four came on since Sun 22.
    found = why(engine, "cp_visits_overdue")
    assert (found.previous, found.value) == (0, 4)
    assert "3 of the 4 children who came on share" in " ".join(found.sentences)
    assert "possibly one family" in " ".join(found.sentences)
    assert not any(child in " ".join(found.sentences) for child in ("C1", "C2", "C3", "C4"))


def test_nothing_is_said_where_nothing_moved(engine: kpi_engine.Engine) -> None:
    found = why(engine, "cp_visits_overdue", date(2015, 3, 20))
    assert (found.previous, found.value) == (0, 0)
    assert "family" not in " ".join(found.sentences)
