"""Child protection: initial and review conferences, visits, core groups, mid-point reviews.

Source: Working Together to Safeguard Children; visits, later core groups and mid-point reviews are local standards.
Plans of another authority (cppl_cp_plan_ola Y) have no clocks here.
"""

from __future__ import annotations

import numpy as np

from kpi_engine.clocks import EVER, Chain, Duties, Regimes, chain, deadlines, joined, rhythm, steps
from kpi_engine.days import NEVER, Days, Mask
from kpi_engine.duties.events import meetings
from kpi_engine.facts import NOBODY, Codes
from kpi_engine.joins import Events, greater_id
from kpi_engine.world import World, rows_by_id

FALLBACK_DAYS = 60
"""A conference that names no enquiry belongs to the child's latest enquiry started 0 to 60 days before it."""


def initial_conference(world: World) -> Duties:
    """From the strategy discussion to the first conference held for the enquiry."""
    enquiry, limit = world.facts["ssd_s47_enquiry"], world.limits["initial_conference"]
    start, closed = enquiry.day("s47e_s47_start_date"), enquiry.day("s47e_s47_end_date")
    held, early = first_conferences(world)
    ends = np.minimum(world.closes(enquiry.text("s47e_referral_id")), world.birthday(enquiry.child, 18))
    needed = enquiry.json_flag("s47e_s47_outcome_json", "CP_CONFERENCE_FLAG") & ~enquiry.flag("s47e_s47_nfa")
    no_need = (closed < NEVER) & ~needed & (start < NEVER)
    team = world.facts.teams.codes(enquiry.text("s47e_s47_completed_by_team"))

    def version(rows: Mask, done: Days, ended: Days, since: Days, until: Days, lapses: bool) -> Duties:
        place = np.flatnonzero(rows)
        return deadlines(
            enquiry.child[rows], enquiry.text("s47e_s47_enquiry_id")[rows], start=start[rows],
            due=limit.due(start[rows]), done=done[rows], ended=ended[rows], valid_from=since[rows],
            valid_to=until[rows], wd=limit.in_working_days, lapses=np.full(len(place), lapses),
            record_team=team[rows], place=place, bad_done=early[rows] & (held[rows] >= NEVER),
        )  # fmt: skip

    ever, never, none = np.full_like(start, EVER), np.full_like(start, NEVER + 1), np.full_like(start, NEVER)
    return joined([
        version(~no_need, held, ends, ever, never, False),
        # Until the enquiry ends, or a conference is on record, a conference may still be needed ...
        version(no_need, none, ends, ever, np.minimum(closed, held), False),
        # ... ended without one: no duty arose ...
        version(no_need & (closed < held), none, closed, closed, held, True),
        # ... and a conference on record shows that one was needed after all.
        version(no_need & (held < NEVER), held, ends, held, never, False),
    ])  # fmt: skip


def first_conferences(world: World) -> tuple[Days, Mask]:
    """For each enquiry the first conference on or after its start, and whether one is dated before the start."""
    enquiry, conference = world.facts["ssd_s47_enquiry"], world.facts["ssd_initial_cp_conference"]
    when = conference.day("icpc_icpc_date")
    row = conference_enquiries(world)
    start = enquiry.day("s47e_s47_start_date")
    held = np.full(enquiry.rows, NEVER, dtype=np.int64)
    early = np.zeros(enquiry.rows, dtype=bool)
    linked = np.flatnonzero((row >= 0) & (when < NEVER))
    after = linked[when[linked] >= start[row[linked]]]
    np.minimum.at(held, row[after], when[after])
    early[row[linked[when[linked] < start[row[linked]]]]] = True
    return held, early


def conference_enquiries(world: World) -> Codes:
    """The enquiry (row) each conference answers, -1 = none; a transfer-in answers none."""
    enquiry, conference = world.facts["ssd_s47_enquiry"], world.facts["ssd_initial_cp_conference"]
    row = rows_by_id(enquiry.text("s47e_s47_enquiry_id"), conference.text("icpc_s47_enquiry_id"))
    when, start = conference.day("icpc_icpc_date"), enquiry.day("s47e_s47_start_date")
    transfer = conference.flag("icpc_icpc_transfer_in")
    row = np.where(transfer, NOBODY, row)
    by_child: dict[int, list[int]] = {}
    for place in range(enquiry.rows):
        by_child.setdefault(int(enquiry.child[place]), []).append(place)
    ids = enquiry.text("s47e_s47_enquiry_id")
    for place in np.flatnonzero((row < 0) & ~transfer & (when < NEVER) & (conference.child >= 0)).tolist():
        best = NOBODY
        for candidate in by_child.get(int(conference.child[place]), []):
            if not 0 <= when[place] - start[candidate] <= FALLBACK_DAYS:
                continue
            if best < 0 or start[candidate] > start[best] or (
                start[candidate] == start[best] and greater_id(str(ids[candidate]), str(ids[best])) > 0
            ):  # fmt: skip
                best = candidate
        row[place] = best
    return row


def _plans(world: World) -> Regimes:
    """One regime for each of this authority's plans, start to end."""
    plan = world.facts["ssd_cp_plans"]
    own = np.flatnonzero(~plan.flag("cppl_cp_plan_ola"))
    start = plan.day("cppl_cp_plan_start_date")[own]
    return Regimes(
        child=plan.child[own], subject=plan.text("cppl_cp_plan_id")[own], group=own, line=own, start=start,
        end=plan.day("cppl_cp_plan_end_date")[own], valid_from=np.minimum(start, NEVER),
        valid_to=np.full(len(own), NEVER + 1), place=own, doubtful_start=start >= NEVER,
    )  # fmt: skip


def _conference_regimes(world: World) -> Regimes:
    """The plans from their initial conference (cppl_icpc_id), else from the plan's start."""
    regimes, plan = _plans(world), world.facts["ssd_cp_plans"]
    conference = world.facts["ssd_initial_cp_conference"]
    row = rows_by_id(conference.text("icpc_icpc_id"), plan.text("cppl_icpc_id")[regimes.place])
    held = np.append(conference.day("icpc_icpc_date"), NEVER)[row]
    begun = regimes.start
    # A conference dated after the plan's start does not exist before its day: until then the plan's start counts.
    later = (held > begun) & (held < NEVER)
    regimes.start = np.where((held < NEVER) & (begun < NEVER), held, begun)
    regimes.valid_from = np.where(later, held, begun)
    if not later.any():
        return regimes
    early = Regimes(
        child=regimes.child[later], subject=regimes.subject[later], group=regimes.group[later],
        line=-1 - regimes.line[later], start=begun[later], end=regimes.end[later], valid_from=begun[later],
        valid_to=held[later], place=regimes.place[later], doubtful_start=np.zeros(int(later.sum()), dtype=bool),
    )  # fmt: skip
    names = (
        "child",
        "subject",
        "group",
        "line",
        "start",
        "end",
        "valid_from",
        "valid_to",
        "place",
        "doubtful_start",
    )
    return Regimes(**{n: np.concatenate([getattr(regimes, n), getattr(early, n)]) for n in names})


def _review_chain(world: World) -> tuple[Regimes, Chain]:
    """The plans' conferences: each row runs from one to the next quorate review after the plan's start."""
    review, plan = world.facts["ssd_cp_reviews"], world.facts["ssd_cp_plans"]
    regimes = _conference_regimes(world)
    row = rows_by_id(plan.text("cppl_cp_plan_id"), review.text("cppr_cp_plan_id"))
    held = Events(
        np.where(review.refused("cppr_cp_review_quorate"), NOBODY, row), review.day("cppr_cp_review_date")
    )
    after = plan.day("cppl_cp_plan_start_date")[regimes.place] + 1
    return regimes, chain(regimes, held, not_before=after)


def review_conference(world: World) -> Duties:
    """Three months after the initial conference, then six months after each review."""
    regimes, rows = _review_chain(world)
    due, wd = steps(
        rows.number,
        rows.start,
        [world.limits["review_conference_first"], world.limits["review_conference_next"]],
    )
    return rhythm(regimes, rows, due, wd)


def mid_point_review(world: World) -> Duties:
    """One row for each gap between conferences; the next review, or the end of the plan, ends it."""
    regimes, rows = _review_chain(world)
    held = meetings(world, "mid_point_review")
    child = regimes.child[rows.regime]
    ended = np.minimum(rows.done, regimes.end[rows.regime])
    done = held.first(child, np.where(rows.number == 1, rows.start, rows.start + 1))
    due, wd = steps(
        rows.number,
        rows.start,
        [world.limits["mid_point_review_first"], world.limits["mid_point_review_next"]],
    )
    out = deadlines(
        child, regimes.subject[rows.regime], start=rows.start, due=due, done=done, ended=ended,
        valid_from=regimes.valid_from[rows.regime], valid_to=regimes.valid_to[rows.regime], wd=wd,
        place=regimes.place[rows.regime], sequence=rows.number,
    )  # fmt: skip
    return out.take((rows.start < ended) & (rows.start < NEVER))


def cp_visit(world: World) -> Duties:
    """Every ten working days the child is seen; a visit belongs to the plan it names, else to the plan of its day."""
    visit, plan = world.facts["ssd_cp_visits"], world.facts["ssd_cp_plans"]
    limit, regimes = world.limits["cp_visit"], _plans(world)
    when, seen = visit.day("cppv_cp_visit_date"), visit.flag("cppv_cp_visit_seen")
    named = rows_by_id(plan.text("cppl_cp_plan_id"), visit.text("cppv_cp_plan_id"))
    unnamed = seen & (visit.text("cppv_cp_plan_id") == "")
    by_child = Events(np.where(unnamed, visit.child, NOBODY), when)
    stretch, days = by_child.inside(regimes.child, regimes.start, regimes.end)
    by_plan = Events(
        np.concatenate([np.where(seen, named, NOBODY), regimes.group[stretch]]), np.concatenate([when, days])
    )
    rows = chain(regimes, by_plan)
    return rhythm(regimes, rows, limit.due(rows.start), limit.in_working_days)


def core_group(world: World) -> Duties:
    """Ten working days after the plan's start, then every 42 days from the last one held."""
    regimes = _plans(world)
    regimes.group = regimes.child
    rows = chain(regimes, meetings(world, "core_group"))
    due, wd = steps(
        rows.number, rows.start, [world.limits["core_group_first"], world.limits["core_group_next"]]
    )
    return rhythm(regimes, rows, due, wd)


CLOCKS = {
    "initial_conference": initial_conference, "review_conference": review_conference, "cp_visit": cp_visit,
    "core_group": core_group, "mid_point_review": mid_point_review,
}  # fmt: skip
