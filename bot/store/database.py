"""Opening the database and its transactions: SQLite (WAL) for one process, PostgreSQL for several.

Every repository works inside `reading()` or `writing()`. On SQLite a writer takes the write lock at once
(BEGIN IMMEDIATE): two writers queue instead of failing half way, and those who queue share a wait for the
disk (one_writer.py). On PostgreSQL rows are locked where a repository says so.
"""

from __future__ import annotations

import asyncio
import logging
import os
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, event, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine

from bot.store import one_trip
from bot.store.one_writer import OneWriter

# At their finer levels one writes every statement with its values, children among them, and one its own inside.
for _name in ("aiosqlite", "alembic"):
    logging.getLogger(_name).setLevel(logging.WARNING)

SQLITE_WAIT_SECONDS = 30
"""How long a writer waits for another process before it gives up."""


class StoreUnavailable(Exception):
    """The database cannot be opened or written. The message is the sentence for the operator, without the
    password.
    """


class Database:
    """An open engine and its two kinds of transaction."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._one_writer = OneWriter(engine) if self.is_sqlite else None

    @property
    def is_sqlite(self) -> bool:
        return self._engine.dialect.name == "sqlite"

    @property
    def engine(self) -> AsyncEngine:
        return self._engine

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncSession]:
        """A consistent view; nothing done in it is kept."""
        async with self._engine.connect() as connection, AsyncSession(connection) as session:
            yield session

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[AsyncSession]:
        """A transaction: all of it is kept, or, when anything raises, none."""
        if self._one_writer is not None:
            async with self._one_writer.writing() as session:
                yield session
            return
        async with (
            self._engine.connect() as connection,
            connection.begin(),
            AsyncSession(connection, expire_on_commit=False) as session,
        ):
            yield session
            await session.flush()

    async def serialise(self, session: AsyncSession, key: int) -> None:
        """Until this transaction ends, nobody else passes here with the same key. SQLite writers already
        queue.
        """
        if not self.is_sqlite:
            await session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": key})

    async def use_write_ahead_log(self) -> None:
        """SQLite only: readers and the writer do not block each other. The file remembers it from then on."""
        if not self.is_sqlite:
            return
        async with self._engine.connect() as connection:
            raw = (await connection.get_raw_connection()).driver_connection
            for tries_left in reversed(range(SQLITE_WAIT_SECONDS * 10)):
                try:
                    async with raw.execute("PRAGMA journal_mode=WAL"):  # type: ignore[union-attr]
                        return
                except sqlite3.OperationalError as error:
                    # SQLite does not wait for this lock by itself when two processes make the file together.
                    if "locked" not in str(error) or not tries_left:
                        raise
                await asyncio.sleep(0.1)

    async def close(self) -> None:
        if self._one_writer is not None:
            await self._one_writer.finish()
        await self._engine.dispose()


def open_engine(url: str) -> AsyncEngine:
    """An engine for the address. Makes the folder of a SQLite file. Raises StoreUnavailable for a wrong
    address.
    """
    try:
        parsed = make_url(url)
        if parsed.get_backend_name() == "sqlite":
            if parsed.database and not parsed.database.startswith((":memory:", "file:")):
                _make_private(Path(parsed.database))
            options = {"timeout": SQLITE_WAIT_SECONDS, "async_creator_fn": one_trip.connect}
            engine = create_async_engine(parsed, connect_args=options, hide_parameters=True)
            event.listen(engine.sync_engine, "connect", _prepare_sqlite)
            event.listen(engine.sync_engine, "begin", _begin_sqlite)
            return engine
        return create_async_engine(
            parsed, pool_pre_ping=True, pool_size=10, max_overflow=10, hide_parameters=True
        )
    except (ArgumentError, SQLAlchemyError, ImportError, OSError) as error:
        raise StoreUnavailable(f"The database cannot be opened: {type(error).__name__}.") from None


SAID = (
    "database or disk is full", "attempt to write a readonly database", "unable to open database file",
    "database is locked", "disk I/O error", "database disk image is malformed", "file is not a database",
    "Connection refused", "connection was closed", "terminating connection", "the database system is starting up",
    "the database system is shutting down", "too many clients already", "No space left on device",
)  # fmt: skip
"""Sentences of SQLite and PostgreSQL that hold no value of a row: only these are repeated."""


def sentence(engine: AsyncEngine, error: BaseException) -> str:
    """One sentence for the operator about a database that does not answer; no password, no values."""
    where = engine.url.render_as_string(hide_password=True)
    return f"The database {where} cannot be used: {reason(error)}."


def reason(error: BaseException) -> str:
    """What the database says, if it is one of its own sentences; else the fault's class. No statement, no values."""
    cause = error.orig if isinstance(error, DBAPIError) and error.orig is not None else error
    said = str(cause).lower()
    return next((sentence for sentence in SAID if sentence.lower() in said), type(cause).__name__)


def _make_private(path: Path) -> None:
    """The file, if it is new, readable by its owner alone; what SQLite puts beside it inherits that.

    One that is there is not so much as opened: to close it again would end every lock that this process has on it.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with suppress(FileExistsError):
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))


def _prepare_sqlite(connection: Any, _: Any) -> None:
    connection.isolation_level = None  # the driver must not begin transactions of its own: _begin_sqlite does
    cursor = connection.cursor()
    cursor.execute("PRAGMA synchronous=FULL")  # a delivery recorded as sent must survive a power cut
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get("perfbot_writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
