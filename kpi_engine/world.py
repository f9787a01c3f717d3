"""The world: facts with everything derived from them once, whatever the as-at date."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from kpi_engine.allocation import ALLOCATED_ROLES, Allocation
from kpi_engine.care import CarePeriods, care_periods
from kpi_engine.days import NEVER, Days, birthday
from kpi_engine.extracts.raw import Extract
from kpi_engine.facts import NOBODY, Codes, Facts
from kpi_engine.timescales import Timescale, timescales

T = TypeVar("T")


class World:
    """An extract with its care periods, allocation and limits."""

    def __init__(
        self, extract: Extract, home: Path | None = None, roles: tuple[str, ...] = ALLOCATED_ROLES
    ) -> None:
        self.facts = Facts(extract)
        self.limits: dict[str, Timescale] = timescales(home)
        self.home = home
        self._roles = roles
        self._once: dict[Callable[[World], Any], Any] = {}

    def once(self, made: Callable[[World], T]) -> T:
        """What a function makes of this world, made once; not to be changed."""
        if made not in self._once:
            self._once[made] = made(self)
        found: T = self._once[made]
        return found

    @cached_property
    def allocation(self) -> Allocation:
        return Allocation(self.facts, self._roles)

    @cached_property
    def care(self) -> CarePeriods:
        return care_periods(self.facts)

    def birthday(self, child: Codes, age: int) -> Days:
        """The day each child reaches an age; NEVER where the date of birth or the child is unknown."""
        born = np.append(self.facts.born, NEVER)
        return birthday(born[np.where(child == NOBODY, len(born) - 1, child)], age)

    @cached_property
    def adult_from(self) -> Days:
        """The 18th birthday of every child, by child code; NEVER where the date of birth is unknown."""
        return birthday(self.facts.born, 18)

    def closes(self, referral_ids: NDArray[np.object_]) -> Days:
        """The close date of each referral; NEVER where it is open, not named or unknown."""
        episode = self.facts["ssd_cin_episodes"]
        row = rows_by_id(episode.text("cine_referral_id"), referral_ids)
        close = np.append(episode.day("cine_close_date"), NEVER)
        return np.asarray(close[row], dtype=np.int64)

    @cached_property
    def cin_plan_end(self) -> Days:
        """The end of each CIN plan: its end date, the close of its referral, the 18th birthday; the earliest."""
        plan = self.facts["ssd_cin_plans"]
        end: Days = np.minimum.reduce(
            [
                plan.day("cinp_cin_plan_end_date"),
                self.closes(plan.text("cinp_referral_id")),
                self.birthday(plan.child, 18),
            ]
        )
        return end


def rows_by_id(ids: NDArray[np.object_], wanted: NDArray[np.object_]) -> Codes:
    """The first row with each wanted id; -1 (the last place of an array with one appended) where there is none."""
    code, unique = pd.factorize(ids)
    first = np.zeros(len(unique) + 1, dtype=np.int64)
    first[code[::-1]] = np.arange(len(ids))[::-1]
    first[-1] = -1
    found = pd.Index(unique, dtype=object).get_indexer(pd.Index(wanted, dtype=object))
    return np.where(np.asarray(wanted == "", dtype=bool), -1, first[found])
