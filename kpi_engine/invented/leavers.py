"""Care leavers: one row each, as the case system shows them on the day."""

from __future__ import annotations

import numpy as np

from kpi_engine.days import NEVER, birthday
from kpi_engine.invented.allocations import Holdings
from kpi_engine.invented.care import Care
from kpi_engine.invented.cases import Cases, Role
from kpi_engine.invented.people import People
from kpi_engine.invented.workforce import TEAMS, Workforce
from kpi_engine.invented.writing import Book, choose, numbered


def write_leavers(
    book: Book,
    cases: Cases,
    care: Care,
    people: People,
    held: Holdings,
    work: Workforce,
    as_at: int,
    rng: np.random.Generator,
) -> None:
    """ssd_care_leavers: those over 18, and the children in care of 16 and 17 (Eligible, Relevant)."""
    teen = (care.end > as_at) & ~care.short_break & (birthday(people.born[care.person], 16) <= as_at)
    grown = (cases.role[care.case] == Role.LEAVER) & (care.end <= as_at)
    rows = np.flatnonzero(teen | grown)
    n = len(rows)
    adult = grown[rows]
    lot = rng.random(n)
    eligibility = [
        ("Qualifying" if x < 0.06 else "Former Relevant") if a else ("Relevant" if x < 0.05 else "Eligible")
        for a, x in zip(adult.tolist(), lot.tolist(), strict=True)
    ]
    touch = choose(("YES", "NO", "REFU", "NREQ", "RHOM"), (88, 5, 3, 2, 2), n, rng)
    since = np.where(rng.random(n) < 0.93, rng.integers(1, 56, n), rng.integers(58, 120, n))
    contact = np.maximum(as_at - since, np.where(adult, care.end[rows] - 5, as_at - since))
    sixteen = birthday(people.born[care.person[rows]], 16)
    due_first = np.maximum(sixteen, care.start[rows] + 91) + 92
    reviewed = as_at - np.where(rng.random(n) < 0.92, rng.integers(3, 180, n), rng.integers(186, 260, n))
    new = due_first > as_at - 20
    planned = np.where(
        new & (rng.random(n) < 0.6), NEVER, np.maximum(reviewed, np.minimum(sixteen + 20, as_at - 1))
    )
    planned = np.where(rng.random(n) < np.where(adult, 0.012, 0.05), NEVER, planned)
    home = choose(
        ("B1", "C1", "D1", "H1", "U1", "E1", "T1", "Z1", "G1"), (22, 6, 30, 8, 12, 6, 4, 6, 6), n, rng
    )
    team, worker = held.on(care.case[rows], np.full(n, as_at))
    book.add(
        "ssd_care_leavers",
        clea_table_id=numbered("CL", n),
        clea_person_id=people.ids(care.person[rows]),
        clea_care_leaver_eligibility=eligibility,
        clea_care_leaver_in_touch=[t if a else "" for t, a in zip(touch, adult.tolist(), strict=True)],
        clea_care_leaver_latest_contact=book.dates(np.where(adult, contact, NEVER)),
        clea_care_leaver_accommodation=[h if a else "" for h, a in zip(home, adult.tolist(), strict=True)],
        clea_care_leaver_accom_suitable=[
            "" if not a else s
            for s, a in zip(choose(("Suitable", "Unsuitable"), (89, 11), n, rng), adult.tolist(), strict=True)
        ],
        clea_care_leaver_activity=[
            "" if not a else s
            for s, a in zip(
                choose(
                    ("F1", "F2", "F4", "F5", "P1", "P2", "P5", "G4", "G5", "G6"),
                    (7, 24, 4, 14, 1, 5, 4, 6, 25, 10),
                    n,
                    rng,
                ),
                adult.tolist(),
                strict=True,
            )
        ],
        clea_pathway_plan_review_date=book.dates(planned),
        clea_care_leaver_personal_advisor=[work.workers[w].name if w >= 0 else "" for w in worker.tolist()],
        clea_care_leaver_allocated_team=[TEAMS[t].id if t >= 0 else "" for t in team.tolist()],
        clea_care_leaver_worker_id=[work.workers[w].id if w >= 0 else "" for w in worker.tolist()],
    )
