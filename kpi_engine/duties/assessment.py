"""Child and family assessments: 45 working days from their own start, and from the referral."""

from __future__ import annotations

import numpy as np

from kpi_engine.clocks import Duties, deadlines
from kpi_engine.days import NEVER, Days
from kpi_engine.joins import greater_id
from kpi_engine.world import World, rows_by_id


def _assessments(world: World, name: str, start: Days) -> Duties:
    frame, limit = world.facts["ssd_cin_assessments"], world.limits[name]
    return deadlines(
        frame.child, frame.text("cina_assessment_id"), start=start, due=limit.due(start),
        done=frame.day("cina_assessment_auth_date"), ended=world.closes(frame.text("cina_referral_id")),
        valid_from=frame.day("cina_assessment_start_date"), wd=limit.in_working_days, own=True,
        record_team=world.facts.teams.codes(frame.text("cina_assessment_team")),
        bad_done=frame.bad("cina_assessment_auth_date"),
    )  # fmt: skip


def assessment(world: World) -> Duties:
    """From the assessment's own start, as the Department for Education counts (C2)."""
    return _assessments(
        world, "assessment", world.facts["ssd_cin_assessments"].day("cina_assessment_start_date")
    )


def assessment_from_referral(world: World) -> Duties:
    """From the referral for the first assessment of a referral, if it is not later than the assessment's start
    (Working Together: from the point of referral); otherwise from the assessment's start."""
    frame, episode = world.facts["ssd_cin_assessments"], world.facts["ssd_cin_episodes"]
    begun = frame.day("cina_assessment_start_date")
    referral = frame.text("cina_referral_id")
    row = rows_by_id(episode.text("cine_referral_id"), referral)
    referred = np.append(episode.day("cine_referral_date"), NEVER)[row]
    ids, days = frame.text("cina_assessment_id"), begun.tolist()
    first: dict[str, int] = {}
    for place in np.flatnonzero(begun < NEVER).tolist():
        held = first.setdefault(referral[place], place)
        earlier = days[place] < days[held]
        if earlier or (days[place] == days[held] and greater_id(str(ids[held]), str(ids[place])) > 0):
            first[referral[place]] = place
    is_first = np.zeros(frame.rows, dtype=bool)
    is_first[list(first.values())] = True
    return _assessments(
        world, "assessment_from_referral", np.where(is_first & (referred <= begun), referred, begun)
    )


CLOCKS = {"assessment": assessment, "assessment_from_referral": assessment_from_referral}
