"""XmR charts: limits by hand, the four rules and their edges, and what a reader is told."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

import kpi_engine
from bot.cards.charts import draw, drawn
from bot.cards.client import Client
from bot.cards.frame import ROOMS
from bot.cards.spec import Control
from bot.cards.trend import line
from kpi_engine.answer import MeasureAnswer, Point
from kpi_engine.measures import measure
from kpi_engine.question import AUTHORITY, EVERYTHING, Question
from kpi_engine.signals import Signal, sentences, signal

OVERDUE, IN_TIME, VOLUME = measure("cp_visits_overdue"), measure("cp_visits_in_time"), measure("cp_open")
START = date(2026, 8, 23)


def points(*values: float | None, of: float = 100) -> list[Point]:
    return [Point(START + timedelta(weeks=n), v, of) for n, v in enumerate(values)]


def found(*values: float) -> Signal:
    told = signal(OVERDUE, points(*values))
    assert told is not None
    return told


def test_limits_by_hand() -> None:
    # Mean of ten 10s, an 11 and a 9 = 10; ranges 1, 1 (11 to 10, ...): 10 10 11 10 10 10 10 10 9 10 10 10.
    told = found(10, 10, 11, 10, 10, 10, 10, 10, 9, 10, 10, 10)
    # Moving ranges: 0 1 1 0 0 0 0 1 1 0 0: mean 4/11; limits 10 -/+ 2.66 * 4/11 = 0.967.
    assert (told.mean, told.low, told.high) == (10.0, 9.0, 11.0)
    assert told.rule is None


@pytest.mark.parametrize(
    ("values", "rule", "sense"),
    [
        ([10, 11, 10, 9, 10, 11, 10, 9, 10, 11, 10, 30], "outside", "worse"),
        ([10, 11, 10, 9, 10, 11, 10, 9, 10, 11, 10, -9], "outside", "better"),
        ([14, 5, 12, 4, 9, 11, 11, 11, 11, 11, 11, 11], "shift", "worse"),
        ([4, 14, 2, 15, 10, 6, 6, 6, 6, 6, 6, 6], "shift", "better"),
        ([30, 2, 35, 1, 20, 4, 6, 8, 10, 12, 14, 16], "trend", "worse"),
        ([0, 30, 1, 35, 6, 32, 26, 22, 18, 14, 10, 6], "trend", "better"),
        ([10, 14, 8, 13, 9, 11, 8, 12, 9, 10, 19, 19], "near", "worse"),
    ],
)
def test_each_rule(values: list[float], rule: str, sense: str) -> None:
    told = found(*values)
    assert (told.rule, told.sense) == (rule, sense)


def test_six_in_a_row_is_no_shift_and_seven_is() -> None:
    six = found(14, 5, 12, 4, 9, 4, 11, 11, 11, 11, 11, 11)
    seven = found(14, 5, 12, 4, 9, 11, 11, 11, 11, 11, 11, 11)
    assert (six.rule, seven.rule) == (None, "shift")
    assert seven.since == START + timedelta(weeks=5)


def test_a_point_on_the_mean_breaks_a_shift() -> None:
    # The mean is 10: 12 12 10 12 12 12 12 has a 10 in it.
    assert found(4, 6, 12, 8, 10, 12, 12, 10, 12, 12, 12, 10).rule is None


def test_a_rise_that_pauses_is_no_trend() -> None:
    assert found(30, 2, 35, 1, 20, 4, 6, 8, 8, 12, 14, 16).rule is None


def test_eleven_points_or_none_now_say_nothing() -> None:
    assert signal(OVERDUE, points(*range(11))) is None
    assert signal(OVERDUE, points(*range(12), None)) is None
    assert signal(OVERDUE, points()) is None


def test_a_flat_line_is_no_signal() -> None:
    told = found(*[5] * 13)
    assert (told.rule, told.low, told.high) == (None, 5, 5)


def test_better_is_the_measures_own_way() -> None:
    high = [10, 11, 10, 9, 10, 11, 10, 9, 10, 11, 10, 30]
    senses = [t.sense for m in (OVERDUE, IN_TIME, VOLUME) if (t := signal(m, points(*high)))]
    assert senses == ["worse", "better", "change"]


def test_limits_stay_where_numbers_can_be() -> None:
    told = signal(IN_TIME, points(*[90, 100] * 6))
    assert told is not None
    assert told.high == 100
    assert found(*[0, 9] * 6).low == 0


def test_small_denominators_are_said() -> None:
    told = signal(IN_TIME, points(*[90, 80] * 6, of=9))
    assert told is not None
    assert told.small
    assert "fewer than ten" in sentences(IN_TIME, told)[-1]
    assert not found(*[90, 80] * 6).small


@given(st.lists(st.integers(0, 60), min_size=12, max_size=40), st.integers(1, 50))
def test_adding_a_constant_moves_the_chart_and_not_the_signal(values: list[int], more: int) -> None:
    plain, moved = found(*values), found(*(v + more for v in values))
    assert (plain.rule, plain.sense, plain.since) == (moved.rule, moved.sense, moved.since)


@given(st.lists(st.integers(0, 60), min_size=12, max_size=40))
def test_upside_down_is_the_other_way(values: list[int]) -> None:
    plain, turned = found(*values), found(*(60 - v for v in values))
    assert plain.rule == turned.rule
    assert {plain.sense, turned.sense} in ({"better", "worse"}, {None})


def test_a_trend_carries_its_signal(borough: kpi_engine.Engine) -> None:
    slugs = ("cin_open", "cp_visits_in_time", "cp_visits_overdue")
    answer = borough.ask(Question("trend", slugs, AUTHORITY, borough.as_at), EVERYTHING)
    for part in answer.answers:
        values = [p.value for p in part.points or () if p.value is not None]
        mean = sum(values) / len(values)
        width = 2.66 * sum(abs(b - a) for a, b in pairwise(values)) / (len(values) - 1)
        told = part.extra["signal"]
        assert told["mean"] == pytest.approx(mean, abs=0.05)
        assert told["points"] == len(values) == 13
        assert (told["rule"] == "outside") == (abs(values[-1] - mean) > width)
        assert part.sentences
        assert all(s.endswith(".") for s in part.sentences)


def test_the_briefings_table_carries_signals_that_the_trend_confirms(borough: kpi_engine.Engine) -> None:
    briefing = borough.ask(Question("briefing", (), AUTHORITY, borough.as_at), EVERYTHING).briefing
    assert briefing is not None
    told = {row["measure"]: row["signal"] for row in briefing["table"]}
    assert any(told.values())
    # The extract's date is a Sunday: the weeks of the trend are the weeks of the briefing.
    for slug in ("cin_open", "cp_visits_overdue", "lac_open", "cin_visits_overdue", "cp_unallocated"):
        (trend,) = borough.ask(Question("trend", (slug,), AUTHORITY, borough.as_at), EVERYTHING).answers
        same = trend.extra["signal"]
        assert told[slug] == (same if same["rule"] else None)


def test_a_trend_draws_average_limits_and_the_points_of_its_signal() -> None:
    """In the chart for Teams and in the picture of it alike, each with a name in words; no signal, no marks."""
    days = [date(2026, 8, 23) + timedelta(weeks=week) for week in range(13)]
    told = {
        "rule": "shift",
        "sense": "worse",
        "mean": 3.0,
        "low": 1.0,
        "high": 5.0,
        "since": days[-7].isoformat(),
    }
    found = tuple(Point(day, float(place), None) for place, day in enumerate(days))
    spec = line(MeasureAnswer("cin_unallocated", 12, extra={"signal": told}), found)
    assert spec.control == Control(
        3.0, 1.0, 5.0, tuple((day.isoformat(), float(6 + n)) for n, day in enumerate(days[-7:]))
    )
    assert "Average 3, usual range 1 to 5; a signal." in spec.alt
    element = draw(spec, Client(), ROOMS[0])
    assert [one["legend"] for one in element["data"]] == [
        "Now",
        "Average",
        "Lower limit",
        "Upper limit",
        "Signal",
    ]
    assert (
        drawn(element)["url"]
        == drawn(element)["url"]
        != drawn({**element, "data": element["data"][:1]})["url"]
    )
    calm = line(
        MeasureAnswer("cin_unallocated", 12, extra={"signal": told | {"rule": None, "since": None}}), found
    )
    assert calm.control == Control(3.0, 1.0, 5.0)
    assert line(MeasureAnswer("cin_unallocated", 12), found).control is None
