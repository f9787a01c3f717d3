"""Who gets a unit's post, and what is kept of it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, date, datetime

import pytest

from bot.store.channels import ChannelUnit
from bot.turn import PERSONAL, Audience, Reply
from kpi_engine.engine import Unit, User
from kpi_engine.errors import Unknown
from kpi_engine.question import ALL, UnitRef
from schedules.briefings import CannotCompose, Payload, Recipient, compose, recipients

TEAM = UnitRef("team", "T1")


@dataclass
class People:
    users: dict[str, User]
    units: dict[str, Unit]
    as_at: date = date(2026, 11, 15)


def test_active_managers_get_their_own_unit_and_channels_theirs() -> None:
    rows = [
        ("b", "team_manager", "T1", True),
        ("a", "service_manager", "T1", True),
        ("c", "assistant_director", "S1", True),
        ("d", "director", None, True),
        ("e", "analyst", None, True),
        ("f", "team_manager", "T1", False),
    ]
    users = {each[0]: User(each[0], each[0], *each[1:]) for each in rows}
    channel = ChannelUnit("19:one", TEAM, "somebody", datetime(2026, 11, 1, tzinfo=UTC))
    assert recipients(People(users, {}), [channel]) == {
        "T1": [
            Recipient("a", PERSONAL),
            Recipient("b", PERSONAL),
            Recipient("19:one", Audience("channel", TEAM)),
        ],
        "S1": [Recipient("c", PERSONAL)],
        ALL: [Recipient("d", PERSONAL)],
    }


@pytest.mark.parametrize("audience", [PERSONAL, Audience("channel", TEAM)])
@pytest.mark.parametrize(
    "reply", [None, Reply("five \u00a3", {"b": 1, "a": [2]}, {"z": 1, "a": "\u2013"}), Reply("x")]
)
def test_a_payload_comes_back_from_json_byte_for_byte(audience: Audience, reply: Reply | None) -> None:
    payload = Payload(TEAM, audience, reply)
    text = json.dumps(payload.to_json())
    again = Payload.from_json(json.loads(text))
    assert again == payload
    assert json.dumps(again.to_json()) == text


class Writes:
    def __init__(self, reply: Reply | Exception) -> None:
        self.reply = reply

    async def briefing(
        self, unit_id: str, person_id: str | None, audience: Audience, *, conversation_id: str
    ) -> Reply:
        if isinstance(self.reply, Exception):
            raise self.reply
        assert (unit_id, person_id, audience) == ("T1", None, Audience("channel", TEAM))
        assert conversation_id == "19:one"
        return self.reply


CHANNEL = Recipient("19:one", Audience("channel", TEAM))


async def test_a_briefing_is_asked_for_under_its_audience() -> None:
    reply = Reply("fine", {"outcome": "answered"})
    assert await compose(Writes(reply), "T1", CHANNEL) is reply


@pytest.mark.parametrize(
    "answer",
    [
        Reply("You may not see that.", {"outcome": "not_permitted"}),
        Reply("No data.", {"outcome": "no_data"}),
        Unknown("There is no unit T1."),
    ],
)
async def test_a_refusal_or_no_data_is_never_sent_as_a_briefing(answer: Reply | Exception) -> None:
    with pytest.raises(CannotCompose, match=str(answer.text if isinstance(answer, Reply) else answer)):
        await compose(Writes(answer), "T1", CHANNEL)
