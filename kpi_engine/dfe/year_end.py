"""What the published figures will show on 31 March, from what is known on D.

Method, said in every answer: the events still to come number what the last twelve months would bring in the days
that are left, and are in time as often as in the last twelve months; what is overdue on D is late whenever it is
done, and bounds that from above. For reviews (D6) every open plan stays open to 31 March; a plan that was late once
can no longer count, and a review falling due before then is in time as often as in the last twelve months.
"""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from kpi_engine import periods
from kpi_engine.days import day
from kpi_engine.dfe import bands, populations
from kpi_engine.ledger import OVERDUE
from kpi_engine.measures import measure
from kpi_engine.question import Period
from kpi_engine.rounding import one_decimal

if TYPE_CHECKING:
    from kpi_engine.dfe import Statistics

METHOD = (
    "Method: what is still to come this year is as many, and as often in time, as in the last twelve months; what is "
    "overdue today will be late; open plans stay open to 31 March."
)
DAYS_IN_YEAR = 365
IN_TIME = {
    "C2": ("assessments", bands.ASSESSMENT_BANDS, bands.ASSESSMENT_LIMIT, "assessment"),
    "C4": ("conferences", bands.CONFERENCE_BANDS, bands.CONFERENCE_LIMIT, "initial_conference"),
}
NEEDS = {
    "C2": ("ssd_cin_assessments",), "C4": ("ssd_s47_enquiry", "ssd_initial_cp_conference"),
    "D6": ("ssd_cp_plans", "ssd_cp_reviews"),
}  # fmt: skip


def year_end(as_at: date) -> date:
    """The 31 March on or after D."""
    return date(as_at.year if (as_at.month, as_at.day) <= (3, 31) else as_at.year + 1, 3, 31)


def foretold(s: Statistics) -> dict[str, Any]:
    """{"date", "days_left", "method", "C2": {...}, "C4": {...}, "D6": {...}}, each with so_far, expected, best."""
    end = year_end(s.as_at)
    out: dict[str, Any] = {"date": end.isoformat(), "days_left": (end - s.as_at).days, "method": METHOD}
    for name, needs in NEEDS.items():
        missing = s.missing(needs)
        if missing:
            out[name] = {"no_data": missing}
        else:
            out[name] = _reviews(s, end) if name == "D6" else _durations(s, name, end)
    return out


def _durations(s: Statistics, name: str, end: date) -> dict[str, Any]:
    """In time of all completed in the statistical year; overdue on D: late for certain."""
    so_far, of_so_far = _counted(s, name, periods.year_to_date(s.as_at))
    met, of = _counted(s, name, periods.last_months(s.as_at, 12))
    left = Fraction((end - s.as_at).days, DAYS_IN_YEAR)
    cut = s.view.cut(IN_TIME[name][3])
    late = int((s.mask[cut.team] & (cut.status == OVERDUE)).sum()) if left else 0
    rest = max(of * left, Fraction(late))
    # Those overdue today are among the late ones of an average year; only what exceeds them makes it worse.
    expected = so_far + min(rest * (Fraction(met, of) if of else Fraction(0)), rest - late)
    total = of_so_far + rest
    return {
        "of": int(total), "late_already": late, "so_far": _percent(so_far, of_so_far),
        "expected": _percent(expected, total), "best": _percent(so_far + rest - late, total),
    }  # fmt: skip


def _counted(s: Statistics, name: str, period: Period) -> tuple[int, int]:
    """(in time, all) of a period."""
    events, limits, limit, _ = IN_TIME[name]
    sheet = s.year(events, period)
    assert sheet.size is not None
    within = sum(most <= limit for most in limits.values())
    return int(((sheet.size >= 0) & (sheet.size < within)).sum()), len(sheet)


def _reviews(s: Statistics, end: date) -> dict[str, Any]:
    """Of the plans open on D that will have run for 91 days by 31 March, those never late."""
    plans = s.mine(populations.plans_reviewed(s.view, day(end)))
    limit = populations.next_review_limit(s.view)[plans.index]
    late = int((~plans.met).sum())
    falls_due = int((plans.met & (limit < day(end))).sum())
    wanted = measure("review_conferences_in_time")
    rows = s.engine.figures.rows(wanted, s.as_at, periods.last_months(s.as_at, 12))
    found = s.engine.figures.figure(wanted, rows.where(lambda sheet: s.mask[sheet.team]))
    missed = Fraction(int(found.of or 0) - int(found.met or 0), int(found.of)) if found.of else Fraction(0)
    now = s.mine(populations.plans_reviewed(s.view))
    return {
        "of": len(plans), "late_already": late, "reviews_falling_due": falls_due,
        "so_far": _percent(int(now.met.sum()), len(now)),
        "expected": _percent(len(plans) - late - falls_due * missed, len(plans)),
        "best": _percent(len(plans) - late, len(plans)),
    }  # fmt: skip


def _percent(met: Fraction | int, of: Fraction | int) -> float | None:
    return one_decimal(Fraction(met) * 100 / Fraction(of)) if of else None
