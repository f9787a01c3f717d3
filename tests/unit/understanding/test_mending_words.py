"""What a reading took for granted is one tap from its alternatives, and nothing that was said is called into doubt."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.understanding.context import Chosen, Context, value_of
from bot.understanding.reader import read
from bot.understanding.reading import Reading
from kpi_engine.question import Question
from tests.unit.understanding.example_authority import ExampleAuthority

AUTHORITY = ExampleAuthority()
VOCABULARY = AUTHORITY.vocabulary()
BANK = [
    json.loads(line)
    for line in (Path(__file__).parents[2] / "questions" / "bank.jsonl").read_text("utf-8").splitlines()
]


def reading_of(
    text: str, who: str = "U-T11", where: str = "personal", context: Context | None = None
) -> Reading:
    return read(text, AUTHORITY.listener(who, where), VOCABULARY, context)


def labels(text: str, who: str = "U-T11", where: str = "personal") -> list[str]:
    return [choice.label for choice in reading_of(text, who, where).corrections]


@given(line=st.sampled_from(BANK))
def test_every_correction_is_another_whole_question(line: dict) -> None:
    reading = reading_of(line["text"], line["as"], line["in"])
    questions = [choice.question for choice in reading.corrections]
    assert reading.question not in questions
    assert len(set(questions)) == len(questions)
    assert all(Question.from_json(q.to_json()) == q for q in questions)
    assert all(choice.label for choice in reading.corrections)
    if reading.outcome != "answered":
        assert not questions


def test_nothing_said_means_the_nearest_alternatives_of_every_part() -> None:
    assert labels("CP visits") == ["Children's Social Work", "Overdue", "Whole authority", "In time"]
    assert labels("contacts") == ["Children's Social Work", "Last 4 weeks", "Whole authority", "Year to date"]
    assert labels("CP visits in time") == [
        "Children's Social Work",
        "Last 4 weeks",
        "Whole authority",
        "Year to date",
    ]
    assert labels("CIN cases by week") == [
        "Children's Social Work",
        "Last 12 months",
        "Whole authority",
        "Year to date",
    ]
    assert labels("what falls due", "U-DIR") == ["Next 2 weeks", "Next 4 weeks"]


@pytest.mark.parametrize(
    "text",
    ["CP visits overdue in CSWT 1", "CP visits in time last month in CSWT 1", "why is C123 on the CP visits list",
     "how are CP visits counted", "hello", "what does amber mean", "Nadia Rahman's overdue CP visits"],
)  # fmt: skip
def test_what_was_said_is_not_called_into_doubt(text: str) -> None:
    assert labels(text) == []


def test_in_a_channel_my_own_unit_is_the_first_alternative() -> None:
    assert labels("CP visits overdue", "U-T11", "T12")[0] == "CSWT 1"


def test_the_alternatives_say_what_they_mean() -> None:
    found = {c.label: c.question for c in reading_of("CP visits").corrections}
    assert found["Overdue"].measures == ("cp_visits_overdue",)
    assert found["Overdue"].period is None
    assert found["In time"].measures == ("cp_visits_in_time",)
    assert found["In time"].period is not None
    assert found["Whole authority"].unit.id == "ALL"
    assert found["Children's Social Work"].unit.id == "S2"


def test_a_list_becomes_a_number_where_rows_may_not_be_seen() -> None:
    found = {c.label: c.question for c in reading_of("overdue CP visits").corrections}
    assert reading_of("overdue CP visits").question.show == "list"  # type: ignore[union-attr]
    assert found["Whole authority"].show == "headline"


def test_a_mistyped_word_has_its_other_meanings() -> None:
    reading = reading_of("CP vists in CWST 1")
    assert [(w.text, w.read_as) for w in reading.words if w.read_as] == [
        ("vists", "visits"),
        ("CWST 1", "cswt 1"),
    ]
    assert "CSWT 2" in [c.label for c in reading.corrections]


def test_a_choice_made_before_answers_and_offers_the_others() -> None:
    asked_back = reading_of("which plans are overdue", "U-DIR")
    assert asked_back.outcome == "clarify"
    for choice in asked_back.choices:
        chosen = Chosen(value_of(asked_back.ambiguity, choice.question))
        held = Context(choices={asked_back.ambiguity: chosen})
        again = reading_of("which plans are overdue", "U-DIR", context=held)
        assert (again.outcome, again.question, again.remembered) == (
            "answered",
            choice.question,
            choice.label,
        )
        assert [c.question for c in again.corrections] == [
            c.question for c in asked_back.choices if c.question != choice.question
        ]


def test_a_choice_made_before_does_not_swallow_a_word() -> None:
    key = reading_of("which plans are overdue", "U-DIR").ambiguity
    held = Context(choices={key: Chosen("cp_over_two_years")})
    assert reading_of("which plans are overdue by school", "U-DIR", context=held).outcome == "out_of_scope"


@pytest.mark.parametrize(
    ("text", "wanted"),
    [("CP visits in time last month in CSWT 9", ("2026-10-01", "2026-10-31")),
     ("contacts since April in CSWT 9", ("2026-04-01", "2026-11-15"))],
)  # fmt: skip
def test_an_unknown_name_keeps_the_rest_of_the_question(text: str, wanted: tuple[str, str]) -> None:
    reading = reading_of(text, "U-DIR")
    assert reading.outcome == "clarify"
    for choice in reading.choices:
        period = choice.question.period
        assert period is not None
        assert (period.first.isoformat(), period.last.isoformat()) == wanted


def test_an_unknown_name_in_a_follow_up_keeps_the_question_before() -> None:
    before = Question("headline", ("cp_visits_in_time",), as_at=AUTHORITY.as_at,
                      period=reading_of("CP visits in time last month").question.period)  # type: ignore[union-attr]  # fmt: skip
    held = Context(question=before, said=frozenset({"period"}))
    reading = reading_of("and CSWT 9?", "U-DIR", context=held)
    assert reading.outcome == "clarify"
    assert {c.question.measures for c in reading.choices} == {("cp_visits_in_time",)}
    assert {c.question.period for c in reading.choices} == {before.period}
    assert len({c.question.unit.id for c in reading.choices}) == len(reading.choices)
