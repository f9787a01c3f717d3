"""What is on record about child protection: enquiries, conferences, plans, reviews, visits, core groups."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from kpi_engine import working_days
from kpi_engine.days import NEVER, Days, plus, plus_months
from kpi_engine.invented.allocations import Holdings
from kpi_engine.invented.allotting import Ints, allot, pick, pick_whole, spread
from kpi_engine.invented.assessments import UNLIMITED
from kpi_engine.invented.cases import YEARS, Cases, Kind, Role
from kpi_engine.invented.people import People
from kpi_engine.invented.protection import Plans
from kpi_engine.invented.published import Shape
from kpi_engine.invented.rhythms import Events, keep, later
from kpi_engine.invented.workforce import TEAMS, Workforce
from kpi_engine.invented.writing import Book, choose, flags, ids, numbered, quoted

CONFERENCE_BANDS: Final = ((0, 10), (11, 15), (16, 20), (21, 38))
"""Working days from section 47 to conference of each published band; the last is open above."""

OUTCOMES: Final = (
    "NFA",
    "LEGAL_ACTION",
    "PROV_OF_SERVICES",
    "PROV_OF_SB_CARE",
    "CP_CONFERENCE",
    "NFA_CONTINUE_SINGLE",
    "MONITOR",
)
CATEGORIES: Final = ("Neglect", "Emotional abuse", "Physical abuse", "Sexual abuse", "Multiple")


@dataclass
class Enquiries:
    """One row a child's section 47 enquiry; `conference` NEVER = none held; `plan` -1 = none followed."""

    case: Ints
    member: Ints
    start: Days
    end: Days
    wanted: np.ndarray[tuple[int], np.dtype[np.bool_]]
    conference: Days
    plan: Ints


def make_enquiries(
    cases: Cases, plans: Plans, shape: Shape, as_at: int, rng: np.random.Generator
) -> Enquiries:
    """Enquiries and conferences: those of the last year as published (C4), earlier ones in proportion."""
    ends = [int(plus_months(np.array([as_at]), -12 * k)[0]) for k in range(YEARS + 1)]
    year = ends[1]
    plan, member = plans.children()
    held = _without_plan(cases, plans, shape, as_at, ends, rng)
    case = np.concatenate([plans.case[plan], held.case])
    member = np.concatenate([member, held.member])
    on = np.concatenate([plans.start[plan], held.conference])
    group = np.concatenate([plan, len(plans) + held.plan])
    plan = np.concatenate([plan, np.full(len(held.case), -1)])
    room = np.minimum(working_days.between(cases.start[case], on), UNLIMITED)
    recent = on > year
    length = np.zeros(len(case), dtype=np.int64)
    for some, counts in ((recent, shape.conferences_by_duration), (~recent, None)):
        number = counts or [round(int(some.sum()) * share) for share in (0.16, 0.66, 0.06)]
        number = [*number, int(some.sum()) - sum(number)][: len(CONFERENCE_BANDS)]
        bands = [(a, b, n) for (a, b), n in zip(CONFERENCE_BANDS, number, strict=True)]
        length[some] = allot(room[some], np.unique(group[some], return_inverse=True)[1], bands, rng)
    start = np.where(length == 0, on, np.maximum(later(on, -length), cases.start[case]))
    end = np.minimum(later(start, np.minimum(np.maximum(length, 1), 12)), np.maximum(on, start))
    led = Enquiries(case, member, start, end, np.ones(len(case), dtype=bool), on, plan)
    pending = _pending(cases, as_at, round(40 * shape.children / 2124), rng)
    begun = int((led.start > year).sum() + len(pending.case))
    parts = [led, pending, _ended(cases, plans, year, as_at, shape.total("c4", "Section47") - begun, rng)]
    for k in range(1, YEARS):
        children = round(shape.total("c4", "Section47") * (0.5 - 0.02 * k))
        parts.append(_ended(cases, plans, ends[k + 1], ends[k], children, rng))
    return Enquiries(
        *(
            np.concatenate([getattr(p, f) for p in parts])
            for f in ("case", "member", "start", "end", "wanted", "conference", "plan")
        )
    )


def _without_plan(
    cases: Cases, plans: Plans, shape: Shape, as_at: int, ends: list[int], rng: np.random.Generator
) -> Enquiries:
    """Conferences that made no plan: the published conferences of the year less the plans started in it."""
    free = cases.where(Kind.OPEN, Kind.ENDED, roles=(Role.NEED,))
    free[plans.case] = False
    on = cases.start + rng.integers(26, 61, len(cases))
    fits = free & (on <= np.minimum(cases.end, as_at))
    parts = []
    for k in range(YEARS):
        begun = int(plans.members[(plans.start > ends[k + 1]) & (plans.start <= ends[k])].sum())
        children = shape.total("c4", "ICPC") - begun if k == 0 else round(begun * 0.2)
        able = np.flatnonzero(fits & (on > ends[k + 1] + 2) & (on <= ends[k]))
        chosen, members = pick(able, cases.size, max(children, 0), rng)
        owner, place = spread(members)
        parts.append((chosen[owner], place, on[chosen][owner]))
    case, member, day = (np.concatenate([p[i] for p in parts]) for i in range(3))
    none = np.full(len(case), NEVER)
    return Enquiries(case, member, none, none, np.ones(len(case), dtype=bool), day, case)


def _pending(cases: Cases, as_at: int, children: int, rng: np.random.Generator) -> Enquiries:
    """Enquiries whose conference is still to come, a few of them overdue."""
    age = as_at - cases.start
    fresh = cases.where(Kind.OPEN, roles=(Role.NEED,)) & (age < 75)
    ago = np.zeros(len(cases), dtype=np.int64)
    parts: list[tuple[Ints, Ints]] = []
    for least, most, some in (
        (24, 33, max(round(children * 0.08), 1)),
        (0, 18, children - max(round(children * 0.08), 1)),
    ):
        mine = fresh & (ago == 0) & (age >= least)
        chosen, members = pick(np.flatnonzero(mine), cases.size, some, rng)
        days = rng.integers(least, most + 1, len(chosen))
        ago[chosen] = np.minimum(np.maximum(days, 1), np.maximum(age[chosen], least))
        parts.append((chosen, members))
    chosen, members = (np.concatenate([p[i] for p in parts]) for i in (0, 1))
    owner, member = spread(members)
    start = as_at - ago[chosen]
    end = later(start, rng.integers(6, 13, len(chosen)))
    end = np.where(end <= as_at, end, NEVER)
    none = np.full(len(owner), NEVER)
    wanted = np.ones(len(owner), dtype=bool)
    return Enquiries(chosen[owner], member, start[owner], end[owner], wanted, none, np.full(len(owner), -1))


def _ended(
    cases: Cases, plans: Plans, after: int, upto: int, children: int, rng: np.random.Generator
) -> Enquiries:
    """Enquiries of (after, upto] that ended without a conference."""
    start = cases.start + rng.integers(0, 11, len(cases))
    end = later(start, rng.integers(3, 13, len(cases)))
    fits = (start > after) & (end <= np.minimum(cases.end, upto))
    fits &= cases.where(Kind.OPEN, Kind.ENDED, Kind.NOT_IN_NEED) & (cases.role != Role.LEAVER)
    fits[plans.case] = False
    chosen, members = pick(np.flatnonzero(fits), cases.size, max(children, 0), rng)
    owner, member = spread(members)
    none = np.full(len(owner), NEVER)
    wanted = np.zeros(len(owner), dtype=bool)
    return Enquiries(
        chosen[owner], member, start[chosen][owner], end[chosen][owner], wanted, none, np.full(len(owner), -1)
    )


def _outcome(*true: str) -> str:
    parts = [f'"{name}_FLAG":"{"Y" if name in true else "N"}"' for name in OUTCOMES]
    return quoted("{" + ",".join([*parts, f'"TOTAL_NO_OF_OUTCOMES":{len(true)}']) + "}")


def write_enquiries(
    book: Book,
    cases: Cases,
    made: Enquiries,
    plans: Plans,
    people: People,
    held: Holdings,
    work: Workforce,
    rng: np.random.Generator,
) -> None:
    """ssd_s47_enquiry, ssd_initial_cp_conference and ssd_cp_plans."""
    n = len(made.case)
    team, worker = held.on(made.case, made.start)
    dropped = rng.random(n) < 0.5
    person = people.ids(people.of(cases, made.case, made.member))
    referral = ids("R", (cases.first_child[made.case] + made.member + 1).tolist())
    services, conference, nothing = _outcome("PROV_OF_SERVICES"), _outcome("CP_CONFERENCE"), _outcome("NFA")
    enquiry = numbered("S", n)
    open_ = made.end >= NEVER
    book.add(
        "ssd_s47_enquiry",
        s47e_s47_enquiry_id=enquiry,
        s47e_referral_id=referral,
        s47e_person_id=person,
        s47e_s47_start_date=book.dates(made.start),
        s47e_s47_end_date=book.dates(made.end),
        s47e_s47_nfa=[
            "" if o else "Y" if d and not w else "N"
            for o, d, w in zip(open_, dropped, made.wanted, strict=True)
        ],
        s47e_s47_outcome_json=[
            "" if o else conference if w else nothing if d else services
            for o, d, w in zip(open_, dropped, made.wanted, strict=True)
        ],
        s47e_s47_completed_by_worker_id=[work.workers[w].id if w >= 0 else "" for w in worker.tolist()],
        s47e_s47_completed_by_team=[TEAMS[t].id if t >= 0 else "" for t in team.tolist()],
    )
    rows = np.flatnonzero(made.conference < NEVER)
    plan_row = np.cumsum(made.plan >= 0)
    plan_id = [f"CP{plan_row[r]}" if made.plan[r] >= 0 else "" for r in rows.tolist()]
    on = made.conference[rows]
    book.add(
        "ssd_initial_cp_conference",
        icpc_icpc_id=numbered("I", len(rows)),
        icpc_icpc_meeting_id=ids("IM", (made.case[rows] * 2000 + on % 2000).tolist()),
        icpc_s47_enquiry_id=[enquiry[r] for r in rows.tolist()],
        icpc_person_id=[person[r] for r in rows.tolist()],
        icpc_cp_plan_id=plan_id,
        icpc_referral_id=[referral[r] for r in rows.tolist()],
        icpc_icpc_transfer_in=["N"] * len(rows),
        icpc_icpc_target_date=book.dates(working_days.add(made.start[rows], 15)),
        icpc_icpc_date=book.dates(on),
        icpc_icpc_outcome_cp_flag=flags(made.plan[rows] >= 0),
        icpc_icpc_team=[TEAMS[t].id if t >= 0 else "" for t in team[rows].tolist()],
    )
    conference_id = {r: f"I{i + 1}" for i, r in enumerate(rows.tolist())}
    on_plan = np.flatnonzero(made.plan >= 0)
    per_plan = choose(CATEGORIES, (45, 38, 8, 5, 4), len(plans), rng)
    first = [per_plan[p] for p in made.plan[on_plan].tolist()]
    again = choose(CATEGORIES, (45, 38, 8, 5, 4), len(on_plan), rng)
    changed = rng.random(len(on_plan)) < 0.08
    book.add(
        "ssd_cp_plans",
        cppl_cp_plan_id=numbered("CP", len(on_plan)),
        cppl_referral_id=[referral[r] for r in on_plan.tolist()],
        cppl_icpc_id=[conference_id[r] for r in on_plan.tolist()],
        cppl_person_id=[person[r] for r in on_plan.tolist()],
        cppl_cp_plan_start_date=book.dates(plans.start[made.plan[on_plan]]),
        cppl_cp_plan_end_date=book.dates(plans.end[made.plan[on_plan]]),
        cppl_cp_plan_initial_category=first,
        cppl_cp_plan_latest_category=[a if c else f for f, a, c in zip(first, again, changed, strict=True)],
        cppl_cp_plan_ola=["N"] * len(on_plan),
    )


@dataclass
class Follow:
    """Events that follow the plans, by plan (row of Plans)."""

    reviews: Events
    visits: Events
    core_groups: Events
    mid_points: Events


def make_follow(
    plans: Plans, shape: Shape, as_at: int, late_core_group: int, rng: np.random.Generator
) -> Follow:
    """Reviews, visits, core groups, mid-point reviews. `late_core_group`: a plan to have one, -1 for none."""
    reviews = _reviews(plans, shape, as_at, rng)

    def visit_due(step: int, last: Days, who: Ints) -> Days:
        return working_days.add(last, 10)

    def core_due(step: int, last: Days, who: Ints) -> Days:
        return working_days.add(last, 10) if step == 0 else plus(last, 42)

    visits = keep(
        plans.start,
        plans.end,
        as_at,
        visit_due,
        rng,
        overdue=0.062,
        weight=plans.members,
        days_over=(6.0, 3),
        late=0.11,
        soonest=0.65,
    )
    behind = np.zeros(len(plans), dtype=bool)
    if late_core_group >= 0:
        behind[late_core_group] = True
    cores = keep(
        plans.start,
        plans.end,
        as_at,
        core_due,
        rng,
        overdue=0.062,
        weight=plans.members,
        certainly=behind,
        days_over=(10.0, 2),
        late=0.11,
    )
    return Follow(reviews, visits, cores, _mid_points(plans, reviews, as_at, rng))


def _reviews(plans: Plans, shape: Shape, as_at: int, rng: np.random.Generator) -> Events:
    """Review conferences: of the open plans of 91 days and more the published number were never late (D6).

    In time here is 88 days for the first and 178 for later ones: inside three and six calendar months as well
    as inside the 91 and 183 days of the published statistic.
    """

    def due(step: int, last: Days, who: Ints) -> Days:
        return plus(last, 88 if step == 0 else 178)

    age = np.where(plans.end > as_at, as_at - plans.start, -1)
    late = shape.total("d6", "CPP_At31_3Months") - shape.total("d6", "Reviewed_within_timescales")
    # Held late: the first review. Overdue: the first of plans of four months, the second of older plans.
    behind, slow = np.zeros(len(plans), dtype=bool), np.zeros(len(plans))
    overdue = pick_whole(
        np.flatnonzero(((age >= 112) & (age <= 130)) | ((age >= 250) & (age <= 345))),
        plans.members,
        round(late * 0.8),
        rng,
    )
    behind[overdue] = True
    left = late - int(plans.members[overdue].sum())
    slow[pick_whole(np.flatnonzero((age >= 170) & (age <= 345) & ~behind), plans.members, left, rng)] = 1.0
    slow[(plans.end <= as_at) & (rng.random(len(plans)) < 0.06)] = 1.0
    events = keep(
        plans.start,
        plans.end,
        as_at,
        due,
        rng,
        certainly=behind,
        days_over=(8.0, 9),
        late=0.0,
        late_first=slow,
        late_by=7,
        skipped=0.01,
        soonest=0.8,
    )
    closing = np.flatnonzero(
        (plans.end <= as_at) & (rng.random(len(plans)) < 0.8) & (plans.end > plans.start + 30)
    )
    subject = np.concatenate([events.subject, closing])
    day = np.concatenate([events.day, plans.end[closing]])
    pairs = np.unique(np.stack([subject, day]), axis=1)
    return Events(pairs[0], pairs[1])


def _mid_points(plans: Plans, reviews: Events, as_at: int, rng: np.random.Generator) -> Events:
    """One meeting in nearly every gap between conferences: due after 42 days in the first, 3 months later."""
    subject = np.concatenate([np.arange(len(plans)), reviews.subject])
    start = np.concatenate([plans.start, reviews.day])
    order = np.lexsort((start, subject))
    subject, start = subject[order], start[order]
    first = np.ones(len(subject), dtype=bool)
    first[1:] = subject[1:] != subject[:-1]
    end = np.minimum(plans.end[subject], as_at + 400)
    end[:-1] = np.where(first[1:], end[:-1], start[1:])
    limit = np.where(first, start + 42, plus_months(start, 3))
    draw = rng.random(len(subject))
    on = start + ((limit - start) * (0.55 + 0.45 * rng.random(len(subject)))).astype(np.int64)
    on = np.where(draw < 0.05, limit + rng.integers(1, 20, len(subject)), on)
    on = np.maximum(working_days.add(on, 0), start + 1)
    open_late = (limit < as_at) & (end > as_at) & (limit > as_at - 30)
    done = (on <= np.minimum(end, as_at)) & (draw < 0.985) & ~(open_late & (draw > 0.82))
    catch_up = ~done & (limit < as_at - 30) & (end > as_at) & (draw < 0.85)
    on = np.where(catch_up, limit - 2, on)
    done |= catch_up
    return Events(subject[done], on[done])


def write_follow(
    book: Book,
    cases: Cases,
    plans: Plans,
    made: Enquiries,
    follow: Follow,
    people: People,
    as_at: int,
    rng: np.random.Generator,
) -> None:
    """ssd_cp_reviews, ssd_cp_visits and the core groups and mid-point reviews of local_meetings."""
    rows = np.flatnonzero(made.plan >= 0)
    order = np.argsort(made.plan[rows], kind="stable")
    number = (np.arange(len(rows)) + 1)[order]
    child = people.of(cases, made.case[rows], made.member[rows])[order]
    count = np.bincount(made.plan[rows], minlength=len(plans))
    begin = np.cumsum(count) - count

    def expand(events: Events) -> tuple[Ints, Ints, Days]:
        owner, place = spread(count[events.subject])
        row = begin[events.subject][owner] + place
        return number[row], child[row], events.day[owner]

    plan, person, day = expand(follow.reviews)
    n = len(plan)
    age = (day - people.born[person]) / 365.25
    closing = plans.end[np.repeat(follow.reviews.subject, count[follow.reviews.subject])] == day
    spoken = choose(("PN1", "PN2", "PN3", "PN4", "PN5", "PN6", "PN7"), (30, 12, 18, 10, 8, 12, 10), n, rng)
    book.add(
        "ssd_cp_reviews",
        cppr_cp_review_id=numbered("CPR", n),
        cppr_person_id=people.ids(person),
        cppr_cp_plan_id=ids("CP", plan.tolist()),
        cppr_cp_review_date=book.dates(day),
        cppr_cp_review_outcome_continue_cp=flags(~closing),
        cppr_cp_review_quorate=["Y"] * n,
        cppr_cp_review_participation=[
            "PN0" if a < 4 else s for a, s in zip(age.tolist(), spoken, strict=True)
        ],
    )
    plan, person, day = expand(follow.visits)
    n = len(plan)
    missed = rng.random(n) < 0.05
    tried = day[missed] - rng.integers(1, 4, int(missed.sum()))
    plan, person = np.concatenate([plan, plan[missed]]), np.concatenate([person, person[missed]])
    day, seen = np.concatenate([day, tried]), np.arange(n + len(tried)) < n
    alone = seen & (rng.random(len(plan)) < np.where(day - people.born[person] < 700, 0.55, 0.88))
    book.add(
        "ssd_cp_visits",
        cppv_cp_visit_id=numbered("V", len(plan)),
        cppv_person_id=people.ids(person),
        cppv_cp_plan_id=ids("CP", plan.tolist()),
        cppv_cp_visit_date=book.dates(day),
        cppv_cp_visit_seen=flags(seen),
        cppv_cp_visit_seen_alone=flags(alone),
        cppv_cp_visit_bedroom=flags(seen & (rng.random(len(plan)) < 0.7)),
    )
    for kind, prefix, events in (
        ("core_group", "CG", follow.core_groups),
        ("mid_point_review", "MP", follow.mid_points),
    ):
        _, person, day = expand(events)
        book.add(
            "local_meetings",
            meeting_id=numbered(prefix, len(person)),
            person_id=people.ids(person),
            kind=[kind] * len(person),
            meeting_date=book.dates(day),
            held=["Y"] * len(person),
        )
