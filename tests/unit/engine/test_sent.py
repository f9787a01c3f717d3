"""What a post told, taken out of its answer: each figure is the one that the engine counts for its key."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from kpi_engine import Engine
from kpi_engine.question import AUTHORITY, EVERYTHING, Period, Question, UnitRef
from kpi_engine.sent import SentFigure, figures_in
from schedules.posts import question_of
from tests.unit.engine.hand_authority import AS_AT

NORTH = UnitRef("team", "T1")
OCTOBER = Period(date(2026, 10, 1), date(2026, 10, 31))


@pytest.mark.parametrize("unit", [NORTH, UnitRef("service", "S1"), AUTHORITY])
@pytest.mark.parametrize("days", [0, 3, 14])
def test_a_briefings_figures_are_counted_again_by_their_keys(
    by_hand: Engine, unit: UnitRef, days: int
) -> None:
    as_at = AS_AT - timedelta(days=days)
    told = figures_in(by_hand.ask(Question("briefing", unit=unit, as_at=as_at), EVERYTHING).to_json())
    assert {"cp_open", "cp_visits_overdue"} <= {each.measure for each in told}
    for each in told:
        figure = by_hand.figure(each.measure, each.as_at, each.unit_id, each.period)
        assert figure is not None
        assert (figure.value, figure.of) == (each.value, each.of), each


@pytest.mark.parametrize("post", ["month_end", "quarter_end"])
def test_so_are_those_of_the_other_posts(by_hand: Engine, post: str) -> None:
    question = question_of(post, NORTH, AS_AT, AS_AT)
    assert question is not None
    for each in figures_in(by_hand.ask(question, EVERYTHING).to_json()):
        figure = by_hand.figure(each.measure, each.as_at, each.unit_id, each.period)
        assert figure is not None
        assert (figure.value, figure.of) == (each.value, each.of), each


def test_a_past_period_asked_of_a_number_of_a_date_is_of_its_last_day(by_hand: Engine) -> None:
    asked = Question("headline", ("cp_open", "section_47_started"), NORTH, AS_AT, period=OCTOBER)
    plans, enquiries = figures_in(by_hand.ask(asked, EVERYTHING).to_json())
    assert (plans.measure, plans.as_at, plans.period, plans.value) == ("cp_open", OCTOBER.last, None, 3)
    assert (enquiries.as_at, enquiries.period, enquiries.value) == (AS_AT, OCTOBER, 0)


@pytest.mark.parametrize(
    "more",
    [
        {"show": "coming_up"}, {"show": "list"}, {"filters": (("age_max", 4),)}, {"worker": "P1"}, {"child": "C1"},
    ],
)  # fmt: skip
def test_only_statements_about_a_unit_are_figures(by_hand: Engine, more: dict[str, object]) -> None:
    asked = Question("headline", ("cp_visits_overdue",), NORTH, AS_AT)
    assert len(figures_in(by_hand.ask(asked, EVERYTHING).to_json())) == 1
    assert figures_in(by_hand.ask(asked.but(**more), EVERYTHING).to_json()) == ()


def test_a_refusal_or_plain_words_tell_no_figure() -> None:
    assert figures_in({}) == ()
    assert figures_in({"outcome": "not_permitted", "understood": None, "answers": []}) == ()


def test_there_and_back() -> None:
    for one in (
        SentFigure("cp_open", "T1", AS_AT, None, 3, None),
        SentFigure("cp_visits_in_time", "T1", AS_AT, OCTOBER, None, 0),
    ):
        assert SentFigure.from_json(one.to_json()) == one
