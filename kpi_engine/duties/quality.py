"""Case audits and complaints (improvement plan, work streams 3, 6 and 7; complaints: SI 2006/1738)."""

from __future__ import annotations

import numpy as np

from kpi_engine.clocks import Duties, deadlines
from kpi_engine.days import NEVER
from kpi_engine.facts import NOBODY
from kpi_engine.world import World


def audit(world: World) -> Duties:
    """From the first day of the audit month to the due date on record."""
    frame = world.facts["local_audits"]
    return deadlines(
        frame.child, frame.text("audit_id"), start=frame.day("audit_month"), due=frame.day("due_date"),
        done=frame.day("completed_date"), own=True, fixed=True,
        record_team=world.facts.teams.codes(frame.text("team_id")), bad_done=frame.bad("completed_date"),
    )  # fmt: skip


def complaint(world: World) -> Duties:
    """Ten working days at stage 1, 25 at stage 2."""
    frame = world.facts["local_complaints"]
    start = frame.day("received_date")
    stage = frame.made(
        "stage", lambda text: (text or "").strip().lower().removeprefix("stage").strip().split(".")[0]
    )
    due = np.full(frame.rows, NEVER, dtype=np.int64)
    wd = np.zeros(frame.rows, dtype=bool)
    for number in ("1", "2"):
        here, limit = stage == number, world.limits[f"complaint_stage_{number}"]
        due[here] = limit.due(start[here])
        wd[here] = limit.in_working_days
    return deadlines(
        np.full(frame.rows, NOBODY), frame.text("complaint_id"), start=start, due=due,
        done=frame.day("responded_date"), wd=wd, own=True, fixed=True,
        record_team=world.facts.teams.codes(frame.text("team_id")), bad_done=frame.bad("responded_date"),
    )  # fmt: skip


CLOCKS = {"audit": audit, "complaint": complaint}
