"""Carer assessments open without a worker, and their grades."""

from __future__ import annotations

import numpy as np

from kpi_engine.days import NEVER
from kpi_engine.facts import NO_TEAM, NOBODY, TEAM_NOT_GIVEN
from kpi_engine.sheet import Events, Sheet, of_cut
from kpi_engine.view import View
from kpi_engine.world import World

GOOD = ("good", "outstanding")


def carer_assessments_open(view: View) -> Sheet:
    return of_cut(view.open("carer_assessment"))


def carer_assessments_unallocated(view: View) -> Sheet:
    open_ = carer_assessments_open(view)
    return open_.where(open_.worker == NOBODY)


def carer_assessments_graded(world: World) -> Events:
    """Assessments decided and graded, by the day of the decision; met: good or outstanding."""
    frame = world.facts["local_carer_assessments"]
    grade = frame.made("audit_grade", lambda text: (text or "").strip().lower()).astype(str)
    start, decided = frame.day("start_date"), frame.day("decision_date")
    when = np.where((grade != "") & ((decided >= start) | (start >= NEVER)), decided, NEVER)
    team = world.facts.teams.codes(frame.text("team_id"))
    return Events(when, np.full(frame.rows, NOBODY), np.where(team == TEAM_NOT_GIVEN, NO_TEAM, team),
                  world.facts.allocated_worker(frame.text("worker_id")),
                  np.where(np.isin(grade, GOOD), when, NEVER))  # fmt: skip


AS_AT = {
    "carer_assessments_open": carer_assessments_open,
    "carer_assessments_unallocated": carer_assessments_unallocated,
}
EVENTS = {"carer_assessments_graded": carer_assessments_graded}
