"""Posts into the browser chat of one's own machine, where no conversation outlives the process."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from bot.hosts.protocol import Retryable, Sent
from bot.turn import Audience, Reply
from kpi_engine.question import UnitRef
from schedules.briefings import Recipient


class LocalChat(Protocol):
    """What is needed of `bot.hosts.browser.BrowserChat`: False = nobody has that chat open."""

    def deliver(self, person_id: str, reply: Reply) -> bool: ...

    def deliver_to(self, audience: Audience, reply: Reply) -> bool: ...


class LocalHost:
    """Sender and addresses in one: a person, or a unit's channel, is its own address."""

    def __init__(self, chat: LocalChat) -> None:
        self._chat = chat

    async def find(self, recipient: Recipient) -> Mapping[str, Any] | None:
        unit = recipient.audience.unit
        return {"person": recipient.id} if unit is None else {"unit": unit.to_json()}

    async def send(self, reference: Mapping[str, Any], reply: Reply) -> Sent:
        if "person" in reference:
            shown = self._chat.deliver(reference["person"], reply)
        else:
            unit = UnitRef(reference["unit"]["kind"], reference["unit"]["id"])
            shown = self._chat.deliver_to(Audience("channel", unit), reply)
        if not shown:
            raise Retryable("nobody has that chat open")
        return Sent("")
