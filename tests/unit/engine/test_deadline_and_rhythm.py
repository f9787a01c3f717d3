"""Deadline and Rhythm against a plain loop over one record at a time."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from kpi_engine.clocks import EVER, Regimes, chain, deadlines, empty, joined, rhythm, steps
from kpi_engine.days import NEVER
from kpi_engine.joins import Events
from kpi_engine.timescales import Timescale, shipped

some_day = st.one_of(st.integers(0, 40), st.just(NEVER))


def array(values: object) -> np.ndarray:
    return np.array(values, dtype=np.int64)


def regimes_of(stretches: list[tuple[int, int, int, int]]) -> Regimes:
    """(group, line, start, end) each."""
    group, line, start, end = (array([s[n] for s in stretches]) for n in range(4))
    count = len(stretches)
    return Regimes(
        child=group, subject=np.array([f"S{n}" for n in line], dtype=object), group=group, line=line, start=start,
        end=end, valid_from=np.full(count, EVER), valid_to=np.full(count, NEVER + 1), place=np.arange(count),
    )  # fmt: skip


def plain_rows(start: int, end: int, events: list[int], accept_start: bool) -> list[tuple[int, int]]:
    """(start, done) of each row of one regime, by the words of rules 4."""
    if start >= NEVER:
        return []
    counted = sorted(
        {e for e in events if (e >= start if accept_start else e > start) and e <= end and e < NEVER}
    )
    rows, begun, last = [], start, None
    while begun < end:
        following = [e for e in counted if (e > last if last is not None else True)]
        done = following[0] if following else NEVER
        rows.append((begun, done))
        if done == NEVER:
            break
        begun = last = done
    return rows


@given(
    st.lists(st.tuples(st.integers(0, 2), some_day, some_day), min_size=1, max_size=5),
    st.lists(st.tuples(st.integers(0, 2), some_day), max_size=12),
    st.booleans(),
)
def test_a_rhythm_is_a_chain_inside_its_regime(
    stretches: list[tuple[int, int, int]], happened: list[tuple[int, int]], accept_start: bool
) -> None:
    regimes = regimes_of([(g, n, s, e) for n, (g, s, e) in enumerate(stretches)])
    events = Events(array([g for g, _ in happened]), array([d for _, d in happened]))
    rows = chain(regimes, events, accept_start=accept_start)
    duties = rhythm(regimes, rows, rows.start + 10, False)
    for line, (group, start, end) in enumerate(stretches):
        mine = duties.subject == f"S{line}"
        found = list(zip(duties.start[mine].tolist(), duties.done[mine].tolist(), strict=True))
        expected = plain_rows(start, end, [d for g, d in happened if g == group], accept_start)
        assert sorted(found) == sorted(expected)
        assert sorted(duties.sequence[mine].tolist()) == list(range(1, len(expected) + 1))
        assert (duties.ended[mine] == end).all()


@given(st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40)), min_size=1, max_size=5))
def test_the_sequence_runs_on_through_all_stretches_of_a_subject(stretches: list[tuple[int, int]]) -> None:
    regimes = regimes_of([(0, 7, s, e) for s, e in stretches])
    rows = chain(regimes, Events(array([0, 0, 0]), array([5, 15, 25])))
    duties = rhythm(regimes, rows, rows.start + 10, False)
    in_order = np.argsort(duties.sequence)
    assert duties.sequence[in_order].tolist() == list(range(1, len(duties) + 1))
    assert (np.diff(duties.start[in_order]) >= 0).all()


@given(st.lists(st.tuples(some_day, some_day, some_day), min_size=1, max_size=8), st.booleans())
def test_a_deadline_counts_what_is_done_inside_it(records: list[tuple[int, int, int]], own: bool) -> None:
    start, done, ended = (array([r[n] for r in records]) for n in range(3))
    made = deadlines(
        np.arange(len(records)), np.array([str(n) for n in range(len(records))], dtype=object), start=start,
        due=start + 10, done=done, ended=ended, own=own,
    )  # fmt: skip
    for row, (begun, finished, end) in enumerate(records):
        early = finished < begun < NEVER
        too_late = not own and finished > end
        assert made.done[row] == (NEVER if early or too_late else finished)
        assert made.doubt[row] == early


def test_the_first_limits_apply_in_turn_and_the_last_one_on() -> None:
    limits = [shipped()[name] for name in ("lac_review_first", "lac_review_second", "lac_review_next")]
    start = array([20000] * 5)
    due, wd = steps(array([1, 2, 3, 4, 9]), start, limits)
    assert due.tolist() == [int(limit.due(start[:1])[0]) for limit in (*limits, limits[2], limits[2])]
    assert wd.tolist() == [limit.in_working_days for limit in (*limits, limits[2], limits[2])]


def test_squeezing_changes_no_row() -> None:
    limit: Timescale = shipped()["cp_visit"]
    start = array([20000, 20010, NEVER])
    made = deadlines(
        array([1, 1, 1]), np.array(["a", "b", "c"], dtype=object), start=start, due=limit.due(start)
    )
    small = made.squeezed()
    for rows in (np.array([True, False, True]), array([2, 0, 0]), array([])):
        for name in ("child", "subject", "start", "due", "ended", "wd", "record_team"):
            assert getattr(small.take(rows), name).tolist() == getattr(made.take(rows), name).tolist()
    assert small.child.strides == (0,)


def test_nothing_joined_is_nothing() -> None:
    assert len(joined([])) == len(empty()) == 0
