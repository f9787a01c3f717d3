"""Pre-proceedings, care proceedings, legal planning meetings, family group conferences, private fostering."""

from __future__ import annotations

import numpy as np

from kpi_engine import working_days
from kpi_engine.days import NEVER, Days, plus_months
from kpi_engine.invented.allotting import Ints, spread
from kpi_engine.invented.care import Care, Statuses
from kpi_engine.invented.cases import Cases, Kind, Role
from kpi_engine.invented.people import People
from kpi_engine.invented.protection import Plans
from kpi_engine.invented.rhythms import keep
from kpi_engine.invented.writing import Book, choose, flags, numbered


def write_courts(
    book: Book,
    cases: Cases,
    plans: Plans,
    care: Care,
    law: Statuses,
    people: People,
    as_at: int,
    rng: np.random.Generator,
) -> None:
    """local_court and local_pre_proceedings, and the meetings that go with them."""
    interim = np.flatnonzero([c == "C1" for c in law.code])
    period = law.period[interim]
    n = len(interim)
    issued, concluded = law.start[interim], law.end[interim]
    followed = np.minimum(care.end[period], NEVER) > concluded
    open_ = concluded > as_at
    longer = (rng.random(n) < 0.18) | (open_ & (issued < as_at - 181) & (rng.random(n) < 0.6))
    order = choose(("Care order", "Placement order", "Special guardianship order"), (70, 20, 10), n, rng)
    book.add(
        "local_court",
        case_id=[f"LC{c}" for c in care.case[period].tolist()],
        person_id=people.ids(care.person[period]),
        issue_date=book.dates(issued),
        extension_to_date=book.dates(np.where(longer, issued + 181 + 56, NEVER)),
        conclusion_date=book.dates(np.where(open_, NEVER, concluded)),
        order=[
            "" if o else w if f else "Supervision order"
            for o, w, f in zip(open_.tolist(), order, followed.tolist(), strict=True)
        ],
    )
    _before_court(book, cases, plans, people, as_at, rng)


def _before_court(
    book: Book, cases: Cases, plans: Plans, people: People, as_at: int, rng: np.random.Generator
) -> None:
    chosen = np.flatnonzero((plans.start > as_at - 2000) & (rng.random(len(plans)) < 0.24))
    after = plans.start[chosen] + rng.integers(20, 160, len(chosen))
    begun = after < np.minimum(plans.end[chosen], as_at)
    chosen, decided = chosen[begun], working_days.add(after[begun], 0)
    letter = decided + rng.integers(2, 12, len(chosen))
    length = np.where(
        rng.random(len(chosen)) < 0.78, rng.integers(45, 98, len(chosen)), rng.integers(100, 160, len(chosen))
    )
    ended = letter + length
    issued = rng.random(len(chosen)) < 0.4
    letter = np.where(letter > as_at, NEVER, letter)
    owner, place = spread(plans.members[chosen])
    person = people.ids(people.of(cases, plans.case[chosen][owner], plans.first[chosen][owner] + place))
    over = (ended <= as_at)[owner]
    first = letter + 10
    book.add(
        "local_pre_proceedings",
        pre_proceedings_id=numbered("PP", len(owner)),
        person_id=person,
        decision_date=book.dates(decided[owner]),
        letter_date=book.dates(letter[owner]),
        first_meeting_date=book.dates(np.where(first > as_at, NEVER, first)[owner]),
        end_date=book.dates(np.where(over, ended[owner], NEVER)),
        outcome=[
            "" if not o else "issued" if i else "stepped_down"
            for o, i in zip(over.tolist(), issued[owner].tolist(), strict=True)
        ],
    )
    meetings = working_days.add(decided - rng.integers(3, 15, len(chosen)), 0)
    _meetings(book, "legal_planning", "LPM", person, meetings[owner], rng)
    conferences = np.flatnonzero((plans.start > as_at - 1500) & (rng.random(len(plans)) < 0.3))
    day = working_days.add(plans.start[conferences] + rng.integers(10, 60, len(conferences)), 0)
    past = day <= as_at
    conferences, day = conferences[past], day[past]
    owner, place = spread(plans.members[conferences])
    person = people.ids(
        people.of(cases, plans.case[conferences][owner], plans.first[conferences][owner] + place)
    )
    _meetings(book, "family_group_conference", "FGC", person, day[owner], rng)


def _meetings(
    book: Book, kind: str, prefix: str, person: list[str], day: Days, rng: np.random.Generator
) -> None:
    book.add(
        "local_meetings",
        meeting_id=numbered(prefix, len(person)),
        person_id=person,
        kind=[kind] * len(person),
        meeting_date=book.dates(day),
        held=flags(rng.random(len(person)) < 0.96),
    )


def write_private_fostering(
    book: Book, cases: Cases, people: People, as_at: int, rng: np.random.Generator
) -> None:
    """local_private_fostering and its visits: a dozen arrangements open for a borough of the usual size."""
    alone = cases.size == 1
    open_ = np.flatnonzero(cases.where(Kind.OPEN, roles=(Role.NEED,)) & alone & (as_at - cases.start > 12))
    closed = np.flatnonzero(
        cases.where(Kind.ENDED, roles=(Role.NEED,)) & alone & (cases.end - cases.start > 60)
    )
    chosen = np.sort(
        np.concatenate(
            [
                rng.permutation(open_)[: max(len(open_) // 30, 2)],
                rng.permutation(closed)[: len(closed) // 60],
            ]
        )
    )
    aware = cases.start[chosen] + rng.integers(0, 6, len(chosen))
    end = cases.end[chosen]
    book.add(
        "local_private_fostering",
        arrangement_id=numbered("PF", len(chosen)),
        person_id=people.ids(people.of(cases, chosen, np.zeros(len(chosen), dtype=np.int64))),
        aware_date=book.dates(aware),
        start_date=book.dates(aware - rng.integers(0, 30, len(chosen))),
        end_date=book.dates(end),
    )
    year = plus_months(aware, 12)

    def due(step: int, last: Days, who: Ints) -> Days:
        if step == 0:
            return working_days.add(last, 7)
        return np.where(last < year[who], last + 42, last + 84)

    visits = keep(aware, end, as_at, due, rng, overdue=0.1, late=0.06, soonest=0.6)
    book.add(
        "local_private_fostering_visits",
        visit_id=numbered("PV", len(visits.day)),
        arrangement_id=[f"PF{s + 1}" for s in visits.subject.tolist()],
        visit_date=book.dates(visits.day),
    )
