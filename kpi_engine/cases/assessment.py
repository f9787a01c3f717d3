"""Assessments open, and assessments authorised."""

from __future__ import annotations

import numpy as np

from kpi_engine.cases.owners import on_its_date
from kpi_engine.days import NEVER
from kpi_engine.sheet import Events, Sheet, of_cut
from kpi_engine.view import View
from kpi_engine.world import World


def assessments_open(view: View) -> Sheet:
    """Assessments with no authorisation by D whose case has not closed: counted as assessments."""
    return of_cut(view.open("assessment"))


def assessments_authorised(world: World) -> Events:
    """Assessments by the day they were authorised; met: the child was seen."""
    frame = world.facts["ssd_cin_assessments"]
    done, begun = frame.day("cina_assessment_auth_date"), frame.day("cina_assessment_start_date")
    when = np.where((done < begun) & (begun < NEVER), NEVER, done)
    seen = frame.flag("cina_assessment_child_seen")
    team = world.facts.teams.codes(frame.text("cina_assessment_team"))
    return on_its_date(world, frame.child, when, record_team=team, met_from=np.where(seen, when, NEVER))


AS_AT = {"assessments_open": assessments_open}
EVENTS = {"assessments_authorised": assessments_authorised}
