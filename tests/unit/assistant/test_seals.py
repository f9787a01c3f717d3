"""Buttons: forged, changed, expired and foreign presses open nothing; an honest one opens what it says."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography.fernet import Fernet

from bot.cards import Client, card
from bot.dialogs.room import Room
from bot.seals import LASTS, SEAL, Seals
from bot.store import Cipher
from bot.turn import PERSONAL, Audience
from kpi_engine.question import EVERYTHING, Question, UnitRef

NOW = datetime(2026, 11, 16, 9, 0, tzinfo=UTC)
T11 = UnitRef("team", "T11")
IN_T11, IN_T12 = Audience("channel", T11), Audience("channel", UnitRef("team", "T12"))


KEY = Fernet.generate_key()
SEALS = Seals(Cipher(KEY))


def buttons(part: Any) -> list[dict[str, Any]]:
    if isinstance(part, Mapping):
        found = [dict(part["data"])] if isinstance(part.get("data"), Mapping) else []
        return found + [each for value in part.values() for each in buttons(value)]
    return [each for value in part for each in buttons(value)] if isinstance(part, list) else []


@pytest.fixture
def shown(room: Callable[..., Room]) -> Mapping[str, Any]:
    here = room("u-dir")
    question = Question("list", ("cp_visits_overdue",), T11, here.as_at)
    return card(here.engine.ask(question, EVERYTHING), here.names, Client())


def test_every_button_of_a_card_is_sealed_and_the_card_is_otherwise_the_same(
    shown: Mapping[str, Any],
) -> None:
    sealed = SEALS.seal(shown, "u-t11", PERSONAL, NOW)
    found = buttons(sealed)
    assert found
    assert all(SEALS.holds(data, "u-t11", PERSONAL, NOW) for data in found)
    for data in buttons_in_place(sealed):
        del data["until"], data["seal"]
    assert sealed == json.loads(json.dumps(shown))


def buttons_in_place(part: Any) -> list[dict[str, Any]]:
    if isinstance(part, dict):
        found = [part["data"]] if isinstance(part.get("data"), dict) else []
        return found + [each for value in part.values() for each in buttons_in_place(value)]
    return [each for value in part for each in buttons_in_place(value)] if isinstance(part, list) else []


def test_a_press_survives_the_way_through_teams(shown: Mapping[str, Any]) -> None:
    data = buttons(SEALS.seal(shown, "u-t11", PERSONAL, NOW))[0]
    back = json.loads(json.dumps(dict(reversed(data.items())))) | {"added by the client": 1}
    assert SEALS.holds(back, "u-t11", PERSONAL, NOW)


@pytest.mark.parametrize(
    ("person", "audience", "later", "holds"),
    [
        ("u-t11", PERSONAL, timedelta(0), True),
        ("u-t11", PERSONAL, LASTS, True),
        ("u-t11", PERSONAL, LASTS + timedelta(days=1), False),  # expired
        ("u-t12", PERSONAL, timedelta(0), False),  # another person's chat
        ("u-t11", IN_T11, timedelta(0), False),  # forwarded to a channel
    ],
)
def test_a_personal_card_is_pressed_by_its_person_there_and_in_time(
    shown: Mapping[str, Any], person: str, audience: Audience, later: timedelta, holds: bool
) -> None:
    data = buttons(SEALS.seal(shown, "u-t11", PERSONAL, NOW))[0]
    assert SEALS.holds(data, person, audience, NOW + later) is holds


@pytest.mark.parametrize(("audience", "holds"), [(IN_T11, True), (IN_T12, False), (PERSONAL, False)])
def test_a_channels_card_is_pressed_by_anybody_there(
    shown: Mapping[str, Any], audience: Audience, holds: bool
) -> None:
    data = buttons(SEALS.seal(shown, "u-t11", IN_T11, NOW))[0]
    assert SEALS.holds(data, "u-t12", audience, NOW) is holds


def test_a_changed_button_opens_nothing(shown: Mapping[str, Any]) -> None:
    data = next(d for d in buttons(SEALS.seal(shown, "u-t11", PERSONAL, NOW)) if "question" in d)
    for change in (
        {"question": data["question"] | {"unit": {"kind": "team", "id": "T12"}}},
        {"replace": not data.get("replace")},
        {"page": 3},
        {"before": [data["question"]]},
        {"perfbot": "help"},
        {"until": "2027-12-31"},
        {"seal": "0" * 32},
        {"seal": "é"},
        {"seal": 7},
        {"until": "soon"},
    ):
        assert not SEALS.holds(copy.deepcopy(data) | change, "u-t11", PERSONAL, NOW), change
    assert not SEALS.holds({k: v for k, v in data.items() if k != SEAL}, "u-t11", PERSONAL, NOW)


def test_another_key_makes_other_seals(shown: Mapping[str, Any]) -> None:
    data = buttons(Seals(Cipher(Fernet.generate_key())).seal(shown, "u-t11", PERSONAL, NOW))[0]
    assert not SEALS.holds(data, "u-t11", PERSONAL, NOW)


def test_a_card_that_several_people_get_veils_whom_its_buttons_are_about(shown: Mapping[str, Any]) -> None:
    plain = [data for data in buttons(shown) if (data.get("question") or {}).get("child")]
    assert plain
    sealed = SEALS.seal(shown, "u-t11", IN_T11, NOW)
    for data in buttons(sealed):
        assert "child" not in (data.get("question") or {})
        for question in data.get("before", ()):
            assert "child" not in question
    after_a_restart = Seals(Cipher(KEY))
    opened = [after_a_restart.opened(data, "u-t12", IN_T11, NOW) for data in buttons(sealed)]
    assert [data["question"] for data in plain] == [
        data["question"] for data in opened if data and (data.get("question") or {}).get("child")
    ]
    assert sealed == SEALS.seal(shown, "u-t11", IN_T11, NOW)  # the same answer is the same bytes
    veils = [{data["question"]["about"] for data in buttons(card) if "about" in data.get("question", {})}
             for card in (sealed, SEALS.seal(shown, "u-t12", IN_T11, NOW))]  # fmt: skip
    assert veils[0]
    assert not veils[0] & veils[1]
