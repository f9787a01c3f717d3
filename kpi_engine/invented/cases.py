"""Episodes of need, family by family: when they began and ended, which follow which, who the children are.

A case is one family's episode: every sibling has the same dates. The cases of the last twelve months add up
to the published numbers of children (B4, B5, C1); the five years before are drawn in the same proportions.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import Final

import numpy as np

from kpi_engine.days import NEVER, Days, Mask, plus_months
from kpi_engine.invented.allotting import Ints, family_sizes
from kpi_engine.invented.published import Shape, share_out

YEARS: Final = 6
"""Years of history."""


class Kind(IntEnum):
    OPEN = 0
    ENDED = 1
    NOT_IN_NEED = 2
    NFA = 3


class Role(IntEnum):
    NEED = 0
    PROTECTION = 1
    CARE = 2
    ASYLUM = 3
    DISABILITY = 4
    LEAVER = 5


SPANS: Final = ((2, 88), (96, 178), (188, 358), (372, 722), (738, 5000))
"""Days of the five length bands. Their edges are left free, so that days and calendar months count alike."""

OPEN_ROLES: Final[dict[Role, tuple[int, ...]]] = {
    Role.PROTECTION: (85, 62, 70, 50, 63),
    Role.CARE: (14, 15, 26, 36, 128),
    Role.ASYLUM: (8, 8, 14, 18, 22),
    Role.DISABILITY: (6, 8, 16, 30, 130),
    Role.LEAVER: (0, 0, 0, 0, 230),
}
"""Open children by role and length of episode; the rest of each band are children in need. With those
stepped up from a plan about 340 are looked after."""

ENDED_ROLES: Final[dict[Role, tuple[int, ...]]] = {
    Role.CARE: (20, 18, 32, 28, 68),
    Role.DISABILITY: (10, 10, 15, 15, 25),
}
"""The same for episodes that ended in a year."""

STARTED_IN_YEAR: Final = (820, 248, 100, 0, 0)
"""Of the episodes ended in the year, how many also started in it, by length: makes C1's referrals add up."""


@dataclass
class Cases:
    """One row a family's episode. `end` NEVER = open. `before`: the family's episode before, -1 for none."""

    start: Days
    end: Days
    size: Ints
    kind: Ints
    role: Ints
    before: Ints
    family: Ints

    def __len__(self) -> int:
        return len(self.start)

    @property
    def first_child(self) -> Ints:
        """Where the children of each case begin among all children-in-episodes."""
        return np.cumsum(self.size) - self.size

    def where(self, *kinds: Kind, roles: tuple[Role, ...] = tuple(Role)) -> Mask:
        return np.isin(self.kind, kinds) & np.isin(self.role, roles)


def weekdays(days: Days) -> Days:
    """Saturdays and Sundays moved back to Friday."""
    return days - np.maximum((days + 3) % 7 - 4, 0)


def make_cases(shape: Shape, as_at: int, rng: np.random.Generator) -> Cases:
    """All cases. Those not in need still lack their end: it comes with their assessment."""
    parts = [*_open(shape, as_at, rng)]
    ends = [int(plus_months(np.array([as_at]), -12 * k)[0]) for k in range(YEARS + 1)]
    for k in range(YEARS):
        busy = 1.0 - 0.015 * k
        parts += _ended(shape, ends[k], ends[k + 1], busy, rng)
        for kind, column in ((Kind.NOT_IN_NEED, "Not_in_Need"), (Kind.NFA, "No_Further_Action")):
            sizes = family_sizes(round(shape.total("c1", column) * busy), rng)
            first = ends[k + 1] + 4
            start = weekdays(rng.integers(first, ends[k] + 1, len(sizes)))
            parts.append(
                (start, start, sizes, np.full(len(sizes), kind), np.zeros(len(sizes), dtype=np.int64))
            )
    start, end, size, kind_, role = (np.concatenate([p[i] for p in parts]).astype(np.int64) for i in range(5))
    none = np.full(len(start), -1, dtype=np.int64)
    return Cases(start, end, size, kind_, role, none, none.copy())


Part = tuple[Days, Days, Ints, Ints, Ints]


def _open(shape: Shape, as_at: int, rng: np.random.Generator) -> list[Part]:
    lengths = shape.open_by_length
    on_plan = share_out(OPEN_ROLES[Role.PROTECTION], shape.total("d1", "CPP_At31"))
    others = [r for r in OPEN_ROLES if r is not Role.PROTECTION]
    published = Shape(2124).open_by_length
    parts: list[Part] = []
    for band, (lowest, highest) in enumerate(SPANS):
        weights = [OPEN_ROLES[r][band] for r in others]
        weights.append(published[band] - sum(OPEN_ROLES[r][band] for r in OPEN_ROLES))
        counts = share_out(weights, lengths[band] - on_plan[band])
        for role, children in zip(
            (*others, Role.NEED, Role.PROTECTION), (*counts, on_plan[band]), strict=True
        ):
            alone = role in (Role.ASYLUM, Role.DISABILITY, Role.LEAVER)
            sizes = family_sizes(children, rng, single=alone)
            n = len(sizes)
            least = max(lowest, 26) if role is Role.PROTECTION else 0 if band == 0 else lowest
            age = least + (rng.beta(1.0, 1.65 if band == 0 else 1.15, n) * (highest - least + 1)).astype(
                np.int64
            )
            if band == 4:
                longest = 3600 if role is Role.LEAVER else 2500 if role is Role.NEED else 4200
                least = 900 if role is Role.LEAVER else lowest
                age = np.minimum(least + rng.exponential(700, n).astype(np.int64), longest)
            start = as_at - age
            moved = weekdays(start)
            start = np.where(as_at - moved <= highest, moved, start)
            parts.append((start, np.full(n, NEVER), sizes, np.full(n, Kind.OPEN), np.full(n, role)))
    return parts


def _ended(shape: Shape, last: int, before: int, busy: float, rng: np.random.Generator) -> list[Part]:
    """Episodes that ended in (before, last]."""
    counts = shape.ended_by_length
    referrals = shape.total("c1", "Referrals")
    started = referrals - shape.total("c1", "No_Further_Action") - shape.total("c1", "Not_in_Need")
    inside = share_out(STARTED_IN_YEAR, started - sum(shape.open_by_length[:3]))
    inside = [min(a, b) for a, b in zip(inside, counts, strict=True)]
    published = Shape(2124).ended_by_length
    parts: list[Part] = []
    for band, (lowest, highest) in enumerate(SPANS):
        for both, children in ((True, inside[band]), (False, counts[band] - inside[band])):
            weights = [ENDED_ROLES[r][band] for r in ENDED_ROLES]
            weights.append(published[band] - sum(weights))
            for role, n_children in zip(
                (*ENDED_ROLES, Role.NEED), share_out(weights, round(children * busy)), strict=True
            ):
                sizes = family_sizes(n_children, rng, single=role is Role.DISABILITY)
                n = len(sizes)
                if band == 4:
                    length = np.minimum(lowest + rng.exponential(550, n).astype(np.int64), 3300)
                elif band == 0 and not both:
                    length = 12 + (rng.beta(1.4, 1.0, n) * (highest - 11)).astype(np.int64)
                else:
                    length = lowest + (rng.random(n) * (highest - lowest + 1)).astype(np.int64)
                if both:
                    first_end, last_end = before + 5 + length, np.full(n, last)
                else:
                    first_end = np.full(n, before + 4)
                    last_end = np.minimum(before - 3 + length, last)
                end = first_end + (rng.random(n) * (last_end - first_end + 1)).astype(np.int64)
                end = np.clip(end, before + 1, last)
                start = weekdays(end - length)
                moved = weekdays(end)
                end = np.where((moved > np.maximum(before, start)) & (moved - start >= lowest), moved, end)
                parts.append((start, end, sizes, np.full(n, Kind.ENDED), np.full(n, role)))
    return parts


def link(cases: Cases, shape: Shape, as_at: int, rng: np.random.Generator) -> None:
    """Chain cases into families: who was referred before, and when (sets `before` and `family`).

    A re-referral starts 1 to 350 days after its family's previous one started; any other return at least 385
    days after, so that the re-referrals of the last year are the published number however a year is counted.
    """
    ends = [int(plus_months(np.array([as_at]), -12 * k)[0]) for k in range(YEARS + 1)]
    share = shape.total("c1", "Re_referrals") / max(shape.total("c1", "Referrals"), 1)
    free = _Free(cases)
    for k in range(YEARS):
        inside = np.flatnonzero((cases.start > ends[k + 1]) & (cases.start <= ends[k]))
        children = int(cases.size[inside].sum())
        left = shape.total("c1", "Re_referrals") if k == 0 else round(children * share)
        for case in rng.permutation(inside).tolist():
            if left == 0:
                break
            if cases.size[case] <= left and free.follow(case, 1, 350, rng):
                left -= int(cases.size[case])
        rest = inside[cases.before[inside] < 0]
        for case in rng.permutation(rest)[: len(rest) // 12].tolist():
            free.follow(case, 385, 1500, rng)
    families = 0
    for case in np.argsort(cases.start, kind="stable").tolist():
        earlier = int(cases.before[case])
        if earlier < 0:
            cases.family[case], families = families, families + 1
        else:
            cases.family[case] = cases.family[earlier]


class _Free:
    """Closed cases that no later case follows yet, by size of family and day of referral."""

    def __init__(self, cases: Cases) -> None:
        self._cases = cases
        self._pools: dict[int, tuple[Ints, Days]] = {}
        self._taken = np.zeros(len(cases), dtype=bool)
        closed = np.flatnonzero((cases.end < NEVER) & (cases.role == Role.NEED))
        for size in range(1, 6):
            pool = closed[cases.size[closed] == size]
            pool = pool[np.argsort(cases.start[pool], kind="stable")]
            self._pools[size] = (pool, cases.start[pool])

    def follow(self, case: int, least: int, most: int, rng: np.random.Generator) -> bool:
        """Make the case follow a free one that started least..most days before it and ended before it."""
        cases = self._cases
        pool, starts = self._pools[int(cases.size[case])]
        start = int(cases.start[case])
        low, high = np.searchsorted(starts, [start - most, start - least + 1])
        if low >= high:
            return False
        for place in rng.integers(low, high, 12).tolist():
            earlier = int(pool[place])
            if not self._taken[earlier] and cases.end[earlier] < start and self._may_grow(earlier, case):
                self._taken[earlier] = True
                cases.before[case] = earlier
                return True
        return False

    def _may_grow(self, earlier: int, case: int) -> bool:
        """Care leavers and unaccompanied children come without an earlier family case here."""
        return self._cases.role[case] not in (Role.LEAVER, Role.ASYLUM) and earlier != case
