"""Teams' limits on posting, kept on our side: per conversation, and for the tenant as a whole."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable

# (seconds, posts) for one bot in one conversation.
# Source: learn.microsoft.com/microsoftteams/platform/bots/how-to/rate-limit
PER_CONVERSATION = ((1.0, 7), (2.0, 8), (30.0, 60), (3600.0, 1800))
PER_TENANT = ((1.0, 30),)


class Pace:
    """Lets a post go when it keeps to every limit, otherwise waits.

    clock: seconds that only go up. sleep: waits that many seconds.
    """

    def __init__(self, clock: Callable[[], float], sleep: Callable[[float], Awaitable[None]]) -> None:
        self._clock = clock
        self._sleep = sleep
        self._everywhere: deque[float] = deque(maxlen=_most(PER_TENANT))
        self._here: dict[str, deque[float]] = {}
        self._lock = asyncio.Lock()

    async def go(self, conversation_id: str) -> None:
        """Returns when one more post may be sent to the conversation, and counts it."""
        while True:
            async with self._lock:
                now = self._clock()
                here = self._here.setdefault(conversation_id, deque(maxlen=_most(PER_CONVERSATION)))
                wait = max(_wait(here, PER_CONVERSATION, now), _wait(self._everywhere, PER_TENANT, now))
                if wait <= 0:
                    here.append(now)
                    self._everywhere.append(now)
                    self._forget_quiet(now)
                    return
            await self._sleep(wait)

    def _forget_quiet(self, now: float) -> None:
        """Conversations that have been quiet longer than any limit looks back take no memory."""
        longest = max(seconds for seconds, _ in PER_CONVERSATION)
        if len(self._here) > 1_000:
            self._here = {name: sent for name, sent in self._here.items() if sent[-1] > now - longest}


def _most(limits: tuple[tuple[float, int], ...]) -> int:
    return max(posts for _, posts in limits)


def _wait(sent: deque[float], limits: tuple[tuple[float, int], ...], now: float) -> float:
    """Seconds until one more post keeps to all limits."""
    wait = 0.0
    for seconds, posts in limits:
        if len(sent) >= posts:
            wait = max(wait, sent[-posts] + seconds - now)
    return wait
