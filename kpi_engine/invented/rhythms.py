"""Events that keep a rhythm (visits, reviews, meetings): mostly in time, some late, some not yet done.

All subjects advance together, one event at a time, so that a long history takes a few array operations.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from kpi_engine import working_days
from kpi_engine.days import Days, Mask
from kpi_engine.invented.allotting import Ints, pick_whole

Due = Callable[[int, Days, Ints], Days]
"""(how many events so far, day of the previous event or the start, subjects) -> day the next one is due."""


class Events(NamedTuple):
    """Events by subject and day, ordered by subject, then day."""

    subject: Ints
    day: Days


def keep(
    start: Days,
    end: Days,
    as_at: int,
    due: Due,
    rng: np.random.Generator,
    *,
    overdue: float = 0.0,
    weight: Ints | None = None,
    certainly: Mask | None = None,
    days_over: tuple[float, int] = (9.0, 2),
    late: float = 0.05,
    late_first: NDArray[np.float64] | None = None,
    late_by: int = 2,
    late_days: float = 7.0,
    skipped: float = 0.02,
    soonest: float = 0.6,
) -> Events:
    """The events of each subject from its start to its end or as_at.

    overdue: share of the open subjects whose next event is overdue on as_at, by `days_over` (mean of what is
    added, least) days; weight: children of each subject, when the share is one of children; certainly:
    subjects overdue besides, if their start leaves room. All others are up to date on as_at.
    late: chance that an event comes after its due date; late_first: that of each subject's first event
    instead; late_by: the least days it comes late, late_days: the mean of what is added to them. skipped:
    chance that the last duty before the end of an ended subject is never done. soonest: the earliest share
    of the interval at which an event happens.
    """
    count = len(start)
    everyone = np.arange(count)
    over = days_over[1] + rng.exponential(days_over[0], count).astype(np.int64)
    usual = due(3, np.full(count, as_at), everyone) - as_at
    last_done = as_at - over - usual
    first_due = due(0, start, everyone)
    able = (end > as_at) & ((last_done >= start) | ((first_due < as_at) & (first_due > as_at - 45)))
    behind = able & certainly if certainly is not None else np.zeros(count, dtype=bool)
    sizes = np.ones(count, dtype=np.int64) if weight is None else weight
    wanted = int(sizes[end > as_at].sum() * overdue + 0.5) - int(sizes[behind].sum())
    behind[pick_whole(np.flatnonzero(able & ~behind), sizes, max(wanted, 0), rng)] = True
    stop = np.where(behind, last_done, np.minimum(end, as_at))
    gives_up = (end <= as_at) & (rng.random(count) < skipped)

    active, last, step = everyone[stop >= start], start[stop >= start], 0
    subjects: list[Ints] = []
    days: list[Days] = []
    while len(active):
        limit = due(step, last, active)
        gap = np.maximum(limit - last, 1)
        share = soonest + (1 - soonest) * rng.random(len(active))
        on = last + np.maximum((gap * share).astype(np.int64), 1)
        chance = late if late_first is None or step > 0 else late_first[active]
        tardy = rng.random(len(active)) < chance
        on = np.where(tardy, limit + late_by - 1 + rng.geometric(1 / late_days, len(active)), on)
        on = _on_a_working_day(on, last)
        end_here = stop[active]
        squeeze = (on > end_here) & (limit < end_here) & ~gives_up[active]
        squeezed = _on_a_working_day(np.maximum(limit - rng.integers(0, 4, len(active)), last + 1), last)
        on = np.where(squeeze, np.minimum(squeezed, end_here), on)
        closing = (on > end_here) & behind[active] & (end_here > last)
        on = np.where(closing, end_here, on)
        happens = on <= end_here
        subjects.append(active[happens])
        days.append(on[happens])
        active, last = active[happens & ~closing], on[happens & ~closing]
        step += 1
    if not subjects:
        return Events(np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64))
    subject, day = np.concatenate(subjects), np.concatenate(days)
    order = np.lexsort((day, subject))
    return Events(subject[order], day[order])


def _on_a_working_day(on: Days, after: Days) -> Days:
    """The last working day up to each day, if it is later than `after`; else the day itself."""
    back = working_days.add(on, 0)
    return np.where((back > after) & (back <= on), back, on)


def later(start: Days, count: Ints) -> Days:
    """The count-th working day after each start (before it, where negative), a count for each start."""
    return working_days.add(start, count)  # type: ignore[arg-type]


def unlucky(count: int, chance: float, rng: np.random.Generator) -> Mask:
    """A mask with round(count x chance) subjects set: a steady share, also in a small authority."""
    out = np.zeros(count, dtype=bool)
    out[rng.permutation(count)[: int(count * chance + 0.5)]] = True
    return out
