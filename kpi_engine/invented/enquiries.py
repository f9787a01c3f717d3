"""Section 47 enquiries, initial conferences and the plans they made, as records (C4)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from kpi_engine import working_days
from kpi_engine.days import NEVER, Days, plus_months
from kpi_engine.invented.allocations import Holdings
from kpi_engine.invented.allotting import Ints, allot, pick, spread
from kpi_engine.invented.assessments import UNLIMITED
from kpi_engine.invented.cases import YEARS, Cases, Kind, Role
from kpi_engine.invented.people import People
from kpi_engine.invented.protection import Plans
from kpi_engine.invented.published import Shape
from kpi_engine.invented.rhythms import later
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
