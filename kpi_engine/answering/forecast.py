"""Where a number is heading, by a method that is said and has been tried on the past.

Three plain methods are tried on the weeks before (each looks back 13 weeks and four ahead); the one that missed least
is used, and how much it missed is said beside it:
- carry on: the last number stays as it is;
- level: the mean of the last 13 weeks;
- drift: the mean weekly change of the last 13 weeks goes on.
The CIN trajectory always goes by drift, because the question there is of the net rate (improvement plan, WS2).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

from kpi_engine.answer import Answer, MeasureAnswer, Point
from kpi_engine.answering.asked import Asked
from kpi_engine.answering.numbers import Counter
from kpi_engine.answering.shows import check_worker
from kpi_engine.answering.words import counted, said
from kpi_engine.answering.workload import workload
from kpi_engine.figures import default_period, needs_period
from kpi_engine.measure import Measure, Rate, Share
from kpi_engine.rounding import one_decimal
from kpi_engine.targets import Trajectory

LOOK_BACK, AHEAD, TRIED = 13, 8, 4
TRIES = 13
"""Weeks on which the methods are tried."""
FEWEST = 5
MOST_WEEKS = 104
SIGNED = frozenset({"cin_net_change"})
"""Numbers that may be below nought."""


@dataclass(frozen=True)
class Method:
    """value(last weeks, oldest first; weeks ahead) -> the expected number.  words: said to the reader."""

    name: str
    words: str
    value: Callable[[Sequence[float], float], float]


METHODS = (
    Method("drift", "the mean weekly change of the last 13 weeks, carried on",
           lambda known, ahead: known[-1] + (known[-1] - known[0]) / (len(known) - 1) * ahead),
    Method("level", "the mean of the last 13 weeks", lambda known, ahead: sum(known) / len(known)),
    Method("carry_on", "the last number, unchanged", lambda known, ahead: known[-1]),
)  # fmt: skip
DRIFT = METHODS[0]


def forecast(asked: Asked) -> Answer:
    """The coming weeks of each measure, with the method and its past error, and what falls due against capacity."""
    check_worker(asked)
    return asked.answer(_one(asked, m) for m in asked.measures)


def _one(asked: Asked, wanted: Measure) -> MeasureAnswer:
    now = asked.question.but(period=None)
    found = Asked(asked.engine, now, asked.scope).headline(wanted)
    if found.no_data or found.elsewhere or found.suppressed:
        return found
    due_lines, due = workload(asked, wanted)
    history = _history(asked.counter, wanted, asked.question.as_at, LOOK_BACK + TRIED + TRIES)
    known = [v for v in history[-LOOK_BACK - 1 :] if v is not None]
    if len(known) < FEWEST:
        few = "There are too few weeks with a number to look ahead."
        return replace(found, sentences=(few, *due_lines), extra=due)
    trajectory = asked.engine.targets.trajectory
    is_trajectory = trajectory is not None and wanted.slug == trajectory.measure
    method, error = _best([v for v in history if v is not None], (DRIFT,) if is_trajectory else METHODS)
    points = tuple(
        Point(when, _clipped(wanted, method.value(known, _weeks_to(asked, when))), None, _target(asked, wanted, when))
        for when in _days(asked)
    )  # fmt: skip
    last = points[-1]
    extra: dict[str, Any] = {
        "method": method.name, "weekly_change": round((known[-1] - known[0]) / (len(known) - 1), 2),
        "mean_absolute_error": error, "expected": last.value, "on": last.date.isoformat(), "target": last.target,
    }  # fmt: skip
    lines = [_verdict(wanted, last)]
    if is_trajectory:
        assert trajectory is not None
        lines += _trajectory(asked, trajectory, known, last, extra)
    lines += [f"Method: {method.words}; it knows of no plans or holidays."]
    if error is not None:
        missed = "no more than rounding" if not error else f"{error:g}{_unit(wanted)}"
        lines.append(f"Tried on the past, it missed by {missed} on average, {TRIED} weeks ahead.")
    return replace(found, points=points, sentences=(*lines, *due_lines), extra=extra | due)


def _history(counter: Counter, wanted: Measure, as_at: date, weeks: int) -> list[float | None]:
    """The number at the end of each of the last weeks, oldest first; a number of a period over its own period."""
    out = []
    for back in reversed(range(weeks + 1)):
        when = as_at - timedelta(weeks=back)
        period = default_period(wanted, when) if needs_period(wanted) else None
        out.append(counter.figures.figure(wanted, counter.rows(wanted, when, period)).value)
    return out


def _best(history: Sequence[float], methods: Sequence[Method]) -> tuple[Method, float | None]:
    """The method with the smallest mean absolute error on the weeks before, and that error (None: too few weeks)."""
    tried: list[tuple[float, Method]] = []
    for method in methods:
        misses = [
            abs(method.value(history[now - LOOK_BACK : now + 1], TRIED) - history[now + TRIED])
            for now in range(LOOK_BACK, len(history) - TRIED)
        ]
        if misses:
            tried.append((sum(misses) / len(misses), method))
    if not tried:
        return methods[0], None
    error, method = min(tried, key=lambda pair: pair[0])
    return method, round(error, 1)


def _days(asked: Asked) -> list[date]:
    """The ends of the coming weeks, up to the last day asked for; that day itself where it ends no week."""
    as_at, period = asked.question.as_at, asked.question.period
    if period is None or period.last <= as_at:
        return [as_at + timedelta(weeks=w) for w in range(1, AHEAD + 1)]
    last = min(period.last, as_at + timedelta(weeks=MOST_WEEKS))
    days = [as_at + timedelta(weeks=w) for w in range(1, (last - as_at).days // 7 + 1)]
    return days if days and days[-1] == last else [*days, last]


def _weeks_to(asked: Asked, when: date) -> float:
    return (when - asked.question.as_at).days / 7


def _target(asked: Asked, wanted: Measure, when: date) -> float | None:
    """The target in force on a day to come; the trajectory from the baseline known on D."""
    trajectory = asked.engine.targets.trajectory
    if trajectory is None or wanted.slug != trajectory.measure:
        return asked.counter.target(wanted, when, default_period(wanted, when))
    baseline = asked.counter.baseline(asked.question.as_at)
    if baseline is None:
        return None
    day, mine, whole = baseline
    return trajectory.value(mine, whole, (when - day).days // 7)


def _clipped(wanted: Measure, value: float) -> float:
    if wanted.slug in SIGNED:
        return round(value, 1)
    high = 100.0 if isinstance(wanted, Rate | Share) else float("inf")
    return round(min(max(value, 0.0), high), 1)


def _unit(wanted: Measure) -> str:
    return " points" if isinstance(wanted, Rate | Share) else ""


def _verdict(wanted: Measure, last: Point) -> str:
    """Whether the target will be met, first."""
    assert last.value is not None
    sign = "%" if isinstance(wanted, Rate | Share) else ""
    expected = f"{last.value:g}{sign} expected on {said(last.date)}"
    if last.target is None or wanted.good_is == "neutral":
        return f"{expected}."
    met = last.value <= last.target if wanted.good_is == "low" else last.value >= last.target
    return f"{'Yes' if met else 'No'}: {expected}, against a target of {last.target:g}{sign}."


def _trajectory(
    asked: Asked, trajectory: Trajectory, known: Sequence[float], last: Point, extra: dict[str, Any]
) -> list[str]:
    """CIN against its trajectory: what net rate is needed, and when the floor is reached at the present one."""
    as_at, now = asked.question.as_at, known[-1]
    rate = (known[-1] - known[0]) / (len(known) - 1)
    baseline = asked.counter.baseline(as_at)
    if baseline is None or last.target is None:
        return []
    floor = trajectory.value(baseline[1], baseline[2], 10**6) or 0.0
    needed = one_decimal(Fraction(str(last.target - now)) / Fraction((last.date - as_at).days, 7))
    extra |= {"needed_weekly_change": needed, "floor": floor, "reaches_floor_on": None}
    out = [
        f"The net rate of the last {counted(len(known) - 1, 'week')} is {rate:+.1f} a week; the target needs "
        f"{needed:+.1f} a week."
    ]
    if now <= floor:
        out.append(f"The floor of {floor:g} has been reached.")
    elif rate < 0:
        reached = as_at + timedelta(weeks=int(-(-(now - floor) // -rate)))
        extra["reaches_floor_on"] = reached.isoformat()
        out.append(f"At the present net rate the floor of {floor:g} is reached by {said(reached)}.")
    else:
        out.append(f"At the present net rate the floor of {floor:g} is never reached: cases are not falling.")
    rebased = [b for b in trajectory.baselines if as_at < b <= last.date]
    if rebased:
        out.append(f"From {said(rebased[0])} the target is counted from a new baseline, not known yet.")
    return out
