"""Pre-proceedings (14 weeks, improvement plan) and care proceedings (26 weeks, Children Act 1989 s32)."""

from __future__ import annotations

import numpy as np

from kpi_engine.clocks import EVER, Duties, deadlines, joined
from kpi_engine.days import NEVER, Days
from kpi_engine.world import World


def pre_proceedings(world: World) -> Duties:
    """From the letter before proceedings, or from the decision while there is no letter."""
    frame, limit = world.facts["local_pre_proceedings"], world.limits["pre_proceedings"]
    decision, letter = frame.day("decision_date"), frame.day("letter_date")
    ever, never = np.full(frame.rows, EVER), np.full(frame.rows, NEVER + 1)
    sent = np.flatnonzero(letter < NEVER)

    def version(rows: Days, start: Days, since: Days, until: Days) -> Duties:
        return deadlines(
            frame.child[rows], frame.text("pre_proceedings_id")[rows], start=start[rows], due=limit.due(start[rows]),
            done=frame.day("end_date")[rows], valid_from=since[rows], valid_to=until[rows],
            wd=limit.in_working_days, own=True, place=rows, bad_done=frame.bad("end_date")[rows],
        )  # fmt: skip

    before = np.flatnonzero((decision < NEVER) | (letter >= NEVER))
    return joined([
        version(before, decision, ever, np.where(letter < NEVER, letter, never)),
        version(sent, letter, letter, never),
    ])  # fmt: skip


def care_proceedings(world: World) -> Duties:
    """26 weeks beginning with the day of issue, or the date to which the court extended them."""
    frame, limit = world.facts["local_court"], world.limits["care_proceedings"]
    issued, extended = frame.day("issue_date"), frame.day("extension_to_date")
    return deadlines(
        frame.child, frame.text("case_id"), start=issued, due=np.where(extended < NEVER, extended, limit.due(issued)),
        done=frame.day("conclusion_date"), wd=limit.in_working_days, own=True, bad_done=frame.bad("conclusion_date"),
    )  # fmt: skip


CLOCKS = {"pre_proceedings": pre_proceedings, "care_proceedings": care_proceedings}
