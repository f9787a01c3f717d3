"""What the published tables count: events of a year, and what is open on a day.

Events and Sheets as elsewhere in the engine; `size` holds the band (kpi_engine.dfe.bands), `met` what the table
calls second plan, reviewed in time, and so on.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from kpi_engine.cases.child_protection import cp_plans_ended, cp_plans_started, section_47
from kpi_engine.cases.front_door import referrals, referrals_nfa, rereferrals
from kpi_engine.cases.owners import on_its_date
from kpi_engine.days import NEVER, Days, Mask
from kpi_engine.dfe import bands
from kpi_engine.duties.child_protection import conference_enquiries
from kpi_engine.facts import TEAM_NOT_GIVEN, Codes
from kpi_engine.sheet import Events, Sheet
from kpi_engine.view import View
from kpi_engine.world import World, rows_by_id

NOT_IN_NEED = ("RC8", "RC9")
"""Closed after assessment, no further action or early help: never a child in need in the statistics."""


def assessments(world: World) -> Events:
    """C2: assessments by the day they were authorised, banded by working days from their own start."""
    frame = world.facts["ssd_cin_assessments"]
    begun, done = frame.day("cina_assessment_start_date"), frame.day("cina_assessment_auth_date")
    team = world.facts.teams.codes(frame.text("cina_assessment_team"))
    band = bands.of_working_days(begun, done, bands.ASSESSMENT_BANDS)
    return _like_its_clock(world, frame.child, begun, done, "assessment", team, band)


def conferences(world: World) -> Events:
    """C4: initial conferences that answer an enquiry, banded by working days from the enquiry's start; one dated before
    its enquiry is counted in no band. Transfer-in conferences are left out."""
    enquiry, frame = world.facts["ssd_s47_enquiry"], world.facts["ssd_initial_cp_conference"]
    row = conference_enquiries(world)
    held = np.where(row >= 0, frame.day("icpc_icpc_date"), NEVER)
    begun = np.append(enquiry.day("s47e_s47_start_date"), NEVER)[row]
    first = _first_of_each(row, held, begun)
    when = np.where(first, held, NEVER)
    team = np.append(world.facts.teams.codes(enquiry.text("s47e_s47_completed_by_team")), TEAM_NOT_GIVEN)[row]
    band = bands.of_working_days(begun, when, bands.CONFERENCE_BANDS)
    return _like_its_clock(world, frame.child, begun, when, "initial_conference", team, band)


def _like_its_clock(
    world: World, child: Codes, begun: Days, done: Days, limit: str, record_team: Codes, band: Codes
) -> Events:
    """Events owned as the ledger's rows are: whoever held the case when it was due, or done if earlier, reaching
    back 30 days (rules 3.5), so that a team's table and its measure count the same."""
    on = np.minimum(world.limits[limit].due(begun), done)
    everywhere = np.ones(len(child), dtype=bool)
    worker, team = world.allocation.of(child, on, record_team, None, everywhere)
    return Events(done, child, team, worker, size=band)


def _first_of_each(row: Days, held: Days, begun: Days) -> Mask:
    """Of the conferences of one enquiry the first on or after its start, else the first: the census holds one."""
    order = np.lexsort((held, held < begun, row))
    ranked = row[order]
    fresh = np.concatenate([[True], ranked[1:] != ranked[:-1]]) if len(row) else np.zeros(0, dtype=bool)
    out = np.zeros(len(row), dtype=bool)
    out[order] = fresh
    found: Mask = out & (row >= 0) & (held < NEVER)
    return found


def episodes_started(world: World) -> Events:
    """B1: episodes of children in need by the day of the referral."""
    frame, when = world.facts["ssd_cin_episodes"], _in_need(world)
    team = world.facts.teams.codes(frame.text("cine_referral_team"))
    return on_its_date(world, frame.child, when, lead_team=team)


def episodes_ended(world: World) -> Events:
    """B5: episodes of children in need by the day they closed, banded by length."""
    frame, start = world.facts["ssd_cin_episodes"], _in_need(world)
    close = np.where(start < NEVER, frame.day("cine_close_date"), NEVER)
    team = world.facts.teams.codes(frame.text("cine_referral_team"))
    return on_its_date(
        world, frame.child, close, record_team=team, closes=True, size=bands.of_length(start, close)
    )


def _in_need(world: World) -> Days:
    """Start of each episode that the statistics count as in need, NEVER for the others."""
    frame = world.facts["ssd_cin_episodes"]
    left_out = frame.flag("cine_referral_nfa") | np.isin(
        frame.code("cine_close_reason").astype(str), NOT_IN_NEED
    )
    return np.where(left_out, NEVER, frame.day("cine_referral_date"))


def episodes_open(view: View) -> Sheet:
    """B4: episodes open on the day, children on a plan or looked after among them, banded by length so far."""
    frame, rows = view.facts["ssd_cin_episodes"], view.open_episodes
    team = view.facts.teams.codes(frame.text("cine_referral_team"))[rows]
    worker, team = view.world.allocation.of(frame.child[rows], view.as_at, team)
    start = frame.day("cine_referral_date")[rows]
    band = bands.of_length(start, np.full(len(rows), view.as_at))
    return Sheet(frame.child[rows], team, worker, np.ones(len(rows), dtype=bool), size=band)


def plans_ended(world: World) -> Events:
    """D7: plans by the day they ended, banded by length."""
    found, frame = cp_plans_ended(world), world.facts["ssd_cp_plans"]
    return replace(found, size=bands.of_length(frame.day("cppl_cp_plan_start_date"), found.day))


def plans_open(view: View) -> Sheet:
    """D5: plans open on the day, banded by length so far."""
    start = _starts(view)
    sheet = _of_plans(view)
    sheet.size = bands.of_length(start, np.full(len(start), view.as_at))
    return sheet


def _starts(view: View) -> Days:
    return view.facts["ssd_cp_plans"].day("cppl_cp_plan_start_date")[view.open_cp_plans]


def _of_plans(view: View) -> Sheet:
    child = view.facts["ssd_cp_plans"].child[view.open_cp_plans]
    worker, team = view.owners
    return Sheet(child, team[child], worker[child], np.ones(len(child), dtype=bool))


def plans_reviewed(view: View, by: int | None = None) -> Sheet:
    """D6: plans open on the day that have run for at least three months (91 days) by then, or by the later day `by`;
    met: never late up to D, neither a review held late nor one overdue (91 days, then 183 from the last review)."""
    sheet = _of_plans(view)
    sheet.met = never_late(view)
    return sheet.where((view.as_at if by is None else by) - _starts(view) >= bands.THREE_MONTHS_DAYS)


def never_late(view: View) -> Mask:
    """For each open plan whether every review was held, and the next is not overdue, within 91 and 183 days."""
    start = _starts(view)
    held = _reviews(view)
    out = np.ones(len(start), dtype=bool)
    for place, row in enumerate(view.open_cp_plans.tolist()):
        last, limit = int(start[place]), bands.THREE_MONTHS_DAYS
        for when in [*held.get(row, ()), view.as_at]:
            if when - last > limit:
                out[place] = False
                break
            last, limit = when, bands.SIX_MONTHS_DAYS
    return out


def next_review_limit(view: View) -> Days:
    """The last day on which each open plan's next review is within 91, or 183, days."""
    start, held = _starts(view), _reviews(view)
    last = [held[row][-1] if held.get(row) else NEVER for row in view.open_cp_plans.tolist()]
    after = np.array(last, dtype=np.int64)
    return np.where(after < NEVER, after + bands.SIX_MONTHS_DAYS, start + bands.THREE_MONTHS_DAYS)


def _reviews(view: View) -> dict[int, list[int]]:
    """Days of the quorate reviews of each plan (row) after its start and up to D, in order."""
    plan, review = view.facts["ssd_cp_plans"], view.facts["ssd_cp_reviews"]
    row = rows_by_id(plan.text("cppl_cp_plan_id"), review.text("cppr_cp_plan_id"))
    when = review.day("cppr_cp_review_date")
    start = np.append(plan.day("cppl_cp_plan_start_date"), NEVER)[row]
    good = (row >= 0) & (when <= view.as_at) & (when > start) & ~review.refused("cppr_cp_review_quorate")
    out: dict[int, list[int]] = {}
    for one, day in sorted(zip(row[good].tolist(), when[good].tolist(), strict=True)):
        out.setdefault(one, []).append(day)
    return out


YEAR: dict[str, Callable[[World], Events]] = {
    "referrals": referrals, "rereferrals": rereferrals, "referrals_nfa": referrals_nfa,
    "assessments": assessments, "enquiries": section_47, "conferences": conferences,
    "episodes_started": episodes_started, "episodes_ended": episodes_ended,
    "plans_started": cp_plans_started, "plans_ended": plans_ended,
}  # fmt: skip
"""Events of a year, by name."""
