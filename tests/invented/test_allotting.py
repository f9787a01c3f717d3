"""Whole children dealt out exactly."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from kpi_engine.invented.allotting import allot, family_sizes, pick, pick_whole, spread
from kpi_engine.invented.published import Shape, share_out


@given(st.lists(st.integers(0, 900), min_size=1, max_size=9).filter(any), st.integers(0, 5000))
def test_shares_add_up_and_lie_within_one_of_the_exact_share(weights: list[int], total: int) -> None:
    parts = share_out(weights, total)
    assert sum(parts) == total
    assert all(abs(p - w * total / sum(weights)) < 1 for p, w in zip(parts, weights, strict=True))


@given(st.integers(0, 400), st.integers(0, 99))
def test_families_add_up_to_the_children(children: int, seed: int) -> None:
    sizes = family_sizes(children, np.random.default_rng(seed))
    assert sizes.sum() == children
    assert len(sizes) == 0 or (sizes.min() >= 1 and sizes.max() <= 5)


@given(st.integers(1, 60), st.integers(0, 99))
def test_bands_get_their_children_when_there_is_room(families: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    sizes = rng.integers(1, 5, families)
    group, _ = spread(sizes)
    capacity = rng.integers(20, 100, families)[group]
    room = int((capacity >= 31).sum())
    bands = [(0, 10, len(group) - room), (31, 200, room)]
    value = allot(capacity, group, bands, rng)
    assert int((value >= 31).sum()) == room
    assert (value <= capacity).all()
    assert (value >= 0).all()


@given(st.integers(1, 60), st.integers(0, 99))
def test_picked_families_reach_exactly_the_children_asked_for(families: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    sizes = rng.integers(1, 5, families)
    children = int(rng.integers(0, sizes.sum() + 1))
    chosen, members = pick(np.arange(families), sizes, children, rng)
    assert members.sum() == children
    assert (members <= sizes[chosen]).all()
    assert len(set(chosen.tolist())) == len(chosen)
    alone = np.ones(families, dtype=np.int64)
    assert len(pick_whole(np.arange(families), alone, min(children, families), rng)) == min(
        children, families
    )


def test_the_published_size_gives_the_published_figures() -> None:
    shape = Shape(2124)
    assert shape.open_by_length == [549, 266, 276, 249, 784]
    assert shape.assessments_by_duration == [155, 355, 919, 781, 396, 292, 141, 196, 583]
    assert shape.conferences_by_duration == [40, 320, 29, 78]
    assert sum(shape.ended_by_reason.values()) == 2041
    assert (shape.total("d6", "CPP_At31_3Months"), shape.total("d6", "Reviewed_within_timescales")) == (
        212,
        202,
    )
