"""What each kind of post asks. A briefing and its reminder are the engine's briefing; the others are questions
that a manager could ask, so that what is posted and what is answered agree.
"""

from __future__ import annotations

from datetime import date, timedelta

from kpi_engine.measure import Backlog
from kpi_engine.measures import CATALOGUE
from kpi_engine.question import Period, Question, UnitRef
from schedules.timetable import MONTH_END, NUDGE, QUARTER_END

EVERYTHING_DUE = tuple(slug for slug, each in CATALOGUE.items() if isinstance(each, Backlog) and each.clocks)
MONTHLY = (
    "pre_proceedings_open", "pre_proceedings_overdue", "proceedings_open", "proceedings_overdue",
    "audits_overdue", "audits_in_time", "audits_good",
)  # fmt: skip
"""PLO against 26 weeks, and the month's audits."""
QUARTERLY = (
    "initial_conferences_in_time", "review_conferences_in_time", "cp_visits_in_time", "core_groups_in_time",
    "review_conferences_overdue", "cp_visits_overdue", "core_groups_overdue", "audits_in_time", "audits_good",
    "audits_child_voice",
)  # fmt: skip
"""What a safeguarding partnership follows: conferences, visits, core groups, audits."""


REMADE = frozenset({"briefing", NUDGE, MONTH_END, QUARTER_END})
"""Posts that can be written again for another audience: they follow from the data alone."""


def question_of(post: str, unit: UnitRef, as_at: date, on: date) -> Question | None:
    """The question of a post that goes out on a day from data as at `as_at`; None for the briefing itself."""
    if post == NUDGE:
        friday = on + timedelta(days=max(0, 4 - on.weekday()))
        return Question("coming_up", EVERYTHING_DUE, unit=unit, as_at=as_at, period=Period(on, friday))
    if post == MONTH_END:
        return Question("headline", MONTHLY, unit=unit, as_at=as_at, period=Period(_month(as_at, 1), as_at))
    if post == QUARTER_END:
        return Question("headline", QUARTERLY, unit=unit, as_at=as_at, period=Period(_month(as_at, 3), as_at))
    return None


def _month(day: date, months: int) -> date:
    """The first day of the month, or of the group of so many months, that the day lies in."""
    return day.replace(month=(day.month - 1) // months * months + 1, day=1)
