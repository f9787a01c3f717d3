"""SQLite writes one transaction at a time and waits for the disk at the end of each: those who wait share one.

A writer's block runs as it would alone: nobody else's in between, all of it kept or none. Only the wait for the disk is
shared: the transaction stays open for whoever is waiting when a block ends, each in a savepoint of its own, and each is
told that its block is kept when the disk has it. Where it cannot be kept, all of them are told that (a writer who is
cancelled in the middle of a statement takes the connection along, and with it what the others did).
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncSession

MOST_TOGETHER = 50
"""Blocks in one transaction: the first of them waits for all."""


class TransactionLost(SQLAlchemyError):
    """SQLite has given up the whole transaction, not only the block that failed in it (a full disk, say)."""

    def __init__(self) -> None:
        super().__init__("The database gave up a transaction in which something else failed.")


class _Undone(Exception):
    """The only block of a transaction did not come to its end."""


class _Block:
    """What one writer does.

    turn: the transaction is its own for now.  ended: None, or why it did not come to its end.  settled: the disk has
    it, or it is undone; raises where it came to its end and could not be kept.  joins: others were there before it.
    """

    def __init__(self) -> None:
        loop = asyncio.get_running_loop()
        self.turn: asyncio.Future[AsyncConnection] = loop.create_future()
        self.ended: asyncio.Future[BaseException | None] = loop.create_future()
        self.settled: asyncio.Future[None] = loop.create_future()
        self.joins = False

    async def done_in(self, connection: AsyncConnection) -> BaseException | None:
        """Lets it begin and waits for its end: None, or what went wrong."""
        if not self.turn.done():  # else its writer has gone
            self.turn.set_result(connection)
        return await self.ended

    def is_settled(self) -> None:
        if not self.settled.done():
            self.settled.set_result(None)

    def fails(self, error: BaseException) -> None:
        for future in (self.turn, self.settled):
            if not future.done():
                future.set_exception(error)
                future.exception()  # its writer may have gone: then nobody else looks at it


class OneWriter:
    """The writing transactions of this process on one SQLite file."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._waiting: deque[_Block] = deque()
        self._running: asyncio.Task[None] | None = None

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[AsyncSession]:
        """All that is done in it is kept when it has ended, or, when anything raises, none."""
        block = _Block()
        self._waiting.append(block)
        if self._running is None:
            self._running = asyncio.create_task(self._run())
        try:
            connection = await block.turn
            mode: Any = "create_savepoint" if block.joins else "conditional_savepoint"
            async with AsyncSession(
                connection, expire_on_commit=False, join_transaction_mode=mode
            ) as session:
                yield session
                await (session.commit() if block.joins else session.flush())
        except BaseException as error:
            if not block.ended.done():
                block.ended.set_result(error)
            with suppress(BaseException):
                await asyncio.shield(block.settled)  # it is undone before its writer goes on
            raise
        block.ended.set_result(None)
        await asyncio.shield(block.settled)

    async def finish(self) -> None:
        """Comes back when nothing is being written."""
        while self._running is not None:
            await asyncio.wait({self._running})

    async def _run(self) -> None:
        try:
            while self._waiting:
                await self._transaction(self._waiting.popleft())
        except BaseException as error:  # the process ends: nobody is left waiting
            for block in self._waiting:
                block.fails(error)
            raise
        finally:
            self._running = None

    async def _transaction(self, first: _Block) -> None:
        """One transaction: `first`, and whoever is waiting when that has ended."""
        together = [first]
        try:
            async with self._engine.connect() as plain:
                connection = await plain.execution_options(perfbot_writes=True)
                async with connection.begin():
                    if await first.done_in(connection) is not None:
                        raise _Undone
                    await self._others(together, connection)
        except _Undone:
            pass
        except BaseException as error:
            for block in together:
                block.fails(error)
            if not isinstance(error, Exception):
                raise
        for block in together:
            block.is_settled()

    async def _others(self, together: list[_Block], connection: AsyncConnection) -> None:
        """Raises when the transaction is lost: then what was done before in it is not kept either."""
        while await _is_open(connection):  # else the driver's commit would do nothing, and say nothing
            if not self._waiting or len(together) == MOST_TOGETHER:
                return
            block = self._waiting.popleft()
            block.joins = True
            together.append(block)
            failed = await block.done_in(connection)
            if failed is not None and await _is_open(connection):
                together.remove(block)
                block.is_settled()
        raise TransactionLost


async def _is_open(connection: AsyncConnection) -> bool:
    """Whether SQLite itself is still in the transaction."""
    raw: Any = (await connection.get_raw_connection()).driver_connection
    return bool(raw.in_transaction)
