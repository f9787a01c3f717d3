"""Everything overdue names the measures that somebody is on, and no other question loses a measure."""

from __future__ import annotations

from datetime import date

import pytest

from bot.dialogs.exceptions import only_with_rows
from bot.understanding.subjects import every_exception
from kpi_engine.answer import Answer, MeasureAnswer
from kpi_engine.question import Question, Show, UnitRef

D = date(2026, 11, 15)
T11 = UnitRef("team", "T11")
VALUES = {"cp_visits_overdue": 2.0, "cin_unallocated": 1.0}


def answered(measures: tuple[str, ...], show: Show = "list", **parts: MeasureAnswer) -> Answer:
    found = (parts.get(slug) or MeasureAnswer(slug, VALUES.get(slug, 0.0), 10.0) for slug in measures)
    return Answer("answered", Question(show, measures, T11, D), tuple(found))


@pytest.mark.parametrize("show", ["list", "headline", "compare"])
def test_only_measures_with_somebody_on_them_are_named(show: Show) -> None:
    found = only_with_rows(answered(every_exception(), show))
    assert found.question.measures == ("cin_unallocated", "cp_visits_overdue")
    assert tuple(part.measure for part in found.answers) == found.question.measures
    assert found.note is None


def test_a_suppressed_number_is_not_nought() -> None:
    small = MeasureAnswer("core_groups_overdue", None, suppressed=True)
    found = only_with_rows(answered(every_exception(), core_groups_overdue=small))
    assert "core_groups_overdue" in found.question.measures


def test_a_measure_without_its_table_stays_named_in_words() -> None:
    unknown = MeasureAnswer("core_groups_overdue", no_data="There are no meetings.")
    found = only_with_rows(answered(every_exception(), core_groups_overdue=unknown))
    assert "core_groups_overdue" not in found.question.measures
    assert found.note == "There is no data for Core groups overdue."


def test_nothing_overdue_names_nothing() -> None:
    idle = Answer(
        "answered",
        Question("list", every_exception(), T11, D),
        tuple(MeasureAnswer(slug, 0.0, 10.0) for slug in every_exception()),
    )
    assert only_with_rows(idle).question.measures == ()


def test_measures_asked_by_name_stay() -> None:
    asked = answered(("core_groups_overdue", "cp_visits_overdue"))
    assert only_with_rows(asked) is asked


def test_other_shows_stay() -> None:
    trend = answered(every_exception(), "trend")
    assert only_with_rows(trend) is trend
