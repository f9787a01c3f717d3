"""Two joins that the clocks need: events inside a stretch of days, and who held something on a day."""

from __future__ import annotations

from functools import cmp_to_key

import numpy as np
from numpy.typing import NDArray

from kpi_engine.days import NEVER, Days, Mask

Codes = NDArray[np.int64]
_SPAN = 4_000_000
"""Larger than any day number, so that group * _SPAN + day orders by group, then by day (days before 1970 included)."""
_SHIFT = 1_000_000


def _keys(group: Codes, days: Days) -> NDArray[np.int64]:
    return group * _SPAN + days + _SHIFT


class Events:
    """Days on which something happened to members of a group (a child, a plan), ready to be looked up by range."""

    def __init__(self, group: Codes, days: Days) -> None:
        real = (group >= 0) & (days < NEVER)
        keys = np.sort(_keys(group[real], days[real]))  # sorting beats the hashing of np.unique by far
        self._keys = keys[np.append(True, keys[1:] != keys[:-1])[: len(keys)]]

    def inside(self, group: Codes, first: Days, last: Days) -> tuple[Codes, Days]:
        """For each stretch, its event days from first to last, both included: (place of the stretch, day)."""
        low = np.searchsorted(self._keys, _keys(group, np.minimum(first, NEVER)), "left")
        high = np.searchsorted(self._keys, _keys(group, np.minimum(last, NEVER)), "right")
        count = np.where(group >= 0, np.maximum(high - low, 0), 0)
        stretch = np.repeat(np.arange(len(group)), count)
        offset = np.arange(len(stretch)) - np.repeat(np.cumsum(count) - count, count)
        found = self._keys[np.repeat(low, count) + offset]
        return stretch, found % _SPAN - _SHIFT

    def first(self, group: Codes, start: Days) -> Days:
        """The earliest event day on or after each start; NEVER if there is none."""
        if not len(self._keys):
            return np.full(len(group), NEVER, dtype=np.int64)
        place = np.searchsorted(self._keys, _keys(group, np.minimum(start, NEVER)), "left")
        found = self._keys[np.minimum(place, len(self._keys) - 1)]
        good = (place < len(self._keys)) & (found // _SPAN == group) & (group >= 0)
        return np.where(good, found % _SPAN - _SHIFT, NEVER)

    def last(self, group: Codes, upto: Days) -> Days:
        """The latest event day on or before each day; -1_000_000 if there is none."""
        if not len(self._keys):
            return np.full(len(group), -_SHIFT, dtype=np.int64)
        place = np.searchsorted(self._keys, _keys(group, np.minimum(upto, NEVER)), "right") - 1
        found = self._keys[np.maximum(place, 0)]
        good = (place >= 0) & (found // _SPAN == group) & (group >= 0)
        return np.where(good, found % _SPAN - _SHIFT, -_SHIFT)


def greater_id(one: str, other: str) -> int:
    """Compare two ids: as numbers when both are digits only, else as text (rules 3.5)."""
    left: int | str = one
    right: int | str = other
    if one.isdigit() and other.isdigit():
        left, right = int(one), int(other)
    return (left > right) - (left < right)  # type: ignore[operator]


class Holder:
    """Rows with a start and an end (half-open), of which one holds on each day: latest start, then greatest id."""

    def __init__(
        self, group: Codes, start: Days, end: Days, ids: NDArray[np.object_], keep: Mask | None = None
    ) -> None:
        real = (group >= 0) & (start < NEVER) & (end >= start)
        rows = np.flatnonzero(real if keep is None else real & keep)
        order = rows[np.lexsort((start[rows], group[rows]))]
        order = _ties_by_id(order, group, start, ids)
        by_end = order[np.lexsort((np.arange(len(order)), end[order], group[order]))]
        self._end_keys = _keys(group[by_end], end[by_end])
        self._end_rows, self._end_days, self._end_group = by_end, end[by_end], group[by_end]
        # A row that ends on the day it starts holds on no day, but can be reached back to.
        order = order[end[order] > start[order]]
        self._group, self._start, self._end, self._rows = group[order], start[order], end[order], order
        self._build()

    def _build(self) -> None:
        """Breakpoints (group, day) -> row that holds from then on, -1 = none."""
        count = len(self._rows)
        same_next = np.zeros(count, dtype=bool)
        next_start = np.full(count, NEVER, dtype=np.int64)
        if count > 1:
            same_next[:-1] = self._group[1:] == self._group[:-1]
            next_start[:-1] = np.where(same_next[:-1], self._start[1:], NEVER)
        overlap = same_next & (self._end > next_start)
        messy = np.unique(self._group[overlap])
        simple = ~np.isin(self._group, messy)
        closes = simple & (self._end < next_start)
        keys = [
            _keys(self._group[simple], self._start[simple]),
            _keys(self._group[closes], self._end[closes]),
        ]
        holds = [self._rows[simple], np.full(int(closes.sum()), -1, dtype=np.int64)]
        for group in messy:
            lo, hi = np.searchsorted(self._group, group, "left"), np.searchsorted(self._group, group, "right")
            starts, ends, rows = self._start[lo:hi], self._end[lo:hi], self._rows[lo:hi]
            days = np.unique(np.concatenate([starts, ends[ends < NEVER]]))
            winner = [int(max(np.flatnonzero((starts <= d) & (ends > d)), default=-1)) for d in days]
            keys.append(_keys(np.full(len(days), group), days))
            holds.append(np.array([rows[w] if w >= 0 else -1 for w in winner], dtype=np.int64))
        every = np.concatenate(keys)
        held = np.concatenate(holds)
        order = np.argsort(every, kind="stable")
        self._keys, self._holds = every[order], held[order]

    def at(self, group: Codes, days: Days | int) -> Codes:
        """The row that holds for each group on each day, -1 = none."""
        group = np.asarray(group, dtype=np.int64)
        if not len(self._keys):
            return np.full(len(group), -1, dtype=np.int64)
        wanted = np.minimum(np.broadcast_to(np.asarray(days, dtype=np.int64), group.shape), NEVER)
        place = np.searchsorted(self._keys, _keys(group, wanted), "right") - 1
        found = np.maximum(place, 0)
        good = (place >= 0) & (self._keys[found] // _SPAN == group) & (group >= 0)
        return np.where(good, self._holds[found], -1)

    def ended_by(self, group: Codes, days: Days) -> tuple[Codes, Days]:
        """The row with the latest end on or before each day, and that end; -1 = none."""
        if not len(self._end_keys):
            return np.full(len(group), -1, dtype=np.int64), np.full(len(group), -_SHIFT, dtype=np.int64)
        place = np.searchsorted(self._end_keys, _keys(group, np.minimum(days, NEVER - 1)), "right") - 1
        found = np.maximum(place, 0)
        good = (place >= 0) & (self._end_group[found] == group) & (group >= 0)
        return np.where(good, self._end_rows[found], -1), np.where(good, self._end_days[found], -_SHIFT)


def _ties_by_id(order: Codes, group: Codes, start: Days, ids: NDArray[np.object_]) -> Codes:
    """Put rows of one group and one start in order of id."""
    if len(order) < 2:
        return order
    tied = (group[order][1:] == group[order][:-1]) & (start[order][1:] == start[order][:-1])
    out = order.copy()
    place = 0
    while place < len(tied):
        if not tied[place]:
            place += 1
            continue
        stop = place
        while stop < len(tied) and tied[stop]:
            stop += 1
        tied_rows: list[int] = out[place : stop + 1].tolist()
        by_id = cmp_to_key(greater_id)
        out[place : stop + 1] = sorted(tied_rows, key=lambda row: by_id(str(ids[row])))
        place = stop + 1
    return out
