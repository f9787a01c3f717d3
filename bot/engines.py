"""Which extract answers now: the current one, swapped when a newer one is loaded, or a fixed one."""

from __future__ import annotations

import asyncio
import gc
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from threading import Lock
from typing import Protocol

from kpi_engine.engine import Engine

log = logging.getLogger(__name__)

LOOK_EVERY = 1.0
"""Seconds between two looks for a newly kept extract."""
SETTLED_AFTER = 60.0
"""Seconds after which nobody answers from the former extract any more."""


class Engines(Protocol):
    """Gives the engine that answers at this moment."""

    def current(self) -> Engine: ...

    async def renew(self) -> None:
        """Brings up to date what cannot be looked up at the moment it is needed: who is in which group."""
        ...


class FixedEngine:
    """One engine for good: the command line, `--known`, tests."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def current(self) -> Engine:
        return self._engine

    async def renew(self) -> None:
        """Nothing here changes by itself."""


class CurrentEngine:
    """The newest kept extract. A newly loaded one takes over at the next message; answers under way keep
    theirs.

    opens: opens the current extract.  marks: a file or folder that changes whenever an extract is kept.
    """

    def __init__(self, opens: Callable[[], Engine], marks: Path) -> None:
        self._opens = opens
        self._marks = marks
        self._lock = Lock()
        self._seen = self._mark()
        self._engine = opens()

    def current(self) -> Engine:
        """The engine of the extract that is current now. On the event loop it is the one that was last opened: to open
        another takes seconds, in which nobody would be answered, so `renew` does it beside the loop."""
        if _on_the_loop() or not self._lock.acquire(blocking=False):
            return self._engine  # somebody is opening the new one: nobody waits for that
        try:
            mark = self._mark()
            if mark != self._seen:
                self._seen = mark
                self._swap()
            return self._engine
        finally:
            self._lock.release()

    async def renew(self) -> None:
        """Whoever notices a new extract waits until it is open; others are answered from the old one meanwhile."""
        if self._mark() != self._seen and not self._lock.locked():
            await asyncio.to_thread(self.current)

    @asynccontextmanager
    async def kept_fresh(self) -> AsyncIterator[None]:
        """While the block runs new extracts are looked for every second, whether or not anybody asks."""

        async def keep() -> None:
            known = self._engine
            while True:
                await self.renew()
                if self._engine is not known:
                    known = self._engine
                    asyncio.get_running_loop().call_later(SETTLED_AFTER, settle)
                await asyncio.sleep(LOOK_EVERY)

        settle()
        keeping = asyncio.create_task(keep())
        try:
            yield
        finally:
            keeping.cancel()
            await asyncio.gather(keeping, return_exceptions=True)

    def _swap(self) -> None:
        """Takes the new extract; one that cannot be opened leaves the old one in place."""
        gc.unfreeze()  # what is held for the former extract alone may go
        try:
            self._engine = self._opens()
        except Exception as error:
            log.error("The new extract could not be opened (%s); the old one goes on.", type(error).__name__)

    def _mark(self) -> int:
        try:
            return self._marks.stat().st_mtime_ns
        except FileNotFoundError:
            return 0


def settle() -> None:
    """What is in memory now stays there: the collector of reference cycles need not go through it again and again, for
    each of which everybody who asks would wait some tenths of a second."""
    gc.collect()
    gc.freeze()


def _on_the_loop() -> bool:
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True
