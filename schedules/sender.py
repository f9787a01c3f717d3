"""What the schedules need of a host: one post, and an honest word about what became of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from bot.turn import Reply


class Retryable(Exception):
    """Certainly not accepted, and worth trying again (429, 412, 502, 504, no connection).

    after: seconds the other side asked us to wait, or None.
    """

    def __init__(self, because: str, after: float | None = None) -> None:
        super().__init__(because)
        self.after = after


class Final(Exception):
    """Not accepted, and trying again would not help (403: blocked or uninstalled)."""


class UnknownOutcome(Exception):
    """The post may or may not have been accepted (no answer, connection lost after sending)."""


class Sender(Protocol):
    async def send(self, reference: Mapping[str, Any], reply: Reply) -> str:
        """Posts the reply into the conversation of the reference (bot.store.references.Reference as JSON).

        Returns the id of the accepted activity; raises Retryable, Final or UnknownOutcome.
        """
        ...
