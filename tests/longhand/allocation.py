"""Who holds a case on a day: rules 3. Involvement, then the record's team, then the open referral's."""

from __future__ import annotations

import datetime as dt

from tests.longhand import cells
from tests.longhand.populations import open_episodes, running
from tests.longhand.world import Row, World, remembered

ALLOCATED_ROLES = {"CW", "ALLOCATED CASE WORKER", "ALLOCATED WORKER"}
Holder = tuple[str | None, str | None]  # team, worker


@remembered
def team_of(world: World, written: str | None) -> str | None:
    """The department meant: its id, else its name; None if there is none."""
    if written is None:
        return None
    for row in world.rows("ssd_department"):
        if row.get("dept_team_id") == written:
            return written
    for row in world.rows("ssd_department"):
        if (row.get("dept_team_name") or "").casefold() == written.casefold():
            return row["dept_team_id"]
    return None


def worker_of(world: World, written: str | None) -> str | None:
    """A professional who is known; None for an empty or unknown id."""
    return written if world.first("ssd_professionals", "prof_professional_id", written) else None


@remembered
def _involvements(world: World, child: str | None) -> list[tuple[Row, dt.date, dt.date | None]]:
    found = []
    for row in world.where("ssd_involvements", "invo_person_id", child):
        start = world.date(row, "invo_involvement_start_date")
        if start and (row.get("invo_professional_role_id") or "").upper() in ALLOCATED_ROLES:
            found.append((row, start, world.date(row, "invo_involvement_end_date")))
    return found


def involvement_on(world: World, child: str | None, day: dt.date) -> Row | None:
    """The allocated worker's involvement on the day: latest start, then greatest id."""
    open_then = [entry for entry in _involvements(world, child) if running(entry[1], entry[2], day)]
    if not open_then:
        return None
    return max(open_then, key=lambda e: (e[1], cells.id_order(e[0].get("invo_involvements_id"))))[0]


def last_involvement(world: World, child: str | None, day: dt.date) -> Row | None:
    """Nobody holds the case on the day: whoever held it last in the 30 days up to it, unless a new referral
    has begun since."""
    ended = [
        (end, start, cells.id_order(row.get("invo_involvements_id")), row)
        for row, start, end in _involvements(world, child)
        if end is not None and start <= end and day - dt.timedelta(days=30) <= end <= day
    ]
    if not ended:
        return None
    end, _, _, row = max(ended, key=lambda e: e[:3])
    for referral in world.where("ssd_cin_episodes", "cine_person_id", child):
        began = world.date(referral, "cine_referral_date")
        if began and end < began <= day:
            return None
    return row


def _referral_team(world: World, child: str | None, day: dt.date) -> str | None:
    mine = [row for row in open_episodes(world, day) if row.get("cine_person_id") == child and child]
    if not mine:
        return None
    latest = max(
        mine,
        key=lambda r: (world.date(r, "cine_referral_date"), cells.id_order(r.get("cine_referral_id"))),
    )
    return team_of(world, latest.get("cine_referral_team"))


def holder(
    world: World,
    child: str | None,
    day: dt.date,
    *,
    record_team: str | None = None,
    record_worker: str | None = None,
    reach_back: bool = False,
) -> Holder:
    """Team and worker of a child's case on the day. record_team, record_worker: as written on the record."""
    row = involvement_on(world, child, day)
    if row is None and reach_back:
        row = last_involvement(world, child, day)
    if row is not None:
        worker = worker_of(world, row.get("invo_professional_id"))
        if row.get("invo_professional_team") is not None:
            return team_of(world, row["invo_professional_team"]), worker
    else:
        worker = worker_of(world, record_worker)
    if record_team is not None:
        return team_of(world, record_team), worker
    return _referral_team(world, child, day), worker


def contact_holder(world: World, contact: Row, day: dt.date, *, reach_back: bool = False) -> Holder:
    """A contact belongs to the team that decides it, with a worker only if he or she is of that team."""
    team, worker = holder(world, contact.get("cont_person_id"), day, reach_back=reach_back)
    decision = world.first("local_contact_decisions", "contact_id", contact.get("cont_contact_id"))
    if decision is None or decision.get("team_id") is None:
        return team, worker
    deciding = team_of(world, decision["team_id"])
    return deciding, worker if deciding is not None and deciding == team else None


@remembered
def units_of(world: World, team: str | None) -> set[str]:
    """The team itself and every service above it."""
    climb: list[str] = []
    while team is not None and team not in climb:
        row = world.first("ssd_department", "dept_team_id", team)
        if row is None:
            break
        climb.append(team)
        team = row.get("dept_team_parent_id")
    return set(climb)
