"""A few deliberate faults in the data, of the kinds every real extract has."""

from __future__ import annotations

import numpy as np

from kpi_engine.days import NEVER
from kpi_engine.invented.allocations import Holdings
from kpi_engine.invented.cases import Cases, Role
from kpi_engine.invented.need import NeedPlans
from kpi_engine.invented.people import People
from kpi_engine.invented.workforce import TEAMS, Workforce
from kpi_engine.invented.writing import Book, ids, numbered


def leave_open(made: NeedPlans, cases: Cases, rng: np.random.Generator) -> None:
    """Child in need plans whose end nobody wrote down when the case closed."""
    closed = np.flatnonzero((made.end < NEVER) & (made.end == cases.end[made.case]))
    made.end[rng.permutation(closed)[: len(closed) // 400]] = NEVER


def write_faults(
    book: Book,
    cases: Cases,
    held: Holdings,
    people: People,
    work: Workforce,
    as_at: int,
    rng: np.random.Generator,
) -> None:
    """Second open allocations, involvements that end before they start, and a team nobody knows."""
    now = np.flatnonzero(
        (held.end > as_at) & held.has_row & (held.worker >= 0) & (cases.role[held.case] == Role.NEED)
    )
    count = max(len(now) // 160, 1)
    twice, odd, unknown = np.split(rng.permutation(now)[: 3 * count], [count, 2 * count])
    rows = np.concatenate([twice, odd, unknown])
    kind = np.repeat([0, 1, 2], [len(twice), len(odd), len(unknown)])
    team = held.team[rows]
    worker: list[str] = []
    for t, w, k in zip(team.tolist(), held.worker[rows].tolist(), kind.tolist(), strict=True):
        peers = [
            x.id
            for x in work.workers
            if x.team == TEAMS[t].id and x.end > as_at and x.id != work.workers[w].id
        ]
        worker.append(peers[int(rng.integers(len(peers)))] if k == 0 and peers else work.workers[w].id)
    begin = np.where(
        kind == 0, np.maximum(held.start[rows] - 10, cases.start[held.case[rows]]), held.start[rows] - 30
    )
    end = np.where(kind == 0, NEVER, np.where(kind == 1, held.start[rows] - 40, held.start[rows] - 3))
    begin = np.where(kind == 2, held.start[rows] - 9, begin)
    book.add(
        "ssd_involvements",
        invo_involvements_id=numbered("NX", len(rows)),
        invo_professional_id=worker,
        invo_professional_role_id=["CW"] * len(rows),
        invo_professional_team=[
            "T99" if k == 2 else TEAMS[t].id for t, k in zip(team.tolist(), kind.tolist(), strict=True)
        ],
        invo_involvement_start_date=book.dates(begin),
        invo_involvement_end_date=book.dates(end),
        invo_person_id=people.ids(people.of(cases, held.case[rows], np.zeros(len(rows), dtype=np.int64))),
        invo_referral_id=ids("R", (cases.first_child[held.case[rows]] + 1).tolist()),
    )
