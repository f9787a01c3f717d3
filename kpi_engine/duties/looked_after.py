"""Looked-after children: visits, reviews, health, dental, SDQ, PEP, return interviews.

Source: Care Planning, Placement and Case Review (England) Regulations 2010, regs 7, 28, 33; statutory guidance on
education, health and missing children. Short breaks (V3, V4; reg 48) have none of these clocks.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from kpi_engine.clocks import EVER, Duties, Regimes, chain, deadlines, rhythm, steps
from kpi_engine.days import NEVER, Days, Mask, plus_months
from kpi_engine.facts import NOBODY, Codes, Frame
from kpi_engine.joins import Events, Holder
from kpi_engine.world import World

TEMPORARY_PLACEMENTS = ("T0", "T1", "T2", "T3", "T4")
TEMPORARY_DAYS = 7
LONG_TERM_PLACEMENTS = ("U1", "U4")
WITH_PARENTS, INTERIM_CARE_ORDER = "P1", "C1"


def _periods(world: World) -> Regimes:
    """The care periods that are no short breaks, from the first day of their clocks to the end or 18th birthday."""
    care = world.care
    keep = np.flatnonzero(care.start < NEVER)
    child = care.child[keep]
    return Regimes(
        child=child, subject=care.cla_id[keep], group=care.period[keep], line=keep, start=care.start[keep],
        end=np.minimum(care.end[keep], world.birthday(child, 18)), valid_from=care.valid_from[keep],
        valid_to=care.valid_to[keep], place=keep,
    )  # fmt: skip


# Visits


def lac_visit(world: World) -> Duties:
    """Within a week of the start of any placement, then every six weeks; every three months after a year in a
    placement meant to last to 18; weekly, then four-weekly, with parents under an interim care order (reg 28)."""
    visit, placement = world.facts["ssd_cla_visits"], world.facts["ssd_cla_placement"]
    regimes, version = _placements(world)
    seen = np.where(visit.flag("clav_cla_visit_seen"), visit.child, NOBODY)
    rows = chain(regimes, Events(seen, visit.day("clav_cla_visit_date")))
    child, row = regimes.child[rows.regime], regimes.place[rows.regime]
    kind = placement.code("clap_cla_placement_type")[row]
    begun = placement.day("clap_cla_placement_start_date")[row]
    first = rows.number == 1
    settled = rows.start >= plus_months(begun, 12)
    long_term = np.isin(kind.astype(str), LONG_TERM_PLACEMENTS) | _lasting(world, child, rows.start)
    parents = (kind == WITH_PARENTS) & _under_interim_order(world, child, rows.start)
    reviewed = rows.start >= _first_review(world)[version[rows.regime]]
    limit = world.limits
    due = limit["lac_visit_next"].due(rows.start)
    wd = np.full(len(due), limit["lac_visit_next"].in_working_days)
    for here, name in (
        (settled & long_term, "lac_visit_long_term"),
        (parents & reviewed, "lac_visit_parents_after_review"),
        (parents & ~reviewed, "lac_visit_parents_weekly"),
        (first, "lac_visit_first"),
    ):
        due[here] = limit[name].due(rows.start[here])
        wd[here] = limit[name].in_working_days
    return rhythm(regimes, rows, due, wd)


def _placements(world: World) -> tuple[Regimes, Codes]:
    """Placements inside care periods, one entry for each version of the period (its place, -1 = no period known)."""
    placement, care = world.facts["ssd_cla_placement"], world.care
    begun, left = placement.day("clap_cla_placement_start_date"), placement.day("clap_cla_placement_end_date")
    versions = _versions_of(world, placement, placement.text("clap_cla_id"), begun)
    pairs = [(row, version) for row in range(placement.rows) for version in versions[row] or [NOBODY]]
    row, version = np.array(pairs, dtype=np.int64).reshape(-1, 2).T
    own_start, clock_start = np.append(care.own_start, EVER)[version], np.append(care.start, EVER)[version]
    child = np.where(version >= 0, np.append(care.child, NOBODY)[version], placement.child[row])
    # Only a short break that became care moves the first day; otherwise the placement's own start counts.
    start = np.where(clock_start > own_start, np.maximum(begun[row], clock_start), begun[row])
    end = np.minimum.reduce([left[row], np.append(care.end, NEVER)[version], world.birthday(child, 18)])
    brief = np.isin(placement.code("clap_cla_placement_type")[row].astype(str), TEMPORARY_PLACEMENTS)
    brief &= left[row] - begun[row] <= TEMPORARY_DAYS
    valid_from = np.maximum(np.append(care.valid_from, EVER)[version], np.minimum(begun[row], NEVER))
    valid_to = np.append(care.valid_to, NEVER + 1)[version]
    regimes = Regimes(
        child=child, subject=placement.text("clap_cla_placement_id")[row], group=child, line=np.arange(len(row)),
        start=start, end=end, valid_from=valid_from,
        # An open temporary placement has its rows until it ends within seven days of its start; then they go.
        valid_to=np.where(brief, np.minimum(valid_to, left[row]), valid_to),
        place=row, doubtful_start=begun[row] >= NEVER,
    )  # fmt: skip
    keep = (clock_start < NEVER) | (begun[row] >= NEVER)
    return _kept(regimes, keep), version[keep]


def _kept(regimes: Regimes, keep: Mask) -> Regimes:
    names = ("child", "subject", "group", "line", "start", "end", "valid_from", "valid_to", "place")
    doubtful = regimes.doubtful_start[keep] if regimes.doubtful_start is not None else None
    return Regimes(**{n: getattr(regimes, n)[keep] for n in names}, doubtful_start=doubtful)


def _versions_of(world: World, frame: Frame, cla_id: NDArray[np.object_], when: Days) -> list[list[int]]:
    """For each row the versions of the care period it names; a row that names none, or one nobody knows, belongs to
    the child's period of its day."""
    care = world.care
    by_id: dict[tuple[int, str], list[int]] = {}
    by_child: dict[int, list[int]] = {}
    for place in range(len(care.child)):
        by_id.setdefault((int(care.child[place]), str(care.cla_id[place])), []).append(place)
        by_child.setdefault(int(care.child[place]), []).append(place)
    out = []
    for row in range(frame.rows):
        child = int(frame.child[row])
        named = by_id.get((child, str(cla_id[row])))
        if named is None:
            named = [p for p in by_child.get(child, []) if care.own_start[p] <= when[row] < care.end[p]]
        out.append(named)
    return out


def _lasting(world: World, child: Codes, on: Days) -> Mask:
    """Whether a care plan in force on the day says that the placement is to last to 18 (LTFOST18)."""
    plan = world.facts["ssd_cla_care_plan"]
    lasting = plan.json_flag("lacp_cla_care_plan_json", "LTFOST18")
    held = Holder(plan.child, plan.day("lacp_cla_care_plan_start_date"), plan.day("lacp_cla_care_plan_end_date"),
                  plan.text("lacp_table_id"))  # fmt: skip
    return np.append(lasting, False)[held.at(child, on)]


def _under_interim_order(world: World, child: Codes, on: Days) -> Mask:
    legal = world.facts["ssd_legal_status"]
    interim = legal.code("lega_legal_status") == INTERIM_CARE_ORDER
    held = Holder(legal.child, legal.day("lega_legal_status_start_date"), legal.day("lega_legal_status_end_date"),
                  legal.text("lega_legal_status_id"))  # fmt: skip
    return np.append(interim, False)[held.at(child, on)]


def _first_review(world: World) -> Days:
    """By version of a care period, the day of its first review held; NEVER where none is (and in the last place)."""
    periods = _periods(world)
    first = np.full(len(world.care.child) + 1, NEVER, dtype=np.int64)
    stretch, when = _reviews(world).inside(periods.group, periods.start, np.minimum(periods.end, NEVER - 1))
    np.minimum.at(first, periods.place[stretch], when)
    return first


# Reviews


def _reviews(world: World) -> Events:
    """Days of reviews held (not cancelled), by care period."""
    review, care = world.facts["ssd_cla_reviews"], world.care
    held = ~review.flag("clar_cla_review_cancelled")
    by_id: dict[str, dict[int, int]] = {}
    for one, number, child in zip(care.cla_id, care.period.tolist(), care.child.tolist(), strict=True):
        by_id.setdefault(one, {})[number] = child
    period, days = [], []
    when = review.day("clar_cla_review_date")
    ids, person = review.text("clar_cla_id"), review.text("clar_cla_person_id")
    for row in np.flatnonzero(held & (when < NEVER)).tolist():
        for number, child in by_id.get(ids[row], {}).items():
            if not person[row] or review.child[row] == child:
                period.append(number)
                days.append(int(when[row]))
    return Events(np.array(period, dtype=np.int64), np.array(days, dtype=np.int64))


def lac_review(world: World) -> Duties:
    """20 working days from entering care, three months after the first review, then every six months (reg 33)."""
    regimes = _periods(world)
    rows = chain(regimes, _reviews(world))
    names = ("lac_review_first", "lac_review_second", "lac_review_next")
    due, wd = steps(rows.number, rows.start, [world.limits[n] for n in names])
    return rhythm(regimes, rows, due, wd)


# Health, dental, SDQ, PEP


def _checks(world: World) -> tuple[Events, Events]:
    """Completed health assessments and completed dental checks, by child."""
    health = world.facts["ssd_cla_health"]
    done = health.made("clah_health_check_status", lambda t: (t or "").strip().lower() == "completed").astype(
        bool
    )
    assessed = health.made("clah_health_check_type", _is_health_assessment).astype(bool)
    dental = health.made("clah_health_check_type", lambda t: "dental" in (t or "").lower()).astype(bool)
    when = health.day("clah_health_check_date")
    return (
        Events(np.where(done & assessed, health.child, NOBODY), when),
        Events(np.where(done & dental, health.child, NOBODY), when),
    )


def _is_health_assessment(text: str | None) -> bool:
    words = (text or "").lower()
    if "dental" in words:
        return False
    parts = "".join(c if c.isalnum() else " " for c in words).split()
    return "health assessment" in words or "iha" in parts or "rha" in parts


def initial_health_assessment(world: World) -> Duties:
    """The first completed health assessment, 20 working days from entering care (reg 7)."""
    periods, limit = _periods(world), world.limits["initial_health_assessment"]
    assessments, _ = _checks(world)
    return deadlines(
        periods.child, periods.subject, start=periods.start, due=limit.due(periods.start),
        done=assessments.first(periods.child, periods.start), ended=periods.end, valid_from=periods.valid_from,
        valid_to=periods.valid_to, wd=limit.in_working_days, place=periods.place,
    )  # fmt: skip


def review_health_assessment(world: World) -> Duties:
    """From the first assessment on: every six months under five, every twelve from five on (reg 7)."""
    periods, limits = _periods(world), world.limits
    assessments, _ = _checks(world)
    first = assessments.first(periods.child, periods.start)
    keep = first <= periods.end
    regimes = _kept(periods, keep)
    regimes.start, regimes.group = first[keep], regimes.child
    rows = chain(regimes, assessments, accept_start=False)
    young, older = limits["review_health_under_5"], limits["review_health_5_and_over"]
    half_year = young.due(rows.start)
    fifth = world.birthday(regimes.child[rows.regime], 5)
    under_5 = (fifth > half_year) & (fifth < NEVER)
    due = np.where(under_5, half_year, older.due(rows.start))
    wd = np.where(under_5, young.in_working_days, older.in_working_days)
    return rhythm(regimes, rows, due, wd)


def dental_check(world: World) -> Duties:
    """Every twelve months."""
    regimes, limit = _periods(world), world.limits["dental_check"]
    regimes.group = regimes.child
    rows = chain(regimes, _checks(world)[1])
    return rhythm(regimes, rows, limit.due(rows.start), limit.in_working_days)


def sdq(world: World) -> Duties:
    """Every twelve months, from the fourth birthday, never due on or after the 17th."""
    score, regimes, limit = world.facts["ssd_sdq_scores"], _periods(world), world.limits["sdq"]
    regimes.group = regimes.child
    rows = chain(regimes, Events(score.child, score.day("csdq_sdq_completed_date")))
    child = regimes.child[rows.regime]
    fourth = world.birthday(child, 4)
    due = np.maximum(limit.due(rows.start), np.where(fourth >= NEVER, 0, fourth))
    out = rhythm(regimes, rows, due, limit.in_working_days)
    return out.take(out.due < world.birthday(out.child, 17))


def pep(world: World) -> Duties:
    """20 working days from entering care or the fourth birthday, then every four months."""
    plan, regimes = world.facts["local_peps"], _periods(world)
    fourth = world.birthday(regimes.child, 4)
    regimes.start = np.maximum(regimes.start, np.where(fourth >= NEVER, 0, fourth))
    regimes.group = regimes.child
    rows = chain(regimes, Events(plan.child, plan.day("completed_date")))
    due, wd = steps(rows.number, rows.start, [world.limits["pep_first"], world.limits["pep_next"]])
    return rhythm(regimes, rows, due, wd)


# Missing


def return_interview(world: World) -> Duties:
    """Within 72 hours of the return, to the minute where both times are known, weekends included."""
    frame, limit = world.facts["local_return_interviews"], world.limits["return_interview_hours"]
    start, held = frame.day("returned_at"), frame.day("held_at")
    due = limit.due(start)
    declined = frame.day("declined_at")
    back, then, no = (frame.seconds(n) // 60 for n in ("returned_at", "held_at", "declined_at"))
    both, refused = (back >= 0) & (then >= 0), (back >= 0) & (no >= 0)
    early = (held == start) & both & (then < back)
    return deadlines(
        frame.child, frame.text("missing_id"), start=start, due=due, done=np.where(early, NEVER, held),
        ended=declined, wd=limit.in_working_days, own=True, late=(held == due) & both & (then > back),
        ended_late=(declined == due) & refused & (no > back), brief=(declined == start) & refused & (no > back),
        bad_done=frame.bad("held_at") | early,
    )  # fmt: skip


CLOCKS = {
    "lac_visit": lac_visit, "lac_review": lac_review, "initial_health_assessment": initial_health_assessment,
    "review_health_assessment": review_health_assessment, "dental_check": dental_check, "sdq": sdq, "pep": pep,
    "return_interview": return_interview,
}  # fmt: skip
