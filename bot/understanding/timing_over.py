"""The period of a follow-up: said now, the one before the last, or inherited from the last answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.understanding.draft import PERIOD_SLUGS
from bot.understanding.times import When, shifted, shifted_on, step_back
from bot.understanding.timing import apply_time
from kpi_engine.question import Period

if TYPE_CHECKING:
    from bot.understanding.laying import Laying

COUNTED = ("headline", "list", "compare")


def time_over(walker: Laying) -> None:
    """Period and as-at date of the draft. A default period is never inherited, one that was said always is."""
    draft, base, as_at = walker.draft, walker.base, walker.env.as_at
    over = period_of(walker)
    when = _relative(walker, over)
    if when is not None and not when.since_last_week:
        apply_time(draft, when, walker.when_text, as_at)
        return
    kept = "period" in walker.base_said and (over is not None or base.as_at != as_at)
    if kept and draft.show == "trend" and base.period is not None and base.show in ("headline", "list"):
        draft.period = draft.over = base.period
        return
    same = draft.show == base.show
    if kept and (same or (draft.show in COUNTED and base.show in (*COUNTED, "trend"))):
        if over is not None:
            apply_time(draft, When(past=over, coming=over), "", as_at)
            return
        draft.as_at = base.as_at
        in_periods = [s for s in draft.measures if s in PERIOD_SLUGS]
        if in_periods and len(in_periods) == len(draft.measures):
            apply_time(draft, None, "", base.as_at)
        return
    if same and draft.show in ("coming_up", "trend", "forecast") and base.period is not None:
        draft.period = base.period
        if draft.show == "trend" and draft.by is None:
            draft.by = base.by
        return
    apply_time(draft, None, "", as_at)


def period_of(walker: Laying) -> Period | None:
    """The period that was said for the base: of a stock, too, whose question keeps only its last day."""
    return (walker.held.over if walker.base.period is None else None) or walker.base.period


def _relative(walker: Laying, over: Period | None) -> When | None:
    """ "The month before", "the week after that": from the period or the day of the last question."""
    when, base = walker.when, walker.base
    if when is not None and when.on and over is not None:
        later = shifted_on(over, when.on)
        return When(past=later, coming=later, ahead=later.first > walker.env.as_at)
    if when is not None and when.back:
        if over is not None:
            return When(past=shifted(over, when.back))
        if not any(s in PERIOD_SLUGS for s in walker.draft.measures):
            unit = when.back if when.back != "period" else "week"
            return When(point=step_back(base.as_at, 1, unit))
    return when
