"""What an Annex A workbook says is overdue is what the SSD extract it was made from says."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

import kpi_engine
from kpi_engine.engine import Engine
from kpi_engine.extracts.annex_a import read_annex_a

from .conftest import AS_AT
from .snapshot import annex_a

SINCE = date(2026, 5, 15)
CLOCKS = (
    "assessment", "initial_conference", "review_conference", "cp_visit", "lac_visit", "lac_review",
    "initial_health_assessment", "review_health_assessment", "dental_check",
)  # fmt: skip
NUMBERS = (
    "referrals_received", "referrals_no_further_action", "assessments_open", "assessments_overdue",
    "assessments_in_time", "assessments_child_seen", "cin_open", "cin_net_change", "cin_unallocated", "cp_open",
    "cp_unallocated", "section_47_started", "initial_conferences_overdue", "initial_conferences_in_time",
    "review_conferences_overdue", "cp_visits_overdue", "cp_over_two_years", "lac_open", "lac_unallocated",
    "lac_visits_overdue", "lac_reviews_overdue", "initial_health_overdue", "review_health_overdue", "dental_overdue",
    "ifa_placements",
)  # fmt: skip


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> tuple[Engine, Engine]:
    """(the extract, the workbook made from it)."""
    folder = tmp_path_factory.mktemp("snapshot")
    kpi_engine.make_authority(folder / "ssd", children=300, as_at=AS_AT, seed=11)
    path: Path = annex_a(folder / "ssd", folder / "annex_a.xlsx", AS_AT, SINCE)
    return kpi_engine.open_folder(folder / "ssd"), Engine(read_annex_a(path, AS_AT))


@pytest.mark.parametrize("clock", CLOCKS)
def test_the_open_rows_are_the_same(both: tuple[Engine, Engine], clock: str) -> None:
    whole, snapshot = (
        {
            (r["child_id"], r["start_date"], r["due_date"], r["status"], r["days_overdue"])
            for r in engine.ledger_rows(AS_AT, clock)
            if r["status"] in ("overdue", "due")
        }
        for engine in both
    )
    assert snapshot == whole
    assert whole


def test_every_number_that_a_snapshot_gives_is_the_same(both: tuple[Engine, Engine]) -> None:
    whole, snapshot = ({m["measure"]: m for m in engine.measures(AS_AT)} for engine in both)
    assert {slug for slug, m in snapshot.items() if not m["no_data"]} == set(NUMBERS)
    for slug in NUMBERS:
        for part in ("value", "of", "met"):
            assert (slug, snapshot[slug][part]) == (slug, whole[slug][part])


def test_the_holders_are_the_same(both: tuple[Engine, Engine]) -> None:
    """By name: a workbook knows no ids of workers and teams."""
    whole, snapshot = both
    found = 0
    for row in snapshot.ledger_rows(AS_AT, "cp_visit"):
        team = whole.child_team(row["child_id"], AS_AT)
        assert row["team_id"] == (None if team is None else whole.units[team].name)
        found += 1
    assert found > 10
