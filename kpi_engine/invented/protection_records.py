"""What follows a child protection plan: review conferences, visits, core groups, mid-point reviews."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kpi_engine import working_days
from kpi_engine.days import Days, plus, plus_months
from kpi_engine.invented.allotting import Ints, pick_whole, spread
from kpi_engine.invented.cases import Cases
from kpi_engine.invented.enquiries import Enquiries
from kpi_engine.invented.people import People
from kpi_engine.invented.protection import Plans
from kpi_engine.invented.published import Shape
from kpi_engine.invented.rhythms import Events, keep
from kpi_engine.invented.writing import Book, choose, flags, ids, numbered


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
