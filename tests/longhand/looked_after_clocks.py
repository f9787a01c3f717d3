"""Clocks of looked-after children: visits, reviews, health, dental, SDQ, PEP, return interviews."""

from __future__ import annotations

import datetime as dt
import re

from tests.longhand import cells
from tests.longhand.counting import add_months, birthday
from tests.longhand.populations import (
    CarePeriod,
    care_period,
    care_periods,
    earliest,
    eighteen,
    legal_status,
    running,
)
from tests.longhand.rows import LedgerRow, Limit, deadline, rhythm
from tests.longhand.world import Row, World


def _in_care(world: World) -> list[tuple[CarePeriod, dt.date, dt.date | None]]:
    """Care periods that are not short breaks, with the first day that counts and the end."""
    return [
        (period, period.care_from, earliest(period.end, eighteen(world, period.child)))
        for period in care_periods(world)
        if period.care_from is not None
    ]


# --- visits ---------------------------------------------------------------------------------------


def lac_visit(world: World) -> list[LedgerRow]:
    visits: dict[str | None, list[dt.date]] = {}
    for row in world.rows("ssd_cla_visits"):
        day = world.date(row, "clav_cla_visit_date")
        if day and cells.yes(row.get("clav_cla_visit_seen")):
            child = row.get("clav_person_id") or child_of(world, row.get("clav_cla_id"))
            visits.setdefault(child, []).append(day)
    rows = []
    for placement in world.rows("ssd_cla_placement"):
        rows += _visits_of(world, placement, visits)
    return rows


def child_of(world: World, cla_id: str | None) -> str | None:
    """Whose care period that is: for systems that name only the period."""
    row = world.first("ssd_cla_episodes", "clae_cla_id", cla_id)
    return row.get("clae_person_id") if row else None


def _visits_of(world: World, placement: Row, visits: dict[str | None, list[dt.date]]) -> list[LedgerRow]:
    placed = world.date(placement, "clap_cla_placement_start_date")
    if placed is None:
        return []
    child = placement.get("clap_person_id") or child_of(world, placement.get("clap_cla_id"))
    period = care_period(world, child, placement.get("clap_cla_id"))
    if period is not None and period.care_from is None:
        return []
    kind = cells.code(placement.get("clap_cla_placement_type")) or ""
    left = world.date(placement, "clap_cla_placement_end_date")
    if re.fullmatch("T[0-4]", kind) and left is not None and (left - placed).days <= 7:
        return []
    start = placed
    if period is not None and period.care_from is not None and period.care_from > period.start:
        start = max(placed, period.care_from)  # what was a short break until then
    end = earliest(left, period.end if period else None, eighteen(world, child))
    anniversary = add_months(placed, 12)
    first_review = earliest(*_reviews_of(world, period)) if period else None

    def limit(number: int, since: dt.date) -> Limit:
        if kind == "P1" and legal_status(world, child, since) == "C1":
            weekly = number == 1 or first_review is None or since < first_review
            return Limit(7 if weekly else 28, "CD")
        if number == 1:
            return Limit(7, "CD")
        if since >= anniversary and (kind in ("U1", "U4") or _to_eighteen(world, child, since)):
            return Limit(3, "m")
        return Limit(42, "CD")

    return rhythm(
        "lac_visit",
        child,
        placement.get("clap_cla_placement_id"),
        start,
        end,
        visits.get(child, []),
        limit,
    )


def _to_eighteen(world: World, child: str | None, day: dt.date) -> bool:
    """Does the care plan in force on the day say that the placement is to last until 18?"""
    in_force = []
    for row in world.where("ssd_cla_care_plan", "lacp_person_id", child):
        start = world.date(row, "lacp_cla_care_plan_start_date")
        if start and running(start, world.date(row, "lacp_cla_care_plan_end_date"), day):
            in_force.append((start, cells.id_order(row.get("lacp_table_id")), row))
    if not in_force:
        return False
    return cells.json_yes(max(in_force, key=lambda e: e[:2])[2].get("lacp_cla_care_plan_json"), "LTFOST18")


# --- reviews --------------------------------------------------------------------------------------


def _reviews_of(world: World, period: CarePeriod) -> list[dt.date]:
    """Reviews held in the period, from its first day of care on."""
    found = []
    for row in world.where("ssd_cla_reviews", "clar_cla_id", period.cla_id):
        day = world.date(row, "clar_cla_review_date")
        if (
            day
            and not cells.yes(row.get("clar_cla_review_cancelled"))
            and day >= (period.care_from or period.start)
            and (period.end is None or day <= period.end)
        ):
            found.append(day)
    return found


def lac_review(world: World) -> list[LedgerRow]:
    limits = {1: Limit(20, "WD"), 2: Limit(3, "m")}
    rows = []
    for period, start, end in _in_care(world):
        rows += rhythm(
            "lac_review",
            period.child,
            period.cla_id,
            start,
            end,
            _reviews_of(world, period),
            lambda number, _: limits.get(number, Limit(6, "m")),
        )
    return rows


# --- health ---------------------------------------------------------------------------------------


def _checks(world: World, child: str | None, dental: bool) -> list[dt.date]:
    """Completed dental checks, or completed health assessments, of the child."""
    found = []
    for row in world.where("ssd_cla_health", "clah_person_id", child):
        kind = (row.get("clah_health_check_type") or "").lower()
        is_dental = "dental" in kind
        is_assessment = "health assessment" in kind or re.search(r"\b(iha|rha)\b", kind) is not None
        day = world.date(row, "clah_health_check_date")
        status = cells.without_prefix(row.get("clah_health_check_status")).lower()
        if day and status == "completed" and (is_dental if dental else is_assessment and not is_dental):
            found.append(day)
    return found


def initial_health_assessment(world: World) -> list[LedgerRow]:
    rows = []
    for period, start, end in _in_care(world):
        done = earliest(*(day for day in _checks(world, period.child, dental=False) if day >= start))
        rows += deadline(
            "initial_health_assessment",
            period.child,
            period.cla_id,
            start,
            Limit(20, "WD"),
            done,
            end,
            own_date=False,
        )
    return rows


def review_health_assessment(world: World) -> list[LedgerRow]:
    rows = []
    for period, start, end in _in_care(world):
        checks = [
            day
            for day in _checks(world, period.child, dental=False)
            if day >= start and (end is None or day <= end)
        ]
        born = world.born.get(period.child)

        def limit(number: int, since: dt.date, born: dt.date | None = born) -> Limit:
            under_five = born is not None and add_months(since, 6) < birthday(born, 5)
            return Limit(6 if under_five else 12, "m")

        rows += rhythm(
            "review_health_assessment",
            period.child,
            period.cla_id,
            earliest(*checks),
            end,
            checks,
            limit,
            start_day_counts=False,
        )
    return rows


def dental_check(world: World) -> list[LedgerRow]:
    rows = []
    for period, start, end in _in_care(world):
        rows += rhythm(
            "dental_check",
            period.child,
            period.cla_id,
            start,
            end,
            _checks(world, period.child, dental=True),
            lambda number, _: Limit(12, "m"),
        )
    return rows


def sdq(world: World) -> list[LedgerRow]:
    rows = []
    for period, start, end in _in_care(world):
        born = world.born.get(period.child)
        done = [
            world.date(row, "csdq_sdq_completed_date")
            for row in world.where("ssd_sdq_scores", "csdq_person_id", period.child)
        ]

        def limit(number: int, since: dt.date, born: dt.date | None = born) -> dt.date | None:
            due = add_months(since, 12)
            if born is not None:
                due = max(due, birthday(born, 4))
                if due >= birthday(born, 17):
                    return None
            return due

        rows += rhythm("sdq", period.child, period.cla_id, start, end, done, limit)
    return rows


def pep(world: World) -> list[LedgerRow]:
    rows = []
    for period, start, end in _in_care(world):
        born = world.born.get(period.child)
        since = max(start, birthday(born, 4)) if born else start
        if since > world.as_at:
            continue
        rows += rhythm(
            "pep",
            period.child,
            period.cla_id,
            since,
            end,
            [
                world.date(row, "completed_date")
                for row in world.where("local_peps", "person_id", period.child)
            ],
            lambda number, _: Limit(20, "WD") if number == 1 else Limit(4, "m"),
        )
    return rows


# --- return interviews ----------------------------------------------------------------------------


def return_interview(world: World) -> list[LedgerRow]:
    rows = []
    for record in world.rows("local_return_interviews"):
        returned = _moment(world, record, "returned_at")
        if returned is None:
            continue
        held = _moment(world, record, "held_at")
        declined = _moment(world, record, "declined_at")
        if held is not None and _compare(held, returned) < 0:
            held = None
        if declined is not None and _compare(declined, returned) <= 0 and held is None:
            continue
        due = returned[0] + dt.timedelta(days=3), returned[1]
        rows.append(
            LedgerRow(
                "return_interview",
                record.get("person_id"),
                record.get("missing_id"),
                1,
                returned[0],
                due[0],
                held[0] if held else None,
                declined[0] if declined else None,
                False,
                done_in_time=_compare(held, due) <= 0 if held else None,
                ended_in_time=_compare(declined, due) <= 0 if declined else None,
            )
        )
    return rows


Moment = tuple[dt.date, dt.time | None]


def _moment(world: World, record: Row, column: str) -> Moment | None:
    found = cells.moment(record.get(column))
    return found if found and found[0] <= world.as_at else None


def _compare(one: Moment, other: Moment) -> int:
    """Below, at or above nought: to the minute where both carry a time, else by the day."""
    if one[0] != other[0]:
        return -1 if one[0] < other[0] else 1
    if one[1] is None or other[1] is None or one[1] == other[1]:
        return 0
    return -1 if one[1] < other[1] else 1
