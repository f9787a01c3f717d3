"""Who counts as what on D: rules 2. Open episodes, plans, care periods, short breaks, case types."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from tests.longhand import cells
from tests.longhand.counting import birthday
from tests.longhand.world import Row, World, remembered


def running(start: dt.date | None, end: dt.date | None, day: dt.date) -> bool:
    """Started on or before the day, and not ended or ended after it."""
    return start is not None and start <= day and (end is None or end > day)


def earliest(*days: dt.date | None) -> dt.date | None:
    known = [day for day in days if day is not None]
    return min(known) if known else None


def eighteen(world: World, child: str | None) -> dt.date | None:
    """The 18th birthday, once it has come."""
    born = world.born.get(child)
    if born is None:
        return None
    day = birthday(born, 18)
    return day if day <= world.as_at else None


# --- episodes and plans ---------------------------------------------------------------------------


@remembered
def open_episodes(world: World, day: dt.date | None = None) -> list[Row]:
    """Episodes of need open on the day (default D); a referral with no further action opens none."""
    day = day or world.as_at
    return [
        row
        for row in world.rows("ssd_cin_episodes")
        if not cells.yes(row.get("cine_referral_nfa"))
        and running(world.date(row, "cine_referral_date"), world.date(row, "cine_close_date"), day)
    ]


def closed(world: World, referral: str | None) -> dt.date | None:
    """When that referral's case closed."""
    row = world.first("ssd_cin_episodes", "cine_referral_id", referral)
    return world.date(row, "cine_close_date") if row else None


@remembered
def cp_plans(world: World, own: bool = True) -> list[tuple[Row, dt.date, dt.date | None]]:
    """Child protection plans that have started, with start and end: our own, or another authority's."""
    found = []
    for row in world.rows("ssd_cp_plans"):
        start = world.date(row, "cppl_cp_plan_start_date")
        if start and cells.yes(row.get("cppl_cp_plan_ola")) != own:
            found.append((row, start, world.date(row, "cppl_cp_plan_end_date")))
    return found


@remembered
def cin_plans(world: World) -> list[tuple[Row, dt.date, dt.date | None]]:
    """Child in need plans with start and the end that counts."""
    found = []
    for row in world.rows("ssd_cin_plans"):
        start = world.date(row, "cinp_cin_plan_start_date")
        if start:
            end = earliest(
                world.date(row, "cinp_cin_plan_end_date"),
                closed(world, row.get("cinp_referral_id")),
                eighteen(world, row.get("cinp_person_id")),
            )
            found.append((row, start, end))
    return found


# --- care -----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class CarePeriod:
    """start, end: of the period as recorded. care_from: the day every clock starts; None in a short break."""

    child: str | None
    cla_id: str | None
    start: dt.date
    end: dt.date | None
    care_from: dt.date | None
    reason: str | None


@remembered
def care_periods(world: World) -> list[CarePeriod]:
    """Every care period that has begun, in the order of the file."""
    grouped: dict[tuple[str | None, str | None], list[Row]] = {}
    for row in world.rows("ssd_cla_episodes"):
        if world.date(row, "clae_cla_episode_start_date"):
            grouped.setdefault((row.get("clae_person_id"), row.get("clae_cla_id")), []).append(row)
    periods = []
    for (child, cla_id), episodes in grouped.items():
        starts = [world.date(row, "clae_cla_episode_start_date") for row in episodes]
        ends = [world.date(row, "clae_cla_episode_ceased_date") for row in episodes]
        start = min(day for day in starts if day)
        end = None if None in ends else max(day for day in ends if day)
        reason = None
        if end:
            last = [row for row in episodes if world.date(row, "clae_cla_episode_ceased_date") == end][-1]
            reason = cells.code(last.get("clae_cla_episode_ceased_reason"))
        periods.append(CarePeriod(child, cla_id, start, end, _care_from(world, child, start, end), reason))
    return periods


def _care_from(world: World, child: str | None, start: dt.date, end: dt.date | None) -> dt.date | None:
    """The first day that is care and not a short break (V3, V4); None while every status on record is one."""
    short: list[dt.date] = []
    other: list[dt.date] = []
    for row in world.where("ssd_legal_status", "lega_person_id", child):
        status = cells.code(row.get("lega_legal_status"))
        status_start = world.date(row, "lega_legal_status_start_date")
        status_end = world.date(row, "lega_legal_status_end_date")
        if status is None or status_start is None:
            continue
        if (end is not None and status_start >= end) or (status_end is not None and status_end <= start):
            continue
        (short if status in ("V3", "V4") else other).append(max(status_start, start))
    if not short:
        return start
    if not other:
        return None
    return min(other) if min(short) < min(other) else start


def care_period(world: World, child: str | None, cla_id: str | None) -> CarePeriod | None:
    for period in care_periods(world):
        if period.child == child and period.cla_id == cla_id:
            return period
    return None


def legal_status(world: World, child: str | None, day: dt.date) -> str | None:
    """The legal status in force on the day; of several the one that began last."""
    best: tuple[dt.date, tuple[int, int, str], str | None] | None = None
    for row in world.where("ssd_legal_status", "lega_person_id", child):
        start = world.date(row, "lega_legal_status_start_date")
        if start and running(start, world.date(row, "lega_legal_status_end_date"), day):
            entry = (
                start,
                cells.id_order(row.get("lega_legal_status_id")),
                cells.code(row.get("lega_legal_status")),
            )
            if best is None or entry[:2] > best[:2]:
                best = entry
    return best[2] if best else None


# --- populations on D -----------------------------------------------------------------------------


@remembered
def on_cp_plan(world: World) -> set[str | None]:
    return {row["cppl_person_id"] for row, start, end in cp_plans(world) if running(start, end, world.as_at)}


@remembered
def looked_after(world: World) -> set[str | None]:
    return {
        period.child
        for period in care_periods(world)
        if period.care_from is not None
        and running(period.start, period.end, world.as_at)
        and eighteen(world, period.child) is None
    }


@remembered
def on_cin_plan(world: World) -> set[str | None]:
    return {row["cinp_person_id"] for row, start, end in cin_plans(world) if running(start, end, world.as_at)}


@remembered
def cin(world: World) -> set[str | None]:
    """The CIN cases of the plan."""
    guests = {
        row["cppl_person_id"]
        for row, start, end in cp_plans(world, own=False)
        if running(start, end, world.as_at)
    }
    children = {row["cine_person_id"] for row in open_episodes(world)}
    return {
        child
        for child in children - on_cp_plan(world) - looked_after(world) - guests
        if eighteen(world, child) is None
    }
