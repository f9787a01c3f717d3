"""Assessments of foster carers, connected persons, special guardians and adopters, to the decision."""

from __future__ import annotations

import numpy as np

from kpi_engine.clocks import Duties, deadlines
from kpi_engine.days import NEVER
from kpi_engine.facts import NOBODY
from kpi_engine.world import World

LIMIT_OF = {
    "fostering": "carer_assessment_fostering", "connected_person": "carer_assessment_fostering",
    "special_guardianship": "carer_assessment_fostering", "adopter_stage_1": "carer_assessment_adopter_stage_1",
    "adopter_stage_2": "carer_assessment_adopter_stage_2",
}  # fmt: skip


def carer_assessment(world: World) -> Duties:
    """Eight months; adopter stages two and four. The decision stops the clock, not the panel."""
    frame = world.facts["local_carer_assessments"]
    start = frame.day("start_date")
    kind = frame.made("kind", lambda text: (text or "").strip().lower())
    due = np.full(frame.rows, NEVER, dtype=np.int64)
    wd = np.zeros(frame.rows, dtype=bool)
    for name, limit_name in LIMIT_OF.items():
        here, limit = kind == name, world.limits[limit_name]
        due[here] = limit.due(start[here])
        wd[here] = limit.in_working_days
    return deadlines(
        np.full(frame.rows, NOBODY), frame.text("assessment_id"), start=start, due=due,
        done=frame.day("decision_date"), ended=frame.day("withdrawn_date"), wd=wd, own=True, fixed=True,
        record_team=world.facts.teams.codes(frame.text("team_id")),
        record_worker=world.facts.allocated_worker(frame.text("worker_id")), bad_done=frame.bad("decision_date"),
    )  # fmt: skip


CLOCKS = {"carer_assessment": carer_assessment}
