"""Sheets: the rows a number is counted from, so that a list and its count cannot disagree."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kpi_engine.days import NEVER, Days, Mask
from kpi_engine.facts import NO_TEAM, NOBODY, Codes
from kpi_engine.ledger import Cut

RowMaker = Callable[[int], dict[str, Any]]


@dataclass
class Sheet:
    """Rows of a measure, one array entry each.

    child, team, worker: codes.  met: whether the row is in the numerator.  size: the weight of a row (1), or an
    average's numerator; base: an average's denominator (1).  distinct: count children, not rows.
    doubt: the row's met is in doubt.  cut, place: the ledger rows behind it.  made: the JSON of a row that is no
    ledger row (default child, team, worker).
    """

    child: Codes
    team: Codes
    worker: Codes
    met: Mask
    size: NDArray[np.int64] | None = None
    base: NDArray[np.object_] | None = None
    distinct: bool = False
    doubt: Mask | None = None
    cut: Cut | None = None
    made: RowMaker | None = None
    index: Codes = field(default_factory=lambda: np.zeros(0, dtype=np.int64))

    def __post_init__(self) -> None:
        if len(self.index) != len(self.child):
            self.index = np.arange(len(self.child))

    def __len__(self) -> int:
        return len(self.child)

    def where(self, rows: Mask) -> Sheet:
        return Sheet(
            self.child[rows], self.team[rows], self.worker[rows], self.met[rows],
            None if self.size is None else self.size[rows], None if self.base is None else self.base[rows],
            self.distinct, None if self.doubt is None else self.doubt[rows],
            None if self.cut is None else self.cut.where(rows), self.made, self.index[rows],
        )  # fmt: skip

    def count(self) -> int:
        if not self.distinct:
            return len(self.child)
        in_order = np.sort(self.child)
        return int(np.count_nonzero(in_order[1:] != in_order[:-1])) + bool(len(in_order))

    @property
    def doubtful(self) -> Mask:
        return self.doubt if self.doubt is not None else np.zeros(len(self), dtype=bool)


def of_children(mask: Mask, owners: tuple[Codes, Codes], met: Mask | None = None) -> Sheet:
    """A sheet of distinct children, by a mask over child codes."""
    child = np.flatnonzero(mask)
    worker, team = owners
    return Sheet(child, team[child], worker[child], np.ones(len(child), dtype=bool) if met is None else met[child],
                 distinct=True)  # fmt: skip


def of_cut(cut: Cut, met: Mask | None = None) -> Sheet:
    """A sheet of ledger rows."""
    return Sheet(cut.child, cut.team, cut.worker, np.ones(len(cut), dtype=bool) if met is None else met,
                 doubt=cut.doubt, cut=cut)  # fmt: skip


@dataclass
class Events:
    """Things that happened, whatever the as-at date: a Flow, Share or Average of a period is a filter on their day.

    day: when it happened.  met_from: the day from which it is in the numerator (NEVER = not).  size: days, for
    averages.  known_from, known_until: the as-at days on which the row is there (from: default its own day; until, that
    day no more: default always).
    """

    day: Days
    child: Codes
    team: Codes
    worker: Codes
    met_from: Days | None = None
    size: NDArray[np.int64] | None = None
    known_from: Days | None = None
    known_until: Days | None = None

    def between(self, first: int, last: int, as_at: int) -> Sheet:
        """The rows from first to last, both included, as at a day."""
        rows = (self.day >= first) & (self.day <= min(last, as_at)) & (self.day < NEVER)
        if self.known_from is not None:
            rows &= self.known_from <= as_at
        if self.known_until is not None:
            rows &= as_at < self.known_until
        met = np.ones(int(rows.sum()), dtype=bool)
        if self.met_from is not None:
            met = self.met_from[rows] <= as_at
        found = Sheet(self.child[rows], self.team[rows], self.worker[rows], met,
                      None if self.size is None else self.size[rows])  # fmt: skip
        return found


def no_rows() -> Sheet:
    nothing = np.zeros(0, dtype=np.int64)
    return Sheet(nothing, nothing, nothing, np.zeros(0, dtype=bool))


__all__ = ["NOBODY", "NO_TEAM", "Events", "Sheet", "no_rows", "of_children", "of_cut"]
