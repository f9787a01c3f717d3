"""Child protection plans: who was on one and when, so that D1, D3, D5 and D7 come out as published."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from kpi_engine.days import NEVER, Days, Mask, plus_months
from kpi_engine.invented.allotting import Ints, allot, pick, spread
from kpi_engine.invented.cases import SPANS, YEARS, Cases, Kind, Role, weekdays
from kpi_engine.invented.published import Shape, share_out

LEAD: Final = 22
"""Days at least from the referral to the plan: a section 47 enquiry and a conference come between."""

STARTED_IN_YEAR: Final = (58, 15, 25, 0, 0)
"""Of the plans ended in the year, how many also started in it, by length."""


@dataclass
class Plans:
    """One row a plan shared by siblings, members `first` and on of the case. `end` NEVER = open."""

    case: Ints
    first: Ints
    members: Ints
    start: Days
    end: Days

    def __len__(self) -> int:
        return len(self.case)

    def children(self) -> tuple[Ints, Ints]:
        """(plan, member of the case) of every child's plan."""
        owner, place = spread(self.members)
        return owner, self.first[owner] + place


def make_plans(cases: Cases, shape: Shape, as_at: int, rng: np.random.Generator) -> Plans:
    """Every plan of the six years, and of the open ones however long they have run."""
    ends = [int(plus_months(np.array([as_at]), -12 * k)[0]) for k in range(YEARS + 1)]
    parts = [_open(cases, shape, as_at, rng)]
    taken = cases.where(Kind.OPEN, roles=(Role.PROTECTION,))
    for k in range(YEARS):
        parts.append(_ended(cases, shape, ends[k], ends[k + 1], k, taken, rng))
    now = _together(parts[0], parts[1])
    parts.append(_earlier(cases, now, shape, ends[1], rng))
    return _together(*parts)


def _together(*parts: Plans) -> Plans:
    return Plans(
        np.concatenate([p.case for p in parts]),
        np.concatenate([p.first for p in parts]),
        np.concatenate([p.members for p in parts]),
        np.concatenate([p.start for p in parts]),
        np.concatenate([p.end for p in parts]),
    )


def _open(cases: Cases, shape: Shape, as_at: int, rng: np.random.Generator) -> Plans:
    chosen = np.flatnonzero(cases.where(Kind.OPEN, roles=(Role.PROTECTION,)))
    owner, member = spread(cases.size[chosen])
    lengths = shape.plans_by_length
    edge = min(max(shape.total("d6", "CPP_At31_3Months") - sum(lengths[1:]), 0), lengths[0])
    bands = [(low, min(high, 1200), n) for (low, high), n in zip(SPANS, lengths, strict=True)]
    # The publisher's three months are 91 days: a plan of exactly 91 days counts as "3 months or less" (D5)
    # and as "at least 3 months" (D6), which is how the two published totals overlap.
    bands[0] = (SPANS[0][0], SPANS[0][1], lengths[0] - edge)
    bands.append((91, 91, edge))
    capacity = as_at - cases.start[chosen][owner] - LEAD
    length = allot(capacity, owner, bands, rng)
    start = np.where(length == 91, as_at - length, weekdays(as_at - length))
    key, place, members = np.unique(
        np.stack([chosen[owner], start]), axis=1, return_index=True, return_counts=True
    )
    return Plans(key[0], member[place], members, key[1], np.full(len(members), NEVER))


def _ended(
    cases: Cases,
    shape: Shape,
    last: int,
    before: int,
    years_ago: int,
    taken: Mask,
    rng: np.random.Generator,
) -> Plans:
    """Plans ended in (before, last], each in a case that nobody has taken yet; fewer in earlier years."""
    newest = years_ago == 0
    busy = 1.0 if newest else 0.9 - 0.02 * years_ago
    ended = shape.plans_ended_by_length
    started = shape.total("d1", "CPP_start") - sum(shape.plans_by_length[:3])
    inside = [min(a, b) for a, b in zip(share_out(STARTED_IN_YEAR, max(started, 0)), ended, strict=True)]
    parts: list[Plans] = []
    stepped_down = cases.where(Kind.OPEN, roles=(Role.NEED,)) & newest
    closing = cases.where(Kind.ENDED, roles=(Role.NEED,)) & (cases.end > before) & (cases.end <= last + 150)
    for band, (lowest, highest) in reversed(list(enumerate(SPANS))):
        for both, children in ((True, inside[band]), (False, ended[band] - inside[band])):
            hosts = np.flatnonzero((stepped_down | closing) & ~taken)
            least, most = max(lowest, 12), min(highest, 1150)
            earliest = cases.start[hosts] + LEAD + 3
            until = np.minimum(cases.end[hosts], last)
            room = np.minimum(most, until - earliest)
            length = least + (rng.random(len(hosts)) * (room - least + 1)).astype(np.int64)
            low = np.maximum(before + 4, earliest + length)
            high = until
            if both:
                low = np.maximum(low, before + 5 + length)
            else:
                high = np.minimum(high, before - 3 + length)
            fits = (room >= least) & (low <= high)
            hosts, length, low, high = hosts[fits], length[fits], low[fits], high[fits]
            back = np.where(
                cases.end[hosts] < NEVER, rng.exponential(30, len(hosts)), rng.exponential(120, len(hosts))
            )
            end = np.maximum(high - back.astype(np.int64), low)
            start = weekdays(end - length)
            moved = weekdays(end)
            end = np.where(moved > before, moved, end)
            chosen, members = pick(np.arange(len(hosts)), cases.size[hosts], round(children * busy), rng)
            taken[hosts[chosen]] = True
            first = np.zeros(len(chosen), dtype=np.int64)
            parts.append(Plans(hosts[chosen], first, members, start[chosen], end[chosen]))
    return _together(*parts)


def _earlier(cases: Cases, now: Plans, shape: Shape, year: int, rng: np.random.Generator) -> Plans:
    """An earlier plan, over before the year began, for the published number of plans started in it (D3)."""
    begun = cases.start[now.case] + LEAD
    latest = np.minimum(now.start - 110, year - 2)
    able = np.flatnonzero((now.start > year) & (latest - begun >= 70))
    chosen, members = pick(able, now.members, shape.total("d3", "CPP_subsequent"), rng)
    length = 50 + (rng.random(len(chosen)) * (np.minimum(latest[chosen] - begun[chosen], 420) - 55)).astype(
        np.int64
    )
    slack = latest[chosen] - begun[chosen] - length
    end = latest[chosen] - (rng.random(len(chosen)) * np.minimum(slack, 300)).astype(np.int64)
    return Plans(now.case[chosen], now.first[chosen], members, weekdays(end - length), weekdays(end))
