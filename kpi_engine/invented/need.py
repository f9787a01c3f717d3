"""Child in need plans, with their visits and reviews."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Final

import numpy as np

from kpi_engine import working_days
from kpi_engine.days import NEVER, Days, plus_months
from kpi_engine.invented.allocations import Holdings
from kpi_engine.invented.allotting import Ints, spread
from kpi_engine.invented.assessments import Assessments
from kpi_engine.invented.care import Care
from kpi_engine.invented.cases import Cases, Kind, Role
from kpi_engine.invented.people import People, eighteenth_birthday
from kpi_engine.invented.protection import Plans
from kpi_engine.invented.rhythms import Events, keep, unlucky
from kpi_engine.invented.workforce import TEAMS, Workforce
from kpi_engine.invented.writing import Book, flags, ids, numbered

SHORTEST: Final = 10
"""Days a child must be left free of other plans for a child in need plan to be made."""


@dataclass
class NeedPlans:
    """One row a plan of one or more siblings with the same dates. `end` NEVER = open."""

    case: Ints
    start: Days
    end: Days
    people: list[list[int]]
    members: list[list[int]]


def make_need_plans(
    cases: Cases,
    made: Assessments,
    plans: Plans,
    care: Care,
    people: People,
    as_at: int,
    rng: np.random.Generator,
) -> NeedPlans:
    """A plan mostly within eight weeks of the referral; it stops while a CP plan or a care period runs."""
    n = len(cases)
    delay = np.where(rng.random(n) < 0.9, rng.integers(16, 54, n), rng.integers(58, 110, n))
    begin = cases.start + delay
    able = cases.where(Kind.OPEN, Kind.ENDED, roles=(Role.NEED, Role.PROTECTION, Role.DISABILITY, Role.CARE))
    overdue = (cases.end > as_at) & (begin > as_at) & (as_at - cases.start > 56)
    begin = np.where(overdue & (rng.random(n) < 0.6), cases.start + 50, begin)
    without = np.zeros(n, dtype=bool)
    age = as_at - cases.start
    for least, most, chance in ((57, 240, 0.16), (241, 800, 0.02)):
        some = np.flatnonzero(cases.where(Kind.OPEN, roles=(Role.NEED,)) & (age >= least) & (age <= most))
        without[some] = unlucky(len(some), chance, rng)
    able &= (begin < np.minimum(cases.end, as_at + 1)) & ~without
    blocked: dict[tuple[int, int], list[tuple[int, int]]] = defaultdict(list)
    owner, member = plans.children()
    for c, m, s, e in zip(plans.case[owner], member, plans.start[owner], plans.end[owner], strict=True):
        blocked[int(c), int(m)].append((int(s), int(e)))
    real = np.flatnonzero(~care.short_break)
    for i in real.tolist():
        blocked[int(care.case[i]), int(care.member[i])].append((int(care.start[i]), int(care.end[i])))
    born18 = eighteenth_birthday(people)
    disturbed = {c for c, _ in blocked}

    case: list[int] = []
    start: list[int] = []
    end: list[int] = []
    members: list[list[int]] = []
    first = people.first[cases.family]
    for c in np.flatnonzero(able).tolist():
        base, opens, closes = int(first[c]), int(begin[c]), int(cases.end[c])
        groups: dict[tuple[int, int], list[int]] = defaultdict(list)
        for m in range(int(cases.size[c])):
            until = min(closes, int(born18[base + m]))
            for piece in _free(opens, until, blocked.get((c, m), []) if c in disturbed else []):
                if piece[0] <= as_at:
                    groups[piece].append(m)
        for (s, e), who in sorted(groups.items()):
            case.append(c)
            start.append(s)
            end.append(e if e <= as_at else NEVER)
            members.append(who)
    who_ = [[int(first[c]) + m for m in ms] for c, ms in zip(case, members, strict=True)]
    return NeedPlans(
        np.array(case, dtype=np.int64),
        np.array(start, dtype=np.int64),
        np.array(end, dtype=np.int64),
        who_,
        members,
    )


def _free(opens: int, closes: int, blocks: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """The pieces of [opens, closes) outside the blocks, short ones left out."""
    out: list[tuple[int, int]] = []
    at = opens
    for start, end in sorted(blocks):
        if start - at >= SHORTEST:
            out.append((at, min(start, closes)))
        at = max(at, end)
    if closes - at >= SHORTEST:
        out.append((at, closes))
    return [(a, b) for a, b in out if b > a]


def write_need_plans(
    book: Book,
    cases: Cases,
    made: NeedPlans,
    people: People,
    held: Holdings,
    work: Workforce,
    as_at: int,
    rng: np.random.Generator,
) -> None:
    """ssd_cin_plans, ssd_cin_visits and the CIN reviews of local_meetings."""
    counts = np.array([len(m) for m in made.members], dtype=np.int64)
    plan, _ = spread(counts)
    member = np.array([m for ms in made.members for m in ms], dtype=np.int64)
    person = np.array([p for ps in made.people for p in ps], dtype=np.int64)
    team, worker = (found[plan] for found in held.on(made.case, made.start))
    book.add(
        "ssd_cin_plans",
        cinp_cin_plan_id=numbered("NP", len(plan)),
        cinp_referral_id=ids("R", (cases.first_child[made.case[plan]] + member + 1).tolist()),
        cinp_person_id=people.ids(person),
        cinp_cin_plan_start_date=book.dates(made.start[plan]),
        cinp_cin_plan_end_date=book.dates(made.end[plan]),
        cinp_cin_plan_team=[TEAMS[t].id if t >= 0 else "" for t in team.tolist()],
        cinp_cin_plan_worker_id=[work.workers[w].id if w >= 0 else "" for w in worker.tolist()],
    )

    def visit_due(step: int, last: Days, who: Ints) -> Days:
        return working_days.add(last, 20)

    def review_due(step: int, last: Days, who: Ints) -> Days:
        return plus_months(last, 3)

    visits = keep(
        made.start,
        made.end,
        as_at,
        visit_due,
        rng,
        overdue=0.065,
        weight=counts,
        days_over=(11.0, 3),
        late=0.12,
    )
    reviews = keep(
        made.start,
        made.end,
        as_at,
        review_due,
        rng,
        overdue=0.06,
        weight=counts,
        days_over=(20.0, 2),
        late=0.13,
        late_days=15.0,
        soonest=0.75,
    )
    first = np.cumsum(counts) - counts

    def expand(events: Events) -> tuple[Ints, Days]:
        owner, place = spread(counts[events.subject])
        return first[events.subject][owner] + place, events.day[owner]

    row, day = expand(visits)
    n = len(row)
    failed = np.flatnonzero(rng.random(n) < 0.05)
    row = np.concatenate([row, row[failed]])
    day = np.concatenate([day, day[failed] - rng.integers(1, 4, len(failed))])
    seen = np.arange(len(row)) < n
    alone = seen & (rng.random(len(row)) < 0.7)
    book.add(
        "ssd_cin_visits",
        cinv_cin_visit_id=numbered("W", len(row)),
        cinv_person_id=people.ids(person[row]),
        cinv_cin_visit_date=book.dates(day),
        cinv_cin_visit_seen=flags(seen),
        cinv_cin_visit_seen_alone=flags(alone),
        cinv_cin_visit_bedroom=flags(seen & (rng.random(len(row)) < 0.5)),
        cinv_cin_plan_id=ids("NP", (row + 1).tolist()),
    )
    row, day = expand(reviews)
    book.add(
        "local_meetings",
        meeting_id=numbered("CR", len(row)),
        person_id=people.ids(person[row]),
        kind=["cin_review"] * len(row),
        meeting_date=book.dates(day),
        held=["Y"] * len(row),
    )
