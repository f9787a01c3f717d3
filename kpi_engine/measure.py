"""The six kinds of measure. A measure is a declaration; how its kind is worked out is in `figures.py`.

Source of the words: spec/measures.md of the project's owner, after Hillingdon's improvement plan 2014-16.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

GoodIs = Literal["low", "high", "neutral"]
DefaultPeriod = Literal["as_at", "last_week", "last_month", "last_12_months"]


@dataclass(frozen=True, kw_only=True)
class Measure:
    """What every measure declares.

    slug: its one name everywhere.  title: how a card heads it.  definition: the public sentence.
    good_is: which way is better.  work_stream: of the plan, or "local".
    counts: the word after the number (children, assessments, %, months ...).
    default_period: what is meant when nothing is said.
    staff: True for supervision, appraisal and caseload by named worker (personal chat only, rights.md 4).
    briefed: whether Monday's briefing carries it.
    needs: tables without which there is no data, by name, never 0.
    """

    slug: str
    title: str
    definition: str
    good_is: GoodIs
    work_stream: str = "local"
    counts: str = "children"
    default_period: DefaultPeriod = "as_at"
    staff: bool = False
    briefed: bool = False
    needs: tuple[str, ...] = ()
    family: str = ""

    @property
    def kind(self) -> str:
        return type(self).__name__


@dataclass(frozen=True, kw_only=True)
class Backlog(Measure):
    """Overdue ledger rows of `clocks` on D, of `population`; or, without clocks, the rows of `cases`."""

    clocks: tuple[str, ...] = ()
    population: str | None = None
    cases: str | None = None
    good_is: GoodIs = "low"


@dataclass(frozen=True, kw_only=True)
class Rate(Measure):
    """done_in_time / (done_in_time + done_late + missed + overdue), of rows due (or held) in the period."""

    clocks: tuple[str, ...]
    basis: Literal["due", "held"] = "due"
    good_is: GoodIs = "high"
    counts: str = "%"
    default_period: DefaultPeriod = "last_week"


@dataclass(frozen=True, kw_only=True)
class Stock(Measure):
    """A count on D."""

    cases: str


@dataclass(frozen=True, kw_only=True)
class Flow(Measure):
    """A count of events in the period."""

    cases: str
    default_period: DefaultPeriod = "last_week"


@dataclass(frozen=True, kw_only=True)
class Share(Measure):
    """A proportion of `cases`: on D, or of those in the period."""

    cases: str
    on: Literal["as_at", "period"] = "period"
    counts: str = "%"
    default_period: DefaultPeriod = "last_week"


@dataclass(frozen=True, kw_only=True)
class Average(Measure):
    """A mean of `cases`: on D, or of those in the period."""

    cases: str
    on: Literal["as_at", "period"] = "period"
    counts: str = "months"
    default_period: DefaultPeriod = "last_12_months"
