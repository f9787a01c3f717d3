"""The bands of the published tables, and how long something lasted in their terms.

Source: DfE, Children in need, tables B4, B5, D5, D7 (lengths of episodes and plans), C2 (assessments) and C4 (initial
conferences). Three months are 91 days there (D5 and D6 overlap by exactly the plans of 91 days); the longer limits
are calendar months. Working days are counted with the start as day 0, as everywhere in the engine.
"""

from __future__ import annotations

import numpy as np

from kpi_engine import working_days
from kpi_engine.days import NEVER, Days, plus_months
from kpi_engine.facts import Codes

THREE_MONTHS_DAYS, SIX_MONTHS_DAYS = 91, 183
NO_BAND = -1

LENGTHS = (
    "3_months_or_less", "more_than_3_months_6_months", "more_than_6_months_less_than_1_year",
    "1_year_less_than_2_years",
)  # fmt: skip
EPISODE_LENGTHS = (*LENGTHS, "2years+")
PLAN_LENGTHS = (*LENGTHS, "2_years_or_more")
ASSESSMENT_BANDS = {
    "Same_day": 0, "1-10_days": 10, "11-20_days": 20, "21-30_days": 30, "31-40_days": 40, "41-45_days": 45,
    "46-50_days": 50, "51-60_days": 60, "61+_days": NEVER,
}  # fmt: skip
CONFERENCE_BANDS = {
    "Duration_0-10_days": 10, "Duration_11-15_days": 15, "Duration_16-20_days": 20, "Duration_21+_days": NEVER,
}  # fmt: skip
ASSESSMENT_LIMIT, CONFERENCE_LIMIT = 45, 15
"""Working days that count as in time in the published tables."""


def of_length(start: Days, end: Days) -> Codes:
    """The place of each stay in LENGTHS (the last place: two years or more); NO_BAND where it has no start or end."""
    known = (start < NEVER) & (end < NEVER) & (end >= start)
    tests = [
        end - start <= THREE_MONTHS_DAYS, end <= plus_months(start, 6), end < plus_months(start, 12),
        end < plus_months(start, 24),
    ]  # fmt: skip
    return np.where(known, np.select(tests, np.arange(len(tests)), len(tests)), NO_BAND)


def of_working_days(start: Days, end: Days, limits: dict[str, int]) -> Codes:
    """The place of each duration among the bands; NO_BAND where it ended before it began or has no dates."""
    known = working_days.inside(start) & working_days.inside(end) & (end >= start)
    return np.where(known, np.searchsorted(list(limits.values()), working_days.between(start, end)), NO_BAND)
