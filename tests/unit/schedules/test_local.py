"""Posts into the chat of one's own machine."""

from __future__ import annotations

import pytest

from bot.hosts.protocol import Retryable
from bot.turn import PERSONAL, Audience, Reply
from kpi_engine.question import UnitRef
from schedules.briefings import Recipient
from schedules.local import LocalHost

TEAM = UnitRef("team", "T1")


class Chat:
    def __init__(self, shown: bool) -> None:
        self.shown = shown
        self.got: list[object] = []

    def deliver(self, person_id: str, reply: Reply) -> bool:
        self.got.append((person_id, reply))
        return self.shown

    def deliver_to(self, audience: Audience, reply: Reply) -> bool:
        self.got.append((audience, reply))
        return self.shown


@pytest.mark.parametrize(
    ("recipient", "where"),
    [
        (Recipient("U-T1", PERSONAL), "U-T1"),
        (Recipient("19:one", Audience("channel", TEAM)), Audience("channel", TEAM)),
    ],
)
async def test_a_post_goes_to_the_persons_or_the_units_chat(recipient: Recipient, where: object) -> None:
    chat = Chat(True)
    host = LocalHost(chat)
    reference = await host.find(recipient)
    assert reference is not None
    await host.send(reference, Reply("hello"))
    assert chat.got == [(where, Reply("hello"))]


async def test_a_chat_that_nobody_has_open_is_tried_again() -> None:
    host = LocalHost(Chat(False))
    reference = await host.find(Recipient("U-T1", PERSONAL))
    assert reference is not None
    with pytest.raises(Retryable, match="nobody has that chat open"):
        await host.send(reference, Reply("hello"))
