"""Keeps posts inside Teams' limits: 7 a second in one conversation, about 30 a second in one tenant."""

from __future__ import annotations

import asyncio

PER_SECOND = 12.0
"""Posts of one process in all: two replicas stay under the tenant's limit, with room for answers."""
PER_SECOND_IN_ONE_CONVERSATION = 2.0
"""60 posts in 30 seconds is Teams' limit over a longer time, which is the one that binds."""


class Pace:
    """Gives each post its moment, in order of asking."""

    def __init__(
        self, per_second: float = PER_SECOND, in_one: float = PER_SECOND_IN_ONE_CONVERSATION
    ) -> None:
        self._gap = 1 / per_second
        self._gap_in_one = 1 / in_one
        self._next = 0.0
        self._next_in: dict[str, float] = {}

    async def turn(self, conversation_id: str) -> None:
        """Returns when the next post to this conversation may go out."""
        now = asyncio.get_running_loop().time()
        mine = max(now, self._next, self._next_in.get(conversation_id, 0.0))
        self._next = max(now, self._next) + self._gap
        self._next_in = {key: at for key, at in self._next_in.items() if at > now}
        self._next_in[conversation_id] = mine + self._gap_in_one
        if mine > now:
            await asyncio.sleep(mine - now)
