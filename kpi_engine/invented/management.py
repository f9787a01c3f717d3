"""Staff, supervision, appraisal, audits, complaints, carer assessments, in-house places, teams and users."""

from __future__ import annotations

from typing import Final

import numpy as np

from kpi_engine import working_days
from kpi_engine.days import NEVER, Days, iso
from kpi_engine.invented.allocations import OFFICERS, Holdings
from kpi_engine.invented.allotting import Ints
from kpi_engine.invented.cases import Cases
from kpi_engine.invented.people import People
from kpi_engine.invented.rhythms import keep, later
from kpi_engine.invented.workforce import ROOT, SERVICES, TEAMS, Workforce
from kpi_engine.invented.writing import Book, choose, flags, numbered

TITLES: Final = {
    "team_manager": "Team Manager",
    "senior_practitioner": "Senior Practitioner",
    "social_worker": "Social Worker",
    "personal_adviser": "Personal Adviser",
}
HEADS: Final = {
    "S1": "Marian Holloway",
    "S2": "Dev Chandra",
    "S3": "Ruth Asante",
    "S4": "Colm Byrne",
    "S5": "Ingrid Solberg",
}
OFFICER_NAMES: Final = (
    "Paula Wren", "Idris Munro", "Sheila Okoro", "Bevan Price", "Lucia Ferri", "Tom Calder", "Anjali Rao",
    "Moira Keith", "Stan Novak",
)  # fmt: skip


def write_teams(book: Book, work: Workforce) -> None:
    """ssd_department, local_teams and local_users."""
    names = dict([ROOT, *SERVICES.items()])
    rows = [(ROOT[0], ROOT[1], "")]
    rows += [(s, n, ROOT[0]) for s, n in SERVICES.items()]
    rows += [(t.id, t.name, t.service) for t in TEAMS]
    book.add(
        "ssd_department",
        dept_team_id=[r[0] for r in rows],
        dept_team_name=[r[1] for r in rows],
        dept_team_parent_id=[r[2] for r in rows],
        dept_team_parent_name=[names.get(r[2], "") for r in rows],
    )
    boss = {t.id: work.managers[t.id][0] for t in TEAMS}
    book.add(
        "local_teams",
        team_id=[t.id for t in TEAMS],
        team_name=[t.name for t in TEAMS],
        kind=[t.kind for t in TEAMS],
        manager_id=[boss[t.id].id for t in TEAMS],
        managed_service=flags(t.managed for t in TEAMS),
    )
    users = [
        ("U-DIR", "Helena Marsden", "director", "", "Y", ""),
        ("U-AN", "Felix Odum", "analyst", "", "Y", ""),
    ]
    users += [(f"U-AD{s[1]}", n, "assistant_director", s, "Y", "") for s, n in HEADS.items()]
    users += [(f"U-{t.id}", boss[t.id].name, "team_manager", t.id, "Y", "") for t in TEAMS]
    users += [("U-IRO", OFFICER_NAMES[0], "service_manager", "S3", "Y", "S2")]
    users += [("U-OLD", "Gareth Pugh", "team_manager", "T12", "N", "")]
    names_ = ("user_id", "name", "role", "unit_id", "active", "also_sees")
    book.add("local_users", **{c: [u[i] for u in users] for i, c in enumerate(names_)})


def write_staff(book: Book, work: Workforce, as_at: int, rng: np.random.Generator) -> None:
    """ssd_professionals, local_staff and local_supervisions."""
    staff = work.workers
    n = len(staff)
    start = np.array([w.start for w in staff], dtype=np.int64)
    end = np.array([w.end for w in staff], dtype=np.int64)
    officers = [f"P91{i + 1:02d}" for i in range(OFFICERS)]
    heads = [f"P9{s}" for s in HEADS]
    book.add(
        "ssd_professionals",
        prof_professional_id=[w.id for w in staff] + officers + heads,
        prof_professional_name=[w.name for w in staff]
        + list(OFFICER_NAMES[:OFFICERS])
        + list(HEADS.values()),
        prof_social_worker_registration_no=[
            f"SW{100000 + i}" if w.qualified else "" for i, w in enumerate(staff)
        ]
        + [""] * (OFFICERS + len(heads)),
        prof_professional_job_title=[TITLES[w.role] for w in staff]
        + ["Reviewing Officer"] * OFFICERS
        + ["Assistant Director"] * len(heads),
        prof_full_time_equivalency=[f"{w.fte:.1f}" for w in staff] + ["1.0"] * (OFFICERS + len(heads)),
        prof_agency_worker_flag=flags(w.agency for w in staff) + ["N"] * (OFFICERS + len(heads)),
    )
    heads_of = {t.id: f"P9{t.service}" for t in TEAMS}
    inducted = later(start, np.where(rng.random(n) < 0.93, rng.integers(3, 20, n), rng.integers(22, 40, n)))
    never = (rng.random(n) < 0.1) & (start > as_at - 240)
    inducted = np.where((inducted > np.minimum(end, as_at)) | never, NEVER, inducted)
    until = np.minimum(end, as_at)
    due = start + 365 * np.maximum((until - start) // 365, 0) + rng.integers(200, 360, n)
    done = due - rng.integers(-20, 60, n)
    waiting = (done > until) | (rng.random(n) < 0.03)
    done = np.where(waiting & (done > until), NEVER, done)
    done = np.where(waiting & (done < NEVER) & (due < as_at), NEVER, done)
    settled = (until - start) > 180
    book.add(
        "local_staff",
        professional_id=[w.id for w in staff] + heads,
        team_id=[w.team for w in staff] + [""] * len(heads),
        role=[w.role for w in staff] + ["service_manager"] * len(heads),
        qualified=flags(w.qualified for w in staff) + ["Y"] * len(heads),
        fte=[f"{w.fte:.1f}" for w in staff] + ["1.0"] * len(heads),
        agency=[*flags(w.agency for w in staff), "N", "Y", "N", "N", "Y"],
        start_date=book.dates(np.concatenate([start, np.full(len(heads), as_at - 900)])),
        end_date=book.dates(np.concatenate([end, np.full(len(heads), NEVER)])),
        supervisor_id=[w.supervisor or heads_of[w.team] for w in staff] + [""] * len(heads),
        induction_date=book.dates(np.concatenate([inducted, np.full(len(heads), as_at - 890)])),
        appraisal_due_date=book.dates(
            np.concatenate([np.where(settled, due, NEVER), np.full(len(heads), as_at + 60)])
        ),
        appraisal_date=book.dates(
            np.concatenate([np.where(settled, done, NEVER), np.full(len(heads), NEVER)])
        ),
    )
    real = np.flatnonzero([w.role in ("social_worker", "senior_practitioner") and w.qualified for w in staff])

    def supervised(step: int, last: Days, who: Ints) -> Days:
        return last + (28 if step == 0 else 31)

    held = keep(
        start[real],
        end[real],
        as_at,
        supervised,
        rng,
        overdue=0.08,
        days_over=(7.0, 1),
        late=0.08,
        soonest=0.8,
    )
    book.add(
        "local_supervisions",
        supervision_id=numbered("SV", len(held.day)),
        professional_id=[staff[real[s]].id for s in held.subject.tolist()],
        supervision_date=book.dates(held.day),
    )


def write_quality(
    book: Book,
    cases: Cases,
    held: Holdings,
    people: People,
    as_at: int,
    children: int,
    rng: np.random.Generator,
) -> None:
    """local_audits: some cases of each team every month for two years; local_complaints."""
    audits: list[tuple[str, int, int, int]] = []
    month = int(np.int64(as_at).astype("datetime64[D]").astype("datetime64[M]").astype(np.int64))
    each = max(round(6 * children / 2124), 1)
    for back in range(24):
        first = np.datetime64(month - back, "M").astype("datetime64[D]").astype(np.int64)
        last = int(np.datetime64(month - back + 1, "M").astype("datetime64[D]").astype(np.int64)) - 1
        now = np.flatnonzero((held.start <= first) & (held.end > first) & held.has_row)
        for place, team in enumerate(TEAMS):
            mine = now[held.team[now] == place]
            for row in rng.permutation(mine)[:each].tolist():
                audits.append((team.id, int(held.case[row]), int(first), last))
    n = len(audits)
    first_, due = (np.array([a[i] for a in audits], dtype=np.int64) for i in (2, 3))
    done = due - rng.integers(-12, 18, n)
    done = np.where(rng.random(n) < 0.85, np.minimum(done, due), done)
    forgotten = rng.random(n) < np.where(due > as_at - 100, 0.06, 0.003)
    done = np.where((done > as_at) | forgotten, NEVER, done)
    ago = (as_at - first_) / 30.4
    lot = rng.random(n)
    good = 0.55 - 0.012 * ago
    grade = np.where(lot < good * 0.14, 0, np.where(lot < good, 1, np.where(lot < 0.93, 2, 3)))
    names = ("outstanding", "good", "requires_improvement", "inadequate")
    finished = done < NEVER
    case = np.array([a[1] for a in audits], dtype=np.int64)
    book.add(
        "local_audits",
        audit_id=numbered("AU", n),
        team_id=[a[0] for a in audits],
        person_id=people.ids(people.of(cases, case, np.zeros(n, dtype=np.int64))),
        audit_month=[str(iso(d))[:7] for d in first_.tolist()],
        due_date=book.dates(due),
        completed_date=book.dates(done),
        grade=[names[g] if f else "" for g, f in zip(grade.tolist(), finished.tolist(), strict=True)],
        child_voice=[
            "" if not f else v for f, v in zip(finished.tolist(), choose("YN", (78, 22), n, rng), strict=True)
        ],
    )
    n = max(round(110 * children / 2124 * 3), 6)
    received = working_days.add(as_at - np.sort(rng.integers(0, 1095, n))[::-1], 0)
    second = rng.random(n) < 0.13
    took = np.where(second, rng.integers(8, 26, n), rng.integers(3, 11, n)) + np.where(
        rng.random(n) < 0.12, 9, 0
    )
    answered = later(received, took)
    book.add(
        "local_complaints",
        complaint_id=numbered("CO", n),
        team_id=[TEAMS[t].id for t in rng.integers(0, len(TEAMS), n).tolist()],
        stage=["2" if s else "1" for s in second.tolist()],
        received_date=book.dates(received),
        responded_date=book.dates(np.where(answered > as_at, NEVER, answered)),
    )


def write_carers(book: Book, work: Workforce, as_at: int, children: int, rng: np.random.Generator) -> None:
    """local_carer_assessments and local_placements_in_house."""
    n = max(round(95 * children / 2124 * 4), 12)
    kinds = ("fostering", "connected_person", "special_guardianship", "adopter_stage_1", "adopter_stage_2")
    kind = rng.choice(5, size=n, p=(0.32, 0.25, 0.15, 0.15, 0.13))
    usual = np.array([185, 150, 170, 52, 100])[kind]
    start = working_days.add(as_at - rng.integers(0, 1460, n), 0)
    decided = start + (usual * rng.normal(1.0, 0.27, n).clip(0.4, 2.0)).astype(np.int64)
    gone = rng.random(n) < 0.13
    withdrawn = np.where(gone, start + usual // 3, NEVER)
    decided = np.where(gone | (decided > as_at), NEVER, decided)
    withdrawn = np.where(withdrawn > as_at, NEVER, withdrawn)
    adopter = kind >= 3
    team = np.where(adopter, "T32", "T31")
    by_team = {
        t: [w.id for w in work.workers if w.team == t and w.role == "social_worker"] for t in ("T31", "T32")
    }
    nobody = (decided == NEVER) & (withdrawn == NEVER) & (rng.random(n) < 0.05)
    draw = rng.random(n)
    finished = decided < NEVER
    panel = np.where(finished, decided - 10, NEVER)
    book.add(
        "local_carer_assessments",
        assessment_id=numbered("CA", n),
        kind=[kinds[k] for k in kind.tolist()],
        team_id=[str(t) for t in team.tolist()],
        worker_id=[
            "" if x else by_team[str(t)][int(d * len(by_team[str(t)]))]
            for x, t, d in zip(nobody.tolist(), team.tolist(), draw.tolist(), strict=True)
        ],
        start_date=book.dates(start),
        panel_date=book.dates(np.maximum(panel, start)),
        decision_date=book.dates(decided),
        withdrawn_date=book.dates(withdrawn),
        audit_grade=[
            "" if not f else g
            for f, g in zip(
                finished.tolist(),
                choose(("outstanding", "good", "requires_improvement", "inadequate"), (8, 66, 23, 3), n, rng),
                strict=True,
            )
        ],
    )
    days = as_at - np.arange(0, 730, 30)[::-1]
    places = np.maximum(np.round((104 - np.arange(len(days))[::-1] * 0.9) * children / 2124), 1).astype(
        np.int64
    )
    book.add("local_placements_in_house", as_at=book.dates(days), places=[str(p) for p in places.tolist()])
