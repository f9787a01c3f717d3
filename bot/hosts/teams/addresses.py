"""Where conversations can be reached, kept on every turn, but written only when something is new."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from bot.store import Reference, Store

AGAIN_AFTER = timedelta(hours=1)
"""An address is written again after this time at the latest: another replica may have closed it."""
MOST_REMEMBERED = 10_000


class Addresses:
    def __init__(self, store: Store, clock: Callable[[], datetime]) -> None:
        self._references = store.references
        self._clock = clock
        self._saved: dict[tuple[str, str], tuple[Reference, datetime]] = {}

    async def save(self, reference: Reference) -> None:
        """The conversation is alive and reached like this."""
        now, name = self._clock(), _name(reference)
        known = self._saved.get(name)
        if known is not None and known[0] == reference and now - known[1] < AGAIN_AFTER:
            return
        await self._references.save(reference, now)
        if len(self._saved) >= MOST_REMEMBERED:
            self._saved.clear()
        self._saved[name] = (reference, now)

    async def close(self, reference: Reference, because: str) -> None:
        """Nothing can be posted there any more, until somebody speaks there again."""
        self._saved.pop(_name(reference), None)
        await self._references.close(reference, because, self._clock())


def _name(reference: Reference) -> tuple[str, str]:
    return reference.channel_id, reference.conversation_id
