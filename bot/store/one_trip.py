"""SQLite's connection in a thread of its own, as aiosqlite makes it, with one trip to that thread for each statement.

The driver goes there for a cursor, for the statement, for its rows and to close the cursor: four trips, each of which
costs more than what is done there. Nothing of the bot reads a result piece by piece, so the rows come along at once.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable
from typing import Any

import aiosqlite


class OneTripCursor:
    """What SQLAlchemy asks of a cursor, with PEP 249's attributes; filled by one statement."""

    def __init__(self, connection: OneTripConnection) -> None:
        self._connection = connection
        self._rows: list[Any] = []
        self.description: Any = None
        self.rowcount = -1
        self.lastrowid: int | None = None
        self.arraysize = 1

    async def __aenter__(self) -> OneTripCursor:
        return self

    async def execute(self, sql: str, parameters: Iterable[Any] = ()) -> OneTripCursor:
        await self._connection.run(self._run, "execute", sql, parameters)
        return self

    async def executemany(self, sql: str, parameters: Iterable[Iterable[Any]]) -> OneTripCursor:
        await self._connection.run(self._run, "executemany", sql, parameters)
        return self

    async def fetchall(self) -> list[Any]:
        rows, self._rows = self._rows, []
        return rows

    async def close(self) -> None:
        """The driver's cursor is closed already."""

    def _run(self, how: str, sql: str, parameters: Any) -> None:
        cursor = self._connection._conn.cursor()
        try:
            getattr(cursor, how)(sql, parameters)
            self.description = cursor.description
            self._rows = cursor.fetchall() if cursor.description else []
            self.rowcount, self.lastrowid = cursor.rowcount, cursor.lastrowid
        finally:
            cursor.close()


class OneTripConnection(aiosqlite.Connection):
    """For `create_async_engine(..., connect_args={"async_creator_fn": connect})`."""

    def cursor(self) -> OneTripCursor:  # type: ignore[override]
        return OneTripCursor(self)

    async def run(self, work: Callable[..., None], *arguments: Any) -> None:
        """In the connection's thread."""
        await self._execute(work, *arguments)  # type: ignore[no-untyped-call]

    async def rollback(self) -> None:
        if self.in_transaction:  # the pool rolls back whatever is given back to it
            await super().rollback()


def connect(database: str, **options: Any) -> OneTripConnection:
    """A connection that is opened when it is awaited; options as of `sqlite3.connect`."""
    connection = OneTripConnection(lambda: sqlite3.connect(database, **options), 64)
    connection._thread.daemon = True  # as SQLAlchemy has it: an open connection holds no process up
    return connection
