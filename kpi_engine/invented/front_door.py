"""Contacts, their decisions, referrals and assessments as records."""

from __future__ import annotations

from typing import Final

import numpy as np

from kpi_engine import working_days
from kpi_engine.days import NEVER
from kpi_engine.invented.allocations import Holdings
from kpi_engine.invented.allotting import spread
from kpi_engine.invented.assessments import Assessments
from kpi_engine.invented.cases import YEARS, Cases, Kind, Role, weekdays
from kpi_engine.invented.people import People
from kpi_engine.invented.published import Shape
from kpi_engine.invented.rhythms import later
from kpi_engine.invented.workforce import TEAMS, Workforce
from kpi_engine.invented.writing import Book, choose, flags, ids, numbered, quoted

CONTACTS: Final = 1.9
"""Contacts that lead to no referral, for each referral."""

CONTACT_OUTCOMES: Final = (
    "NEW_REFERRAL", "EXISTING_REFERRAL", "CP_ENQUIRY", "NFA", "NON_AGENCY_ADOPTION", "PRIVATE_FOSTERING",
    "ADVICE", "MISSING", "OLA_CP", "OTHER_OUTCOMES_EXIST",
)  # fmt: skip
REFERRAL_OUTCOMES: Final = (
    "SINGLE_ASSESSMENT", "NFA", "STRATEGY_DISCUSSION", "CLA_REQUEST", "NON_AGENCY_ADOPTION",
    "PRIVATE_FOSTERING", "CP_TRANSFER_IN", "CP_CONFERENCE", "CARE_LEAVER", "OTHER_OUTCOMES_EXIST",
)  # fmt: skip
ASSESSMENT_OUTCOMES: Final = (
    "NFA", "NFA_S47_END", "STRATEGY_DISCUSSION", "CLA_REQUEST", "PRIVATE_FOSTERING", "LEGAL_ACTION",
    "PROV_OF_SERVICES", "PROV_OF_SB_CARE", "SPECIALIST_ASSESSMENT", "REFERRAL_TO_OTHER_AGENCY",
    "OTHER_ACTIONS", "OTHER_OUTCOMES_EXIST",
)  # fmt: skip
SOURCES: Final = ("1A", "1B", "2A", "2B", "3A", "3B", "3C", "3E", "5A", "6", "8", "9", "10")
SOURCE_CHANCES: Final = (6, 2, 14, 2, 3, 5, 8, 4, 4, 24, 5, 12, 11)
SOURCE_NAMES: Final = {
    "1A": "Individual: family member",
    "1B": "Individual: acquaintance",
    "2A": "Schools",
    "2B": "Education services",
    "3A": "Health: GP",
    "3B": "Health: health visitor",
    "3C": "Health: other primary",
    "3E": "Health: A&E",
    "5A": "Local authority services: social care",
    "6": "Police",
    "8": "Other: including children's centres",
    "9": "Anonymous or other legal agency",
    "10": "Unknown",
}


def _json(names: tuple[str, ...], true: str) -> str:
    return quoted("{" + ",".join(f'"{n}_FLAG":"{"Y" if n == true else "N"}"' for n in names) + "}")


def strangers(shape: Shape) -> int:
    """People known only from a contact."""
    return round(shape.total("c1", "Referrals") * YEARS * 0.7)


def write_contacts(
    book: Book, cases: Cases, shape: Shape, people: People, as_at: int, rng: np.random.Generator
) -> None:
    """ssd_contacts and local_contact_decisions: one for each child referred, and those that led nowhere."""
    case, member = spread(cases.size)
    person = people.of(cases, case, member)
    referred = len(person)
    others = round(shape.total("c1", "Referrals") * YEARS * CONTACTS)
    known = len(people.born) - strangers(shape)
    who = np.where(
        rng.random(others) < 0.35,
        rng.integers(0, known, others),
        known + rng.integers(0, len(people.born) - known, others),
    )
    first = as_at - 2191
    day = first + (rng.random(others) * (as_at - first + 1)).astype(np.int64)
    day = np.where(rng.random(others) < 0.85, weekdays(day), day)
    day = np.maximum(day, np.minimum(people.born[who], as_at))
    before = rng.choice(3, size=len(cases), p=(0.72, 0.22, 0.06))[case]
    person, day = np.concatenate([person, who]), np.concatenate([cases.start[case] - before, day])
    new = np.arange(len(person)) < referred
    order = np.lexsort((person, day))
    person, day, new = person[order], day[order], new[order]
    n = len(person)
    texts = {name: _json(CONTACT_OUTCOMES, name) for name in CONTACT_OUTCOMES}
    other = choose(
        ("NFA", "ADVICE", "EXISTING_REFERRAL", "MISSING", "PRIVATE_FOSTERING"), (46, 36, 14, 3, 1), n, rng
    )
    source = choose(SOURCES, SOURCE_CHANCES, n, rng)
    book.add(
        "ssd_contacts",
        cont_contact_id=numbered("K", n),
        cont_person_id=people.ids(person),
        cont_contact_date=book.dates(day),
        cont_contact_source_code=source,
        cont_contact_source_desc=[SOURCE_NAMES[s] for s in source],
        cont_contact_outcome_json=[
            texts["NEW_REFERRAL" if a else b] for a, b in zip(new.tolist(), other, strict=True)
        ],
    )
    took = rng.choice(6, size=n, p=(0.55, 0.385, 0.025, 0.015, 0.015, 0.01))
    decided = np.where(took == 0, day, later(day, np.maximum(took, 1)))
    book.add(
        "local_contact_decisions",
        contact_id=numbered("K", n),
        decision_date=book.dates(np.where(decided > as_at, NEVER, decided)),
        team_id=choose(("T01", "T02"), (55, 45), n, rng),
    )


def write_referrals(
    book: Book,
    cases: Cases,
    closures: list[str],
    people: People,
    held: Holdings,
    work: Workforce,
    rng: np.random.Generator,
) -> None:
    """ssd_cin_episodes, one row a child; row n has the key Rn."""
    case, member = spread(cases.size)
    n = len(case)
    team, worker = held.on(case, cases.start[case])
    nfa = cases.kind[case] == Kind.NFA
    special = cases.role[case]
    need = rng.choice(8, size=len(cases), p=(0.52, 0.05, 0.05, 0.12, 0.14, 0.05, 0.02, 0.05))
    codes = ("N1", "N3", "N4", "N5", "N6", "N7", "N9", "N0")
    words = [
        "N2" if r == Role.DISABILITY else "N8" if r == Role.ASYLUM else codes[need[c]]
        for r, c in zip(special.tolist(), case.tolist(), strict=True)
    ]
    assess, nothing = _json(REFERRAL_OUTCOMES, "SINGLE_ASSESSMENT"), _json(REFERRAL_OUTCOMES, "NFA")
    source = choose(SOURCES, SOURCE_CHANCES, n, rng)
    duty = choose(("T01", "T02"), (60, 40), n, rng)
    book.add(
        "ssd_cin_episodes",
        cine_referral_id=numbered("R", n),
        cine_person_id=people.ids(people.of(cases, case, member)),
        cine_referral_date=book.dates(cases.start[case]),
        cine_cin_primary_need_code=words,
        cine_referral_source_code=source,
        cine_referral_source_desc=[SOURCE_NAMES[s] for s in source],
        cine_referral_outcome_json=[nothing if x else assess for x in nfa.tolist()],
        cine_referral_nfa=flags(nfa),
        cine_close_reason=closures,
        cine_close_date=book.dates(cases.end[case]),
        cine_referral_team=[TEAMS[t].id if t >= 0 else d for t, d in zip(team.tolist(), duty, strict=True)],
        cine_referral_worker_id=[work.workers[w].id if w >= 0 else "" for w in worker.tolist()],
    )


def write_assessments(
    book: Book,
    cases: Cases,
    made: Assessments,
    people: People,
    held: Holdings,
    work: Workforce,
    rng: np.random.Generator,
) -> None:
    """ssd_cin_assessments."""
    n = len(made.case)
    team, worker = held.on(made.case, made.start)
    team_then, _ = held.on(made.case, working_days.add(made.start, 1))
    team = np.where(team < 0, team_then, team)
    done = made.authorised < NEVER
    quick = cases.kind[made.case] == Kind.NOT_IN_NEED
    nothing, services = _json(ASSESSMENT_OUTCOMES, "NFA"), _json(ASSESSMENT_OUTCOMES, "PROV_OF_SERVICES")
    book.add(
        "ssd_cin_assessments",
        cina_assessment_id=numbered("A", n),
        cina_person_id=people.ids(people.of(cases, made.case, made.member)),
        cina_referral_id=ids("R", (cases.first_child[made.case] + made.member + 1).tolist()),
        cina_assessment_start_date=book.dates(made.start),
        cina_assessment_child_seen=[
            "" if not d else s for d, s in zip(done.tolist(), choose("YN", (94, 6), n, rng), strict=True)
        ],
        cina_assessment_auth_date=book.dates(made.authorised),
        cina_assessment_outcome_json=[
            "" if not d else nothing if q else services
            for d, q in zip(done.tolist(), quick.tolist(), strict=True)
        ],
        cina_assessment_outcome_nfa=[
            "" if not d else "Y" if q else "N" for d, q in zip(done.tolist(), quick.tolist(), strict=True)
        ],
        cina_assessment_team=[TEAMS[t].id if t >= 0 else "" for t in team.tolist()],
        cina_assessment_worker_id=[work.workers[w].id if w >= 0 else "" for w in worker.tolist()],
    )
