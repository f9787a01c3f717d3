"""Dealing whole children into bands so that the totals come out exactly, with siblings kept together."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]

FAMILY_SIZES = (0.48, 0.29, 0.14, 0.06, 0.03)
"""Share of referrals for one child, two siblings, ... five."""


def family_sizes(children: int, rng: np.random.Generator, *, single: bool = False) -> Ints:
    """Sizes of families that add up to `children`; all ones with `single`."""
    if single or children == 0:
        return np.ones(children, dtype=np.int64)
    sizes = rng.choice(np.arange(1, 6), size=children, p=FAMILY_SIZES)
    upto = np.cumsum(sizes)
    last = int(np.searchsorted(upto, children))
    sizes = sizes[: last + 1].copy()
    sizes[-1] -= upto[last] - children
    return sizes.astype(np.int64)


def allot(
    capacity: Ints, group: Ints, bands: Sequence[tuple[int, int, int]], rng: np.random.Generator
) -> Ints:
    """A value for each child, so that each band (lowest, highest, children) gets its number of children.

    capacity: the largest value the child can take. group: siblings share a group, and so a value, save where
    a band fills up inside a family. The highest band chooses first; what cannot be placed takes the largest
    value possible.
    """
    count = int(group.max()) + 1 if len(group) else 0
    order = np.argsort(rng.permutation(count)[group], kind="stable") if count else np.zeros(0, dtype=np.int64)
    draw = rng.random(count)
    value = np.full(len(group), -1, dtype=np.int64)
    for lowest, highest, children in sorted(bands, reverse=True):
        able = order[(value[order] < 0) & (capacity[order] >= lowest)]
        chosen = able[:children]
        top = np.minimum(highest, capacity[chosen])
        value[chosen] = lowest + (draw[group[chosen]] * (top - lowest + 1)).astype(np.int64)
    left = value < 0
    value[left] = np.maximum(np.minimum(capacity[left], min((b[1] for b in bands), default=0)), 0)
    return value


def pick(candidates: Ints, sizes: Ints, children: int, rng: np.random.Generator) -> tuple[Ints, Ints]:
    """Families chosen at random until `children` are reached; of the last one only some members.

    Returns the chosen families and how many of each one's children are meant (the first ones).
    """
    shuffled = rng.permutation(candidates)
    upto = np.cumsum(sizes[shuffled])
    last = int(np.searchsorted(upto, children))
    chosen = shuffled[: last + 1] if children > 0 else shuffled[:0]
    members = sizes[chosen].copy()
    if len(chosen) and upto[len(chosen) - 1] > children:
        members[-1] -= upto[len(chosen) - 1] - children
    return chosen, members


def pick_whole(candidates: Ints, sizes: Ints, children: int, rng: np.random.Generator) -> Ints:
    """Whole families chosen at random that add up to `children` (short of it only if they cannot)."""
    out: list[int] = []
    left = children
    for family in rng.permutation(candidates):
        if left == 0:
            break
        if sizes[family] <= left:
            out.append(int(family))
            left -= int(sizes[family])
    return np.array(out, dtype=np.int64)


def spread(counts: Ints) -> tuple[Ints, Ints]:
    """For counts [2, 1]: the owners [0, 0, 1] and the places [0, 1, 0]."""
    owner = np.repeat(np.arange(len(counts)), counts)
    first = np.cumsum(counts) - counts
    return owner, np.arange(int(counts.sum())) - first[owner]
