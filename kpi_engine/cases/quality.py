"""Audits graded, exploitation flags, family group conferences, complaints."""

from __future__ import annotations

import numpy as np

from kpi_engine.cases.meetings import held
from kpi_engine.days import NEVER, Days, Mask
from kpi_engine.facts import NO_TEAM, NOBODY, TEAM_NOT_GIVEN, Frame
from kpi_engine.sheet import Events, Sheet
from kpi_engine.view import View
from kpi_engine.world import World

GOOD = ("good", "outstanding")


def _on_record(world: World, name: str, when: Days, met: Mask | None = None) -> Events:
    """Events that belong to the team on their own record."""
    frame = world.facts[name]
    team = world.facts.teams.codes(frame.text("team_id"))
    return Events(when, frame.child, np.where(team == TEAM_NOT_GIVEN, NO_TEAM, team), np.full(frame.rows, NOBODY),
                  None if met is None else np.where(met, when, NEVER))  # fmt: skip


def _completed(frame: Frame) -> Days:
    """The day of completion; one before the audit month is not done (rules 4)."""
    done, month = frame.day("completed_date"), frame.day("audit_month")
    return np.where((done < month) & (month < NEVER), NEVER, done)


def audits_graded(world: World) -> Events:
    """Audits completed and graded; met: good or outstanding."""
    frame = world.facts["local_audits"]
    grade = frame.made("grade", lambda text: (text or "").strip().lower()).astype(str)
    when = np.where(grade != "", _completed(frame), NEVER)
    return _on_record(world, "local_audits", when, np.isin(grade, GOOD))


def audits_completed(world: World) -> Events:
    """Audits completed; met: the child's voice was found."""
    frame = world.facts["local_audits"]
    return _on_record(world, "local_audits", _completed(frame), frame.flag("child_voice"))


def complaints(world: World) -> Events:
    return _on_record(world, "local_complaints", world.facts["local_complaints"].day("received_date"))


def family_group_conferences(world: World) -> Events:
    return held(world, "family_group_conference")


def exploitation_flags(view: View) -> Sheet:
    """Flags open on D; met: both a risk assessment and a plan."""
    frame = view.facts["local_exploitation"]
    open_ = (frame.day("flagged_date") <= view.as_at) & (frame.day("ended_date") > view.as_at)
    rows = np.flatnonzero(open_)
    child = frame.child[rows]
    worker, team = view.world.allocation.of(child, view.as_at)
    met = (frame.day("risk_assessment_date") <= view.as_at) & (frame.day("plan_date") <= view.as_at)
    return Sheet(child, team, worker, met[rows])


AS_AT = {"exploitation_flags": exploitation_flags}
EVENTS = {
    "audits_graded": audits_graded, "audits_completed": audits_completed, "complaints": complaints,
    "family_group_conferences": family_group_conferences,
}  # fmt: skip
