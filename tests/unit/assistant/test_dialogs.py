"""What is said to a read question: rights first, choices filtered, buttons checked when pressed."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date

import pytest
from small_engine import SmallEngine

from bot.cards.buttons import carried
from bot.dialogs import ask, drill_down
from bot.dialogs.room import Room
from bot.turn import Audience
from bot.understanding.reading import Choice, Reading
from kpi_engine.question import AUTHORITY, Question, UnitRef

D = date(2026, 11, 15)
T11, T12 = UnitRef("team", "T11"), UnitRef("team", "T12")
VISITS = ("cp_visits_overdue",)
Enter = Callable[..., Room]


def q(show: str, unit: UnitRef = T11, **parts: object) -> Question:
    return Question(show=show, unit=unit, as_at=D, **({"measures": VISITS} | parts))  # type: ignore[arg-type]


def test_an_answer_carries_the_question_its_understanding_and_the_data(room: Enter) -> None:
    said = ask.hear(room(), "cp visits overdue", Reading("answered", q("list")))
    assert list(said.json) == ["question", "outcome", "understood", "answers", "text", "data"]
    assert said.json["question"] == "cp visits overdue"
    assert said.json["understood"] == q("list").to_json()
    assert [row["child_id"] for row in said.json["answers"][0]["rows"]] == ["K11"]
    assert said.json["data"]["extract"] == "x1"
    assert said.card is not None


def test_a_list_that_is_partly_permitted_names_the_units_held_back(room: Enter) -> None:
    said = ask.hear(room(), "", Reading("answered", q("list", AUTHORITY)))
    assert said.outcome == "answered"
    assert said.json["held_back"] == ["T12", "T21", "T31"]
    assert said.json["answers"][0]["value"] == 4
    assert [row["team_id"] for row in said.json["answers"][0]["rows"]] == ["T11"]


def test_a_list_wholly_beyond_is_refused_before_the_engine_is_asked(room: Enter, engine: SmallEngine) -> None:
    said = ask.hear(room(), "", Reading("answered", q("list", T12)))
    assert said.outcome == "not_permitted"
    assert said.event == "refusal"
    assert (said.json["understood"], said.json["answers"]) == (None, [])
    assert said.asked == q("list", T12)
    assert engine.asked == []


@pytest.mark.parametrize("outcome", ["out_of_scope", "not_understood", "clarify"])
def test_rights_come_before_scope(room: Enter, outcome: str) -> None:
    choices = (Choice("CP visits", q("headline")),)
    reading = Reading(outcome, q("list", T12), choices=choices, because="I hold no shoe sizes.")  # type: ignore[arg-type]
    said = ask.hear(room(), "", reading)
    assert said.outcome == "not_permitted"
    assert "shoe" not in said.text


def test_only_permitted_choices_are_offered(room: Enter) -> None:
    choices = tuple(Choice(f"{w}", q("list", worker=w)) for w in ("P11", "P12", "P21"))
    said = ask.hear(room(), "", Reading("clarify", choices=choices, ask="Which one?"))
    assert said.outcome == "clarify"
    assert [choice["worker"] for choice in said.json["choices"]] == ["P11"]
    assert "P12" not in json.dumps(said.json)
    assert "P12" not in json.dumps(said.card)


def test_at_most_five_choices_are_offered(room: Enter) -> None:
    choices = tuple(Choice(str(n), q("headline", limit=n)) for n in range(1, 9))
    said = ask.hear(room(), "", Reading("clarify", choices=choices, ask="Which one?"))
    assert [choice["limit"] for choice in said.json["choices"]] == [1, 2, 3, 4, 5]


def test_when_no_choice_is_permitted_the_answer_is_no(room: Enter) -> None:
    choices = tuple(Choice(f"{w}", q("list", worker=w)) for w in ("P12", "P21"))
    said = ask.hear(room(), "", Reading("clarify", choices=choices, ask="Which one?"))
    assert said.outcome == "not_permitted"
    assert "choices" not in said.json


def test_what_is_offered_beside_a_refusal_by_scope_is_permitted(room: Enter) -> None:
    nearby = (Choice("CSWT 2 children", q("list", T12)), Choice("CSWT 2 number", q("headline", T12)))
    said = ask.hear(room(), "", Reading("out_of_scope", because="I hold no shoe sizes.", nearby=nearby))
    assert said.outcome == "out_of_scope"
    assert "CSWT 2 number" in said.text
    assert "CSWT 2 children" not in said.text
    assert said.json["understood"] is None


def test_an_unknown_child_and_another_teams_child_are_the_same_to_those_without_rights(room: Enter) -> None:
    other = ask.hear(room(), "x", Reading("answered", q("why", T12, child="K12")))
    unknown = ask.hear(room(), "x", Reading("no_data", q("why", child="X9"), unknown_child="X9"))
    without_question = ask.hear(room(), "x", Reading("no_data", unknown_child="X9", because="No X9."))
    scoped_out = ask.hear(room(), "x", Reading("out_of_scope", because="No X9.", unknown_child="X9"))
    assert other.json == unknown.json == without_question.json == scoped_out.json
    assert other.card == unknown.card == without_question.card
    assert other.outcome == "not_permitted"


def test_an_unknown_child_is_no_data_for_those_with_rights_to_all(room: Enter) -> None:
    said = ask.hear(room("u-dir"), "", Reading("no_data", q("why", child="X9"), unknown_child="X9"))
    assert said.outcome == "no_data"
    assert "X9" in said.text
    assert said.json["understood"]["child"] == "X9"


def test_the_personal_chat_is_offered_where_it_would_help(room: Enter) -> None:
    unmapped, channel = Audience("group"), Audience("channel", T11)
    assert "personal chat" in ask.hear(room("u-t11", unmapped), "", Reading("answered", q("list"))).text
    assert "personal chat" not in ask.hear(room("u-t12", unmapped), "", Reading("answered", q("list"))).text
    partly = ask.hear(room("u-dir", channel), "", Reading("answered", q("list", AUTHORITY)))
    assert "personal chat" in partly.text
    assert partly.json["held_back"] == ["T12", "T21", "T31"]
    beyond = ask.hear(room("u-t11", channel), "", Reading("answered", q("list", AUTHORITY)))
    assert "personal chat" not in beyond.text


def test_a_refused_list_offers_the_number_and_a_refused_child_nothing(room: Enter) -> None:
    assert (
        "Number: CP visits overdue, Unit T12"
        in ask.hear(room(), "", Reading("answered", q("list", T12))).text
    )
    assert "umber" not in ask.hear(room(), "", Reading("answered", q("why", T12, child="K12"))).text


def test_a_row_outside_the_scope_is_never_said(room: Enter, engine: SmallEngine) -> None:
    engine.leaks = True
    with pytest.raises(ask.RowOutsideScope):
        ask.hear(room(), "", Reading("answered", q("list", AUTHORITY)))


@pytest.mark.parametrize("talk", ["greeting", "thanks", "help", "stop", "cancel"])
def test_small_talk_is_answered_as_help_without_a_number(room: Enter, engine: SmallEngine, talk: str) -> None:
    reading = Reading("answered", Question("help", unit=T11, as_at=D), talk=talk)  # type: ignore[arg-type]
    said = ask.hear(room(), "hello", reading)
    assert (said.outcome, said.json["understood"]["show"]) == ("answered", "help")
    assert said.json["answers"] == []
    assert engine.asked == []


# Buttons ------------------------------------------------------------------------------------------------


def test_a_button_is_answered_under_the_rights_of_whoever_presses_it(room: Enter) -> None:
    action = carried(q("list", T12), replace=True)
    assert drill_down.press(room("u-t12"), action).outcome == "answered"
    assert drill_down.press(room("u-t12"), action).replaces
    refused = drill_down.press(room("u-t11"), action)
    assert (refused.outcome, refused.event) == ("not_permitted", "refusal")
    assert not refused.replaces


def test_a_button_cannot_lend_another_teams_unit_a_friendlier_kind(room: Enter) -> None:
    question = q("list", UnitRef("authority", "T12")).to_json()
    said = drill_down.press(room("u-t12"), {"perfbot": "ask", "question": question})
    assert said.json["understood"]["unit"] == {"kind": "team", "id": "T12"}


@pytest.mark.parametrize(
    "action",
    [
        {},
        {"perfbot": "delete"},
        {"perfbot": "ask"},
        {"perfbot": "ask", "question": "list"},
        {"perfbot": "ask", "question": {}},
        {"perfbot": "ask", "question": {"show": "steal", "unit": {"kind": "team", "id": "T11"}}},
        {"perfbot": "ask", "question": q("list", UnitRef("team", "T99")).to_json()},
        {"perfbot": "ask", "question": q("list").to_json() | {"as_at": "soon"}},
        {"perfbot": "ask", "question": q("list").to_json() | {"filters": {"shoe": 1}}},
        {"perfbot": "ask", "question": q("list").to_json() | {"unit": None}},
        {"perfbot": "ask", "question": q("list").to_json() | {"measures": 7}},
        {"perfbot": "ask", "question": q("list").to_json() | {"child": ["K12"]}},
        {"perfbot": "ask", "question": q("list").to_json() | {"worker": {}}},
        {"perfbot": "ask", "question": q("list").to_json() | {"measures": ["shoe_sizes"]}},
        {"perfbot": "ask", "question": q("list").to_json() | {"units": ["T11", "T99"]}},
        {"perfbot": "ask", "question": q("list").to_json() | {"filters": {"age_min": [4]}}},
        {"perfbot": "ask", "question": q("list").to_json() | {"by": "child"}},
        {"perfbot": "ask", "question": q("list").to_json() | {"order": 1}},
        {"perfbot": "ask", "question": q("list").to_json() | {"limit": -1}},
        {"perfbot": "ask", "question": q("list").to_json() | {"limit": True}},
        {"perfbot": "ask", "question": q("list").to_json() | {"as_at": "2026-11-16"}},
        {"perfbot": ["ask"], "question": q("list").to_json()},
    ],
)
def test_a_button_nobody_made_is_one_sentence(room: Enter, engine: SmallEngine, action: dict) -> None:  # type: ignore[type-arg]
    said = drill_down.press(room(), action)
    assert said.outcome == "not_understood"
    assert said.text == drill_down.UNKNOWN_BUTTON
    assert engine.asked == []


def test_the_help_button_helps(room: Enter) -> None:
    assert drill_down.press(room(), {"perfbot": "help"}).json["understood"]["show"] == "help"
