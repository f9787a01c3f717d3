"""cin_plan, cin_visit, cin_review."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from tests.longhand import cells
from tests.longhand.populations import care_periods, cin_plans, closed, cp_plans, earliest, running
from tests.longhand.rows import LedgerRow, Limit, deadline, rhythm
from tests.longhand.world import World


def cin_plan(world: World) -> list[LedgerRow]:
    rows = []
    for episode in world.rows("ssd_cin_episodes"):
        referred = world.date(episode, "cine_referral_date")
        if referred is None or cells.yes(episode.get("cine_referral_nfa")):
            continue
        child = episode.get("cine_person_id")
        made = deadline(
            "cin_plan",
            child,
            episode.get("cine_referral_id"),
            referred,
            Limit(56, "CD"),
            _first_plan(world, child, referred),
            world.date(episode, "cine_close_date"),
            own_date=False,
        )
        for row in made:
            row.record_team = episode.get("cine_referral_team")
        rows += made
    return rows


def _first_plan(world: World, child: str | None, referred: dt.date) -> dt.date | None:
    """The first plan of any kind from the referral on; the referral date if one is running then."""
    spans: list[tuple[dt.date, dt.date | None]] = []
    for row, start, end in cin_plans(world):
        case_closed = closed(world, row.get("cinp_referral_id"))
        if row["cinp_person_id"] == child and not (case_closed and case_closed < start):
            spans.append((start, end))
    spans += [(start, end) for row, start, end in cp_plans(world) if row["cppl_person_id"] == child]
    spans += [(period.start, period.end) for period in care_periods(world) if period.child == child]
    if any(running(start, end, referred) for start, end in spans):
        return referred
    return earliest(*(start for start, _ in spans if start >= referred))


def stretches(
    world: World, child: str | None, start: dt.date, end: dt.date | None
) -> list[tuple[dt.date, dt.date | None]]:
    """The unbroken stretches of a plan's days that are under no CP plan and in no care: half-open."""
    blocks: list[tuple[dt.date, dt.date | None]] = [
        (begins, ends) for row, begins, ends in cp_plans(world) if row["cppl_person_id"] == child
    ]
    blocks += [
        (period.care_from, period.end)
        for period in care_periods(world)
        if period.child == child and period.care_from is not None
    ]
    free: list[tuple[dt.date, dt.date | None]] = []
    here: dt.date | None = start
    for begins, ends in sorted(blocks, key=lambda block: block[0]):
        if ends is not None and ends <= begins:
            continue
        if here is None or (end is not None and begins >= end):
            break
        if ends is not None and ends <= here:
            continue
        if begins > here:
            free.append((here, begins))
        here = ends
    if here is not None and (end is None or here < end):
        free.append((here, end))
    return free


def _in_stretches(
    world: World, clock: str, events: dict[str | None, list[dt.date]], limit: Callable[..., Limit]
) -> list[LedgerRow]:
    rows = []
    for plan, start, end in cin_plans(world):
        child = plan["cinp_person_id"]
        sequence = 1
        for begins, ends in stretches(world, child, start, end):
            made = rhythm(
                clock,
                child,
                plan.get("cinp_cin_plan_id"),
                begins,
                ends,
                events.get(child, []),
                limit,
                first_sequence=sequence,
            )
            for row in made:
                row.record_team = plan.get("cinp_cin_plan_team")
            sequence += len(made)
            rows += made
    return rows


def cin_visit(world: World) -> list[LedgerRow]:
    visits: dict[str | None, list[dt.date]] = {}
    for row in world.rows("ssd_cin_visits"):
        day = world.date(row, "cinv_cin_visit_date")
        if day and cells.yes(row.get("cinv_cin_visit_seen")):
            child = row.get("cinv_person_id")
            if child is None:  # some systems name the plan instead of the child
                plan = world.first("ssd_cin_plans", "cinp_cin_plan_id", row.get("cinv_cin_plan_id"))
                child = plan["cinp_person_id"] if plan else None
            visits.setdefault(child, []).append(day)
    return _in_stretches(world, "cin_visit", visits, lambda number, start: Limit(20, "WD"))


def cin_review(world: World) -> list[LedgerRow]:
    meetings = meetings_held(world, "cin_review")
    return _in_stretches(world, "cin_review", meetings, lambda number, start: Limit(3, "m"))


def meetings_held(world: World, kind: str) -> dict[str | None, list[dt.date]]:
    """Child -> the days on which a meeting of that kind was held."""
    found: dict[str | None, list[dt.date]] = {}
    for row in world.rows("local_meetings"):
        day = world.date(row, "meeting_date")
        if day and (row.get("kind") or "").lower() == kind and cells.yes(row.get("held")):
            found.setdefault(row.get("person_id"), []).append(day)
    return found
