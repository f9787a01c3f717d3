"""Each fault of rules.md 7 is the same finding, whether a folder or a database brings it; none is dropped."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import URL

import kpi_engine
from kpi_engine.engine import Engine
from kpi_engine.extracts.ssd_database import read_database

from .conftest import AS_AT, text_of

PLANS = "cppl_cp_plan_id,cppl_person_id,cppl_cp_plan_start_date,cppl_cp_plan_end_date\n"
WHOLE = "".join(f"W{n},C1,2025-01-0{n},2025-02-01\n" for n in range(1, 9))
FAULTS = {
    "missing start date": "P1,C1,,\n",
    "end before start": "P1,C1,2026-11-01,2026-10-01\n",
    "unknown child": "P1,C9,2026-11-01,\n",
    "two open plans": "P1,C1,2026-10-01,\nP2,C1,2026-11-01,\n",
    "impossible date": "P1,C1,2026-01-01,2026-02-30\n",
    "duplicate key": "P1,C1,2026-11-01,\nP1,C2,2026-11-02,\n",
}
ASSESSMENTS = (
    "cina_assessment_id,cina_person_id,cina_referral_id,cina_assessment_start_date,cina_assessment_auth_date\n"
    "A1,C1,R1,2026-10-10,2026-10-01\n"
)
INVOLVEMENTS = (
    "invo_involvements_id,invo_professional_id,invo_professional_role_id,invo_professional_team,"
    "invo_involvement_start_date,invo_person_id\nN1,P9,CW,T9,2026-01-01,C1\n"
)


def tables(rule: str) -> dict[str, str]:
    """Tables as CSV with the fault in one of them."""
    return {
        "ssd_person": "pers_person_id,pers_dob\nC1,2015-01-01\nC2,2016-01-01\n",
        "ssd_department": "dept_team_id,dept_team_name\nT1,One\n",
        "ssd_professionals": "prof_professional_id\nP9\n",
        "ssd_cin_episodes": "cine_referral_id,cine_person_id,cine_referral_date\nR1,C1,2026-10-01\n",
        "ssd_cp_plans": PLANS + WHOLE + FAULTS.get(rule, ""),
        **({"ssd_cin_assessments": ASSESSMENTS} if rule == "done before start" else {}),
        **({"ssd_involvements": INVOLVEMENTS} if rule == "unknown team" else {}),
    }


def by_folder(rule: str, path: Path) -> Engine:
    (path / "ssd").mkdir()
    for name, text in tables(rule).items():
        (path / "ssd" / f"{name}.csv").write_text(text, "utf-8")
    return kpi_engine.open_folder(path / "ssd", AS_AT)


def by_database(url: URL, rule: str) -> Engine:
    """Columns of text, as a staging database holds what it was given."""
    engine = sa.create_engine(url)
    with engine.begin() as connection:
        for name, text in tables(rule).items():
            header, *rows = csv.reader(io.StringIO(text))
            table = sa.Table(name, sa.MetaData(), *(sa.Column(one, sa.Text) for one in header))
            table.create(connection)
            values = [{c: v or None for c, v in zip(header, row, strict=True)} for row in rows]
            connection.execute(table.insert(), values)
    engine.dispose()
    return Engine(read_database(text_of(url), AS_AT))


def findings(engine: Engine) -> list[tuple[str, str, str]]:
    return sorted((f["table"], f["rule"], f["key"]) for f in engine.findings())


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[str], Engine]:
    url = (
        URL.create("sqlite", database=str(tmp_path / "ssd.db"))
        if request.param == "sqlite"
        else request.getfixturevalue("schema")
    )
    return lambda rule: by_database(url, rule)


@pytest.mark.parametrize("rule", [*FAULTS, "done before start", "unknown team"])
def test_a_fault_is_the_same_finding_from_a_folder_and_a_database(
    rule: str, database: Callable[[str], Engine], tmp_path: Path
) -> None:
    folder = findings(by_folder(rule, tmp_path))
    assert rule in {name for _, name, _ in folder}
    assert findings(database(rule)) == folder


def test_without_a_fault_there_is_no_finding_about_plans(tmp_path: Path) -> None:
    assert [f for f in findings(by_folder("none", tmp_path)) if f[0] == "ssd_cp_plans"] == []
