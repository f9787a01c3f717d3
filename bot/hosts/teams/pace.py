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

    def wait(self, now: float, spare: int = 1) -> float | None:
        """Seconds until one more post keeps to all limits; None: not before another one is answered.

        spare: the limits, divided by so many.
        """
        wait = 0.0
        for seconds, posts in self.limits:
            free = posts // spare - self.on_the_way
            if free <= 0:
                return None
            if len(self.answered) >= free:
                wait = max(wait, self.answered[-free] + seconds - now)
        return wait

    def quiet(self, now: float) -> bool:
        """Whether nothing of it counts any more."""
        longest = max((seconds for seconds, _ in self.limits), default=0.0)
        return not self.on_the_way and (not self.answered or self.answered[-1] <= now - longest)


class _Thread:
    """One conversation: its count, and its posts in the order in which they were wanted."""

    def __init__(self, limits: Limits) -> None:
        self.count = _Count(limits)
        self.turn = asyncio.Lock()
        self.wanted = 0


class Pace:
    """Lets a post go when it keeps to every limit, otherwise waits: first come, first gone.

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
        self._turn = asyncio.Lock()
        self._here: dict[str, _Thread] = {}
        self._answered = asyncio.Event()

    @asynccontextmanager
    async def post(self, conversation_id: str) -> AsyncIterator[None]:
        """Begins when one more post may be sent to the conversation; ends when it has been answered, or failed."""
        here = self._here.setdefault(conversation_id, _Thread(self._per_conversation))
        here.wanted += 1
        try:
            # Whoever has the turn of all has that of its conversation: nobody waits for a conversation's limit in front
            # of others' conversations, and of many who wait one wakes up at a time.
            async with here.turn:
                await self._room(here.count)
                async with self._turn:
                    await self._room(self._everywhere)
                    self._leaves(here)
        finally:
            here.wanted -= 1
        try:
            yield
        finally:
            self._is_answered(here)

    @asynccontextmanager
    async def if_idle(self, conversation_id: str) -> AsyncIterator[bool]:
        """Whether one more post may go at once and leave half of the tenant's limit free for what matters more; if so
        it counts until the end of the block."""
        here = self._here.setdefault(conversation_id, _Thread(self._per_conversation))
        now = self._clock()
        idle = not here.turn.locked() and not self._turn.locked() and here.count.wait(now) == 0.0
        if not idle or self._everywhere.wait(now, spare=2) != 0.0:
            yield False
            return
        self._leaves(here)
        try:
            yield True
        finally:
            self._is_answered(here)

    async def _room(self, count: _Count) -> None:
        """Waits until the count keeps to its limits with one more."""
        while (wait := count.wait(self._clock())) != 0.0:
            if wait is None:
                await self._answered.wait()
            else:
                await self._sleep(wait)

    def _leaves(self, here: _Thread) -> None:
        here.count.on_the_way += 1
        self._everywhere.on_the_way += 1
        self._forget_quiet(self._clock())

    def _is_answered(self, here: _Thread) -> None:
        for count in (here.count, self._everywhere):
            count.on_the_way -= 1
            count.answered.append(self._clock())
        self._answered.set()
        self._answered = asyncio.Event()

    def _forget_quiet(self, now: float) -> None:
        """Conversations that have been quiet longer than any limit looks back take no memory."""
        if len(self._here) > 1_000:
            self._here = {
                name: here for name, here in self._here.items() if here.wanted or not here.count.quiet(now)
            }
