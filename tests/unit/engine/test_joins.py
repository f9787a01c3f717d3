"""Events and Holder against brute force: every group, every day."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from kpi_engine.days import NEVER
from kpi_engine.joins import Events, Holder, greater_id

LONG_AGO = -1_000_000
days = st.integers(0, 12)
some_days = st.one_of(days, st.just(NEVER))
groups = st.integers(-1, 2)


def array(values: object) -> np.ndarray:
    return np.array(values, dtype=np.int64)


@given(
    st.lists(st.tuples(groups, some_days), max_size=12),
    st.lists(st.tuples(groups, days, some_days), max_size=6),
)
def test_events_inside_a_stretch(
    happened: list[tuple[int, int]], stretches: list[tuple[int, int, int]]
) -> None:
    events = Events(array([g for g, _ in happened]), array([d for _, d in happened]))
    group, first, last = (array([s[n] for s in stretches]) for n in range(3))
    place, when = events.inside(group, first, last)
    expected = [
        (row, d)
        for row, (g, low, high) in enumerate(stretches)
        for d in sorted({d for one, d in happened if one == g and g >= 0 and d < NEVER and low <= d <= high})
    ]
    assert list(zip(place.tolist(), when.tolist(), strict=True)) == expected


@given(st.lists(st.tuples(groups, some_days), max_size=12), groups, some_days)
def test_the_first_and_the_last_event(happened: list[tuple[int, int]], group: int, on: int) -> None:
    events = Events(array([g for g, _ in happened]), array([d for _, d in happened]))
    mine = [d for g, d in happened if g == group and g >= 0 and d < NEVER]
    assert events.first(array([group]), array([on])).tolist() == [
        min((d for d in mine if d >= on), default=NEVER)
    ]
    assert events.last(array([group]), array([on])).tolist() == [
        max((d for d in mine if d <= on), default=LONG_AGO)
    ]


rows = st.lists(
    st.tuples(groups, some_days, some_days, st.sampled_from(["1", "2", "9", "10", "a", "b"])), max_size=8
)


@given(rows, groups, days)
def test_who_holds_on_a_day(held: list[tuple[int, int, int, str]], group: int, on: int) -> None:
    """Latest start, then greatest id (as numbers when both are digits, else as text)."""
    holder = Holder(
        array([r[0] for r in held]), array([r[1] for r in held]), array([r[2] for r in held]),
        np.array([r[3] for r in held], dtype=object),
    )  # fmt: skip
    best: int | None = None
    for row, (g, start, end, one) in enumerate(held):
        if g != group or g < 0 or start >= NEVER or not start <= on < end:
            continue
        if (
            best is None
            or start > held[best][1]
            or (start == held[best][1] and greater_id(one, held[best][3]) > 0)
        ):
            best = row
    found = int(holder.at(array([group]), array([on]))[0])
    if best is None:
        assert found == -1
    else:
        same = [
            n
            for n, r in enumerate(held)
            if r == held[best] or (r[:2] == held[best][:2] and r[3] == held[best][3])
        ]
        assert found in same


@given(rows, groups, days)
def test_who_held_last(held: list[tuple[int, int, int, str]], group: int, on: int) -> None:
    holder = Holder(
        array([r[0] for r in held]), array([r[1] for r in held]), array([r[2] for r in held]),
        np.array([r[3] for r in held], dtype=object),
    )  # fmt: skip
    ends = [e for g, s, e, _ in held if g == group and g >= 0 and s < NEVER and s <= e <= on]
    row, ended = holder.ended_by(array([group]), array([on]))
    if not ends:
        assert row.tolist() == [-1]
    else:
        assert ended.tolist() == [max(ends)]
        assert held[int(row[0])][2] == max(ends)


def test_ids_compare_as_numbers_when_both_are() -> None:
    assert greater_id("10", "9") > 0
    assert greater_id("a10", "a9") < 0
    assert greater_id("10", "a") < 0
    assert greater_id("7", "7") == 0
