"""The world as at a date: populations, owners, ledger cuts, each worked out once (rules 2 and 3)."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from kpi_engine.clocks import EVER
from kpi_engine.days import NEVER, Mask
from kpi_engine.facts import NOBODY, Codes
from kpi_engine.ledger import Cut
from kpi_engine.world import World

if TYPE_CHECKING:
    from kpi_engine.ledger import Ledger
    from kpi_engine.sheet import Sheet


class View:
    """Everything as at day D. Children are codes; masks are indexed by child code."""

    def __init__(self, world: World, ledger: Ledger, as_at: int) -> None:
        self.world, self.facts, self.ledger, self.as_at = world, world.facts, ledger, as_at
        self._open: dict[str, Cut] = {}
        self.sheets: dict[str, Sheet] = {}

    def open(self, clock: str) -> Cut:
        """The rows of a clock that are overdue or due on D."""
        if clock not in self._open:
            self._open[clock] = self.ledger.open(clock, self.as_at)
        return self._open[clock]

    def cut(self, clock: str) -> Cut:
        """All ledger rows of a clock as at D: many, so they are not kept."""
        return self.ledger.cut(clock, self.as_at)

    # Owners

    @cached_property
    def owners(self) -> tuple[Codes, Codes]:
        """(worker, team) of every child on D, by child code."""
        return self.world.allocation.of(np.arange(len(self.facts.children.ids)), self.as_at)

    # Populations (rules 2), as masks by child code

    def _mark(self, children: Codes) -> Mask:
        out = np.zeros(len(self.facts.children.ids), dtype=bool)
        out[children[children >= 0]] = True
        return out

    @cached_property
    def minor(self) -> Mask:
        """Under 18 on D; a child without a date of birth counts as under 18."""
        return self.world.adult_from > self.as_at

    @cached_property
    def open_episodes(self) -> Codes:
        """Rows of ssd_cin_episodes open on D."""
        frame = self.facts["ssd_cin_episodes"]
        return np.flatnonzero(
            (frame.day("cine_referral_date") <= self.as_at)
            & (frame.day("cine_close_date") > self.as_at)
            & ~frame.flag("cine_referral_nfa")
        )

    @cached_property
    def open_cp_plans(self) -> Codes:
        """Rows of ssd_cp_plans open on D, this authority's."""
        frame = self.facts["ssd_cp_plans"]
        return np.flatnonzero(self._cp_running & ~frame.flag("cppl_cp_plan_ola"))

    @cached_property
    def _cp_running(self) -> Mask:
        frame = self.facts["ssd_cp_plans"]
        return (frame.day("cppl_cp_plan_start_date") <= self.as_at) & (
            frame.day("cppl_cp_plan_end_date") > self.as_at
        )

    @cached_property
    def on_cp_plan(self) -> Mask:
        return self._mark(self.facts["ssd_cp_plans"].child[self.open_cp_plans])

    @cached_property
    def elsewhere_cp(self) -> Mask:
        """Here on another authority's plan."""
        frame = self.facts["ssd_cp_plans"]
        return self._mark(frame.child[self._cp_running & frame.flag("cppl_cp_plan_ola")])

    @cached_property
    def looked_after(self) -> Mask:
        care = self.world.care
        open_ = (
            (care.valid_from <= self.as_at) & (self.as_at < care.valid_to)
            & (care.start <= self.as_at) & (care.end > self.as_at)
        )  # fmt: skip
        return self._mark(care.child[open_]) & self.minor

    @cached_property
    def cin(self) -> Mask:
        children = self._mark(self.facts["ssd_cin_episodes"].child[self.open_episodes])
        return children & self.minor & ~self.on_cp_plan & ~self.looked_after & ~self.elsewhere_cp

    @cached_property
    def open_cin_plans(self) -> Codes:
        """Rows of ssd_cin_plans open on D."""
        frame = self.facts["ssd_cin_plans"]
        return np.flatnonzero(
            (frame.day("cinp_cin_plan_start_date") <= self.as_at) & (self.world.cin_plan_end > self.as_at)
        )

    @cached_property
    def cin_plan(self) -> Mask:
        return self._mark(self.facts["ssd_cin_plans"].child[self.open_cin_plans])

    @cached_property
    def held(self) -> Mask:
        """Children who count in caseloads: looked after, on a CP plan or CIN, once each."""
        return self.looked_after | self.on_cp_plan | self.cin

    def case_type(self, child: int) -> str | None:
        """LAC, CP or CIN: counted once, in that order."""
        for name, mask in (("LAC", self.looked_after), ("CP", self.on_cp_plan), ("CIN", self.cin)):
            if child >= 0 and mask[child]:
                return name
        return None

    # Staff

    @cached_property
    def in_post(self) -> Mask:
        """Rows of local_staff in post on D (start <= D, end empty or after D; no start date counts as started)."""
        staff = self.facts["local_staff"]
        start = staff.day("start_date")
        return (np.where(start >= NEVER, EVER, start) <= self.as_at) & (staff.day("end_date") > self.as_at)

    @cached_property
    def children_of_worker(self) -> Codes:
        """Children held on D by worker code."""
        workers = self.owners[0][self.held]
        return np.bincount(workers[workers != NOBODY], minlength=len(self.facts.workers.ids) + 1)
