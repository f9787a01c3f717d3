"""What the hosts and those who use them agree on: who answers a turn, and how a post can end."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

from bot.turn import Outsiders, Reply, Turn


class Replier(Protocol):
    """Whoever answers a turn; the product's one is `bot.assistant.Assistant`."""

    async def reply(self, turn: Turn) -> list[Reply]: ...


@dataclass(frozen=True)
class Sent:
    """Accepted. activity_id: the id the channel gave the message ("" where it gave none)."""

    activity_id: str


class NotSent(Exception):
    """A post that is not known to be accepted. `because` is for the operator: no names, no content."""

    def __init__(self, because: str) -> None:
        super().__init__(because)
        self.because = because


class Retryable(NotSent):
    """Certainly not accepted, and worth trying again later."""


class Final(NotSent):
    """Certainly not accepted, and trying again would not help (blocked, uninstalled, refused content)."""


class UnknownOutcome(NotSent):
    """Nobody can tell whether it was accepted: never send it again by itself."""


@runtime_checkable
class Listening(Protocol):
    """A host that can say who listens in a conversation; the Teams one can."""

    async def outsiders(self, reference: Mapping[str, Any]) -> Outsiders:
        """Whether guests do; "unknown" where that cannot be found out. Never raises."""
        ...


class Sender(Protocol):
    """Posts without being asked; the Teams one is `bot.hosts.botbuilder.TeamsHost`."""

    async def send(self, reference: Mapping[str, Any], reply: Reply) -> Sent:
        """Post `reply` to the conversation of `reference` (bot.store.Reference as JSON).

        Raises Retryable, Final or UnknownOutcome.
        """
        ...
