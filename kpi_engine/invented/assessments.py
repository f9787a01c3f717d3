"""Child and family assessments in the published durations (C2); they date the cases not in need."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from kpi_engine import working_days
from kpi_engine.days import NEVER, Days, Mask, plus_months
from kpi_engine.invented.allotting import Ints, allot, pick, spread
from kpi_engine.invented.cases import Cases, Kind, Role, weekdays
from kpi_engine.invented.published import Shape
from kpi_engine.invented.rhythms import later

BANDS: Final = ((0, 0), (1, 10), (11, 20), (21, 30), (31, 40), (41, 45), (46, 50), (51, 60), (61, 105))
"""Working days of each published band; the last is open above, and none here is longer than 105."""

UNLIMITED: Final = 200


@dataclass
class Assessments:
    """One row a child and assessment; `authorised` NEVER = not yet."""

    case: Ints
    member: Ints
    start: Days
    authorised: Days


def make_assessments(cases: Cases, shape: Shape, as_at: int, rng: np.random.Generator) -> Assessments:
    """Every assessment. Sets the end of all cases not in need, and the start of those of the last year."""
    year = int(plus_months(np.array([as_at]), -12)[0])
    assessed = np.flatnonzero(cases.kind != Kind.NFA)
    past = _past(cases, assessed[cases.start[assessed] <= year], as_at, shape, rng)
    inside = (past.authorised > year) & (past.authorised <= as_at)
    lengths = working_days.between(past.start[inside], past.authorised[inside])
    used = np.bincount(_band(lengths), minlength=len(BANDS))
    wanted = [max(n - int(u), 0) for n, u in zip(shape.assessments_by_duration, used, strict=True)]

    case, member = _children(cases, assessed[cases.start[assessed] > year])
    start = _begun(cases, case, as_at, rng)
    waiting = _waiting(cases, as_at, rng)[case]
    still = Assessments(case[waiting], member[waiting], start[waiting], np.full(int(waiting.sum()), NEVER))
    case, member, start = case[~waiting], member[~waiting], start[~waiting]
    second = _again(cases, sum(wanted) - len(case), year, as_at, rng)

    quick = cases.kind[case] == Kind.NOT_IN_NEED
    room = working_days.between(start, np.minimum(cases.end[case], as_at))
    capacity = np.concatenate([np.where(quick, UNLIMITED, room), np.full(len(second.case), UNLIMITED)])
    group = np.concatenate([case, len(cases) + second.case])
    bands = [(low, high, n) for (low, high), n in zip(BANDS, wanted, strict=True)]
    length = allot(capacity, group, bands, rng)
    second.start = _before(second.authorised, length[len(case) :])
    first_length = length[: len(case)]
    _place_quick(cases, case[quick], first_length[quick], year, as_at, rng)
    start = np.where(quick, cases.start[case], start)
    first = Assessments(case, member, start, _after(start, first_length))
    _close_quick(cases, first, as_at, rng)
    return _together(past, first, second, still)


def _children(cases: Cases, chosen: Ints) -> tuple[Ints, Ints]:
    owner, member = spread(cases.size[chosen])
    return chosen[owner], member


def _band(lengths: Ints) -> Ints:
    return np.searchsorted(np.array([high for _, high in BANDS[:-1]]), lengths)


def _after(start: Days, length: Ints) -> Days:
    """The day after so many working days; the start itself, whatever day it is, after none."""
    return np.where(length == 0, start, later(start, length))


def _before(day: Days, length: Ints) -> Days:
    return np.where(length == 0, day, later(day, -length))


def _begun(cases: Cases, case: Ints, as_at: int, rng: np.random.Generator) -> Days:
    """Assessments begin within three working days of the referral."""
    delay = rng.choice(4, size=len(cases), p=(0.6, 0.25, 0.1, 0.05))
    begun = np.where(delay == 0, cases.start, later(cases.start, delay))
    return np.minimum(begun, np.minimum(cases.end, as_at))[case]


def _past(cases: Cases, chosen: Ints, as_at: int, shape: Shape, rng: np.random.Generator) -> Assessments:
    """First assessments of older cases, with durations in the published proportions where there is room."""
    chances = np.array(shape.assessments_by_duration, dtype=float)
    band = rng.choice(len(BANDS), size=len(cases), p=chances / chances.sum())
    low, high = (np.array([b[i] for b in BANDS])[band] for i in (0, 1))
    length = low + (rng.random(len(cases)) * (high - low + 1)).astype(np.int64)
    case, member = _children(cases, chosen)
    quick = cases.kind[case] == Kind.NOT_IN_NEED
    start = np.where(quick, cases.start[case], _begun(cases, case, as_at, rng))
    room = working_days.between(start, np.minimum(cases.end[case], as_at))
    out = Assessments(
        case, member, start, _after(start, np.where(quick, length[case], np.minimum(length[case], room)))
    )
    _close_quick(cases, out, as_at, rng)
    return out


def _close_quick(cases: Cases, made: Assessments, as_at: int, rng: np.random.Generator) -> None:
    """Cases not in need close up to four days after their assessment."""
    quick = cases.kind[made.case] == Kind.NOT_IN_NEED
    last = np.zeros(len(cases), dtype=np.int64)
    np.maximum.at(last, made.case[quick], made.authorised[quick])
    mine = last > 0
    cases.end[mine] = np.minimum(last[mine] + rng.integers(0, 5, int(mine.sum())), as_at)


def _place_quick(
    cases: Cases, case: Ints, length: Ints, year: int, as_at: int, rng: np.random.Generator
) -> None:
    """Last year's cases not in need start early enough for their assessment to be over by as_at."""
    longest = np.zeros(len(cases), dtype=np.int64)
    np.maximum.at(longest, case, length)
    mine = np.unique(case)
    last = _before(working_days.add(np.full(len(mine), as_at), 0), longest[mine])
    drawn = year + 5 + (rng.random(len(mine)) * (last - year - 4)).astype(np.int64)
    cases.start[mine] = weekdays(np.minimum(drawn, last))


def _waiting(cases: Cases, as_at: int, rng: np.random.Generator) -> Mask:
    """Open cases whose first assessment is not finished: nearly all new ones, few after ten weeks."""
    age = as_at - cases.start
    chance = np.where(age <= 110, np.maximum(1 - age / 72, 0.14), 0.0)
    chance = np.where(cases.role == Role.PROTECTION, chance * 0.4, chance)
    return cases.where(Kind.OPEN) & (rng.random(len(cases)) < chance)


def _again(cases: Cases, children: int, year: int, as_at: int, rng: np.random.Generator) -> Assessments:
    """Second assessments of long-running cases, authorised in the last year; their start is still to come."""
    old = cases.where(Kind.OPEN, roles=(Role.NEED, Role.DISABILITY, Role.PROTECTION)) & (
        cases.start < year - 160
    )
    chosen, members = pick(np.flatnonzero(old), cases.size, max(children, 0), rng)
    owner, member = spread(members)
    day = working_days.add(rng.integers(year + 5, as_at + 1, len(chosen)), 0)[owner]
    return Assessments(chosen[owner], member, day, day)


def _together(*parts: Assessments) -> Assessments:
    return Assessments(
        np.concatenate([p.case for p in parts]),
        np.concatenate([p.member for p in parts]),
        np.concatenate([p.start for p in parts]),
        np.concatenate([p.authorised for p in parts]),
    )
