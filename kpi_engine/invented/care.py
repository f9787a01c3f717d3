"""Care periods: who was looked after and when, how it ended, where they lived, under which legal status."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from kpi_engine.days import NEVER, Days, Mask
from kpi_engine.invented.allotting import Ints, spread
from kpi_engine.invented.cases import Cases, Kind, Role
from kpi_engine.invented.people import People, eighteenth_birthday
from kpi_engine.invented.protection import Plans

LEFT_CARE: Final = ("E4A", "E4B", "E3", "E8", "E45", "E46", "E41", "E43")
LEFT_CHANCES: Final = (0.42, 0.12, 0.08, 0.14, 0.08, 0.05, 0.06, 0.05)
LEFT_BY_CLOSURE: Final = {"RC1": ("E11", "E12"), "RC3": ("E41",), "RC4": ("E45", "E46")}
"""Adoption, child arrangements order and special guardianship end the care period and the case alike."""

SHORT_BREAKS: Final = 0.21
"""Share of open cases of the disability team with short breaks."""


@dataclass
class Care:
    """One row a child's care period. `end` NEVER = open; `reason` of the end, empty while open."""

    case: Ints
    member: Ints
    person: Ints
    start: Days
    end: Days
    reason: list[str]
    short_break: Mask

    def __len__(self) -> int:
        return len(self.case)


@dataclass
class Placements:
    """One row a placement; `period` is the row of its care period, `order` 0, 1, ... within it."""

    period: Ints
    order: Ints
    start: Days
    end: Days
    type: list[str]
    provider: list[str]


@dataclass
class Statuses:
    """One row a legal status of a care period."""

    period: Ints
    code: list[str]
    start: Days
    end: Days


def make_care(
    cases: Cases, plans: Plans, people: People, closures: list[str], as_at: int, rng: np.random.Generator
) -> Care:
    """Every care period. `closures`: the closure reason of every child-in-case, empty while open."""
    size = len(cases)
    looked = cases.where(Kind.OPEN, Kind.ENDED, roles=(Role.CARE, Role.ASYLUM))
    breaks = cases.where(Kind.OPEN, roles=(Role.DISABILITY,)) & (rng.random(size) < SHORT_BREAKS)
    leaver = cases.where(Kind.OPEN, roles=(Role.LEAVER,))
    also = cases.where(Kind.OPEN, roles=(Role.PROTECTION,)) & (rng.random(size) < 0.03)
    until = np.minimum(cases.end, as_at)
    length = until - cases.start
    quick = rng.exponential(40, size).astype(np.int64)
    slow = (rng.random(size) * 0.6 * length).astype(np.int64)
    lag = np.where(rng.random(size) < 0.6, quick, slow)
    lag = np.where(cases.role == Role.ASYLUM, rng.integers(0, 3, size), lag)
    lag = np.where(leaver, np.minimum(lag, 100), lag)
    start = cases.start + np.maximum(np.minimum(lag, length - 2), 0)
    start = np.where(
        also, until - 1 - (rng.random(size) * np.minimum(length - 25, 60)).astype(np.int64), start
    )
    end = np.where(cases.end < NEVER, np.maximum(cases.end - rng.integers(0, 8, size), start + 1), NEVER)
    end = np.minimum(end, np.where(cases.end < NEVER, np.maximum(cases.end, start), NEVER))
    chosen = np.flatnonzero(looked | breaks | leaver | also)
    owner, member = spread(cases.size[chosen])
    case = chosen[owner]
    first, last = start[case], end[case]

    stepped = (plans.end <= as_at) & (rng.random(len(plans)) < 0.26) & (until[plans.case] - plans.end >= 14)
    up, place = spread(np.where(stepped, plans.members, 0))
    up_start = plans.end[up] + rng.integers(-8, 9, len(plans))[up]
    case = np.concatenate([case, plans.case[up]])
    member = np.concatenate([member, plans.first[up] + place])
    first = np.concatenate([first, np.maximum(up_start, plans.start[up] + 1)])
    last = np.concatenate([last, cases.end[plans.case[up]]])
    case, member, first, last = _one_each(case, member, first, last)

    person = people.of(cases, case, member)
    grown = cases.role[case] == Role.LEAVER
    last = np.where(grown, np.minimum(eighteenth_birthday(people)[person], as_at - 1), last)
    drawn = rng.choice(len(LEFT_CARE), size=len(case), p=LEFT_CHANCES)
    lot = rng.random(len(case))
    reason = []
    for i, (place_, open_) in enumerate(
        zip((cases.first_child[case] + member).tolist(), (last > as_at).tolist(), strict=True)
    ):
        if open_:
            reason.append("")
        elif grown[i]:
            reason.append("E5" if lot[i] < 0.6 else "E6")
        else:
            codes = LEFT_BY_CLOSURE.get(closures[place_], ())
            reason.append(codes[int(lot[i] * len(codes))] if codes else LEFT_CARE[drawn[i]])
    return Care(case, member, person, first, last, reason, breaks[case])


def _one_each(case: Ints, member: Ints, start: Days, end: Days) -> tuple[Ints, Ints, Days, Days]:
    """One care period for each child of a case: the earliest."""
    order = np.lexsort((start, member, case))
    case, member, start, end = case[order], member[order], start[order], end[order]
    keep = np.ones(len(case), dtype=bool)
    keep[1:] = (case[1:] != case[:-1]) | (member[1:] != member[:-1])
    return case[keep], member[keep], start[keep], end[keep]


TYPES: Final = ("U6", "U4", "U1", "U3", "U2", "U5", "K2", "P1", "A3", "R5")
TYPE_CHANCES: Final = (0.40, 0.18, 0.06, 0.10, 0.03, 0.04, 0.10, 0.05, 0.03, 0.01)


def make_placements(care: Care, people: People, as_at: int, rng: np.random.Generator) -> Placements:
    """Where each child lived, one placement after another, until the care period ends."""
    count = len(care)
    until = np.minimum(care.end, as_at)
    settled = rng.random(count) < 0.45
    active, begin = np.arange(count), care.start.copy()
    periods: list[Ints] = []
    starts: list[Days] = []
    ends: list[Days] = []
    orders: list[Ints] = []
    for order in range(12):
        mean = np.where(settled[active] | (order > 0), 1100, 150)
        length = 9 + rng.exponential(mean).astype(np.int64)
        length = np.where(rng.random(len(active)) < 0.03, rng.integers(2, 8, len(active)), length)
        stays = (begin + length >= until[active] - 1) | care.short_break[active] | (order == 11)
        finish = np.where(stays, care.end[active], begin + length)
        periods.append(active)
        starts.append(begin)
        ends.append(finish)
        orders.append(np.full(len(active), order))
        active, begin = active[~stays], finish[~stays]
    period, start, end = np.concatenate(periods), np.concatenate(starts), np.concatenate(ends)
    order_ = np.concatenate(orders)
    sort = np.lexsort((order_, period))
    period, start, end, order_ = period[sort], start[sort], end[sort], order_[sort]
    n = len(period)
    pick = rng.choice(len(TYPES), size=n, p=TYPE_CHANCES)
    age = (start - people.born[care.person[period]]) / 365.25
    lot, house = rng.random(n), rng.random(n)
    types, providers = [], []
    rows = zip(pick.tolist(), age.tolist(), lot.tolist(), house.tolist(), (end - start).tolist(), strict=True)
    for place, years, chance, home, days in rows:
        kind = TYPES[place]
        if years >= 16 and chance < 0.4:
            kind = "H5" if chance < 0.3 else "P2"
        elif days <= 7:
            kind = "T4"
        elif kind == "A3" and years > 7:
            kind = "U4"
        types.append(kind)
        if kind == "P1":
            providers.append("PR0")
        elif kind in ("U4", "U5", "U6"):
            providers.append("PR1" if home < 0.57 else "PR4" if home < 0.97 else "PR5")
        elif kind in ("K2", "H5", "R5"):
            providers.append("PR4" if home < 0.75 else "PR1")
        else:
            providers.append("PR1")
    return Placements(period, order_, start, end, types, providers)


def make_statuses(care: Care, cases: Cases, as_at: int, rng: np.random.Generator) -> Statuses:
    """Legal statuses of each care period, in sequence."""
    period: list[int] = []
    code: list[str] = []
    start: list[int] = []
    end: list[int] = []
    count = len(care)
    lot, first_lag, second_lag = (
        rng.random(count),
        rng.integers(25, 200, count),
        rng.integers(125, 290, count),
    )
    role = cases.role[care.case]
    for i in range(count):
        begin, finish = int(care.start[i]), int(care.end[i])
        if care.short_break[i]:
            steps = [(begin, "V4" if lot[i] < 0.7 else "V3")]
        elif role[i] == Role.ASYLUM or lot[i] < 0.36:
            steps = [(begin, "V2")]
        else:
            begun = begin + (int(first_lag[i]) if lot[i] < 0.5 else 0)
            steps = [(begin, "V2")] if begun > begin else []
            steps += [(begun, "C1"), (begun + int(second_lag[i]), "C2")]
            if lot[i] > 0.94:
                steps.append((begun + int(second_lag[i]) + 1, "E1"))
        limit = min(finish, as_at + 1)
        steps = [s for s in steps if s[0] < limit] or steps[:1]
        for place, (day, name) in enumerate(steps):
            period.append(i)
            code.append(name)
            start.append(day)
            end.append(steps[place + 1][0] if place + 1 < len(steps) else finish)
    return Statuses(
        np.array(period, dtype=np.int64), code, np.array(start, dtype=np.int64), np.array(end, dtype=np.int64)
    )
