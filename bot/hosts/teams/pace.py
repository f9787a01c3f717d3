"""Teams' limits on posting, kept on our side: per conversation, and for the tenant as a whole.

A post counts from the moment it leaves until a limit's time after its answer came back. Teams took it somewhere in
between, so however long posts are on the way, no stretch of time at Teams' end holds more than the limit. Each process
keeps its own count: what several replicas answer at once is not added up (briefings are posted by one at a time).
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

Limits = tuple[tuple[float, int], ...]
"""(seconds, posts): at most so many posts in any stretch of so many seconds."""

# For one bot in one conversation, and in one tenant.
# Source: learn.microsoft.com/microsoftteams/platform/bots/how-to/rate-limit
PER_CONVERSATION: Limits = ((1.0, 7), (2.0, 8), (30.0, 60), (3600.0, 1800))
PER_TENANT: Limits = ((1.0, 30),)


class _Count:
    """The posts of one conversation, or of the tenant."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.on_the_way = 0
        self.answered: deque[float] = deque(maxlen=max((posts for _, posts in limits), default=0))

    def wait(self, now: float) -> float | None:
        """Seconds until one more post keeps to all limits; None: not before another one is answered."""
        wait = 0.0
        for seconds, posts in self.limits:
            free = posts - self.on_the_way
            if free <= 0:
                return None
            if len(self.answered) >= free:
                wait = max(wait, self.answered[-free] + seconds - now)
        return wait

    def quiet(self, now: float) -> bool:
        """Whether nothing of it counts any more."""
        longest = max((seconds for seconds, _ in self.limits), default=0.0)
        return not self.on_the_way and (not self.answered or self.answered[-1] <= now - longest)


class Pace:
    """Lets a post go when it keeps to every limit, otherwise waits.

    clock: seconds that only go up. sleep: waits that many seconds.
    """

    def __init__(
        self,
        clock: Callable[[], float],
        sleep: Callable[[float], Awaitable[None]],
        *,
        per_conversation: Limits = PER_CONVERSATION,
        per_tenant: Limits = PER_TENANT,
    ) -> None:
        self._clock = clock
        self._sleep = sleep
        self._per_conversation = per_conversation
        self._everywhere = _Count(per_tenant)
        self._here: dict[str, _Count] = {}
        self._answered = asyncio.Event()

    @asynccontextmanager
    async def post(self, conversation_id: str) -> AsyncIterator[None]:
        """Begins when one more post may be sent to the conversation; ends when it has been answered, or failed."""
        here = await self._turn(conversation_id)
        try:
            yield
        finally:
            for count in (here, self._everywhere):
                count.on_the_way -= 1
                count.answered.append(self._clock())
            self._answered.set()
            self._answered = asyncio.Event()

    async def _turn(self, conversation_id: str) -> _Count:
        while True:
            now = self._clock()
            here = self._here.setdefault(conversation_id, _Count(self._per_conversation))
            waits = (here.wait(now), self._everywhere.wait(now))
            if waits == (0.0, 0.0):
                here.on_the_way += 1
                self._everywhere.on_the_way += 1
                self._forget_quiet(now)
                return here
            known = [wait for wait in waits if wait is not None]
            if len(known) < len(waits):
                await self._answered.wait()
            else:
                await self._sleep(max(known))

    def _forget_quiet(self, now: float) -> None:
        """Conversations that have been quiet longer than any limit looks back take no memory."""
        if len(self._here) > 1_000:
            self._here = {name: count for name, count in self._here.items() if not count.quiet(now)}
