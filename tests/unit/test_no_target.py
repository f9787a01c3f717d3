"""A target that nobody has set is said to be none."""

from __future__ import annotations

from bot.dialogs.no_target import noted
from kpi_engine.answer import Answer, MeasureAnswer
from kpi_engine.question import AUTHORITY, Question
from tests.questions.reader_harness import ReaderAlone
from tests.unit.understanding.example_authority import AS_AT


def test_asking_for_a_target_is_remembered_and_a_bare_number_is_not() -> None:
    reader = ReaderAlone()
    for number, (text, asked) in enumerate(
        (("what is the target for contacts", True), ("contacts last week", False))
    ):
        reader.ask({"id": str(number), "as": "U-DIR", "text": text})
        assert ("target" in reader.readings[str(number)].said) is asked


def test_only_measures_without_a_target_are_named() -> None:
    question = Question("headline", ("contacts_received", "cp_visits_overdue"), AUTHORITY, AS_AT)
    parts = (
        MeasureAnswer("contacts_received", value=4),
        MeasureAnswer("cp_visits_overdue", value=2, target=0),
    )
    found = noted(Answer("answered", question, parts))
    assert found.note == "No target is set for: Contacts received."
    assert noted(Answer("answered", question, parts[1:])).note is None
