"""pathway_plan, pathway_review, care_leaver_contact: from a snapshot of care leavers."""

from __future__ import annotations

import datetime as dt

from tests.longhand import cells
from tests.longhand.counting import birthday
from tests.longhand.populations import care_periods, earliest
from tests.longhand.rows import LedgerRow, Limit, deadline
from tests.longhand.world import Row, World


def eligibility(row: Row) -> str:
    return cells.status_words(row.get("clea_care_leaver_eligibility"))


def in_touch(row: Row) -> str:
    return cells.status_words(row.get("clea_care_leaver_in_touch")).upper()


def _with_plan(world: World) -> list[Row]:
    """Those who must have a pathway plan."""
    return [
        row
        for row in world.rows("ssd_care_leavers")
        if eligibility(row) in ("eligible", "relevant", "former relevant")
        and in_touch(row) not in ("RHOM", "DIED")
    ]


def _from_record(rows: list[LedgerRow], record: Row) -> list[LedgerRow]:
    for row in rows:
        row.record_team = record.get("clea_care_leaver_allocated_team")
        row.record_worker = record.get("clea_care_leaver_worker_id")
    return rows


def pathway_plan(world: World) -> list[LedgerRow]:
    rows = []
    for record in _with_plan(world):
        child = record.get("clea_person_id")
        born = world.born.get(child)
        if born is None:
            continue
        start = birthday(born, 16)
        entered = earliest(*(period.care_from for period in care_periods(world) if period.child == child))
        if entered is not None:
            start = max(start, entered + dt.timedelta(weeks=13))
        if start > world.as_at:
            continue
        rows += _from_record(
            deadline(
                "pathway_plan",
                child,
                record.get("clea_table_id"),
                start,
                Limit(3, "m"),
                world.date(record, "clea_pathway_plan_review_date"),
                own_date=True,
                before_start_counts=True,
            ),
            record,
        )
    return rows


def pathway_review(world: World) -> list[LedgerRow]:
    rows = []
    for record in _with_plan(world):
        rows += _from_record(
            deadline(
                "pathway_review",
                record.get("clea_person_id"),
                record.get("clea_table_id"),
                world.date(record, "clea_pathway_plan_review_date"),
                Limit(6, "m"),
                None,
                own_date=True,
            ),
            record,
        )
    return rows


def care_leaver_contact(world: World) -> list[LedgerRow]:
    rows = []
    for record in world.rows("ssd_care_leavers"):
        if eligibility(record) not in ("relevant", "former relevant"):
            continue
        if in_touch(record) in ("NREQ", "RHOM", "DIED"):
            continue
        child = record.get("clea_person_id")
        start = world.date(record, "clea_care_leaver_latest_contact")
        if start is None:
            born = world.born.get(child)
            start = birthday(born, 18) if born else None
            if start is None or start > world.as_at:
                continue
        rows += _from_record(
            deadline(
                "care_leaver_contact",
                child,
                record.get("clea_table_id"),
                start,
                Limit(56, "CD"),
                None,
                own_date=True,
            ),
            record,
        )
    return rows
