"""Clocks of the local tables: court, private fostering, carers, staff, audits, complaints."""

from __future__ import annotations

import datetime as dt

from tests.longhand import cells
from tests.longhand.counting import add_months
from tests.longhand.populations import earliest
from tests.longhand.rows import LedgerRow, Limit, deadline, rhythm
from tests.longhand.world import Row, World

CASE_HOLDING_ROLES = ("social_worker", "senior_practitioner")


def _own(rows: list[LedgerRow], team: str | None, worker: str | None = None) -> list[LedgerRow]:
    for row in rows:
        row.owner, row.record_team, row.record_worker = "record", team, worker
    return rows


def pre_proceedings_start(world: World, record: Row) -> dt.date | None:
    return world.date(record, "letter_date") or world.date(record, "decision_date")


def pre_proceedings(world: World) -> list[LedgerRow]:
    rows = []
    for record in world.rows("local_pre_proceedings"):
        rows += deadline(
            "pre_proceedings",
            record.get("person_id"),
            record.get("pre_proceedings_id"),
            pre_proceedings_start(world, record),
            Limit(98, "CD"),
            world.date(record, "end_date"),
            own_date=True,
        )
    return rows


def care_proceedings(world: World) -> list[LedgerRow]:
    rows = []
    for record in world.rows("local_court"):
        rows += deadline(
            "care_proceedings",
            record.get("person_id"),
            record.get("case_id"),
            world.date(record, "issue_date"),
            world.limit(record, "extension_to_date") or Limit(181, "CD"),
            world.date(record, "conclusion_date"),
            own_date=True,
        )
    return rows


def _arrangements(world: World) -> list[tuple[Row, dt.date, dt.date | None, list[dt.date]]]:
    """Arrangements with the day of awareness, the end, and the visits inside."""
    found = []
    for record in world.rows("local_private_fostering"):
        aware = world.date(record, "aware_date")
        if aware is None:
            continue
        end = world.date(record, "end_date")
        visits = []
        for visit in world.where(
            "local_private_fostering_visits", "arrangement_id", record.get("arrangement_id")
        ):
            day = world.date(visit, "visit_date")
            if day and day >= aware and (end is None or day <= end):
                visits.append(day)
        found.append((record, aware, end, visits))
    return found


def private_fostering_first_visit(world: World) -> list[LedgerRow]:
    rows = []
    for record, aware, end, visits in _arrangements(world):
        rows += deadline(
            "private_fostering_first_visit",
            record.get("person_id"),
            record.get("arrangement_id"),
            aware,
            Limit(7, "WD"),
            earliest(*visits),
            end,
            own_date=False,
        )
    return rows


def private_fostering_visit(world: World) -> list[LedgerRow]:
    rows = []
    for record, aware, end, visits in _arrangements(world):
        first_year_ends = add_months(aware, 12)

        def limit(number: int, since: dt.date, first_year_ends: dt.date = first_year_ends) -> Limit:
            return Limit(42 if since < first_year_ends else 84, "CD")

        rows += rhythm(
            "private_fostering_visit",
            record.get("person_id"),
            record.get("arrangement_id"),
            earliest(*visits),
            end,
            visits,
            limit,
            start_day_counts=False,
        )
    return rows


CARER_MONTHS = {
    "fostering": 8,
    "connected_person": 8,
    "special_guardianship": 8,
    "adopter_stage_1": 2,
    "adopter_stage_2": 4,
}


def carer_assessment(world: World) -> list[LedgerRow]:
    rows = []
    for record in world.rows("local_carer_assessments"):
        months = CARER_MONTHS.get((record.get("kind") or "").lower())
        made = deadline(
            "carer_assessment",
            None,
            record.get("assessment_id"),
            world.date(record, "start_date"),
            Limit(months, "m") if months else None,
            world.date(record, "decision_date"),
            world.date(record, "withdrawn_date"),
            own_date=True,
        )
        rows += _own(made, record.get("team_id"), record.get("worker_id"))
    return rows


def role(record: Row) -> str:
    return (record.get("role") or "").lower()


def case_holder(record: Row) -> bool:
    """A qualified social worker or senior practitioner."""
    return cells.yes(record.get("qualified")) and role(record) in CASE_HOLDING_ROLES


def supervision(world: World) -> list[LedgerRow]:
    rows = []
    for record in world.rows("local_staff"):
        if not case_holder(record):
            continue
        worker = record.get("professional_id")
        made = rhythm(
            "supervision",
            None,
            worker,
            world.date(record, "start_date"),
            world.date(record, "end_date"),
            [
                world.date(row, "supervision_date")
                for row in world.where("local_supervisions", "professional_id", worker)
            ],
            lambda number, _: Limit(28 if number == 1 else 31, "CD"),
        )
        rows += _own(made, record.get("team_id"), worker)
    return rows


def appraisal(world: World) -> list[LedgerRow]:
    rows = []
    for record in world.rows("local_staff"):
        due = world.limit(record, "appraisal_due_date")
        held = world.date(record, "appraisal_date")
        if due and held and held <= add_months(due, -12):
            held = None
        made = deadline(
            "appraisal",
            None,
            record.get("professional_id"),
            world.date(record, "start_date"),
            due,
            held,
            world.date(record, "end_date"),
            own_date=True,
        )
        rows += _own(made, record.get("team_id"), record.get("professional_id"))
    return rows


def induction(world: World) -> list[LedgerRow]:
    rows = []
    for record in world.rows("local_staff"):
        made = deadline(
            "induction",
            None,
            record.get("professional_id"),
            world.date(record, "start_date"),
            Limit(20, "WD"),
            world.date(record, "induction_date"),
            world.date(record, "end_date"),
            own_date=True,
        )
        rows += _own(made, record.get("team_id"), record.get("professional_id"))
    return rows


def audit_month(record: Row) -> dt.date | None:
    """The first day of the audit's month."""
    return cells.date(f"{record.get('audit_month')}-01")


def audit_start(world: World, record: Row) -> dt.date | None:
    start = audit_month(record)
    return start if start and start <= world.as_at else None


def audit(world: World) -> list[LedgerRow]:
    rows = []
    for record in world.rows("local_audits"):
        made = deadline(
            "audit",
            record.get("person_id"),
            record.get("audit_id"),
            audit_start(world, record),
            world.limit(record, "due_date"),
            world.date(record, "completed_date"),
            own_date=True,
        )
        rows += _own(made, record.get("team_id"))
    return rows


def complaint(world: World) -> list[LedgerRow]:
    days = {"1": 10, "2": 25}
    rows = []
    for record in world.rows("local_complaints"):
        number = days.get(record.get("stage") or "")
        made = deadline(
            "complaint",
            None,
            record.get("complaint_id"),
            world.date(record, "received_date"),
            Limit(number, "WD") if number else None,
            world.date(record, "responded_date"),
            own_date=True,
        )
        rows += _own(made, record.get("team_id"))
    return rows
