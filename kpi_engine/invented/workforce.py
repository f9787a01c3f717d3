"""Teams, posts and the people who held them: who left, who came, who moved."""

from __future__ import annotations

import bisect
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import cycle
from typing import Final

import numpy as np

from kpi_engine.days import NEVER, Days
from kpi_engine.invented.allotting import Ints, spread
from kpi_engine.invented.names import FIRST, LAST


@dataclass(frozen=True)
class Team:
    """target: children a full post of this team holds, None = holds no cases here."""

    id: str
    name: str
    service: str
    kind: str
    target: float | None = None
    managed: bool = False


SERVICES: Final = {
    "S1": "Access and Assessment",
    "S2": "Children's Social Work",
    "S3": "Children in Care",
    "S4": "Fostering and Adoption",
    "S5": "Disability",
}
ROOT: Final = ("D0", "Children's Services")

TEAMS: Final = (
    Team("T01", "Triage", "S1", "front_door", 13.0),
    Team("T02", "MASH", "S1", "front_door"),
    Team("T03", "Skylakes", "S1", "assessment", 14.2, managed=True),
    Team("T11", "CSWT 1", "S2", "cin_cp", 16.6),
    Team("T12", "CSWT 2", "S2", "cin_cp", 16.2),
    Team("T13", "CSWT 3", "S2", "cin_cp", 17.2),
    Team("T14", "CSWT 4", "S2", "cin_cp", 15.8),
    Team("T21", "CIC North", "S3", "looked_after", 14.2),
    Team("T22", "CIC South", "S3", "looked_after", 14.8),
    Team("T23", "Young People's Team", "S3", "care_leavers", 19.0),
    Team("T24", "Asylum", "S3", "asylum", 15.0),
    Team("T31", "Fostering", "S4", "fostering"),
    Team("T32", "Adoption", "S4", "adoption", managed=True),
    Team("T41", "Children with Disabilities", "S5", "disability", 17.5),
)
PLACE: Final = {t.id: i for i, t in enumerate(TEAMS)}

KNOWN: Final = {"T11": {91: "Nadia Rahman"}, "T12": {91: "Chloe Martin", 92: "Chloe Marsh"}}
"""Workers who are always there, by number in their team."""


@dataclass
class Worker:
    id: str
    name: str
    team: str
    start: int
    end: int
    role: str
    supervisor: str = ""
    fte: float = 1.0
    agency: bool = False
    qualified: bool = True


@dataclass
class Workforce:
    """Workers, and who sat in which post when (seats sorted by post, then day)."""

    workers: list[Worker] = field(default_factory=list)
    post_team: list[int] = field(default_factory=list)
    post_fte: list[float] = field(default_factory=list)
    seat_post: Ints = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    seat_from: Days = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    seat_to: Days = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    seat_worker: Ints = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    managers: dict[str, list[Worker]] = field(default_factory=dict)

    def posts(self, team: int) -> Ints:
        return np.flatnonzero(np.array(self.post_team) == team)


@dataclass
class _Seat:
    post: int
    start: int
    end: int
    worker: Worker | None = None


def make_workforce(
    load: dict[str, int], children: int, first: int, as_at: int, rng: np.random.Generator
) -> Workforce:
    """Enough posts for the open children of each team (`load`), filled from the day `first` to as_at."""
    out = Workforce()
    names = _names(rng)
    used: dict[str, int] = {}

    def hire(team: str, role: str, start: int, end: int, number: int | None = None) -> Worker:
        if number is None:
            number = used.get(team, 0) + 1
            number += number == 91
            number += number == 92
            used[team] = number
        name = KNOWN.get(team, {}).get(number) or next(names)
        worker = Worker(f"P{team[1:]}{number:02d}", name, team, start, end, role)
        worker.agency = bool(rng.random() < (0.3 if "manager" in role else 0.17))
        out.workers.append(worker)
        return worker

    seats: list[_Seat] = []
    for place, team in enumerate(TEAMS):
        posts = max(round(load.get(team.id, 0) / team.target), 2) if team.target else 0
        idle = max(round(children / 354), 2) if team.kind in ("front_door", "fostering", "adoption") else 0
        bosses = max(-(-(posts + idle) // 6), 1)
        out.managers[team.id] = [
            hire(team.id, "team_manager", as_at - int(rng.integers(200, 2200)), NEVER) for _ in range(bosses)
        ]
        for _ in range(idle):
            hire(team.id, "social_worker", as_at - int(rng.integers(90, 2500)), NEVER)
        for _ in range(posts):
            seats += _timeline(len(out.post_team), first, as_at, rng)
            out.post_team.append(place)
            out.post_fte.append(float(rng.choice((1.0, 0.8, 0.6), p=(0.86, 0.09, 0.05))))
    _fill(seats, out, hire, rng)
    seats.sort(key=lambda s: (s.post, s.start))
    place_of = {id(w): i for i, w in enumerate(out.workers)}
    out.seat_post = np.array([s.post for s in seats], dtype=np.int64)
    out.seat_from = np.array([s.start for s in seats], dtype=np.int64)
    out.seat_to = np.array([s.end for s in seats], dtype=np.int64)
    out.seat_worker = np.array([place_of[id(s.worker)] for s in seats], dtype=np.int64)
    for worker in out.workers:
        bosses_ = out.managers[worker.team]
        worker.supervisor = (
            bosses_[int(rng.integers(len(bosses_)))].id if worker.role != "team_manager" else ""
        )
    return out


def _names(rng: np.random.Generator) -> Iterator[str]:
    """Invented names, in a random order, over again when they run out."""
    known = {n for team in KNOWN.values() for n in team.values()}
    every = [f"{f} {last}" for f in FIRST for last in LAST]
    return cycle([every[i] for i in rng.permutation(len(every)) if every[i] not in known])


def _timeline(post: int, first: int, as_at: int, rng: np.random.Generator) -> list[_Seat]:
    """Who sat in a post, newest first: a couple of years each, now and then a gap between two."""
    start = as_at - 25 - int(rng.exponential(650))
    out = [_Seat(post, start, NEVER)]
    while start > first:
        end = start - (int(rng.integers(7, 36)) if rng.random() < 0.15 else 0)
        start = end - 120 - int(rng.exponential(800))
        out.append(_Seat(post, start, end))
    return out


def _fill(seats: list[_Seat], out: Workforce, hire: Callable[..., Worker], rng: np.random.Generator) -> None:
    """Put a worker in every seat; some who leave one team start in another."""
    known = {team: list(numbers) for team, numbers in KNOWN.items()}
    leavers: list[tuple[int, int]] = []
    staff: list[Worker] = []
    for seat in sorted(seats, key=lambda s: (s.start, s.post)):
        team = TEAMS[out.post_team[seat.post]]
        number = known[team.id].pop() if seat.end == NEVER and known.get(team.id) else None
        mover, place = None, len(staff)
        low = bisect.bisect_left(leavers, (seat.start - 20, -1))
        high = bisect.bisect_right(leavers, (seat.start, len(staff)))
        if number is None and low < high and rng.random() < 0.35:
            candidate = staff[leavers[low][1]]
            if candidate.team != team.id:
                mover, place = candidate, leavers.pop(low)[1]
        if mover is None:
            adviser = team.kind == "care_leavers" and rng.random() < 0.6
            senior = rng.random() < 0.2
            role = "personal_adviser" if adviser else "senior_practitioner" if senior else "social_worker"
            mover = hire(team.id, role, seat.start, seat.end, number)
            mover.qualified = not adviser
            mover.fte = out.post_fte[seat.post]
            staff.append(mover)
        else:
            mover.team, mover.end = team.id, seat.end
        seat.worker = mover
        if seat.end < NEVER:
            bisect.insort(leavers, (seat.end, place))


def sit(work: Workforce, post: Ints, start: Days, end: Days) -> tuple[Ints, Ints, Days, Days]:
    """Split stretches of a case in a post by who sat there: (stretch, worker, from, to); to NEVER = still."""
    big = 2 * NEVER
    key = work.seat_post * big + work.seat_from
    first = np.maximum(np.searchsorted(key, post * big + start, side="right") - 1, 0)
    first += work.seat_post[first] != post
    last = np.searchsorted(key, post * big + np.minimum(end, NEVER - 1), side="left") - 1
    owner, place = spread(np.maximum(last - first + 1, 0))
    seat = first[owner] + place
    begin = np.maximum(start[owner], work.seat_from[seat])
    finish = np.minimum(end[owner], work.seat_to[seat])
    real = begin < finish
    return owner[real], work.seat_worker[seat][real], begin[real], finish[real]
