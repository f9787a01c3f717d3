"""Supervision, appraisal (PADA) and induction (improvement plan, work streams 1 and 6). Rows belong to the worker."""

from __future__ import annotations

import numpy as np

from kpi_engine.clocks import Duties, Regimes, chain, deadlines, rhythm, steps
from kpi_engine.days import NEVER, plus_months
from kpi_engine.facts import NOBODY, Codes
from kpi_engine.joins import Events
from kpi_engine.world import World

SUPERVISED_ROLES = ("social_worker", "senior_practitioner")


def roles(world: World) -> list[str]:
    """The role of each row of local_staff, lower case."""
    return [
        str(r) for r in world.facts["local_staff"].made("role", lambda text: (text or "").strip().lower())
    ]


def case_holding_roles(world: World) -> Codes:
    """Rows of local_staff: qualified social workers and senior practitioners."""
    staff = world.facts["local_staff"]
    return np.flatnonzero(staff.flag("qualified") & np.isin(roles(world), SUPERVISED_ROLES))


def _staff_rows(world: World, rows: Codes, **dates: object) -> Duties:
    staff = world.facts["local_staff"]
    return deadlines(
        np.full(len(rows), NOBODY), staff.text("professional_id")[rows], start=staff.day("start_date")[rows],
        ended=staff.day("end_date")[rows], own=True, fixed=True, place=rows,
        record_team=world.facts.teams.codes(staff.text("team_id"))[rows],
        record_worker=world.facts.workers.codes(staff.text("professional_id"))[rows], **dates,  # type: ignore[arg-type]
    )  # fmt: skip


def supervision(world: World) -> Duties:
    """First within 28 days of starting, then within 31 days of the last."""
    staff, session = world.facts["local_staff"], world.facts["local_supervisions"]
    rows = case_holding_roles(world)
    worker = world.facts.workers.codes(staff.text("professional_id"))[rows]
    start = staff.day("start_date")[rows]
    regimes = Regimes(
        child=np.full(len(rows), NOBODY), subject=staff.text("professional_id")[rows], group=worker, line=rows,
        start=start, end=staff.day("end_date")[rows], valid_from=np.minimum(start, NEVER),
        valid_to=np.full(len(rows), NEVER + 1), place=rows,
        record_team=world.facts.teams.codes(staff.text("team_id"))[rows], record_worker=worker,
        doubtful_start=start >= NEVER,
    )  # fmt: skip
    held = Events(world.facts.workers.codes(session.text("professional_id")), session.day("supervision_date"))
    links = chain(regimes, held)
    due, wd = steps(
        links.number, links.start, [world.limits["supervision_first"], world.limits["supervision_next"]]
    )
    out = rhythm(regimes, links, due, wd)
    out.fixed[:] = True
    return out


def appraisal(world: World) -> Duties:
    """By the date recorded; an appraisal counts for it only if it is later than twelve months before."""
    staff = world.facts["local_staff"]
    due = staff.day("appraisal_due_date")
    rows = np.flatnonzero(due < NEVER)
    held = staff.day("appraisal_date")[rows]
    year_before = plus_months(due[rows], -12)
    return _staff_rows(world, rows, due=due[rows], done=np.where(held > year_before, held, NEVER),
                       bad_done=staff.bad("appraisal_date")[rows])  # fmt: skip


def induction(world: World) -> Duties:
    """20 working days from starting, whatever the role."""
    staff, limit = world.facts["local_staff"], world.limits["induction"]
    rows = np.arange(staff.rows)
    return _staff_rows(world, rows, due=limit.due(staff.day("start_date")),
                       done=staff.day("induction_date"), wd=limit.in_working_days,
                       bad_done=staff.bad("induction_date"))  # fmt: skip


CLOCKS = {"supervision": supervision, "appraisal": appraisal, "induction": induction}
