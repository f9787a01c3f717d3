"""Time words laid over a question: its period and its as-at date (spec/asking.md, Time)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING

from bot.understanding.times import When, last_weeks, rolling_months
from kpi_engine.measures import CATALOGUE
from kpi_engine.question import Period

if TYPE_CHECKING:
    from bot.understanding.draft import Draft


TREND_WEEKS = 13
PERIOD_SLUGS = frozenset(s for s, m in CATALOGUE.items() if m.default_period != "as_at")


def apply_time(draft: Draft, when: When | None, text: str, as_at: date) -> None:
    """Period and as-at date of a draft (spec/asking.md, Time)."""
    slugs = draft.measures
    flows = [s for s in slugs if s in PERIOD_SLUGS]
    stands = [s for s in slugs if s not in PERIOD_SLUGS]
    if when is not None and not when.since_last_week:
        draft.said.add("period")
    if draft.show in ("explain", "quality", "help"):
        draft.period = None
        return
    if draft.show == "coming_up":
        week = Period(as_at + timedelta(days=1), as_at + timedelta(days=7))
        draft.period = (when.coming if when is not None and when.coming is not None else None) or week
        return
    if draft.show == "forecast":
        draft.period = when.coming if when is not None and when.coming is not None and not when.now else None
        return
    if when is None or when.since_last_week:
        if draft.show == "trend":
            draft.period = (
                last_weeks(as_at, TREND_WEEKS) if draft.by != "month" else rolling_months(as_at, 12)
            )
            if draft.by == "month":
                draft.period = last_weeks(as_at, TREND_WEEKS)
        elif draft.show in ("headline", "list", "compare", "benchmark") and flows and not stands:
            draft.period = default_period(flows, as_at)
        return
    if when.point is not None:
        draft.as_at = min(when.point, as_at)
        if flows and not stands and draft.show in ("headline", "list", "compare"):
            draft.period = default_period(flows, draft.as_at)
        return
    if when.now and not (
        flows and not stands and ("today" in text or "morning" in text or "afternoon" in text)
    ):
        draft.said.discard("period")
        draft.said.add("now")
        if draft.show == "trend":
            draft.period = last_weeks(as_at, TREND_WEEKS)
        elif flows and not stands:
            draft.period = default_period(flows, as_at)
        return
    past = draft.over = when.past
    if past is None:
        draft.period = when.coming
        return
    if draft.show == "briefing" or (draft.show == "why" and draft.child):
        if draft.show == "briefing" and not when.current:
            draft.as_at = min(past.last, as_at)
        return
    if draft.show in ("changes", "why"):
        # Who came on since the day before the period began; the figures are those of its last day.
        draft.as_at, draft.period = min(past.last, as_at), past
        return
    if draft.show == "trend":
        onward = text.startswith("from ") and not {"to", "until", "till", "and"} & set(text.split())
        draft.period = Period(past.first, as_at) if onward else past
        return
    if stands and not flows:
        draft.as_at = min(past.last, as_at)
        draft.period = None
    else:
        draft.period = past


def default_period(flows: Sequence[str], as_at: date) -> Period | None:
    """The period meant when nothing is said; None when the measures differ in it."""
    kinds = {CATALOGUE[s].default_period for s in flows}
    if len(kinds) != 1:
        return None
    kind = kinds.pop()
    if kind == "last_week":
        return last_weeks(as_at, 1)
    if kind == "last_12_months":
        return rolling_months(as_at, 12)
    first = as_at.replace(day=1) - timedelta(days=1)
    return Period(first.replace(day=1), first)
