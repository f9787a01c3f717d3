"""contact_decision, assessment, assessment_from_referral."""

from __future__ import annotations

from tests.longhand import cells
from tests.longhand.populations import closed
from tests.longhand.rows import LedgerRow, Limit, deadline
from tests.longhand.world import World


def contact_decision(world: World) -> list[LedgerRow]:
    rows = []
    for contact in world.rows("ssd_contacts"):
        key = contact.get("cont_contact_id")
        decision = world.first("local_contact_decisions", "contact_id", key)
        rows += deadline(
            "contact_decision",
            contact.get("cont_person_id"),
            key,
            world.date(contact, "cont_contact_date"),
            Limit(1, "WD"),
            world.date(decision, "decision_date") if decision else None,
            own_date=True,
        )
    for row in rows:
        row.owner = "contact"
    return rows


def assessment(world: World) -> list[LedgerRow]:
    return _assessments(world, from_referral=False)


def assessment_from_referral(world: World) -> list[LedgerRow]:
    return _assessments(world, from_referral=True)


def _assessments(world: World, from_referral: bool) -> list[LedgerRow]:
    rows = []
    for record in world.rows("ssd_cin_assessments"):
        start = world.date(record, "cina_assessment_start_date")
        if start is None:
            continue
        referral = world.first("ssd_cin_episodes", "cine_referral_id", record.get("cina_referral_id"))
        since = start
        if from_referral and referral is not None:
            siblings = [
                (began, cells.id_order(other.get("cina_assessment_id")))
                for other in world.where(
                    "ssd_cin_assessments", "cina_referral_id", record.get("cina_referral_id")
                )
                if (began := world.date(other, "cina_assessment_start_date"))
            ]
            referred = world.date(referral, "cine_referral_date")
            first = min(siblings) == (start, cells.id_order(record.get("cina_assessment_id")))
            if first and referred is not None and referred <= start:
                since = referred
        made = deadline(
            "assessment_from_referral" if from_referral else "assessment",
            record.get("cina_person_id"),
            record.get("cina_assessment_id"),
            since,
            Limit(45, "WD"),
            world.date(record, "cina_assessment_auth_date"),
            closed(world, record.get("cina_referral_id")),
            own_date=True,
        )
        for row in made:
            row.record_team = record.get("cina_assessment_team")
        rows += made
    return rows
