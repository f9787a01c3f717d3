"""Which team and which worker held each case, from referral to close (ssd_involvements)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from kpi_engine.days import NEVER, Days, Mask
from kpi_engine.invented.allotting import Ints, pick, spread
from kpi_engine.invented.assessments import Assessments
from kpi_engine.invented.care import Care
from kpi_engine.invented.cases import Cases, Kind, Role
from kpi_engine.invented.people import People, eighteenth_birthday
from kpi_engine.invented.protection import Plans
from kpi_engine.invented.workforce import PLACE, TEAMS, Workforce, sit
from kpi_engine.invented.writing import Book, choose, ids, numbered

UNALLOCATED: Final = 0.015
"""Share of the open children whom nobody holds."""


@dataclass
class Stretches:
    """One row a stretch of a case in one team, in order of case and day. `end` NEVER = still."""

    case: Ints
    team: Ints
    start: Days
    end: Days


@dataclass
class Holdings:
    """One row a stretch of a case with one worker (place in the workforce; -1 = nobody), by case and day.

    has_row: whether an involvement is on record for it.
    """

    case: Ints
    team: Ints
    worker: Ints
    start: Days
    end: Days
    has_row: Mask

    def on(self, case: Ints, day: Days) -> tuple[Ints, Ints]:
        """(team, worker) of each case on a day; team -1 where nobody held it."""
        big = 2 * NEVER
        place = np.maximum(
            np.searchsorted(self.case * big + self.start, case * big + day, side="right") - 1, 0
        )
        right = (self.case[place] == case) & (self.end[place] > day) & self.has_row[place]
        return np.where(right, self.team[place], -1), np.where(right, self.worker[place], -1)


def make_stretches(
    cases: Cases,
    made: Assessments,
    plans: Plans,
    care: Care,
    people: People,
    as_at: int,
    rng: np.random.Generator,
) -> Stretches:
    """Assessment team, then a social work team, then children in care, as the case moves on."""
    n = len(cases)
    court = np.array([PLACE[t] for t in ("T11", "T12", "T13", "T14")])
    in_care = np.array([PLACE["T21"], PLACE["T22"]])
    cswt = court[rng.integers(0, 4, n)]
    cic = in_care[rng.integers(0, 2, n)]
    lot = rng.random(n)
    front = np.where(lot < 0.52, PLACE["T03"], np.where(lot < 0.6, PLACE["T01"], cswt))

    authorised = np.full(n, NEVER)
    np.minimum.at(authorised, made.case, made.authorised)
    on_plan = np.full(n, NEVER)
    np.minimum.at(on_plan, plans.case, plans.start)
    in_care_from, in_care_to = np.full(n, NEVER), np.zeros(n, dtype=np.int64)
    real = ~care.short_break
    np.minimum.at(in_care_from, care.case[real], care.start[real])
    np.maximum.at(in_care_to, care.case[real], care.end[real])
    assessed = np.minimum(authorised, cases.start + 70) + rng.integers(0, 8, n)
    assessed = np.where((authorised == NEVER) & (cases.start > as_at - 70), NEVER, assessed)
    moves = np.minimum(np.minimum(assessed, on_plan), in_care_from)
    stays = cases.where(Kind.NOT_IN_NEED, Kind.NFA) | (front == cswt)
    keeps = (front == PLACE["T03"]) & (rng.random(n) < 0.26) & (on_plan == NEVER) & (in_care_from == NEVER)
    moves = np.where(stays | keeps, NEVER, np.maximum(moves, cases.start + 1))
    to_cic = in_care_from + rng.integers(45, 140, n)
    to_cic = np.where(
        (in_care_from < NEVER) & (in_care_to > to_cic), np.maximum(to_cic, cases.start + 2), NEVER
    )

    special = {Role.DISABILITY: PLACE["T41"], Role.ASYLUM: PLACE["T24"]}
    for role, its_team in special.items():
        mine = (cases.role == role) & ~cases.where(Kind.NFA, Kind.NOT_IN_NEED)
        front[mine], moves[mine], to_cic[mine] = its_team, NEVER, NEVER
    leaver = cases.role == Role.LEAVER
    grown = np.full(n, NEVER)
    mine = leaver[care.case]
    grown[care.case[mine]] = eighteenth_birthday(people)[care.person[mine]]
    front[leaver], moves[leaver] = cic[leaver], NEVER
    to_cic[leaver] = NEVER
    front[cases.kind == Kind.NFA] = PLACE["T02"]

    end = np.where(cases.kind == Kind.NFA, np.maximum(cases.end, cases.start + 1), cases.end)
    one = (np.arange(n), front, cases.start, np.minimum(np.minimum(end, moves), np.minimum(to_cic, grown)))
    two = (np.arange(n), cswt, np.maximum(moves, cases.start), np.minimum(end, to_cic))
    three = (np.arange(n), np.where(leaver, PLACE["T23"], cic), np.minimum(to_cic, grown), end)
    parts = []
    for part in (one, two, three):
        begun = (part[2] <= as_at) & (part[2] < part[3])
        parts.append(tuple(column[begun] for column in part))
    case, team, start, finish = (np.concatenate([p[i] for p in parts]) for i in range(4))
    finish = np.where(finish > as_at, NEVER, finish)
    order = np.lexsort((start, case))
    return Stretches(case[order], team[order], start[order], finish[order])


def load(stretches: Stretches, cases: Cases, as_at: int) -> dict[str, int]:
    """Open children by team on as_at."""
    now = stretches.end > as_at
    counts = np.bincount(stretches.team[now], weights=cases.size[stretches.case[now]], minlength=len(TEAMS))
    return {t.id: int(c) for t, c in zip(TEAMS, counts, strict=True)}


def make_holdings(
    stretches: Stretches, cases: Cases, work: Workforce, as_at: int, rng: np.random.Generator
) -> Holdings:
    """Deal the stretches to posts (open ones evenly, some posts fuller), then split them by who sat there."""
    post = np.full(len(stretches.case), -1, dtype=np.int64)
    for team in np.unique(stretches.team):
        posts = work.posts(int(team))
        if not len(posts):
            continue
        mine = np.flatnonzero(stretches.team == team)
        room = np.array([work.post_fte[p] for p in posts]) * rng.normal(1, 0.11, len(posts)).clip(0.6, 1.5)
        for now in (True, False):
            some = rng.permutation(mine[(stretches.end[mine] > as_at) == now])
            weight = np.cumsum(cases.size[stretches.case[some]]) / max(
                cases.size[stretches.case[some]].sum(), 1
            )
            post[some] = posts[np.searchsorted(np.cumsum(room) / room.sum(), weight - 1e-9)]
    seated = np.flatnonzero(post >= 0)
    owner, worker, start, end = sit(work, post[seated], stretches.start[seated], stretches.end[seated])
    row = seated[owner]
    duty = np.flatnonzero(post < 0)
    case = np.concatenate([stretches.case[row], stretches.case[duty]])
    out = Holdings(
        case,
        np.concatenate([stretches.team[row], stretches.team[duty]]),
        np.concatenate([worker, np.full(len(duty), -1)]),
        np.concatenate([start, stretches.start[duty]]),
        np.concatenate([end, stretches.end[duty]]),
        np.ones(len(case), dtype=bool),
    )
    return _let_go(out, cases, as_at, rng)


def _let_go(held: Holdings, cases: Cases, as_at: int, rng: np.random.Generator) -> Holdings:
    """Leave a few open cases with nobody: half have no open row any more, half one with a team alone."""
    now = np.flatnonzero(
        (held.end > as_at) & np.isin(cases.role[held.case], (Role.NEED, Role.PROTECTION, Role.CARE))
    )
    children = round(int(cases.size[cases.where(Kind.OPEN)].sum()) * UNALLOCATED)
    chosen, _ = pick(now, cases.size[held.case], children, rng)
    since = np.maximum(as_at - rng.integers(1, 35, len(chosen)), held.start[chosen])
    held.end[chosen] = since
    held.has_row[chosen] = held.start[chosen] < since
    team_only = rng.random(len(chosen)) < 0.5
    left, since = chosen[team_only], since[team_only]
    out = Holdings(
        np.concatenate([held.case, held.case[left]]),
        np.concatenate([held.team, held.team[left]]),
        np.concatenate([held.worker, np.full(len(left), -1)]),
        np.concatenate([held.start, since]),
        np.concatenate([held.end, np.full(len(left), NEVER)]),
        np.concatenate([held.has_row, np.ones(len(left), dtype=bool)]),
    )
    order = np.lexsort((out.has_row, out.start, out.case))
    return Holdings(*(getattr(out, f)[order] for f in ("case", "team", "worker", "start", "end", "has_row")))


REASONS: Final = ("LEFTRL", "ORGRST", "MANAGE", "ABSENC", "OTHERS", "TSPROC")


def write_involvements(
    book: Book,
    cases: Cases,
    held: Holdings,
    care: Care,
    people: People,
    work: Workforce,
    as_at: int,
    rng: np.random.Generator,
) -> None:
    """ssd_involvements: one row a child and worker (role CW), and reviewing officers (role IRO)."""
    rows = np.flatnonzero(held.has_row & (cases.kind[held.case] != Kind.NFA))
    owner, member = spread(cases.size[held.case[rows]])
    row = rows[owner]
    person = people.of(cases, held.case[row], member)
    names = [w.id for w in work.workers] + [""]
    ended = held.end[row]
    count = len(row)
    book.add(
        "ssd_involvements",
        invo_involvements_id=numbered("N", count),
        invo_professional_id=[names[w] for w in held.worker[row].tolist()],
        invo_professional_role_id=["CW"] * count,
        invo_professional_team=[TEAMS[t].id for t in held.team[row].tolist()],
        invo_involvement_start_date=book.dates(held.start[row]),
        invo_involvement_end_date=book.dates(ended),
        invo_worker_change_reason=[
            r if e < NEVER else ""
            for r, e in zip(choose(REASONS, (5, 1, 3, 1, 2, 6), count, rng), ended.tolist(), strict=True)
        ],
        invo_person_id=people.ids(person),
        invo_referral_id=ids("R", (cases.first_child[held.case[row]] + member + 1).tolist()),
    )
    real = np.flatnonzero(~care.short_break)
    book.add(
        "ssd_involvements",
        invo_involvements_id=numbered("N", len(real), count + 1),
        invo_professional_id=[f"P91{n:02d}" for n in (1 + rng.integers(0, OFFICERS, len(real))).tolist()],
        invo_professional_role_id=["IRO"] * len(real),
        invo_involvement_start_date=book.dates(care.start[real]),
        invo_involvement_end_date=book.dates(care.end[real]),
        invo_person_id=people.ids(care.person[real]),
        invo_referral_id=ids("R", (cases.first_child[care.case] + care.member + 1)[real].tolist()),
    )


OFFICERS: Final = 9
"""Independent reviewing officers, P9101 and on."""
