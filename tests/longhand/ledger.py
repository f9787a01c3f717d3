"""The whole ledger, by hand: every clock, every row, its status and whose it is."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from typing import Any

from tests.longhand import (
    care_leaver_clocks,
    child_in_need_clocks,
    child_protection_clocks,
    front_door_clocks,
    local_clocks,
    looked_after_clocks,
)
from tests.longhand.allocation import contact_holder, holder, team_of, worker_of
from tests.longhand.populations import earliest
from tests.longhand.rows import LedgerRow
from tests.longhand.world import Records, World, remembered

# clock -> how it is worked out, and the tables without which nobody can say.
CLOCKS: dict[str, tuple[Callable[[World], list[LedgerRow]], tuple[str, ...]]] = {
    "contact_decision": (front_door_clocks.contact_decision, ("ssd_contacts", "local_contact_decisions")),
    "assessment": (front_door_clocks.assessment, ("ssd_cin_assessments",)),
    "assessment_from_referral": (front_door_clocks.assessment_from_referral, ("ssd_cin_assessments",)),
    "initial_conference": (
        child_protection_clocks.initial_conference,
        ("ssd_s47_enquiry", "ssd_initial_cp_conference"),
    ),
    "review_conference": (child_protection_clocks.review_conference, ("ssd_cp_plans", "ssd_cp_reviews")),
    "cp_visit": (child_protection_clocks.cp_visit, ("ssd_cp_plans", "ssd_cp_visits")),
    "core_group": (child_protection_clocks.core_group, ("ssd_cp_plans", "local_meetings")),
    "mid_point_review": (
        child_protection_clocks.mid_point_review,
        ("ssd_cp_plans", "ssd_cp_reviews", "local_meetings"),
    ),
    "cin_plan": (child_in_need_clocks.cin_plan, ("ssd_cin_episodes", "ssd_cin_plans")),
    "cin_visit": (child_in_need_clocks.cin_visit, ("ssd_cin_plans", "ssd_cin_visits")),
    "cin_review": (child_in_need_clocks.cin_review, ("ssd_cin_plans", "local_meetings")),
    "lac_visit": (
        looked_after_clocks.lac_visit,
        ("ssd_cla_episodes", "ssd_cla_placement", "ssd_cla_visits"),
    ),
    "lac_review": (looked_after_clocks.lac_review, ("ssd_cla_episodes", "ssd_cla_reviews")),
    "initial_health_assessment": (
        looked_after_clocks.initial_health_assessment,
        ("ssd_cla_episodes", "ssd_cla_health"),
    ),
    "review_health_assessment": (
        looked_after_clocks.review_health_assessment,
        ("ssd_cla_episodes", "ssd_cla_health"),
    ),
    "dental_check": (looked_after_clocks.dental_check, ("ssd_cla_episodes", "ssd_cla_health")),
    "sdq": (looked_after_clocks.sdq, ("ssd_cla_episodes", "ssd_sdq_scores")),
    "pep": (looked_after_clocks.pep, ("ssd_cla_episodes", "local_peps")),
    "return_interview": (looked_after_clocks.return_interview, ("local_return_interviews",)),
    "pathway_plan": (care_leaver_clocks.pathway_plan, ("ssd_care_leavers",)),
    "pathway_review": (care_leaver_clocks.pathway_review, ("ssd_care_leavers",)),
    "care_leaver_contact": (care_leaver_clocks.care_leaver_contact, ("ssd_care_leavers",)),
    "pre_proceedings": (local_clocks.pre_proceedings, ("local_pre_proceedings",)),
    "care_proceedings": (local_clocks.care_proceedings, ("local_court",)),
    "private_fostering_first_visit": (
        local_clocks.private_fostering_first_visit,
        ("local_private_fostering", "local_private_fostering_visits"),
    ),
    "private_fostering_visit": (
        local_clocks.private_fostering_visit,
        ("local_private_fostering", "local_private_fostering_visits"),
    ),
    "carer_assessment": (local_clocks.carer_assessment, ("local_carer_assessments",)),
    "supervision": (local_clocks.supervision, ("local_staff", "local_supervisions")),
    "appraisal": (local_clocks.appraisal, ("local_staff",)),
    "induction": (local_clocks.induction, ("local_staff",)),
    "audit": (local_clocks.audit, ("local_audits",)),
    "complaint": (local_clocks.complaint, ("local_complaints",)),
}
COLUMNS = (
    "clock",
    "child_id",
    "subject_id",
    "sequence",
    "start_date",
    "due_date",
    "done_date",
    "ended_date",
    "status",
    "days_overdue",
    "working_days_overdue",
    "team_id",
    "worker_id",
)


def ledger(
    tables: dict[str, list[dict[str, str]]], as_at: dt.date, clocks: Iterable[str] | None = None
) -> list[dict[str, Any]]:
    """The ledger as at D: a dict a row, dates as dates, nothing as None.

    Sorted by clock, child, subject, number. clocks: only these (default all).
    A table that is not there leaves out the clocks that need it.
    """
    world = World(Records(tables), as_at)
    wanted = CLOCKS if clocks is None else clocks
    rows = [row for clock in wanted for row in clock_rows(world, clock)]
    return sorted(rows, key=sort_key)


def sort_key(row: dict[str, Any]) -> tuple[str, str, str, int]:
    return row["clock"], row["child_id"] or "", row["subject_id"] or "", row["sequence"]


@remembered
def clock_rows(world: World, clock: str) -> list[dict[str, Any]]:
    """The finished rows of one clock."""
    work, tables = CLOCKS[clock]
    if not world.records.has(*tables):
        return []
    return [_finished(world, row) for row in work(world)]


def _finished(world: World, row: LedgerRow) -> dict[str, Any]:
    status = row.status(world.as_at)
    team, worker = _holder(world, row, status)
    values = (
        row.clock,
        row.child if row.child is not None else row.subject,
        row.subject,
        row.sequence,
        row.start,
        row.due,
        row.done,
        row.ended,
        status,
        row.days_overdue(world.as_at),
        row.working_days_overdue(world.as_at),
        team,
        worker,
    )
    return dict(zip(COLUMNS, values, strict=True))


STAFF_CLOCKS = ("supervision", "appraisal", "induction")


def _holder(world: World, row: LedgerRow, status: str) -> tuple[str | None, str | None]:
    """Who can act on what is open; who held it then, of what is over."""
    if row.owner == "record":
        worker = row.record_worker
        return team_of(world, row.record_team), worker if row.clock in STAFF_CLOCKS else worker_of(
            world, worker
        )
    open_row = status in ("overdue", "due")
    day = world.as_at if open_row else earliest(row.due, row.done, row.ended, world.as_at)
    assert day is not None
    if row.owner == "contact":
        contact = world.first("ssd_contacts", "cont_contact_id", row.subject)
        assert contact is not None
        return contact_holder(world, contact, day, reach_back=not open_row)
    return holder(
        world,
        row.child,
        day,
        record_team=row.record_team,
        record_worker=row.record_worker,
        reach_back=not open_row,
    )
