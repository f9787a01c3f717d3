"""Where a number is heading, by a method that is said and has been tried on the past.

Method: the mean weekly change of the last 13 weeks, carried on. How far it missed when the same method was used on the
weeks before is given beside it (mean absolute error, four weeks ahead).
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from kpi_engine.answer import Answer, MeasureAnswer, Point
from kpi_engine.answering.asked import Asked
from kpi_engine.answering.numbers import Counter
from kpi_engine.answering.words import said
from kpi_engine.figures import default_period, needs_period
from kpi_engine.measure import Measure, Rate, Share

LOOK_BACK, AHEAD, TRIED = 13, 8, 4
MOST_WEEKS = 104


def forecast(asked: Asked) -> Answer:
    """The coming weeks of each measure, with the method and its past error."""
    return asked.answer(_one(asked, m) for m in asked.measures)


def _one(asked: Asked, wanted: Measure) -> MeasureAnswer:
    found = asked.headline(wanted)
    if found.no_data or found.elsewhere or found.suppressed:
        return found
    as_at = asked.question.as_at
    history = _history(asked.counter, wanted, as_at, 2 * LOOK_BACK + TRIED)
    known = [v for v in history[-LOOK_BACK - 1 :] if v is not None]
    if len(known) < 5:
        return replace(found, sentences=("There are too few weeks with a number to look ahead.",))
    rate = (known[-1] - known[0]) / (len(known) - 1)
    weeks = _weeks(asked)
    points = tuple(
        Point(as_at + timedelta(weeks=w), _clipped(wanted, known[-1] + rate * w), None,
              asked.counter.target(wanted, as_at + timedelta(weeks=w), default_period(wanted, as_at)))
        for w in range(1, weeks + 1)
    )  # fmt: skip
    error = _past_error([v for v in history if v is not None])
    extra: dict[str, Any] = {"weekly_change": round(rate, 2), "weeks": weeks, "mean_absolute_error": error}
    lines = [
        f"At the mean weekly change of the last {len(known) - 1} weeks ({rate:+.1f} a week) it would be "
        f"{points[-1].value:g} on {said(points[-1].date)}.",
    ]
    lines += _trajectory(asked, wanted, known[-1], rate, points[-1], extra)
    if error is not None:
        lines.append(f"Tried on the past, this method missed by {error:g} on average, {TRIED} weeks ahead.")
    lines.append(
        "Method: the mean weekly change of the last 13 weeks, carried on; it knows of no plans or holidays."
    )
    return replace(found, points=points, sentences=tuple(lines), extra=extra)


def _history(counter: Counter, wanted: Measure, as_at: date, weeks: int) -> list[float | None]:
    """The number at the end of each of the last weeks, oldest first; a number of a period over its own period."""
    out = []
    for back in reversed(range(weeks)):
        when = as_at - timedelta(weeks=back)
        period = default_period(wanted, when) if needs_period(wanted) else None
        out.append(counter.figures.figure(wanted, counter.rows(wanted, when, period)).value)
    return out


def _weeks(asked: Asked) -> int:
    period = asked.question.period
    if period is None or period.last <= asked.question.as_at:
        return AHEAD
    return max(1, min(MOST_WEEKS, -(-(period.last - asked.question.as_at).days // 7)))


def _clipped(wanted: Measure, value: float) -> float:
    if wanted.slug == "cin_net_change":
        return round(value, 1)
    high = 100.0 if isinstance(wanted, Rate | Share) else float("inf")
    return round(min(max(value, 0.0), high), 1)


def _past_error(history: list[float]) -> float | None:
    """Mean absolute error of the same method on earlier weeks."""
    misses = []
    for now in range(LOOK_BACK, len(history) - TRIED):
        rate = (history[now] - history[now - LOOK_BACK]) / LOOK_BACK
        misses.append(abs(history[now] + rate * TRIED - history[now + TRIED]))
    return round(sum(misses) / len(misses), 1) if misses else None


def _trajectory(
    asked: Asked, wanted: Measure, now: float, rate: float, last: Point, extra: dict[str, Any]
) -> list[str]:
    """CIN against its trajectory: when at the present net rate, what net rate is needed."""
    trajectory = asked.engine.targets.trajectory
    baseline = asked.counter.baseline(asked.question.as_at)
    if trajectory is None or wanted.slug != trajectory.measure or baseline is None or last.target is None:
        return []
    floor = trajectory.value(baseline[1], baseline[2], 10**6) or 0.0
    weeks = (last.date - asked.question.as_at).days // 7
    needed = round((last.target - now) / weeks, 1)
    extra |= {"floor": floor, "needed_weekly_change": needed, "target": last.target, "reaches_floor_on": None}
    out = [f"The trajectory stands at {last.target:g} on {said(last.date)}: that needs {needed:+g} a week."]
    if now <= floor:
        out.append(f"The floor of {floor:g} has been reached.")
    elif rate < 0:
        reached = asked.question.as_at + timedelta(weeks=int(-(-(now - floor) // -rate)))
        extra["reaches_floor_on"] = reached.isoformat()
        out.append(f"At the present net rate the floor of {floor:g} is reached on {said(reached)}.")
    else:
        out.append(f"At the present net rate the floor of {floor:g} is never reached: cases are not falling.")
    return out
