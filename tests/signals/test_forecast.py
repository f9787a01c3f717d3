""" "Will we hit the CIN target by March?": the method, its past error and the workload, re-derived."""

from __future__ import annotations

import json
import math
from collections import Counter as Tally
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

import kpi_engine
from kpi_engine.answer import MeasureAnswer
from kpi_engine.question import AUTHORITY, EVERYTHING, Period, Question, Scope, UnitRef

MARCH = Period(date(2026, 11, 16), date(2027, 3, 31))
BASELINE = date(2026, 4, 1)
PLAN = Path(kpi_engine.__file__).parent / "targets" / "hillingdon_2014_16.yaml"


def ask(
    engine: kpi_engine.Engine, slug: str, unit: UnitRef = AUTHORITY, period: Period | None = None,
    scope: Scope = EVERYTHING,
) -> MeasureAnswer:  # fmt: skip
    (found,) = engine.ask(Question("forecast", (slug,), unit, engine.as_at, period=period), scope).answers
    return found


def count(engine: kpi_engine.Engine, on: date, unit: str = "ALL", slug: str = "cin_open") -> float:
    figure = engine.figure(slug, on, unit)
    assert figure is not None
    assert figure.value is not None
    return figure.value


@pytest.mark.parametrize("unit", ["ALL", "S2", "T11", "T12"])
def test_will_we_hit_the_cin_target_by_march(borough: kpi_engine.Engine, unit: str) -> None:
    found = ask(borough, "cin_open", borough.units[unit].ref, MARCH)
    on = borough.as_at
    now, quarter_ago = count(borough, on, unit), count(borough, on - timedelta(weeks=13), unit)
    rate = (now - quarter_ago) / 13
    weeks = (MARCH.last - on).days / 7
    # The trajectory of the shipped plan: 25 a week of the whole authority's baseline, down to its floor.
    told = yaml.safe_load(PLAN.read_text("utf-8"))["trajectory"]
    mine, whole = count(borough, BASELINE, unit), count(borough, BASELINE)
    gone = told["weekly"] * ((MARCH.last - BASELINE).days // 7)
    target = round(max(mine * (1 - gone / whole), mine * told["floor_percent"] / 100))
    expected = max(now + rate * weeks, 0)
    assert found.points is not None
    last = found.points[-1]
    assert (last.date, last.target) == (MARCH.last, target)
    assert last.value == pytest.approx(expected, abs=0.06)
    assert found.sentences[0].startswith("Yes: " if expected <= target else "No: ")
    assert found.extra["needed_weekly_change"] == pytest.approx((target - now) / weeks, abs=0.06)
    floor = round(mine * told["floor_percent"] / 100)
    assert found.extra["floor"] == floor
    if now <= floor:
        assert found.extra["reaches_floor_on"] is None
    elif rate < 0:
        reached = on + timedelta(weeks=math.ceil((now - floor) / -rate))
        assert found.extra["reaches_floor_on"] == reached.isoformat()
    else:
        assert "never reached" in " ".join(found.sentences)


def test_the_past_error_is_that_of_the_method(borough: kpi_engine.Engine) -> None:
    found = ask(borough, "cin_open")
    weekly = [count(borough, borough.as_at - timedelta(weeks=w)) for w in reversed(range(31))]
    misses = [
        abs(weekly[n] + (weekly[n] - weekly[n - 13]) / 13 * 4 - weekly[n + 4]) for n in range(13, 27)
    ]  # fmt: skip
    assert found.extra["method"] == "drift"
    assert found.extra["mean_absolute_error"] == round(sum(misses) / len(misses), 1)
    assert f"missed by {found.extra['mean_absolute_error']:g} on average" in " ".join(found.sentences)


def test_the_method_that_missed_least_is_used(borough: kpi_engine.Engine) -> None:
    found = ask(borough, "lac_visits_overdue")
    weekly = [
        count(borough, borough.as_at - timedelta(weeks=w), slug="lac_visits_overdue") for w in reversed(range(31))
    ]  # fmt: skip
    origins = range(13, 27)
    errors = {
        "drift": [abs(weekly[n] + (weekly[n] - weekly[n - 13]) / 13 * 4 - weekly[n + 4]) for n in origins],
        "level": [abs(sum(weekly[n - 13 : n + 1]) / 14 - weekly[n + 4]) for n in origins],
        "carry_on": [abs(weekly[n] - weekly[n + 4]) for n in origins],
    }
    best = min(errors, key=lambda name: sum(errors[name]))
    assert found.extra["method"] == best
    assert found.extra["mean_absolute_error"] == pytest.approx(sum(errors[best]) / 14, abs=0.051)


def test_the_target_of_a_later_year_is_not_guessed(borough: kpi_engine.Engine) -> None:
    found = ask(borough, "cin_open", period=Period(date(2026, 11, 16), date(2027, 6, 30)))
    assert found.points is not None
    assert found.points[-1].target == min(p.target for p in found.points if p.target is not None)
    assert "From Thu 1 Apr 2027 the target is counted from a new baseline" in " ".join(found.sentences)


def test_what_falls_due_by_worker_against_what_they_get_done(borough: kpi_engine.Engine) -> None:
    found = ask(borough, "cin_visits_overdue", UnitRef("team", "T11"))
    on = borough.as_at
    rows = [r for r in borough.ledger_rows(on, "cin_visit") if r["team_id"] == "T11"]
    since, until = (on - timedelta(days=91)).isoformat(), (on + timedelta(days=7)).isoformat()
    due: Tally[str] = Tally(r["worker_id"] for r in rows if r["status"] == "due" and r["due_date"] < until)
    late: Tally[str] = Tally(r["worker_id"] for r in rows if r["status"] == "overdue")
    done: Tally[str] = Tally(r["worker_id"] for r in rows if r["done_date"] and r["done_date"] > since)
    told = {r["worker_id"]: r for r in found.extra["falls_due"]}
    assert told.keys() == due.keys() | late.keys()
    for worker, row in told.items():
        assert (row["falls_due"], row["overdue_now"]) == (due[worker], late[worker])
        assert row["done_a_week"] == pytest.approx(done[worker] / 13, abs=0.051)
        assert row["short"] == pytest.approx(
            max(due[worker] + late[worker] - done[worker] / 13, 0), abs=0.051
        )
    lines = " ".join(found.sentences)
    assert f"{due.total()} more fall" in lines
    assert f"{late.total()} " in lines


def test_workers_are_named_only_to_those_who_may_see_them(borough: kpi_engine.Engine) -> None:
    names = {w.name for w in borough.workers.values()}
    whole = ask(borough, "cin_visits_overdue", UnitRef("team", "T11"))
    shy = ask(borough, "cin_visits_overdue", UnitRef("team", "T11"), scope=Scope())
    assert any(name in json.dumps(whole.to_json()) for name in names)
    assert not any(name in json.dumps(shy.to_json()) for name in names)
    assert shy.value == whole.value
    channel = ask(
        borough, "supervisions_overdue", UnitRef("team", "T11"), scope=Scope(None, None, None, False)
    )
    assert not any(name in json.dumps(channel.to_json()) for name in names)


def test_percentages_stay_between_nought_and_a_hundred(borough: kpi_engine.Engine) -> None:
    far = Period(date(2026, 11, 16), date(2028, 11, 12))
    answer = borough.ask(
        Question("forecast", borough.slugs, AUTHORITY, borough.as_at, period=far), EVERYTHING
    )
    seen = 0
    for found in answer.answers:
        for point in found.points or ():
            assert point.value is not None
            assert point.value >= 0 or found.measure == "cin_net_change"
            assert point.value <= 100 or found.unit != "%"
            seen += 1
        assert all(s.endswith(".") for s in found.sentences)
    assert seen > 5000


def test_the_last_day_asked_for_is_the_last_point(borough: kpi_engine.Engine) -> None:
    on = borough.as_at
    cases: list[tuple[Period | None, date, int]] = [
        (None, on + timedelta(weeks=8), 8),
        (Period(on, on - timedelta(days=3)), on + timedelta(weeks=8), 8),
        (Period(on, on + timedelta(days=3)), on + timedelta(days=3), 1),
        (Period(on, on + timedelta(days=7)), on + timedelta(days=7), 1),
        (Period(on, on + timedelta(days=17)), on + timedelta(days=17), 3),
    ]
    for period, last, number in cases:
        points: Any = ask(borough, "cin_open", period=period).points
        assert (points[-1].date, len(points)) == (last, number)
