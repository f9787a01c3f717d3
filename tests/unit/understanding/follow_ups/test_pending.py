"""Turns behind one that was refused, unclear or only polite: the last answer stays, and the pending question can be
completed (spec/asking.md, Context 3).
"""

# ruff: noqa: E501 - the wordings of one kind read better in few lines
from __future__ import annotations

import random

import pytest

from tests.unit.understanding.follow_ups.hearing import faults, hear, understood
from tests.unit.understanding.follow_ups.starts import starts
from tests.unit.understanding.follow_ups.steps import steps
from tests.unit.understanding.follow_ups.talk import TOPICS, Talk

CP = TOPICS["cp_visits"]
CIN = TOPICS["cin_visits"]
LATE = Talk("U-T11", CP, "overdue", "list", "T11")


@pytest.mark.parametrize("before", [None, "which core groups are overdue"])
@pytest.mark.parametrize(
    "completion", ["just the number then", "ok just the number", "how many then?", "just how many", "the number then",
                   "just the total", "can I have the number"]
)  # fmt: skip
def test_the_number_of_a_refused_list(before: str | None, completion: str) -> None:
    context = hear(before, "U-T11")[1] if before else None
    _, context = hear("which CP visits are overdue in CSWT 2", "U-T11", context, refused="not_permitted")
    reading, _ = hear(completion, "U-T11", context)
    assert faults(reading, LATE.but(show="headline", unit="T12").understood()) == []


@pytest.mark.parametrize("before", [None, "how many core groups are overdue"])
@pytest.mark.parametrize(
    "completion", ["ours then", "CSWT 1 then", "sorry, CSWT 1", "I meant CSWT 1", "my team then", "no, CSWT 1", "CSWT 1",
                   "and CSWT 1?", "ok mine then", "CSWT 1 not CSWT 2"]
)  # fmt: skip
def test_another_unit_for_a_refused_list(before: str | None, completion: str) -> None:
    context = hear(before, "U-T11")[1] if before else None
    _, context = hear("which CP visits are overdue in CSWT 2", "U-T11", context, refused="not_permitted")
    reading, _ = hear(completion, "U-T11", context)
    assert faults(reading, LATE.understood()) == []


@pytest.mark.parametrize("before", [None, "how many core groups are overdue"])
@pytest.mark.parametrize(
    "completion", ["sorry, C123", "C123?", "I meant C123", "no, C123", "what about C123", "make that C123", "sorry C123",
                   "C123 not C200", "oh I meant C123", "and C123?", "C123", "no sorry, C123", "why is C123 then"]
)  # fmt: skip
def test_another_child_for_a_refused_why(before: str | None, completion: str) -> None:
    context = hear(before, "U-T11")[1] if before else None
    _, context = hear("why is C200 overdue for a CIN visit", "U-T11", context, refused="not_permitted")
    reading, context = hear(completion, "U-T11", context)
    why = LATE.but(topic=CIN, show="why", child="C123")
    assert faults(reading, why.understood()) == []
    for then, topic in (("and for the CIN review?", "cin_reviews"), ("and CIN reviews?", "cin_reviews")):
        reading, _ = hear(then, "U-T11", context)
        assert faults(reading, why.but(topic=TOPICS[topic]).understood()) == [], then


@pytest.mark.parametrize(
    "strange", ["only the girls", "just those with a solicitor", "and by school?", "the ones with a dog", "and Narnia?",
                "only blue ones", "what about the foster brothers", "not the twins", "and girls?", "drop the boys",
                "add the grandparents", "include girls", "sorry, girls", "no, I meant girls", "that school", "take out twins"]
)  # fmt: skip
def test_a_strange_word_refuses_and_leaves_the_last_answer(strange: str) -> None:
    drawn = random.Random(strange)
    for text, talk in drawn.sample(list(starts("U-AD2")), 12):
        _, context = hear(text, talk.user)
        reading, after = hear(strange, talk.user, context)
        assert reading.outcome != "answered", (text, strange, understood(reading))
        assert after.question == context.question


@pytest.mark.parametrize(
    "between", ["thanks", "great, thanks", "ok", "perfect", "cheers", "what does amber mean"]
)
def test_a_polite_turn_changes_nothing(between: str) -> None:
    drawn = random.Random(between)
    for text, talk in drawn.sample(list(starts("U-AD2")), 12):
        _, context = hear(text, talk.user)
        _, context = hear(between, talk.user, context)
        step = drawn.choice(list(steps(talk)))
        reading, _ = hear(step.text, talk.user, context)
        assert faults(reading, step.after.understood()) == [], (text, between, step.text)


@pytest.mark.parametrize("refused", ["only the girls", "just those with a solicitor", "and by school?"])
def test_a_follow_up_goes_on_from_the_last_answer_behind_a_refusal(refused: str) -> None:
    drawn = random.Random(refused)
    for text, talk in drawn.sample(list(starts("U-AD2")), 30):
        _, context = hear(text, talk.user)
        _, context = hear(refused, talk.user, context)
        step = drawn.choice(list(steps(talk)))
        reading, _ = hear(step.text, talk.user, context)
        assert faults(reading, step.after.understood()) == [], (text, refused, step.text)


@pytest.mark.parametrize("before", [None, "how many core groups are overdue in CSWT 1"])
@pytest.mark.parametrize(
    "completion", ["Marsh", "Chloe Marsh", "the second one", "Marsh please", "I meant Marsh", "sorry, Marsh", "the second",
                   "Chloe Marsh I mean", "no, Marsh"]
)  # fmt: skip
def test_which_of_two_workers(before: str | None, completion: str) -> None:
    context = hear(before, "U-AD2")[1] if before else None
    reading, context = hear("list Chloe's overdue CP visits", "U-AD2", context)
    assert reading.outcome == "clarify"
    reading, context = hear(completion, "U-AD2", context)
    hers = LATE.but(user="U-AD2", worker="P1292", unit="T12")
    assert faults(reading, hers.understood()) == []
    reading, _ = hear("and CIN visits?", "U-AD2", context)
    assert faults(reading, hers.but(topic=CIN).understood()) == []


@pytest.mark.parametrize(
    ("completion", "name"),
    [("CP visits", "cp_visits"), ("visits", "cp_visits"), ("core groups", "core_groups"), ("the visits", "cp_visits"),
     ("I meant the core groups", "core_groups"), ("the visits please", "cp_visits"), ("core groups then", "core_groups"),
     ("the first one", "")],
)  # fmt: skip
def test_which_of_several_subjects(completion: str, name: str) -> None:
    reading, context = hear("which CP plans are overdue in CSWT 1", "U-AD2")
    assert reading.outcome == "clarify"
    first = reading.choices[0].question.measures
    reading, _ = hear(completion, "U-AD2", context)
    wanted = TOPICS[name].overdue if name else first
    assert (reading.outcome, reading.question and reading.question.measures) == ("answered", wanted)
    assert reading.question is not None
    assert (reading.question.show, reading.question.unit.id) == ("list", "T11")
