"""initial_conference, review_conference, cp_visit, core_group, mid_point_review."""

from __future__ import annotations

import datetime as dt

from tests.longhand import cells
from tests.longhand.child_in_need_clocks import meetings_held
from tests.longhand.populations import closed, cp_plans, earliest, eighteen
from tests.longhand.rows import LedgerRow, Limit, deadline, rhythm
from tests.longhand.world import Row, World


def _conferences(world: World) -> dict[str | None, list[dt.date]]:
    """Enquiry -> the conferences that answer it."""
    found: dict[str | None, list[dt.date]] = {}
    for row in world.rows("ssd_initial_cp_conference"):
        day = world.date(row, "icpc_icpc_date")
        if day is None or cells.yes(row.get("icpc_icpc_transfer_in")):
            continue
        enquiry = row.get("icpc_s47_enquiry_id")
        known = world.first("ssd_s47_enquiry", "s47e_s47_enquiry_id", enquiry)
        if known is None:
            enquiry = _latest_enquiry(world, row.get("icpc_person_id"), day)
        if enquiry is not None:
            found.setdefault(enquiry, []).append(day)
    return found


def _latest_enquiry(world: World, child: str | None, day: dt.date) -> str | None:
    """The child's latest enquiry that started 0 to 60 days before the conference."""
    near = []
    for row in world.where("ssd_s47_enquiry", "s47e_person_id", child):
        start = world.date(row, "s47e_s47_start_date")
        if start and 0 <= (day - start).days <= 60:
            near.append((start, cells.id_order(row.get("s47e_s47_enquiry_id")), row["s47e_s47_enquiry_id"]))
    return max(near)[2] if near else None


def initial_conference(world: World) -> list[LedgerRow]:
    conferences = _conferences(world)
    rows = []
    for record in world.rows("ssd_s47_enquiry"):
        start = world.date(record, "s47e_s47_start_date")
        if start is None:
            continue
        key = record.get("s47e_s47_enquiry_id")
        child = record.get("s47e_person_id")
        held = earliest(*(day for day in conferences.get(key, []) if day >= start))
        own_end = world.date(record, "s47e_s47_end_date")
        owed = cells.json_yes(record.get("s47e_s47_outcome_json"), "CP_CONFERENCE_FLAG") and not cells.yes(
            record.get("s47e_s47_nfa")
        )
        no_duty = own_end is not None and held is None and not owed
        ended = (
            own_end
            if no_duty
            else earliest(closed(world, record.get("s47e_referral_id")), eighteen(world, child))
        )
        made = deadline(
            "initial_conference",
            child,
            key,
            start,
            Limit(15, "WD"),
            held,
            ended,
            own_date=False,
            always_lapsed=no_duty,
        )
        for row in made:
            row.record_team = record.get("s47e_s47_completed_by_team")
        rows += made
    return rows


def _conference_of(world: World, plan: Row, start: dt.date) -> dt.date:
    """Where reviews count from: the plan's initial conference, else the plan's start."""
    conference = world.first("ssd_initial_cp_conference", "icpc_icpc_id", plan.get("cppl_icpc_id"))
    day = world.date(conference, "icpc_icpc_date") if conference else None
    return day or start


def _reviews(world: World, plan: Row, start: dt.date) -> list[dt.date]:
    """The quorate reviews of the plan after its start."""
    found = []
    for row in world.where("ssd_cp_reviews", "cppr_cp_plan_id", plan.get("cppl_cp_plan_id")):
        day = world.date(row, "cppr_cp_review_date")
        if day and day > start and cells.flag(row.get("cppr_cp_review_quorate")) != "N":
            found.append(day)
    return found


def review_conference(world: World) -> list[LedgerRow]:
    rows = []
    for plan, start, end in cp_plans(world):
        rows += rhythm(
            "review_conference",
            plan["cppl_person_id"],
            plan.get("cppl_cp_plan_id"),
            _conference_of(world, plan, start),
            end,
            _reviews(world, plan, start),
            lambda number, _: Limit(3 if number == 1 else 6, "m"),
        )
    return rows


def cp_visit(world: World) -> list[LedgerRow]:
    rows = []
    for plan, start, end in cp_plans(world):
        seen = []
        for visit in world.rows("ssd_cp_visits"):
            day = world.date(visit, "cppv_cp_visit_date")
            if day is None or not cells.yes(visit.get("cppv_cp_visit_seen")):
                continue
            named = visit.get("cppv_cp_plan_id")
            of_child = visit.get("cppv_person_id") == plan["cppl_person_id"] is not None
            if named == plan.get("cppl_cp_plan_id") if named is not None else of_child:
                seen.append(day)
        rows += rhythm(
            "cp_visit",
            plan["cppl_person_id"],
            plan.get("cppl_cp_plan_id"),
            start,
            end,
            seen,
            lambda number, _: Limit(10, "WD"),
        )
    return rows


def core_group(world: World) -> list[LedgerRow]:
    meetings = meetings_held(world, "core_group")
    rows = []
    for plan, start, end in cp_plans(world):
        rows += rhythm(
            "core_group",
            plan["cppl_person_id"],
            plan.get("cppl_cp_plan_id"),
            start,
            end,
            meetings.get(plan["cppl_person_id"], []),
            lambda number, _: Limit(10, "WD") if number == 1 else Limit(42, "CD"),
        )
    return rows


def mid_point_review(world: World) -> list[LedgerRow]:
    meetings = meetings_held(world, "mid_point_review")
    rows = []
    for plan, start, end in cp_plans(world):
        conference = _conference_of(world, plan, start)
        closing = {
            day for day in _reviews(world, plan, start) if day > conference and (end is None or day <= end)
        }
        bounds = [conference, *sorted(closing)]
        for gap, begins in enumerate(bounds, start=1):
            ends = bounds[gap] if gap < len(bounds) else end
            held = [
                day
                for day in meetings.get(plan["cppl_person_id"], [])
                if (day >= begins if gap == 1 else day > begins) and (ends is None or day <= ends)
            ]
            rows += deadline(
                "mid_point_review",
                plan["cppl_person_id"],
                plan.get("cppl_cp_plan_id"),
                begins,
                Limit(42, "CD") if gap == 1 else Limit(3, "m"),
                earliest(*held),
                ends,
                own_date=False,
                sequence=gap,
            )
    return rows
