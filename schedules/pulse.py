"""The dead man's switch: when the timetable was last looked at, and a call to somebody who notices silence.

A monitor outside (PERFBOT_HEARTBEAT_URL) is called after every look that ended well, and alarms when the calls
stop: a dead process cannot report itself.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta

import aiohttp

PATIENCE = timedelta(minutes=7)
"""A look may take as long as a post may (schedules/tools.py): after this long without one the scheduler is dead."""
CALL_SECONDS = 5.0

log = logging.getLogger(__name__)


class Pulse:
    """One process's looks at the timetable.

    url: what to call after each look; "" = nobody.  clock: aware times.
    """

    def __init__(self, url: str, clock: Callable[[], datetime]) -> None:
        self._url = url
        self._clock = clock
        self._session: aiohttp.ClientSession | None = None
        self._silent = False
        self.began = clock()
        self.last_look: datetime | None = None
        self.looks_failed = 0

    @property
    def is_beating(self) -> bool:
        """Whether a look has ended within the patience, well or not."""
        return self._clock() - (self.last_look or self.began) <= PATIENCE

    async def looked(self, *, well: bool) -> None:
        """A look has ended. Tells the monitor when it ended well; a monitor that is away stops nothing."""
        self.last_look = self._clock()
        self.looks_failed += not well
        if well and self._url:
            await self._call()

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def _call(self) -> None:
        if self._session is None:
            self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=CALL_SECONDS))
        try:
            async with self._session.get(self._url) as answer:
                because = f"it answered {answer.status}" if answer.status >= 400 else ""
        except (aiohttp.ClientError, TimeoutError, ValueError) as error:
            because = type(error).__name__
        if because and not self._silent:  # once, not every ten seconds; the address may hold a secret
            log.warning("The monitor of PERFBOT_HEARTBEAT_URL cannot be told that all is well (%s).", because)
        self._silent = bool(because)
