"""Which extract answers now: the current one, swapped when a newer one is loaded, or a fixed one."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path
from threading import Lock
from typing import Protocol

from kpi_engine.engine import Engine

log = logging.getLogger(__name__)


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
        """The engine of the extract that is current now."""
        if not self._lock.acquire(blocking=False):
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
        """A new extract is noticed by `current`."""

    def _swap(self) -> None:
        """Takes the new extract; one that cannot be opened leaves the old one in place."""
        try:
            self._engine = self._opens()
        except Exception as error:
            log.error("The new extract could not be opened (%s); the old one goes on.", type(error).__name__)

    def _mark(self) -> int:
        try:
            return self._marks.stat().st_mtime_ns
        except FileNotFoundError:
            return 0
